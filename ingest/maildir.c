/* The Maildir convention. */
#include "ingest/maildir.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What separates a message's name from its flags. */
#define INFO ":2,"

bool
maildir_is(const char *path)
{
	g_autofree char *fresh = g_build_filename(path, "new", NULL);
	g_autofree char *current = g_build_filename(path, "cur", NULL);
	return g_file_test(fresh, G_FILE_TEST_IS_DIR) && g_file_test(current, G_FILE_TEST_IS_DIR);
}

/* The union of two sets of flags, in ASCII order as the convention wants it. */
static char *
join_flags(const char *some, const char *more)
{
	GString *flags = g_string_new(NULL);
	for (char flag = '!'; flag <= '~'; flag++)
		if (strchr(some, flag) != NULL || strchr(more, flag) != NULL)
			g_string_append_c(flags, flag);
	return g_string_free(flags, FALSE);
}

bool
maildir_mark(const char *maildir, const char *subdir, const char *name, const char *flags,
	GError **error)
{
	const char *info = strstr(name, INFO);
	g_autofree char *base = g_strndup(name, info != NULL ? (gsize)(info - name) : strlen(name));
	g_autofree char *all = join_flags(info != NULL ? info + strlen(INFO) : "", flags);
	g_autofree char *from = g_build_filename(maildir, subdir, name, NULL);
	g_autofree char *marked = g_strconcat(base, INFO, all, NULL);
	g_autofree char *to = g_build_filename(maildir, "cur", marked, NULL);

	if (strcmp(from, to) == 0 || rename(from, to) == 0 || errno == ENOENT)
		return true;
	g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno),
		"cannot move to cur/: %s", g_strerror(errno));
	return false;
}
