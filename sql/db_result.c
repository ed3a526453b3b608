/* Values out of binary results. */
#include "sql/db_result.h"

#include <string.h>

#include "sql/row.h"

/* PostgreSQL counts from 2000-01-01. */
#define EPOCH_DAYS 10957
#define EPOCH_SECONDS (EPOCH_DAYS * INT64_C(86400))

struct db_result *
db_result_wrap(PGresult *pg)
{
	struct db_result *result = g_new(struct db_result, 1);
	result->pg = pg;
	return result;
}

void
db_result_free(struct db_result *result)
{
	if (result == NULL)
		return;
	PQclear(result->pg);
	g_free(result);
}

int
db_rows(const struct db_result *result)
{
	return PQntuples(result->pg);
}

bool
db_is_null(const struct db_result *result, int row, int column)
{
	return PQgetisnull(result->pg, row, column);
}

const char *
db_text(const struct db_result *result, int row, int column)
{
	return db_is_null(result, row, column) ? NULL : PQgetvalue(result->pg, row, column);
}

const uint8_t *
db_bytes(const struct db_result *result, int row, int column, size_t *length)
{
	*length = (size_t)PQgetlength(result->pg, row, column);
	return (const uint8_t *)db_text(result, row, column);
}

/* A big-endian signed integer of 1 to 8 bytes. */
static int64_t
read_int(const uint8_t *bytes, size_t length)
{
	if (length == 0)
		return 0;
	int64_t value = (int8_t)bytes[0];
	for (size_t i = 1; i < length; i++)
		value = (int64_t)((uint64_t)value << 8 | bytes[i]);
	return value;
}

int64_t
db_int(const struct db_result *result, int row, int column)
{
	size_t length;
	const uint8_t *bytes = db_bytes(result, row, column, &length);
	g_return_val_if_fail(length <= 8, 0);
	return bytes == NULL ? 0 : read_int(bytes, length);
}

bool
db_bool(const struct db_result *result, int row, int column)
{
	return db_int(result, row, column) != 0;
}

int64_t
db_instant(const struct db_result *result, int row, int column)
{
	int64_t microseconds = db_int(result, row, column);
	int64_t seconds = microseconds / 1000000;
	if (microseconds % 1000000 < 0)
		seconds--;
	return seconds + EPOCH_SECONDS;
}

int32_t
db_day(const struct db_result *result, int row, int column)
{
	return (int32_t)db_int(result, row, column) + EPOCH_DAYS;
}

/* The head of a binary array: count of elements, and *at moved to the first. */
static size_t
read_array_head(const uint8_t **at, const uint8_t *end)
{
	const size_t head = 20; /* dimensions, null flag, type, count, lower bound */
	if (end - *at < (ptrdiff_t)head || read_int(*at, 4) != 1)
		return 0;
	size_t count = (size_t)read_int(*at + 12, 4);
	*at += head;
	return count;
}

char **
db_text_array(const struct db_result *result, int row, int column)
{
	size_t length;
	const uint8_t *at = db_bytes(result, row, column, &length);
	GPtrArray *texts = g_ptr_array_new();
	if (at != NULL) {
		const uint8_t *end = at + length;
		size_t count = read_array_head(&at, end);
		for (size_t i = 0; i < count && end - at >= 4; i++) {
			int64_t size = read_int(at, 4);
			at += 4;
			if (size > end - at)
				break;
			g_ptr_array_add(texts,
				size < 0 ? g_strdup("") : g_strndup((const char *)at, (gsize)size));
			at += MAX(size, 0);
		}
	}
	g_ptr_array_add(texts, NULL);
	return (char **)g_ptr_array_free(texts, FALSE);
}

GArray *
db_int8_array(const struct db_result *result, int row, int column)
{
	size_t length;
	const uint8_t *at = db_bytes(result, row, column, &length);
	GArray *numbers = g_array_new(FALSE, FALSE, sizeof(int64_t));
	if (at == NULL)
		return numbers;
	const uint8_t *end = at + length;
	size_t count = read_array_head(&at, end);
	for (size_t i = 0; i < count && end - at >= 12; i++, at += 12) {
		int64_t number = read_int(at + 4, 8);
		g_array_append_val(numbers, number);
	}
	return numbers;
}
