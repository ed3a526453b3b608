/* Which report goes to which thread. */
#include "ingest/committer.h"

#include <string.h>

#include "ingest/keeper.h"
#include "ingest/writer.h"

/* What cannot be read waits in a line of its own, so that a flood of it holds up no report; what
   does not fit is turned away, since nothing was promised for it. */
#define MOST_UNREADABLE 256

/* A keeper that was not seen for so long is taken for dead: one round syncs some hundred files. */
#define LONGEST_SILENCE (30 * G_USEC_PER_SEC)

struct committer {
	struct committer_options options;
	struct writer **writers; /* n_writers, and the one for what cannot be read */
	struct keeper *keeper;
	struct drainer *drainer;
};

static void
wake_drainer(void *user)
{
	struct committer *committer = user;
	drainer_wake(committer->drainer);
}

static void
spool_undone(void *user, struct parcel *parcel)
{
	struct committer *committer = user;
	keeper_give(committer->keeper, parcel);
}

static struct writer *
new_writer(struct committer *committer, size_t index)
{
	struct writer_options options = {
		.sink = committer->options.sinks[index],
		.metrics = committer->options.metrics,
		.reach = committer->options.reach,
		.undone = spool_undone,
		.user = committer,
	};
	return writer_new(&options);
}

static struct keeper *
new_keeper(struct committer *committer)
{
	struct keeper_options options = {
		.spool = committer->options.spool,
		.writers = committer->writers,
		.n_writers = committer->options.n_writers + 1,
		.log = committer->options.log,
		.metrics = committer->options.metrics,
		.kept = wake_drainer,
		.user = committer,
	};
	return keeper_new(&options);
}

static struct drainer *
new_drainer(struct committer *committer)
{
	struct drainer_options options = {
		.spool = committer->options.spool,
		.sink = committer->options.sinks[committer->options.n_writers + 1],
		.reach = committer->options.reach,
		.log = committer->options.log,
		.metrics = committer->options.metrics,
		.probe = committer->options.probe,
		.resolve = committer->options.resolve,
		.user = committer->options.user,
	};
	return drainer_new(&options);
}

struct committer *
committer_new(const struct committer_options *options)
{
	struct committer *committer = g_new0(struct committer, 1);
	committer->options = *options;
	committer->writers = g_new(struct writer *, options->n_writers + 1);
	for (size_t i = 0; i <= options->n_writers; i++)
		committer->writers[i] = new_writer(committer, i);
	committer->drainer = new_drainer(committer);
	committer->keeper = new_keeper(committer);
	return committer;
}

/* Reports of one domain meet the same rows, so they go to one writer. */
static struct writer *
writer_for(struct committer *committer, const struct report *report)
{
	const char *domain = report->domain != NULL ? report->domain : "";
	return committer->writers[g_str_hash(domain) % committer->options.n_writers];
}

void
committer_give(struct committer *committer, struct parcel *parcel)
{
	bool readable = parcel->arrival->report != NULL;
	struct writer *writer = readable ? writer_for(committer, parcel->arrival->report)
					 : committer->writers[committer->options.n_writers];

	if (reach_is_away(committer->options.reach) ||
		writer_is_stuck(writer, g_get_monotonic_time())) {
		keeper_give(committer->keeper, parcel);
	} else if (!readable && writer_waiting(writer) >= MOST_UNREADABLE) {
		metrics_report(committer->options.metrics, METRICS_REFUSED, METRICS_DIRECT);
		parcel_answer(parcel, RECEIPT_REFUSED);
		parcel_release(parcel);
	} else {
		writer_give(writer, parcel);
	}
}

void
committer_spool(struct committer *committer, struct parcel *parcel)
{
	keeper_give(committer->keeper, parcel);
}

void
committer_hurry(struct committer *committer)
{
	keeper_hurry(committer->keeper);
}

bool
committer_is_alive(struct committer *committer)
{
	return g_get_monotonic_time() - keeper_pulse(committer->keeper) < LONGEST_SILENCE;
}

bool
committer_free(struct committer *committer, int64_t until)
{
	bool ended = true;
	if (committer == NULL)
		return true;
	drainer_end(committer->drainer);
	for (size_t i = 0; i <= committer->options.n_writers; i++)
		writer_end(committer->writers[i]);
	/* the keeper looks at the writers: they go only if all of them have ended */
	for (size_t i = 0; i <= committer->options.n_writers; i++)
		ended = writer_wait(committer->writers[i], until) && ended;
	ended = drainer_wait(committer->drainer, until) && ended;
	if (!ended)
		return false;
	keeper_free(committer->keeper);
	for (size_t i = 0; i <= committer->options.n_writers; i++)
		writer_free(committer->writers[i]);
	drainer_free(committer->drainer);
	g_free(committer->writers);
	g_free(committer);
	return true;
}
