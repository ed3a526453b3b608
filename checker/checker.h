/* Live checks of many domains at a time, results in the order the domains were given. */
#pragma once

#include "checker/check.h"

struct checker_options {
	const char *resolver; /* "ADDR:PORT"; NULL: the system's */
	const char *ca_file;  /* NULL: the system's */
	const char *ehlo;     /* the name to greet MX hosts with */
	int policy_port, smtp_port;
	bool allow_private, no_probe;
	unsigned jobs;                                          /* domains at once */
	unsigned policy_seconds, probe_seconds, domain_seconds; /* see domain_look.h */
	int64_t (*now)(void); /* the clock, in seconds since 1970 */
	bool (*ended)(void);  /* asked now and then: true ends a run; NULL: nobody ends it so */
};

/* The usual values; resolver, ca_file NULL, ehlo not set. */
extern const struct checker_options checker_usual;

struct checker_figures {
	uint64_t domains, questions, connections;
};

struct checker;

/* NULL with error: the resolver, or the file of certificates, cannot be used. */
struct checker *checker_new(const struct checker_options *options, GError **error);
void checker_free(struct checker *checker);

/* Runs until next has no more domains (NULL; else a normalised name, g_free'd here) and all are
   done; done is called with each check, findings included, in the order of next, and takes it over.
   A true from done, or from options.ended, ends the run: what is under way is dropped. */
void checker_run(struct checker *checker, char *(*next)(void *user),
	bool (*done)(void *user, struct check *check), void *user, struct checker_figures *figures);
