/* Authentication-Results headers that the operator's own system added. */
#include "ingest/auth_results.h"

#include <string.h>

#include "ingest/domain_name.h"
#include "ingest/header_block.h"

/* Headers that receiving systems put on top; a "*" at the end matches any rest. */
static const char *const trace_headers[] = { "Return-Path", "Delivered-To", "X-Original-To",
	"Envelope-To", "X-Envelope-To", "X-Envelope-From", "Delivery-Date", "Received",
	"Received-SPF", "Authentication-Results", "ARC-Seal", "ARC-Message-Signature",
	"ARC-Authentication-Results", "DKIM-Filter", "DMARC-Filter", "X-DKIM", "X-DMARC-*",
	"X-SPF-*", "X-Spam-*", "X-Spamd-*", "X-Rspamd-*", "X-Virus-*", "X-Amavis-*",
	"X-Quarantine-ID", "X-Greylist", "X-Sieve*", "X-Received", "X-Gm-*", "X-Google-*",
	"X-MS-Exchange-*", "X-Forefront-*", "Old-*" };

static bool
name_matches(const struct header_field *field, const char *pattern)
{
	size_t length = strlen(pattern);
	if (pattern[length - 1] != '*')
		return header_field_is(field, pattern);
	return field->name_length >= length - 1 &&
	       g_ascii_strncasecmp(field->name, pattern, length - 1) == 0;
}

static bool
is_trace(const struct header_field *field)
{
	for (size_t i = 0; i < G_N_ELEMENTS(trace_headers); i++)
		if (name_matches(field, trace_headers[i]))
			return true;
	return false;
}

/* A header's value being read.  A verifier prints tags of the signature, which the sender wrote:
   what is not balanced or does not end where a word ends may be an attempt to be read as something
   else, and spoils the result it stands in. */
struct words {
	const char *at;
	bool spoilt;
};

/* Passes over white space and comments, which nest (RFC 5322 3.2.2). */
static void
skip_cfws(struct words *words)
{
	int depth = 0;
	for (; *words->at != '\0'; words->at++) {
		char c = *words->at;
		if (c == '(')
			depth++;
		else if (c == ')' && depth > 0)
			depth--;
		else if (c == '\\' && depth > 0 && words->at[1] != '\0')
			words->at++;
		else if (depth == 0 && c != ' ' && c != '\t')
			return;
	}
	words->spoilt = words->spoilt || depth > 0;
}

/* Appends a quoted string, without its quotes, to word. */
static void
take_quoted(struct words *words, GString *word)
{
	for (words->at++; *words->at != '\0' && *words->at != '"'; words->at++) {
		if (*words->at == '\\' && words->at[1] != '\0')
			words->at++;
		g_string_append_c(word, *words->at);
	}
	if (*words->at == '"')
		words->at++;
	else
		words->spoilt = true;
}

/* The next word: a quoted string, or everything up to a separator; empty at one. */
static char *
next_word(struct words *words)
{
	GString *word = g_string_new(NULL);
	skip_cfws(words);
	if (*words->at == '"') {
		take_quoted(words, word);
	} else {
		size_t length = strcspn(words->at, " \t;=()\"");
		g_string_append_len(word, words->at, (gssize)length);
		words->at += length;
	}
	return g_string_free(word, FALSE);
}

/* The value of a property: like a word, but "=" may be in it, and a quoted local part in front of
   "@".  One that does not end at white space or ";" is spoilt: "d=bank.example(.evil.example" is a
   name that DNS knows. */
static char *
next_value(struct words *words)
{
	GString *value = g_string_new(NULL);
	skip_cfws(words);
	if (*words->at == '"')
		take_quoted(words, value);
	size_t length = strcspn(words->at, " \t;()\"");
	g_string_append_len(value, words->at, (gssize)length);
	words->at += length;
	if (*words->at != '\0' && strchr(" \t;", *words->at) == NULL)
		words->spoilt = true;
	return g_string_free(value, FALSE);
}

static bool
skip_mark(struct words *words, char mark)
{
	skip_cfws(words);
	if (*words->at != mark)
		return false;
	words->at++;
	return true;
}

/* What a result says of the signature: header.d, the signing domain, and header.i, an identity
   within it.  Each may be said once. */
struct signer {
	char *d, *i;
	bool spoilt;
};

static void
signer_clear(struct signer *signer)
{
	g_free(signer->d);
	g_free(signer->i);
}

static void
take_property(struct signer *signer, const char *name, const char *value)
{
	bool domain = g_ascii_strcasecmp(name, "header.d") == 0;
	bool identity = g_ascii_strcasecmp(name, "header.i") == 0;
	if (!domain && !identity)
		return;
	char **member = domain ? &signer->d : &signer->i;
	const char *at = strrchr(value, '@');
	const char *text = domain ? value : at != NULL ? at + 1 : "";
	if (*member != NULL)
		signer->spoilt = true;
	else if ((*member = domain_name_normalise(text, false)) == NULL)
		signer->spoilt = true;
}

/* The domain that signed; NULL where it is not said, or not clearly.  RFC 6376 3.5: i= is of d= or
   of a subdomain. */
static char *
signer_domain(const struct signer *signer)
{
	if (signer->spoilt)
		return NULL;
	if (signer->d == NULL || signer->i == NULL)
		return g_strdup(signer->d != NULL ? signer->d : signer->i);
	const char *rest = g_str_has_suffix(signer->i, signer->d)
				   ? signer->i + strlen(signer->i) - strlen(signer->d)
				   : NULL;
	bool within = rest != NULL && (rest == signer->i || rest[-1] == '.');
	return within ? g_strdup(signer->d) : NULL;
}

/* "header.d=x header.s=y", up to the next ";". */
static void
read_properties(struct words *words, struct signer *signer)
{
	for (;;) {
		g_autofree char *name = next_word(words);
		if (name[0] == '\0' && (*words->at == ';' || *words->at == '\0'))
			break;
		if (!skip_mark(words, '=')) {
			signer->spoilt = true;
			if (name[0] == '\0')
				words->at++;
			continue;
		}
		g_autofree char *value = next_value(words);
		take_property(signer, name, value);
	}
	signer->spoilt = signer->spoilt || words->spoilt;
}

/* "dkim=pass (comment) reason=x header.d=y", up to the next ";". */
static void
read_resinfo(struct words *words, struct auth_results *results)
{
	struct signer signer = { 0 };
	g_autofree char *method = next_word(words), *result = NULL;
	char *version = strchr(method, '/');
	if (version != NULL)
		*version = '\0';
	if (skip_mark(words, '='))
		result = next_word(words);
	read_properties(words, &signer);
	g_autofree char *domain = signer_domain(&signer);
	signer_clear(&signer);
	if (g_ascii_strcasecmp(method, "dkim") != 0 || result == NULL)
		return;
	results->spoken = true;
	if (g_ascii_strcasecmp(result, "pass") == 0 && domain != NULL)
		g_ptr_array_add(results->passed, g_steal_pointer(&domain));
	else if (results->result == NULL)
		results->result = g_ascii_strdown(result, -1);
}

static bool
is_trusted(const char *id, const char *const *ids)
{
	for (; *ids != NULL; ids++)
		if (g_ascii_strcasecmp(id, *ids) == 0)
			return true;
	return false;
}

static void
read_header(struct auth_results *results, const struct header_field *field, const char *const *ids)
{
	g_autofree char *value = header_field_value(field);
	struct words words = { value, false };
	g_autofree char *id = next_word(&words);
	if (!is_trusted(id, ids))
		return;
	while (*words.at != '\0') {
		while (*words.at != '\0' && *words.at != ';') {
			/* the version behind the id; damage behind a result */
			g_autofree char *rest = next_word(&words);
			if (rest[0] == '\0' && *words.at != ';' && *words.at != '\0')
				words.at++;
		}
		if (skip_mark(&words, ';'))
			read_resinfo(&words, results);
	}
	if (results->spoken)
		results->id = g_strdup(id);
}

void
auth_results_read(
	struct auth_results *results, const uint8_t *message, size_t length, const char *const *ids)
{
	struct header_block block = { message, message + length };
	struct header_field field;
	int received = 0;

	*results = (struct auth_results){ .passed = g_ptr_array_new_with_free_func(g_free) };
	while (!results->spoken && header_block_next(&block, &field) && is_trace(&field)) {
		if (header_field_is(&field, "Received") && ++received == 2)
			return;
		if (header_field_is(&field, "Authentication-Results"))
			read_header(results, &field, ids);
	}
}

void
auth_results_clear(struct auth_results *results)
{
	g_free(results->id);
	g_free(results->result);
	g_ptr_array_unref(results->passed);
}
