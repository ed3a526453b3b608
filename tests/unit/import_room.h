/* A folder of messages, a sink that does as it is told, and imports from one into the other. */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ingest/importer.h"

enum mood {
	FINE,
	AWAY,  /* a write fails and does nothing */
	HALF,  /* a write does its first half and fails */
	FATAL, /* a write fails for good */
};

struct room {
	char *folder;
	GStringChunk *texts; /* what room_path() gave out */

	GMutex lock;
	GCond changed;
	enum mood mood;
	guint times;         /* writes that are still to meet the mood; then all is FINE */
	bool held;           /* writes wait */
	const char *refused; /* the report-id that is refused; NULL: none */
	GHashTable *rows;    /* digests of what is durable */
	GHashTable *kept;    /* bodies in quarantine */
	guint writes, most;  /* how many writes, and the largest */
	guint stop_after;    /* sets stop in so many writes; 0: never */

	struct sink sink;
	struct importer_options options;
	struct importer_counts counts;
	GString *complaints; /* "WHAT: WHY" joined by "; ", what below the folder */
	atomic_int stop;
	bool fine;
	GError *error;
};

/* ---- the sink ---- */

static inline enum sink_outcome
room_commit(struct room *room, const struct arrival *arrival)
{
	const struct report *report = arrival->report;
	if (report == NULL) {
		if (room->refused != NULL)
			return SINK_REFUSED;
		g_hash_table_add(room->kept, g_bytes_ref(arrival->body));
		return SINK_QUARANTINED;
	}
	if (room->refused != NULL && strcmp(report->report_id, room->refused) == 0)
		return SINK_REFUSED;
	GBytes *digest = g_bytes_new(report->digest, sizeof report->digest);
	return g_hash_table_add(room->rows, digest) ? SINK_NEW : SINK_SEEN;
}

static inline bool
room_fail(enum mood mood, GError **error)
{
	if (mood == FATAL)
		g_set_error(error, SINK_ERROR, SINK_ERROR_FATAL, "for good");
	else
		g_set_error(error, SINK_ERROR, SINK_ERROR_TEMPORARY, "for a while");
	return false;
}

static inline bool
room_sink(void *state, struct arrival *const *arrivals, size_t count, enum sink_outcome *outcomes,
	GError **error)
{
	struct room *room = state;
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&room->lock);
	while (room->held)
		g_cond_wait(&room->changed, &room->lock);
	enum mood mood = room->times > 0 ? room->mood : FINE;
	size_t done = mood == FINE ? count : mood == HALF ? count / 2 : 0;
	for (size_t i = 0; i < count; i++)
		outcomes[i] = i < done ? room_commit(room, arrivals[i]) : SINK_NONE;
	room->writes++;
	room->most = MAX(room->most, (guint)count);
	if (room->writes == room->stop_after)
		atomic_store(&room->stop, 1);
	if (mood == FINE)
		return true;
	room->times--;
	return room_fail(mood, error);
}

static inline guint
room_rows(struct room *room)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&room->lock);
	return g_hash_table_size(room->rows);
}

static inline void
room_hold(struct room *room, bool held)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&room->lock);
	room->held = held;
	g_cond_broadcast(&room->changed);
}

/* ---- the folder ---- */

/* A path below the folder, valid as long as the room; "-" and absolute ones are themselves. */
static inline const char *
room_path(struct room *room, const char *name)
{
	if (strcmp(name, "-") == 0 || name[0] == '/')
		return name;
	g_autofree char *path = g_build_filename(room->folder, name, NULL);
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&room->lock);
	return g_string_chunk_insert(room->texts, path);
}

static inline void
room_write(struct room *room, const char *name, const char *text)
{
	const char *path = room_path(room, name);
	g_autofree char *folder = g_path_get_dirname(path);
	g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
	g_assert_true(
		g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
}

static inline void
room_maildir(struct room *room, const char *name)
{
	static const char *const parts[] = { "tmp", "new", "cur" };
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *part = g_build_filename(name, parts[i], NULL);
		g_assert_cmpint(g_mkdir_with_parents(room_path(room, part), 0755), ==, 0);
	}
}

/* The report with this number; its report-id is "rN". */
static inline char *
report_text(guint number)
{
	return g_strdup_printf(
		"{\"organization-name\":\"Sender\",\"contact-info\":\"tls@sender.example\","
		"\"report-id\":\"r%u\",\"date-range\":{\"start-datetime\":\"2026-03-01T00:00:00Z\","
		"\"end-datetime\":\"2026-03-01T23:59:59Z\"},\"policies\":[{\"policy\":{"
		"\"policy-type\":\"sts\",\"policy-domain\":\"d.example\"},\"summary\":{"
		"\"total-successful-session-count\":1}}]}",
		number);
}

/* A message with a part for each word: a number is a report, "x" one that cannot be read. */
static inline char *
message_text(const char *words)
{
	g_auto(GStrv) parts = g_strsplit(words, " ", -1);
	GString *text = g_string_new("From: tls@sender.example\nTLS-Report-Domain: d.example\n"
				     "Content-Type: multipart/mixed; boundary=b\n\n");
	for (char **part = parts; *part != NULL && **part != '\0'; part++) {
		g_autofree char *body = strcmp(*part, "x") == 0 ? g_strdup("{\"policies\":")
								: report_text((guint)atoi(*part));
		g_string_append_printf(
			text, "--b\nContent-Type: application/tlsrpt+json\n\n%s\n", body);
	}
	g_string_append(text, "--b--\n");
	return g_string_free(text, FALSE);
}

static inline void
room_message(struct room *room, const char *name, const char *words)
{
	g_autofree char *text = message_text(words);
	room_write(room, name, text);
}

/* Messages first to first + count - 1, each with the report of its number, in folder. */
static inline void
room_messages(struct room *room, const char *folder, guint first, guint count)
{
	for (guint i = first; i < first + count; i++) {
		g_autofree char *name = g_strdup_printf("%s/%u", folder, i);
		g_autofree char *words = g_strdup_printf("%u", i);
		room_message(room, name, words);
	}
}

static inline guint
room_entries(struct room *room, const char *name)
{
	g_autoptr(GDir) dir = g_dir_open(room_path(room, name), 0, NULL);
	guint count = 0;
	while (dir != NULL && g_dir_read_name(dir) != NULL)
		count++;
	return count;
}

static inline void
room_remove(struct room *room, const char *name)
{
	const char *argv[] = { "rm", "-rf", room_path(room, name), NULL };
	g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
		NULL, NULL, NULL));
}

/* ---- the whole ---- */

static inline void
room_complain(void *user, const char *what, const char *why)
{
	struct room *room = user;
	size_t length = strlen(room->folder);
	if (strncmp(what, room->folder, length) == 0 && what[length] == '/')
		what += length + 1;
	g_string_append_printf(
		room->complaints, "%s%s: %s", room->complaints->len > 0 ? "; " : "", what, why);
}

static inline void
room_open(struct room *room, gconstpointer unused)
{
	(void)unused;
	*room = (struct room){ 0 };
	room->folder = g_dir_make_tmp("stsready-XXXXXX", NULL);
	g_assert_cmpint(g_chmod(room->folder, 0755), ==, 0);
	room->texts = g_string_chunk_new(256);
	g_mutex_init(&room->lock);
	g_cond_init(&room->changed);
	room->rows = g_hash_table_new_full(
		g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
	room->kept = g_hash_table_new_full(
		g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
	room->sink = (struct sink){ room, room_sink };
	room->complaints = g_string_new(NULL);
	room->options = (struct importer_options){
		.workers = 3, .wait_seconds = 20, .complain = room_complain, .user = room
	};
}

static inline void
room_close(struct room *room, gconstpointer unused)
{
	(void)unused;
	room_remove(room, room->folder);
	g_free(room->folder);
	g_string_chunk_free(room->texts);
	g_mutex_clear(&room->lock);
	g_cond_clear(&room->changed);
	g_hash_table_unref(room->rows);
	g_hash_table_unref(room->kept);
	g_string_free(room->complaints, TRUE);
	g_clear_error(&room->error);
}

/* Imports what the names, parted by spaces, name. */
static inline void
room_import(struct room *room, const char *names)
{
	g_auto(GStrv) words = g_strsplit(names, " ", -1);
	g_autoptr(GPtrArray) paths = g_ptr_array_new();
	for (char **word = words; *word != NULL; word++)
		g_ptr_array_add(paths, (gpointer)room_path(room, *word));
	g_string_truncate(room->complaints, 0);
	g_clear_error(&room->error);
	room->fine = importer_run(&room->sink, (const char *const *)paths->pdata, paths->len,
		&room->options, &room->stop, &room->counts, &room->error);
	g_assert_true(room->fine == (room->error == NULL));
}

/* The counts that are not 0: "read 2, new 1, failed 1". */
static inline char *
room_counted(const struct room *room)
{
	const struct importer_counts *counts = &room->counts;
	const struct {
		const char *name;
		uint64_t count;
	} all[] = {
		{ "read", counts->read },
		{ "new", counts->fresh },
		{ "seen", counts->seen },
		{ "conflicts", counts->conflicts },
		{ "without", counts->without },
		{ "quarantined", counts->quarantined },
		{ "unsigned", counts->not_dkim },
		{ "failed", counts->failed },
	};
	GString *text = g_string_new(NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		if (all[i].count > 0)
			g_string_append_printf(text, "%s%s %" G_GUINT64_FORMAT,
				text->len > 0 ? ", " : "", all[i].name, all[i].count);
	return g_string_free(text, FALSE);
}

static inline void
room_assert_counted(const struct room *room, const char *want)
{
	g_autofree char *got = room_counted(room);
	g_assert_cmpstr(got, ==, want);
}
