/* Addresses that a checker which does what strangers' records say must not be led to: those of its
   own machine and network, and those that are nobody's. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDRESS_GUARD_TEXT_BYTES 46

/* A word for why an address (4 or 16 bytes, network order) is not asked: "loopback", "private" ...;
   NULL: it is a public one.  An IPv6 address that holds an IPv4 one (mapped, NAT64, 6to4, Teredo)
   is judged by that too.  Another length is "no Internet address". */
const char *address_guard(const uint8_t *address, size_t length);

/* The address in text; length is 4 or 16. */
const char *address_guard_text(
	const uint8_t *address, size_t length, char text[ADDRESS_GUARD_TEXT_BYTES]);
