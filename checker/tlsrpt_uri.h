/* One URI of a TLS-RPT record (RFC 8460 3; RFC 3986, RFC 6068). */
#pragma once

#include "checker/tlsrpt_record.h"

/* Reads a URI that is not empty; its faults are added to faults, the worst one is rua.fault. */
struct tlsrpt_rua tlsrpt_uri_read(
	struct arena *arena, const struct txt *uri, struct faults *faults);
