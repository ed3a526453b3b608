/* What stsreadyd is told: the command line, then STSREADY_* in the environment, then [stsreadyd] in
   the key file. */
#pragma once

#include "ingest/address.h"
#include "ingest/log.h"

/* Where the key file is read from when --config and STSREADY_CONFIG name no other. */
#define DAEMON_OPTIONS_FILE "/etc/stsready/stsready.conf"

/* The domain of the errors; all are the operator's to mend. */
enum daemon_options_error {
	DAEMON_OPTIONS_ERROR_USAGE,  /* the command line */
	DAEMON_OPTIONS_ERROR_CONFIG, /* environment or key file, or what they say together */
};
#define DAEMON_OPTIONS_ERROR (daemon_options_error_quark())
GQuark daemon_options_error_quark(void);

/* Texts are never NULL unless said so. */
struct daemon_options {
	char **listen; /* see listener_open */
	gboolean http; /* no TLS */
	char **behind_proxy;
	struct network *proxies; /* of behind_proxy */
	size_t n_proxies;
	char *tls_cert, *tls_key; /* NULL: none; both or neither */
	char *database;           /* "": libpq's own PG* variables */
	char *spool;
	guint64 spool_bytes, spool_files;
	char *admin; /* NULL: none */
	guint64 writers, threads;
	guint64 connections, connections_per_address;
	guint64 rate, burst; /* requests of one address, a second and at once */
	guint64 reports_per_domain;
	guint64 memory;                                     /* bytes of bodies */
	guint64 header_timeout, body_timeout, idle_timeout; /* seconds */
	enum log_level log_level;
	gboolean check_config, version;
	char *help; /* the text, where it was asked for; else NULL */
};

/* NULL with error of DAEMON_OPTIONS_ERROR. */
struct daemon_options *daemon_options_read(int argc, char **argv, GError **error);
void daemon_options_free(struct daemon_options *options);
