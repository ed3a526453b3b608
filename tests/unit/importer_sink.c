/* The importer and its sink: batches, a sink that is away or fails for good, stopping, and two
   importers at once. */
#include "tests/unit/import_room.h"

#include <signal.h>

#define MESSAGES 300

static void
make_messages(struct room *room)
{
	room_maildir(room, "m");
	room_messages(room, "m/new", 0, MESSAGES);
}

static void
test_batches(struct room *room, gconstpointer user)
{
	(void)user;
	make_messages(room);
	room->options.batch = 7;
	room_import(room, "m");
	room_assert_counted(room, "read 300, new 300");
	g_assert_cmpuint(room->most, ==, 7);
	g_assert_cmpuint(room->writes, <, MESSAGES / 4); /* and not one by one */
	g_assert_cmpuint(room_entries(room, "m/cur"), ==, MESSAGES);
}

/* ---- a sink in trouble ---- */

static const struct {
	const char *name;
	enum mood mood;
	guint times;
	double wait;
	const char *counted, *complaints, *error;
	guint rows, marked;
} rows[] = {
	{ "away for a while", AWAY, 3, 20, "read 300, new 300",
		"database away, waiting: for a while", NULL, 300, 300 },
	/* what was stored by a write that failed in the end is as new as the rest */
	{ "half of each write", HALF, 3, 20, "read 300, new 300",
		"database away, waiting: for a while", NULL, 300, 300 },
	{ "away", AWAY, 1000000, 0.2, "read 300", "database away, waiting: for a while",
		"for a while", 0, 0 },
	{ "away, not waited for", AWAY, 1000000, 0, "read 300", "", "for a while", 0, 0 },
	{ "fails for good", FATAL, 1000000, 20, "read 300", "", "for good", 0, 0 },
};

static bool
is_as_wanted(struct room *room, size_t row)
{
	g_autofree char *counted = room_counted(room);
	const char *error = room->error != NULL ? room->error->message : NULL;
	guint marked = room_entries(room, "m/cur");
	bool fine = strcmp(counted, rows[row].counted) == 0 &&
		    strcmp(room->complaints->str, rows[row].complaints) == 0 &&
		    g_strcmp0(error, rows[row].error) == 0 && room_rows(room) == rows[row].rows &&
		    marked == rows[row].marked;
	if (!fine)
		g_test_message("%s: %s; complaints: %s; error: %s; %u rows, %u marked",
			rows[row].name, counted, room->complaints->str, error, room_rows(room),
			marked);
	return fine;
}

static void
test_trouble(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct room room;
		room_open(&room, NULL);
		make_messages(&room);
		room.options.batch = MESSAGES;
		room.options.wait_seconds = rows[i].wait;
		room.mood = rows[i].mood;
		room.times = rows[i].times;
		room_import(&room, "m");
		if (!is_as_wanted(&room, i))
			g_test_fail();
		room_close(&room, NULL);
	}
}

/* What a write stored before it failed for good is marked; the rest is not. */
static void
test_half_marked(struct room *room, gconstpointer user)
{
	(void)user;
	make_messages(room);
	room->options.batch = MESSAGES;
	room->options.wait_seconds = 0;
	room->mood = HALF;
	room->times = 1;
	room_import(room, "m");
	g_assert_error(room->error, SINK_ERROR, SINK_ERROR_TEMPORARY);
	room_assert_counted(room, "read 300, new 150");
	g_assert_cmpuint(room_entries(room, "m/cur"), ==, 150);
	g_assert_cmpuint(room_entries(room, "m/new"), ==, 150);

	room_import(room, "m");
	g_assert_no_error(room->error);
	g_assert_cmpuint(room_rows(room), ==, MESSAGES);
	g_assert_cmpuint(room_entries(room, "m/cur"), ==, MESSAGES);
}

/* A message with several reports is marked when all of them are durable. */
static void
test_several_reports(struct room *room, gconstpointer user)
{
	(void)user;
	room_maildir(room, "m");
	room_message(room, "m/new/1", "1 2 3 4");
	room->options.wait_seconds = 0;
	room->mood = HALF;
	room->times = 1;
	room_import(room, "m");
	g_assert_cmpuint(room_rows(room), ==, 2);
	g_assert_cmpuint(room_entries(room, "m/new"), ==, 1);

	room_import(room, "m");
	room_assert_counted(room, "read 1, new 2, seen 2");
	g_assert_true(g_file_test(room_path(room, "m/cur/1:2,S"), G_FILE_TEST_EXISTS));
}

/* ---- stopping ---- */

static void
test_stop(struct room *room, gconstpointer user)
{
	(void)user;
	make_messages(room);
	room->options.batch = 10;
	room->stop_after = 3;
	room_import(room, "m");
	g_assert_no_error(room->error);
	/* the batch in hand is finished, no other begun */
	g_assert_cmpuint(room->writes, <=, 4);
	g_assert_cmpuint(room->counts.fresh, ==, room_rows(room));
	g_assert_cmpuint(room_entries(room, "m/cur"), ==, room_rows(room));
	g_assert_cmpuint(room_entries(room, "m/new"), ==, MESSAGES - room_rows(room));

	atomic_store(&room->stop, 0);
	room->stop_after = 0;
	room_import(room, "m");
	g_assert_cmpuint(room_rows(room), ==, MESSAGES);
}

struct feed {
	int fd;
	atomic_int ended;
};

/* Writes an mbox that never ends into a pipe, until nobody reads it any more. */
static gpointer
feed_mbox(gpointer data)
{
	struct feed *feed = data;
	gint64 until = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
	for (guint i = 0; g_get_monotonic_time() < until && atomic_load(&feed->ended) == 0; i++) {
		g_autofree char *words = g_strdup_printf("%u", i);
		g_autofree char *message = message_text(words);
		g_autofree char *text =
			g_strdup_printf("From a@b Sun Mar  1 03:00:00 2026\n%s\n", message);
		size_t length = strlen(text);
		if (write(feed->fd, text, length) != (ssize_t)length)
			break;
	}
	close(feed->fd);
	return NULL;
}

/* An mbox may have any number of messages: the end must not wait for all of them. */
static void
import_endless(struct room *room)
{
	int ends[2];
	g_assert_cmpint(pipe(ends), ==, 0);
	g_assert_cmpint(dup2(ends[0], STDIN_FILENO), ==, STDIN_FILENO);
	close(ends[0]);
	struct feed feed = { .fd = ends[1] };
	GThread *thread = g_thread_new("feed", feed_mbox, &feed);
	gint64 began = g_get_monotonic_time();
	room_import(room, "-");
	gint64 took = g_get_monotonic_time() - began;
	atomic_store(&feed.ended, 1);
	int nothing = open("/dev/null", O_RDONLY);
	g_assert_cmpint(dup2(nothing, STDIN_FILENO), ==, STDIN_FILENO);
	close(nothing);
	g_thread_join(thread);
	g_assert_cmpint(took, <, 10 * G_USEC_PER_SEC);
}

static void
test_endless_stop(struct room *room, gconstpointer user)
{
	(void)user;
	room->stop_after = 2;
	import_endless(room);
	g_assert_no_error(room->error);
	g_assert_cmpuint(room->counts.fresh, ==, room_rows(room));
	g_assert_cmpuint(room_rows(room), >, 0);
}

static void
test_endless_failure(struct room *room, gconstpointer user)
{
	(void)user;
	room->mood = FATAL;
	room->times = 1;
	import_endless(room);
	g_assert_error(room->error, SINK_ERROR, SINK_ERROR_FATAL);
}

/* ---- two at once ---- */

static gpointer
import_maildir(gpointer data)
{
	room_import(data, "m");
	return NULL;
}

/* Both write into the store of the first. */
static void
test_two(struct room *room, gconstpointer user)
{
	struct room other;
	(void)user;
	make_messages(room);
	room->options.batch = 20;
	room_open(&other, NULL);
	room_remove(&other, other.folder);
	g_assert_cmpint(symlink(room->folder, other.folder), ==, 0);
	other.sink = room->sink;
	other.options.batch = 20;
	GThread *thread = g_thread_new("other", import_maildir, &other);
	room_import(room, "m");
	g_thread_join(thread);

	g_assert_no_error(room->error);
	g_assert_no_error(other.error);
	g_assert_cmpstr(room->complaints->str, ==, "");
	g_assert_cmpstr(other.complaints->str, ==, "");
	g_assert_cmpuint(room_rows(room), ==, MESSAGES);
	g_assert_cmpuint(room->counts.fresh + other.counts.fresh, ==, MESSAGES);
	g_assert_cmpuint(room_entries(room, "m/cur"), ==, MESSAGES);
	g_assert_cmpuint(room_entries(room, "m/new"), ==, 0);
	room_close(&other, NULL);
}

static void
add(const char *path, void (*test)(struct room *room, gconstpointer user))
{
	g_test_add(path, struct room, NULL, room_open, test, room_close);
}

int
main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	g_test_init(&argc, &argv, NULL);
	add("/importer/batches", test_batches);
	g_test_add_func("/importer/trouble", test_trouble);
	add("/importer/half-marked", test_half_marked);
	add("/importer/several-reports", test_several_reports);
	add("/importer/stop", test_stop);
	add("/importer/endless-stop", test_endless_stop);
	add("/importer/endless-failure", test_endless_failure);
	add("/importer/two", test_two);
	return g_test_run();
}
