/* Reading evidence, row by row. */
#include "sql/evidence.h"

#include "sql/statements.h"

static struct row_values *
window_values(const struct evidence_window *window)
{
	struct row_values *values = row_values_new();
	row_text(values, window->domain);
	row_date(values, window->first_day);
	row_date(values, window->last_day);
	row_text_array(values, window->ignore, window->n_ignore);
	return values;
}

/* The key of a policy; NULL where the column is not one, which no row of ours has. */
static const uint8_t *
key_at(const struct db_result *result, int row, int column)
{
	size_t length;
	const uint8_t *key = db_bytes(result, row, column, &length);
	return length == POLICY_KEY_BYTES ? key : NULL;
}

static int32_t
day_or_never(const struct db_result *result, int row, int column)
{
	return db_is_null(result, row, column) ? INT32_MIN : db_day(result, row, column);
}

bool
evidence_days(struct db *db, const struct evidence_window *window,
	bool (*each)(void *, const struct evidence_day_row *), void *user, GError **error)
{
	g_autoptr(row_values) values = window_values(window);
	g_autoptr(db_result) result = NULL;
	if (!db_run(db, &sql_evidence_days, values, &result, error))
		return false;
	for (int i = 0; i < db_rows(result); i++) {
		const struct evidence_day_row row = {
			.day = db_day(result, i, 0),
			.trust = db_text(result, i, 1),
			.policy_type = db_text(result, i, 2),
			.policy_key = key_at(result, i, 3),
			.reports = db_int(result, i, 4),
			.success = db_int(result, i, 5),
			.failure = db_int(result, i, 6),
			.submitters = db_int(result, i, 7),
		};
		if (row.policy_key != NULL && !each(user, &row))
			break;
	}
	return true;
}

bool
evidence_reporters(struct db *db, const struct evidence_window *window,
	bool (*each)(void *, const struct evidence_reporter_row *), void *user, GError **error)
{
	g_autoptr(row_values) values = window_values(window);
	g_autoptr(db_result) result = NULL;
	if (!db_run(db, &sql_evidence_reporters, values, &result, error))
		return false;
	for (int i = 0; i < db_rows(result); i++) {
		const struct evidence_reporter_row row = {
			.submitter = db_text(result, i, 0),
			.trust = db_text(result, i, 1),
			.first_day = db_day(result, i, 2),
			.last_day = db_day(result, i, 3),
			.days = db_int(result, i, 4),
			.reports = db_int(result, i, 5),
			.success = db_int(result, i, 6),
			.failure = db_int(result, i, 7),
		};
		if (!each(user, &row))
			break;
	}
	return true;
}

bool
evidence_failures(struct db *db, const struct evidence_window *window,
	bool (*each)(void *, const struct evidence_failure_row *), void *user, GError **error)
{
	g_autoptr(row_values) values = window_values(window);
	g_autoptr(db_result) result = NULL;
	if (!db_run(db, &sql_evidence_failures, values, &result, error))
		return false;
	for (int i = 0; i < db_rows(result); i++) {
		const struct evidence_failure_row row = {
			.day = db_day(result, i, 0),
			.trust = db_text(result, i, 1),
			.submitter = db_text(result, i, 2),
			.policy_type = db_text(result, i, 3),
			.policy_key = key_at(result, i, 4),
			.result_type = db_text(result, i, 5),
			.mx = db_text(result, i, 6),
			.ip = db_text(result, i, 7),
			.sessions = db_int(result, i, 8),
			.unsaid = db_int(result, i, 9),
		};
		if (row.policy_key != NULL && !each(user, &row))
			break;
	}
	return true;
}

bool
evidence_policies(struct db *db, const struct evidence_window *window,
	bool (*each)(void *, const struct evidence_policy_row *), void *user, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	g_autoptr(db_result) result = NULL;
	row_text(values, window->domain);
	row_date(values, window->last_day);
	if (!db_run(db, &sql_evidence_policies, values, &result, error))
		return false;
	for (int i = 0; i < db_rows(result); i++) {
		g_auto(GStrv) strings = db_text_array(result, i, 2);
		const struct evidence_policy_row row = {
			.policy_key = key_at(result, i, 0),
			.policy_type = db_text(result, i, 1),
			.policy_string = strings,
			.first_day = day_or_never(result, i, 3),
			.last_day = day_or_never(result, i, 4),
		};
		if (row.policy_key != NULL && !each(user, &row))
			break;
	}
	return true;
}

bool
evidence_checks(struct db *db, const char *domain, int64_t since, int64_t until,
	bool (*each)(void *, const struct evidence_check_row *), void *user, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	g_autoptr(db_result) result = NULL;
	row_text(values, domain);
	row_timestamp(values, since);
	row_timestamp(values, until);
	if (!db_run(db, &sql_evidence_checks, values, &result, error))
		return false;
	for (int i = 0; i < db_rows(result); i++) {
		const struct evidence_check_row row = {
			.first_at = db_instant(result, i, 0),
			.last_at = db_instant(result, i, 1),
			.checks = db_int(result, i, 2),
			.snapshot = db_text(result, i, 4),
		};
		if (!each(user, &row))
			break;
	}
	return true;
}
