/* What the wrapping of a report says about it: mail headers, file name, the path it was posted to.
   The body is authoritative (RFC 8460 5.6); these fill in what it leaves out. */
#pragma once

#include "ingest/report.h"

#include <stdbool.h>

/* Every member is NULL where the wrapping does not say; all are names of lower-case A-labels.
   Owned by whoever made them; report_context_clear frees them. */
struct report_context {
	char *header_domain;    /* TLS-Report-Domain */
	char *subject_domain;   /* Subject: Report Domain: X Submitter: Y */
	char *file_domain;      /* submitter!domain!begin!end[!id].json.gz, RFC 8460 5.1 */
	char *token_domain;     /* the domain whose capability URL was posted to */
	char *header_submitter; /* TLS-Report-Submitter */
	char *subject_submitter;
	char *from_domain; /* the domain of From: */
	char *file_submitter;
	int64_t file_start; /* begin and end of the file name, seconds since 1970; 0: not said */
	int64_t file_end;
};

void report_context_clear(struct report_context *context);
void report_context_copy(struct report_context *to, const struct report_context *from);

/* Takes domain and submitter out of a Subject (RFC 8460 5.3), already decoded and unfolded;
   prefixes (Fwd:, list tags) before it are skipped.  Leaves context alone where it is no such
   Subject. */
void report_context_subject(struct report_context *context, const char *subject);

/* Takes what a file name (RFC 8460 5.1; the last path component counts) says, where it has that
   form.  The name is never used as a path. */
void report_context_file_name(struct report_context *context, const char *name);

/* Sets header_domain, header_submitter, from_domain or token_domain from text as sent; a value
   that is no domain name leaves *member NULL. */
void report_context_set(char **member, const char *text);

/* The best word on the domain: header, Subject, file name, token; NULL if none. */
const char *report_context_domain(const struct report_context *context);

/* The best word on the submitter without the body: header, Subject, From, file name. */
const char *report_context_submitter(const struct report_context *context);
