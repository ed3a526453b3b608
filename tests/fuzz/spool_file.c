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

static struct arrival *
read_string(const GString *file, GError **error)
{
	return spool_file_read((const uint8_t *)file->str, file->len, NULL, NULL, error);
}

static GString *
write_file(const struct arrival *arrival)
{
	gsize length;
	const char *body = g_bytes_get_data(arrival->body, &length);
	GString *file = g_string_new(NULL);
	spool_file_head(file, arrival, NULL);
	return g_string_append_len(file, body, (gssize)length);
}

/* What was read is written so that it reads as the same, and is written the same. */
static void
assert_round(const struct arrival *arrival, const GString *file)
{
	g_autoptr(GError) error = NULL;
	g_assert_true(spool_file_sniff((const uint8_t *)file->str, file->len));
	g_autoptr(Arrival) again = read_string(file, &error);
	g_assert_no_error(error);
	assert_same(arrival, again);
	g_autoptr(GString) rewritten = write_file(again);
	g_assert_true(g_string_equal(file, rewritten));
}

static void
assert_damaged(const GString *file)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Arrival) arrival = read_string(file, &error);
	g_assert_null(arrival);
	g_assert_true(g_error_matches(error, SPOOL_FILE_ERROR, SPOOL_FILE_ERROR_DAMAGED));
	g_assert_true(g_utf8_validate(error->message, -1, NULL));
}

/* A file whose body lost its end, got more, or changed in a bit is refused; where the bit lies is
   the input's choice. */
static void
assert_damage_is_seen(GString *file)
{
	const char *body = strstr(file->str, "\n\n") + 2;
	size_t start = (size_t)(body - file->str), length = file->len - start;
	g_string_append_c(file, 'x');
	assert_damaged(file);
	g_string_truncate(file, file->len - 1);
	if (length == 0)
		return;
	char *byte = &file->str[start + (size_t)g_str_hash(file->str) % length];
	*byte ^= 1;
	assert_damaged(file);
	*byte ^= 1;
	g_string_truncate(file, file->len - 1);
	assert_damaged(file);
}

/* Text that goes on to logs and rows is what the writer may have put there. */
static void
assert_texts(const struct arrival *arrival)
{
	if (arrival->remote != NULL)
		g_assert_true(strcmp(arrival->remote, "unix") == 0 ||
			      g_hostname_is_ip_address(arrival->remote));
	if (arrival->context.token_domain != NULL)
		g_assert_true(g_utf8_validate(arrival->context.token_domain, -1, NULL));
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
	assert_texts(arrival);
	g_autoptr(GString) file = write_file(arrival);
	assert_round(arrival, file);
	assert_damage_is_seen(file);
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
