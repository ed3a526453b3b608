/* The spool's files: write, sync, rename, sync. */
#include "ingest/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ingest/limits.h"
#include "ingest/spool_file.h"
#include "ingest/spool_places.h"

/* Files open at once in one spool_put. */
#define GROUP 64

/* A name: microseconds since 1970 in 16 digits (until the year 2286), and the arrival's key. */
#define NAME_FORMAT "%016" G_GINT64_FORMAT "-%016" G_GINT64_MODIFIER "x"
#define NAME_BYTES 40

#define PROBE_NAME "probe"

struct spool {
	struct spool_places places;
	uint64_t most_bytes, most_files;

	GMutex lock;                     /* over what follows */
	uint64_t files, bytes;           /* in new/ and bad/, and on their way there */
	uint64_t waiting, waiting_bytes; /* in new/ */
	int64_t oldest;                  /* no file in new/ is older; exact after spool_list */
	int64_t last_stamp;
};

static int64_t
name_stamp(const char *name)
{
	return g_ascii_strtoll(name, NULL, 10);
}

/* One file that was there at start. */
static void
count_file(struct spool *spool, enum spool_place place, const char *name)
{
	struct stat about;
	if (fstatat(spool->places.fds[place], name, &about, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	spool->files++;
	spool->bytes += (uint64_t)about.st_size;
	if (place != SPOOL_NEW)
		return;
	spool->waiting++;
	spool->waiting_bytes += (uint64_t)about.st_size;
	if (spool->oldest == 0 || name_stamp(name) < spool->oldest)
		spool->oldest = name_stamp(name);
}

static void
count_new(void *user, const char *name)
{
	count_file(user, SPOOL_NEW, name);
}

static void
count_bad(void *user, const char *name)
{
	count_file(user, SPOOL_BAD, name);
}

/* What was being written when a process died was promised to nobody. */
static void
clear_leftover(void *user, const char *name)
{
	unlinkat(((struct spool *)user)->places.fds[SPOOL_TMP], name, 0);
}

struct spool *
spool_open(const struct spool_options *options, GError **error)
{
	struct spool *spool = g_new0(struct spool, 1);
	spool->most_bytes = options->most_bytes;
	spool->most_files = options->most_files;
	g_mutex_init(&spool->lock);
	if (spool_places_open(&spool->places, options->directory, error) &&
		spool_places_each(&spool->places, SPOOL_TMP, clear_leftover, spool, error) &&
		spool_places_each(&spool->places, SPOOL_NEW, count_new, spool, error) &&
		spool_places_each(&spool->places, SPOOL_BAD, count_bad, spool, error))
		return spool;
	spool_close(spool);
	return NULL;
}

void
spool_close(struct spool *spool)
{
	if (spool == NULL)
		return;
	spool_places_clear(&spool->places);
	g_mutex_clear(&spool->lock);
	g_free(spool);
}

/* ---- writing ---- */

/* One file on its way. */
struct writing {
	struct spool_item *item;
	char name[NAME_BYTES];
	GString *head;
	size_t length;
	int fd;
};

/* Takes room for a file and gives it a name that sorts behind all before it. */
static bool
reserve(struct spool *spool, struct writing *writing, GError **error)
{
	uint64_t share = writing->item->spare ? 10 : 1;
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&spool->lock);
	if (spool->files >= spool->most_files / share ||
		spool->bytes + writing->length > spool->most_bytes / share) {
		g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_FULL,
			"%s: full: %" G_GUINT64_FORMAT " files, %" G_GUINT64_FORMAT " bytes",
			spool->places.path, spool->files, spool->bytes);
		return false;
	}
	spool->files++;
	spool->bytes += writing->length;
	spool->last_stamp = MAX(spool->last_stamp + 1, g_get_real_time());
	g_snprintf(writing->name, sizeof writing->name, NAME_FORMAT, spool->last_stamp,
		writing->item->arrival->key);
	return true;
}

static void
give_back(struct spool *spool, const struct writing *writing)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&spool->lock);
	spool->files--;
	spool->bytes -= writing->length;
}

static bool
write_all(int fd, const struct writing *writing)
{
	gsize length;
	const char *body = g_bytes_get_data(writing->item->arrival->body, &length);
	struct iovec pieces[2] = { { writing->head->str, writing->head->len },
		{ (void *)body, length } };
	struct iovec *piece = pieces;
	size_t left = writing->length;
	while (left > 0) {
		ssize_t written = writev(fd, piece, (int)(pieces + 2 - piece));
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		left -= (size_t)written;
		while (piece < pieces + 2 && (size_t)written >= piece->iov_len)
			written -= (ssize_t)piece++->iov_len;
		if (left > 0) {
			piece->iov_base = (char *)piece->iov_base + written;
			piece->iov_len -= (size_t)written;
		}
	}
	return true;
}

static void
drop(struct spool *spool, struct writing *writing)
{
	if (writing->fd >= 0)
		close(writing->fd);
	writing->fd = -1;
	unlinkat(spool->places.fds[SPOOL_TMP], writing->name, 0);
	give_back(spool, writing);
}

static bool
begin(struct spool *spool, struct writing *writing, GError **error)
{
	writing->head = g_string_sized_new(512);
	spool_file_head(writing->head, writing->item->arrival, writing->item->token);
	writing->length = writing->head->len + g_bytes_get_size(writing->item->arrival->body);
	if (!reserve(spool, writing, error))
		return false;
	writing->fd = openat(spool->places.fds[SPOOL_TMP], writing->name,
		O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (writing->fd >= 0 && write_all(writing->fd, writing))
		return true;
	spool_places_fail(&spool->places, "write", error);
	drop(spool, writing);
	return false;
}

static void
count_waiting(struct spool *spool, const struct writing *writing)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&spool->lock);
	spool->waiting++;
	spool->waiting_bytes += writing->length;
	if (spool->oldest == 0)
		spool->oldest = name_stamp(writing->name);
}

static void
uncount_waiting(struct spool *spool, const struct writing *writing)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&spool->lock);
	spool->waiting--;
	spool->waiting_bytes -= writing->length;
}

/* Synced, closed and under its last name; durable once new/ is synced. */
static bool
end(struct spool *spool, struct writing *writing, GError **error)
{
	int fd = writing->fd;
	bool synced = fsync(fd) == 0;
	writing->fd = -1;
	count_waiting(spool, writing); /* first: a drainer may be quicker than this thread */
	if (close(fd) == 0 && synced &&
		renameat(spool->places.fds[SPOOL_TMP], writing->name, spool->places.fds[SPOOL_NEW],
			writing->name) == 0)
		return true;
	spool_places_fail(&spool->places, "sync and rename", error);
	uncount_waiting(spool, writing);
	drop(spool, writing);
	return false;
}

/* All are written before the first is synced, so that the file system can commit them together. */
static bool
put_group(struct spool *spool, struct spool_item *items, size_t count, GError **error)
{
	struct writing group[GROUP];
	size_t renamed = 0;
	GError *failure = NULL; /* the first one */
	for (size_t i = 0; i < count; i++) {
		group[i] = (struct writing){ .item = &items[i], .fd = -1 };
		items[i].kept = begin(spool, &group[i], failure == NULL ? &failure : NULL);
	}
	for (size_t i = 0; i < count; i++)
		if (items[i].kept) {
			items[i].kept = end(spool, &group[i], failure == NULL ? &failure : NULL);
			renamed += items[i].kept;
		}
	bool synced = renamed == 0 || fsync(spool->places.fds[SPOOL_NEW]) == 0;
	if (!synced && failure == NULL)
		spool_places_fail(&spool->places, "sync of new/", &failure);
	for (size_t i = 0; i < count; i++) {
		items[i].kept = items[i].kept && synced;
		g_string_free(group[i].head, TRUE);
	}
	if (failure == NULL)
		return true;
	g_propagate_error(error, failure);
	return false;
}

bool
spool_put(struct spool *spool, struct spool_item *items, size_t count, GError **error)
{
	bool fine = true;
	for (size_t done = 0; done < count;) {
		size_t group = MIN(count - done, GROUP);
		fine = put_group(spool, items + done, group, fine ? error : NULL) && fine;
		done += group;
	}
	return fine;
}

/* ---- reading ---- */

static void
collect_name(void *user, const char *name)
{
	g_ptr_array_add(user, g_strdup(name));
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *
spool_list(struct spool *spool, GError **error)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	if (!spool_places_each(&spool->places, SPOOL_NEW, collect_name, names, error)) {
		g_ptr_array_unref(names);
		return NULL;
	}
	g_ptr_array_sort(names, compare_names);
	return names;
}

GBytes *
spool_load(struct spool *spool, const char *name, GError **error)
{
	struct stat about;
	int fd = openat(spool->places.fds[SPOOL_NEW], name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &about) < 0) {
		spool_places_fail(&spool->places, name, error);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	/* one byte more than a file of this spool can have shows that it is none */
	size_t most = (size_t)CLAMP(about.st_size, 0, (off_t)LIMIT_BODY_BYTES + 4097), length = 0;
	char *bytes = g_malloc(most + 1);
	ssize_t got;
	while (length < most && (got = read(fd, bytes + length, most - length)) > 0)
		length += (size_t)got;
	close(fd);
	return g_bytes_new_take(bytes, length);
}

static void
forget(struct spool *spool, const char *name, bool gone)
{
	struct stat about;
	enum spool_place place = gone ? SPOOL_NEW : SPOOL_BAD;
	uint64_t size = fstatat(spool->places.fds[place], name, &about, AT_SYMLINK_NOFOLLOW) == 0
				? (uint64_t)about.st_size
				: 0;
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&spool->lock);
	spool->waiting--;
	spool->waiting_bytes -= size;
	if (gone) {
		spool->files--;
		spool->bytes -= size;
	}
	/* drained from the oldest on: what is left is no older than this */
	spool->oldest = spool->waiting == 0 ? 0 : MAX(spool->oldest, name_stamp(name));
}

bool
spool_remove(struct spool *spool, const char *name, GError **error)
{
	forget(spool, name, true);
	return unlinkat(spool->places.fds[SPOOL_NEW], name, 0) == 0 ||
	       spool_places_fail(&spool->places, name, error);
}

bool
spool_reject(struct spool *spool, const char *name, GError **error)
{
	if (renameat(spool->places.fds[SPOOL_NEW], name, spool->places.fds[SPOOL_BAD], name) < 0)
		return spool_places_fail(&spool->places, name, error);
	forget(spool, name, false);
	return true;
}

struct spool_level
spool_look(struct spool *spool)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&spool->lock);
	return (struct spool_level){ spool->waiting, spool->waiting_bytes, spool->oldest };
}

bool
spool_probe(struct spool *spool, GError **error)
{
	int fd = openat(spool->places.fds[SPOOL_TMP], PROBE_NAME,
		O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return spool_places_fail(&spool->places, "cannot be written", error);
	bool fine = write(fd, "probe\n", 6) == 6 && fsync(fd) == 0;
	if (!fine)
		spool_places_fail(&spool->places, "cannot be written", error);
	close(fd);
	unlinkat(spool->places.fds[SPOOL_TMP], PROBE_NAME, 0);
	return fine;
}
