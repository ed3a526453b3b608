/* Values for statements, in PostgreSQL's binary form. */
#include "sql/row.h"

#include <string.h>

/* PostgreSQL counts from 2000-01-01: days and seconds between that and 1970-01-01. */
#define EPOCH_DAYS 10957
#define EPOCH_SECONDS (EPOCH_DAYS * INT64_C(86400))

/* Type numbers that array values carry (pg_type.dat). */
#define TYPE_INT8 20
#define TYPE_TEXT 25

struct value {
	size_t offset;
	int length; /* -1: null */
};

struct row_values {
	GByteArray *bytes;
	GArray *values; /* struct value */
};

struct row_values *
row_values_new(void)
{
	struct row_values *values = g_new(struct row_values, 1);
	values->bytes = g_byte_array_new();
	values->values = g_array_new(FALSE, FALSE, sizeof(struct value));
	return values;
}

void
row_values_free(struct row_values *values)
{
	if (values == NULL)
		return;
	g_byte_array_unref(values->bytes);
	g_array_unref(values->values);
	g_free(values);
}

void
row_values_clear(struct row_values *values)
{
	g_byte_array_set_size(values->bytes, 0);
	g_array_set_size(values->values, 0);
}

size_t
row_values_count(const struct row_values *values)
{
	return values->values->len;
}

const char *
row_value(const struct row_values *values, size_t index, int *length)
{
	const struct value *value = &g_array_index(values->values, struct value, index);
	*length = value->length < 0 ? 0 : value->length;
	return value->length < 0 ? NULL : (const char *)values->bytes->data + value->offset;
}

static void
add(struct row_values *values, const void *bytes, size_t length)
{
	struct value value = { values->bytes->len, (int)length };
	g_byte_array_append(values->bytes, bytes, (guint)length);
	g_array_append_val(values->values, value);
}

void
row_null(struct row_values *values)
{
	struct value value = { 0, -1 };
	g_array_append_val(values->values, value);
}

void
row_text(struct row_values *values, const char *text)
{
	if (text == NULL) {
		row_null(values);
	} else if (g_utf8_validate(text, -1, NULL)) {
		row_bytes(values, text, strlen(text));
	} else {
		/* the server would refuse the whole batch */
		g_autofree char *valid = g_utf8_make_valid(text, -1);
		row_bytes(values, valid, strlen(valid));
	}
}

void
row_bytes(struct row_values *values, const void *bytes, size_t length)
{
	/* one byte more, so that an empty value does not lie beyond the buffer */
	static const uint8_t end = 0;
	struct value value = { values->bytes->len, (int)length };
	g_byte_array_append(values->bytes, bytes, (guint)length);
	g_byte_array_append(values->bytes, &end, 1);
	g_array_append_val(values->values, value);
}

void
row_bool(struct row_values *values, bool value)
{
	uint8_t byte = value;
	add(values, &byte, 1);
}

void
row_int2(struct row_values *values, int16_t value)
{
	uint16_t wire = GUINT16_TO_BE((uint16_t)value);
	add(values, &wire, sizeof wire);
}

void
row_int4(struct row_values *values, int32_t value)
{
	uint32_t wire = GUINT32_TO_BE((uint32_t)value);
	add(values, &wire, sizeof wire);
}

void
row_int8(struct row_values *values, int64_t value)
{
	uint64_t wire = GUINT64_TO_BE((uint64_t)value);
	add(values, &wire, sizeof wire);
}

void
row_timestamp(struct row_values *values, int64_t instant)
{
	row_int8(values, (instant - EPOCH_SECONDS) * 1000000);
}

void
row_date(struct row_values *values, int32_t day)
{
	row_int4(values, day - EPOCH_DAYS);
}

static void
put_int4(GByteArray *to, int32_t value)
{
	uint32_t wire = GUINT32_TO_BE((uint32_t)value);
	g_byte_array_append(to, (const uint8_t *)&wire, sizeof wire);
}

/* The head of a one-dimensional array without nulls. */
static size_t
begin_array(GByteArray *to, int type, size_t count)
{
	size_t offset = to->len;
	put_int4(to, count > 0 ? 1 : 0);
	put_int4(to, 0);
	put_int4(to, type);
	if (count > 0) {
		put_int4(to, (int32_t)count);
		put_int4(to, 1);
	}
	return offset;
}

static void
end_array(struct row_values *values, size_t offset)
{
	struct value value = { offset, (int)(values->bytes->len - offset) };
	g_array_append_val(values->values, value);
}

void
row_text_array(struct row_values *values, const char *const *texts, size_t count)
{
	size_t offset = begin_array(values->bytes, TYPE_TEXT, count);
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(texts[i]);
		put_int4(values->bytes, (int32_t)length);
		g_byte_array_append(values->bytes, (const uint8_t *)texts[i], (guint)length);
	}
	end_array(values, offset);
}

void
row_int8_array(struct row_values *values, const int64_t *numbers, size_t count)
{
	size_t offset = begin_array(values->bytes, TYPE_INT8, count);
	for (size_t i = 0; i < count; i++) {
		uint64_t wire = GUINT64_TO_BE((uint64_t)numbers[i]);
		put_int4(values->bytes, sizeof wire);
		g_byte_array_append(values->bytes, (const uint8_t *)&wire, sizeof wire);
	}
	end_array(values, offset);
}
