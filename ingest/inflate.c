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
#define ZIP_ENCRYPTED 1 /* flags: 4.4.4 */
#define ZIP_DESCRIBED 8 /* CRC and sizes stand behind the data, 0 in the header */
#define ZIP_DESCRIPTOR "PK\7\10"

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

/* The local header of a zip's first file, and where its data begins. */
struct zip_entry {
	unsigned flags, method, crc, size;
	size_t skip;
};

static bool
fail_zip(const char *why, GError **error)
{
	g_set_error(error, REPORT_ERROR, REPORT_ERROR_BROKEN, "zip: %s", why);
	return false;
}

static bool
read_zip_head(struct zip_entry *entry, const uint8_t *bytes, size_t length, GError **error)
{
	if (length < ZIP_HEAD)
		return fail_zip("truncated", error);
	*entry = (struct zip_entry){
		.flags = little(bytes + 6, 2),
		.method = little(bytes + 8, 2),
		.crc = little(bytes + 14, 4),
		.size = little(bytes + 18, 4),
		.skip = ZIP_HEAD + little(bytes + 26, 2) + little(bytes + 28, 2),
	};
	if (entry->skip >= length)
		return fail_zip("truncated", error);
	if (entry->flags & ZIP_ENCRYPTED)
		return fail_zip("encrypted", error);
	if (entry->method != ZIP_STORED && entry->method != ZIP_DEFLATED)
		return fail_zip("unknown compression", error);
	if (entry->size == 0 && !(entry->flags & ZIP_DESCRIBED))
		return fail_zip("its first entry is empty", error);
	return true;
}

/* Takes the CRC of a file whose header does not tell it from the descriptor behind its data, whose
   signature may be absent (APPNOTE 4.3.9). */
static void
read_zip_descriptor(struct zip_entry *entry, const uint8_t *bytes, size_t length)
{
	size_t skip = length >= 4 && memcmp(bytes, ZIP_DESCRIPTOR, 4) == 0 ? 4 : 0;
	if (length >= skip + 4)
		entry->crc = little(bytes + skip, 4);
}

/* A stored file with its sizes behind the data ends where the descriptor's signature begins. */
static bool
copy_stored(struct zip_entry *entry, const uint8_t *bytes, size_t length, size_t limit,
	GByteArray *out, size_t *trailing, GError **error)
{
	size_t size = entry->size;
	if (entry->flags & ZIP_DESCRIBED) {
		const uint8_t *end = memmem(bytes, length, ZIP_DESCRIPTOR, 4);
		size = end != NULL ? (size_t)(end - bytes) : length + 1;
	}
	if (size > length)
		return fail_zip("truncated", error);
	if (size > limit)
		return fail_limit(WRAPPING_ZIP, limit, error);
	g_byte_array_set_size(out, 0);
	g_byte_array_append(out, bytes, (guint)size);
	*trailing = length - size;
	return true;
}

/* The first file of a zip, from its local header on: what follows it, more files and the directory,
   is left aside without a word. */
static bool
inflate_zip(const uint8_t *bytes, size_t length, size_t limit, GByteArray *out, size_t *trailing,
	GError **error)
{
	struct zip_entry entry;
	if (!read_zip_head(&entry, bytes, length, error))
		return false;
	const uint8_t *data = bytes + entry.skip;
	size_t rest = length - entry.skip, behind;
	if (entry.method == ZIP_STORED
			? !copy_stored(&entry, data, rest, limit, out, &behind, error)
			: !inflate_all(
				  WINDOW_RAW, WRAPPING_ZIP, data, rest, limit, out, &behind, error))
		return false;
	if (entry.flags & ZIP_DESCRIBED)
		read_zip_descriptor(&entry, bytes + length - behind, behind);
	if (crc32(0, out->data, out->len) != entry.crc)
		return fail_zip("damaged: wrong check sum", error);
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
