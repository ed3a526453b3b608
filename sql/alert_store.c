/* What was told about domains, and what waits to be told. */
#include "sql/alert_store.h"

#include "sql/statements.h"

bool
alert_lock(struct db *db, GError **error)
{
	g_autoptr(db_result) result = NULL;
	return db_run(db, &sql_watch_lock, NULL, &result, error) && db_bool(result, 0, 0);
}

struct domain_visit {
	void (*each)(void *user, const char *domain);
	void *user;
};

static bool
visit_domain(void *user, const struct db_result *result, int row)
{
	const struct domain_visit *visit = user;
	visit->each(visit->user, db_text(result, row, 0));
	return true;
}

bool
alert_domains(struct db *db, void (*each)(void *, const char *), void *user, GError **error)
{
	struct domain_visit visit = { each, user };
	return db_stream(db, &sql_watch_domains, NULL, visit_domain, &visit, error);
}

struct look_visit {
	void (*each)(void *user, const char *domain, int64_t last_at);
	void *user;
};

static bool
visit_look(void *user, const struct db_result *result, int row)
{
	const struct look_visit *visit = user;
	visit->each(visit->user, db_text(result, row, 0), db_instant(result, row, 1));
	return true;
}

bool
alert_looks(struct db *db, void (*each)(void *, const char *, int64_t), void *user, GError **error)
{
	struct look_visit visit = { each, user };
	return db_stream(db, &sql_watch_looks, NULL, visit_look, &visit, error);
}

/* ---- conditions ---- */

struct told_visit {
	bool (*each)(void *user, const char *kind, const char *subject, const char *state,
		int64_t since);
	void *user;
};

static bool
visit_told(void *user, const struct db_result *result, int row)
{
	const struct told_visit *visit = user;
	return visit->each(visit->user, db_text(result, row, 0), db_text(result, row, 1),
		db_text(result, row, 2), db_instant(result, row, 3));
}

bool
alert_told(struct db *db, const char *domain,
	bool (*each)(void *, const char *, const char *, const char *, int64_t), void *user,
	GError **error)
{
	struct told_visit visit = { each, user };
	g_autoptr(row_values) values = row_values_new();
	row_text(values, domain);
	return db_stream(db, &sql_condition_list, values, visit_told, &visit, error);
}

bool
alert_put(struct db *db, const char *domain, const char *kind, const char *subject,
	const char *state, int64_t since, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	row_text(values, domain);
	row_text(values, kind);
	row_text(values, subject);
	row_text(values, state);
	row_timestamp(values, since);
	return db_run(db, &sql_condition_put, values, NULL, error);
}

bool
alert_drop(struct db *db, const char *domain, const char *kind, const char *subject, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	row_text(values, domain);
	row_text(values, kind);
	row_text(values, subject);
	return db_run(db, &sql_condition_drop, values, NULL, error);
}

/* ---- notices ---- */

static void
put_key(struct row_values *values, const char *domain, const char *id, const char *outlet)
{
	row_text(values, domain);
	row_text(values, id);
	row_text(values, outlet);
}

bool
alert_add(struct db *db, const struct alert_notice *notice, const char *outlet, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	put_key(values, notice->domain, notice->id, outlet);
	row_timestamp(values, notice->made_at);
	row_text(values, notice->severity);
	row_text(values, notice->title);
	row_text(values, notice->words);
	row_text(values, notice->html);
	row_text(values, notice->body);
	return db_run(db, &sql_notice_insert, values, NULL, error);
}

struct due_visit {
	bool (*each)(void *user, const struct alert_notice *notice);
	void *user;
};

static bool
visit_due(void *user, const struct db_result *result, int row)
{
	const struct due_visit *visit = user;
	const struct alert_notice notice = { .domain = db_text(result, row, 0),
		.id = db_text(result, row, 1),
		.made_at = db_instant(result, row, 2),
		.severity = db_text(result, row, 3),
		.title = db_text(result, row, 4),
		.words = db_text(result, row, 5),
		.html = db_text(result, row, 6),
		.body = db_text(result, row, 7),
		.attempts = db_int(result, row, 8) };
	return visit->each(visit->user, &notice);
}

bool
alert_due(struct db *db, const char *outlet, int64_t now,
	bool (*each)(void *, const struct alert_notice *), void *user, GError **error)
{
	struct due_visit visit = { each, user };
	g_autoptr(row_values) values = row_values_new();
	row_text(values, outlet);
	row_timestamp(values, now);
	return db_stream(db, &sql_notice_due, values, visit_due, &visit, error);
}

bool
alert_sent(struct db *db, const char *domain, const char *id, const char *outlet, int64_t at,
	GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	put_key(values, domain, id, outlet);
	row_timestamp(values, at);
	return db_run(db, &sql_notice_sent, values, NULL, error);
}

bool
alert_failed(struct db *db, const char *domain, const char *id, const char *outlet, int64_t next_at,
	const char *why, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	put_key(values, domain, id, outlet);
	row_timestamp(values, next_at);
	row_text(values, why);
	return db_run(db, &sql_notice_failed, values, NULL, error);
}

bool
alert_has_digest(struct db *db, const char *id, bool *made, GError **error)
{
	g_autoptr(db_result) result = NULL;
	g_autoptr(row_values) values = row_values_new();
	row_text(values, id);
	if (!db_run(db, &sql_notice_digest, values, &result, error))
		return false;
	*made = db_rows(result) > 0;
	return true;
}

struct week_visit {
	bool (*each)(void *user, const char *domain, int64_t at, const char *title);
	void *user;
};

static bool
visit_week(void *user, const struct db_result *result, int row)
{
	const struct week_visit *visit = user;
	return visit->each(visit->user, db_text(result, row, 0), db_instant(result, row, 1),
		db_text(result, row, 2));
}

bool
alert_week(struct db *db, int64_t since, bool (*each)(void *, const char *, int64_t, const char *),
	void *user, GError **error)
{
	struct week_visit visit = { each, user };
	g_autoptr(row_values) values = row_values_new();
	row_timestamp(values, since);
	return db_stream(db, &sql_notice_week, values, visit_week, &visit, error);
}

struct forget_visit {
	void (*each)(void *user, const char *outlet, const char *title);
	void *user;
};

static bool
visit_forgotten(void *user, const struct db_result *result, int row)
{
	const struct forget_visit *visit = user;
	if (db_bool(result, row, 2))
		visit->each(visit->user, db_text(result, row, 0), db_text(result, row, 1));
	return true;
}

bool
alert_forget(struct db *db, int64_t sent_before, int64_t made_before,
	void (*each)(void *, const char *, const char *), void *user, GError **error)
{
	struct forget_visit visit = { each, user };
	g_autoptr(row_values) values = row_values_new();
	row_timestamp(values, sent_before);
	row_timestamp(values, made_before);
	return db_stream(db, &sql_notice_forget, values, visit_forgotten, &visit, error);
}

bool
alert_forget_domains(struct db *db, GError **error)
{
	return db_run(db, &sql_condition_forget, NULL, NULL, error);
}
