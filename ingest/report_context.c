/* What the wrapping of a report says about it. */
#include "ingest/report_context.h"

#include <stdlib.h>
#include <string.h>

#include "ingest/domain_name.h"

/* An RFC 8460 5.1 name has four or five "!"-separated fields. */
#define NAME_FIELDS_LEAST 4
#define NAME_FIELDS_MOST 5

void
report_context_clear(struct report_context *context)
{
	g_free(context->header_domain);
	g_free(context->subject_domain);
	g_free(context->file_domain);
	g_free(context->token_domain);
	g_free(context->header_submitter);
	g_free(context->subject_submitter);
	g_free(context->from_domain);
	g_free(context->file_submitter);
	*context = (struct report_context){ 0 };
}

void
report_context_copy(struct report_context *to, const struct report_context *from)
{
	*to = (struct report_context){
		.header_domain = g_strdup(from->header_domain),
		.subject_domain = g_strdup(from->subject_domain),
		.file_domain = g_strdup(from->file_domain),
		.token_domain = g_strdup(from->token_domain),
		.header_submitter = g_strdup(from->header_submitter),
		.subject_submitter = g_strdup(from->subject_submitter),
		.from_domain = g_strdup(from->from_domain),
		.file_submitter = g_strdup(from->file_submitter),
		.file_start = from->file_start,
		.file_end = from->file_end,
	};
}

void
report_context_set(char **member, const char *text)
{
	g_free(*member);
	*member = domain_name_normalise(text, false);
}

/* The word after a label, such as "Report Domain:", anywhere in text; NULL: not there. */
static char *
word_after(const char *text, const char *label)
{
	const char *at = strcasestr(text, label);
	if (at == NULL)
		return NULL;
	at += strlen(label);
	at += strspn(at, " \t\r\n");
	return g_strndup(at, strcspn(at, " \t\r\n,;"));
}

void
report_context_subject(struct report_context *context, const char *subject)
{
	g_autofree char *domain = word_after(subject, "Report Domain:");
	g_autofree char *submitter = word_after(subject, "Submitter:");
	if (domain == NULL)
		return;
	report_context_set(&context->subject_domain, domain);
	report_context_set(&context->subject_submitter, submitter);
}

/* Seconds since 1970 as a file name has them; 0 where it is no such number. */
static int64_t
read_epoch(const char *text)
{
	char *end;
	gint64 value = g_ascii_strtoll(text, &end, 10);
	bool fine = end != text && *end == '\0' && value > 0 && value < INT64_C(253402300800);
	return fine ? value : 0;
}

void
report_context_file_name(struct report_context *context, const char *name)
{
	const char *slash = strrchr(name, '/');
	g_auto(GStrv) fields =
		g_strsplit(slash != NULL ? slash + 1 : name, "!", NAME_FIELDS_MOST + 1);
	guint count = g_strv_length(fields);
	if (count < NAME_FIELDS_LEAST || count > NAME_FIELDS_MOST)
		return;
	if (count == NAME_FIELDS_LEAST) {
		char *dot = strchr(fields[3], '.');
		if (dot != NULL)
			*dot = '\0';
	}
	report_context_set(&context->file_submitter, fields[0]);
	report_context_set(&context->file_domain, fields[1]);
	context->file_start = read_epoch(fields[2]);
	context->file_end = read_epoch(fields[3]);
}

const char *
report_context_domain(const struct report_context *context)
{
	const char *const order[] = { context->header_domain, context->subject_domain,
		context->file_domain, context->token_domain };
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
		if (order[i] != NULL)
			return order[i];
	return NULL;
}

const char *
report_context_submitter(const struct report_context *context)
{
	const char *const order[] = { context->header_submitter, context->subject_submitter,
		context->from_domain, context->file_submitter };
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
		if (order[i] != NULL)
			return order[i];
	return NULL;
}
