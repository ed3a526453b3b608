/* Domain names as keys: lower-case A-labels without the trailing dot. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A new string: name trimmed, lower-cased, without trailing dot, U-labels turned into A-labels
   (IDNA 2008, UTS 46); NULL where it is no domain name: empty, too long (RFC 1035 2.3.4), a bad
   label, an IP address.  Underscores pass (they occur in DNS); a leading "*." passes where
   wildcard is true.  g_free it. */
char *domain_name_normalise(const char *name, bool wildcard);

/* The organizational domain: the public suffix and one label (libpsl, its built-in list); the name
   itself where it is a public suffix.  name must be normalised.  g_free it. */
char *domain_name_organizational(const char *name);

/* Whether both normalised names have one organizational domain. */
bool domain_name_aligned(const char *a, const char *b);
