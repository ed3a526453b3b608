/* stsready domains: which domains are watched, and what came in about them. */
#include <stdio.h>
#include <string.h>

#include "analyze/command.h"
#include "analyze/output.h"
#include "analyze/readiness_options.h"
#include "analyze/settings.h"
#include "ingest/domain_name.h"
#include "ingest/instant.h"
#include "sql/look.h"
#include "sql/migrate.h"

static const char description[] =
	"  list          watched domains, and those that reports came in about (default)\n"
	"  add DOMAIN    watch a domain; prints the DNS record to publish\n"
	"  remove DOMAIN stop watching; its reports stay\n"
	"  set DOMAIN [NAME=VALUE...]\n"
	"                thresholds of `stsready readiness` for this domain, by the names of its "
	"options\n"
	"                (\"soak-busy=21\"), and \"ignore=SUBMITTER,...\"; \"NAME=\" takes one "
	"back; "
	"without any,\n"
	"                lists them\n\n"
	"Exit status: 0 done, 1 a domain to remove or set was not watched, 64 usage, 69 no "
	"database.";

static const struct output_column columns[] = {
	{ "domain", "DOMAIN", OUTPUT_TEXT, 40, 15 },
	{ "watched", "WATCHED", OUTPUT_FLAG, 0 },
	{ "added_at", NULL, OUTPUT_INSTANT, 0 },
	{ "token", NULL, OUTPUT_TEXT, 0 },
	{ "reports", "REPORTS", OUTPUT_NUMBER, 0 },
	{ "submitters", "SENDERS", OUTPUT_NUMBER, 0, .may_go = true },
	{ "success", "OK", OUTPUT_NUMBER, 0 },
	{ "failure", "FAILED", OUTPUT_NUMBER, 0 },
	{ "last_report_at", NULL, OUTPUT_INSTANT, 0 },
	{ "last_day", "LAST REPORT", OUTPUT_AGE, 0 },
};

static gboolean json, csv;
static char *endpoint;

static int32_t
today(void)
{
	return instant_day(g_get_real_time() / G_USEC_PER_SEC);
}

static bool
print_domain(void *user, const struct look_domain *domain)
{
	struct output *out = user;
	bool ever = domain->last_report_at != INT64_MIN;
	output_text(out, domain->domain);
	output_flag(out, domain->watched);
	if (domain->watched)
		output_instant(out, domain->added_at);
	else
		output_absent(out);
	output_text(out, domain->token);
	output_number(out, domain->reports);
	output_number(out, domain->submitters);
	output_number(out, domain->success);
	output_number(out, domain->failure);
	if (ever) {
		output_instant(out, domain->last_report_at);
		output_age(out, domain->last_day, today());
	} else {
		output_absent(out);
		output_absent(out);
	}
	output_row_end(out);
	return true;
}

static int
fail_database(const GError *error)
{
	command_complain("database", error->message);
	return command_database_status(error);
}

static int
list(struct db *db)
{
	g_autoptr(GError) error = NULL;
	enum output_form form = json ? OUTPUT_JSON : csv ? OUTPUT_CSV : OUTPUT_TABLE;
	struct output *output = output_new(stdout, form, columns, G_N_ELEMENTS(columns));
	bool fine = look_domains(db, NULL, print_domain, output, &error);
	bool empty = output_rows(output) == 0;
	int status = command_output_status(output_end(output));
	if (!fine)
		return fail_database(error);
	if (empty && form == OUTPUT_TABLE)
		fputs("no domains yet: `stsready domains add DOMAIN`\n", stderr);
	return status;
}

static void
print_record(const char *domain, const char *token, bool added)
{
	const char *host = endpoint != NULL ? endpoint : "YOUR-HOST";
	if (json) {
		g_autoptr(GString) line = g_string_new("{\"domain\":");
		output_json_string(line, domain);
		g_string_append_printf(line, ",\"added\":%s,\"token\":", added ? "true" : "false");
		output_json_string(line, token);
		g_string_append_printf(line, ",\"name\":\"_smtp._tls.%s.\",\"txt\":", domain);
		g_autofree char *txt =
			g_strdup_printf("v=TLSRPTv1; rua=https://%s/v1/tlsrpt/%s", host, token);
		output_json_string(line, txt);
		printf("%s}\n", line->str);
		return;
	}
	printf("%s %s.  To have reports posted to stsreadyd, publish:\n\n"
	       "  _smtp._tls.%s. IN TXT \"v=TLSRPTv1; rua=https://%s/v1/tlsrpt/%s\"\n\n",
		domain, added ? "is watched now" : "was watched already", domain, host, token);
}

static int
add(struct db *db, char **domains, int count)
{
	for (int i = 0; i < count; i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *token = NULL;
		bool added;
		if (!look_domain_add(db, domains[i], g_get_real_time() / G_USEC_PER_SEC, &token,
			    &added, &error))
			return fail_database(error);
		print_record(domains[i], token, added);
	}
	if (endpoint == NULL && !json)
		puts("YOUR-HOST is the name that stsreadyd is reached by (--endpoint HOST fills it "
		     "in).  To\n"
		     "have them mailed instead, publish rua=mailto:ADDRESS and import that "
		     "mailbox.");
	return command_finish_output();
}

static int
remove_all(struct db *db, char **domains, int count)
{
	int status = EXIT_OK;
	for (int i = 0; i < count; i++) {
		g_autoptr(GError) error = NULL;
		bool removed;
		if (!look_domain_remove(db, domains[i], &removed, &error))
			return fail_database(error);
		if (removed && json) {
			printf("{\"domain\":\"%s\",\"removed\":true}\n", domains[i]);
		} else if (removed) {
			printf("%s is no longer watched; its reports stay\n", domains[i]);
		} else {
			command_complain(domains[i], "was not watched");
			status = EXIT_SOME;
		}
	}
	int written = command_finish_output();
	return written != EXIT_OK ? written : status;
}

/* ---- settings ---- */

static bool
print_setting(void *user, const char *name, const char *value)
{
	bool *first = user;
	if (!json) {
		printf("%s=%s\n", name, value);
		return true;
	}
	g_autoptr(GString) member = g_string_new(*first ? "" : ",");
	output_json_string(member, name);
	g_string_append_c(member, ':');
	output_json_string(member, value);
	fputs(member->str, stdout);
	*first = false;
	return true;
}

static int
list_settings(struct db *db, const char *domain)
{
	g_autoptr(GError) error = NULL;
	bool first = true;
	if (json)
		putchar('{');
	if (!look_domain_settings(db, domain, print_setting, &first, &error))
		return fail_database(error);
	if (json)
		puts("}");
	return command_finish_output();
}

/* Whether every NAME=VALUE can be set; else a complaint. */
static bool
check_settings(char **settings, int count)
{
	for (int i = 0; i < count; i++) {
		g_auto(GStrv) pair = g_strsplit(settings[i], "=", 2);
		g_autofree char *why = NULL;
		if (g_strv_length(pair) == 2 &&
			readiness_setting_check(pair[0], *pair[1] != '\0' ? pair[1] : NULL, &why))
			continue;
		command_complain(settings[i], why != NULL ? why : "write NAME=VALUE");
		return false;
	}
	return true;
}

static int
set_all(struct db *db, const char *domain, char **settings, int count)
{
	for (int i = 0; i < count; i++) {
		g_auto(GStrv) pair = g_strsplit(settings[i], "=", 2);
		g_autoptr(GError) error = NULL;
		bool watched;
		if (!look_domain_set(db, domain, pair[0], *pair[1] != '\0' ? pair[1] : NULL,
			    &watched, &error))
			return fail_database(error);
		if (!watched) {
			command_complain(domain, "is not watched: `stsready domains add` it first");
			return EXIT_SOME;
		}
	}
	return list_settings(db, domain);
}

/* Normalises names in place; false after a complaint. */
static bool
normalise_all(char **names, int count)
{
	for (int i = 0; i < count; i++) {
		char *name = domain_name_normalise(names[i], false);
		if (name == NULL) {
			command_complain(names[i], "no domain name");
			return false;
		}
		names[i] = name;
	}
	return true;
}

static int
act(struct db *db, const char *verb, char **names, int count)
{
	g_autoptr(GError) error = NULL;
	if (!migrate_check(db, &error))
		return fail_database(error);
	if (strcmp(verb, "add") == 0)
		return add(db, names, count);
	if (strcmp(verb, "remove") == 0)
		return remove_all(db, names, count);
	if (strcmp(verb, "set") == 0)
		return set_all(db, names[0], names + 1, count - 1);
	return list(db);
}

/* Whether the operands make sense; else a complaint. */
static bool
check_operands(const char *verb, char **names, int count)
{
	if (json && csv) {
		command_complain("--json and --csv", "choose one");
		return false;
	}
	bool lists = strcmp(verb, "list") == 0;
	bool sets = strcmp(verb, "set") == 0;
	bool changes = sets || strcmp(verb, "add") == 0 || strcmp(verb, "remove") == 0;
	if (!lists && !changes)
		command_complain(verb, "`stsready domains` takes list, add, remove or set");
	else if (changes && csv)
		command_complain("--csv", "only list has it");
	else if (lists && count > 0)
		command_complain(names[0], "list takes no operands");
	else if (changes && count == 0)
		command_complain(verb, "name a domain");
	else
		return !changes || (normalise_all(names, sets ? 1 : count) &&
					   (!sets || check_settings(names + 1, count - 1)));
	return false;
}

static int
run_domains(int argc, char **argv)
{
	GOptionEntry entries[] = {
		{ "endpoint", 0, 0, G_OPTION_ARG_STRING, &endpoint,
			"Host name of stsreadyd, for the record that add prints", "HOST" },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &json, "One JSON object a line", NULL },
		{ "csv", 0, 0, G_OPTION_ARG_NONE, &csv, "CSV with a heading", NULL },
		{ NULL },
	};
	int status = command_options(&command_domains,
		"[list | add DOMAIN... | remove DOMAIN... | set DOMAIN [NAME=VALUE...]]",
		description, entries, true, &argc, &argv);
	if (status >= 0)
		return status;
	const char *verb = argc > 1 ? argv[1] : "list";
	g_autoptr(GError) error = NULL;
	if (!check_operands(verb, argv + 2, MAX(argc - 2, 0)))
		return EXIT_USAGE;
	if (endpoint == NULL && !settings_get("endpoint", &endpoint, &error)) {
		command_complain("settings", error->message);
		return EXIT_CONFIG;
	}
	struct db *db = command_open_database(&status);
	if (db == NULL)
		return status;
	status = act(db, verb, argv + 2, MAX(argc - 2, 0));
	db_close(db);
	return status;
}

const struct command command_domains = { "domains", "Watch domains, and list them with counts",
	run_domains };
