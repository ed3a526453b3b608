/* stsready readiness: may the policy go from testing to enforce? */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyze/check_json.h"
#include "analyze/check_options.h"
#include "analyze/command.h"
#include "analyze/domain_source.h"
#include "analyze/judge.h"
#include "analyze/progress.h"
#include "analyze/readiness.h"
#include "analyze/readiness_options.h"
#include "analyze/replay_options.h"
#include "checker/checker.h"
#include "sql/migrate.h"

static const char description[] =
	"Joins what senders reported with what live checks see, and says for each domain: "
	"promote, wait,\n"
	"fix, enforced, rollback, setup, not-applicable or unknown; why; and what to publish "
	"when.  Without\n"
	"operands it judges every watched domain, a line each, worst first.\n\n"
	"Looks at the domains live first, unless --offline or --at is given: then saved checks "
	"tell.\n\n"
	"Exit status, of the worst domain: 0 promote, enforced or not-applicable; 1 wait or setup; "
	"2 fix or\n"
	"rollback; 3 unknown; 64 usage; 69 no database.";

/* RFC 8461 3.3 */
#define MOST_POLICY_BYTES 65536

#define OWN_OPTIONS 5

enum form { FORM_TEXT, FORM_JSON, FORM_HTML, FORM_NAGIOS };
static const char *const form_names[] = { "text", "json", "html", "nagios" };

static gboolean offline, json;
static char *policy_file, *format;
static char **ignored;
static struct checker_options options;

struct run {
	struct db *db;
	struct saved_checks *saved;
	GPtrArray *domains; /* of char *, in the order given */
	const struct sts_policy *planned;
	struct arena *planned_arena;
	int64_t at;
	enum form form;
	bool single, colour;
	GArray *lines; /* of struct line */
	int worst;     /* exit status */
	struct progress *progress;
	guint next;
};

/* A domain's line, to be sorted. */
struct line {
	enum verdict verdict;
	char *text;
};

/* ---- live ---- */

static char *
next_domain(void *user)
{
	struct run *run = user;
	if (command_stop != 0 || run->next >= run->domains->len)
		return NULL;
	return g_strdup(g_ptr_array_index(run->domains, run->next++));
}

static bool
take_check(void *user, struct check *check)
{
	struct run *run = user;
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	check_json(check, text);
	if (!saved_checks_add(run->saved, text->str, text->len, &error))
		command_complain(check->domain, error->message);
	check_free(check);
	progress_show(run->progress, "%u of %u looked at", run->next, run->domains->len);
	return command_stop != 0;
}

static int
look_live(struct run *run)
{
	g_autoptr(GError) error = NULL;
	struct checker_figures figures;
	struct checker *checker = checker_new(&options, &error);
	if (checker == NULL) {
		command_complain("check", error->message);
		return EXIT_USAGE;
	}
	run->progress = progress_new(run->single);
	checker_run(checker, next_domain, take_check, run, &figures);
	progress_clear(run->progress);
	progress_free(run->progress);
	checker_free(checker);
	run->at = options.now();
	return command_stop != 0 ? EXIT_INTERRUPTED : EXIT_OK;
}

/* ---- judging ---- */

static void
put(struct run *run, const struct evidence *evidence, const struct judgement *judgement)
{
	g_autoptr(GString) text = g_string_new(NULL);
	switch (run->form) {
	case FORM_NAGIOS:
		readiness_nagios(evidence, judgement, text);
		break;
	case FORM_HTML:
		readiness_html(evidence, judgement, text);
		break;
	case FORM_JSON:
		readiness_json(evidence, judgement, text);
		g_string_append_c(text, '\n');
		break;
	case FORM_TEXT:
		if (run->single) {
			readiness_text(evidence, judgement, run->colour, text);
			break;
		}
		readiness_line(evidence, judgement, run->colour, text);
		const struct line line = { judgement->verdict,
			g_string_free(g_steal_pointer(&text), FALSE) };
		g_array_append_val(run->lines, line);
		return;
	}
	fwrite(text->str, 1, text->len, stdout);
}

/* Of two exit statuses the one to mend first: 2, then 3, 1, 0. */
static int
worse(int one, int other)
{
	static const int weights[] = { 0, 1, 3, 2 };
	return weights[one] >= weights[other] ? one : other;
}

static bool
judge(struct run *run, const char *domain, GError **error)
{
	const struct judge_request request = { .domain = domain,
		.at = run->at,
		.ignore = ignored,
		.saved = run->saved,
		.planned = run->planned };
	struct judged judged;
	struct arena *arena = arena_new();
	bool fine = judge_domain(run->db, arena, &request, &judged, error);
	if (fine) {
		put(run, judged.evidence, judged.judgement);
		run->worst = worse(run->worst, verdict_exit(judged.judgement->verdict));
	}
	arena_free(arena);
	return fine;
}

static gint
compare_lines(gconstpointer a, gconstpointer b)
{
	const struct line *one = a, *other = b;
	if (one->verdict != other->verdict)
		return (int)one->verdict - (int)other->verdict;
	return strcmp(one->text, other->text);
}

static void
put_lines(struct run *run)
{
	unsigned counts[VERDICT_NOT_APPLICABLE + 1] = { 0 };
	g_array_sort(run->lines, compare_lines);
	for (guint i = 0; i < run->lines->len; i++) {
		struct line *line = &g_array_index(run->lines, struct line, i);
		fputs(line->text, stdout);
		counts[line->verdict]++;
		g_free(line->text);
	}
	if (run->lines->len == 0)
		return;
	fflush(stdout);
	fprintf(stderr, "%u %s:", run->lines->len, run->lines->len == 1 ? "domain" : "domains");
	const char *between = " ";
	for (int i = 0; i <= VERDICT_NOT_APPLICABLE; i++)
		if (counts[i] > 0) {
			fprintf(stderr, "%s%u %s", between, counts[i],
				verdict_name((enum verdict)i));
			between = ", ";
		}
	fputc('\n', stderr);
}

static int
judge_all(struct run *run)
{
	g_autoptr(GError) error = NULL;
	for (guint i = 0; i < run->domains->len && command_stop == 0; i++)
		if (!judge(run, g_ptr_array_index(run->domains, i), &error)) {
			command_complain("database", error->message);
			return command_database_status(error);
		}
	put_lines(run);
	int written = command_finish_output();
	if (written != EXIT_OK)
		return written;
	return command_stop != 0 ? EXIT_INTERRUPTED : run->worst;
}

/* ---- what is given ---- */

static bool
read_planned(struct run *run)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	gsize length;
	if (policy_file == NULL)
		return true;
	if (!g_file_get_contents(policy_file, &text, &length, &error)) {
		command_complain("--policy", error->message);
		return false;
	}
	if (length > MOST_POLICY_BYTES) {
		command_complain(policy_file, "longer than senders read (64 KiB)");
		return false;
	}
	run->planned_arena = arena_new();
	run->planned = sts_policy_read(run->planned_arena, text, length);
	if (run->planned->usable && run->planned->mode != STS_MODE_NONE)
		return true;
	command_complain(policy_file, "senders could not use this policy");
	return false;
}

static bool
read_files(struct run *run)
{
	return replay_checks_read(run->saved) && read_planned(run);
}

static int
list_domains(struct run *run, char **names)
{
	int status = EXIT_USAGE;
	struct domain_source *source = names[0] != NULL ? domain_source_new(names, NULL)
							: domain_source_watched(run->db, &status);
	if (source == NULL)
		return status;
	for (char *name; (name = domain_source_next(source, NULL, NULL)) != NULL;)
		g_ptr_array_add(run->domains, name);
	bool refused = domain_source_refused(source) > 0;
	domain_source_free(source);
	return refused ? EXIT_USAGE : EXIT_OK;
}

static int
act(struct run *run, char **names)
{
	g_autoptr(GError) error = NULL;
	if (!migrate_check(run->db, &error)) {
		command_complain("database", error->message);
		return command_database_status(error);
	}
	if (!read_files(run))
		return EXIT_USAGE;
	int status = list_domains(run, names);
	if (status != EXIT_OK)
		return status;
	run->single = names[0] != NULL && run->domains->len == 1;
	if (run->domains->len == 0 && run->form == FORM_TEXT)
		fputs("no domains are watched yet: `stsready domains add DOMAIN`\n", stderr);
	command_catch_signals();
	if (!offline && run->domains->len > 0 && (status = look_live(run)) != EXIT_OK)
		return status;
	return judge_all(run);
}

static bool
find_form(enum form *form)
{
	for (size_t i = 0; i < G_N_ELEMENTS(form_names); i++)
		if (strcmp(format, form_names[i]) == 0) {
			*form = (enum form)i;
			return true;
		}
	return false;
}

static bool
read_options(struct run *run, int operands)
{
	if (!replay_at_read(&run->at))
		return false;
	/* the past cannot be looked at */
	offline = offline || run->at != INT64_MIN;
	if (run->at == INT64_MIN)
		run->at = g_get_real_time() / G_USEC_PER_SEC;
	run->form = json ? FORM_JSON : FORM_TEXT;
	if (format != NULL && !find_form(&run->form)) {
		command_complain("--format", "is text, json, html or nagios");
		return false;
	}
	if ((run->form == FORM_HTML || run->form == FORM_NAGIOS) && operands != 1) {
		command_complain("--format html and nagios", "go with one domain");
		return false;
	}
	if (policy_file != NULL && operands != 1) {
		command_complain("--policy", "goes with one domain");
		return false;
	}
	return check_options_read(&options) && readiness_rules_check();
}

static int
run_readiness(int argc, char **argv)
{
	enum {
		REPLAY = OWN_OPTIONS,
		CHECK = REPLAY + REPLAY_OPTION_COUNT,
		RULES = CHECK + CHECK_OPTION_COUNT,
		ALL = RULES + READINESS_RULE_COUNT
	};
	GOptionEntry entries[ALL + 1] = {
		{ "format", 0, 0, G_OPTION_ARG_STRING, &format, "text, json, html or nagios (text)",
			"FORMAT" },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &json, "The same as --format json", NULL },
		{ "offline", 0, 0, G_OPTION_ARG_NONE, &offline,
			"Look at nothing: judge by saved checks", NULL },
		{ "policy", 0, 0, G_OPTION_ARG_FILENAME, &policy_file,
			"Judge this policy, which is not published yet", "FILE" },
		{ "ignore", 0, 0, G_OPTION_ARG_STRING_ARRAY, &ignored,
			"Set a sender's reports aside; repeatable", "SUBMITTER" },
	};
	struct run run = { .at = 0 };
	replay_option_entries(entries + REPLAY);
	check_option_entries(entries + CHECK);
	readiness_rule_entries(entries + RULES);
	int status = command_options(
		&command_readiness, "[DOMAIN...]", description, entries, true, &argc, &argv);
	if (status >= 0)
		return status;
	if (!read_options(&run, argc - 1))
		return EXIT_USAGE;
	if ((run.db = command_open_database(&status)) == NULL)
		return status;
	run.saved = saved_checks_new();
	run.domains = g_ptr_array_new_with_free_func(g_free);
	run.lines = g_array_new(FALSE, FALSE, sizeof(struct line));
	run.colour = isatty(STDOUT_FILENO) && g_getenv("NO_COLOR") == NULL;
	status = act(&run, argv + 1);
	g_array_unref(run.lines);
	g_ptr_array_unref(run.domains);
	saved_checks_free(run.saved);
	arena_free(run.planned_arena);
	db_close(run.db);
	return status;
}

const struct command command_readiness = { "readiness",
	"Say whether a policy may go to enforce, why, and what to do", run_readiness };
