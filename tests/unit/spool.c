/* The spool and its files. */
#include "ingest/spool.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ingest/limits.h"
#include "ingest/spool_file.h"

#define BODY                                                                                       \
	"{\"organization-name\":\"o\",\"date-range\":{\"start-datetime\":\"2026-03-01T00:00:"      \
	"00Z\","                                                                                   \
	"\"end-datetime\":\"2026-03-01T23:59:59Z\"},\"report-id\":\"i\",\"policies\":[{"           \
	"\"policy\":{"                                                                             \
	"\"policy-type\":\"sts\",\"policy-domain\":\"rcpt.example\"},\"summary\":{"                \
	"\"total-successful-session-count\":1,\"total-failure-session-count\":0}}]}"

static struct arrival *
new_arrival(const char *body)
{
	struct arrival *arrival = arrival_new();
	arrival->body = g_bytes_new(body, strlen(body));
	arrival->channel = CHANNEL_HTTPS;
	arrival->trust = TRUST_HTTPS;
	arrival->remote = g_strdup("2001:db8::7");
	arrival->received_at = 1772323800;
	arrival->key = 0xfedcba9876543210;
	return arrival;
}

static GString *
file_of(const struct arrival *arrival, const char *token)
{
	GString *file = g_string_new(NULL);
	gsize length;
	const char *body = g_bytes_get_data(arrival->body, &length);
	spool_file_head(file, arrival, token);
	g_string_append_len(file, body, (gssize)length);
	return file;
}

/* ---- files ---- */

static void
test_round(void)
{
	g_autoptr(Arrival) arrival = new_arrival(BODY);
	g_autoptr(GError) failure = NULL;
	arrival->context.token_domain = g_strdup("token.example");
	arrival->over_cap = true;
	g_autoptr(GString) file = file_of(arrival, NULL);

	g_assert_true(spool_file_sniff((const uint8_t *)file->str, file->len));
	g_autoptr(Arrival) again =
		spool_file_read((const uint8_t *)file->str, file->len, NULL, NULL, &failure);
	g_assert_no_error(failure);
	g_assert_cmpuint(again->key, ==, arrival->key);
	g_assert_cmpint(again->channel, ==, CHANNEL_HTTPS);
	g_assert_cmpint(again->trust, ==, TRUST_HTTPS);
	g_assert_cmpint(again->received_at, ==, arrival->received_at);
	g_assert_cmpstr(again->remote, ==, "2001:db8::7");
	g_assert_cmpstr(again->context.token_domain, ==, "token.example");
	g_assert_true(again->over_cap);
	g_assert_true(g_bytes_equal(again->body, arrival->body));
	g_assert_nonnull(again->report);
	g_assert_cmpstr(again->report->domain, ==, "rcpt.example");
}

/* The body may hold anything, also what looks like a header's end; where it cannot be read that is
   the arrival's failure, not the file's. */
static void
test_unreadable_body(void)
{
	static const char body[] = "\n\nlength 1\n\n\xff";
	g_autoptr(Arrival) arrival = new_arrival(body);
	g_autoptr(GString) file = file_of(arrival, NULL);
	g_autoptr(Arrival) again =
		spool_file_read((const uint8_t *)file->str, file->len, NULL, NULL, NULL);
	g_assert_nonnull(again);
	g_assert_null(again->report);
	g_assert_nonnull(again->failure);
	g_assert_true(g_bytes_equal(again->body, arrival->body));
}

static char *
resolve(void *user, const char *token)
{
	(void)user;
	return strcmp(token, "abc") == 0 ? g_strdup("found.example") : NULL;
}

static void
test_token(void)
{
	static const struct {
		const char *name, *token, *domain, *want;
	} cases[] = {
		{ "known by now", "abc", NULL, "found.example" },
		{ "still not known", "abd", NULL, NULL },
		{ "known then", "abc", "token.example", "token.example" },
		{ "none", NULL, NULL, NULL },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i].name);
		g_autoptr(Arrival) arrival = new_arrival(BODY);
		arrival->context.token_domain = g_strdup(cases[i].domain);
		g_autoptr(GString) file = file_of(arrival, cases[i].token);
		g_autoptr(Arrival) again =
			spool_file_read((const uint8_t *)file->str, file->len, resolve, NULL, NULL);
		g_assert_nonnull(again);
		g_assert_cmpstr(again->context.token_domain, ==, cases[i].want);
	}
}

/* Every change of a good file: find, replaced by. */
static const struct {
	const char *name, *find, *with, *error; /* error NULL: still good */
} changes[] = {
	{ "a name of tomorrow", "remote ", "shoe-size 42\nremote ", NULL },
	{ "another version", "spool 1", "spool 2", "no header" },
	{ "no empty line", "\n\n", "\n", "no header" },
	{ "no key", "key fedcba9876543210\n", "", "bad header" },
	{ "two keys", "channel", "key 1\nchannel", "bad header" },
	{ "key no number", "fedcba", "xedcba", "bad header" },
	{ "no such channel", "channel https", "channel pigeon", "bad header" },
	{ "no such trust", "trust https", "trust me", "bad header" },
	{ "no time", "received-at 2026", "received-at then", "bad header" },
	{ "no value", "remote 2001:db8::7", "remote", "bad header" },
	{ "a remote that is no address", "2001:db8::7", "\xff\x1b", "bad header" },
	{ "an empty length", "\nlength ", "\nlength x", "bad header" },
	{ "a length over the limit", "\nlength ", "\nlength 99999999", "bad header" },
	{ "a longer body", "\"policies\"", "\"policies\" ", "not as it was written" },
	{ "a changed body", "\"sts\"", "\"stx\"", "not as it was written" },
	{ "another digest", "sha256 ", "sha256 0", "not as it was written" },
	{ "no digest", "sha256 ", "sha255 ", "bad header" },
};

static void
test_changes(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
		g_test_message("%s", changes[i].name);
		g_autoptr(Arrival) arrival = new_arrival(BODY);
		g_autoptr(GString) file = file_of(arrival, NULL);
		g_autoptr(GError) failure = NULL;
		g_assert_cmpuint(
			g_string_replace(file, changes[i].find, changes[i].with, 1), ==, 1);
		g_autoptr(Arrival) again = spool_file_read(
			(const uint8_t *)file->str, file->len, NULL, NULL, &failure);
		g_assert_cmpint(again != NULL, ==, changes[i].error == NULL);
		if (again == NULL)
			g_assert_nonnull(strstr(failure->message, changes[i].error));
	}
}

/* A file may end anywhere: after a power cut, on a disk that lies. */
static void
test_cut(void)
{
	g_autoptr(Arrival) arrival = new_arrival(BODY);
	g_autoptr(GString) file = file_of(arrival, NULL);
	for (size_t length = 0; length < file->len; length++) {
		g_autofree uint8_t *part = g_memdup2(file->str, length);
		g_autoptr(Arrival) again = spool_file_read(part, length, NULL, NULL, NULL);
		g_assert_null(again);
	}
}

/* ---- the directory ---- */

struct place {
	char *path;
	struct spool *spool;
};

static struct spool *
open_at(const char *path, uint64_t most_bytes, uint64_t most_files, GError **error)
{
	struct spool_options options = { path, most_bytes, most_files };
	return spool_open(&options, error);
}

static void
set_up(struct place *place, gconstpointer unused)
{
	g_autoptr(GError) failure = NULL;
	(void)unused;
	place->path = g_dir_make_tmp("stsready-XXXXXX", NULL);
	place->spool = open_at(place->path, 1 << 20, 100, &failure);
	g_assert_no_error(failure);
}

static void
tear_down(struct place *place, gconstpointer unused)
{
	(void)unused;
	spool_close(place->spool);
	const char *argv[] = { "rm", "-rf", place->path, NULL };
	g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
		NULL, NULL, NULL));
	g_free(place->path);
}

/* Puts count arrivals with the bodies "0", "1", ...; returns how many were kept. */
static size_t
put(struct spool *spool, size_t count, bool spare, GError **error)
{
	g_autofree struct spool_item *items = g_new0(struct spool_item, count);
	g_autoptr(GPtrArray) arrivals =
		g_ptr_array_new_with_free_func((GDestroyNotify)arrival_free);
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		g_autofree char *body = g_strdup_printf("%zu", i);
		g_ptr_array_add(arrivals, new_arrival(body));
		items[i] = (struct spool_item){ arrivals->pdata[i], NULL, spare, false };
	}
	spool_put(spool, items, count, error);
	for (size_t i = 0; i < count; i++)
		kept += items[i].kept;
	return kept;
}

/* The bodies in the order of the list, joined. */
static char *
bodies(struct spool *spool)
{
	g_autoptr(GPtrArray) names = spool_list(spool, NULL);
	GString *joined = g_string_new(NULL);
	g_assert_nonnull(names);
	for (guint i = 0; i < names->len; i++) {
		g_autoptr(GBytes) file = spool_load(spool, names->pdata[i], NULL);
		gsize length;
		const char *bytes = g_bytes_get_data(file, &length);
		g_autofree char *text = g_strndup(bytes, length);
		g_string_append(joined, strstr(text, "\n\n") + 2);
	}
	return g_string_free(joined, FALSE);
}

static guint
count_files(const char *path, const char *place)
{
	g_autofree char *folder = g_build_filename(path, place, NULL);
	GDir *dir = g_dir_open(folder, 0, NULL);
	guint count = 0;
	while (g_dir_read_name(dir) != NULL)
		count++;
	g_dir_close(dir);
	return count;
}

static void
test_order(struct place *place, gconstpointer unused)
{
	g_autoptr(GError) failure = NULL;
	(void)unused;
	g_assert_cmpuint(put(place->spool, 8, false, &failure), ==, 8);
	g_assert_no_error(failure);
	g_assert_cmpuint(put(place->spool, 3, false, &failure), ==, 3);
	g_autofree char *all = bodies(place->spool);
	g_assert_cmpstr(all, ==, "01234567012");
	g_assert_cmpuint(spool_look(place->spool).files, ==, 11);
	g_assert_cmpuint(count_files(place->path, "tmp"), ==, 0);
}

static void
test_remove(struct place *place, gconstpointer unused)
{
	(void)unused;
	put(place->spool, 3, false, NULL);
	g_autoptr(GPtrArray) names = spool_list(place->spool, NULL);
	int64_t oldest = spool_look(place->spool).oldest;
	g_assert_cmpint(ABS(g_get_real_time() - oldest), <, 60 * G_USEC_PER_SEC);
	g_assert_true(spool_remove(place->spool, names->pdata[0], NULL));
	g_assert_true(spool_reject(place->spool, names->pdata[1], NULL));
	struct spool_level level = spool_look(place->spool);
	g_assert_cmpuint(level.files, ==, 1);
	g_assert_cmpuint(count_files(place->path, "new"), ==, 1);
	g_assert_cmpuint(count_files(place->path, "bad"), ==, 1);
	g_assert_true(spool_remove(place->spool, names->pdata[2], NULL));
	level = spool_look(place->spool);
	g_assert_cmpuint(level.files, ==, 0);
	g_assert_cmpuint(level.bytes, ==, 0);
	g_assert_cmpint(level.oldest, ==, 0);
	g_assert_false(spool_remove(place->spool, "nothing", NULL));
}

static void
test_bounds(struct place *place, gconstpointer unused)
{
	g_autoptr(GError) failure = NULL;
	(void)unused;
	/* what was promised to nobody fills a tenth */
	g_assert_cmpuint(put(place->spool, 30, true, &failure), ==, 10);
	g_assert_error(failure, SPOOL_ERROR, SPOOL_ERROR_FULL);
	g_clear_error(&failure);
	g_assert_cmpuint(put(place->spool, 100, false, &failure), ==, 90);
	g_assert_error(failure, SPOOL_ERROR, SPOOL_ERROR_FULL);
	g_clear_error(&failure);

	/* what is put aside still counts; what is drained makes room */
	g_autoptr(GPtrArray) names = spool_list(place->spool, NULL);
	spool_reject(place->spool, names->pdata[0], NULL);
	g_assert_cmpuint(put(place->spool, 1, false, NULL), ==, 0);
	spool_remove(place->spool, names->pdata[1], NULL);
	g_assert_cmpuint(put(place->spool, 2, false, NULL), ==, 1);
}

static void
test_bytes(struct place *place, gconstpointer unused)
{
	g_autoptr(GError) failure = NULL;
	(void)unused;
	g_autofree char *body = g_strnfill(300 << 10, 'x');
	g_autoptr(Arrival) arrival = new_arrival(body);
	for (int i = 0; i < 4; i++) {
		struct spool_item item = { .arrival = arrival };
		bool kept = spool_put(place->spool, &item, 1, NULL);
		g_assert_cmpint(kept, ==, i < 3);
		g_assert_cmpint(kept, ==, item.kept);
	}
	/* a smaller one still finds room */
	g_assert_cmpuint(put(place->spool, 1, false, &failure), ==, 1);
}

static void
test_restart(struct place *place, gconstpointer unused)
{
	g_autoptr(GError) failure = NULL;
	(void)unused;
	put(place->spool, 5, false, NULL);
	g_autoptr(GPtrArray) names = spool_list(place->spool, NULL);
	spool_reject(place->spool, names->pdata[0], NULL);
	struct spool_level before = spool_look(place->spool);
	g_autofree char *leftover = g_build_filename(place->path, "tmp", "half", NULL);
	g_assert_true(g_file_set_contents(leftover, "half a file", -1, NULL));

	/* one spool, one process */
	g_assert_null(open_at(place->path, 1 << 20, 100, &failure));
	g_assert_error(failure, SPOOL_ERROR, SPOOL_ERROR_BUSY);
	g_clear_error(&failure);

	spool_close(place->spool);
	place->spool = open_at(place->path, 1 << 20, 100, &failure);
	g_assert_no_error(failure);
	struct spool_level after = spool_look(place->spool);
	g_assert_cmpuint(after.files, ==, 4);
	g_assert_cmpuint(after.bytes, ==, before.bytes);
	g_assert_cmpint(after.oldest, >=, before.oldest);
	g_assert_cmpuint(count_files(place->path, "tmp"), ==, 0);
	g_autofree char *all = bodies(place->spool);
	g_assert_cmpstr(all, ==, "1234");
	g_assert_true(spool_probe(place->spool, NULL));
}

static void
test_no_place(void)
{
	g_autoptr(GError) failure = NULL;
	g_assert_null(open_at("/proc/nothing", 1, 1, &failure));
	g_assert_error(failure, SPOOL_ERROR, SPOOL_ERROR_SYSTEM);
	g_assert_nonnull(strstr(failure->message, "/proc/nothing"));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/spool-file/round", test_round);
	g_test_add_func("/spool-file/unreadable-body", test_unreadable_body);
	g_test_add_func("/spool-file/token", test_token);
	g_test_add_func("/spool-file/changes", test_changes);
	g_test_add_func("/spool-file/cut", test_cut);
	g_test_add("/spool/order", struct place, NULL, set_up, test_order, tear_down);
	g_test_add("/spool/remove", struct place, NULL, set_up, test_remove, tear_down);
	g_test_add("/spool/bounds", struct place, NULL, set_up, test_bounds, tear_down);
	g_test_add("/spool/bytes", struct place, NULL, set_up, test_bytes, tear_down);
	g_test_add("/spool/restart", struct place, NULL, set_up, test_restart, tear_down);
	g_test_add_func("/spool/no-place", test_no_place);
	return g_test_run();
}
