/* Taking the wrapping off: gzip, zlib, zip. */
#include "ingest/inflate.h"

#include <string.h>

#include <zlib.h>

#include "ingest/report_body.h"

/* inflateInit2 window bits for each form: zlib.h. */
#define WINDOW_GZIP (15 + 16)
#define WINDOW_ZLIB 15
#define WINDOW_RAW (-15)

/* A zip's local file header (APPNOTE 4.3.7). */
#define ZIP_HEAD 30
#define ZIP_STORED 0
#define ZIP_DEFLATED 8

enum wrapping
wrapping_sniff(const uint8_t *bytes, size_t length)
{
	if (length >= 3 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == Z_DEFLATED)
		return WRAPPING_GZIP;
	if (length >= 4 && memcmp(bytes, "PK\3\4", 4) == 0)
		return WRAPPING_ZIP;
	/* RFC 1950 2.2: deflate with the window of 32 KiB that everyone uses, and check bits.
	   Smaller windows would make some mail headers look like zlib. */
	if (length >= 2 && bytes[0] == 0x78 && (bytes[0] << 8 | bytes[1]) % 31 == 0)
		return WRAPPING_ZLIB;
	return WRAPPING_NONE;
}

static const char *
wrapping_name(enum wrapping wrapping)
{
	static const char *const names[] = { "plain", "gzip", "zlib", "zip" };
	return names[wrapping];
}

static bool
fail_limit(enum wrapping wrapping, size_t limit, GError **error)
{
	g_set_error(error, REPORT_ERROR, REPORT_ERROR_LIMIT, "%s: over %zu MiB when unpacked",
		wrapping_name(wrapping), limit >> 20);
	return false;
}

/* Room for more output: as much again, but one byte over the limit at most, so that going over it
   shows. */
static void
make_room(GByteArray *out, size_t have, size_t limit)
{
	size_t size = MAX(have * 2, (size_t)16 << 10);
	g_byte_array_set_size(out, (guint)MIN(size, limit + 1));
}

/* Inflates one stream (one gzip member); appends to out from *have on. */
static bool
inflate_stream(z_stream *stream, enum wrapping wrapping, size_t limit, GByteArray *out,
	size_t *have, size_t length, GError **error)
{
	for (;;) {
		if (*have == out->len)
			make_room(out, *have, limit);
		stream->next_out = out->data + *have;
		stream->avail_out = (uInt)(out->len - *have);
		int status = inflate(stream, Z_NO_FLUSH);
		*have = out->len - stream->avail_out;
		if (*have > limit)
			return fail_limit(wrapping, limit, error);
		if (status == Z_STREAM_END)
			return true;
		if (status == Z_BUF_ERROR ||
			(status == Z_OK && stream->avail_in == 0 && stream->avail_out > 0)) {
			g_set_error(error, REPORT_ERROR, REPORT_ERROR_BROKEN,
				"%s: truncated after %zu bytes", wrapping_name(wrapping), length);
			return false;
		}
		if (status != Z_OK) {
			g_set_error(error, REPORT_ERROR, REPORT_ERROR_BROKEN,
				"%s: damaged at byte %zu: %s", wrapping_name(wrapping),
				length - stream->avail_in,
				stream->msg != NULL ? stream->msg : "not a deflate stream");
			return false;
		}
	}
}

/* What follows a finished gzip member: another one (RFC 1952 2.2), or bytes left aside. */
static bool
next_member(z_stream *stream)
{
	return wrapping_sniff(stream->next_in, stream->avail_in) == WRAPPING_GZIP &&
	       inflateReset(stream) == Z_OK;
}

static bool
inflate_all(int window, enum wrapping wrapping, const uint8_t *bytes, size_t length, size_t limit,
	GByteArray *out, size_t *trailing, GError **error)
{
	z_stream stream = { .next_in = (Bytef *)bytes, .avail_in = (uInt)length };
	size_t have = 0;
	if (inflateInit2(&stream, window) != Z_OK)
		g_error("zlib: no memory");
	g_byte_array_set_size(out, 0);
	bool fine;
	do
		fine = inflate_stream(&stream, wrapping, limit, out, &have, length, error);
	while (fine && wrapping == WRAPPING_GZIP && next_member(&stream));
	*trailing = stream.avail_in;
	inflateEnd(&stream);
	g_byte_array_set_size(out, (guint)have);
	return fine;
}

static unsigned
little(const uint8_t *bytes, int count)
{
	unsigned value = 0;
	for (int i = count - 1; i >= 0; i--)
		value = value << 8 | bytes[i];
	return value;
}

/* The first file of a zip, from its local header on; sizes behind the data (bit 3 of the flags)
   need not be known, since a deflate stream tells its end. */
static bool
inflate_zip(const uint8_t *bytes, size_t length, size_t limit, GByteArray *out, size_t *trailing,
	GError **error)
{
	size_t skip = length < ZIP_HEAD ? length
					: ZIP_HEAD + little(bytes + 26, 2) + little(bytes + 28, 2);
	unsigned method = length < ZIP_HEAD ? 0 : little(bytes + 8, 2);
	bool encrypted = length >= ZIP_HEAD && (bytes[6] & 1) != 0;
	if (skip >= length || encrypted || (method != ZIP_STORED && method != ZIP_DEFLATED)) {
		g_set_error(error, REPORT_ERROR, REPORT_ERROR_BROKEN, "zip: %s",
			skip >= length ? "truncated"
			: encrypted    ? "encrypted"
				       : "unknown compression");
		return false;
	}
	if (method == ZIP_DEFLATED) {
		bool fine = inflate_all(WINDOW_RAW, WRAPPING_ZIP, bytes + skip, length - skip,
			limit, out, trailing, error);
		*trailing = 0; /* more files, the directory */
		return fine;
	}
	size_t size = little(bytes + 18, 4);
	if (size == 0 || size > length - skip) {
		g_set_error(error, REPORT_ERROR, REPORT_ERROR_BROKEN, "zip: truncated");
		return false;
	}
	if (size > limit)
		return fail_limit(WRAPPING_ZIP, limit, error);
	g_byte_array_set_size(out, 0);
	g_byte_array_append(out, bytes + skip, (guint)size);
	*trailing = 0;
	return true;
}

bool
inflate_bytes(enum wrapping wrapping, const uint8_t *bytes, size_t length, size_t limit,
	GByteArray *out, size_t *trailing, GError **error)
{
	switch (wrapping) {
	case WRAPPING_GZIP:
		return inflate_all(
			WINDOW_GZIP, wrapping, bytes, length, limit, out, trailing, error);
	case WRAPPING_ZLIB:
		return inflate_all(
			WINDOW_ZLIB, wrapping, bytes, length, limit, out, trailing, error);
	case WRAPPING_ZIP:
		return inflate_zip(bytes, length, limit, out, trailing, error);
	case WRAPPING_NONE:
		break;
	}
	g_byte_array_set_size(out, 0);
	g_byte_array_append(out, bytes, (guint)length);
	*trailing = 0;
	return true;
}
