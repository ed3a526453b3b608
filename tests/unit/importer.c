/* The importer: every kind of source, what it complains of, and how messages are marked. */
#include "tests/unit/import_room.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "ingest/import_read.h"
#include "ingest/import_walk.h"

/* ---- what is there to import ---- */

static void
make_maildir_new(struct room *room)
{
	room_maildir(room, "m");
	room_message(room, "m/new/1", "1");
	room_message(room, "m/new/2", "");
	room_message(room, "m/new/3", "3 4 5");
	room_write(room, "m/new/.hidden", "");
	room_message(room, "m/tmp/4", "9");
}

static void
make_maildir_cur(struct room *room)
{
	room_maildir(room, "m");
	room_message(room, "m/cur/1:2,", "1");
	room_message(room, "m/cur/2:2,RT", "2");
	room_message(room, "m/cur/3:2,S", "3");
	room_message(room, "m/cur/4:2,R", "");
	room_message(room, "m/cur/5", "1");
}

static void
make_broken(struct room *room)
{
	room_maildir(room, "m");
	room_message(room, "m/new/1", "x");
	room_message(room, "m/new/2", "2 x");
	room_message(room, "m/new/3", "3");
}

static void
make_refused(struct room *room)
{
	make_broken(room);
	room->refused = "r3";
}

static void
make_unsigned(struct room *room)
{
	make_broken(room);
	room_write(room, "4.json", "");
	g_autofree char *text = report_text(4);
	room_write(room, "4.json", text);
	room->options.require_dkim = true;
}

static char *
mbox_text(void)
{
	g_autofree char *one = message_text("1"), *none = message_text(""),
			*two = message_text("2 3");
	return g_strdup_printf("From a@b Sun Mar  1 03:00:00 2026\n%s\n"
			       "From a@b Sun Mar  1 03:00:00 2026\n%s\n"
			       "From a@b Sun Mar  1 03:00:00 2026\n%s",
		one, none, two);
}

static void
make_mbox(struct room *room)
{
	g_autofree char *text = mbox_text();
	room_write(room, "mbox", text);
}

/* An mbox may be of any size, one message in it may not. */
static void
make_huge_mbox(struct room *room)
{
	g_autofree char *text = mbox_text();
	g_autofree char *last = g_strdup_printf("\n\n%s", text);
	room_write(room, "mbox", text);
	int fd = open(room_path(room, "mbox"), O_WRONLY | O_APPEND);
	g_assert_cmpint(ftruncate(fd, 40 << 20), ==, 0);
	g_assert_cmpint(write(fd, last, strlen(last)), ==, strlen(last));
	close(fd);
}

static void
make_folders(struct room *room)
{
	room_message(room, "d/1.eml", "1");
	room_message(room, "d/a/b/2.eml", "2");
	g_autofree char *text = report_text(3);
	room_write(room, "d/a/b/3.json", text);
	room_message(room, "d/.hidden", "4");
	room_message(room, "d/.git/5", "5");
	room_maildir(room, "d/.Reports");
	room_message(room, "d/.Reports/new/6", "6");
	room_maildir(room, "d/a/mail");
	room_message(room, "d/a/mail/cur/7:2,", "7");
}

static void
make_deep(struct room *room)
{
	g_autoptr(GString) path = g_string_new("d");
	for (int i = 0; i < IMPORT_WALK_DEPTH; i++)
		g_string_append(path, "/d");
	g_autofree char *last = g_strdup_printf("%s/1", path->str);
	g_autofree char *beyond = g_strdup_printf("%s/d/2", path->str);
	room_message(room, last, "1");
	room_message(room, beyond, "2");
}

static void
make_links(struct room *room)
{
	room_message(room, "elsewhere/1", "1");
	room_message(room, "elsewhere/2", "2");
	g_assert_cmpint(g_mkdir(room_path(room, "d"), 0755), ==, 0);
	g_assert_cmpint(symlink("../elsewhere/1", room_path(room, "d/file")), ==, 0);
	g_assert_cmpint(symlink("../elsewhere", room_path(room, "d/folder")), ==, 0);
	g_assert_cmpint(symlink("nowhere", room_path(room, "d/broken")), ==, 0);
	g_assert_cmpint(symlink("elsewhere/2", room_path(room, "link")), ==, 0);
}

static void
make_specials(struct room *room)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	room_message(room, "s/1", "1");
	g_strlcpy(address.sun_path, room_path(room, "s/socket"), sizeof address.sun_path);
	g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	close(fd);
	g_assert_cmpint(mkfifo(room_path(room, "s/fifo"), 0644), ==, 0);
}

static void
make_sparse(struct room *room)
{
	room_message(room, "1", "1");
	room_write(room, "sparse", "");
	g_assert_cmpint(truncate(room_path(room, "sparse"), (off_t)10 << 30), ==, 0);
}

static void
make_secret(struct room *room)
{
	room_message(room, "d/1", "1");
	room_message(room, "d/2", "2");
	room_message(room, "d/secret/3", "3");
	g_assert_cmpint(g_chmod(room_path(room, "d/2"), 0), ==, 0);
	g_assert_cmpint(g_chmod(room_path(room, "d/secret"), 0), ==, 0);
}

static void
make_stdin(struct room *room)
{
	make_mbox(room);
	int fd = open(room_path(room, "mbox"), O_RDONLY);
	g_assert_cmpint(dup2(fd, STDIN_FILENO), ==, STDIN_FILENO);
	close(fd);
}

/* A pipe, which has no size and is not sought in. */
static void
make_pipe(struct room *room)
{
	int ends[2];
	g_autofree char *text = report_text(1);
	(void)room;
	g_assert_cmpint(pipe(ends), ==, 0);
	g_assert_cmpint(write(ends[1], text, strlen(text)), ==, strlen(text));
	g_assert_cmpint(dup2(ends[0], STDIN_FILENO), ==, STDIN_FILENO);
	close(ends[0]);
	close(ends[1]);
}

static void
make_aliens(struct room *room)
{
	room_write(room, "a/empty", "");
	room_write(room, "a/lunch.eml", "From: a@b.example\n\nAt noon?\n");
	room_write(room, "a/other.json", "{\"name\":\"x\"}");
	room_write(room, "a/text", "no mail at all");
}

static const struct {
	const char *name;
	void (*make)(struct room *room);
	const char *paths;
	const char *counted;
	const char *complaints; /* in alphabetical order */
	const char *left;       /* the messages of the Maildir m afterwards; NULL: there is none */
} rows[] = {
	{ "new/", make_maildir_new, "m", "read 3, new 4, without 1", "",
		"cur/1:2,S cur/3:2,S new/.hidden new/2 tmp/4" },
	{ "cur/", make_maildir_cur, "m", "read 5, new 3, seen 1, without 1", "",
		"cur/1:2,S cur/2:2,RST cur/3:2,S cur/4:2,R cur/5:2,S" },
	{ "reports that cannot be read", make_broken, "m", "read 3, new 2, quarantined 2", "",
		"cur/1:2,FS cur/2:2,FS cur/3:2,S" },
	{ "refused: not marked", make_refused, "m", "read 3, new 1, failed 3",
		"m/new/1: JSON: line 1 column 13: ends in the middle; "
		"m/new/2: JSON: line 1 column 13: ends in the middle; "
		"m/new/3: refused, and the quarantine is full",
		"new/1 new/2 new/3" },
	{ "--require-dkim", make_unsigned, "m 4.json", "read 4, new 1, unsigned 4", "",
		"new/1 new/2 new/3" },
	{ "twice the same", make_maildir_new, "m m/new/1", "read 4, new 4, seen 1, without 1", "",
		NULL },
	{ "mbox", make_mbox, "mbox", "read 3, new 3, without 1", "", NULL },
	{ "mbox with a huge message", make_huge_mbox, "mbox",
		"read 5, new 3, seen 1, without 2, failed 1",
		"mbox: message at byte 617: too large, skipped", NULL },
	{ "folders", make_folders, "d", "read 5, new 5", "", NULL },
	{ "nested deeply", make_deep, "d", "read 1, new 1, failed 1",
		"d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d: nested too deeply, not entered", NULL },
	{ "links", make_links, "d link", "read 2, new 2, failed 2",
		"d/broken: No such file or directory; d/folder: a directory, not entered", NULL },
	{ "FIFO, socket", make_specials, "s", "read 1, new 1, failed 2",
		"s/fifo: a FIFO, not read; s/socket: No such device or address", NULL },
	{ "device", make_specials, "/dev/zero s/1", "read 1, new 1, failed 1",
		"/dev/zero: a device, not read", NULL },
	{ "missing", make_mbox, "none mbox", "read 3, new 3, without 1, failed 1",
		"none: No such file or directory", NULL },
	{ "10 GiB of nothing", make_sparse, "sparse 1", "read 1, new 1, failed 1",
		"sparse: 10737418240 bytes, at most 33554432 are read", NULL },
	{ "standard input", make_stdin, "-", "read 3, new 3, without 1", "", NULL },
	{ "a pipe", make_pipe, "-", "read 1, new 1", "", NULL },
	{ "no reports", make_aliens, "a", "read 4, without 4", "", NULL },
};

static int
compare_texts(gconstpointer one, gconstpointer other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static char *
sorted(const char *text, const char *separator)
{
	g_auto(GStrv) words = g_strsplit(text, separator, -1);
	qsort(words, g_strv_length(words), sizeof *words, compare_texts);
	return g_strjoinv(separator, words);
}

/* What is in the three folders of the Maildir m. */
static char *
list_maildir(struct room *room)
{
	static const char *const parts[] = { "cur", "new", "tmp" };
	g_autoptr(GString) text = g_string_new(NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *part = g_build_filename("m", parts[i], NULL);
		g_autoptr(GDir) dir = g_dir_open(room_path(room, part), 0, NULL);
		for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
			g_string_append_printf(
				text, "%s%s/%s", text->len > 0 ? " " : "", parts[i], name);
	}
	return sorted(text->str, " ");
}

static void
check(const char *row, const char *what, const char *got, const char *want)
{
	if (strcmp(got, want) == 0)
		return;
	g_test_message("%s: %s:\n got %s\nwant %s", row, what, got, want);
	g_test_fail();
}

static void
test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct room room;
		room_open(&room, NULL);
		rows[i].make(&room);
		room_import(&room, rows[i].paths);
		g_assert_no_error(room.error);
		g_autofree char *counted = room_counted(&room);
		g_autofree char *complaints = sorted(room.complaints->str, "; ");
		check(rows[i].name, "counts", counted, rows[i].counted);
		check(rows[i].name, "complaints", complaints, rows[i].complaints);
		if (rows[i].left != NULL) {
			g_autofree char *left = list_maildir(&room);
			check(rows[i].name, "left", left, rows[i].left);
		}
		room_close(&room, NULL);
	}
}

/* Root may read everything, so somebody else must try. */
static void
test_no_permission(struct room *room, gconstpointer user)
{
	(void)user;
	bool root = geteuid() == 0;
	make_secret(room);
	if (root)
		g_assert_cmpint(seteuid(65534), ==, 0);
	room_import(room, "d");
	if (root)
		g_assert_cmpint(seteuid(0), ==, 0);
	g_assert_cmpint(g_chmod(room_path(room, "d/secret"), 0700), ==, 0);
	g_autofree char *complaints = sorted(room->complaints->str, "; ");
	g_assert_cmpstr(complaints, ==, "d/2: Permission denied; d/secret: Permission denied");
	room_assert_counted(room, "read 1, new 1, failed 2");
}

/* A signature speaks for one submitter: a message is not marked while a report of another is
   dropped. */
static void
test_partly_signed(struct room *room, gconstpointer user)
{
	static const char *const ids[] = { "mx.example.net", NULL };
	const struct trust_options options = { .authserv_ids = ids };
	g_autofree char *message = message_text("1 2");
	char *submitter = g_strstr_len(message, -1, "tls@sender.example\",");
	(void)user;
	memcpy(submitter, "tls@forger", strlen("tls@forger"));
	g_autofree char *text = g_strconcat(
		"Authentication-Results: mx.example.net; dkim=pass header.d=sender.example\n",
		message, NULL);
	room_maildir(room, "m");
	room_write(room, "m/new/1", text);
	room->options.judge = trust_judge_new(&options, NULL);
	room->options.require_dkim = true;
	room_import(room, "m");
	room_assert_counted(room, "read 1, new 1, unsigned 1");
	g_assert_cmpuint(room_entries(room, "m/new"), ==, 1);

	room->options.require_dkim = false;
	room_import(room, "m");
	room_assert_counted(room, "read 1, new 1, seen 1");
	g_assert_cmpuint(room_entries(room, "m/new"), ==, 0);
	trust_judge_free(room->options.judge);
}

/* ---- messages that move while they are read ---- */

static void
count_unit(void *user, struct import_unit *unit)
{
	guint *arrivals = user;
	*arrivals += unit->arrivals->len;
	import_unit_free(unit);
}

static void
fail_on_complaint(void *user, const char *what, const char *why)
{
	(void)user;
	g_error("%s: %s", what, why);
}

/* Between a look into new/ and opening, another importer may have taken a message: then it is left
   to that one.  A mail program moves it without a flag: then it is still to be read. */
static void
test_moved(struct room *room, gconstpointer user)
{
	static const struct {
		const char *now; /* where the message that was new/1 is */
		guint arrivals;
	} moves[] = { { "m/new/1", 1 }, { "m/cur/1:2,", 1 }, { "m/cur/1:2,S", 0 },
		{ "m/gone", 0 } };
	(void)user;
	room_maildir(room, "m");
	for (size_t i = 0; i < G_N_ELEMENTS(moves); i++) {
		guint arrivals = 0;
		const struct import_reading reading = {
			.each = count_unit, .complain = fail_on_complaint, .user = &arrivals
		};
		room_message(room, moves[i].now, "1");
		import_read(&reading, import_item_message(room_path(room, "m"), "new", "1"));
		g_assert_cmpint(g_unlink(room_path(room, moves[i].now)), ==, 0);
		if (arrivals != moves[i].arrivals) {
			g_test_message("%s: %u reports", moves[i].now, arrivals);
			g_test_fail();
		}
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/importer/rows", test_rows);
	g_test_add("/importer/no-permission", struct room, NULL, room_open, test_no_permission,
		room_close);
	g_test_add("/importer/partly-signed", struct room, NULL, room_open, test_partly_signed,
		room_close);
	g_test_add("/importer/moved", struct room, NULL, room_open, test_moved, room_close);
	return g_test_run();
}
