/* Reading paths without a store. */
#include "ingest/importer.h"

#include "ingest/import_read.h"
#include "ingest/import_walk.h"

struct parsing {
	const struct importer_options *options;
	void (*each)(void *user, const char *source, const struct arrival *arrival);
	void *user;
	struct import_reading reading;
	bool fine;
};

static void
complain_parsing(void *user, const char *what, const char *why)
{
	struct parsing *parsing = user;
	parsing->fine = false;
	parsing->options->complain(parsing->options->user, what, why);
}

static void
parse_unit(void *user, struct import_unit *unit)
{
	struct parsing *parsing = user;
	if (unit->arrivals->len == 0)
		complain_parsing(parsing, unit->source, "no report in message");
	for (guint i = 0; i < unit->arrivals->len; i++) {
		const struct arrival *arrival = g_ptr_array_index(unit->arrivals, i);
		if (arrival->report != NULL)
			parsing->each(parsing->user, unit->source, arrival);
		else
			complain_parsing(parsing, unit->source, arrival->failure->message);
	}
	import_unit_free(unit);
}

static void
parse_item(void *user, struct import_item *item)
{
	struct parsing *parsing = user;
	import_read(&parsing->reading, item);
}

bool
importer_parse(const char *const *paths, size_t n_paths, const struct importer_options *options,
	void (*each)(void *user, const char *source, const struct arrival *arrival), void *user)
{
	static const atomic_int never;
	struct parsing parsing = { .options = options, .each = each, .user = user, .fine = true };
	parsing.reading =
		(struct import_reading){ options->judge, g_get_real_time() / G_USEC_PER_SEC,
			parse_unit, complain_parsing, &parsing, &never };
	const struct import_walk walk = { parse_item, complain_parsing, &parsing, &never };
	for (size_t i = 0; i < n_paths; i++)
		import_walk_path(&walk, paths[i]);
	return parsing.fine;
}
