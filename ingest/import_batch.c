/* Units gathered for one write, and what became of the reports in them. */
#include "ingest/import_batch.h"

#include "ingest/report_body.h"

/* What a transaction should not outgrow. */
#define MOST_BYTES (8u << 20)
#define MOST_DETAILS 40000

/* A unit, and those of its arrivals that are to be written. */
struct entry {
	struct import_unit *unit;
	guint first, count;
};

struct import_batch {
	GArray *entries;     /* struct entry */
	GPtrArray *arrivals; /* those to be written, borrowed from the units */
	GArray *outcomes;    /* enum sink_outcome of each */
	size_t weight, details;
};

struct import_batch *
import_batch_new(void)
{
	struct import_batch *batch = g_new0(struct import_batch, 1);
	batch->entries = g_array_new(FALSE, FALSE, sizeof(struct entry));
	batch->arrivals = g_ptr_array_new();
	batch->outcomes = g_array_new(FALSE, TRUE, sizeof(enum sink_outcome));
	return batch;
}

void
import_batch_free(struct import_batch *batch)
{
	for (guint i = 0; i < batch->entries->len; i++)
		import_unit_free(g_array_index(batch->entries, struct entry, i).unit);
	g_array_unref(batch->entries);
	g_ptr_array_unref(batch->arrivals);
	g_array_unref(batch->outcomes);
	g_free(batch);
}

/* A bare file that is no report at all is not kept: it was never one. */
static bool
is_alien(const struct arrival *arrival)
{
	return arrival->failure != NULL && arrival->channel == CHANNEL_FILE &&
	       g_error_matches(arrival->failure, REPORT_ERROR, REPORT_ERROR_ALIEN);
}

/* Whether RFC 8460 3 read strictly drops it. */
static bool
is_unsigned(const struct arrival *arrival)
{
	return arrival->channel == CHANNEL_MAIL && arrival->trust != TRUST_DKIM;
}

void
import_batch_add(struct import_batch *batch, struct import_unit *unit, bool require_dkim,
	struct importer_counts *counts)
{
	struct entry entry = { unit, batch->arrivals->len, 0 };
	bool without = true;
	for (guint i = 0; i < unit->arrivals->len; i++) {
		struct arrival *arrival = g_ptr_array_index(unit->arrivals, i);
		if (is_alien(arrival))
			continue;
		without = false;
		if (require_dkim && is_unsigned(arrival))
			counts->not_dkim++;
		else
			g_ptr_array_add(batch->arrivals, arrival);
	}
	entry.count = batch->arrivals->len - entry.first;
	g_array_append_val(batch->entries, entry);
	g_array_set_size(batch->outcomes, batch->arrivals->len); /* SINK_NONE */
	counts->read++;
	counts->without += without;
	batch->weight += unit->weight;
	batch->details += unit->details;
}

bool
import_batch_is_empty(const struct import_batch *batch)
{
	return batch->entries->len == 0;
}

bool
import_batch_is_full(const struct import_batch *batch, guint most)
{
	/* messages without a report take no place in a transaction, but memory */
	return batch->arrivals->len >= most || batch->entries->len >= 2 * most ||
	       batch->weight >= MOST_BYTES || batch->details >= MOST_DETAILS;
}

static enum sink_outcome *
outcome_of(const struct import_batch *batch, guint arrival)
{
	return &g_array_index(batch->outcomes, enum sink_outcome, arrival);
}

bool
import_batch_write(struct import_batch *batch, struct sink *sink, GError **error)
{
	guint all = batch->arrivals->len, count = 0;
	g_autofree struct arrival **rest = g_new(struct arrival *, all);
	g_autofree enum sink_outcome *outcomes = g_new0(enum sink_outcome, all);
	g_autofree guint *places = g_new(guint, all);
	for (guint i = 0; i < all; i++)
		if (*outcome_of(batch, i) == SINK_NONE) {
			places[count] = i;
			rest[count++] = g_ptr_array_index(batch->arrivals, i);
		}
	if (count == 0)
		return true;
	bool fine = sink->write(sink->state, rest, count, outcomes, error);
	for (guint i = 0; i < count; i++)
		*outcome_of(batch, places[i]) = outcomes[i];
	return fine;
}

void
import_batch_count(const struct import_batch *batch, struct importer_counts *counts)
{
	for (guint i = 0; i < batch->arrivals->len; i++) {
		enum sink_outcome outcome = *outcome_of(batch, i);
		counts->fresh += outcome == SINK_NEW;
		counts->seen += outcome == SINK_SEEN;
		counts->conflicts += outcome == SINK_CONFLICT;
		counts->pruned += outcome == SINK_PRUNED;
		counts->quarantined += outcome == SINK_QUARANTINED;
	}
}

static const char *
why_refused(const struct arrival *arrival)
{
	return arrival->failure != NULL ? arrival->failure->message
					: "refused, and the quarantine is full";
}

void
import_batch_tell_refused(const struct import_batch *batch,
	void (*complain)(void *user, const char *what, const char *why), void *user)
{
	for (guint i = 0; i < batch->entries->len; i++) {
		const struct entry *entry = &g_array_index(batch->entries, struct entry, i);
		for (guint j = entry->first; j < entry->first + entry->count; j++)
			if (*outcome_of(batch, j) == SINK_REFUSED)
				complain(user, entry->unit->source,
					why_refused(g_ptr_array_index(batch->arrivals, j)));
	}
}

static const char *
flags_for(const struct import_batch *batch, const struct entry *entry)
{
	const char *flags = "S";
	if (entry->unit->mark == NULL || entry->count == 0 ||
		entry->count < entry->unit->arrivals->len)
		return NULL;
	for (guint i = entry->first; i < entry->first + entry->count; i++) {
		enum sink_outcome outcome = *outcome_of(batch, i);
		if (outcome == SINK_NONE || outcome == SINK_REFUSED)
			return NULL;
		if (outcome == SINK_QUARANTINED)
			flags = "FS";
	}
	return flags;
}

void
import_batch_finish(struct import_batch *batch,
	void (*each)(void *user, struct import_unit *unit, const char *flags), void *user)
{
	for (guint i = 0; i < batch->entries->len; i++) {
		const struct entry *entry = &g_array_index(batch->entries, struct entry, i);
		each(user, entry->unit, flags_for(batch, entry));
	}
	g_array_set_size(batch->entries, 0);
	g_ptr_array_set_size(batch->arrivals, 0);
	g_array_set_size(batch->outcomes, 0);
	batch->weight = batch->details = 0;
}
