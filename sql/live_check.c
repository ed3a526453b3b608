/* Saving live checks, and reading them back. */
#include "sql/live_check.h"

#include <string.h>

#include "sql/statements.h"
#include "sql/transaction.h"

struct saving {
	const struct live_check *check;
	bool changed;
};

static bool
extend(struct db *db, const struct live_check *check, int64_t first_at, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	row_text(values, check->domain);
	row_timestamp(values, first_at);
	row_timestamp(values, check->at);
	return db_run(db, &sql_live_check_extend, values, NULL, error);
}

static bool
begin_span(struct db *db, const struct live_check *check, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	row_text(values, check->domain);
	row_timestamp(values, check->at);
	row_bytes(values, check->digest, check->digest_length);
	row_int2(values, (int16_t)check->status);
	row_text(values, check->snapshot);
	return db_run(db, &sql_live_check_insert, values, NULL, error);
}

/* Whether the newest span says what the check says. */
static bool
says_the_same(const struct db_result *newest, const struct live_check *check)
{
	size_t length;
	if (db_rows(newest) == 0)
		return false;
	const uint8_t *digest = db_bytes(newest, 0, 2, &length);
	return length == check->digest_length && memcmp(digest, check->digest, length) == 0;
}

/* The body of a transaction. */
static bool
save(struct db *db, void *user, GError **error)
{
	struct saving *saving = user;
	const struct live_check *check = saving->check;
	g_autoptr(row_values) values = row_values_new();
	g_autoptr(db_result) newest = NULL;
	row_text(values, check->domain);
	if (!db_run(db, &sql_live_check_newest, values, &newest, error))
		return false;
	saving->changed = false;
	/* one that is older than what is there tells nothing about now */
	if (db_rows(newest) > 0 && db_instant(newest, 0, 1) > check->at)
		return true;
	if (says_the_same(newest, check))
		return extend(db, check, db_instant(newest, 0, 0), error);
	saving->changed = true;
	return begin_span(db, check, error);
}

bool
live_check_save(struct db *db, const struct live_check *check, bool *changed, GError **error)
{
	struct saving saving = { check, false };
	if (!transaction_run(db, save, &saving, error))
		return false;
	*changed = saving.changed;
	return true;
}

struct taker {
	bool (*each)(void *user, const struct live_check_span *span);
	void *user;
};

static bool
take_span(void *user, const struct db_result *result, int row)
{
	const struct taker *taker = user;
	struct live_check_span span = {
		.first_at = db_instant(result, row, 0),
		.last_at = db_instant(result, row, 1),
		.checks = db_int(result, row, 2),
		.status = (int)db_int(result, row, 3),
		.snapshot = db_text(result, row, 4),
	};
	return taker->each(taker->user, &span);
}

bool
live_check_history(struct db *db, const char *domain,
	bool (*each)(void *user, const struct live_check_span *span), void *user, GError **error)
{
	struct taker taker = { each, user };
	g_autoptr(row_values) values = row_values_new();
	row_text(values, domain);
	return db_stream(db, &sql_live_check_history, values, take_span, &taker, error);
}
