/* The live look at one domain: asks for everything at once, and gathers the facts. */
#pragma once

#include "checker/check.h"
#include "checker/dns.h"
#include "checker/prober.h"
#include "checker/rua_look.h"

/* What all looks of a run share. */
struct domain_look_tools {
	struct loop *loop;
	struct dns *dns;
	struct transfers *transfers;
	struct prober *prober;
	struct rua_looks *rua_looks;
	int policy_port;
	bool allow_private;
	bool no_probe;            /* leaves the MX hosts alone: records and policy only */
	unsigned policy_seconds;  /* for the policy */
	unsigned seconds;         /* for the whole domain; what is not there by then is unknown */
	unsigned alive;           /* looks under way, those whose time was over too */
	void (*idle)(void *user); /* called when the last of them has ended */
	void *user;
};

/* Looks at a domain (a normalised name) as of a time; done is called once, later, with a check that
   has no findings yet, which it takes over. */
void domain_look_start(struct domain_look_tools *tools, const char *domain, int64_t at,
	void (*done)(void *user, struct check *check), void *user);
