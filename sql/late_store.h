/* A store that is opened by the first write: a daemon begins whether the database is there or not.
 */
#pragma once

#include "sql/store.h"

struct late_store;

/* Opens nothing yet. */
struct late_store *late_store_new(const char *url);
void late_store_free(struct late_store *late);

/* As store_sink; a write that cannot open the store fails as one that finds it gone. */
struct sink *late_store_sink(struct late_store *late);
