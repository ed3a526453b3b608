/* The bare limit that stsreadyd is measured against: libmicrohttpd, one writer that inserts what
   has gathered in one transaction, every answer after its commit.  No checks, no duplicates, no
   sums.

   usage: bare_endpoint PORT CERT KEY DATABASE-URL   (ends at the end of standard input) */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <glib.h>
#include <libpq-fe.h>
#include <microhttpd.h>
#include <zlib.h>

#define COLUMNS 8
#define MOST_ROWS 100
#define MOST_BODY 65536

struct post {
	struct MHD_Connection *connection;
	GByteArray *body;
	char *texts[COLUMNS - 1];
	bool queued;
	struct post *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static struct post *first, **last = &first;
static PGconn *pg;

static const char *
string_at(cJSON *json, const char *name)
{
	cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);
	return cJSON_IsString(item) ? item->valuestring : "";
}

static char *
number_at(cJSON *json, const char *name)
{
	cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);
	return g_strdup_printf("%.0f", item != NULL ? item->valuedouble : 0);
}

static bool
parse(struct post *post)
{
	char json[MOST_BODY];
	z_stream stream = { .next_in = post->body->data,
		.avail_in = post->body->len,
		.next_out = (Bytef *)json,
		.avail_out = sizeof json };
	inflateInit2(&stream, 15 + 16);
	int status = inflate(&stream, Z_FINISH);
	inflateEnd(&stream);
	cJSON *root = status == Z_STREAM_END ? cJSON_ParseWithLength(json, stream.total_out) : NULL;
	if (root == NULL)
		return false;
	cJSON *range = cJSON_GetObjectItemCaseSensitive(root, "date-range");
	cJSON *policy = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(root, "policies"), 0);
	cJSON *summary = cJSON_GetObjectItemCaseSensitive(policy, "summary");
	post->texts[0] = g_strdup(
		string_at(cJSON_GetObjectItemCaseSensitive(policy, "policy"), "policy-domain"));
	post->texts[1] = g_strdup(string_at(root, "organization-name"));
	post->texts[2] = g_strdup(string_at(root, "report-id"));
	post->texts[3] = g_strdup(string_at(range, "start-datetime"));
	post->texts[4] = g_strdup(string_at(range, "end-datetime"));
	post->texts[5] = number_at(summary, "total-successful-session-count");
	post->texts[6] = number_at(summary, "total-failure-session-count");
	cJSON_Delete(root);
	return true;
}

static void
check(PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
		fprintf(stderr, "bare_endpoint: %s", PQresultErrorMessage(result));
		exit(1);
	}
	PQclear(result);
}

static void
prepare_sizes(void)
{
	for (int rows = 1; rows <= MOST_ROWS; rows++) {
		g_autofree char *name = g_strdup_printf("insert%d", rows);
		GString *sql = g_string_new("insert into bare values ");
		for (int i = 0; i < rows * COLUMNS; i++)
			g_string_append_printf(sql, "%s$%d%s",
				i % COLUMNS ? ","
				: i         ? ",("
					    : "(",
				i + 1, i % COLUMNS == COLUMNS - 1 ? ")" : "");
		g_string_append(sql, " on conflict do nothing");
		check(PQprepare(pg, name, sql->str, 0, NULL));
		g_string_free(sql, TRUE);
	}
}

/* Inserts up to MOST_ROWS posts; returns the first that was left. */
static struct post *
insert(struct post *post)
{
	const char *values[MOST_ROWS * COLUMNS];
	int lengths[MOST_ROWS * COLUMNS], formats[MOST_ROWS * COLUMNS], rows = 0;
	for (; post != NULL && rows < MOST_ROWS; post = post->next, rows++) {
		for (int i = 0; i < COLUMNS - 1; i++) {
			values[rows * COLUMNS + i] = post->texts[i];
			formats[rows * COLUMNS + i] = 0;
		}
		values[rows * COLUMNS + COLUMNS - 1] = (const char *)post->body->data;
		lengths[rows * COLUMNS + COLUMNS - 1] = (int)post->body->len;
		formats[rows * COLUMNS + COLUMNS - 1] = 1;
	}
	char name[32];
	snprintf(name, sizeof name, "insert%d", rows);
	check(PQexecPrepared(pg, name, rows * COLUMNS, values, lengths, formats, 0));
	return post;
}

static void *
write_posts(void *unused)
{
	(void)unused;
	for (;;) {
		pthread_mutex_lock(&lock);
		while (first == NULL)
			pthread_cond_wait(&filled, &lock);
		struct post *batch = first;
		first = NULL;
		last = &first;
		pthread_mutex_unlock(&lock);

		check(PQexec(pg, "begin"));
		for (struct post *post = batch; post != NULL;)
			post = insert(post);
		check(PQexec(pg, "commit"));
		for (struct post *post = batch, *next; post != NULL; post = next) {
			next = post->next;
			MHD_resume_connection(post->connection);
		}
	}
	return NULL;
}

static enum MHD_Result
answer(struct MHD_Connection *connection, unsigned status)
{
	static char text[] = "stored\n";
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
handle(void *user, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *data, size_t *size, void **state)
{
	(void)user, (void)url, (void)method, (void)version;
	struct post *post = *state;
	if (post == NULL) {
		*state = post = g_new0(struct post, 1);
		post->connection = connection;
		post->body = g_byte_array_new();
		return MHD_YES;
	}
	if (*size > 0) {
		g_byte_array_append(post->body, (const guint8 *)data, (guint)*size);
		*size = 0;
		return MHD_YES;
	}
	if (post->queued)
		return answer(connection, 201);
	if (!parse(post))
		return answer(connection, 400);
	post->queued = true;
	MHD_suspend_connection(connection);
	pthread_mutex_lock(&lock);
	*last = post;
	last = &post->next;
	pthread_cond_signal(&filled);
	pthread_mutex_unlock(&lock);
	return MHD_YES;
}

static void
completed(void *user, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode code)
{
	(void)user, (void)connection, (void)code;
	struct post *post = *state;
	if (post == NULL)
		return;
	g_byte_array_unref(post->body);
	for (int i = 0; i < COLUMNS - 1; i++)
		g_free(post->texts[i]);
	g_free(post);
}

int
main(int argc, char **argv)
{
	g_autofree char *certificate = NULL, *key = NULL;
	if (argc != 5 || !g_file_get_contents(argv[2], &certificate, NULL, NULL) ||
		!g_file_get_contents(argv[3], &key, NULL, NULL))
		return 64;
	pg = PQconnectdb(argv[4]);
	prepare_sizes();
	pthread_t writer;
	pthread_create(&writer, NULL, write_posts, NULL);
	struct MHD_Daemon *daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TLS,
		(uint16_t)atoi(argv[1]), NULL, NULL, handle, NULL, MHD_OPTION_NOTIFY_COMPLETED,
		completed, NULL, MHD_OPTION_THREAD_POOL_SIZE, 2, MHD_OPTION_HTTPS_MEM_CERT,
		certificate, MHD_OPTION_HTTPS_MEM_KEY, key, MHD_OPTION_END);
	if (daemon == NULL)
		return 1;
	puts("ready");
	fflush(stdout);
	char byte;
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	_exit(0);
}
