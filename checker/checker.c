/* A run over many domains. */
#include "checker/checker.h"

#include <gio/gio.h>
#include <unistd.h>

#include "checker/domain_look.h"
#include "checker/findings.h"

/* Questions to the resolver at once: a resolver on the same machine drops more than some hundred.
 */
#define MOST_QUESTIONS 256

/* SMTP connections at once, in all and at one address: some hosts block who opens more. */
#define MOST_PROBES 200
#define MOST_PROBES_AN_ADDRESS 4

/* Checks that wait for an earlier one, for each that is under way: a slow domain must not make
   memory grow with the number of the others. */
#define WINDOW 4

const struct checker_options checker_usual = {
	.policy_port = 443,
	.smtp_port = 25,
	.jobs = 200,
	.policy_seconds = FETCH_MOST_SECONDS,
	.probe_seconds = 45,
	.domain_seconds = 90,
};

/* Milliseconds from one question whether the run is to end to the next. */
#define PATROL 200

/* A domain's place in the order. */
struct place {
	struct checker *checker;
	struct check *check; /* NULL: not done */
};

struct checker {
	struct checker_options options;
	struct domain_look_tools tools;
	struct prober *prober;
	GQueue order; /* of struct place: those not told of, in order */
	unsigned under_way;
	bool no_more, ended;
	char *(*next)(void *user);
	bool (*done)(void *user, struct check *check);
	void *user;
	struct checker_figures figures;
	struct timer *starter, *patrol;
};

static void
tell_in_order(struct checker *checker)
{
	for (struct place *first;
		(first = g_queue_peek_head(&checker->order)) != NULL && first->check != NULL;) {
		g_queue_pop_head(&checker->order);
		checker->figures.domains++;
		if (checker->ended)
			check_free(first->check);
		else if (checker->done(checker->user, first->check))
			checker->ended = true;
		g_free(first);
	}
}

static void
looked(void *user, struct check *check)
{
	struct place *place = user;
	struct checker *checker = place->checker;
	findings_add(check);
	place->check = check;
	checker->under_way--;
	tell_in_order(checker);
	timer_set(checker->starter, 0);
}

/* Whether there is nothing left to do and nothing left to wait for. */
static bool
is_over(const struct checker *checker)
{
	return checker->ended || (checker->no_more && checker->tools.alive == 0);
}

static void
stop_if_over(void *user)
{
	struct checker *checker = user;
	if (is_over(checker))
		loop_stop(checker->tools.loop);
}

static void
start_some(void *user)
{
	struct checker *checker = user;
	unsigned jobs = checker->options.jobs;
	while (!checker->no_more && !checker->ended && checker->under_way < jobs &&
		checker->order.length < WINDOW * jobs) {
		g_autofree char *domain = checker->next(checker->user);
		if (domain == NULL) {
			checker->no_more = true;
			break;
		}
		struct place *place = g_new0(struct place, 1);
		place->checker = checker;
		g_queue_push_tail(&checker->order, place);
		checker->under_way++;
		domain_look_start(&checker->tools, domain, checker->options.now(), looked, place);
	}
	stop_if_over(checker);
}

static void
patrol(void *user)
{
	struct checker *checker = user;
	checker->ended = checker->ended || checker->options.ended();
	stop_if_over(checker);
	timer_set(checker->patrol, PATROL);
}

void
checker_run(struct checker *checker, char *(*next)(void *user),
	bool (*done)(void *user, struct check *check), void *user, struct checker_figures *figures)
{
	checker->next = next;
	checker->done = done;
	checker->user = user;
	checker->no_more = checker->ended = false;
	checker->figures = (struct checker_figures){ 0 };
	timer_set(checker->starter, 0);
	if (checker->options.ended != NULL)
		timer_set(checker->patrol, PATROL);
	loop_run(checker->tools.loop);
	timer_stop(checker->patrol);
	checker->figures.questions = dns_questions(checker->tools.dns);
	checker->figures.connections = prober_connections(checker->prober);
	*figures = checker->figures;
}

static bool
check_ca_file(const char *path, GError **error)
{
	if (path == NULL || access(path, R_OK) == 0)
		return true;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: cannot be read", path);
	return false;
}

static void
make_tools(struct checker *checker)
{
	const struct checker_options *options = &checker->options;
	struct domain_look_tools *tools = &checker->tools;
	struct prober_options prober = {
		.port = options->smtp_port,
		.ehlo = options->ehlo,
		.seconds = options->probe_seconds,
		.most_at_once = MOST_PROBES,
		.most_a_host = MOST_PROBES_AN_ADDRESS,
	};
	struct rua_looks_options rua = {
		.allow_private = options->allow_private,
		.seconds = options->probe_seconds,
	};
	tools->idle = stop_if_over;
	tools->user = checker;
	tools->transfers = transfers_new(tools->loop, options->ca_file);
	tools->prober = checker->prober = prober_new(tools->loop, tools->transfers, &prober);
	tools->rua_looks = rua_looks_new(tools->dns, tools->transfers, &rua);
	tools->policy_port = options->policy_port;
	tools->allow_private = options->allow_private;
	tools->no_probe = options->no_probe;
	tools->policy_seconds = options->policy_seconds;
	tools->seconds = options->domain_seconds;
	checker->starter = timer_new(tools->loop, start_some, checker);
	checker->patrol = timer_new(tools->loop, patrol, checker);
}

struct checker *
checker_new(const struct checker_options *options, GError **error)
{
	struct dns_options dns = { options->resolver, MOST_QUESTIONS };
	if (!check_ca_file(options->ca_file, error))
		return NULL;
	struct checker *checker = g_new0(struct checker, 1);
	checker->options = *options;
	checker->tools.loop = loop_new();
	checker->tools.dns = dns_new(checker->tools.loop, &dns, error);
	if (checker->tools.dns == NULL) {
		loop_free(checker->tools.loop);
		g_free(checker);
		return NULL;
	}
	g_queue_init(&checker->order);
	make_tools(checker);
	return checker;
}

void
checker_free(struct checker *checker)
{
	if (checker == NULL || checker->tools.alive > 0)
		return; /* a run that was ended: its connections end with the process */
	timer_free(checker->starter);
	timer_free(checker->patrol);
	rua_looks_free(checker->tools.rua_looks);
	prober_free(checker->prober);
	transfers_free(checker->tools.transfers);
	dns_free(checker->tools.dns);
	loop_free(checker->tools.loop);
	g_free(checker);
}
