/* A bounded queue between threads. */
#include "ingest/import_queue.h"

struct entry {
	gpointer item;
	size_t weight;
};

struct import_queue {
	GMutex lock;
	GCond filled, drained;
	GQueue entries;
	size_t most_items, most_weight, weight;
	int takers, givers; /* that wait: waking nobody costs a system call all the same */
	bool closed;
};

/* Whether an item of weight finds room. */
static bool
has_room(const struct import_queue *queue, size_t weight)
{
	return queue->entries.length == 0 || (queue->entries.length < queue->most_items &&
						     queue->weight + weight <= queue->most_weight);
}

/* Givers are woken when half is free, not at every item: each wake-up is a switch of threads. */
static bool
is_half_empty(const struct import_queue *queue)
{
	return queue->entries.length <= queue->most_items / 2 &&
	       queue->weight <= queue->most_weight / 2;
}

struct import_queue *
import_queue_new(size_t most_items, size_t most_weight)
{
	struct import_queue *queue = g_new0(struct import_queue, 1);
	g_mutex_init(&queue->lock);
	g_cond_init(&queue->filled);
	g_cond_init(&queue->drained);
	g_queue_init(&queue->entries);
	queue->most_items = most_items;
	queue->most_weight = most_weight;
	return queue;
}

void
import_queue_free(struct import_queue *queue, GDestroyNotify free_item)
{
	for (struct entry *entry; (entry = g_queue_pop_head(&queue->entries)) != NULL;) {
		free_item(entry->item);
		g_free(entry);
	}
	g_mutex_clear(&queue->lock);
	g_cond_clear(&queue->filled);
	g_cond_clear(&queue->drained);
	g_free(queue);
}

void
import_queue_push(struct import_queue *queue, gpointer item, size_t weight)
{
	struct entry *entry = g_new(struct entry, 1);
	*entry = (struct entry){ item, weight };
	g_mutex_lock(&queue->lock);
	while (!has_room(queue, weight)) {
		queue->givers++;
		g_cond_wait(&queue->drained, &queue->lock);
		queue->givers--;
	}
	g_queue_push_tail(&queue->entries, entry);
	queue->weight += weight;
	if (queue->takers > 0)
		g_cond_signal(&queue->filled);
	g_mutex_unlock(&queue->lock);
}

gpointer
import_queue_pop(struct import_queue *queue, gint64 timeout)
{
	gint64 deadline = g_get_monotonic_time() + timeout;
	gpointer item = NULL;
	g_mutex_lock(&queue->lock);
	bool waiting = true;
	while (waiting && queue->entries.length == 0 && !queue->closed) {
		queue->takers++;
		if (timeout == 0)
			g_cond_wait(&queue->filled, &queue->lock);
		else
			waiting = g_cond_wait_until(&queue->filled, &queue->lock, deadline);
		queue->takers--;
	}
	struct entry *entry = g_queue_pop_head(&queue->entries);
	if (entry != NULL) {
		item = entry->item;
		queue->weight -= entry->weight;
		g_free(entry);
		if (queue->givers > 0 && is_half_empty(queue))
			g_cond_broadcast(&queue->drained); /* waiting items differ in weight */
	}
	g_mutex_unlock(&queue->lock);
	return item;
}

void
import_queue_close(struct import_queue *queue)
{
	g_mutex_lock(&queue->lock);
	queue->closed = true;
	g_cond_broadcast(&queue->filled);
	g_mutex_unlock(&queue->lock);
}

bool
import_queue_is_done(struct import_queue *queue)
{
	g_mutex_lock(&queue->lock);
	bool done = queue->closed && queue->entries.length == 0;
	g_mutex_unlock(&queue->lock);
	return done;
}

size_t
import_queue_length(struct import_queue *queue)
{
	g_mutex_lock(&queue->lock);
	size_t length = queue->entries.length;
	g_mutex_unlock(&queue->lock);
	return length;
}
