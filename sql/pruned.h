/* The day before which reports are taken in no more, since theirs are sums alone. */
#pragma once

#include "sql/db.h"

/* So many days are never pruned; nothing so young asks for the day. */
#define PRUNED_LEAST_DAYS 31

/* Reads it and holds it until the transaction ends: prune waits. */
bool pruned_before(struct db *db, int32_t *day, GError **error);

/* Moves it to a later day, and waits for transactions that hold it. */
bool pruned_move(struct db *db, int32_t day, GError **error);
