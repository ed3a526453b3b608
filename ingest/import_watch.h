/* Following Maildirs: being told of each message that arrives in new/. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "ingest/import_walk.h"

struct import_watch;

/* Begins to watch the Maildirs among paths (others are left aside).  Begin before the first scan,
   so that nothing arrives unseen in between.  NULL with error where none is a Maildir or inotify
   refuses. */
struct import_watch *import_watch_new(const char *const *paths, size_t count, GError **error);
void import_watch_free(struct import_watch *watch);

/* Hands every message that arrives to walk->each until *walk->stop is set; scans new/ again where
   events were lost, and when a Maildir that was taken away is back. */
void import_watch_follow(struct import_watch *watch, const struct import_walk *walk);
