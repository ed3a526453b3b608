/* Probes of MX addresses shared by all domains of a run: each host and address is asked once. */
#pragma once

#include "checker/probe.h"

struct prober_options {
	int port;
	const char *ehlo;
	unsigned seconds;      /* for one probe */
	unsigned most_at_once; /* in all */
	unsigned most_a_host;  /* at one address at once: shared hosts are many domains' MX */
};

struct prober;

struct prober *prober_new(
	struct loop *loop, struct transfers *transfers, const struct prober_options *options);
/* None may be under way. */
void prober_free(struct prober *prober);

/* What a host at an address shows; done is called once, later, with a result that lives for the
   call. */
void prober_ask(struct prober *prober, const char *host, const char *address,
	void (*done)(void *user, const struct probe_result *result), void *user);

/* How many connections were made, for figures. */
uint64_t prober_connections(const struct prober *prober);
