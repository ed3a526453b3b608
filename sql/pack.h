/* Originals as they are stored: packed, and with what their wrapping said. */
#pragma once

#include <stdbool.h>

#include "ingest/report_context.h"
#include "sql/db.h"

/* The body as gzip: itself where it is that already, else packed here (*packed). */
GBytes *pack_body(GBytes *body, bool *packed);

/* The body as sent.  NULL with error where a packed one is damaged. */
GBytes *unpack_body(const uint8_t *bytes, size_t length, bool packed, GError **error);

/* The columns header_domain to file_end, in their order. */
void pack_put_context(struct row_values *values, const struct report_context *context);

/* Reads the same columns from first on; report_context_clear it. */
void pack_get_context(
	struct report_context *context, const struct db_result *result, int row, int first);
