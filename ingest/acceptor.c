/* Accepting and sweeping. */
#include "ingest/acceptor.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ingest/proxy_address.h"

/* Milliseconds between sweeps; and between looks while nothing may be accepted. */
#define SWEEP_PERIOD 500
#define CROWDED_PERIOD 20

/* Accepted from one listener before the others get their turn. */
#define MOST_AT_ONCE 64

/* An idle connection goes this much sooner than its deadline when there are too many. */
#define CROWDED_SLACK (25 * G_USEC_PER_SEC)

#define COMPLAINT_PERIOD (10 * G_USEC_PER_SEC)

struct acceptor {
	struct acceptor_options options;
	GThread *thread;
	int stop; /* an eventfd */
	int64_t swept_at, complained_at;
};

static void
complain(struct acceptor *acceptor, const char *event, const char *why)
{
	int64_t now = g_get_monotonic_time();
	if (now - acceptor->complained_at < COMPLAINT_PERIOD)
		return;
	acceptor->complained_at = now;
	log_say(acceptor->options.log, LOG_LEVEL_WARNING, event, "why", why, NULL);
}

static void
take_connection(struct acceptor *acceptor, const struct listener *listener, int fd,
	const struct sockaddr_storage *peer, socklen_t length)
{
	struct guard *guard = acceptor->options.guard;
	struct address address = address_of((const struct sockaddr *)peer);
	bool known = proxy_address_is_proxy(
		acceptor->options.proxies, acceptor->options.n_proxies, &address);
	char text[ADDRESS_TEXT_BYTES];

	if (guard_connect(guard, &address, known, g_get_monotonic_time()) != GUARD_FINE) {
		metrics_count(acceptor->options.metrics, METRICS_CONNECTIONS_REFUSED, 1);
		complain(acceptor, "connections-over-cap", address_text(&address, text));
		close(fd);
		return;
	}
	acceptor->options.add(
		acceptor->options.user, fd, listener->tls, (const struct sockaddr *)peer, length);
}

/* False: this process or the machine has no descriptor left. */
static bool
accept_some(struct acceptor *acceptor, const struct listener *listener)
{
	for (int i = 0; i < MOST_AT_ONCE; i++) {
		struct sockaddr_storage peer = { .ss_family = AF_UNSPEC };
		socklen_t length = sizeof peer;
		int fd = accept4(listener->fd, (struct sockaddr *)&peer, &length,
			SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			take_connection(acceptor, listener, fd, &peer, length);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
			complain(acceptor, "accept-failed", g_strerror(errno));
			return false;
		}
		/* others tell of that one connection (accept(2), "Error handling") */
		if (errno == EAGAIN || errno == EINVAL || errno == EBADF)
			break;
	}
	return true;
}

static void
sweep(struct acceptor *acceptor)
{
	int64_t now = g_get_monotonic_time();
	if (now - acceptor->swept_at < SWEEP_PERIOD * 1000)
		return;
	acceptor->swept_at = now;
	int64_t slack = guard_crowded(acceptor->options.guard) ? CROWDED_SLACK : 0;
	unsigned cut = clients_sweep(acceptor->options.clients, now, slack);
	metrics_count(acceptor->options.metrics, METRICS_CONNECTIONS_CUT, cut);
}

/* One turn; false: the end. */
static bool
turn(struct acceptor *acceptor, struct pollfd *polled, bool *starved)
{
	size_t n_listeners = acceptor->options.n_listeners;
	/* while there are too many, new ones wait in the kernel rather than being turned away */
	bool full = *starved || guard_is_full(acceptor->options.guard);
	int ready = poll(
		polled, full ? 1 : (nfds_t)n_listeners + 1, full ? CROWDED_PERIOD : SWEEP_PERIOD);
	*starved = false;
	if (ready > 0 && polled[0].revents != 0)
		return false;
	for (size_t i = 0; ready > 0 && !full && i < n_listeners; i++)
		if (polled[i + 1].revents != 0 &&
			!accept_some(acceptor, &acceptor->options.listeners[i]))
			*starved = true;
	sweep(acceptor);
	return true;
}

static gpointer
run(gpointer user)
{
	struct acceptor *acceptor = user;
	g_autofree struct pollfd *polled = g_new0(struct pollfd, acceptor->options.n_listeners + 1);
	bool starved = false;
	polled[0] = (struct pollfd){ .fd = acceptor->stop, .events = POLLIN };
	for (size_t i = 0; i < acceptor->options.n_listeners; i++)
		polled[i + 1] = (struct pollfd){ .fd = acceptor->options.listeners[i].fd,
			.events = POLLIN };
	while (turn(acceptor, polled, &starved))
		;
	return NULL;
}

struct acceptor *
acceptor_new(const struct acceptor_options *options, GError **error)
{
	int stop = eventfd(0, EFD_CLOEXEC);
	if (stop < 0) {
		g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno),
			"eventfd: %s", g_strerror(errno));
		return NULL;
	}
	struct acceptor *acceptor = g_new0(struct acceptor, 1);
	acceptor->options = *options;
	acceptor->stop = stop;
	acceptor->thread = g_thread_new("acceptor", run, acceptor);
	return acceptor;
}

void
acceptor_free(struct acceptor *acceptor)
{
	if (acceptor == NULL)
		return;
	const uint64_t one = 1;
	ssize_t written = write(acceptor->stop, &one, sizeof one);
	g_assert(written == sizeof one);
	g_thread_join(acceptor->thread);
	close(acceptor->stop);
	g_free(acceptor);
}
