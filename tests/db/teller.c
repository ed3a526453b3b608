/* Telling against a real PostgreSQL: what goes by itself, what together, in which order, what
 * waits. */
#include "analyze/alert/teller.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "sql/migrate.h"
#include "tests/db/database.h"

#define NOW (g_get_real_time() / G_USEC_PER_SEC)
#define MANY 4

static char *url, *folder, *command;
static struct db *db;
static char *recipients[] = { (char *)"ann@example.com", NULL };
static struct log quiet = { .fd = -1, .most = 0 };
static struct outlet_options options;
static struct teller_options telling;
static GPtrArray *outlets;

/* ---- a command that takes mail, or refuses it ---- */

static void
let_mail_go(bool goes)
{
	g_autofree char *text = goes ? g_strdup_printf("#!/bin/sh\nset -e\ncat >%s/new\n"
						       "n=$(ls %s | grep -c '^mail' || true)\n"
						       "mv %s/new %s/mail.$(printf %%03d $n)\n",
					       folder, folder, folder, folder)
				     : g_strdup("#!/bin/sh\ncat >/dev/null\nexit 75\n");
	g_assert_true(g_file_set_contents(command, text, -1, NULL));
	g_assert_cmpint(g_chmod(command, 0755), ==, 0);
}

/* Subjects of the mails that went, in order, without what they all begin with. */
static char *
subjects(void)
{
	GString *out = g_string_new(NULL);
	for (int i = 0;; i++) {
		g_autofree char *text = NULL, *name = g_strdup_printf("%s/mail.%03d", folder, i);
		if (!g_file_get_contents(name, &text, NULL, NULL))
			return g_string_free(out, FALSE);
		const char *subject = strstr(text, "Subject: stsready: ");
		g_assert_nonnull(subject);
		subject += strlen("Subject: stsready: ");
		g_string_append_printf(
			out, "%s%.*s", i > 0 ? "|" : "", (int)strcspn(subject, "\r\n"), subject);
	}
}

static void
expect_subjects(const char *want)
{
	g_autofree char *got = subjects();
	g_assert_cmpstr(got, ==, want);
}

/* ---- what is stored ---- */

static void
start_afresh(void)
{
	database_change(db, "truncate notice, condition");
	for (int i = 0; i < 100; i++) {
		g_autofree char *name = g_strdup_printf("%s/mail.%03d", folder, i);
		unlink(name);
	}
	let_mail_go(true);
	g_clear_pointer(&outlets, g_ptr_array_unref);
	outlets = outlet_list(&options);
	telling = (struct teller_options){ url, &options, outlets, MANY };
}

static void
add(const char *domain, int number, int64_t made_at, const char *html)
{
	g_autofree char *id = g_strdup_printf("%04d", number);
	g_autofree char *title = g_strdup_printf("t%d", number);
	const struct alert_notice notice = { .domain = domain,
		.id = id,
		.made_at = made_at,
		.severity = number % 2 == 0 ? "info" : "block",
		.title = title,
		.words = "words\n",
		.html = html,
		.body = "{}" };
	GError *error = NULL;
	g_assert_true(alert_add(db, &notice, "mail ann@example.com", &error));
	g_assert_no_error(error);
}

static unsigned
go(void)
{
	unsigned failed;
	GError *error = NULL;
	teller_round(&telling, db, &failed, &error);
	g_assert_no_error(error);
	return failed;
}

/* ---- the cases ---- */

static void
test_each_once(void)
{
	start_afresh();
	add("a.example", 1, NOW, NULL);
	add("b.example", 2, NOW, NULL);
	g_assert_cmpuint(go(), ==, 0);
	expect_subjects("t1|t2");
	go();
	expect_subjects("t1|t2");
	add("a.example", 1, NOW, NULL); /* an id that is there already */
	go();
	expect_subjects("t1|t2");
	database_expect(db, "select count(sent_at)::text from notice", "2");
}

static void
test_many_as_one(void)
{
	start_afresh();
	for (int i = 1; i <= MANY; i++)
		add("a.example", i, NOW, NULL);
	add("", 9, NOW, "<p>a page</p>");
	go();
	expect_subjects("t9|4 changes, the heaviest: t1");
	database_expect(db, "select count(sent_at)::text from notice", "5");
}

/* Ten within an hour go one by one; then they gather until the oldest has waited for an hour. */
static void
test_much_in_an_hour(void)
{
	start_afresh();
	for (int i = 0; i < OUTLET_AN_HOUR; i++) {
		add("a.example", i, NOW, NULL);
		go();
	}
	expect_subjects("t0|t1|t2|t3|t4|t5|t6|t7|t8|t9");
	add("a.example", 10, NOW, NULL);
	add("b.example", 11, NOW, NULL);
	g_assert_cmpuint(go(), ==, 0);
	expect_subjects("t0|t1|t2|t3|t4|t5|t6|t7|t8|t9");
	database_change(db, "update notice set made_at = made_at - interval '61 minutes'");
	go();
	expect_subjects("t0|t1|t2|t3|t4|t5|t6|t7|t8|t9|2 changes, the heaviest: t11");
}

static void
test_what_does_not_go(void)
{
	start_afresh();
	let_mail_go(false);
	add("a.example", 1, NOW, NULL);
	add("b.example", 2, NOW, NULL);
	g_assert_cmpuint(go(), ==, 1); /* a way that failed is not tried with the rest */
	database_expect(db,
		"select string_agg(title || ' ' || attempts || ' ' || (failure is not null), ',' "
		"order by title)"
		" from notice where sent_at is null",
		"t1 1 true,t2 0 false");
	let_mail_go(true);
	add("a.example", 3, NOW, NULL);
	go();
	expect_subjects("t2"); /* of a.example nothing before what is older */
	database_change(db, "update notice set next_at = made_at");
	go();
	expect_subjects("t2|t1|t3");
	database_expect(db, "select count(failure)::text from notice", "0");
}

/* What went as one and did not get there is tried again as one. */
static void
test_many_that_do_not_go(void)
{
	start_afresh();
	let_mail_go(false);
	for (int i = 1; i <= MANY; i++)
		add("a.example", i, NOW, NULL);
	g_assert_cmpuint(go(), ==, MANY);
	database_expect(db, "select count(distinct next_at)::text from notice", "1");
}

/* Each wait is longer than the one before, and none is over an hour and a quarter. */
static void
test_waits(void)
{
	start_afresh();
	let_mail_go(false);
	add("a.example", 1, NOW, NULL);
	int64_t before = 0;
	for (int i = 0; i < 12; i++) {
		g_autofree char *wait = NULL;
		database_change(db, "update notice set next_at = made_at");
		g_assert_cmpuint(go(), ==, 1);
		wait = database_ask(
			db, "select extract(epoch from next_at - now())::bigint::text from notice");
		int64_t seconds = g_ascii_strtoll(wait, NULL, 10);
		if (i < 8)
			g_assert_cmpint(seconds, >, before);
		g_assert_cmpint(seconds, <=, 4500);
		before = seconds;
	}
	g_assert_cmpint(before, >=, 3590);
}

static void
count_given_up(void *user, const char *outlet, const char *title)
{
	g_assert_cmpstr(outlet, ==, "mail ann@example.com");
	g_assert_cmpstr(title, ==, "t2");
	++*(int *)user;
}

static void
test_forgetting(void)
{
	int given_up = 0;
	GError *error = NULL;
	start_afresh();
	add("a.example", 1, NOW, NULL);
	go();
	let_mail_go(false);
	add("a.example", 2, NOW - 1000, NULL);
	add("a.example", 3, NOW, NULL);
	alert_forget(db, NOW - 1000, NOW - 2000, count_given_up, &given_up, &error);
	database_expect(db, "select count(*)::text from notice", "3");
	alert_forget(db, NOW + 10, NOW - 500, count_given_up, &given_up, &error);
	g_assert_no_error(error);
	g_assert_cmpint(given_up, ==, 1);
	database_expect(db, "select title from notice", "t3");
}

int
main(int argc, char **argv)
{
	GError *error = NULL;
	g_test_init(&argc, &argv, NULL);
	url = database_make("teller");
	db = db_open(url, &error);
	g_assert_no_error(error);
	int applied;
	g_assert_true(migrate_run(db, &applied, &error));
	g_assert_no_error(error);
	folder = g_dir_make_tmp("stsready-teller-XXXXXX", &error);
	command = g_build_filename(folder, "sendmail", NULL);
	options = (struct outlet_options){ .log = &quiet,
		.mail_to = recipients,
		.letter = { .from = "stsready@example.com", .sendmail = command } };
	g_test_add_func("/teller/each-once", test_each_once);
	g_test_add_func("/teller/many-as-one", test_many_as_one);
	g_test_add_func("/teller/much-in-an-hour", test_much_in_an_hour);
	g_test_add_func("/teller/what-does-not-go", test_what_does_not_go);
	g_test_add_func("/teller/many-that-do-not-go", test_many_that_do_not_go);
	g_test_add_func("/teller/waits", test_waits);
	g_test_add_func("/teller/forgetting", test_forgetting);
	int status = g_test_run();
	start_afresh();
	unlink(command);
	rmdir(folder);
	db_close(db);
	database_drop(url);
	return status;
}
