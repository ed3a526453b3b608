/* Files that appeared in a Maildir's new/ and may still be written to. */
#include "ingest/import_unsettled.h"

#include <string.h>
#include <sys/stat.h>

/* A file that nobody wrote to for so long is taken as complete. */
#define SETTLE_SECONDS 2

/* Files that are waited for: bounds memory, and the time of a look through them. */
#define MOST_FILES 1000

struct file {
	char *maildir, *name;
	gint64 due; /* to be looked at, on the monotonic clock */
};

struct import_unsettled {
	GArray *files; /* struct file */
};

static void
file_clear(gpointer data)
{
	struct file *file = data;
	g_free(file->maildir);
	g_free(file->name);
}

struct import_unsettled *
import_unsettled_new(void)
{
	struct import_unsettled *unsettled = g_new0(struct import_unsettled, 1);
	unsettled->files = g_array_new(FALSE, FALSE, sizeof(struct file));
	g_array_set_clear_func(unsettled->files, file_clear);
	return unsettled;
}

void
import_unsettled_free(struct import_unsettled *unsettled)
{
	g_array_unref(unsettled->files);
	g_free(unsettled);
}

static gint64
next_look(void)
{
	return g_get_monotonic_time() + SETTLE_SECONDS * G_USEC_PER_SEC;
}

bool
import_unsettled_add(struct import_unsettled *unsettled, const char *maildir, const char *name)
{
	if (unsettled->files->len >= MOST_FILES)
		return false;
	struct file file = { g_strdup(maildir), g_strdup(name), next_look() };
	g_array_append_val(unsettled->files, file);
	return true;
}

void
import_unsettled_forget(struct import_unsettled *unsettled, const char *maildir, const char *name)
{
	for (guint i = unsettled->files->len; i-- > 0;) {
		const struct file *file = &g_array_index(unsettled->files, struct file, i);
		if (strcmp(file->name, name) == 0 && strcmp(file->maildir, maildir) == 0)
			g_array_remove_index_fast(unsettled->files, i);
	}
}

enum state {
	GONE, /* or still empty: it is told of when somebody wrote to it and closes it */
	WRITTEN_TO,
	SETTLED,
};

static enum state
state_of(const struct file *file)
{
	struct stat status;
	g_autofree char *path = g_build_filename(file->maildir, "new", file->name, NULL);
	if (stat(path, &status) != 0 || status.st_size == 0)
		return GONE;
	gint64 age = g_get_real_time() / G_USEC_PER_SEC - (gint64)status.st_mtime;
	/* a time to come tells of another clock, not of a writer */
	return age < 0 || age >= SETTLE_SECONDS ? SETTLED : WRITTEN_TO;
}

void
import_unsettled_look(struct import_unsettled *unsettled, const struct import_walk *walk)
{
	gint64 now = g_get_monotonic_time();
	for (guint i = unsettled->files->len; i-- > 0;) {
		struct file *file = &g_array_index(unsettled->files, struct file, i);
		if (file->due > now)
			continue;
		enum state state = state_of(file);
		file->due = next_look();
		if (state == SETTLED)
			walk->each(
				walk->user, import_item_message(file->maildir, "new", file->name));
		if (state != WRITTEN_TO)
			g_array_remove_index_fast(unsettled->files, i);
	}
}
