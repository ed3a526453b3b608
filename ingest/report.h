/* One TLS report (RFC 8460 4.4) as this program understands it: normalised, bounded, with a note
   for everything that was not as the RFC has it. */
#pragma once

#include "ingest/arena.h"

#include <glib.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define REPORT_DIGEST_BYTES 32

/* One element of "failure-details" (RFC 8460 4.3).  Text is NULL where the sender said nothing. */
struct report_detail {
	const char *result_type;           /* lower case; "unknown" where absent; never NULL */
	const char *sending_mta_ip;        /* canonical where it is an address, else as sent */
	const char *receiving_mx_hostname; /* lower case A-labels, no trailing dot */
	const char *receiving_mx_helo;     /* as sent: Postfix sends the whole EHLO reply */
	const char *receiving_ip;          /* canonical where it is an address, else as sent */
	int64_t sessions;                  /* failed-session-count; -1: not said, so at least one */
	const char *additional_information;
	const char *failure_reason_code;
};

/* One element of "policies". */
struct report_policy {
	const char *type;           /* sts, tlsa, no-policy-found, other text; never NULL */
	const char *policy_domain;  /* as the body says, lower case A-labels; NULL: not said */
	const char *domain;         /* the recipient domain this is filed under; NULL: unknown */
	const char **policy_string; /* trimmed, empty lines dropped */
	size_t policy_strings;
	const char **mx_host; /* lower case, "mx:" and trailing dot stripped */
	size_t mx_hosts;
	int64_t success; /* total-successful-session-count; 0 where absent */
	int64_t failure; /* total-failure-session-count; 0 where absent */
	struct report_detail *details;
	size_t n_details;
};

struct report {
	struct arena *arena; /* owns every pointer below */

	uint8_t digest[REPORT_DIGEST_BYTES]; /* SHA-256 of the inflated JSON: what it is */
	const char *organization;            /* organization-name; NULL: not said */
	const char *submitter;               /* the domain that sent it; NULL: nothing tells */
	const char *report_id;               /* never NULL: made from the digest where absent */
	const char *contact;                 /* contact-info; NULL: not said */
	int64_t start;                       /* seconds since 1970 UTC */
	int64_t end;        /* as sent: 23:59:59 of the day, or 00:00:00 of the next */
	const char *domain; /* the domain of the report; NULL: unknown.  Where its policies name
			       several, the first */
	struct report_policy *policies;
	size_t n_policies;
	const char **notes; /* what was not as the RFC has it, in English, each once */
	size_t n_notes;
	size_t reader_notes; /* the first so many are the reader's, the rest tell of trust */
};

/* An empty report with an arena of its own. */
struct report *report_new(void);
void report_free(struct report *report);
typedef struct report Report; /* for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Report, report_free)

/* Adds a note once, cut at LIMIT_TEXT_BYTES; beyond LIMIT_NOTES the last note says that more were
   left out. */
void report_note(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same behind words that say where. */
void report_note_at(struct report *report, const char *where, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

/* Ends the reader's notes: later ones tell of trust, and find room whatever the report did. */
void report_end_reading(struct report *report);

/* The UTC day that the report counts for, in days since 1970-01-01: that of its start, whatever
   its end (a report that ends at midnight never spills into the next day). */
int32_t report_day(const struct report *report);
