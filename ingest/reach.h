/* Whether the database can be reached, as those who use it saw it last. */
#pragma once

#include "ingest/log.h"
#include "ingest/metrics.h"

struct reach;

/* Both stay the caller's. */
struct reach *reach_new(const struct log *log, struct metrics *metrics);
void reach_free(struct reach *reach);

/* Somebody's write went well, or failed; a change is logged. */
void reach_good(struct reach *reach);
void reach_bad(struct reach *reach, const char *why);

bool reach_is_away(struct reach *reach);

/* A new string that says how it is: "ok", or why not. */
char *reach_text(struct reach *reach);
