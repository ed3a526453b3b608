/* Making, opening, locking and listing the directories of a spool. */
#include "ingest/spool_places.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/spool.h"

static const char *const names[SPOOL_PLACES] = { "tmp", "new", "bad" };

G_DEFINE_QUARK(stsready - spool - error, spool_error)

bool
spool_places_fail(const struct spool_places *places, const char *what, GError **error)
{
	g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_SYSTEM, "%s: %s: %s", places->path, what,
		g_strerror(errno));
	return false;
}

static bool
open_place(struct spool_places *places, enum spool_place place, GError **error)
{
	const char *name = names[place];
	if (mkdirat(places->directory, name, 0700) < 0 && errno != EEXIST)
		return spool_places_fail(places, name, error);
	places->fds[place] = openat(places->directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return places->fds[place] >= 0 || spool_places_fail(places, name, error);
}

static bool
take_lock(struct spool_places *places, GError **error)
{
	if (flock(places->directory, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno != EWOULDBLOCK)
		return spool_places_fail(places, "lock", error);
	g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_BUSY, "%s: another stsreadyd has this spool",
		places->path);
	return false;
}

bool
spool_places_open(struct spool_places *places, const char *path, GError **error)
{
	*places = (struct spool_places){ g_strdup(path), -1, { -1, -1, -1 } };
	if (g_mkdir_with_parents(path, 0700) < 0)
		return spool_places_fail(places, "cannot be made", error);
	places->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (places->directory < 0)
		return spool_places_fail(places, "cannot be opened", error);
	if (!take_lock(places, error))
		return false;
	for (int place = 0; place < SPOOL_PLACES; place++)
		if (!open_place(places, (enum spool_place)place, error))
			return false;
	/* the places themselves must outlive a power cut */
	return fsync(places->directory) == 0 || spool_places_fail(places, "sync", error);
}

void
spool_places_clear(struct spool_places *places)
{
	for (int place = 0; place < SPOOL_PLACES; place++)
		if (places->fds[place] >= 0)
			close(places->fds[place]);
	if (places->directory >= 0)
		close(places->directory); /* and its lock */
	g_free(places->path);
}

/* A stream of its own over a directory that stays open. */
static DIR *
open_stream(const struct spool_places *places, enum spool_place place)
{
	int fd = openat(places->fds[place], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
	if (stream == NULL && fd >= 0)
		close(fd);
	return stream;
}

bool
spool_places_each(const struct spool_places *places, enum spool_place place,
	void (*each)(void *, const char *), void *user, GError **error)
{
	DIR *stream = open_stream(places, place);
	if (stream == NULL)
		return spool_places_fail(places, names[place], error);
	errno = 0;
	for (struct dirent *entry; (entry = readdir(stream)) != NULL; errno = 0)
		if (entry->d_name[0] != '.')
			each(user, entry->d_name);
	bool fine = errno == 0 || spool_places_fail(places, names[place], error);
	closedir(stream);
	return fine;
}
