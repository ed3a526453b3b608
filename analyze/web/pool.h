/* Connections to the database for threads to share; each may only read. */
#pragma once

#include "sql/db.h"

struct pool;

/* size connections at most, made when they are needed; url as db_open has it. */
struct pool *pool_new(const char *url, unsigned size);
/* No connection may be out. */
void pool_free(struct pool *pool);

/* A connection that holds, for one thread and for some statements: one that is out for longer than
   these may take fails.  Waits where all are out.  NULL with error where there is no database. */
struct db *pool_take(struct pool *pool, GError **error);
void pool_give(struct pool *pool, struct db *db);

/* Call it every second or so: a database that does not answer, nor say that it will not, must not
   hold its callers for ever. */
void pool_tend(struct pool *pool);

/* Lets everything that is out, or is asked for from now on, fail. */
void pool_close(struct pool *pool);
