/* What a DKIM-Signature field says, read without verifying it. */
#include "ingest/dkim_signature.h"

#include <string.h>

#include <glib.h>

#include "ingest/domain_name.h"

bool
dkim_signature_is(const struct header_field *field)
{
	return header_field_is(field, "DKIM-Signature");
}

/* A tag's name and value with the white space taken out: none of those read here may have any. */
static void
squeeze(char *text)
{
	char *to = text;
	for (const char *at = text; *at != '\0'; at++)
		if (!g_ascii_isspace(*at))
			*to++ = *at;
	*to = '\0';
}

static void
take_tag(struct dkim_signature *signature, const char *name, const char *value)
{
	if (strcmp(name, "d") == 0 && signature->domain == NULL)
		signature->domain = domain_name_normalise(value, false);
	else if (strcmp(name, "l") == 0)
		signature->partial = true;
	else if (strcmp(name, "a") == 0)
		signature->sha1 = g_str_has_suffix(value, "-sha1");
}

void
dkim_signature_read(struct dkim_signature *signature, const struct header_field *field)
{
	*signature = (struct dkim_signature){ 0 };
	g_autofree char *value = header_field_value(field);
	squeeze(value);
	g_auto(GStrv) tags = g_strsplit(value, ";", -1);
	for (char **tag = tags; *tag != NULL; tag++) {
		char *equals = strchr(*tag, '=');
		if (equals == NULL)
			continue;
		*equals = '\0';
		take_tag(signature, *tag, equals + 1);
	}
}

void
dkim_signature_clear(struct dkim_signature *signature)
{
	g_free(signature->domain);
}
