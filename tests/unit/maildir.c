/* Messages moved and flagged as other readers of a Maildir expect it. */
#include "ingest/maildir.h"

#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "tests/unit/row.h"

static char *
make_maildir(void)
{
	char *path = g_dir_make_tmp("stsready-maildir-XXXXXX", NULL);
	for (const char *const *name = (const char *const[]){ "new", "cur", "tmp", NULL };
		*name != NULL; name++) {
		g_autofree char *folder = g_build_filename(path, *name, NULL);
		g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
	}
	return path;
}

static int
compare(gconstpointer one, gconstpointer other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

/* "new/a cur/b": every file, sorted. */
static char *
list(const char *maildir)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	for (const char *const *folder = (const char *const[]){ "cur", "new", "tmp", NULL };
		*folder != NULL; folder++) {
		g_autofree char *path = g_build_filename(maildir, *folder, NULL);
		g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
		for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;)
			g_ptr_array_add(names, g_build_filename(*folder, name, NULL));
	}
	g_ptr_array_sort(names, compare);
	g_ptr_array_add(names, NULL);
	return g_strjoinv(" ", (char **)names->pdata);
}

static void
put(const char *maildir, const char *file)
{
	g_autofree char *path = g_build_filename(maildir, file, NULL);
	g_assert_true(g_file_set_contents(path, "x", 1, NULL));
}

static void
take_away(const char *maildir)
{
	for (const char *const *name = (const char *const[]){ "new", "cur", "tmp", NULL };
		*name != NULL; name++) {
		g_autofree char *folder = g_build_filename(maildir, *name, NULL);
		g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
		for (const char *file; dir != NULL && (file = g_dir_read_name(dir)) != NULL;) {
			g_autofree char *path = g_build_filename(folder, file, NULL);
			g_unlink(path);
		}
		g_rmdir(folder);
	}
	g_rmdir(maildir);
}

static const struct {
	const char *name;
	const char *subdir, *message; /* there before */
	const char *flags;
	const char *want;
} rows[] = {
	{ "seen", "new", "1.2.host", "S", "cur/1.2.host:2,S" },
	{ "flagged and seen", "new", "1.2.host", "FS", "cur/1.2.host:2,FS" },
	{ "flags in ASCII order, whatever order they are given in", "new", "1.2.host", "SF",
		"cur/1.2.host:2,FS" },
	{ "flags that it has are kept", "cur", "1.2.host:2,PT", "S", "cur/1.2.host:2,PST" },
	{ "a flag that it has", "cur", "1.2.host:2,S", "S", "cur/1.2.host:2,S" },
	{ "Dovecot's sizes and keywords", "cur", "1.2.host,S=9,W=10:2,ab", "S",
		"cur/1.2.host,S=9,W=10:2,Sab" },
	{ "flags already in new/", "new", "1.2.host:2,F", "S", "cur/1.2.host:2,FS" },
	{ "no flags to add", "new", "1.2.host", "", "cur/1.2.host:2," },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *maildir = make_maildir();
		g_autofree char *file = g_build_filename(rows[i].subdir, rows[i].message, NULL);
		g_autoptr(GError) error = NULL;
		put(maildir, file);
		bool fine = maildir_mark(
			maildir, rows[i].subdir, rows[i].message, rows[i].flags, &error);
		g_autofree char *got = list(maildir);
		if (!fine || strcmp(got, rows[i].want) != 0)
			FAIL("%s: got %s, want %s", rows[i].name, got, rows[i].want);
		take_away(maildir);
	}
}

/* Another importer, or a mail reader, was quicker. */
static void
test_gone(void)
{
	g_autofree char *maildir = make_maildir();
	g_autoptr(GError) error = NULL;
	g_assert_true(maildir_mark(maildir, "new", "1.2.host", "S", &error));
	g_assert_no_error(error);
	put(maildir, "new/1.2.host");
	g_assert_true(maildir_mark(maildir, "new", "1.2.host", "S", NULL));
	g_assert_true(maildir_mark(maildir, "new", "1.2.host", "S", NULL));
	g_autofree char *got = list(maildir);
	g_assert_cmpstr(got, ==, "cur/1.2.host:2,S");
	take_away(maildir);
}

/* cur/ cannot be written to: here because it is a file. */
static void
test_refused(void)
{
	g_autofree char *maildir = make_maildir();
	g_autofree char *current = g_build_filename(maildir, "cur", NULL);
	g_autoptr(GError) error = NULL;
	put(maildir, "new/1.2.host");
	g_rmdir(current);
	put(maildir, "cur");
	g_assert_false(maildir_mark(maildir, "new", "1.2.host", "S", &error));
	g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR);
	g_assert_nonnull(strstr(error->message, "cannot move to cur/"));
	g_assert_false(maildir_is(maildir));
	g_unlink(current);
	take_away(maildir);
}

static void
test_is(void)
{
	g_autofree char *maildir = make_maildir();
	g_autofree char *fresh = g_build_filename(maildir, "new", NULL);
	g_assert_true(maildir_is(maildir));
	g_assert_false(maildir_is(fresh));
	g_assert_false(maildir_is("/nowhere/at/all"));
	take_away(maildir);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/maildir/rows", test_rows);
	g_test_add_func("/maildir/gone", test_gone);
	g_test_add_func("/maildir/refused", test_refused);
	g_test_add_func("/maildir/is", test_is);
	return g_test_run();
}
