/* The weekly digest: how all domains stand, and what changed in the week. */
#pragma once

#include "analyze/alert/notice.h"

/* A domain as it stands. */
struct weekly_domain {
	char *domain;
	enum verdict verdict;
	char *headline; /* the heaviest reason; NULL: none */
};

/* Something that was told in the week. */
struct weekly_event {
	char *domain, *title;
	int64_t at;
};

/* Domains and changes that are listed, the worst and the newest; a mail of thousands nobody reads.
 */
#define WEEKLY_MOST 300

/* "2026-W48" for the week whose digest is due at a time (ISO 8601), where it begins on a weekday
   (1 Monday ... 7 Sunday) at six o'clock UTC; g_free it. */
char *weekly_id(int64_t at, int weekday);

/* domains of struct weekly_domain, events of struct weekly_event, in any order. */
void weekly_compose(struct notice_text *text, const char *id, int64_t now, GArray *domains,
	GArray *events, const char *pages);

/* The same as a page for mail programs, most of which drop what stands in <style>: simple tables,
   and what little style there is beside each thing.  domains as they are listed; g_free it. */
char *weekly_page(
	const char *title, const GArray *domains, const GArray *events, const char *pages);
