/* The options that choose rows and the form of output. */
#include "analyze/filter.h"

#include <stdio.h>

#include "ingest/arrival.h"
#include "ingest/domain_name.h"
#include "ingest/instant.h"
#include "sql/migrate.h"

static char *domain, *since, *until, *submitter, *trust;
static char *domain_key; /* domain, normalised */
static gint64 limit = -1;
static gboolean json, csv;

void
filter_entries(GOptionEntry entries[FILTER_OPTION_COUNT])
{
	const GOptionEntry all[FILTER_OPTION_COUNT] = {
		{ "domain", 'd', 0, G_OPTION_ARG_STRING, &domain, "Only about this domain",
			"DOMAIN" },
		{ "since", 0, 0, G_OPTION_ARG_STRING, &since,
			"Only reports that begin at or after it: a date, RFC 3339, or an age such "
			"as 14d",
			"TIME" },
		{ "until", 0, 0, G_OPTION_ARG_STRING, &until, "Only reports that begin before it",
			"TIME" },
		{ "submitter", 0, 0, G_OPTION_ARG_STRING, &submitter,
			"Only from this domain, or organization of this name", "NAME" },
		{ "trust", 0, 0, G_OPTION_ARG_STRING, &trust,
			"Only of this trust: dkim, https-rdns, file, mail or https", "TRUST" },
		{ "limit", 'n', 0, G_OPTION_ARG_INT64, &limit,
			"At most so many rows; 0: all (default: 50 in a table, else all)", "N" },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &json, "One JSON object a line", NULL },
		{ "csv", 0, 0, G_OPTION_ARG_NONE, &csv, "CSV with a heading", NULL },
		{ NULL },
	};
	for (int i = 0; i < FILTER_OPTION_COUNT; i++)
		entries[i] = all[i];
}

static bool
read_domain(struct look_filter *filter)
{
	if (domain == NULL)
		return true;
	filter->domain = domain_key = domain_name_normalise(domain, false);
	if (domain_key == NULL)
		command_complain(domain, "no domain name");
	return domain_key != NULL;
}

static bool
read_time(const char *option, const char *text, int64_t open, int64_t *instant)
{
	int64_t now = g_get_real_time() / G_USEC_PER_SEC;
	*instant = open;
	if (text == NULL || instant_parse_option(text, now, instant))
		return true;
	g_autofree char *why = g_strdup_printf(
		"\"%s\" is no time: give a date (2026-03-01), RFC 3339, or an age (14d, 12h)",
		text);
	command_complain(option, why);
	return false;
}

static bool
read_trust(struct look_filter *filter)
{
	enum trust known;
	filter->trust = trust;
	if (trust == NULL || trust_parse(trust, &known))
		return true;
	command_complain(trust, "no such trust: dkim, https-rdns, file, mail or https");
	return false;
}

static int64_t
rows_shown(enum output_form form)
{
	return limit >= 0 ? limit : form == OUTPUT_TABLE ? FILTER_TABLE_ROWS : 0;
}

int
filter_read(struct look_filter *filter, enum output_form *form)
{
	*filter = (struct look_filter){ .submitter = submitter };
	*form = json ? OUTPUT_JSON : csv ? OUTPUT_CSV : OUTPUT_TABLE;
	if (json && csv) {
		command_complain("--json and --csv", "choose one");
		return EXIT_USAGE;
	}
	if (!read_domain(filter) || !read_time("--since", since, INT64_MIN, &filter->since) ||
		!read_time("--until", until, INT64_MAX, &filter->until) || !read_trust(filter))
		return EXIT_USAGE;
	if (limit < -1) {
		command_complain("--limit", "takes a number of rows, or 0 for all");
		return EXIT_USAGE;
	}
	int64_t shown = rows_shown(*form);
	filter->limit = shown > 0 && *form == OUTPUT_TABLE ? shown + 1 : shown;
	return -1;
}

bool
filter_takes(struct filter_listing *listing)
{
	listing->more =
		listing->most > 0 && output_rows(listing->output) == (uint64_t)listing->most;
	return !listing->more;
}

/* What is told behind a table: that there is nothing in it, or not everything. */
static void
remark(uint64_t rows, bool more, const char *what)
{
	if (rows == 0)
		fprintf(stderr, "no %s match\n", what);
	else if (more)
		fprintf(stderr,
			"%" G_GUINT64_FORMAT " %s shown, there are more: --limit 0 shows all\n",
			rows, what);
}

int
filter_list(const struct look_filter *filter, enum output_form form,
	const struct output_column *columns, size_t n_columns, const char *what,
	bool (*look)(struct db *, const struct look_filter *, struct filter_listing *, GError **))
{
	int status;
	g_autoptr(GError) error = NULL;
	struct db *db = command_open_database(&status);
	if (db == NULL)
		return status;
	struct filter_listing listing = { output_new(stdout, form, columns, n_columns),
		rows_shown(form), false };
	if (filter->domain != NULL)
		output_hide(listing.output, "domain");
	bool fine = migrate_check(db, &error) && look(db, filter, &listing, &error);
	uint64_t rows = output_rows(listing.output);
	status = command_output_status(output_end(listing.output));
	db_close(db);
	if (!fine) {
		command_complain("database", error->message);
		return command_database_status(error);
	}
	if (form == OUTPUT_TABLE)
		remark(rows, listing.more, what);
	return status;
}
