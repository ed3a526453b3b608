/* Counters, gauges and histograms, and their text. */
#include "ingest/metrics.h"

#include <stdatomic.h>

#define PREFIX "stsreadyd_"
#define MOST_BOUNDS 12

struct family {
	const char *name, *help;
};

static const struct family counters[METRICS_COUNTERS] = {
	[METRICS_RATE_LIMITED] = { "rate_limited_total", "Requests answered 429." },
	[METRICS_CONNECTIONS_REFUSED] = { "connections_refused_total",
		"Connections over a cap, closed at once." },
	[METRICS_CONNECTIONS_CUT] = { "connections_cut_total",
		"Connections closed for being slow, or idle too long." },
	[METRICS_TLS_FAILURES] = { "tls_failures_total",
		"Connections that ended before their TLS handshake did." },
	[METRICS_OVER_CAP] = { "reports_over_cap_total",
		"Reports over the cap of their domain and day." },
	[METRICS_BODY_BYTES] = { "body_bytes_total", "Bytes of request bodies read." },
	[METRICS_SPOOL_FAILURES] = { "spool_failures_total",
		"Reports that could not be spooled: full, or failing." },
	[METRICS_SPOOL_DAMAGED] = { "spool_damaged_total", "Spool files put aside in bad/." },
};

static const struct family gauges[METRICS_GAUGES] = {
	[METRICS_CONNECTIONS] = { "connections", "Open connections." },
	[METRICS_BODIES_HELD] = { "bodies_held_bytes", "Bytes of request bodies in memory." },
	[METRICS_SPOOL_FILES] = { "spool_files", "Reports in the spool." },
	[METRICS_SPOOL_BYTES] = { "spool_bytes", "Bytes in the spool." },
	[METRICS_SPOOL_AGE] = { "spool_oldest_seconds", "Age of the oldest report in the spool." },
	[METRICS_DATABASE_UP] = { "database_up", "1 where the database answered when last asked." },
	[METRICS_CERTIFICATE_SECONDS] = { "certificate_remaining_seconds",
		"Time until the certificate in use ends." },
};

static const struct {
	struct family family;
	double bounds[MOST_BOUNDS]; /* ended by 0 */
} histograms[METRICS_HISTOGRAMS] = {
	[METRICS_BATCH_REPORTS] = { { "batch_reports", "Reports in one transaction." },
		{ 1, 2, 4, 8, 16, 32, 64, 128, 256, 512 } },
	/* 2 s is when the spool takes over */
	[METRICS_COMMIT_SECONDS] = { { "commit_seconds", "Time one transaction took." },
		{ 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2 } },
};

static const char *const results[METRICS_RESULTS] = { "new", "seen", "conflict", "spooled",
	"quarantined", "refused", "lost" };

static const char *const ways[METRICS_WAYS] = { "https", "spool" };

/* Statuses that are answered; 0 is no answer. */
static const unsigned statuses[] = { 0, 200, 201, 202, 400, 404, 405, 413, 429, 503 };

struct histogram {
	_Atomic uint64_t buckets[MOST_BOUNDS + 1]; /* the last one: over all bounds */
	_Atomic uint64_t micros;                   /* the sum in millionths */
};

struct metrics {
	_Atomic uint64_t counters[METRICS_COUNTERS];
	_Atomic uint64_t requests[G_N_ELEMENTS(statuses)];
	_Atomic uint64_t reports[METRICS_RESULTS][METRICS_WAYS];
	_Atomic int64_t gauges[METRICS_GAUGES];
	struct histogram histograms[METRICS_HISTOGRAMS];
};

struct metrics *
metrics_new(void)
{
	return g_new0(struct metrics, 1);
}

void
metrics_free(struct metrics *metrics)
{
	g_free(metrics);
}

static void
add(_Atomic uint64_t *to, uint64_t by)
{
	atomic_fetch_add_explicit(to, by, memory_order_relaxed);
}

void
metrics_count(struct metrics *metrics, enum metrics_counter counter, uint64_t by)
{
	add(&metrics->counters[counter], by);
}

void
metrics_request(struct metrics *metrics, unsigned status)
{
	for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++)
		if (statuses[i] == status)
			add(&metrics->requests[i], 1);
}

void
metrics_report(struct metrics *metrics, enum metrics_result result, enum metrics_way way)
{
	add(&metrics->reports[result][way], 1);
}

void
metrics_observe(struct metrics *metrics, enum metrics_histogram histogram, double value)
{
	const double *bounds = histograms[histogram].bounds;
	size_t at = 0;
	while (bounds[at] > 0 && value > bounds[at])
		at++;
	add(&metrics->histograms[histogram].buckets[at], 1);
	add(&metrics->histograms[histogram].micros, (uint64_t)(value * 1e6));
}

void
metrics_set(struct metrics *metrics, enum metrics_gauge gauge, int64_t value)
{
	atomic_store_explicit(&metrics->gauges[gauge], value, memory_order_relaxed);
}

static void
head(GString *out, const struct family *family, const char *type)
{
	g_string_append_printf(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n",
		family->name, family->help, family->name, type);
}

static void
requests_text(const struct metrics *metrics, GString *out)
{
	static const struct family family = { "requests_total", "Requests by status." };
	head(out, &family, "counter");
	for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++) {
		g_autofree char *status =
			statuses[i] > 0 ? g_strdup_printf("%u", statuses[i]) : g_strdup("aborted");
		g_string_append_printf(out,
			PREFIX "requests_total{status=\"%s\"} %" G_GUINT64_FORMAT "\n", status,
			metrics->requests[i]);
	}
}

static void
reports_text(const struct metrics *metrics, GString *out)
{
	static const struct family family = { "reports_total",
		"Reports by what became of them and the channel they came by." };
	head(out, &family, "counter");
	for (int result = 0; result < METRICS_RESULTS; result++)
		for (int way = 0; way < METRICS_WAYS; way++)
			g_string_append_printf(out,
				PREFIX "reports_total{result=\"%s\",channel=\"%s\"} "
				       "%" G_GUINT64_FORMAT "\n",
				results[result], ways[way], metrics->reports[result][way]);
}

static void
histogram_text(const struct metrics *metrics, enum metrics_histogram which, GString *out)
{
	const struct family *family = &histograms[which].family;
	const struct histogram *histogram = &metrics->histograms[which];
	const double *bounds = histograms[which].bounds;
	char number[G_ASCII_DTOSTR_BUF_SIZE];
	uint64_t below = 0;
	size_t i;

	head(out, family, "histogram");
	for (i = 0; bounds[i] > 0; i++) {
		below += histogram->buckets[i];
		g_string_append_printf(out, PREFIX "%s_bucket{le=\"%s\"} %" G_GUINT64_FORMAT "\n",
			family->name, g_ascii_formatd(number, sizeof number, "%g", bounds[i]),
			below);
	}
	below += histogram->buckets[i];
	g_ascii_formatd(number, sizeof number, "%.6f", (double)histogram->micros / 1e6);
	g_string_append_printf(out,
		PREFIX "%s_bucket{le=\"+Inf\"} %" G_GUINT64_FORMAT "\n" PREFIX "%s_sum %s\n" PREFIX
		       "%s_count %" G_GUINT64_FORMAT "\n",
		family->name, below, family->name, number, family->name, below);
}

void
metrics_text(const struct metrics *metrics, GString *out)
{
	requests_text(metrics, out);
	reports_text(metrics, out);
	for (int i = 0; i < METRICS_COUNTERS; i++) {
		head(out, &counters[i], "counter");
		g_string_append_printf(out, PREFIX "%s %" G_GUINT64_FORMAT "\n", counters[i].name,
			metrics->counters[i]);
	}
	for (int i = 0; i < METRICS_GAUGES; i++) {
		head(out, &gauges[i], "gauge");
		g_string_append_printf(out, PREFIX "%s %" G_GINT64_FORMAT "\n", gauges[i].name,
			metrics->gauges[i]);
	}
	for (int i = 0; i < METRICS_HISTOGRAMS; i++)
		histogram_text(metrics, (enum metrics_histogram)i, out);
}
