/* Who posted our reports: names of new addresses, and the trust that follows. */
#pragma once

#include "sql/db.h"

/* Looks up the names of addresses that posted lately, keeps them, and raises the trust of reports
   that came from a host of their submitter's domain.  resolver as in `stsready check`.  *raised:
   reports. */
bool peer_trust_update(
	struct db *db, const char *resolver, int64_t now, uint64_t *raised, GError **error);
