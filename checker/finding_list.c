/* Making findings. */
#include "checker/finding_list.h"

#include "ingest/arena.h"
#include "ingest/instant.h"

void
finding_add(struct finding_list *list, const char *code, enum check_severity severity,
	const char *text, const char *remedy, const char *evidence)
{
	struct check_finding finding = { code, severity, text, remedy, evidence };
	g_array_append_val(list->items, finding);
}

const char *
finding_text(struct finding_list *list, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *text = g_strdup_vprintf(format, values);
	va_end(values);
	return arena_strdup(list->check->arena, text);
}

/* What a fault says of a certificate; %s is the host it should be for, or a date. */
static void
append_fault(GString *words, enum certificate_fault fault,
	const struct check_certificate *certificate, const char *host)
{
	char time[INSTANT_TEXT_BYTES];
	if (words->len > 0)
		g_string_append(words, "; ");
	switch (fault) {
	case CERTIFICATE_EXPIRED:
		g_string_append_printf(
			words, "it ended on %s", instant_text(certificate->not_after, time));
		break;
	case CERTIFICATE_NOT_YET:
		g_string_append_printf(words, "it holds only from %s on",
			instant_text(certificate->not_before, time));
		break;
	case CERTIFICATE_NAME:
		g_string_append_printf(words, "it is not for %s", host);
		break;
	case CERTIFICATE_SELF_SIGNED:
		g_string_append(words, "it is self-signed");
		break;
	case CERTIFICATE_INCOMPLETE:
		g_string_append(words, "the server does not send the certificate of its issuer, or "
				       "nobody trusts that");
		break;
	case CERTIFICATE_UNTRUSTED:
		g_string_append(words, "it comes from an authority that nobody trusts");
		break;
	case CERTIFICATE_CHAIN_TIME:
		g_string_append(words, "a certificate above it has ended, or not begun");
		break;
	case CERTIFICATE_WEAK:
		g_string_append(words, "its key or signature is too weak");
		break;
	case CERTIFICATE_PURPOSE:
		g_string_append(words, "it is not meant for a server");
		break;
	case CERTIFICATE_OTHER:
		g_string_append(words,
			certificate->words != NULL ? certificate->words : "it cannot be verified");
		break;
	}
}

const char *
finding_faults(struct arena *arena, const struct check_certificate *certificate, const char *host)
{
	g_autoptr(GString) words = g_string_new(NULL);
	enum certificate_fault fault;
	for (unsigned i = 0; certificate_fault_name(i, &fault) != NULL; i++)
		if (certificate != NULL && (certificate->faults & fault))
			append_fault(words, fault, certificate, host);
	return arena_strdup(arena, words->len > 0 ? words->str : "it cannot be verified");
}

#define MOST_NAMES_SHOWN 4

const char *
finding_certificate(struct arena *arena, const struct check_certificate *certificate)
{
	g_autoptr(GString) line = g_string_new("names: ");
	char from[INSTANT_TEXT_BYTES], to[INSTANT_TEXT_BYTES];
	for (size_t i = 0; i < certificate->n_names && i < MOST_NAMES_SHOWN; i++)
		g_string_append_printf(line, "%s%s", i > 0 ? ", " : "", certificate->names[i]);
	if (certificate->n_names == 0)
		g_string_append(line, "none");
	if (certificate->n_names > MOST_NAMES_SHOWN)
		g_string_append_printf(
			line, " and %zu more", certificate->n_names - MOST_NAMES_SHOWN);
	g_string_append_printf(line, "; issuer: %s; from %s to %s", certificate->issuer,
		instant_text(certificate->not_before, from),
		instant_text(certificate->not_after, to));
	return arena_strdup(arena, line->str);
}
