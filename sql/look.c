/* Reading for people: watched domains, reports, failures. */
#include "sql/look.h"

#include <string.h>
#include <sys/random.h>

#include "sql/pack.h"
#include "sql/statements.h"

/* Crockford's base32 in lower case: no i, l, o, u to be misread in a record. */
static const char token_digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

/* 128 bits in digits of five. */
#define TOKEN_BYTES 16
#define TOKEN_DIGITS 26

/* Hands rows to whoever asked, as structs. */
struct taker {
	void *each;
	void *user;
};

static void
put_instant(struct row_values *values, int64_t instant)
{
	if (instant == INT64_MIN || instant == INT64_MAX)
		row_null(values);
	else
		row_timestamp(values, instant);
}

static void
put_limit(struct row_values *values, int64_t limit)
{
	if (limit <= 0)
		row_null(values);
	else
		row_int8(values, limit);
}

static void
put_filter(struct row_values *values, const struct look_filter *filter)
{
	row_text(values, filter->domain);
	row_text(values, filter->submitter);
	row_text(values, filter->trust);
	put_instant(values, filter->since);
	put_instant(values, filter->until);
}

static int64_t
instant_or_never(const struct db_result *result, int row, int column)
{
	return db_is_null(result, row, column) ? INT64_MIN : db_instant(result, row, column);
}

static bool
take_domain(void *user, const struct db_result *result, int row)
{
	const struct taker *taker = user;
	bool (*each)(void *, const struct look_domain *) =
		(bool (*)(void *, const struct look_domain *))taker->each;
	const struct look_domain domain = {
		.domain = db_text(result, row, 0),
		.watched = db_bool(result, row, 1),
		.added_at = instant_or_never(result, row, 2),
		.token = db_text(result, row, 3),
		.reports = db_int(result, row, 4),
		.success = db_int(result, row, 5),
		.failure = db_int(result, row, 6),
		.submitters = db_int(result, row, 7),
		.last_report_at = instant_or_never(result, row, 8),
		.last_day = db_day(result, row, 9),
	};
	return each(taker->user, &domain);
}

bool
look_domains(struct db *db, const char *domain, bool (*each)(void *, const struct look_domain *),
	void *user, GError **error)
{
	struct taker taker = { (void *)each, user };
	g_autoptr(row_values) values = row_values_new();
	row_text(values, domain);
	return db_stream(db, &sql_look_domains, values, take_domain, &taker, error);
}

static bool
take_report(void *user, const struct db_result *result, int row)
{
	const struct taker *taker = user;
	bool (*each)(void *, const struct look_report *) =
		(bool (*)(void *, const struct look_report *))taker->each;
	g_auto(GStrv) notes = db_text_array(result, row, 18);
	g_auto(GStrv) trust_notes = db_text_array(result, row, 19);
	const struct look_report report = {
		.domain = db_text(result, row, 0),
		.digest = db_text(result, row, 1),
		.organization = db_text(result, row, 2),
		.submitter = db_text(result, row, 3),
		.report_id = db_text(result, row, 4),
		.contact = db_text(result, row, 5),
		.start = db_instant(result, row, 6),
		.end = db_instant(result, row, 7),
		.received_at = db_instant(result, row, 8),
		.channel = db_text(result, row, 9),
		.remote = db_text(result, row, 10),
		.trust = db_text(result, row, 11),
		.counted = db_bool(result, row, 12),
		.arrivals = db_int(result, row, 13),
		.policies = db_int(result, row, 14),
		.success = db_int(result, row, 15),
		.failure = db_int(result, row, 16),
		.details = db_int(result, row, 17),
		.notes = notes,
		.trust_notes = trust_notes,
	};
	return each(taker->user, &report);
}

bool
look_reports(struct db *db, const struct look_filter *filter,
	bool (*each)(void *, const struct look_report *), void *user, GError **error)
{
	struct taker taker = { (void *)each, user };
	g_autoptr(row_values) values = row_values_new();
	put_filter(values, filter);
	put_limit(values, filter->limit);
	return db_stream(db, &sql_look_reports, values, take_report, &taker, error);
}

static bool
take_failure(void *user, const struct db_result *result, int row)
{
	const struct taker *taker = user;
	bool (*each)(void *, const struct look_failure *) =
		(bool (*)(void *, const struct look_failure *))taker->each;
	const struct look_failure failure = {
		.domain = db_text(result, row, 0),
		.submitter = db_text(result, row, 1),
		.organization = db_text(result, row, 2),
		.report_id = db_text(result, row, 3),
		.trust = db_text(result, row, 4),
		.day = db_day(result, row, 5),
		.policy_type = db_text(result, row, 6),
		.policy_domain = db_text(result, row, 7),
		.result_type = db_text(result, row, 8),
		.sending_mta_ip = db_text(result, row, 9),
		.receiving_mx_hostname = db_text(result, row, 10),
		.receiving_mx_helo = db_text(result, row, 11),
		.receiving_ip = db_text(result, row, 12),
		.sessions = db_is_null(result, row, 13) ? -1 : db_int(result, row, 13),
		.additional_information = db_text(result, row, 14),
		.failure_reason_code = db_text(result, row, 15),
		.digest = db_text(result, row, 16),
	};
	return each(taker->user, &failure);
}

bool
look_failures(struct db *db, const struct look_filter *filter,
	bool (*each)(void *, const struct look_failure *), void *user, GError **error)
{
	struct taker taker = { (void *)each, user };
	g_autoptr(row_values) values = row_values_new();
	put_filter(values, filter);
	row_text(values, filter->result_type);
	put_limit(values, filter->limit);
	return db_stream(db, &sql_look_failures, values, take_failure, &taker, error);
}

static bool
take_name(void *user, const struct db_result *result, int row)
{
	g_ptr_array_add(user, g_strdup(db_text(result, row, 0)));
	return true;
}

GPtrArray *
look_watched(struct db *db, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	if (!db_stream(db, &sql_look_watched, NULL, take_name, names, error))
		return NULL;
	return g_steal_pointer(&names);
}

GBytes *
look_original(
	struct db *db, const char *domain, const uint8_t *digest, size_t length, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	g_autoptr(db_result) result = NULL;
	size_t size;
	row_text(values, domain);
	row_bytes(values, digest, length);
	if (!db_run(db, &sql_look_original, values, &result, error) || db_rows(result) == 0)
		return NULL;
	const uint8_t *body = db_bytes(result, 0, 0, &size);
	return unpack_body(body, size, db_bool(result, 0, 1), error);
}

static bool
make_token(char token[TOKEN_DIGITS + 1], GError **error)
{
	uint8_t bytes[TOKEN_BYTES + 1] = { 0 };
	if (getrandom(bytes, TOKEN_BYTES, 0) != TOKEN_BYTES) {
		g_set_error(error, DB_ERROR, DB_ERROR_RESOURCE, "no random bytes from the kernel");
		return false;
	}
	for (int i = 0; i < TOKEN_DIGITS; i++) {
		int bit = i * 5;
		int pair = bytes[bit / 8] << 8 | bytes[bit / 8 + 1];
		token[i] = token_digits[pair >> (11 - bit % 8) & 31];
	}
	token[TOKEN_DIGITS] = '\0';
	return true;
}

static bool
insert_domain(struct db *db, const char *domain, int64_t now, const char *token, bool *added,
	GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	g_autoptr(db_result) result = NULL;
	row_text(values, domain);
	row_timestamp(values, now);
	row_text(values, token);
	if (!db_run(db, &sql_domain_insert, values, &result, error))
		return false;
	*added = db_rows(result) > 0;
	return true;
}

bool
look_domain_add(
	struct db *db, const char *domain, int64_t now, char **token, bool *added, GError **error)
{
	char fresh[TOKEN_DIGITS + 1];
	g_autoptr(row_values) values = row_values_new();
	g_autoptr(db_result) result = NULL;
	row_text(values, domain);
	if (!make_token(fresh, error) || !insert_domain(db, domain, now, fresh, added, error) ||
		!db_run(db, &sql_domain_token, values, &result, error))
		return false;
	*token = g_strdup(db_rows(result) > 0 ? db_text(result, 0, 0) : fresh);
	return true;
}

bool
look_domain_remove(struct db *db, const char *domain, bool *removed, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	g_autoptr(db_result) result = NULL;
	row_text(values, domain);
	if (!db_run(db, &sql_domain_delete, values, &result, error))
		return false;
	*removed = db_rows(result) > 0;
	return true;
}

/* ---- settings of domains ---- */

struct setting_visit {
	bool (*each)(void *user, const char *name, const char *value);
	void *user;
};

static bool
visit_setting(void *user, const struct db_result *result, int row)
{
	const struct setting_visit *visit = user;
	return visit->each(visit->user, db_text(result, row, 0), db_text(result, row, 1));
}

bool
look_domain_settings(struct db *db, const char *domain,
	bool (*each)(void *user, const char *name, const char *value), void *user, GError **error)
{
	struct setting_visit visit = { each, user };
	g_autoptr(row_values) values = row_values_new();
	row_text(values, domain);
	return db_stream(db, &sql_domain_settings, values, visit_setting, &visit, error);
}

bool
look_domain_set(struct db *db, const char *domain, const char *name, const char *value,
	bool *watched, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	g_autoptr(db_result) result = NULL;
	row_text(values, domain);
	row_text(values, name);
	if (value != NULL)
		row_text(values, value);
	if (!db_run(db, value != NULL ? &sql_domain_setting_put : &sql_domain_setting_drop, values,
		    &result, error))
		return false;
	*watched = db_rows(result) > 0;
	return true;
}
