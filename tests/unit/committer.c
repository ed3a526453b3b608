/* The committer with a sink that does as it is told: fine, failing, hanging. */
#include "ingest/committer.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ingest/report_body.h"
#include "ingest/writer.h"

#define N_WRITERS 2
#define SECOND G_USEC_PER_SEC

/* Some senders wait no longer than this for an answer. */
#define SENDERS_PATIENCE (10 * SECOND)

/* ---- a database that does as it is told ---- */

enum mood {
	FINE,
	AWAY,   /* every write fails at once */
	HANGS,  /* no write ends */
	HALVES, /* a write does its first half, then fails; alone, it fails */
};

struct database {
	GMutex lock;
	GCond changed;
	enum mood mood;
	uint64_t poison;  /* a key that fails whatever the mood; 0: none */
	bool no_probe;    /* it does not answer probes */
	GHashTable *rows; /* keys of what is committed */
	guint unreadable; /* of these */
	guint writes, probes;
};

static void
set_mood(struct database *database, enum mood mood)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&database->lock);
	database->mood = mood;
	g_cond_broadcast(&database->changed);
}

/* A committer asks once when it starts: a mood set before that is a database that was never there.
 */
static void
wait_for_probe(struct database *database)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&database->lock);
	while (database->probes == 0)
		g_cond_wait(&database->changed, &database->lock);
}

static enum sink_outcome
commit(struct database *database, const struct arrival *arrival)
{
	bool fresh =
		g_hash_table_add(database->rows, g_memdup2(&arrival->key, sizeof arrival->key));
	if (arrival->report != NULL)
		return fresh ? SINK_NEW : SINK_SEEN;
	database->unreadable += fresh;
	return SINK_QUARANTINED;
}

static bool
write_fake(void *state, struct arrival *const *arrivals, size_t count, enum sink_outcome *outcomes,
	GError **error)
{
	struct database *database = state;
	g_usleep(1000); /* as a commit does, so that others gather */
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&database->lock);
	database->writes++;
	while (database->mood == HANGS)
		g_cond_wait(&database->changed, &database->lock);
	size_t most = database->mood == AWAY ? 0 : database->mood == HALVES ? count / 2 : count;
	for (size_t i = 0; i < count; i++)
		outcomes[i] = SINK_NONE;
	for (size_t i = 0; i < count; i++)
		if (arrivals[i]->key == database->poison)
			most = 0;
	for (size_t i = 0; i < most; i++)
		outcomes[i] = commit(database, arrivals[i]);
	if (most == count)
		return true;
	g_set_error(error, SINK_ERROR, SINK_ERROR_TEMPORARY, "as it was told");
	return false;
}

static bool
probe_fake(void *user, GError **error)
{
	struct database *database = user;
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&database->lock);
	database->probes++;
	g_cond_broadcast(&database->changed);
	if (database->mood == FINE && !database->no_probe)
		return true;
	g_set_error(error, SINK_ERROR, SINK_ERROR_TEMPORARY, "no answer");
	return false;
}

static char *
resolve_fake(void *user, const char *token)
{
	(void)user;
	(void)token;
	return NULL;
}

/* ---- senders ---- */

struct sender {
	GMutex lock;
	GCond told;
	enum receipt receipt;
	guint times;
};

static void
tell(void *user, enum receipt receipt)
{
	struct sender *sender = user;
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&sender->lock);
	sender->receipt = receipt;
	sender->times++;
	g_cond_signal(&sender->told);
}

static enum receipt
wait_for(struct sender *sender)
{
	int64_t until = g_get_monotonic_time() + 20 * SECOND;
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&sender->lock);
	while (sender->times == 0)
		if (!g_cond_wait_until(&sender->told, &sender->lock, until))
			break;
	g_assert_cmpuint(sender->times, ==, 1);
	return sender->receipt;
}

/* ---- one committer with all it needs ---- */

struct house {
	struct database database;
	struct sink sinks[N_WRITERS + 2];
	struct sink *sink_list[N_WRITERS + 2];
	char *path;
	struct log log;
	struct metrics *metrics;
	struct reach *reach;
	struct spool *spool;
	struct committer *committer;
};

static void
open_house(struct house *house, uint64_t spool_files)
{
	g_autoptr(GError) failure = NULL;
	house->path = g_dir_make_tmp("stsready-XXXXXX", NULL);
	house->database.rows = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	house->log = (struct log){ STDERR_FILENO, 0, false };
	house->metrics = metrics_new();
	house->reach = reach_new(&house->log, house->metrics);
	struct spool_options spool = { house->path, 1 << 30, spool_files };
	house->spool = spool_open(&spool, &failure);
	g_assert_no_error(failure);
	for (size_t i = 0; i < N_WRITERS + 2; i++) {
		house->sinks[i] = (struct sink){ &house->database, write_fake };
		house->sink_list[i] = &house->sinks[i];
	}
	struct committer_options options = {
		.sinks = house->sink_list,
		.n_writers = N_WRITERS,
		.spool = house->spool,
		.reach = house->reach,
		.log = &house->log,
		.metrics = house->metrics,
		.probe = probe_fake,
		.resolve = resolve_fake,
		.user = &house->database,
	};
	house->committer = committer_new(&options);
	wait_for_probe(&house->database);
}

static void
set_up(struct house *house, gconstpointer user)
{
	(void)user;
	memset(house, 0, sizeof *house);
	open_house(house, 10000);
}

static void
set_up_tiny_spool(struct house *house, gconstpointer user)
{
	(void)user;
	memset(house, 0, sizeof *house);
	open_house(house, 0);
}

static void
tear_down(struct house *house, gconstpointer user)
{
	(void)user;
	set_mood(&house->database, FINE);
	g_assert_true(committer_free(house->committer, g_get_monotonic_time() + 20 * SECOND));
	spool_close(house->spool);
	reach_free(house->reach);
	metrics_free(house->metrics);
	g_hash_table_unref(house->database.rows);
	const char *argv[] = { "rm", "-rf", house->path, NULL };
	g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
		NULL, NULL, NULL));
	g_free(house->path);
}

/* A report of its own about a domain; or, without one, bytes that are none. */
static struct arrival *
new_arrival(uint64_t key, const char *domain)
{
	struct arrival *arrival = arrival_new();
	g_autofree char *body =
		domain == NULL ? g_strdup_printf("no report %" G_GUINT64_FORMAT, key)
			       : g_strdup_printf("{\"date-range\":{\"start-datetime\":"
						 "\"2026-03-01T00:00:00Z\",\"end-datetime\":"
						 "\"2026-03-01T23:59:59Z\"},\"report-id\":"
						 "\"%" G_GUINT64_FORMAT
						 "\",\"policies\":[{\"policy\":{\"policy-type\":"
						 "\"sts\",\"policy-domain\":\"%s\"},\"summary\":{"
						 "\"total-successful-session-count\":1}}]}",
					 key, domain);
	arrival->body = g_bytes_new(body, strlen(body));
	arrival->report = report_body_read(
		(const uint8_t *)body, strlen(body), &arrival->context, &arrival->failure);
	g_assert_cmpint(arrival->report != NULL, ==, domain != NULL);
	arrival->channel = CHANNEL_HTTPS;
	arrival->trust = TRUST_HTTPS;
	arrival->received_at = 1772323800;
	arrival->key = key;
	return arrival;
}

static void
give(struct house *house, struct sender *sender, uint64_t key, const char *domain)
{
	committer_give(house->committer, parcel_new(new_arrival(key, domain), NULL, tell, sender));
}

/* Gives count reports about ten domains with keys from first on. */
static struct sender *
give_many(struct house *house, uint64_t first, guint count)
{
	struct sender *senders = g_new0(struct sender, count);
	for (guint i = 0; i < count; i++) {
		g_autofree char *domain = g_strdup_printf("d%u.example", i % 10);
		give(house, &senders[i], first + i, domain);
	}
	return senders;
}

static guint
rows(struct house *house)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&house->database.lock);
	return g_hash_table_size(house->database.rows);
}

/* Waits until the spool holds so many; how long that may take is the drainer's longest pause. */
static void
wait_for_spool(struct house *house, uint64_t files)
{
	int64_t until = g_get_monotonic_time() + 20 * SECOND;
	while (spool_look(house->spool).files != files && g_get_monotonic_time() < until)
		g_usleep(10000);
	g_assert_cmpuint(spool_look(house->spool).files, ==, files);
}

/* ---- the tests ---- */

static void
test_fine(struct house *house, gconstpointer user)
{
	(void)user;
	g_autofree struct sender *senders = give_many(house, 1, 2000);
	for (guint i = 0; i < 2000; i++)
		g_assert_cmpint(wait_for(&senders[i]), ==, RECEIPT_NEW);
	g_assert_cmpuint(rows(house), ==, 2000);
	/* they came in batches, not one by one */
	g_assert_cmpuint(house->database.writes, <, 500);
	g_assert_cmpuint(spool_look(house->spool).files, ==, 0);

	struct sender again = { .times = 0 };
	give(house, &again, 1, "d0.example");
	g_assert_cmpint(wait_for(&again), ==, RECEIPT_SEEN);
}

static void
test_away(struct house *house, gconstpointer user)
{
	(void)user;
	set_mood(&house->database, AWAY);
	g_autofree struct sender *senders = give_many(house, 1, 600);
	for (guint i = 0; i < 600; i++)
		g_assert_cmpint(wait_for(&senders[i]), ==, RECEIPT_SPOOLED);
	g_assert_true(reach_is_away(house->reach));
	g_assert_cmpuint(rows(house), ==, 0);
	g_assert_cmpuint(spool_look(house->spool).files, ==, 600);

	set_mood(&house->database, FINE);
	wait_for_spool(house, 0);
	g_assert_cmpuint(rows(house), ==, 600);
	g_assert_false(reach_is_away(house->reach));
	struct sender next = { .times = 0 };
	give(house, &next, 1000, "d0.example");
	g_assert_cmpint(wait_for(&next), ==, RECEIPT_NEW);
}

/* Nobody waits for a write that does not end; what it does in the end is harmless. */
static void
test_hangs(struct house *house, gconstpointer user)
{
	(void)user;
	set_mood(&house->database, HANGS);
	int64_t began = g_get_monotonic_time();
	g_autofree struct sender *senders = give_many(house, 1, 50);
	for (guint i = 0; i < 50; i++)
		g_assert_cmpint(wait_for(&senders[i]), ==, RECEIPT_SPOOLED);
	int64_t took = g_get_monotonic_time() - began;
	g_assert_cmpint(took, >=, WRITER_PATIENCE);
	g_assert_cmpint(took, <, SENDERS_PATIENCE);
	g_assert_true(reach_is_away(house->reach));

	/* the next ones do not try */
	began = g_get_monotonic_time();
	g_autofree struct sender *later = give_many(house, 100, 50);
	for (guint i = 0; i < 50; i++)
		g_assert_cmpint(wait_for(&later[i]), ==, RECEIPT_SPOOLED);
	g_assert_cmpint(g_get_monotonic_time() - began, <, WRITER_PATIENCE);

	set_mood(&house->database, FINE);
	wait_for_spool(house, 0);
	g_assert_cmpuint(rows(house), ==, 100);
}

static void
test_halves(struct house *house, gconstpointer user)
{
	guint spooled = 0;
	(void)user;
	set_mood(&house->database, HALVES);
	g_autofree struct sender *senders = give_many(house, 1, 100);
	for (guint i = 0; i < 100; i++) {
		enum receipt receipt = wait_for(&senders[i]);
		g_assert_true(receipt == RECEIPT_NEW || receipt == RECEIPT_SPOOLED);
		spooled += receipt == RECEIPT_SPOOLED;
	}
	g_assert_cmpuint(spooled, >, 0);
	g_assert_cmpuint(spooled, <, 100);
	set_mood(&house->database, FINE);
	wait_for_spool(house, 0);
	g_assert_cmpuint(rows(house), ==, 100);
}

/* One report that cannot be stored now holds back nobody. */
static void
test_poison(struct house *house, gconstpointer user)
{
	(void)user;
	house->database.poison = 42;
	set_mood(&house->database, AWAY);
	g_autofree struct sender *senders = give_many(house, 1, 100);
	for (guint i = 0; i < 100; i++)
		g_assert_cmpint(wait_for(&senders[i]), ==, RECEIPT_SPOOLED);
	set_mood(&house->database, FINE);
	wait_for_spool(house, 1);
	g_assert_cmpuint(rows(house), ==, 99);

	/* nor those that come after it */
	struct sender next = { .times = 0 };
	give(house, &next, 1000, "d0.example");
	g_assert_cmpint(wait_for(&next), ==, RECEIPT_NEW);

	g_mutex_lock(&house->database.lock);
	house->database.poison = 0;
	g_mutex_unlock(&house->database.lock);
	wait_for_spool(house, 0);
	g_assert_cmpuint(rows(house), ==, 101);
}

/* The spool takes nothing: 503 at once where the database is away ... */
static void
test_full_and_away(struct house *house, gconstpointer user)
{
	(void)user;
	set_mood(&house->database, AWAY);
	int64_t began = g_get_monotonic_time();
	g_autofree struct sender *senders = give_many(house, 1, 10);
	for (guint i = 0; i < 10; i++)
		g_assert_cmpint(wait_for(&senders[i]), ==, RECEIPT_LOST);
	g_assert_cmpint(g_get_monotonic_time() - began, <, WRITER_PATIENCE);
}

/* ... but while it hangs it may still be quick enough. */
static void
test_full_and_slow(struct house *house, gconstpointer user)
{
	(void)user;
	set_mood(&house->database, HANGS);
	g_autofree struct sender *senders = give_many(house, 1, 10);
	g_usleep(WRITER_PATIENCE + SECOND / 2);
	for (guint i = 0; i < 10; i++)
		g_assert_cmpuint(senders[i].times, ==, 0);
	set_mood(&house->database, FINE);
	for (guint i = 0; i < 10; i++)
		g_assert_cmpint(wait_for(&senders[i]), ==, RECEIPT_NEW);

	set_mood(&house->database, HANGS);
	int64_t began = g_get_monotonic_time();
	struct sender lost = { .times = 0 };
	give(house, &lost, 100, "d0.example");
	g_assert_cmpint(wait_for(&lost), ==, RECEIPT_LOST);
	g_assert_cmpint(g_get_monotonic_time() - began, <, SENDERS_PATIENCE);
}

static void
test_unreadable(struct house *house, gconstpointer user)
{
	struct sender one = { .times = 0 }, other = { .times = 0 };
	(void)user;
	give(house, &one, 1, NULL);
	g_assert_cmpint(wait_for(&one), ==, RECEIPT_QUARANTINED);
	g_assert_cmpuint(house->database.unreadable, ==, 1);

	set_mood(&house->database, AWAY);
	give(house, &other, 2, NULL);
	g_assert_cmpint(wait_for(&other), ==, RECEIPT_SPOOLED);
	set_mood(&house->database, FINE);
	wait_for_spool(house, 0);
	g_assert_cmpuint(house->database.unreadable, ==, 2);
}

/* A flood of what is no report waits in its own line, and ends in being turned away. */
static void
test_unreadable_flood(struct house *house, gconstpointer user)
{
	g_autofree struct sender *senders = g_new0(struct sender, 1000);
	guint refused = 0;
	(void)user;
	set_mood(&house->database, HANGS);
	for (guint i = 0; i < 1000; i++)
		give(house, &senders[i], 1 + i, NULL);
	set_mood(&house->database, FINE);
	for (guint i = 0; i < 1000; i++) {
		enum receipt receipt = wait_for(&senders[i]);
		g_assert_true(receipt == RECEIPT_QUARANTINED || receipt == RECEIPT_REFUSED);
		refused += receipt == RECEIPT_REFUSED;
	}
	g_assert_cmpuint(refused, >, 200);
	g_assert_cmpuint(refused, <, 800);
}

/* At the end of the daemon nothing waits for the database any more. */
static void
test_hurry(struct house *house, gconstpointer user)
{
	(void)user;
	set_mood(&house->database, HANGS);
	g_autofree struct sender *senders = give_many(house, 1, 50);
	int64_t began = g_get_monotonic_time();
	committer_hurry(house->committer);
	for (guint i = 0; i < 50; i++)
		g_assert_cmpint(wait_for(&senders[i]), ==, RECEIPT_SPOOLED);
	g_assert_cmpint(g_get_monotonic_time() - began, <, WRITER_PATIENCE);
	g_assert_false(committer_free(house->committer, g_get_monotonic_time() + SECOND / 10));
}

/* A probe without an answer sends reports to the spool before any of them had to wait. */
static void
test_probe(struct house *house, gconstpointer user)
{
	(void)user;
	g_mutex_lock(&house->database.lock);
	house->database.no_probe = true;
	g_mutex_unlock(&house->database.lock);
	for (int i = 0; i < 1000 && !reach_is_away(house->reach); i++)
		g_usleep(10000);
	g_assert_true(reach_is_away(house->reach));
	g_autofree char *text = reach_text(house->reach);
	g_assert_cmpstr(text, ==, "no answer");
	struct sender sender = { .times = 0 };
	give(house, &sender, 1, "d0.example");
	g_assert_cmpint(wait_for(&sender), ==, RECEIPT_SPOOLED);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*set_up)(struct house *, gconstpointer);
		void (*test)(struct house *, gconstpointer);
	} tests[] = {
		{ "/committer/fine", set_up, test_fine },
		{ "/committer/away", set_up, test_away },
		{ "/committer/hangs", set_up, test_hangs },
		{ "/committer/halves", set_up, test_halves },
		{ "/committer/poison", set_up, test_poison },
		{ "/committer/full-and-away", set_up_tiny_spool, test_full_and_away },
		{ "/committer/full-and-slow", set_up_tiny_spool, test_full_and_slow },
		{ "/committer/unreadable", set_up, test_unreadable },
		{ "/committer/unreadable-flood", set_up, test_unreadable_flood },
		{ "/committer/hurry", set_up, test_hurry },
		{ "/committer/probe", set_up, test_probe },
	};
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].name, struct house, NULL, tests[i].set_up, tests[i].test,
			tear_down);
	return g_test_run();
}
