/* Values for statements, in PostgreSQL's binary form: built once, sent as they are. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* A growing list of parameters.  Adding copies the value. */
struct row_values;

struct row_values *row_values_new(void);
void row_values_free(struct row_values *values);
typedef struct row_values row_values;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(row_values, row_values_free)
void row_values_clear(struct row_values *values);

void row_null(struct row_values *values);
void row_text(struct row_values *values, const char *text); /* NULL: null */
void row_bool(struct row_values *values, bool value);
void row_int2(struct row_values *values, int16_t value);
void row_int4(struct row_values *values, int32_t value);
void row_int8(struct row_values *values, int64_t value);
void row_bytes(struct row_values *values, const void *bytes, size_t length);
void row_timestamp(
	struct row_values *values, int64_t instant);   /* timestamptz, seconds since 1970 */
void row_date(struct row_values *values, int32_t day); /* days since 1970 */
void row_text_array(struct row_values *values, const char *const *texts, size_t count);
void row_int8_array(struct row_values *values, const int64_t *numbers, size_t count);

/* How many, and the i-th: *bytes NULL for null.  For the module that sends them. */
size_t row_values_count(const struct row_values *values);
const char *row_value(const struct row_values *values, size_t index, int *length);
