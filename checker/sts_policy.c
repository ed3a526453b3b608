/* Reading and writing policy files. */
#include "checker/sts_policy.h"

#include <string.h>

#include <glib.h>

#include "ingest/domain_name.h"

/* Patterns that are kept: the largest providers list some ten. */
#define MOST_MX 200

/* RFC 8461 3.2: 1*10(DIGIT) */
#define MOST_DIGITS 10

struct reader {
	struct arena *arena;
	struct sts_policy *policy;
	const char **mx;
	unsigned line;
	bool has_version, versioned, has_mode, has_age;
};

/* Adds a fault of the line that is read. */
#define FAULT(reader, code, effect, ...)                                                           \
	faults_add(&(reader)->policy->faults, (reader)->arena, (code), (effect), (reader)->line,   \
		__VA_ARGS__)

static const struct {
	enum sts_mode mode;
	const char *name;
} modes[] = {
	{ STS_MODE_NONE, "none" },
	{ STS_MODE_TESTING, "testing" },
	{ STS_MODE_ENFORCE, "enforce" },
};

const char *
sts_mode_name(enum sts_mode mode)
{
	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++)
		if (modes[i].mode == mode)
			return modes[i].name;
	return NULL;
}

static const char *
quote(struct reader *reader, const char *text)
{
	return fault_quote(reader->arena, text, strlen(text));
}

/* Whether a key was there before; RFC 8461 3.2: then "all entries except for the first MUST be
   ignored". */
static bool
again(struct reader *reader, bool *seen, const char *key)
{
	if (*seen)
		FAULT(reader, STS_POLICY_TWICE, FAULT_IGNORED,
			"the key \"%s\" is there again; only the first one counts.", key);
	bool was = *seen;
	*seen = true;
	return was;
}

/* ---- values ---- */

static void
read_version(struct reader *reader, const char *value)
{
	if (again(reader, &reader->has_version, "version"))
		return;
	reader->versioned = strcmp(value, "STSv1") == 0;
	if (!reader->versioned)
		FAULT(reader, STS_POLICY_VERSION, FAULT_REFUSED,
			"the version is %s; it must be \"STSv1\", written so.",
			quote(reader, value));
}

static void
read_mode(struct reader *reader, const char *value)
{
	if (again(reader, &reader->has_mode, "mode"))
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		if (g_ascii_strcasecmp(value, modes[i].name) != 0)
			continue;
		reader->policy->mode = modes[i].mode;
		if (strcmp(value, modes[i].name) != 0)
			FAULT(reader, STS_POLICY_MODE_CASE, FAULT_DISPUTED,
				"the mode is written %s; it must be in lower case.",
				quote(reader, value));
		return;
	}
	FAULT(reader, STS_POLICY_MODE, FAULT_REFUSED,
		"the mode is %s; it must be enforce, testing or none.", quote(reader, value));
}

static void
read_max_age(struct reader *reader, const char *value)
{
	struct sts_policy *policy = reader->policy;
	if (again(reader, &reader->has_age, "max_age"))
		return;
	size_t digits = strspn(value, "0123456789");
	if (digits == 0 || value[digits] != '\0' || digits > MOST_DIGITS) {
		FAULT(reader, STS_POLICY_MAX_AGE, FAULT_REFUSED,
			"max_age is %s; it must be a number of seconds, of at most %d digits.",
			quote(reader, value), MOST_DIGITS);
		return;
	}
	policy->has_max_age = true;
	policy->max_age = g_ascii_strtoull(value, NULL, 10);
	if (policy->max_age > STS_POLICY_MOST_AGE)
		FAULT(reader, STS_POLICY_MAX_AGE_OVER, FAULT_DISPUTED,
			"max_age is %s; the most that is allowed is %d, a year.", value,
			STS_POLICY_MOST_AGE);
}

/* What is wrong with a value that cannot be read as a pattern. */
static const char *
mx_advice(const char *value)
{
	if (*value == '\0')
		return "there is no host behind the key";
	if (strpbrk(value, ", \t;") != NULL)
		return "each host needs a line of its own";
	if (strpbrk(value, ":/@") != NULL)
		return "only a host name belongs there, without port, scheme, address or path";
	if (strcmp(value, "*") == 0)
		return "\"*\" stands for one label, not for every host";
	if (strchr(value, '*') != NULL)
		return "\"*\" may stand only for the whole first label, as in *.example.com";
	return "it must be a host name, or *. and a domain";
}

static bool
has_bytes_beyond_ascii(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80)
		text++;
	return *text != '\0';
}

static void
keep_mx(struct reader *reader, const char *pattern)
{
	struct sts_policy *policy = reader->policy;
	for (size_t i = 0; i < policy->n_mx; i++)
		if (strcmp(reader->mx[i], pattern) == 0) {
			FAULT(reader, STS_POLICY_TWICE, FAULT_TOLERATED, "%s is there twice.",
				pattern);
			return;
		}
	if (policy->n_mx < MOST_MX)
		reader->mx[policy->n_mx++] = arena_strdup(reader->arena, pattern);
}

static void
read_mx(struct reader *reader, const char *value)
{
	g_autofree char *pattern = domain_name_normalise(value, true);
	if (pattern == NULL) {
		FAULT(reader, STS_POLICY_MX, FAULT_REFUSED, "%s is no mx pattern: %s.",
			quote(reader, value), mx_advice(value));
		return;
	}
	if (has_bytes_beyond_ascii(value))
		FAULT(reader, STS_POLICY_MX_U_LABEL, FAULT_DISPUTED,
			"%s must be written as %s (RFC 8461 3.2: A-labels).", quote(reader, value),
			pattern);
	if (g_str_has_suffix(value, "."))
		FAULT(reader, STS_POLICY_MX_DOT, FAULT_DISPUTED,
			"%s ends in a dot: strict senders then match no host with it.",
			quote(reader, value));
	keep_mx(reader, pattern);
}

/* ---- lines ---- */

static const struct {
	const char *key;
	void (*read)(struct reader *reader, const char *value);
} keys[] = {
	{ "version", read_version },
	{ "mode", read_mode },
	{ "max_age", read_max_age },
	{ "mx", read_mx },
};

/* What a key that nobody knows was perhaps meant to be; NULL: an extension. */
static const char *
meant(const char *key)
{
	static const struct {
		const char *typo, *key;
	} typos[] = { { "nmx", "mx" }, { "mxs", "mx" }, { "mx_host", "mx" }, { "mx-host", "mx" },
		{ "maxage", "max_age" }, { "max-age", "max_age" }, { "max age", "max_age" },
		{ "v", "version" }, { "modes", "mode" } };
	for (size_t i = 0; i < G_N_ELEMENTS(typos); i++)
		if (g_ascii_strcasecmp(key, typos[i].typo) == 0)
			return typos[i].key;
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (g_ascii_strcasecmp(key, keys[i].key) == 0)
			return keys[i].key;
	return NULL;
}

static void
read_pair(struct reader *reader, const char *key, const char *value)
{
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (strcmp(key, keys[i].key) == 0) {
			keys[i].read(reader, value);
			return;
		}
	const char *other = meant(key);
	if (other != NULL)
		FAULT(reader, STS_POLICY_TYPO, FAULT_IGNORED,
			"senders pass over the key %s; perhaps \"%s\" was meant.",
			quote(reader, key), other);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* text is the line without its end, and valid UTF-8. */
static void
read_line(struct reader *reader, char *text)
{
	size_t length = strlen(text);
	while (length > 0 && is_space(text[length - 1]))
		text[--length] = '\0';
	if (length == 0) {
		FAULT(reader, STS_POLICY_LINE_EMPTY, FAULT_DISPUTED, "the line is empty.");
		return;
	}
	if (is_space(text[0])) {
		FAULT(reader, STS_POLICY_LEADING_SPACE, FAULT_DISPUTED,
			"the line begins with a space.");
		text += strspn(text, " \t");
	}
	char *colon = strchr(text, ':');
	if (colon == NULL) {
		FAULT(reader, STS_POLICY_NO_COLON, FAULT_DISPUTED, "%s is no \"key: value\"%s.",
			quote(reader, text),
			strchr(text, '=') != NULL ? ": a colon stands between them, not \"=\""
						  : "");
		return;
	}
	char *end = colon;
	while (end > text && is_space(end[-1]))
		end--;
	if (end != colon)
		FAULT(reader, STS_POLICY_SPACE_BEFORE_COLON, FAULT_DISPUTED,
			"there is a space before the colon.");
	*end = '\0';
	read_pair(reader, text, colon + 1 + strspn(colon + 1, " \t"));
}

/* Line ends are LF or CRLF (RFC 8461 3.2, sts-policy-term), the last one may be missing. */
static void
read_lines(struct reader *reader, const char *bytes, size_t length)
{
	for (const char *at = bytes, *end = bytes + length; at < end; reader->line++) {
		const char *next = memchr(at, '\n', (size_t)(end - at));
		size_t taken = (size_t)((next != NULL ? next : end) - at);
		taken -= taken > 0 && at[taken - 1] == '\r';
		g_autofree char *text = g_strndup(at, taken);
		if (strlen(text) < taken || strchr(text, '\r') != NULL ||
			!g_utf8_validate(text, -1, NULL))
			FAULT(reader, STS_POLICY_BYTES, FAULT_REFUSED,
				"the line has bytes that are no text.");
		else
			read_line(reader, text);
		at = next != NULL ? next + 1 : end;
	}
}

/* ---- the whole ---- */

static bool
is_html(const char *bytes, size_t length)
{
	while (length > 0 && g_ascii_isspace(*bytes)) {
		bytes++;
		length--;
	}
	return length > 0 && *bytes == '<';
}

static void
check_whole(struct reader *reader)
{
	struct sts_policy *policy = reader->policy;
	reader->line = 0;
	if (!reader->has_version)
		FAULT(reader, STS_POLICY_VERSION, FAULT_REFUSED,
			"there is no line \"version: STSv1\".");
	if (!reader->has_mode)
		FAULT(reader, STS_POLICY_MODE, FAULT_REFUSED, "there is no line with the mode.");
	if (!reader->has_age)
		FAULT(reader, STS_POLICY_MAX_AGE, FAULT_REFUSED,
			"there is no line with the max_age.");
	if (policy->n_mx == 0 && policy->mode != STS_MODE_NONE)
		FAULT(reader, STS_POLICY_NO_MX, FAULT_REFUSED,
			"there is no line with an mx: senders that enforce it then find no host "
			"to deliver to.");
}

struct sts_policy *
sts_policy_read(struct arena *arena, const char *bytes, size_t length)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct sts_policy *policy = arena_calloc(arena, 1, sizeof *policy);
	struct reader reader = { .arena = arena, .policy = policy, .line = 1 };
	policy->mx = reader.mx = arena_calloc(arena, MOST_MX, sizeof *reader.mx);
	if (length >= strlen(bom) && memcmp(bytes, bom, strlen(bom)) == 0) {
		FAULT(&reader, STS_POLICY_BOM, FAULT_DISPUTED,
			"the file begins with a byte order mark.");
		bytes += strlen(bom);
		length -= strlen(bom);
	}
	if (length == 0) {
		reader.line = 0;
		FAULT(&reader, STS_POLICY_EMPTY, FAULT_REFUSED, "the file is empty.");
	} else if (is_html(bytes, length)) {
		reader.line = 0;
		FAULT(&reader, STS_POLICY_HTML, FAULT_REFUSED,
			"the file is a web page, no policy.");
	} else {
		read_lines(&reader, bytes, length);
		check_whole(&reader);
	}
	policy->usable = policy->faults.worst < FAULT_DISPUTED;
	return policy;
}

char *
sts_policy_text(const struct sts_policy *policy, enum sts_mode mode, uint64_t max_age)
{
	GString *text = g_string_new("version: STSv1\r\n");
	g_string_append_printf(text, "mode: %s\r\n", sts_mode_name(mode));
	for (size_t i = 0; i < policy->n_mx; i++)
		g_string_append_printf(text, "mx: %s\r\n", policy->mx[i]);
	g_string_append_printf(text, "max_age: %" G_GUINT64_FORMAT "\r\n", max_age);
	return g_string_free(text, FALSE);
}
