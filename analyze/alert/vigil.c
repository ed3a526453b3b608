/* Having the watch, or standing by. */
#include "analyze/alert/vigil.h"

#include "analyze/command.h"
#include "sql/migrate.h"

/* Before another try, where there is no database or another has the watch. */
#define AGAIN_SECONDS 5
/* Before the same trouble is told of again. */
#define TROUBLE_SECONDS 600

struct vigil {
	struct vigil_options options;
	struct db *db;
	struct teller *teller; /* while this one has the watch */
	bool stands_by;
	char *trouble; /* that was told of last; NULL: none since all was well */
	int64_t trouble_at;
};

struct vigil *
vigil_new(const struct vigil_options *options)
{
	struct vigil *vigil = g_new0(struct vigil, 1);
	vigil->options = *options;
	return vigil;
}

/* Somebody else may have it now. */
static void
leave(struct vigil *vigil)
{
	g_clear_pointer(&vigil->teller, teller_free);
	g_clear_pointer(&vigil->db, db_close);
}

void
vigil_free(struct vigil *vigil)
{
	if (vigil == NULL)
		return;
	leave(vigil);
	log_say(vigil->options.log, LOG_LEVEL_INFO, "stopped", NULL);
	g_free(vigil->trouble);
	g_free(vigil);
}

void
vigil_stored(const struct vigil *vigil)
{
	if (vigil->teller != NULL)
		teller_wake(vigil->teller);
}

/* ---- having it ---- */

static bool
has_watch(const struct vigil *vigil)
{
	return vigil->db != NULL && db_alive(vigil->db) && vigil->teller != NULL;
}

static void
stand_by(struct vigil *vigil)
{
	if (!vigil->stands_by)
		log_say(vigil->options.log, LOG_LEVEL_INFO, "standing-by", NULL);
	vigil->stands_by = true;
}

static void
begin_watch(struct vigil *vigil)
{
	vigil->stands_by = false;
	vigil->teller = teller_new(vigil->options.teller);
	log_say(vigil->options.log, LOG_LEVEL_INFO, "watching", NULL);
}

/* Whether this one has the watch; false without error: another has it. */
static bool
take_watch(struct vigil *vigil, GError **error)
{
	GError *failure = NULL;
	if (has_watch(vigil))
		return true;
	leave(vigil);
	vigil->db = db_open(vigil->options.database, error);
	if (vigil->db == NULL || !migrate_check(vigil->db, error))
		return false;
	if (alert_lock(vigil->db, &failure))
		begin_watch(vigil);
	else if (failure != NULL)
		g_propagate_error(error, failure);
	else
		stand_by(vigil);
	return has_watch(vigil);
}

/* ---- a round ---- */

static void
say_round(const struct vigil *vigil, const struct watcher_figures *figures)
{
	if (figures->checked + figures->told == 0)
		return;
	GString *line = log_begin(vigil->options.log, LOG_LEVEL_INFO, "round");
	log_number(line, "checked", (int64_t)figures->checked);
	log_number(line, "judged", (int64_t)figures->judged);
	log_number(line, "changes", (int64_t)figures->told);
	log_end(vigil->options.log, line);
}

/* The same once in a while. */
static void
say_trouble(struct vigil *vigil, const char *why)
{
	int64_t now = g_get_monotonic_time();
	if (g_strcmp0(vigil->trouble, why) == 0 &&
		now - vigil->trouble_at < TROUBLE_SECONDS * G_USEC_PER_SEC)
		return;
	g_free(vigil->trouble);
	vigil->trouble = g_strdup(why);
	vigil->trouble_at = now;
	log_say(vigil->options.log, LOG_LEVEL_WARNING, "trouble", "why", why, NULL);
}

static void
rest(int64_t seconds)
{
	int64_t until = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
	while (command_stop == 0 && g_get_monotonic_time() < until)
		g_usleep(100000);
}

void
vigil_go(struct vigil *vigil)
{
	g_autoptr(GError) error = NULL;
	struct watcher_figures figures = { 0 };
	bool fine = take_watch(vigil, &error) &&
		    watcher_round(vigil->options.watcher, vigil->db, false, &figures, &error);
	if (error != NULL)
		say_trouble(vigil, error->message);
	else if (fine)
		g_clear_pointer(&vigil->trouble, g_free);
	say_round(vigil, &figures);
	rest(fine ? watcher_rest(vigil->options.watcher) : AGAIN_SECONDS);
}
