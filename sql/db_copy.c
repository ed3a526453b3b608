/* COPY into tables. */
#include "sql/db_connection.h"

/* The stream of COPY (format binary), PostgreSQL 15 manual, COPY, "Binary Format". */
#define COPY_HEAD "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"
#define COPY_PIECE_BYTES (64u << 10)

static void
put_int(GByteArray *to, uint32_t value, unsigned bytes)
{
	uint8_t wire[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
		(uint8_t)value };
	g_byte_array_append(to, wire + 4 - bytes, bytes);
}

static bool
flush_copy(struct db *db, GByteArray *piece)
{
	int sent = piece->len == 0
			   ? 1
			   : PQputCopyData(db->pg, (const char *)piece->data, (int)piece->len);
	g_byte_array_set_size(piece, 0);
	return sent == 1;
}

static bool
send_copy(struct db *db, const struct row_values *values, size_t width)
{
	g_autoptr(GByteArray) piece = g_byte_array_sized_new(COPY_PIECE_BYTES + 4096);
	g_byte_array_append(piece, (const uint8_t *)COPY_HEAD, 19);
	for (size_t i = 0; i < row_values_count(values); i++) {
		int length;
		const char *value = row_value(values, i, &length);
		if (i % width == 0)
			put_int(piece, (uint32_t)width, 2);
		put_int(piece, value == NULL ? UINT32_MAX : (uint32_t)length, 4);
		if (value != NULL)
			g_byte_array_append(piece, (const uint8_t *)value, (guint)length);
		if (piece->len >= COPY_PIECE_BYTES && !flush_copy(db, piece))
			return false;
	}
	put_int(piece, UINT16_MAX, 2);
	return flush_copy(db, piece);
}

bool
db_copy(struct db *db, const struct statement *statement, const struct row_values *values,
	size_t width, GError **error)
{
	if (row_values_count(values) == 0)
		return true;
	if (!db_send_posted(db, error))
		return false;
	PGresult *begun = PQexec(db->pg, statement->sql);
	if (PQresultStatus(begun) != PGRES_COPY_IN) {
		db_set_result_error(db->pg, begun, statement->name, error);
		PQclear(begun);
		return false;
	}
	PQclear(begun);

	bool sent = send_copy(db, values, width);
	if (PQputCopyEnd(db->pg, sent ? NULL : "client could not send") != 1) {
		db_set_connection_error(db->pg, statement->name, error);
		return false;
	}
	bool fine = db_accept_result(db, PQgetResult(db->pg), statement->name, NULL, error);
	for (PGresult *rest; (rest = PQgetResult(db->pg)) != NULL;)
		PQclear(rest);
	return fine;
}
