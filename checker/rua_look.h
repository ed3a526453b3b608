/* Whether the addresses that reports are to be sent to take any (RFC 8460 3): looked at once a run
   for each mail domain and each https host.  Nothing is ever posted. */
#pragma once

#include "checker/check.h"
#include "checker/dns.h"

struct rua_looks_options {
	bool allow_private;
	unsigned seconds; /* for one https host */
};

struct rua_looks;

struct rua_looks *rua_looks_new(
	struct dns *dns, struct transfers *transfers, const struct rua_looks_options *options);
/* None may be under way. */
void rua_looks_free(struct rua_looks *looks);

/* Looks at a usable address; done is called once, later; why lives for the call. */
void rua_looks_ask(struct rua_looks *looks, const struct tlsrpt_rua *rua,
	void (*done)(void *user, enum check_status status, const char *why), void *user);
