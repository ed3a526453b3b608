/* Originals as they are stored. */
#include "sql/pack.h"

#include <zlib.h>

#include "ingest/inflate.h"
#include "ingest/limits.h"

/* deflate window, plus 16 for a gzip header: zlib.h, deflateInit2. */
#define GZIP_WINDOW (15 + 16)

GBytes *
pack_body(GBytes *body, bool *packed)
{
	size_t length;
	const uint8_t *bytes = g_bytes_get_data(body, &length);
	*packed = wrapping_sniff(bytes, length) != WRAPPING_GZIP;
	if (!*packed)
		return g_bytes_ref(body);

	z_stream stream = { 0 };
	if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8,
		    Z_DEFAULT_STRATEGY) != Z_OK)
		g_error("zlib: no memory");
	size_t room = deflateBound(&stream, length);
	uint8_t *out = g_malloc(room);
	stream.next_in = (Bytef *)bytes;
	stream.avail_in = (uInt)length;
	stream.next_out = out;
	stream.avail_out = (uInt)room;
	int status = deflate(&stream, Z_FINISH);
	g_assert(status == Z_STREAM_END); /* deflateBound is room for all of it */
	size_t size = stream.total_out;
	deflateEnd(&stream);
	return g_bytes_new_take(out, size);
}

GBytes *
unpack_body(const uint8_t *bytes, size_t length, bool packed, GError **error)
{
	if (!packed)
		return g_bytes_new(bytes, length);
	g_autoptr(GByteArray) out = g_byte_array_new();
	size_t trailing;
	if (!inflate_bytes(WRAPPING_GZIP, bytes, length, LIMIT_JSON_BYTES, out, &trailing, error))
		return NULL;
	return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

void
pack_put_context(struct row_values *values, const struct report_context *context)
{
	row_text(values, context->header_domain);
	row_text(values, context->subject_domain);
	row_text(values, context->file_domain);
	row_text(values, context->token_domain);
	row_text(values, context->header_submitter);
	row_text(values, context->subject_submitter);
	row_text(values, context->from_domain);
	row_text(values, context->file_submitter);
	row_int8(values, context->file_start);
	row_int8(values, context->file_end);
}

void
pack_get_context(struct report_context *context, const struct db_result *result, int row, int first)
{
	*context = (struct report_context){
		.header_domain = g_strdup(db_text(result, row, first)),
		.subject_domain = g_strdup(db_text(result, row, first + 1)),
		.file_domain = g_strdup(db_text(result, row, first + 2)),
		.token_domain = g_strdup(db_text(result, row, first + 3)),
		.header_submitter = g_strdup(db_text(result, row, first + 4)),
		.subject_submitter = g_strdup(db_text(result, row, first + 5)),
		.from_domain = g_strdup(db_text(result, row, first + 6)),
		.file_submitter = g_strdup(db_text(result, row, first + 7)),
		.file_start = db_int(result, row, first + 8),
		.file_end = db_int(result, row, first + 9),
	};
}
