/* Finding what there is to import below a path. */
#include "ingest/import_walk.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "ingest/maildir.h"

struct import_item *
import_item_file(const char *path, bool named)
{
	struct import_item *item = g_new0(struct import_item, 1);
	item->path = g_strdup(path);
	item->named = named;
	return item;
}

struct import_item *
import_item_message(const char *maildir, const char *subdir, const char *name)
{
	struct import_item *item = g_new0(struct import_item, 1);
	item->path = g_build_filename(maildir, subdir, name, NULL);
	item->maildir = g_strdup(maildir);
	item->subdir = subdir;
	item->name = g_strdup(name);
	return item;
}

void
import_item_free(struct import_item *item)
{
	if (item == NULL)
		return;
	g_free(item->path);
	g_free(item->maildir);
	g_free(item->name);
	g_free(item);
}

static bool
stopped(const struct import_walk *walk)
{
	return atomic_load(walk->stop) != 0;
}

static DIR *
open_folder(const struct import_walk *walk, const char *folder)
{
	DIR *entries = opendir(folder);
	if (entries == NULL)
		walk->complain(walk->user, folder, g_strerror(errno));
	return entries;
}

/* The next entry; NULL at the end, when stopped, or after a complaint. */
static const struct dirent *
next_entry(const struct import_walk *walk, const char *folder, DIR *entries)
{
	if (stopped(walk))
		return NULL;
	errno = 0;
	const struct dirent *entry = readdir(entries);
	if (entry == NULL && errno != 0)
		walk->complain(walk->user, folder, g_strerror(errno));
	return entry;
}

void
import_walk_maildir(const struct import_walk *walk, const char *maildir, const char *subdir)
{
	g_autofree char *folder = g_build_filename(maildir, subdir, NULL);
	DIR *entries = open_folder(walk, folder);
	if (entries == NULL)
		return;
	for (const struct dirent *entry; (entry = next_entry(walk, folder, entries)) != NULL;)
		if (entry->d_name[0] != '.')
			walk->each(walk->user, import_item_message(maildir, subdir, entry->d_name));
	closedir(entries);
}

static void
walk_whole_maildir(const struct import_walk *walk, const char *maildir)
{
	/* cur/ first: messages that move there out of new/ meanwhile are not met again */
	import_walk_maildir(walk, maildir, "cur");
	import_walk_maildir(walk, maildir, "new");
}

static void walk_directory(const struct import_walk *walk, const char *path, int depth);

static void
walk_entry(
	const struct import_walk *walk, const char *folder, const struct dirent *entry, int depth)
{
	g_autofree char *path = g_build_filename(folder, entry->d_name, NULL);
	struct stat status;
	bool is_directory = entry->d_type == DT_DIR;
	if (entry->d_type == DT_UNKNOWN && lstat(path, &status) == 0)
		is_directory = S_ISDIR(status.st_mode);
	if (!is_directory) {
		if (entry->d_name[0] != '.')
			walk->each(walk->user, import_item_file(path, false));
		return;
	}
	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return;
	if (maildir_is(path))
		walk_whole_maildir(walk, path); /* Maildir++ folders begin with a dot */
	else if (entry->d_name[0] != '.')
		walk_directory(walk, path, depth + 1);
}

static void
walk_directory(const struct import_walk *walk, const char *path, int depth)
{
	if (depth > IMPORT_WALK_DEPTH) {
		walk->complain(walk->user, path, "nested too deeply, not entered");
		return;
	}
	DIR *entries = open_folder(walk, path);
	if (entries == NULL)
		return;
	for (const struct dirent *entry; (entry = next_entry(walk, path, entries)) != NULL;)
		walk_entry(walk, path, entry, depth);
	closedir(entries);
}

void
import_walk_path(const struct import_walk *walk, const char *path)
{
	struct stat status;
	if (strcmp(path, "-") == 0 || stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
		walk->each(walk->user,
			import_item_file(path, true)); /* opening it tells what is wrong */
		return;
	}
	if (maildir_is(path))
		walk_whole_maildir(walk, path);
	else
		walk_directory(walk, path, 0);
}
