/* Where a request comes from, by what a browser says: whether a page of somebody else's, whose name
   was made to point here or whose form was, is what asks. */
#pragma once

#include <stdbool.h>

/* host: the header's value; NULL: none.  Whether it names this machine's loopback, or one of hosts
   (NULL: none), with any port or none. */
bool origin_is_own_name(const char *host, char *const *hosts);

/* A form of ours, or no browser.  site: Sec-Fetch-Site, which tells all where it is there, since a
   proxy may have changed the Host; else origin must name the host, or one of hosts. */
bool origin_is_own_form(const char *site, const char *origin, const char *host, char *const *hosts);
