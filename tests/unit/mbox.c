/* Mailboxes taken apart: where messages begin, and ones too large to hold. */
#include "ingest/mbox.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ingest/limits.h"
#include "tests/unit/row.h"

static const struct {
	const char *name, *file;
	const char *want; /* "OFFSET:MESSAGE" of each, "|" between them */
} rows[] = {
	{ "none", "", "" },
	{ "one", "From a\nA: b\n\nbody\n", "0:A: b\n\nbody\n" },
	{ "the empty line that parts belongs to none",
		"From a\nA: b\n\nbody\n\nFrom c\nC: d\n\nx\n\n",
		"0:A: b\n\nbody\n|19:C: d\n\nx\n" },
	{ "an empty line more is the message's", "From a\nA: b\n\nbody\n\n\n",
		"0:A: b\n\nbody\n\n" },
	{ "CRLF", "From a\r\nA: b\r\n\r\nbody\r\n\r\nFrom c\r\nC: d\r\n",
		"0:A: b\r\n\r\nbody\r\n|24:C: d\r\n" },
	{ "From in a text", "From a\nA: b\n\none\nFrom here on\ntwo\n",
		"0:A: b\n\none\nFrom here on\ntwo\n" },
	{ "From without white space", "From a\nA: b\n\nFromage\n", "0:A: b\n\nFromage\n" },
	{ "quoted From", "From a\nA: b\n\n>From x\n>>From y\n> From z\n",
		"0:A: b\n\nFrom x\n>From y\n> From z\n" },
	{ "no line end at the end", "From a\nA: b\n\nbody", "0:A: b\n\nbody" },
	{ "a message without anything", "From a\n\nFrom c\nC: d\n", "0:|8:C: d\n" },
	{ "two From lines in a row", "From a\nFrom b\nA: b\n", "0:From b\nA: b\n" },
	{ "no From line at all", "A: b\n\nbody\n", "0:A: b\n\nbody\n" },
	{ "something in front of the first", "\nFrom a\nA: b\n", "0:|1:A: b\n" },
};

static int
open_bytes(const char *bytes, size_t length)
{
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp("stsready-mbox-XXXXXX", &path, NULL);
	g_unlink(path);
	g_assert_cmpint(write(fd, bytes, length), ==, (ssize_t)length);
	g_assert_cmpint(lseek(fd, 0, SEEK_SET), ==, 0);
	return fd;
}

/* Reads with so many bytes already read, as the importer does to see what a file is. */
static char *
describe(const char *bytes, size_t length, size_t head)
{
	int fd = open_bytes(bytes, length);
	g_assert_cmpint(lseek(fd, (off_t)head, SEEK_SET), ==, (off_t)head);
	struct mbox *mbox = mbox_new(fd, (const uint8_t *)bytes, head);
	g_autoptr(GByteArray) message = g_byte_array_new();
	GString *got = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	uint64_t offset;
	bool skipped;
	while (mbox_next(mbox, message, &offset, &skipped, &error)) {
		g_assert_false(skipped);
		g_string_append_printf(
			got, "%s%" G_GUINT64_FORMAT ":", got->len > 0 ? "|" : "", (guint64)offset);
		g_string_append_len(got, (const char *)message->data, message->len);
	}
	g_assert_no_error(error);
	mbox_free(mbox);
	close(fd);
	return g_string_free(got, FALSE);
}

static void
test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		size_t length = strlen(rows[i].file);
		for (size_t head = 0; head <= length; head++) {
			g_autofree char *got = describe(rows[i].file, length, head);
			if (strcmp(got, rows[i].want) != 0) {
				FAIL("%s, %zu bytes read before: got %s, want %s", rows[i].name,
					head, got, rows[i].want);
				break;
			}
		}
	}
}

/* Whatever stands where at the edge of the buffer, the same messages come out. */
static void
test_edges(void)
{
	for (size_t fill = MBOX_BUFFER_BYTES - 40; fill < MBOX_BUFFER_BYTES + 4; fill++) {
		g_autoptr(GString) file = g_string_new("From a\nA: b\n\n");
		while (file->len < fill)
			g_string_append_c(file, file->len % 50 == 49 ? '\n' : 'x');
		g_autofree char *first = g_strdup_printf("0:%s\n", file->str + strlen("From a\n"));
		size_t second = file->len + 2;
		g_string_append(file, "\n\nFrom c\nC: d\n\n>From y\n");
		g_autofree char *want = g_strdup_printf("%s|%zu:C: d\n\nFrom y\n", first, second);
		g_autofree char *got = describe(file->str, file->len, 0);
		if (strcmp(got, want) != 0)
			FAIL("%zu bytes in front", fill);
	}
}

static long
peak_kib(void)
{
	struct rusage usage;
	g_assert_cmpint(getrusage(RUSAGE_SELF, &usage), ==, 0);
	return usage.ru_maxrss;
}

/* A message of 1 GiB between two small ones is passed over without being held. */
static void
test_huge(void)
{
	static const char before[] = "From a\nA: b\n\nx\n\nFrom h\nA: huge\n\n";
	static const char after[] = "\n\nFrom c\nC: d\n\ny\n";
	int fd = open_bytes(before, strlen(before));
	off_t far = (off_t)1 << 30;
	g_assert_cmpint(pwrite(fd, after, strlen(after), far), ==, (ssize_t)strlen(after));
	long peak = peak_kib();

	struct mbox *mbox = mbox_new(fd, NULL, 0);
	g_autoptr(GByteArray) message = g_byte_array_new();
	g_autoptr(GError) error = NULL;
	uint64_t offset;
	bool skipped;
	g_assert_true(mbox_next(mbox, message, &offset, &skipped, &error));
	g_assert_false(skipped);
	g_assert_true(mbox_next(mbox, message, &offset, &skipped, &error));
	g_assert_true(skipped);
	g_assert_cmpuint(message->len, ==, 0);
	g_assert_cmpuint(offset, ==, 16);
	g_assert_true(mbox_next(mbox, message, &offset, &skipped, &error));
	g_assert_false(skipped);
	g_assert_cmpuint(offset, ==, (uint64_t)far + 2);
	g_assert_cmpuint(message->len, ==, strlen("C: d\n\ny\n"));
	g_assert_false(mbox_next(mbox, message, &offset, &skipped, &error));
	g_assert_no_error(error);
	mbox_free(mbox);
	close(fd);
	g_assert_cmpint(peak_kib() - peak, <, 5 * (long)(LIMIT_MESSAGE_BYTES >> 10));
}

static void
test_read_error(void)
{
	g_autoptr(GByteArray) message = g_byte_array_new();
	g_autoptr(GError) error = NULL;
	uint64_t offset;
	bool skipped;
	int fd = open(g_get_tmp_dir(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct mbox *mbox = mbox_new(fd, NULL, 0);
	g_assert_false(mbox_next(mbox, message, &offset, &skipped, &error));
	g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_ISDIR);
	mbox_free(mbox);
	close(fd);
}

static void
test_sniff(void)
{
	static const struct {
		const char *text;
		bool want;
	} cases[] = { { "From a\n", true }, { "From: a\n", false }, { "From a", false },
		{ "", false }, { "\nFrom a\n", false } };
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		if (mbox_sniff((const uint8_t *)cases[i].text, strlen(cases[i].text)) !=
			cases[i].want)
			FAIL("%s", cases[i].text);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mbox/rows", test_rows);
	g_test_add_func("/mbox/edges", test_edges);
	g_test_add_func("/mbox/huge", test_huge);
	g_test_add_func("/mbox/read-error", test_read_error);
	g_test_add_func("/mbox/sniff", test_sniff);
	return g_test_run();
}
