/* Capability tokens. */
#include "sql/capability.h"

#include "sql/statements.h"

static bool
take(void *user, const struct db_result *result, int row)
{
	g_hash_table_insert(
		user, g_strdup(db_text(result, row, 0)), g_strdup(db_text(result, row, 1)));
	return true;
}

GHashTable *
capability_list(struct db *db, GError **error)
{
	GHashTable *domains = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (db_stream(db, &sql_capability_list, NULL, take, domains, error))
		return domains;
	g_hash_table_unref(domains);
	return NULL;
}
