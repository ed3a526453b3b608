/* Packed bytes in all the forms that senders and gateways make, and damaged ones. */
#include "ingest/inflate.h"

#include <gio/gio.h>

#include "ingest/report_body.h"
#include "tests/unit/row.h"

#define LIMIT 1000u
#define HELLO "hello, hello, hello, hello"

/* ---- packing ---- */

static void
append(GByteArray *to, const void *bytes, size_t length)
{
	g_byte_array_append(to, bytes, (guint)length);
}

/* A literal without the NUL that ends it. */
#define APPEND(to, literal) append(to, literal, sizeof(literal) - 1)

static void
append_little(GByteArray *to, guint32 value, int count)
{
	for (int i = 0; i < count; i++, value >>= 8)
		append(to, &(uint8_t){ (uint8_t)value }, 1);
}

static void
deflate(GByteArray *to, GZlibCompressorFormat format, const char *text)
{
	g_autoptr(GConverter) compressor = G_CONVERTER(g_zlib_compressor_new(format, 9));
	uint8_t out[4096];
	gsize read, written;
	g_assert_cmpint(g_converter_convert(compressor, text, strlen(text), out, sizeof out,
				G_CONVERTER_INPUT_AT_END, &read, &written, NULL),
		==, G_CONVERTER_FINISHED);
	append(to, out, written);
}

/* CRC-32 as RFC 1952 8 has it. */
static guint32
crc_of(const void *bytes, size_t length)
{
	guint32 crc = 0xffffffff;
	for (size_t i = 0; i < length; i++) {
		crc ^= ((const uint8_t *)bytes)[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* A gzip member with every optional field of its header (RFC 1952 2.3.1). */
static void
pack_gzip_all_flags(GByteArray *to)
{
	guint head = to->len;
	APPEND(to, "\x1f\x8b\x08\x1e\x01\x02\x03\x04\x02\x03");
	APPEND(to, "\x03\x00yes");
	APPEND(to, "../../etc/passwd\0");
	APPEND(to, "a comment\0");
	append_little(to, crc_of(to->data + head, to->len - head) & 0xffff, 2);
	deflate(to, G_ZLIB_COMPRESSOR_FORMAT_RAW, HELLO);
	append_little(to, crc_of(HELLO, strlen(HELLO)), 4);
	append_little(to, (guint32)strlen(HELLO), 4);
}

enum { STORED, DEFLATED = 8 };
enum { ENCRYPTED = 1, DESCRIBED = 8 };

/* A zip of one file; with DESCRIBED its CRC and sizes stand behind the data only. */
static void
pack_zip(GByteArray *to, guint32 method, guint32 flags, guint32 crc)
{
	bool described = flags & DESCRIBED;
	g_autoptr(GByteArray) data = g_byte_array_new();
	if (method == DEFLATED)
		deflate(data, G_ZLIB_COMPRESSOR_FORMAT_RAW, HELLO);
	else
		append(data, HELLO, strlen(HELLO));
	APPEND(to, "PK\3\4\x14\0");
	append_little(to, flags, 2);
	append_little(to, method, 2);
	append_little(to, 0, 4);
	append_little(to, described ? 0 : crc, 4);
	append_little(to, described ? 0 : data->len, 4);
	append_little(to, described ? 0 : (guint32)strlen(HELLO), 4);
	APPEND(to, "\6\0\0\0r.json");
	append(to, data->data, data->len);
	if (described) {
		APPEND(to, "PK\7\10");
		append_little(to, crc, 4);
		append_little(to, data->len, 4);
		append_little(to, (guint32)strlen(HELLO), 4);
	}
	APPEND(to, "PK\1\2 and the directory");
}

/* ---- rows ---- */

static void
make_gzip(GByteArray *to)
{
	deflate(to, G_ZLIB_COMPRESSOR_FORMAT_GZIP, HELLO);
}

static void
make_two_members(GByteArray *to)
{
	make_gzip(to);
	make_gzip(to);
}

static void
make_junk_behind(GByteArray *to)
{
	make_gzip(to);
	APPEND(to, "junk");
}

static void
make_zlib(GByteArray *to)
{
	deflate(to, G_ZLIB_COMPRESSOR_FORMAT_ZLIB, HELLO);
}

static void
make_zip_deflated(GByteArray *to)
{
	pack_zip(to, DEFLATED, 0, crc_of(HELLO, strlen(HELLO)));
}

static void
make_zip_stored(GByteArray *to)
{
	pack_zip(to, STORED, 0, crc_of(HELLO, strlen(HELLO)));
}

static void
make_zip_deflated_described(GByteArray *to)
{
	pack_zip(to, DEFLATED, DESCRIBED, crc_of(HELLO, strlen(HELLO)));
}

static void
make_zip_stored_described(GByteArray *to)
{
	pack_zip(to, STORED, DESCRIBED, crc_of(HELLO, strlen(HELLO)));
}

static void
make_zip_wrong_crc(GByteArray *to)
{
	pack_zip(to, STORED, 0, 1);
}

static void
make_zip_wrong_crc_described(GByteArray *to)
{
	pack_zip(to, DEFLATED, DESCRIBED, 1);
}

static void
make_zip_encrypted(GByteArray *to)
{
	pack_zip(to, STORED, ENCRYPTED, 0);
}

static void
make_zip_unknown_method(GByteArray *to)
{
	pack_zip(to, 12, 0, 0); /* bzip2 */
}

static void
make_zip_empty_entry(GByteArray *to)
{
	APPEND(to, "PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0d/PK\1\2");
}

static void
make_zip_head_only(GByteArray *to)
{
	APPEND(to, "PK\3\4\x14\0\0\0");
}

static void
make_zip_name_too_long(GByteArray *to)
{
	make_zip_stored(to);
	to->data[27] = 0xff;
}

static void
make_zip_size_too_large(GByteArray *to)
{
	make_zip_stored(to);
	to->data[21] = 0x7f;
}

static void
make_truncated(GByteArray *to)
{
	make_gzip(to);
	g_byte_array_set_size(to, to->len - 9);
}

static void
make_wrong_crc(GByteArray *to)
{
	make_gzip(to);
	to->data[to->len - 5] ^= 1;
}

static void
make_second_member_truncated(GByteArray *to)
{
	make_two_members(to);
	g_byte_array_set_size(to, to->len - 1);
}

static void
make_bad_block(GByteArray *to)
{
	APPEND(to, "\x1f\x8b\x08\0\0\0\0\0\0\3\xff\xff\xff\xff");
}

static void
make_over_limit(GByteArray *to)
{
	g_autofree char *text = g_strnfill(LIMIT + 1, 'x');
	deflate(to, G_ZLIB_COMPRESSOR_FORMAT_GZIP, text);
}

static void
make_at_limit(GByteArray *to)
{
	g_autofree char *text = g_strnfill(LIMIT, 'x');
	deflate(to, G_ZLIB_COMPRESSOR_FORMAT_GZIP, text);
}

static const struct {
	const char *name;
	void (*make)(GByteArray *to);
	enum wrapping wrapping;
	const char *want; /* the whole, or how the message begins */
	size_t trailing;
	int code; /* -1: it inflates */
} rows[] = {
	{ "C1 plain gzip", make_gzip, WRAPPING_GZIP, HELLO, 0, -1 },
	{ "C1 every flag of the header", pack_gzip_all_flags, WRAPPING_GZIP, HELLO, 0, -1 },
	{ "C2 two members", make_two_members, WRAPPING_GZIP, HELLO HELLO, 0, -1 },
	{ "C2 junk behind", make_junk_behind, WRAPPING_GZIP, HELLO, 4, -1 },
	{ "C3 truncated", make_truncated, WRAPPING_GZIP, "gzip: truncated after ", 0,
		REPORT_ERROR_BROKEN },
	{ "C3 truncated in the second member", make_second_member_truncated, WRAPPING_GZIP,
		"gzip: truncated after ", 0, REPORT_ERROR_BROKEN },
	{ "C3 wrong CRC", make_wrong_crc, WRAPPING_GZIP, "gzip: damaged at byte ", 0,
		REPORT_ERROR_BROKEN },
	{ "C3 a block of no type", make_bad_block, WRAPPING_GZIP, "gzip: damaged at byte ", 0,
		REPORT_ERROR_BROKEN },
	{ "C4 zlib", make_zlib, WRAPPING_ZLIB, HELLO, 0, -1 },
	{ "C4 zip", make_zip_deflated, WRAPPING_ZIP, HELLO, 0, -1 },
	{ "C4 zip, stored", make_zip_stored, WRAPPING_ZIP, HELLO, 0, -1 },
	{ "C4 zip, sizes behind", make_zip_deflated_described, WRAPPING_ZIP, HELLO, 0, -1 },
	{ "C4 zip, stored, sizes behind", make_zip_stored_described, WRAPPING_ZIP, HELLO, 0, -1 },
	{ "C4 zip, wrong CRC", make_zip_wrong_crc, WRAPPING_ZIP, "zip: damaged", 0,
		REPORT_ERROR_BROKEN },
	{ "C4 zip, wrong CRC behind", make_zip_wrong_crc_described, WRAPPING_ZIP, "zip: damaged", 0,
		REPORT_ERROR_BROKEN },
	{ "C4 zip, encrypted", make_zip_encrypted, WRAPPING_ZIP, "zip: encrypted", 0,
		REPORT_ERROR_BROKEN },
	{ "C4 zip, unknown method", make_zip_unknown_method, WRAPPING_ZIP,
		"zip: unknown compression", 0, REPORT_ERROR_BROKEN },
	{ "C4 zip, a directory first", make_zip_empty_entry, WRAPPING_ZIP,
		"zip: its first entry is empty", 0, REPORT_ERROR_BROKEN },
	{ "C4 zip, half a header", make_zip_head_only, WRAPPING_ZIP, "zip: truncated", 0,
		REPORT_ERROR_BROKEN },
	{ "C4 zip, a name past the end", make_zip_name_too_long, WRAPPING_ZIP, "zip: truncated", 0,
		REPORT_ERROR_BROKEN },
	{ "C4 zip, a size past the end", make_zip_size_too_large, WRAPPING_ZIP, "zip: truncated", 0,
		REPORT_ERROR_BROKEN },
	{ "C5 over the limit by one", make_over_limit, WRAPPING_GZIP, "gzip: over ", 0,
		REPORT_ERROR_LIMIT },
};

static void
try_row(size_t i)
{
	g_autoptr(GByteArray) packed = g_byte_array_new(), out = g_byte_array_new();
	g_autoptr(GError) error = NULL;
	size_t trailing = 0;
	rows[i].make(packed);
	enum wrapping wrapping = wrapping_sniff(packed->data, packed->len);
	if (wrapping != rows[i].wrapping)
		FAIL("%s: sniffed as %d", rows[i].name, (int)wrapping);
	bool fine =
		inflate_bytes(wrapping, packed->data, packed->len, LIMIT, out, &trailing, &error);
	if (!fine) {
		if (error->code != rows[i].code || error->domain != REPORT_ERROR ||
			!g_str_has_prefix(error->message, rows[i].want))
			FAIL("%s: %s", rows[i].name, error->message);
	} else if (rows[i].code != -1 || out->len != strlen(rows[i].want) ||
		   memcmp(out->data, rows[i].want, out->len) != 0 || trailing != rows[i].trailing) {
		FAIL("%s: %.*s, %zu behind", rows[i].name, (int)out->len, (const char *)out->data,
			trailing);
	}
}

static void
test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		try_row(i);
}

static void
test_at_limit(void)
{
	g_autoptr(GByteArray) packed = g_byte_array_new(), out = g_byte_array_new();
	size_t trailing;
	make_at_limit(packed);
	g_assert_true(inflate_bytes(
		WRAPPING_GZIP, packed->data, packed->len, LIMIT, out, &trailing, NULL));
	g_assert_cmpuint(out->len, ==, LIMIT);
}

static void
test_sniff(void)
{
	static const struct {
		const char *name, *bytes;
		size_t length;
		enum wrapping want;
	} sniffs[] = {
		{ "nothing", "", 0, WRAPPING_NONE },
		{ "JSON", "{\"a\":1}", 7, WRAPPING_NONE },
		{ "two bytes of gzip", "\x1f\x8b", 2, WRAPPING_NONE },
		{ "gzip", "\x1f\x8b\x08", 3, WRAPPING_GZIP },
		{ "gzip of no known method", "\x1f\x8b\x07", 3, WRAPPING_NONE },
		{ "zlib", "\x78\x9c", 2, WRAPPING_ZLIB },
		{ "a mail header", "x-header: 1", 11, WRAPPING_NONE },
		{ "zip", "PK\3\4", 4, WRAPPING_ZIP },
		{ "an empty zip", "PK\5\6", 4, WRAPPING_NONE },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(sniffs); i++)
		if (wrapping_sniff((const uint8_t *)sniffs[i].bytes, sniffs[i].length) !=
			sniffs[i].want)
			FAIL("%s", sniffs[i].name);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/inflate/rows", test_rows);
	g_test_add_func("/inflate/at-limit", test_at_limit);
	g_test_add_func("/inflate/sniff", test_sniff);
	return g_test_run();
}
