/* What the endpoint counts, for Prometheus. */
#pragma once

#include <glib.h>
#include <stdint.h>

/* Plain counters. */
enum metrics_counter {
	METRICS_RATE_LIMITED,        /* requests answered 429 */
	METRICS_CONNECTIONS_REFUSED, /* over a cap of connections */
	METRICS_CONNECTIONS_CUT,     /* too slow */
	METRICS_TLS_FAILURES,        /* connections that never ended their handshake */
	METRICS_OVER_CAP,            /* reports over the cap of their domain and day */
	METRICS_BODY_BYTES,
	METRICS_SPOOL_FAILURES, /* reports that the spool would not take */
	METRICS_SPOOL_DAMAGED,  /* spool files put aside */
	METRICS_COUNTERS
};

/* What became of a report. */
enum metrics_result {
	METRICS_NEW,
	METRICS_SEEN,
	METRICS_CONFLICT,
	METRICS_SPOOLED,
	METRICS_QUARANTINED,
	METRICS_REFUSED, /* could not be read, and the quarantine would not take it */
	METRICS_LOST,    /* could be kept nowhere */
	METRICS_RESULTS
};

/* By which way it came to the database. */
enum metrics_way { METRICS_DIRECT, METRICS_DRAINED, METRICS_WAYS };

enum metrics_gauge {
	METRICS_CONNECTIONS,
	METRICS_BODIES_HELD, /* bytes of bodies in hand */
	METRICS_SPOOL_FILES,
	METRICS_SPOOL_BYTES,
	METRICS_SPOOL_AGE, /* seconds since the oldest file in it came */
	METRICS_DATABASE_UP,
	METRICS_CERTIFICATE_SECONDS, /* until it ends */
	METRICS_GAUGES
};

enum metrics_histogram { METRICS_BATCH_REPORTS, METRICS_COMMIT_SECONDS, METRICS_HISTOGRAMS };

struct metrics;

struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics);

/* All of these may be called by any thread. */
void metrics_count(struct metrics *metrics, enum metrics_counter counter, uint64_t by);
/* status 0: the peer went away before its answer. */
void metrics_request(struct metrics *metrics, unsigned status);
void metrics_report(struct metrics *metrics, enum metrics_result result, enum metrics_way way);
void metrics_observe(struct metrics *metrics, enum metrics_histogram histogram, double value);
void metrics_set(struct metrics *metrics, enum metrics_gauge gauge, int64_t value);

/* Appends everything in Prometheus' text format 0.0.4. */
void metrics_text(const struct metrics *metrics, GString *out);
