/* The table of answers. */
#include "ingest/answer.h"

#include <string.h>

#include "ingest/report_body.h"
#include "ingest/report_path.h"

/* Known and unknown tokens get the same words.  What is taken needs none, and so fits one TLS
   record: a body would be another. */
static const struct {
	unsigned status;
	const char *text;
	const char *name, *value; /* of a header */
} table[ANSWERS] = {
	[ANSWER_PAGE] = { 200, "This address takes SMTP TLS reports (RFC 8460) by POST.\n" },
	[ANSWER_NEW] = { 201, "" },
	[ANSWER_SEEN] = { 200, "" },
	[ANSWER_CONFLICT] = { 200, "" },
	[ANSWER_SPOOLED] = { 202, "" },
	[ANSWER_KEPT_ASIDE] = { 202, "" },
	[ANSWER_NO_REPORT] = { 400, "this is not a TLS report that can be read (RFC 8460 4)\n" },
	[ANSWER_EMPTY] = { 400, "the body is empty\n" },
	[ANSWER_NO_PATH] = { 404, "nothing here; reports go to " REPORT_PATH "\n" },
	[ANSWER_NO_METHOD] = { 405, "reports come by POST\n", "Allow", "GET, HEAD, POST" },
	[ANSWER_TOO_LARGE] = { 413, "too large: a report may have ten megabytes\n" },
	[ANSWER_OVER_LIMIT] = { 413, "over a limit: inflated size, depth or number of values\n" },
	[ANSWER_FLOOD] = { 429, "too many requests from this address\n", "Retry-After", "60" },
	[ANSWER_NO_MEMORY] = { 503, "too much at once\n", "Retry-After", "60" },
	[ANSWER_LOST] = { 503, "cannot be kept now\n", "Retry-After", "300" },
};

struct answers {
	struct MHD_Response *usual[ANSWERS], *last[ANSWERS];
};

unsigned
answer_status(enum answer answer)
{
	return table[answer].status;
}

static enum answer
unreadable(const struct intake_post *post)
{
	return post->failure == REPORT_ERROR_LIMIT ? ANSWER_OVER_LIMIT : ANSWER_NO_REPORT;
}

enum answer
answer_for(const struct intake_post *post)
{
	bool readable = post->failure < 0;
	switch (post->receipt) {
	case RECEIPT_NEW:
		return ANSWER_NEW;
	case RECEIPT_SEEN:
		return ANSWER_SEEN;
	case RECEIPT_CONFLICT:
		return ANSWER_CONFLICT;
	case RECEIPT_SPOOLED:
		return readable ? ANSWER_SPOOLED : unreadable(post);
	case RECEIPT_QUARANTINED:
		return readable ? ANSWER_KEPT_ASIDE : unreadable(post);
	case RECEIPT_REFUSED:
		return readable ? ANSWER_LOST : unreadable(post);
	case RECEIPT_LOST:
	case RECEIPT_NONE:
		break;
	}
	return ANSWER_LOST;
}

static struct MHD_Response *
new_response(enum answer answer, bool last)
{
	const char *text = table[answer].text;
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT);
	if (text[0] != '\0')
		MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
	if (table[answer].name != NULL)
		MHD_add_response_header(response, table[answer].name, table[answer].value);
	if (last)
		MHD_add_response_header(response, "Connection", "close");
	return response;
}

struct answers *
answers_new(void)
{
	struct answers *answers = g_new(struct answers, 1);
	for (int i = 0; i < ANSWERS; i++) {
		answers->usual[i] = new_response((enum answer)i, false);
		answers->last[i] = new_response((enum answer)i, true);
	}
	return answers;
}

void
answers_free(struct answers *answers)
{
	for (int i = 0; i < ANSWERS; i++) {
		MHD_destroy_response(answers->usual[i]);
		MHD_destroy_response(answers->last[i]);
	}
	g_free(answers);
}

struct MHD_Response *
answers_response(struct answers *answers, enum answer answer, bool last)
{
	return (last ? answers->last : answers->usual)[answer];
}
