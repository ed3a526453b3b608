/* Following Maildirs with inotify(7). */
#include "ingest/import_watch.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/import_unsettled.h"
#include "ingest/maildir.h"

/* How often the stop flag and Maildirs that went away are looked at. */
#define LOOK_MILLISECONDS 200

/* A delivery ends with a rename or link into new/ (maildir(5)); writers that do it wrong close a
   file there. */
#define ARRIVALS (IN_MOVED_TO | IN_CREATE | IN_CLOSE_WRITE)

struct folder {
	char *maildir;
	int descriptor; /* -1: its new/ is gone at the moment */
	dev_t device;   /* of the new/ that is watched, and its inode: another may take its name */
	ino_t inode;
};

struct import_watch {
	int fd;
	GArray *folders; /* struct folder */
	struct import_unsettled *unsettled;
};

static void
folder_clear(gpointer data)
{
	struct folder *folder = data;
	g_free(folder->maildir);
}

static bool
stat_new(const struct folder *folder, struct stat *status)
{
	g_autofree char *fresh = g_build_filename(folder->maildir, "new", NULL);
	return stat(fresh, status) == 0;
}

static bool
attach(struct import_watch *watch, struct folder *folder)
{
	g_autofree char *fresh = g_build_filename(folder->maildir, "new", NULL);
	struct stat status;
	/* looked at first: one that is put in its place now will be seen not to be it */
	if (!stat_new(folder, &status))
		return false;
	folder->descriptor = inotify_add_watch(watch->fd, fresh, ARRIVALS | IN_ONLYDIR);
	folder->device = status.st_dev;
	folder->inode = status.st_ino;
	return folder->descriptor >= 0;
}

static bool
add_folder(struct import_watch *watch, const char *path, GError **error)
{
	struct folder folder = { .maildir = g_strdup(path), .descriptor = -1 };
	bool attached = attach(watch, &folder);
	if (!attached)
		g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno),
			"cannot watch %s: %s", path, g_strerror(errno));
	g_array_append_val(watch->folders, folder);
	return attached;
}

struct import_watch *
import_watch_new(const char *const *paths, size_t count, GError **error)
{
	struct import_watch *watch = g_new0(struct import_watch, 1);
	watch->folders = g_array_new(FALSE, FALSE, sizeof(struct folder));
	g_array_set_clear_func(watch->folders, folder_clear);
	watch->unsettled = import_unsettled_new();
	watch->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	bool fine = watch->fd >= 0;
	for (size_t i = 0; fine && i < count; i++)
		if (maildir_is(paths[i]))
			fine = add_folder(watch, paths[i], error);
	if (fine && watch->folders->len == 0) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR,
			"nothing to watch: none of the paths is a Maildir");
		fine = false;
	}
	if (fine)
		return watch;
	if (error != NULL && *error == NULL)
		g_set_error(
			error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "inotify: %s", g_strerror(errno));
	import_watch_free(watch);
	return NULL;
}

void
import_watch_free(struct import_watch *watch)
{
	if (watch == NULL)
		return;
	if (watch->fd >= 0)
		close(watch->fd);
	g_array_unref(watch->folders);
	import_unsettled_free(watch->unsettled);
	g_free(watch);
}

static struct folder *
folder_of(struct import_watch *watch, int descriptor)
{
	for (guint i = 0; i < watch->folders->len; i++) {
		struct folder *folder = &g_array_index(watch->folders, struct folder, i);
		if (folder->descriptor == descriptor)
			return folder;
	}
	return NULL;
}

static void
scan_all(struct import_watch *watch, const struct import_walk *walk)
{
	for (guint i = 0; i < watch->folders->len; i++) {
		const struct folder *folder = &g_array_index(watch->folders, struct folder, i);
		if (folder->descriptor >= 0)
			import_walk_maildir(walk, folder->maildir, "new");
	}
}

/* What appears in new/ was linked there complete, or is being written. */
static void
take_arrival(struct import_watch *watch, const struct import_walk *walk,
	const struct folder *folder, const struct inotify_event *event)
{
	if ((event->mask & IN_CREATE) != 0 &&
		import_unsettled_add(watch->unsettled, folder->maildir, event->name))
		return;
	import_unsettled_forget(watch->unsettled, folder->maildir, event->name);
	walk->each(walk->user, import_item_message(folder->maildir, "new", event->name));
}

static void
take_event(struct import_watch *watch, const struct import_walk *walk,
	const struct inotify_event *event)
{
	struct folder *folder = folder_of(watch, event->wd);
	if (event->mask & IN_Q_OVERFLOW)
		scan_all(watch, walk);
	if (folder == NULL)
		return;
	if (event->mask & IN_IGNORED)
		folder->descriptor = -1;
	else if ((event->mask & ARRIVALS) != 0 && event->len > 0 && event->name[0] != '.')
		take_arrival(watch, walk, folder, event);
}

/* Whether the new/ that is watched is still the one of that name. */
static bool
is_in_place(const struct folder *folder)
{
	struct stat status;
	return stat_new(folder, &status) && status.st_dev == folder->device &&
	       status.st_ino == folder->inode;
}

/* A Maildir that was taken away, and perhaps made again or put back: all of it is new then. */
static void
look_at_folders(struct import_watch *watch, const struct import_walk *walk)
{
	for (guint i = 0; i < watch->folders->len; i++) {
		struct folder *folder = &g_array_index(watch->folders, struct folder, i);
		if (folder->descriptor >= 0 && !is_in_place(folder)) {
			inotify_rm_watch(watch->fd, folder->descriptor);
			folder->descriptor = -1;
		}
		if (folder->descriptor < 0 && maildir_is(folder->maildir) && attach(watch, folder))
			import_walk_path(walk, folder->maildir);
	}
}

void
import_watch_follow(struct import_watch *watch, const struct import_walk *walk)
{
	_Alignas(struct inotify_event) char buffer[16384];
	struct pollfd waiting = { .fd = watch->fd, .events = POLLIN };
	while (!atomic_load(walk->stop)) {
		look_at_folders(watch, walk);
		import_unsettled_look(watch->unsettled, walk);
		if (poll(&waiting, 1, LOOK_MILLISECONDS) <= 0)
			continue;
		ssize_t got = read(watch->fd, buffer, sizeof buffer);
		for (ssize_t at = 0; at < got;) {
			const struct inotify_event *event =
				(const struct inotify_event *)(buffer + at);
			take_event(watch, walk, event);
			at += (ssize_t)(sizeof *event + event->len);
		}
	}
}
