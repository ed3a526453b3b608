/* The thresholds of verdicts, as options. */
#pragma once

#include "analyze/verdict.h"

#include <glib.h>

#define READINESS_RULE_COUNT 13

/* Fills READINESS_RULE_COUNT entries. */
void readiness_rule_entries(GOptionEntry *entries);

/* The rules as given, else the usual ones.  False after a complaint. */
bool readiness_rules_read(struct verdict_rules *rules);
