/* Raising trust. */
#include "sql/trust_raise.h"

#include "sql/rollup.h"
#include "sql/statements.h"

bool
trust_raise(struct db *db, const struct trust_raise *raise, GError **error)
{
	const char *domain = raise->identity.domain;
	g_autoptr(row_values) values = row_values_new();
	row_text(values, domain);
	row_bytes(values, raise->digest, raise->digest_length);
	row_text(values, raise->trust);
	row_int2(values, (int16_t)raise->rank);
	row_text_array(values, raise->notes, raise->n_notes);
	row_bool(values, raise->over_cap);

	if (!raise->counts)
		return db_run(db, &sql_report_trust, values, NULL, error) &&
		       settle_identity(db, &raise->identity, error);
	/* it is taken out of the sums and put in again */
	return rollup_move(db, domain, raise->digest, raise->digest_length, -1, error) &&
	       db_run(db, &sql_report_trust, values, NULL, error) &&
	       rollup_move(db, domain, raise->digest, raise->digest_length, 1, error);
}
