/* Whose request it is when a proxy stands between: X-Forwarded-For, believed from known proxies. */
#pragma once

#include "ingest/address.h"

#include <stddef.h>

bool proxy_address_is_proxy(
	const struct network *proxies, size_t n_proxies, const struct address *address);

/* The client behind peer: peer itself unless it lies in one of proxies; else the last address of
   forwarded (the value of X-Forwarded-For, several joined by commas; NULL: none) that is none of
   them.  Everything before that address is the client's own word and is not looked at.  Where an
   element is no address, the hop that added it is the best that is known. */
struct address proxy_address(const struct network *proxies, size_t n_proxies,
	const struct address *peer, const char *forwarded);
