/* Gathering the evidence about a domain: rows of the store, and checks that were saved. */
#pragma once

#include "analyze/verdict_evidence.h"
#include "sql/db.h"

/* Checks out of files, by domain. */
struct saved_checks;

struct saved_checks *saved_checks_new(void);
void saved_checks_free(struct saved_checks *saved);

/* Adds the checks of a file, one JSON object a line; "-" is standard input.  False after a
   complaint. */
bool saved_checks_read(struct saved_checks *saved, const char *path);

/* Adds one that was just made; json on one line. */
bool saved_checks_add(struct saved_checks *saved, const char *json, size_t length, GError **error);

struct evidence_request {
	const char *domain;
	int64_t at;
	int window_days;
	char **ignore; /* submitters; NULL: none */
	const struct saved_checks *saved;
	const struct sts_policy *planned; /* NULL: none */
};

/* Reads all that is known at that time: reports about days before it, checks up to it.  Everything
   comes from arena.  NULL with error. */
struct evidence *evidence_gather(
	struct db *db, struct arena *arena, const struct evidence_request *request, GError **error);
