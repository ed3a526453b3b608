/* The inside of struct db_result, shared by the files of the module that knows libpq. */
#pragma once

#include <libpq-fe.h>

#include "sql/db.h"

struct db_result {
	PGresult *pg;
};

/* Takes ownership of pg. */
struct db_result *db_result_wrap(PGresult *pg);
