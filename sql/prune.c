/* Retention: a domain at a time, a month of its days in a transaction. */
#include "sql/prune.h"

#include "sql/pruned.h"
#include "sql/statements.h"
#include "sql/transaction.h"

/* Days of one domain that a transaction takes: it holds few locks, and what a crash undoes is
   little. */
#define STEP_DAYS 31

#define DAY_SECONDS INT64_C(86400)

struct span {
	char *domain;
	bool has_reports;
	int32_t first, last;
};

/* A domain's days in hand, and what went of them. */
struct step {
	const struct prune *prune;
	const struct span *span;
	int32_t from, to; /* day after the last */
	struct prune_counts counts;
};

static void
span_clear(gpointer data)
{
	struct span *span = data;
	g_free(span->domain);
}

static bool
take_span(void *user, const struct db_result *result, int row)
{
	struct span span = {
		.domain = g_strdup(db_text(result, row, 0)),
		.has_reports = !db_is_null(result, row, 1),
		.first = db_day(result, row, 1),
		.last = db_day(result, row, 2),
	};
	g_array_append_val((GArray *)user, span);
	return true;
}

static GArray *
find_spans(const struct prune *prune, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	row_date(values, prune->before.payloads);
	row_date(values, prune->before.rollups);
	GArray *spans = g_array_new(FALSE, FALSE, sizeof(struct span));
	g_array_set_clear_func(spans, span_clear);
	if (db_stream(prune->db, &sql_prune_domains, values, take_span, spans, error))
		return spans;
	g_array_unref(spans);
	return NULL;
}

/* ---- one statement ---- */

static bool
count_row(void *user, const struct db_result *result, int row)
{
	(void)result;
	(void)row;
	++*(uint64_t *)user;
	return true;
}

static bool
add_count(void *user, const struct db_result *result, int row)
{
	*(uint64_t *)user += (uint64_t)db_int(result, row, 0);
	return true;
}

/* Deletes, or counts what that would delete. */
static bool
run(const struct prune *prune, const struct statement *remove, const struct statement *count,
	const struct row_values *values, uint64_t *sum, GError **error)
{
	uint64_t rows = 0;
	bool fine = db_stream(prune->db, prune->dry ? count : remove, values,
		prune->dry ? add_count : count_row, &rows, error);
	if (fine && sum != NULL)
		*sum += rows;
	return fine;
}

/* Of the step's days those before a day; no days where none are. */
static bool
run_days(const struct step *step, const struct statement *remove, const struct statement *count,
	int32_t before, uint64_t *sum, GError **error)
{
	int32_t to = MIN(step->to, before);
	g_autoptr(row_values) values = row_values_new();
	if (to <= step->from)
		return true;
	row_text(values, step->span->domain);
	row_date(values, step->from);
	row_date(values, to);
	return run(step->prune, remove, count, values, sum, error);
}

static bool
run_before(const struct step *step, const struct statement *remove, const struct statement *count,
	uint64_t *sum, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	row_text(values, step->span->domain);
	row_date(values, step->prune->before.rollups);
	return run(step->prune, remove, count, values, sum, error);
}

static bool
run_since(const struct prune *prune, const struct statement *remove, const struct statement *count,
	int32_t before, uint64_t *sum, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	row_timestamp(values, before * DAY_SECONDS);
	return run(prune, remove, count, values, sum, error);
}

/* ---- transactions ---- */

/* The body of one: it starts afresh each time. */
static bool
take_days(struct db *db, void *user, GError **error)
{
	struct step *step = user;
	const struct prune_days *before = &step->prune->before;
	struct prune_counts *counts = &step->counts;
	(void)db;
	*counts = (struct prune_counts){ 0 };
	return run_days(step, &sql_prune_payload, &sql_prune_payload_count, before->payloads,
		       &counts->payloads, error) &&
	       run_days(step, &sql_prune_failure_detail, &sql_prune_failure_detail_count,
		       before->details, &counts->details, error) &&
	       (step->prune->dry || run_days(step, &sql_prune_report_policy, NULL, before->reports,
					    NULL, error)) &&
	       run_days(step, &sql_prune_report, &sql_prune_report_count, before->reports,
		       &counts->reports, error);
}

static bool
take_sums(struct db *db, void *user, GError **error)
{
	struct step *step = user;
	uint64_t *sum = &step->counts.rollups;
	(void)db;
	*sum = 0;
	return run_before(step, &sql_prune_day_policy, &sql_prune_day_policy_count, sum, error) &&
	       run_before(step, &sql_prune_day_failure, &sql_prune_day_failure_count, sum, error);
}

static bool
is_stopped(const struct prune *prune)
{
	return atomic_load(prune->stop) != 0;
}

static bool
prune_domain(const struct prune *prune, const struct span *span, struct prune_counts *counts,
	GError **error)
{
	struct step step = { .prune = prune, .span = span };
	for (int32_t day = span->first;
		span->has_reports && day <= span->last && !is_stopped(prune); day += STEP_DAYS) {
		step.from = day;
		step.to = MIN(day + STEP_DAYS, span->last + 1);
		if (!transaction_run(prune->db, take_days, &step, error))
			return false;
		counts->payloads += step.counts.payloads;
		counts->details += step.counts.details;
		counts->reports += step.counts.reports;
	}
	if (is_stopped(prune))
		return true;
	if (!transaction_run(prune->db, take_sums, &step, error))
		return false;
	counts->rollups += step.counts.rollups;
	return true;
}

static bool
prune_rest(const struct prune *prune, struct prune_counts *counts, GError **error)
{
	const struct prune_days *before = &prune->before;
	return run_since(prune, &sql_prune_live_check, &sql_prune_live_check_count, before->checks,
		       &counts->checks, error) &&
	       run_since(prune, &sql_prune_quarantine, &sql_prune_quarantine_count,
		       before->quarantine, &counts->quarantine, error) &&
	       run_since(
		       prune, &sql_prune_peer, &sql_prune_peer_count, before->reports, NULL, error);
}

bool
prune_run(const struct prune *prune, struct prune_counts *counts, GError **error)
{
	int32_t sums_alone = MAX(prune->before.details, prune->before.reports);
	*counts = (struct prune_counts){ 0 };
	/* first of all, and for itself: whatever goes after this cannot come again */
	if (!prune->dry && !pruned_move(prune->db, sums_alone, error))
		return false;
	g_autoptr(GArray) spans = find_spans(prune, error);
	if (spans == NULL)
		return false;
	for (guint i = 0; i < spans->len && !is_stopped(prune); i++) {
		if (prune->progress != NULL)
			prune->progress(prune->user, i, spans->len);
		if (!prune_domain(prune, &g_array_index(spans, struct span, i), counts, error))
			return false;
	}
	return is_stopped(prune) || prune_rest(prune, counts, error);
}
