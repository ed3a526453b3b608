/* The bare limit that the importer is measured against: reads the files of a folder, finds the
   base64 part, inflates it, parses the JSON and inserts one row a report, many rows a statement,
   500 a transaction.  No checks, no duplicates, no trust, no sums, no renames.

   usage: bare_import FOLDER DATABASE-URL [SHARE OF]   (SHARE of OF takes every OF-th file) */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <glib.h>
#include <libpq-fe.h>
#include <zlib.h>

#define ROWS_A_STATEMENT 100
#define ROWS_A_TRANSACTION 500
#define COLUMNS 8
#define MOST_FILE (64u << 20)
#define MOST_JSON (32u << 20)

/* A bump allocator behind cJSON: measured faster than malloc, see tests/load/README.md. */
static char *pool;
static size_t pool_used, pool_size = 512u << 20;

static void *
pool_alloc(size_t size)
{
	void *memory = pool + pool_used;
	pool_used += (size + 15) & ~(size_t)15;
	if (pool_used > pool_size)
		abort();
	return memory;
}

static void
pool_free(void *memory)
{
	(void)memory;
}

/* Rows of one table on their way; both tables have COLUMNS columns. */
struct table {
	const char *name;
	char *rows[ROWS_A_STATEMENT * COLUMNS];
	int lengths[ROWS_A_STATEMENT * COLUMNS], formats[ROWS_A_STATEMENT * COLUMNS];
	int filled;
};

static struct table reports = { .name = "bare" }, details = { .name = "bare_detail" };
static int in_transaction;
static PGconn *pg;

static void
check(PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
		fprintf(stderr, "bare_import: %s", PQresultErrorMessage(result));
		exit(1);
	}
	PQclear(result);
}

static char *
statement_text(const char *table, int count)
{
	GString *sql = g_string_new("insert into ");
	g_string_append_printf(sql, "%s values ", table);
	for (int i = 0; i < count * COLUMNS; i++)
		g_string_append_printf(sql, "%s$%d%s",
			i % COLUMNS ? ","
			: i         ? ",("
				    : "(",
			i + 1, i % COLUMNS == COLUMNS - 1 ? ")" : "");
	g_string_append(sql, " on conflict do nothing");
	return g_string_free(sql, FALSE);
}

static void
flush_rows(struct table *table)
{
	int values = table->filled * COLUMNS;
	const char *const *rows = (const char *const *)table->rows;
	if (table->filled == ROWS_A_STATEMENT) {
		check(PQexecPrepared(
			pg, table->name, values, rows, table->lengths, table->formats, 0));
	} else if (table->filled > 0) {
		char *sql = statement_text(table->name, table->filled);
		check(PQexecParams(pg, sql, values, NULL, rows, table->lengths, table->formats, 0));
		g_free(sql);
	}
	for (int i = 0; i < values; i++)
		g_free(table->rows[i]);
	table->filled = 0;
}

static void
put(struct table *table, int column, const char *value, int length, int binary)
{
	int i = table->filled * COLUMNS + column;
	table->rows[i] = g_memdup2(value, (gsize)length + !binary);
	table->lengths[i] = length;
	table->formats[i] = binary;
}

static void
put_text(struct table *table, int column, const char *text)
{
	put(table, column, text, (int)strlen(text), 0);
}

static void
end_row(struct table *table)
{
	if (++table->filled == ROWS_A_STATEMENT)
		flush_rows(table);
}

static const char *
string_at(cJSON *json, const char *name)
{
	cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);
	return cJSON_IsString(item) ? item->valuestring : "";
}

static void
put_number(struct table *table, int column, double number)
{
	char text[32];
	put(table, column, text, snprintf(text, sizeof text, "%.0f", number), 0);
}

static void
store_details(const char *id, cJSON *list)
{
	int number = 0;
	for (cJSON *item = list != NULL ? list->child : NULL; item != NULL; item = item->next) {
		cJSON *sessions = cJSON_GetObjectItemCaseSensitive(item, "failed-session-count");
		put_text(&details, 0, id);
		put_number(&details, 1, number++);
		put_text(&details, 2, string_at(item, "result-type"));
		put_text(&details, 3, string_at(item, "sending-mta-ip"));
		put_text(&details, 4, string_at(item, "receiving-mx-hostname"));
		put_text(&details, 5, string_at(item, "receiving-ip"));
		put_text(&details, 6, string_at(item, "failure-reason-code"));
		put_number(&details, 7, sessions != NULL ? sessions->valuedouble : 0);
		end_row(&details);
	}
}

static void
store(const char *json_text, size_t json_length, const char *body, size_t body_length)
{
	pool_used = 0;
	cJSON *json = cJSON_ParseWithLength(json_text, json_length);
	cJSON *range = cJSON_GetObjectItemCaseSensitive(json, "date-range");
	cJSON *policy = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(json, "policies"), 0);
	cJSON *summary = cJSON_GetObjectItemCaseSensitive(policy, "summary");
	cJSON *what = cJSON_GetObjectItemCaseSensitive(policy, "policy");
	cJSON *success =
		cJSON_GetObjectItemCaseSensitive(summary, "total-successful-session-count");
	cJSON *failure = cJSON_GetObjectItemCaseSensitive(summary, "total-failure-session-count");
	const char *id = string_at(json, "report-id");

	put_text(&reports, 0, string_at(what, "policy-domain"));
	put_text(&reports, 1, string_at(json, "organization-name"));
	put_text(&reports, 2, id);
	put_text(&reports, 3, string_at(range, "start-datetime"));
	put_text(&reports, 4, string_at(range, "end-datetime"));
	put_number(&reports, 5, success != NULL ? success->valuedouble : 0);
	put_number(&reports, 6, failure != NULL ? failure->valuedouble : 0);
	put(&reports, 7, body, (int)body_length, 1);
	end_row(&reports);
	store_details(id, cJSON_GetObjectItemCaseSensitive(policy, "failure-details"));
	if (++in_transaction == ROWS_A_TRANSACTION) {
		flush_rows(&reports);
		flush_rows(&details);
		check(PQexec(pg, "commit"));
		check(PQexec(pg, "begin"));
		in_transaction = 0;
	}
}

static void
take(char *text)
{
	static char *json;
	if (json == NULL)
		json = g_malloc(MOST_JSON);
	char *part = strstr(text, "application/tlsrpt+gzip");
	char *at = part != NULL ? strstr(part, "\n\n") : NULL;
	if (at == NULL)
		return;
	char *end = strstr(at, "\n--");
	if (end != NULL)
		*end = '\0';
	gsize length;
	g_base64_decode_inplace(at, &length);

	z_stream stream = { .next_in = (Bytef *)at,
		.avail_in = (uInt)length,
		.next_out = (Bytef *)json,
		.avail_out = MOST_JSON };
	inflateInit2(&stream, 15 + 16);
	if (inflate(&stream, Z_FINISH) == Z_STREAM_END)
		store(json, stream.total_out, at, length);
	inflateEnd(&stream);
}

int
main(int argc, char **argv)
{
	if (argc != 3 && argc != 5)
		return 64;
	int share = argc == 5 ? atoi(argv[3]) : 0, of = argc == 5 ? atoi(argv[4]) : 1;
	char *text = g_malloc(MOST_FILE);
	pool = malloc(pool_size);
	cJSON_Hooks hooks = { pool_alloc, pool_free };
	cJSON_InitHooks(&hooks);

	pg = PQconnectdb(argv[2]);
	check(PQprepare(pg, "bare", statement_text("bare", ROWS_A_STATEMENT), 0, NULL));
	check(PQprepare(
		pg, "bare_detail", statement_text("bare_detail", ROWS_A_STATEMENT), 0, NULL));
	check(PQexec(pg, "begin"));
	DIR *folder = opendir(argv[1]);
	if (folder == NULL || chdir(argv[1]) != 0)
		return 66;
	int seen = 0;
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		if (entry->d_name[0] == '.' || seen++ % of != share)
			continue;
		int fd = open(entry->d_name, O_RDONLY | O_CLOEXEC);
		ssize_t length = read(fd, text, MOST_FILE - 1);
		close(fd);
		if (length <= 0)
			continue;
		text[length] = '\0';
		take(text);
	}
	flush_rows(&reports);
	flush_rows(&details);
	check(PQexec(pg, "commit"));
	PQfinish(pg);
	closedir(folder);
	return 0;
}
