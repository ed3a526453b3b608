/* Looking at all watched domains from time to time. */
#include "analyze/alert/watcher.h"

#include <string.h>

#include "analyze/alert/digest.h"
#include "analyze/check_own.h"
#include "analyze/check_save.h"
#include "analyze/command.h"
#include "analyze/peer_trust.h"
#include "sql/capability.h"

#define HOUR 3600
#define DAY (24 * HOUR)
/* From one reading of the list of domains to the next. */
#define LIST_SECONDS 60
/* Domains a round, so that none waits long for its verdict. */
#define MOST_LOOKS 1000
/* What was sent is kept so long, for the weekly digest and for who asks; what cannot be sent is
   given up after so long. */
#define KEEP_SENT (30 * DAY)
#define GIVE_UP (7 * DAY)

struct watched {
	char *domain;
	int64_t next_check, next_judge;
	bool listed, judged;
	enum verdict verdict;
	char *headline;
};

struct watcher {
	struct watcher_options options;
	GHashTable *domains; /* of struct watched, by name */
	int64_t next_list, next_looks, next_hour;
	bool blind; /* nothing can be looked at just now: what is known is judged */
	struct watcher_figures figures;
};

/* ---- the list ---- */

static void
free_watched(void *memory)
{
	struct watched *watched = memory;
	g_free(watched->domain);
	g_free(watched->headline);
	g_free(watched);
}

struct watcher *
watcher_new(const struct watcher_options *options)
{
	struct watcher *watcher = g_new0(struct watcher, 1);
	watcher->options = *options;
	watcher->domains = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_watched);
	return watcher;
}

void
watcher_free(struct watcher *watcher)
{
	if (watcher == NULL)
		return;
	g_hash_table_unref(watcher->domains);
	g_free(watcher);
}

static int64_t
clock_now(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

/* The time that is judged. */
static int64_t
judged_time(const struct watcher *watcher)
{
	return watcher->options.at != INT64_MIN ? watcher->options.at : clock_now();
}

/* Also where it is further off than it can be: the clock was set back. */
static bool
is_due(int64_t next, int64_t every)
{
	int64_t now = clock_now();
	return next <= now || next - now > 2 * every;
}

/* Give or take a tenth, so that domains that were looked at together drift apart. */
static int64_t
jittered(int64_t seconds)
{
	return (int64_t)((double)seconds * g_random_double_range(0.9, 1.1));
}

static void
take_domain(void *user, const char *domain)
{
	struct watcher *watcher = user;
	struct watched *watched = g_hash_table_lookup(watcher->domains, domain);
	if (watched == NULL) {
		watched = g_new0(struct watched, 1);
		watched->domain = g_strdup(domain);
		g_hash_table_insert(watcher->domains, watched->domain, watched);
	}
	watched->listed = true;
}

/* This program before it was started anew, or somebody else. */
static void
take_look(void *user, const char *domain, int64_t last_at)
{
	struct watcher *watcher = user;
	struct watched *watched = g_hash_table_lookup(watcher->domains, domain);
	if (watched != NULL && last_at <= clock_now())
		watched->next_check =
			MAX(watched->next_check, last_at + watcher->options.check_every * 9 / 10);
}

static gboolean
is_gone(void *name, void *value, void *user)
{
	struct watched *watched = value;
	bool gone = !watched->listed;
	(void)name;
	(void)user;
	watched->listed = false;
	return gone;
}

static bool
list_domains(struct watcher *watcher, struct db *db, bool all, GError **error)
{
	if (!all && !is_due(watcher->next_list, LIST_SECONDS))
		return true;
	if (!alert_domains(db, take_domain, watcher, error))
		return false;
	g_hash_table_foreach_remove(watcher->domains, is_gone, NULL);
	watcher->next_list = clock_now() + LIST_SECONDS;
	return true;
}

/* Which is long work, and little changes. */
static bool
list_looks(struct watcher *watcher, struct db *db, bool all, GError **error)
{
	if (all || !is_due(watcher->next_looks, HOUR))
		return true;
	if (!alert_looks(db, take_look, watcher, error))
		return false;
	watcher->next_looks = clock_now() + HOUR;
	return true;
}

/* ---- looking ---- */

struct looking {
	struct watcher *watcher;
	struct db *db;
	GHashTable *tokens;
	GPtrArray *due; /* of struct watched */
	guint next;
	GError *failure;
};

static char *
next_domain(void *user)
{
	struct looking *looking = user;
	if (command_stop != 0 || looking->next == looking->due->len)
		return NULL;
	return g_strdup(((struct watched *)looking->due->pdata[looking->next++])->domain);
}

static bool
take_check(void *user, struct check *check)
{
	struct looking *looking = user;
	struct watcher *watcher = looking->watcher;
	struct watched *watched = g_hash_table_lookup(watcher->domains, check->domain);
	bool changed;
	check_own(check, looking->tokens);
	if (check_save(looking->db, check, &changed, &looking->failure)) {
		watcher->figures.checked++;
		watched->next_check = clock_now() + jittered(watcher->options.check_every);
		watched->next_judge = 0;
	}
	check_free(check);
	return looking->failure != NULL || command_stop != 0;
}

static bool
look_at(struct watcher *watcher, struct db *db, GPtrArray *due, GError **error)
{
	struct checker_figures figures;
	struct looking looking = { .watcher = watcher, .db = db, .due = due };
	/* a new one each time: authorities and resolvers may have changed */
	struct checker *checker = checker_new(watcher->options.checks, error);
	if (checker == NULL)
		return false;
	looking.tokens = capability_list(db, error);
	if (looking.tokens != NULL)
		checker_run(checker, next_domain, take_check, &looking, &figures);
	checker_free(checker);
	if (looking.tokens == NULL)
		return false;
	g_hash_table_unref(looking.tokens);
	if (looking.failure == NULL)
		return true;
	g_propagate_error(error, looking.failure);
	return false;
}

static bool
must_look(const struct watcher *watcher, const struct watched *watched)
{
	return watcher->options.checks != NULL &&
	       is_due(watched->next_check, watcher->options.check_every);
}

static gint
compare_due(gconstpointer a, gconstpointer b)
{
	const struct watched *one = *(const struct watched *const *)a;
	const struct watched *other = *(const struct watched *const *)b;
	return (one->next_check > other->next_check) - (one->next_check < other->next_check);
}

/* Those that waited longest, so that none is left out where there are too many. */
static bool
look_due(struct watcher *watcher, struct db *db, bool all, GError **error)
{
	g_autoptr(GPtrArray) due = g_ptr_array_new();
	GHashTableIter at;
	struct watched *watched;
	g_hash_table_iter_init(&at, watcher->domains);
	while (g_hash_table_iter_next(&at, NULL, (gpointer *)&watched))
		if (watcher->options.checks != NULL && (all || must_look(watcher, watched)))
			g_ptr_array_add(due, watched);
	g_ptr_array_sort(due, compare_due);
	if (!all && due->len > MOST_LOOKS)
		g_ptr_array_set_size(due, MOST_LOOKS);
	watcher->blind = due->len > 0 && !look_at(watcher, db, due, error);
	return !watcher->blind;
}

/* ---- judging ---- */

static void
keep_news(struct watcher *watcher, struct watched *watched, struct news *news)
{
	watched->judged = true;
	watched->verdict = news->verdict;
	g_free(watched->headline);
	watched->headline = news->headline;
	watcher->figures.judged++;
	watcher->figures.told += news->told;
	if (news->told > 0 && watcher->options.stored != NULL)
		watcher->options.stored(watcher->options.user);
}

static void
keep_failure(struct watcher *watcher, struct watched *watched, const char *why)
{
	watched->judged = true;
	watched->verdict = VERDICT_UNKNOWN;
	g_free(watched->headline);
	watched->headline = g_strdup_printf("It cannot be judged: %s", why);
	watcher->figures.failed++;
	log_say(watcher->options.log, LOG_LEVEL_ERROR, "not-judged", "domain", watched->domain,
		"why", why, NULL);
}

/* A fault of one domain's own is told of, and holds nobody else up. */
static bool
judge(struct watcher *watcher, struct db *db, struct watched *watched, GError **error)
{
	g_autoptr(GError) failure = NULL;
	struct news news;
	const struct judge_request request = { .domain = watched->domain,
		.at = judged_time(watcher),
		.saved = watcher->options.saved };
	watched->next_judge = clock_now() + jittered(watcher->options.judge_every);
	if (news_gather(db, &watcher->options.news, &request, &news, &failure)) {
		keep_news(watcher, watched, &news);
		return true;
	}
	if (db_alive(db)) {
		keep_failure(watcher, watched, failure->message);
		return true;
	}
	watched->next_judge = 0;
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}

static bool
judge_due(struct watcher *watcher, struct db *db, bool all, GError **error)
{
	GHashTableIter at;
	struct watched *watched;
	g_hash_table_iter_init(&at, watcher->domains);
	while (g_hash_table_iter_next(&at, NULL, (gpointer *)&watched) && command_stop == 0) {
		bool looks = !watcher->blind && must_look(watcher, watched);
		if ((all || (is_due(watched->next_judge, watcher->options.judge_every) &&
				    !looks)) &&
			!judge(watcher, db, watched, error))
			return false;
	}
	return true;
}

/* ---- the weekly digest ---- */

static void
clear_domain(void *memory)
{
	struct weekly_domain *domain = memory;
	g_free(domain->domain);
	g_free(domain->headline);
}

/* NULL: some domain was not judged yet. */
static GArray *
standing(const struct watcher *watcher)
{
	GArray *domains = g_array_new(FALSE, FALSE, sizeof(struct weekly_domain));
	GHashTableIter at;
	struct watched *watched;
	g_array_set_clear_func(domains, clear_domain);
	g_hash_table_iter_init(&at, watcher->domains);
	while (g_hash_table_iter_next(&at, NULL, (gpointer *)&watched)) {
		const struct weekly_domain domain = { g_strdup(watched->domain), watched->verdict,
			g_strdup(watched->headline) };
		g_array_append_val(domains, domain);
		if (watched->judged)
			continue;
		g_array_unref(domains);
		return NULL;
	}
	return domains;
}

static bool
digest_due(struct watcher *watcher, struct db *db, GError **error)
{
	/* the journal alone has none */
	if (watcher->options.digest_day == 0 || watcher->options.news.outlets->len < 2 ||
		command_stop != 0)
		return true;
	g_autofree char *id = weekly_id(judged_time(watcher), watcher->options.digest_day);
	bool made;
	if (!alert_has_digest(db, id, &made, error))
		return false;
	if (made)
		return true;
	g_autoptr(GArray) domains = standing(watcher);
	if (domains == NULL)
		return true;
	if (!digest_store(db, &watcher->options.news, id, judged_time(watcher), domains, error))
		return false;
	if (watcher->options.stored != NULL)
		watcher->options.stored(watcher->options.user);
	return true;
}

/* ---- a round ---- */

static void
say_given_up(void *user, const char *outlet, const char *title)
{
	const struct watcher *watcher = user;
	log_say(watcher->options.log, LOG_LEVEL_ERROR, "given-up", "outlet", outlet, "title", title,
		NULL);
}

/* With the checks, what the DNS says of those who posted reports; and what is old goes. */
static bool
tidy(struct watcher *watcher, struct db *db, bool all, GError **error)
{
	uint64_t raised;
	if (!all && !is_due(watcher->next_hour, HOUR))
		return true;
	watcher->next_hour = clock_now() + HOUR;
	if (watcher->options.checks != NULL && command_stop == 0 &&
		!peer_trust_update(
			db, watcher->options.checks->resolver, clock_now(), &raised, error))
		return false;
	return alert_forget_domains(db, error) &&
	       alert_forget(db, clock_now() - KEEP_SENT, clock_now() - GIVE_UP, say_given_up,
		       watcher, error);
}

bool
watcher_round(struct watcher *watcher, struct db *db, bool all, struct watcher_figures *figures,
	GError **error)
{
	g_autoptr(GError) trouble = NULL;
	watcher->figures = (struct watcher_figures){ 0 };
	bool fine = list_domains(watcher, db, all, error) && list_looks(watcher, db, all, error) &&
		    tidy(watcher, db, all, error);
	if (fine && !look_due(watcher, db, all, &trouble) && !db_alive(db)) {
		g_propagate_error(error, g_steal_pointer(&trouble));
		fine = false;
	}
	fine = fine && judge_due(watcher, db, all, error) && digest_due(watcher, db, error);
	*figures = watcher->figures;
	if (fine && trouble != NULL) {
		g_propagate_error(error, g_steal_pointer(&trouble));
		fine = false;
	}
	return fine;
}

int64_t
watcher_rest(const struct watcher *watcher)
{
	int64_t next = watcher->next_list, now = clock_now();
	GHashTableIter at;
	struct watched *watched;
	g_hash_table_iter_init(&at, watcher->domains);
	while (g_hash_table_iter_next(&at, NULL, (gpointer *)&watched)) {
		next = MIN(next, watched->next_judge);
		if (watcher->options.checks != NULL)
			next = MIN(next, watched->next_check);
	}
	return MAX(next - now, 0);
}
