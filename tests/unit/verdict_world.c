/* Evidence from text. */
#include "tests/unit/verdict_world.h"

#include <stdlib.h>
#include <string.h>

#define DAY_SECONDS INT64_C(86400)
#define NOON (12 * 3600)

struct world {
	struct evidence *evidence;
	struct arena *arena;
	GArray *policies, *days, *reporters, *failures, *checks;
	GArray *hosts, *addresses, *findings; /* of the check, the host, the check */
	GPtrArray *ignored;
	char **words;
	guint n_words;
	const char *line;
};

static const char *
word(const struct world *world, guint at)
{
	if (at >= world->n_words)
		g_error("too few words: %s", world->line);
	return strcmp(world->words[at], "-") == 0 ? NULL
						  : arena_strdup(world->arena, world->words[at]);
}

static int64_t
number(const struct world *world, guint at, int64_t absent)
{
	int64_t value;
	if (at >= world->n_words)
		return absent;
	if (!g_ascii_string_to_signed(world->words[at], 10, INT32_MIN, G_MAXINT64, &value, NULL))
		g_error("no number \"%s\": %s", world->words[at], world->line);
	return value;
}

static void
span(const struct world *world, guint at, int32_t *first, int32_t *last)
{
	char *end;
	const char *text = word(world, at);
	*first = *last = WORLD_FIRST + (int32_t)strtol(text, &end, 10);
	if (*end == '-')
		*last = WORLD_FIRST + (int32_t)strtol(end + 1, &end, 10);
	if (*end != '\0')
		g_error("no span \"%s\": %s", text, world->line);
}

static int
choice(const struct world *world, guint at, const char *const *names)
{
	const char *text = word(world, at);
	for (int i = 0; names[i] != NULL; i++)
		if (text != NULL && strcmp(names[i], text) == 0)
			return i;
	g_error("\"%s\" is none of its kind: %s", text, world->line);
}

static enum belief
belief(const struct world *world, guint at)
{
	static const char *const names[] = { "a", "v", NULL };
	return (enum belief)choice(world, at, names);
}

static enum seen
seen(const struct world *world, guint at)
{
	static const char *const names[] = { "fine", "absent", "unknown", "bad", NULL };
	return (enum seen)choice(world, at, names);
}

static void *
newest(GArray *array, gsize size)
{
	g_assert_cmpuint(array->len, >, 0);
	return array->data + (array->len - 1) * size;
}

/* What stands in an array from now on comes from the arena. */
static void *
keep(struct world *world, GArray *array, gsize size)
{
	void *copy = arena_calloc(world->arena, array->len + 1, size);
	if (array->len > 0)
		memcpy(copy, array->data, array->len * size);
	return copy;
}

/* "testing mx1.a.example,mx2.a.example 86400" */
static const struct sts_policy *
policy_at(struct world *world, guint at)
{
	const char *mode = word(world, at), *hosts = word(world, at + 1);
	g_autoptr(GString) text = g_string_new("version: STSv1\n");
	g_string_append_printf(text, "mode: %s\n", mode);
	g_auto(GStrv) names = g_strsplit(hosts != NULL ? hosts : "", ",", 0);
	for (char **name = names; *name != NULL; name++)
		g_string_append_printf(text, "mx: %s\n", *name);
	if (word(world, at + 2) != NULL)
		g_string_append_printf(text, "max_age: %s\n", word(world, at + 2));
	return sts_policy_read(world->arena, arena_strdup(world->arena, text->str), text->len);
}

static void
add_policy(struct world *world)
{
	struct applied_policy policy = { .type = word(world, 1),
		.told = word(world, 2) != NULL,
		.first_day = INT32_MIN,
		.last_day = INT32_MIN };
	if (policy.told)
		policy.sts = policy_at(world, 2);
	if (world->n_words > 5)
		span(world, 5, &policy.first_day, &policy.last_day);
	g_array_append_val(world->policies, policy);
}

static void
add_sum(struct world *world)
{
	int32_t first, last;
	span(world, 1, &first, &last);
	for (int32_t day = first; day <= last; day++) {
		const struct day_sum sum = { .day = day,
			.policy = (size_t)number(world, 2, 0),
			.belief = belief(world, 3),
			.success = number(world, 4, 0),
			.failure = number(world, 5, 0),
			.submitters = number(world, 6, 1),
			.reports = number(world, 6, 1) };
		g_array_append_val(world->days, sum);
	}
}

static void
add_reporter(struct world *world)
{
	struct reporter reporter = { .submitter = word(world, 1),
		.belief = belief(world, 2),
		.success = number(world, 4, 0),
		.failure = number(world, 5, 0) };
	span(world, 3, &reporter.first_day, &reporter.last_day);
	reporter.days = reporter.reports = reporter.last_day - reporter.first_day + 1;
	g_array_append_val(world->reporters, reporter);
}

static void
add_failures(struct world *world)
{
	int32_t first, last;
	span(world, 1, &first, &last);
	for (int32_t day = first; day <= last; day++) {
		const struct day_failure failure = { .day = day,
			.policy = (size_t)number(world, 2, 0),
			.belief = belief(world, 3),
			.submitter = word(world, 4),
			.result_type = word(world, 5),
			.mx = word(world, 6),
			.ip = word(world, 7),
			.sessions = number(world, 8, 1) };
		const struct day_sum sum = { .day = day,
			.policy = failure.policy,
			.belief = failure.belief,
			.failure = failure.sessions };
		g_array_append_val(world->failures, failure);
		if (strcmp(world->words[0], "fail") == 0)
			g_array_append_val(world->days, sum);
	}
}

static void
add_check(struct world *world)
{
	int32_t first, last;
	span(world, 1, &first, &last);
	struct seen_check check = { .first_at = first * DAY_SECONDS + NOON - 3600,
		.last_at = last * DAY_SECONDS + NOON - 3600,
		.json = "{}",
		.mx = seen(world, 2),
		.record = seen(world, 3),
		.policy = seen(world, 4),
		.tlsrpt = seen(world, 5) };
	check.record_id = check.record == SEEN_FINE ? "1" : NULL;
	g_array_append_val(world->checks, check);
	g_array_set_size(world->hosts, 0);
	g_array_set_size(world->findings, 0);
}

static struct seen_check *
this_check(struct world *world)
{
	return newest(world->checks, sizeof(struct seen_check));
}

static void
keep_hosts(struct world *world)
{
	struct seen_check *check = this_check(world);
	check->hosts = keep(world, world->hosts, sizeof(struct seen_host));
	check->n_hosts = world->hosts->len;
}

static void
add_host(struct world *world)
{
	struct seen_host host = { .name = word(world, 1), .status = seen(world, 2) };
	host.policy_match = host.name;
	g_array_append_val(world->hosts, host);
	g_array_set_size(world->addresses, 0);
	keep_hosts(world);
}

static void
keep_addresses(struct world *world)
{
	struct seen_host *host = newest(world->hosts, sizeof *host);
	host->addresses = keep(world, world->addresses, sizeof(struct seen_address));
	host->n_addresses = world->addresses->len;
	keep_hosts(world);
}

static void
add_address(struct world *world)
{
	struct seen_address address = { .ip = word(world, 1),
		.status = seen(world, 2),
		.told_starttls = true,
		.starttls = true,
		.has_certificate = world->n_words > 3,
		.certificate_bad = world->n_words > 4 };
	int32_t first = WORLD_FIRST, last = WORLD_FIRST;
	if (address.has_certificate)
		span(world, 3, &first, &last);
	address.not_before = first * DAY_SECONDS;
	address.not_after = last * DAY_SECONDS;
	g_array_append_val(world->addresses, address);
	keep_addresses(world);
}

static void
take_starttls(struct world *world)
{
	struct seen_address *address = newest(world->addresses, sizeof *address);
	address->starttls = false;
	keep_addresses(world);
}

static void
add_finding(struct world *world)
{
	static const char *const names[] = { "info", "warn", "block", NULL };
	struct seen_finding finding = { .code = word(world, 1),
		.severity = (enum seen_severity)choice(world, 2, names),
		.text = arena_printf(world->arena, "%s was found.", word(world, 1)),
		.remedy = arena_printf(world->arena, "Mend %s.", word(world, 1)) };
	g_array_append_val(world->findings, finding);
	struct seen_check *check = this_check(world);
	check->findings = keep(world, world->findings, sizeof finding);
	check->n_findings = world->findings->len;
}

static void
take_served(struct world *world)
{
	struct seen_check *check = this_check(world);
	check->sts = policy_at(world, 1);
	check->policy_text = "as served";
}

static void
take_planned(struct world *world)
{
	world->evidence->planned = policy_at(world, 1);
}

static void
take_ignored(struct world *world)
{
	g_ptr_array_add(world->ignored, (gpointer)word(world, 1));
}

static void
take_time(struct world *world)
{
	world->evidence->at = (WORLD_FIRST + number(world, 1, 90)) * DAY_SECONDS + NOON;
}

static void
read_line(struct world *world)
{
	static const struct {
		const char *word;
		void (*take)(struct world *world);
	} kinds[] = { { "policy", add_policy }, { "sum", add_sum }, { "reporter", add_reporter },
		{ "fail", add_failures }, { "detail", add_failures }, { "check", add_check },
		{ "served", take_served }, { "host", add_host }, { "address", add_address },
		{ "nostarttls", take_starttls }, { "finding", add_finding },
		{ "planned", take_planned }, { "ignore", take_ignored }, { "at", take_time } };
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(kinds[i].word, world->words[0]) == 0) {
			kinds[i].take(world);
			return;
		}
	g_error("no such line: %s", world->line);
}

static gint
compare_days(gconstpointer a, gconstpointer b)
{
	return ((const struct day_sum *)a)->day - ((const struct day_sum *)b)->day;
}

static gint
compare_failures(gconstpointer a, gconstpointer b)
{
	return ((const struct day_failure *)a)->day - ((const struct day_failure *)b)->day;
}

static void
finish(struct world *world)
{
	struct evidence *evidence = world->evidence;
	g_array_sort(world->days, compare_days);
	g_array_sort(world->failures, compare_failures);
	evidence->policies = keep(world, world->policies, sizeof *evidence->policies);
	evidence->n_policies = world->policies->len;
	evidence->days = keep(world, world->days, sizeof *evidence->days);
	evidence->n_days = world->days->len;
	evidence->reporters = keep(world, world->reporters, sizeof *evidence->reporters);
	evidence->n_reporters = world->reporters->len;
	evidence->failures = keep(world, world->failures, sizeof *evidence->failures);
	evidence->n_failures = world->failures->len;
	evidence->checks = keep(world, world->checks, sizeof *evidence->checks);
	evidence->n_checks = world->checks->len;
	evidence->n_ignored = world->ignored->len;
	const char **ignored = arena_calloc(world->arena, world->ignored->len + 1, sizeof *ignored);
	for (guint i = 0; i < world->ignored->len; i++)
		ignored[i] = world->ignored->pdata[i];
	evidence->ignored = ignored;
}

struct evidence *
world_read(struct arena *arena, const char *text)
{
	struct evidence *evidence = arena_calloc(arena, 1, sizeof *evidence);
	GArray *arrays[8];
	static const gsize sizes[8] = { sizeof(struct applied_policy), sizeof(struct day_sum),
		sizeof(struct reporter), sizeof(struct day_failure), sizeof(struct seen_check),
		sizeof(struct seen_host), sizeof(struct seen_address),
		sizeof(struct seen_finding) };
	for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
		arrays[i] = g_array_new(FALSE, TRUE, (guint)sizes[i]);
	g_autoptr(GPtrArray) ignored = g_ptr_array_new();
	struct world world = { evidence, arena, arrays[0], arrays[1], arrays[2], arrays[3],
		arrays[4], arrays[5], arrays[6], arrays[7], ignored, NULL, 0, NULL };
	evidence->arena = arena;
	evidence->domain = "a.example";
	evidence->at = (WORLD_LAST + 1) * DAY_SECONDS + NOON;
	evidence->first_day = WORLD_FIRST;
	evidence->last_day = WORLD_LAST;
	g_auto(GStrv) lines = g_strsplit(text, "\n", 0);
	for (char **line = lines; *line != NULL; line++) {
		if (**line == '\0' || **line == '#')
			continue;
		g_auto(GStrv) words = g_strsplit(*line, " ", 0);
		world.line = *line;
		world.words = words;
		world.n_words = g_strv_length(words);
		read_line(&world);
	}
	finish(&world);
	for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
		g_array_unref(arrays[i]);
	return evidence;
}
