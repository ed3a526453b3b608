/* The operator's listener: /metrics for Prometheus and /healthz for whoever watches. */
#pragma once

#include "ingest/guard.h"
#include "ingest/listener.h"
#include "ingest/reach.h"
#include "ingest/spool.h"
#include "ingest/tls_files.h"

struct admin_options {
	struct metrics *metrics;
	struct guard *guard;
	struct reach *reach;
	struct spool *spool;
	struct tls_files *tls_files; /* NULL: no TLS */
};

struct admin;

/* Takes over the listener's descriptor.  NULL with error. */
struct admin *admin_new(
	struct listener *listener, const struct admin_options *options, GError **error);
void admin_free(struct admin *admin);

/* The two texts: "database: ok" and so on, a line each, and whether all is well; and the metrics,
   gauges brought up to date. */
bool admin_health(const struct admin_options *options, GString *out);
void admin_metrics(const struct admin_options *options, GString *out);
