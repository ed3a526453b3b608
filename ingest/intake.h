/* From the body of a post to its receipt: read, given a domain, counted, handed to the committer.
 */
#pragma once

#include "ingest/address.h"
#include "ingest/committer.h"
#include "ingest/guard.h"
#include "ingest/tokens.h"

struct intake_options {
	struct committer *committer;
	struct guard *guard;
	struct tokens *tokens;
	const struct log *log;
	struct metrics *metrics;
};

/* A post; its maker owns it and keeps it until done is called. */
struct intake_post {
	GBytes *body; /* intake_take takes the maker's reference */
	struct address client;
	const char *token; /* NULL: none */
	void (*done)(struct intake_post *post);

	/* Set before done, by any thread. */
	enum receipt receipt;
	int failure; /* an enum report_error where it could not be read; -1: it could */
	char *why;   /* with failure: in words */
	char *domain, *submitter; /* NULL: not known, or not read yet */
	bool over_cap;

	struct intake *intake; /* for its own use */
	bool heavy;
};

struct intake;

struct intake *intake_new(const struct intake_options *options);
/* All posts must be done. */
void intake_free(struct intake *intake);

/* Takes a post in; done is called once, perhaps before this returns. */
void intake_take(struct intake *intake, struct intake_post *post);

/* Frees what the answer holds. */
void intake_post_clear(struct intake_post *post);
