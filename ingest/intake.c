/* Posts to parcels. */
#include "ingest/intake.h"

#include <string.h>
#include <time.h>

#include "ingest/inflate.h"
#include "ingest/instant.h"
#include "ingest/report_body.h"

/* A body is heavy where it is, or says that it inflates to, more than this: reading it may take a
   tenth of a second and some 100 MiB.  Heavy ones are read one after another, by a thread of their
   own, and each is durable before the next is read. */
#define HEAVY_JSON (1u << 20)
#define HEAVY_PACKED (64u << 10)

/* Heavy bodies that wait for that thread; more go to the spool unread, and are read from there. */
#define MOST_HEAVY 4

/* A report whose packing lied about its size is let go of by way of the spool. */
#define HEAVY_WEIGHT (4u << 20)

/* Reading is paid for beyond this, with one request a millisecond; an honest small report takes a
   tenth of it. */
#define FREE_MICROSECONDS 2000

struct intake {
	struct intake_options options;
	uint64_t first_key;
	_Atomic uint64_t posts; /* makes keys differ */

	GThread *reader; /* of heavy ones */
	GMutex lock;     /* over what follows */
	GCond changed;
	GQueue heavy;       /* of struct intake_post */
	bool heavy_is_done; /* the one that was read last */
	bool ending;
};

/* ---- arrivals ---- */

/* Each post is an arrival of its own, even of the same bytes in the same second: no two keys of a
   process are equal (the factor is odd), and two processes begin elsewhere. */
static uint64_t
new_key(struct intake *intake)
{
	return intake->first_key + atomic_fetch_add(&intake->posts, 1) * 0x9e3779b97f4a7c15;
}

/* Everything but the report. */
static struct arrival *
new_arrival(struct intake *intake, struct intake_post *post)
{
	char remote[ADDRESS_TEXT_BYTES];
	struct arrival *arrival = arrival_new();
	arrival->body = g_steal_pointer(&post->body);
	arrival->channel = CHANNEL_HTTPS;
	arrival->trust = TRUST_HTTPS;
	arrival->remote = g_strdup(address_text(&post->client, remote));
	arrival->received_at = time(NULL);
	arrival->key = new_key(intake);
	if (post->token != NULL)
		arrival->context.token_domain = tokens_domain(intake->options.tokens, post->token);
	return arrival;
}

static void
check_cap(struct intake *intake, struct arrival *arrival)
{
	const char *domain = arrival->report->domain;
	if (domain == NULL)
		return;
	uint64_t over =
		guard_domain(intake->options.guard, domain, instant_day(arrival->received_at));
	if (over == 0)
		return;
	arrival->over_cap = true;
	metrics_count(intake->options.metrics, METRICS_OVER_CAP, 1);
	if (over == 1)
		log_say(intake->options.log, LOG_LEVEL_WARNING, "domain-over-cap", "domain", domain,
			NULL);
}

static void
read_report(struct intake *intake, struct intake_post *post, struct arrival *arrival)
{
	gsize length;
	const uint8_t *bytes = g_bytes_get_data(arrival->body, &length);
	int64_t began = g_get_monotonic_time();
	arrival->report = report_body_read(bytes, length, &arrival->context, &arrival->failure);
	int64_t now = g_get_monotonic_time();

	if (now - began > FREE_MICROSECONDS)
		guard_charge(intake->options.guard, &post->client, now,
			(double)(now - began - FREE_MICROSECONDS) / 1000);
	if (arrival->report != NULL) {
		post->domain = g_strdup(arrival->report->domain);
		post->submitter = g_strdup(arrival->report->submitter);
		check_cap(intake, arrival);
		post->over_cap = arrival->over_cap;
	} else {
		post->failure = arrival->failure->code;
		post->why = g_strdup(arrival->failure->message);
	}
}

/* ---- parcels ---- */

static void
parcel_done(void *user, enum receipt receipt)
{
	struct intake_post *post = user;
	struct intake *intake = post->intake;
	bool heavy = post->heavy;
	post->receipt = receipt;
	post->done(post); /* and the post may be gone */
	if (heavy) {
		g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&intake->lock);
		intake->heavy_is_done = true;
		g_cond_signal(&intake->changed);
	}
}

static struct parcel *
new_parcel(struct intake_post *post, struct arrival *arrival)
{
	bool unknown = post->token != NULL && arrival->context.token_domain == NULL;
	return parcel_new(arrival, unknown ? g_strdup(post->token) : NULL, parcel_done, post);
}

static void
read_and_give(struct intake *intake, struct intake_post *post)
{
	struct arrival *arrival = new_arrival(intake, post);
	read_report(intake, post, arrival);
	bool lied = !post->heavy && arrival->report != NULL &&
		    parcel_weight(arrival->report) > HEAVY_WEIGHT;
	/* while no token is known at all, the drainer will know whose it is: it reads them first */
	bool early = post->token != NULL && !tokens_are_known(intake->options.tokens);
	struct parcel *parcel = new_parcel(post, arrival);
	if (lied || early)
		committer_spool(intake->options.committer, parcel);
	else
		committer_give(intake->options.committer, parcel);
}

/* ---- heavy ones ---- */

static bool
is_heavy(GBytes *body)
{
	gsize length;
	const uint8_t *bytes = g_bytes_get_data(body, &length);
	enum wrapping wrapping = wrapping_sniff(bytes, length);
	uint32_t inflated = 0;
	/* RFC 1952 2.3.1: gzip ends with the size of what it holds, modulo 2^32 */
	if (wrapping == WRAPPING_GZIP && length >= sizeof inflated)
		memcpy(&inflated, bytes + length - sizeof inflated, sizeof inflated);
	return length > (wrapping == WRAPPING_NONE ? HEAVY_JSON : HEAVY_PACKED) ||
	       GUINT32_FROM_LE(inflated) > HEAVY_JSON;
}

/* False: there are too many. */
static bool
queue_heavy(struct intake *intake, struct intake_post *post)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&intake->lock);
	if (intake->heavy.length >= MOST_HEAVY)
		return false;
	post->heavy = true;
	g_queue_push_tail(&intake->heavy, post);
	g_cond_signal(&intake->changed);
	return true;
}

static gpointer
read_heavy(gpointer user)
{
	struct intake *intake = user;
	g_mutex_lock(&intake->lock);
	for (;;) {
		while (intake->heavy.length == 0 && !intake->ending)
			g_cond_wait(&intake->changed, &intake->lock);
		struct intake_post *post = g_queue_pop_head(&intake->heavy);
		if (post == NULL)
			break;
		intake->heavy_is_done = false;
		g_mutex_unlock(&intake->lock);
		read_and_give(intake, post);
		g_mutex_lock(&intake->lock);
		while (!intake->heavy_is_done)
			g_cond_wait(&intake->changed, &intake->lock);
	}
	g_mutex_unlock(&intake->lock);
	return NULL;
}

struct intake *
intake_new(const struct intake_options *options)
{
	struct intake *intake = g_new0(struct intake, 1);
	intake->options = *options;
	intake->first_key = (uint64_t)g_random_int() << 32 | g_random_int();
	g_mutex_init(&intake->lock);
	g_cond_init(&intake->changed);
	g_queue_init(&intake->heavy);
	intake->reader = g_thread_new("heavy", read_heavy, intake);
	return intake;
}

void
intake_free(struct intake *intake)
{
	if (intake == NULL)
		return;
	g_mutex_lock(&intake->lock);
	intake->ending = true;
	g_cond_signal(&intake->changed);
	g_mutex_unlock(&intake->lock);
	g_thread_join(intake->reader);
	g_cond_clear(&intake->changed);
	g_mutex_clear(&intake->lock);
	g_free(intake);
}

void
intake_take(struct intake *intake, struct intake_post *post)
{
	post->intake = intake;
	post->failure = -1;
	if (!is_heavy(post->body))
		read_and_give(intake, post);
	else if (!queue_heavy(intake, post))
		committer_spool(
			intake->options.committer, new_parcel(post, new_arrival(intake, post)));
}

void
intake_post_clear(struct intake_post *post)
{
	g_bytes_unref(post->body);
	g_free(post->why);
	g_free(post->domain);
	g_free(post->submitter);
}
