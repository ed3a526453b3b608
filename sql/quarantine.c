/* What could not be read, kept as it came, within bounds. */
#include "sql/quarantine.h"

#include <string.h>

#include "ingest/limits.h"
#include "sql/pack.h"
#include "sql/part.h"
#include "sql/statements.h"

/* Rows put in before the count is made anew: other processes put theirs in too. */
#define LOOK_EVERY 64

static bool
look(struct db *db, struct quarantine *quarantine, GError **error)
{
	if (quarantine->known && quarantine->unlooked < LOOK_EVERY)
		return true;
	g_autoptr(db_result) result = NULL;
	if (!db_run(db, &sql_quarantine_size, NULL, &result, error))
		return false;
	quarantine->rows = db_int(result, 0, 0);
	quarantine->bytes = db_int(result, 0, 1);
	quarantine->unlooked = 0;
	quarantine->known = true;
	return true;
}

static void
body_digest(GBytes *body, uint8_t digest[REPORT_DIGEST_BYTES])
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize length, digest_length = REPORT_DIGEST_BYTES;
	const guchar *bytes = g_bytes_get_data(body, &length);
	g_checksum_update(sum, bytes, (gssize)length);
	g_checksum_get_digest(sum, digest, &digest_length);
}

static const char *
home(const struct arrival *arrival)
{
	const char *domain = report_context_domain(&arrival->context);
	return domain != NULL ? domain : PART_NO_DOMAIN;
}

static bool
holds(struct db *db, const struct arrival *arrival, const uint8_t *digest, bool *held,
	GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	g_autoptr(db_result) result = NULL;
	row_text(values, home(arrival));
	row_bytes(values, digest, REPORT_DIGEST_BYTES);
	if (!db_run(db, &sql_quarantine_has, values, &result, error))
		return false;
	*held = db_rows(result) > 0;
	return true;
}

static bool
insert(struct db *db, struct quarantine *quarantine, const struct arrival *arrival,
	const uint8_t *digest, const char *reason, GError **error)
{
	gsize length;
	const void *bytes = g_bytes_get_data(arrival->body, &length);
	g_autoptr(row_values) values = row_values_new();
	g_autoptr(db_result) result = NULL;

	row_text(values, home(arrival));
	row_bytes(values, digest, REPORT_DIGEST_BYTES);
	row_timestamp(values, arrival->received_at);
	row_text(values, channel_name(arrival->channel));
	row_text(values, arrival->remote);
	row_text(values, trust_name(arrival->trust));
	row_int8(values, (int64_t)arrival->key);
	row_text(values, reason);
	row_bytes(values, bytes, length);
	row_int8(values, (int64_t)length);
	pack_put_context(values, &arrival->context);
	if (!db_run(db, &sql_quarantine_insert, values, &result, error))
		return false;
	if (db_rows(result) > 0) {
		quarantine->rows++;
		quarantine->bytes += (int64_t)length;
		quarantine->unlooked++;
	}
	return true;
}

bool
quarantine_put(struct db *db, struct quarantine *quarantine, const struct arrival *arrival,
	const char *reason, bool *kept, GError **error)
{
	uint8_t digest[REPORT_DIGEST_BYTES];
	body_digest(arrival->body, digest);
	if (!look(db, quarantine, error))
		return false;

	int64_t bytes = quarantine->bytes + (int64_t)g_bytes_get_size(arrival->body);
	if (quarantine->rows >= LIMIT_QUARANTINE_ROWS || bytes > LIMIT_QUARANTINE_BYTES)
		return holds(db, arrival, digest, kept, error);
	*kept = true;
	return insert(db, quarantine, arrival, digest, reason, error);
}
