/* The store: arrivals to rows, in batches, nothing lost and nothing counted twice. */
#pragma once

#include "ingest/sink.h"
#include "sql/db.h"

struct store;

/* Opens the store over a connection of its own and checks the schema. */
struct store *store_open(const char *url, GError **error);
void store_close(struct store *store);

/* The sink of this store; valid as long as it.  Not for two threads at once: open one store for
   each.  A write that finds the connection gone fails with SINK_ERROR_TEMPORARY; the next write
   connects again. */
struct sink *store_sink(struct store *store);
