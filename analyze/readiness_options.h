/* The thresholds of verdicts: as options, and as settings of one domain. */
#pragma once

#include "analyze/verdict.h"

#include <glib.h>

#include "sql/db.h"

#define READINESS_RULE_COUNT 13

/* The setting of a domain that names senders whose reports are set aside, comma-separated. */
#define READINESS_IGNORE "ignore"

/* Fills READINESS_RULE_COUNT entries. */
void readiness_rule_entries(GOptionEntry *entries);

/* Whether all that was given makes sense.  False after a complaint. */
bool readiness_rules_check(void);

/* The rules for a domain: what the options say, else its own settings, else the usual ones.
   *ignore, where it is not NULL, are the senders that its settings set aside; g_strfreev it.  False
   with error. */
bool readiness_rules_for(struct db *db, const char *domain, struct verdict_rules *rules,
	char ***ignore, GError **error);

/* Whether a setting has this name and may have this value (NULL: any); else *why is a sentence to
 * g_free. */
bool readiness_setting_check(const char *name, const char *value, char **why);
