/* Judging one domain: its rules, what the store knows of it, the verdict. */
#pragma once

#include "analyze/evidence.h"
#include "analyze/verdict.h"

struct judge_request {
	const char *domain; /* normalised */
	int64_t at;
	char **ignore;                    /* submitters, beside those of its settings; NULL: none */
	const struct saved_checks *saved; /* NULL: those of the store alone */
	const struct sts_policy *planned; /* NULL: none */
};

struct judged {
	const struct evidence *evidence;
	const struct judgement *judgement;
};

/* By the thresholds of the options and the domain's settings.  Everything comes from arena.  False
   with error. */
bool judge_domain(struct db *db, struct arena *arena, const struct judge_request *request,
	struct judged *judged, GError **error);
