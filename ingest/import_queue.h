/* A bounded queue between threads. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

struct import_queue;

/* Holds up to most_items of up to most_weight together (one item always fits). */
struct import_queue *import_queue_new(size_t most_items, size_t most_weight);

/* The queue must be empty, or its items freed by free_item. */
void import_queue_free(struct import_queue *queue, GDestroyNotify free_item);

/* Waits for room. */
void import_queue_push(struct import_queue *queue, gpointer item, size_t weight);

/* The next item; NULL when the queue is closed and empty, or when timeout microseconds (0: for
   ever) have passed. */
gpointer import_queue_pop(struct import_queue *queue, gint64 timeout);

/* No more will be pushed. */
void import_queue_close(struct import_queue *queue);
bool import_queue_is_done(struct import_queue *queue); /* closed and empty */
size_t import_queue_length(struct import_queue *queue);
