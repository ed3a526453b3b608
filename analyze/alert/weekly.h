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

/* "2026-W48" for the week whose digest is due at a time (ISO 8601), where it begins on a weekday
   (1 Monday ... 7 Sunday) at six o'clock UTC; g_free it. */
char *weekly_id(int64_t at, int weekday);

/* domains of struct weekly_domain, in any order; events of struct weekly_event. */
void weekly_compose(struct notice_text *text, const char *id, int64_t now, GArray *domains,
	const GArray *events, const char *pages);
