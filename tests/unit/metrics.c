/* Prometheus text and log lines. */
#include "ingest/metrics.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ingest/log.h"

static bool
has_line(const GString *text, const char *line)
{
	g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
	return g_strv_contains((const char *const *)lines, line);
}

static const char *const wanted[] = {
	"# TYPE stsreadyd_requests_total counter",
	"stsreadyd_requests_total{status=\"201\"} 2",
	"stsreadyd_requests_total{status=\"aborted\"} 1",
	"stsreadyd_requests_total{status=\"503\"} 0",
	"stsreadyd_reports_total{result=\"new\",channel=\"https\"} 1",
	"stsreadyd_reports_total{result=\"spooled\",channel=\"https\"} 1",
	"stsreadyd_reports_total{result=\"seen\",channel=\"spool\"} 1",
	"# TYPE stsreadyd_rate_limited_total counter",
	"stsreadyd_rate_limited_total 7",
	"# TYPE stsreadyd_spool_files gauge",
	"stsreadyd_spool_files 12",
	"stsreadyd_certificate_remaining_seconds -5",
	"# TYPE stsreadyd_batch_reports histogram",
	"stsreadyd_batch_reports_bucket{le=\"1\"} 1",
	"stsreadyd_batch_reports_bucket{le=\"2\"} 1",
	"stsreadyd_batch_reports_bucket{le=\"4\"} 2",
	"stsreadyd_batch_reports_bucket{le=\"512\"} 2",
	"stsreadyd_batch_reports_bucket{le=\"+Inf\"} 3",
	"stsreadyd_batch_reports_sum 1004.000000",
	"stsreadyd_batch_reports_count 3",
	"stsreadyd_commit_seconds_bucket{le=\"0.0025\"} 0",
	"stsreadyd_commit_seconds_bucket{le=\"0.005\"} 1",
};

static void
test_text(void)
{
	struct metrics *metrics = metrics_new();
	g_autoptr(GString) text = g_string_new(NULL);
	metrics_request(metrics, 201);
	metrics_request(metrics, 201);
	metrics_request(metrics, 0);
	metrics_report(metrics, METRICS_NEW, METRICS_DIRECT);
	metrics_report(metrics, METRICS_SPOOLED, METRICS_DIRECT);
	metrics_report(metrics, METRICS_SEEN, METRICS_DRAINED);
	metrics_count(metrics, METRICS_RATE_LIMITED, 7);
	metrics_set(metrics, METRICS_SPOOL_FILES, 12);
	metrics_set(metrics, METRICS_CERTIFICATE_SECONDS, -5);
	metrics_observe(metrics, METRICS_BATCH_REPORTS, 1);
	metrics_observe(metrics, METRICS_BATCH_REPORTS, 3);
	metrics_observe(metrics, METRICS_BATCH_REPORTS, 1000);
	metrics_observe(metrics, METRICS_COMMIT_SECONDS, 0.004);
	metrics_text(metrics, text);
	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
		g_test_message("%s", wanted[i]);
		g_assert_true(has_line(text, wanted[i]));
	}
	metrics_free(metrics);
}

/* Every family has its HELP and TYPE once, before its samples, and nothing else is in the text. */
static void
test_form(void)
{
	struct metrics *metrics = metrics_new();
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	metrics_text(metrics, text);
	g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
	const char *family = NULL;
	for (char **line = lines; **line != '\0'; line++) {
		g_test_message("%s", *line);
		if (g_str_has_prefix(*line, "# HELP ")) {
			family = strtok(*line + strlen("# HELP "), " ");
			g_assert_true(g_hash_table_add(seen, (gpointer)family));
			g_assert_true(g_str_has_prefix(*++line, "# TYPE "));
			g_assert_true(g_str_has_prefix(*line + strlen("# TYPE "), family));
		} else {
			g_assert_nonnull(family);
			g_assert_true(g_str_has_prefix(*line, family));
		}
	}
	metrics_free(metrics);
}

static const struct {
	const char *name, *value, *want;
} values[] = {
	{ "plain", "rcpt.example", "<6>event=test key=rcpt.example\n" },
	{ "empty", "", "<6>event=test key=\"\"\n" },
	{ "NULL adds nothing", NULL, "<6>event=test\n" },
	{ "spaces", "a b", "<6>event=test key=\"a b\"\n" },
	{ "what looks like another key", "x status=200", "<6>event=test key=\"x status=200\"\n" },
	{ "a quote", "a\"b", "<6>event=test key=\"a\\\"b\"\n" },
	{ "a line end", "a\n<0>event=forged", "<6>event=test key=\"a\\n<0>event=forged\"\n" },
	{ "a backslash", "a\\b", "<6>event=test key=\"a\\\\b\"\n" },
	{ "a terminal's escape", "\033[2J", "<6>event=test key=\"\\x1b[2J\"\n" },
};

static void
test_log(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		char text[512] = "";
		int ends[2];
		g_test_message("%s", values[i].name);
		g_assert_cmpint(pipe(ends), ==, 0);
		struct log log = { ends[1], LOG_LEVEL_INFO, true };
		log_say(&log, LOG_LEVEL_DEBUG, "unwanted", NULL);
		GString *line = log_begin(&log, LOG_LEVEL_INFO, "test");
		log_text(line, "key", values[i].value);
		log_end(&log, line);
		g_assert_cmpint(read(ends[0], text, sizeof text - 1), >, 0);
		g_assert_cmpstr(text, ==, values[i].want);
		close(ends[0]);
		close(ends[1]);
	}
}

static void
test_long_log(void)
{
	char text[8192] = "";
	int ends[2];
	g_autofree char *value = g_strnfill(100000, 'x');
	g_assert_cmpint(pipe(ends), ==, 0);
	struct log log = { ends[1], LOG_LEVEL_INFO, false };
	GString *line = log_begin(&log, LOG_LEVEL_ERROR, "test");
	for (int i = 0; i < 20; i++)
		log_text(line, "key", value);
	log_end(&log, line);
	ssize_t length = read(ends[0], text, sizeof text - 1);
	g_assert_cmpint(length, <=, 2001);
	g_assert_cmpint(text[length - 1], ==, '\n');
	g_assert_nonnull(strstr(text, " level=error event=test key=\"xxx"));
	close(ends[0]);
	close(ends[1]);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/metrics/text", test_text);
	g_test_add_func("/metrics/form", test_form);
	g_test_add_func("/log/values", test_log);
	g_test_add_func("/log/long", test_long_log);
	return g_test_run();
}
