/* DKIM key records (RFC 6376 3.6.2) from DNS, remembered for an hour. */
#pragma once

#include <stdbool.h>

struct key_lookup;

enum key_answer {
	KEY_FOUND,
	KEY_ABSENT,    /* there is no such record, or several */
	KEY_TEMPORARY, /* could not tell: time-out, server failure */
};

/* resolver: ADDR, ADDR:PORT or [ADDR]:PORT; NULL: the system's.  seconds: for one look-up.  NULL
   where resolver is no such address. */
struct key_lookup *key_lookup_new(const char *resolver, double seconds);
void key_lookup_free(struct key_lookup *lookup);

/* The text of the TXT record at SELECTOR._domainkey.DOMAIN; *record is a new string where it was
   found.  A name that cannot be is absent.  Any number of threads may ask.  A temporary failure is
   remembered for a minute, and after three in a row so are all names that are not known: an import
   of many messages must not wait five seconds for each while DNS is away. */
enum key_answer key_lookup_ask(
	struct key_lookup *lookup, const char *selector, const char *domain, char **record);
