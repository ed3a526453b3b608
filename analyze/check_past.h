/* What live checks of a domain saw over time, for people. */
#pragma once

#include "sql/db.h"

/* Prints a row for each span in which checks saw the same; returns an exit status. */
int check_past(struct db *db, const char *domain, bool json);
