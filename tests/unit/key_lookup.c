/* DKIM keys asked of a real DNS server: answers, silence, and what is remembered. */
#include "ingest/key_lookup.h"

#include <stdio.h>
#include <sys/socket.h>

#include "tests/unit/key_server.h"
#include "tests/unit/row.h"

#define LONG_TEXT_BYTES 3000

static struct key_server *dns;

static struct key_answer_text
tell(const char *selector)
{
	if (g_str_has_prefix(selector, "silent"))
		return (struct key_answer_text){ .silent = TRUE };
	if (g_str_has_prefix(selector, "failing"))
		return (struct key_answer_text){ .status = 2 };
	if (g_str_has_prefix(selector, "refused"))
		return (struct key_answer_text){ .status = 5 };
	if (g_str_has_prefix(selector, "absent"))
		return (struct key_answer_text){ 0 };
	if (strcmp(selector, "twice") == 0)
		return (struct key_answer_text){ g_strdup("p=x"), 2, 0, FALSE };
	if (strcmp(selector, "long") == 0)
		return (struct key_answer_text){ g_strnfill(LONG_TEXT_BYTES, 'x'), 1, 0, FALSE };
	return (struct key_answer_text){ g_strdup_printf("p=%s", selector), 1, 0, FALSE };
}

static struct key_lookup *
make_lookup(const struct key_server *server)
{
	struct key_lookup *lookup = key_lookup_new(key_server_address(server), 1);
	g_assert_nonnull(lookup);
	return lookup;
}

/* The answer, in a word, and the record. */
static char *
ask(struct key_lookup *lookup, const char *selector)
{
	static const char *const names[] = {
		[KEY_FOUND] = "found", [KEY_ABSENT] = "absent", [KEY_TEMPORARY] = "temporary"
	};
	g_autofree char *record = NULL;
	enum key_answer answer = key_lookup_ask(lookup, selector, "harbour.example", &record);
	g_assert_true((record != NULL) == (answer == KEY_FOUND));
	return g_strconcat(names[answer], record != NULL ? " " : NULL, record, NULL);
}

static void
expect(struct key_lookup *lookup, const char *selector, const char *want)
{
	g_autofree char *got = ask(lookup, selector);
	if (strcmp(got, want) != 0)
		FAIL("%s: got %s, want %s", selector, got, want);
}

static void
test_rows(void)
{
	static const struct {
		const char *selector, *want;
	} rows[] = {
		{ "s1", "found p=s1" },
		{ "S1", "found p=s1" },
		{ "with.dots", "found p=with" },
		{ "absent", "absent" },
		{ "twice", "absent" },
		{ "failing", "temporary" },
		{ "refused", "temporary" },
		{ "silent", "temporary" },
		{ "label-of-more-than-sixty-three-characters-which-no-name-in-dns-may-have",
			"absent" },
		{ "back\\slash", "absent" },
		{ "white space", "absent" },
		{ "", "absent" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct key_lookup *lookup = make_lookup(dns);
		expect(lookup, rows[i].selector, rows[i].want);
		key_lookup_free(lookup);
	}
}

/* A record in many strings, longer than a classic answer by UDP. */
static void
test_long(void)
{
	struct key_lookup *lookup = make_lookup(dns);
	g_autofree char *text = g_strnfill(LONG_TEXT_BYTES, 'x');
	g_autofree char *want = g_strconcat("found ", text, NULL);
	expect(lookup, "long", want);
	key_lookup_free(lookup);
}

static void
test_remembered(void)
{
	static const struct {
		const char *selector, *want;
	} rows[] = { { "s1", "found p=s1" }, { "absent", "absent" }, { "failing", "temporary" } };
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct key_lookup *lookup = make_lookup(dns);
		expect(lookup, rows[i].selector, rows[i].want);
		int asked = key_server_questions(dns);
		for (int n = 0; n < 20; n++)
			expect(lookup, rows[i].selector, rows[i].want);
		if (key_server_questions(dns) != asked)
			FAIL("%s is asked for again", rows[i].selector);
		key_lookup_free(lookup);
	}
}

static void
test_silence(void)
{
	struct key_lookup *lookup = make_lookup(dns);
	gint64 start = g_get_monotonic_time();
	expect(lookup, "silent", "temporary");
	g_assert_cmpint(g_get_monotonic_time() - start, <, 5 * G_USEC_PER_SEC);
	g_assert_cmpint(g_get_monotonic_time() - start, >, G_USEC_PER_SEC / 2);
	key_lookup_free(lookup);
}

/* The third failure in a row ends all asking, but what is known is known. */
static void
test_pause(void)
{
	struct key_lookup *lookup = make_lookup(dns);
	expect(lookup, "failing1", "temporary");
	expect(lookup, "failing2", "temporary");
	expect(lookup, "s1", "found p=s1");
	expect(lookup, "failing3", "temporary");
	expect(lookup, "failing4", "temporary");
	expect(lookup, "s2", "found p=s2");
	expect(lookup, "failing5", "temporary");
	expect(lookup, "failing6", "temporary");
	expect(lookup, "failing7", "temporary");
	int asked = key_server_questions(dns);
	expect(lookup, "s3", "temporary");
	expect(lookup, "absent", "temporary");
	expect(lookup, "s1", "found p=s1");
	g_assert_cmpint(key_server_questions(dns), ==, asked);
	key_lookup_free(lookup);
}

static void
test_ipv6(void)
{
	struct key_server *server = key_server_start(AF_INET6, tell);
	if (server == NULL) {
		g_test_skip("no IPv6 on loopback");
		return;
	}
	struct key_lookup *lookup = make_lookup(server);
	expect(lookup, "s1", "found p=s1");
	g_assert_cmpint(key_server_questions(server), ==, 1);
	key_lookup_free(lookup);
	key_server_stop(server);
}

/* Nobody listens: an answer at once, and no key. */
static void
test_nobody(void)
{
	struct key_lookup *lookup = key_lookup_new("127.0.0.1:1", 1);
	expect(lookup, "s1", "temporary");
	key_lookup_free(lookup);
}

static gpointer
ask_often(gpointer lookup)
{
	for (int i = 0; i < 200; i++) {
		char selector[16], want[32];
		snprintf(selector, sizeof selector, "s%d", i % 20);
		snprintf(want, sizeof want, "found p=s%d", i % 20);
		expect(lookup, selector, want);
	}
	return NULL;
}

static void
test_threads(void)
{
	struct key_lookup *lookup = make_lookup(dns);
	GThread *threads[4];
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("ask", ask_often, lookup);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
	key_lookup_free(lookup);
}

static void
test_resolver(void)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
		{ "127.0.0.1", true },
		{ "127.0.0.1:53", true },
		{ "::1", true },
		{ "[::1]", true },
		{ "[::1]:5353", true },
		{ "2001:db8::1", true },
		{ "", false },
		{ "resolver.example", false },
		{ "127.0.0.1:x", false },
		{ "127.0.0.1:", false },
		{ "127.0.0.1:0", false },
		{ "127.0.0.1:99999", false },
		{ "127.0.0.1:53x", false },
		{ "[::1", false },
		{ "[::1]x", false },
		{ "[::1]:", false },
		{ "127.0.0.1.1", false },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct key_lookup *lookup = key_lookup_new(rows[i].text, 1);
		if ((lookup != NULL) != rows[i].want)
			FAIL("%s", rows[i].text);
		key_lookup_free(lookup);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	dns = key_server_start(AF_INET, tell);
	g_assert_nonnull(dns);
	g_test_add_func("/key-lookup/rows", test_rows);
	g_test_add_func("/key-lookup/long", test_long);
	g_test_add_func("/key-lookup/remembered", test_remembered);
	g_test_add_func("/key-lookup/silence", test_silence);
	g_test_add_func("/key-lookup/pause", test_pause);
	g_test_add_func("/key-lookup/ipv6", test_ipv6);
	g_test_add_func("/key-lookup/nobody", test_nobody);
	g_test_add_func("/key-lookup/threads", test_threads);
	g_test_add_func("/key-lookup/resolver", test_resolver);
	int status = g_test_run();
	key_server_stop(dns);
	return status;
}
