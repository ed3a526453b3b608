/* Fuzz target: files from the spool's directory, as they are, and with their length and digest put
   right, so that what stands behind these checks is reached. */
#include "ingest/spool_file.h"

#include <string.h>

#include "tests/fuzz/invariants.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *
resolve(void *user, const char *token)
{
	(void)user;
	return token[0] == 'k' ? g_strdup("known.example") : NULL;
}

static void
assert_same(const struct arrival *one, const struct arrival *other)
{
	g_assert_cmpuint(one->key, ==, other->key);
	g_assert_cmpint(one->channel, ==, other->channel);
	g_assert_cmpint(one->trust, ==, other->trust);
	g_assert_cmpint(one->received_at, ==, other->received_at);
	g_assert_cmpint(one->over_cap, ==, other->over_cap);
	g_assert_cmpstr(one->remote, ==, other->remote);
	g_assert_cmpstr(one->context.token_domain, ==, other->context.token_domain);
	g_assert_true(g_bytes_equal(one->body, other->body));
	g_assert_true((one->report == NULL) == (other->report == NULL));
}

/* What was read is written so that it reads as the same. */
static void
assert_round(const struct arrival *arrival)
{
	gsize length;
	const char *body = g_bytes_get_data(arrival->body, &length);
	g_autoptr(GString) file = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	spool_file_head(file, arrival, NULL);
	g_string_append_len(file, body, (gssize)length);
	g_assert_true(spool_file_sniff((const uint8_t *)file->str, file->len));
	g_autoptr(Arrival) again =
		spool_file_read((const uint8_t *)file->str, file->len, NULL, NULL, &error);
	g_assert_no_error(error);
	assert_same(arrival, again);
}

static void
read_file(const uint8_t *bytes, size_t length)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Arrival) arrival = spool_file_read(bytes, length, resolve, NULL, &error);
	if (arrival == NULL) {
		g_assert_true(g_error_matches(error, SPOOL_FILE_ERROR, SPOOL_FILE_ERROR_DAMAGED));
		g_assert_true(g_utf8_validate(error->message, -1, NULL));
		return;
	}
	if (arrival->report != NULL)
		assert_report(arrival->report);
	else
		assert_reason(arrival->failure);
	assert_round(arrival);
}

/* The same file with a length and a digest that fit its body. */
static void
read_mended(const uint8_t *bytes, size_t length)
{
	const uint8_t *end = memmem(bytes, length, "\n\n", 2);
	if (end == NULL)
		return;
	const uint8_t *body = end + 2;
	size_t body_length = (size_t)(bytes + length - body);
	g_autofree char *digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, body, body_length);
	g_autoptr(GString) file = g_string_new_len((const char *)bytes, end - bytes);
	g_string_append_printf(file, "\nlength %zu\nsha256 %s\n\n", body_length, digest);
	g_string_append_len(file, (const char *)body, (gssize)body_length);
	read_file((const uint8_t *)file->str, file->len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_file(data, size);
	read_mended(data, size);
	return 0;
}
