/* Having the weekly digest told. */
#pragma once

#include "analyze/alert/news.h"
#include "analyze/alert/weekly.h"

/* Stores that of an id and a time to go by all outlets but the journal.  domains of struct
   weekly_domain, in any order.  False with error. */
bool digest_store(struct db *db, const struct news_options *options, const char *id, int64_t at,
	GArray *domains, GError **error);
