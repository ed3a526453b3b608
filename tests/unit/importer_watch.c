/* Following Maildirs: whatever arrives, in whichever way, is taken in once it is complete. */
#include "tests/unit/import_room.h"

#define PATIENCE (20 * G_USEC_PER_SEC)

struct watched {
	struct room room;
	GThread *thread;
	guint read; /* messages that are to be read in all; 0: any number */
};

static gpointer
import_maildirs(gpointer data)
{
	room_import(data, "m n");
	return NULL;
}

static void
begin(struct watched *watched)
{
	watched->thread = g_thread_new("import", import_maildirs, &watched->room);
}

static void
set_up(struct watched *watched, gconstpointer user)
{
	room_open(&watched->room, user);
	watched->read = 0;
	watched->room.options.watch = true;
	room_maildir(&watched->room, "m");
	room_maildir(&watched->room, "n");
}

/* Ends it, which must not take long. */
static void
tear_down(struct watched *watched, gconstpointer user)
{
	gint64 began = g_get_monotonic_time();
	atomic_store(&watched->room.stop, 1);
	g_thread_join(watched->thread);
	g_assert_cmpint(g_get_monotonic_time() - began, <, 2 * G_USEC_PER_SEC);
	g_assert_no_error(watched->room.error);
	g_assert_cmpstr(watched->room.complaints->str, ==, "");
	g_assert_cmpuint(g_hash_table_size(watched->room.kept), ==, 0);
	if (watched->read > 0)
		g_assert_cmpuint(watched->room.counts.read, ==, watched->read);
	room_close(&watched->room, user);
}

static void
wait_for_rows(struct watched *watched, guint want)
{
	gint64 until = g_get_monotonic_time() + PATIENCE;
	while (room_rows(&watched->room) < want && g_get_monotonic_time() < until)
		g_usleep(5000);
	g_assert_cmpuint(room_rows(&watched->room), ==, want);
}

static void
wait_for_entries(struct watched *watched, const char *folder, guint want)
{
	gint64 until = g_get_monotonic_time() + PATIENCE;
	while (room_entries(&watched->room, folder) != want && g_get_monotonic_time() < until)
		g_usleep(5000);
	g_assert_cmpuint(room_entries(&watched->room, folder), ==, want);
}

/* A delivery as most do it: written in tmp/, renamed into new/. */
static void
deliver(struct watched *watched, const char *maildir, guint number)
{
	g_autofree char *words = g_strdup_printf("%u", number);
	g_autofree char *tmp = g_strdup_printf("%s/tmp/%u", maildir, number);
	g_autofree char *fresh = g_strdup_printf("%s/new/%u", maildir, number);
	room_message(&watched->room, tmp, words);
	g_assert_cmpint(
		g_rename(room_path(&watched->room, tmp), room_path(&watched->room, fresh)), ==, 0);
}

static void
test_arrivals(struct watched *watched, gconstpointer user)
{
	(void)user;
	room_messages(&watched->room, "m/new", 1, 3); /* while nobody watched */
	begin(watched);
	for (guint i = 10; i < 20; i++)
		deliver(watched, i % 2 == 0 ? "m" : "n", i);
	wait_for_rows(watched, 13);
	deliver(watched, "m", 20);
	wait_for_rows(watched, 14);
	wait_for_entries(watched, "m/new", 0);
	wait_for_entries(watched, "n/new", 0);
}

/* Postfix and others link(2) out of tmp/. */
static void
test_linked(struct watched *watched, gconstpointer user)
{
	(void)user;
	begin(watched);
	deliver(watched, "m", 1);
	wait_for_rows(watched, 1);
	room_message(&watched->room, "m/tmp/2", "2");
	g_assert_cmpint(
		link(room_path(&watched->room, "m/tmp/2"), room_path(&watched->room, "m/new/2")),
		==, 0);
	g_assert_cmpint(g_unlink(room_path(&watched->room, "m/tmp/2")), ==, 0);
	wait_for_rows(watched, 2);
	wait_for_entries(watched, "m/new", 0);
}

/* Writes into new/ itself, for longer than files are waited for, but never pausing so long. */
static void
write_slowly(struct watched *watched, const char *name, const char *text)
{
	size_t piece = strlen(text) / 4, rest = strlen(text) - 3 * piece;
	int fd = open(room_path(&watched->room, name), O_WRONLY | O_CREAT, 0644);
	for (int i = 0; i < 3; i++, text += piece) {
		g_assert_cmpint(write(fd, text, piece), ==, piece);
		g_usleep(800000);
	}
	g_assert_cmpint(write(fd, text, rest), ==, rest);
	close(fd);
}

/* Half a report is none; and a message that stays in new/ is not read again. */
static void
test_written_slowly(struct watched *watched, gconstpointer user)
{
	g_autofree char *report = message_text("2"), *without = message_text("");
	(void)user;
	/* what arrives during the first look through m may be met twice: that is over with n */
	room_message(&watched->room, "n/new/1", "1");
	begin(watched);
	wait_for_rows(watched, 1);
	write_slowly(watched, "m/new/3", without);
	write_slowly(watched, "m/new/2", report);
	wait_for_rows(watched, 2);
	wait_for_entries(watched, "m/new", 1);
	g_usleep(3 * G_USEC_PER_SEC); /* longer than files are waited for to settle */
	watched->read = 3;
}

static void
test_removed_and_made_again(struct watched *watched, gconstpointer user)
{
	(void)user;
	begin(watched);
	deliver(watched, "m", 1);
	wait_for_entries(watched, "m/cur", 1);
	room_remove(&watched->room, "m");
	g_usleep(300000);
	room_maildir(&watched->room, "m");
	deliver(watched, "m", 2);
	wait_for_rows(watched, 2);
	deliver(watched, "m", 3);
	wait_for_rows(watched, 3);
}

/* As by a mailbox put in place of another. */
static void
test_moved_away(struct watched *watched, gconstpointer user)
{
	(void)user;
	begin(watched);
	deliver(watched, "m", 1);
	wait_for_entries(watched, "m/cur", 1);
	g_assert_cmpint(
		g_rename(room_path(&watched->room, "m"), room_path(&watched->room, "old")), ==, 0);
	room_maildir(&watched->room, "m");
	deliver(watched, "m", 2);
	wait_for_rows(watched, 2);
	deliver(watched, "m", 3);
	wait_for_rows(watched, 3);
}

/* More than inotify keeps (fs.inotify.max_queued_events) while the sink takes nothing. */
static void
test_overflow(struct watched *watched, gconstpointer user)
{
	g_autofree char *setting = NULL;
	(void)user;
	g_assert_true(g_file_get_contents(
		"/proc/sys/fs/inotify/max_queued_events", &setting, NULL, NULL));
	guint count = (guint)atoi(setting) + 6000;
	if (count > 40000) {
		g_test_skip("the queue of events is too long here");
		begin(watched);
		return;
	}
	room_hold(&watched->room, true);
	begin(watched);
	room_message(&watched->room, "m/tmp/1", "1");
	const char *from = room_path(&watched->room, "m/tmp/1");
	for (guint i = 0; i < count; i++) {
		g_autofree char *name = g_strdup_printf("m/new/%u", i);
		g_assert_cmpint(link(from, room_path(&watched->room, name)), ==, 0);
	}
	room_hold(&watched->room, false);
	wait_for_entries(watched, "m/new", 0);
	g_assert_cmpuint(room_entries(&watched->room, "m/cur"), ==, count);
}

static void
test_nothing(struct room *room, gconstpointer user)
{
	(void)user;
	room_message(room, "d/1", "1");
	room->options.watch = true;
	room_import(room, "d");
	g_assert_nonnull(room->error);
	g_assert_cmpstr(
		room->error->message, ==, "nothing to watch: none of the paths is a Maildir");
}

static void
add(const char *path, void (*test)(struct watched *watched, gconstpointer user))
{
	g_test_add(path, struct watched, NULL, set_up, test, tear_down);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	add("/watch/arrivals", test_arrivals);
	add("/watch/linked", test_linked);
	add("/watch/written-slowly", test_written_slowly);
	add("/watch/removed-and-made-again", test_removed_and_made_again);
	add("/watch/moved-away", test_moved_away);
	add("/watch/overflow", test_overflow);
	g_test_add("/watch/nothing", struct room, NULL, room_open, test_nothing, room_close);
	return g_test_run();
}
