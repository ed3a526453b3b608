/* Where arrivals go to become durable.  The importer and the endpoint know only this; the store
   (sql/store.h) is one. */
#pragma once

#include "ingest/arrival.h"

enum sink_outcome {
	SINK_NONE,        /* nothing was done: the write failed before this one */
	SINK_NEW,         /* stored and counted */
	SINK_SEEN,        /* the same report was there already */
	SINK_CONFLICT,    /* another report under the same identity: kept, one of the two counts */
	SINK_PRUNED,      /* of days of which the sums alone are kept: not taken in again */
	SINK_QUARANTINED, /* could not be read, or not be stored; its bytes are kept */
	SINK_REFUSED,     /* could not be read, and the quarantine is full or would not take it */
};

/* Why a write failed as a whole; the domain is SINK_ERROR. */
enum sink_error {
	SINK_ERROR_TEMPORARY, /* away, starting, disk full: worth another try later */
	SINK_ERROR_FATAL,     /* wrong schema, no permission: a person must act */
};
#define SINK_ERROR (sink_error_quark())
GQuark sink_error_quark(void);

struct sink {
	void *state;

	/* Makes count arrivals durable, those whose report is NULL in quarantine, and sets
	   outcomes[i] for each.  True: all that can be done is done and committed.  False: error
	   set, and outcomes tell what is durable all the same; those still SINK_NONE may be given
	   again, which never counts anything twice. */
	bool (*write)(void *state, struct arrival *const *arrivals, size_t count,
		enum sink_outcome *outcomes, GError **error);
};
