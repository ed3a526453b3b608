/* DANE for SMTP (RFC 7672): TLSA records against the chain that an MX sent. */
#pragma once

#include "checker/check.h"

/* Describes one record, as on the wire. */
void dane_describe(struct arena *arena, GBytes *rdata, struct check_tlsa *described);

/* Fills in what DANE makes of an address, once its probe and the records (GBytes *) are there;
   chain: DER of each certificate as sent, GBytes *; NULL: none came. */
void dane_judge(struct arena *arena, const struct check_host *host, struct check_address *address,
	const GPtrArray *records, const GPtrArray *chain);
