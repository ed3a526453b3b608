/* Following Maildirs with inotify(7). */
#include "ingest/import_watch.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/maildir.h"

/* How often the stop flag and Maildirs that went away are looked at. */
#define LOOK_MILLISECONDS 200

/* A delivery ends with a rename or link into new/ (maildir(5)); writers that do it wrong close a
   file there. */
#define ARRIVALS (IN_MOVED_TO | IN_CREATE | IN_CLOSE_WRITE)

struct folder {
	char *maildir;
	int descriptor; /* -1: its new/ is gone at the moment */
};

struct import_watch {
	int fd;
	GArray *folders; /* struct folder */
};

static void
folder_clear(gpointer data)
{
	struct folder *folder = data;
	g_free(folder->maildir);
}

static bool
attach(struct import_watch *watch, struct folder *folder)
{
	g_autofree char *fresh = g_build_filename(folder->maildir, "new", NULL);
	folder->descriptor = inotify_add_watch(watch->fd, fresh, ARRIVALS | IN_ONLYDIR);
	return folder->descriptor >= 0;
}

static bool
add_folder(struct import_watch *watch, const char *path, GError **error)
{
	struct folder folder = { g_strdup(path), -1 };
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

/* A file made in new/ itself begins empty and is complete when it is closed; one linked there from
   tmp/ is complete at once. */
static bool
is_complete(const struct folder *folder, const struct inotify_event *event)
{
	struct stat status;
	g_autofree char *path = g_build_filename(folder->maildir, "new", event->name, NULL);
	return (event->mask & IN_CREATE) == 0 || (stat(path, &status) == 0 && status.st_size > 0);
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
	else if ((event->mask & ARRIVALS) != 0 && event->len > 0 && event->name[0] != '.' &&
		 is_complete(folder, event))
		walk->each(walk->user, import_item_message(folder->maildir, "new", event->name));
}

/* A Maildir that was removed and made again: all of it is new. */
static void
attach_again(struct import_watch *watch, const struct import_walk *walk)
{
	for (guint i = 0; i < watch->folders->len; i++) {
		struct folder *folder = &g_array_index(watch->folders, struct folder, i);
		if (folder->descriptor < 0 && attach(watch, folder))
			import_walk_maildir(walk, folder->maildir, "new");
	}
}

void
import_watch_follow(struct import_watch *watch, const struct import_walk *walk)
{
	_Alignas(struct inotify_event) char buffer[16384];
	struct pollfd waiting = { .fd = watch->fd, .events = POLLIN };
	while (!atomic_load(walk->stop)) {
		attach_again(watch, walk);
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
