/* Load client: posts distinct small reports over HTTPS and tells how fast they were answered.

   usage: post ADDR:PORT PATH CONNECTIONS REPORTS [--new-connections] [--first N] [--plain]

   Keeps CONNECTIONS connections busy from one thread until REPORTS are answered; each report is
   different (numbered from --first on).  Certificates are not checked.  Prints one line: answers by
   class, a second, latency percentiles in ms, CPU of the client. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <zlib.h>

#define MOST_REQUEST 4096
#define MOST_ANSWER 4096

struct options {
	struct sockaddr_in address;
	const char *path;
	int connections, reports, first;
	bool fresh, plain;
};

struct client {
	int fd;
	SSL *ssl;
	char request[MOST_REQUEST], answer[MOST_ANSWER];
	size_t length, sent, received;
	bool connected;
	double started;
};

static struct options options;
static SSL_CTX *context;
static SSL_SESSION *no_session;
static int epoll_fd, given, answered;
static int classes[6], failures;
static double *latencies;

static double
now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

/* The small report of the benchmark: 0.55 KiB of JSON. */
static size_t
make_body(int number, unsigned char *out, size_t room)
{
	char json[1024], date[16];
	time_t day = 1767225600 + 86400 * (number / 200 % 60);
	struct tm utc;
	strftime(date, sizeof date, "%Y-%m-%d", gmtime_r(&day, &utc));
	int length = snprintf(json, sizeof json,
		"{\"organization-name\":\"Sender Number "
		"%d\",\"date-range\":{\"start-datetime\":\"%sT00:00:"
		"00Z\",\"end-datetime\":\"%sT23:59:59Z\"},\"contact-info\":\"smtp-tls-reporting@"
		"sender%d."
		"example\",\"report-id\":\"%sT00:00:00Z_domain%d.example_%d\",\"policies\":[{"
		"\"policy\":{"
		"\"policy-type\":\"sts\",\"policy-string\":[\"version: STSv1\",\"mode: "
		"testing\",\"mx: mx1."
		"domain%d.example\",\"max_age: "
		"86400\"],\"policy-domain\":\"domain%d.example\",\"mx-host\":["
		"\"mx1.domain%d.example\"]},\"summary\":{\"total-successful-session-count\":%d,"
		"\"total-"
		"failure-session-count\":0}}]}",
		number / 50 % 4, date, date, number / 50 % 4, date, number % 50, number,
		number % 50, number % 50, number % 50, number % 97 + 1);
	z_stream stream = { .next_in = (Bytef *)json,
		.avail_in = (uInt)length,
		.next_out = out,
		.avail_out = (uInt)room };
	deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	deflate(&stream, Z_FINISH);
	size_t size = stream.total_out;
	deflateEnd(&stream);
	return size;
}

static bool
next_request(struct client *client)
{
	unsigned char body[2048];
	if (given == options.reports)
		return false;
	size_t size = make_body(options.first + given++, body, sizeof body);
	int head = snprintf(client->request, sizeof client->request,
		"POST %s HTTP/1.1\r\nHost: tlsrpt.example\r\nContent-Type: "
		"application/tlsrpt+gzip\r\n"
		"Content-Length: %zu\r\n%s\r\n",
		options.path, size, options.fresh ? "Connection: close\r\n" : "");
	memcpy(client->request + head, body, size);
	client->length = (size_t)head + size;
	client->sent = client->received = 0;
	client->started = now();
	return true;
}

static void
want(struct client *client, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = client };
	epoll_ctl(epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
}

static void
open_connection(struct client *client)
{
	int one = 1;
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (connect(client->fd, (struct sockaddr *)&options.address, sizeof options.address) != 0 &&
		errno != EINPROGRESS)
		die("connect");
	client->connected = options.plain;
	if (!options.plain) {
		client->ssl = SSL_new(context);
		SSL_set_fd(client->ssl, client->fd);
		SSL_set_session(client->ssl, no_session);
		SSL_set_connect_state(client->ssl);
	}
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT, .data.ptr = client };
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event);
}

static void
close_connection(struct client *client)
{
	if (client->ssl != NULL) {
		SSL_set_quiet_shutdown(client->ssl, 1);
		SSL_shutdown(client->ssl);
		SSL_free(client->ssl);
	}
	client->ssl = NULL;
	close(client->fd);
	client->fd = -1;
}

/* <0: failed, 0: would block, else bytes. */
static int
transfer(struct client *client, bool out, void *bytes, size_t length)
{
	if (options.plain) {
		ssize_t done = out ? send(client->fd, bytes, length, MSG_NOSIGNAL)
				   : recv(client->fd, bytes, length, 0);
		return done > 0 ? (int)done : done < 0 && errno == EAGAIN ? 0 : -1;
	}
	int done = out ? SSL_write(client->ssl, bytes, (int)length)
		       : SSL_read(client->ssl, bytes, (int)length);
	if (done > 0)
		return done;
	int why = SSL_get_error(client->ssl, done);
	ERR_clear_error();
	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

/* Whether the whole answer is there: head and Content-Length bytes. */
static bool
answer_complete(const struct client *client)
{
	const char *end = strstr(client->answer, "\r\n\r\n");
	if (end == NULL)
		return false;
	const char *length = strcasestr(client->answer, "content-length:");
	size_t body = length != NULL && length < end ? strtoul(length + 15, NULL, 10) : 0;
	return client->received >= (size_t)(end + 4 - client->answer) + body;
}

static void
take_answer(struct client *client)
{
	int status = atoi(client->answer + 9);
	classes[status / 100 < 6 ? status / 100 : 0]++;
	latencies[answered++] = now() - client->started;
	if (options.fresh) {
		close_connection(client);
		if (next_request(client))
			open_connection(client);
	} else if (next_request(client)) {
		want(client, EPOLLIN | EPOLLOUT);
	} else {
		close_connection(client);
	}
}

static void
fail(struct client *client)
{
	failures++;
	latencies[answered++] = now() - client->started;
	close_connection(client);
	if (next_request(client))
		open_connection(client);
}

static void
drive(struct client *client)
{
	while (client->sent < client->length) {
		int done = transfer(client, true, client->request + client->sent,
			client->length - client->sent);
		if (done < 0) {
			fail(client);
			return;
		}
		if (done == 0) {
			want(client, EPOLLIN | (SSL_want_write(client->ssl) ? EPOLLOUT : 0));
			return;
		}
		client->sent += (size_t)done;
		if (client->sent == client->length)
			want(client, EPOLLIN);
	}
	int done = transfer(client, false, client->answer + client->received,
		MOST_ANSWER - 1 - client->received);
	if (done < 0) {
		fail(client);
		return;
	}
	client->received += (size_t)done;
	client->answer[client->received] = '\0';
	if (done > 0 && answer_complete(client))
		take_answer(client);
}

static int
compare(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;
	return (one > other) - (one < other);
}

static void
print_figures(double seconds)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		     (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	qsort(latencies, (size_t)answered, sizeof *latencies, compare);
	printf("answers %d 2xx %d 4xx %d 5xx %d failed %d rate %.0f p50 %.2f p99 %.2f max %.2f "
	       "cpu_us %.1f\n",
		answered, classes[2], classes[4], classes[5], failures, answered / seconds,
		latencies[answered / 2] * 1e3, latencies[(size_t)(answered * 0.99)] * 1e3,
		latencies[answered - 1] * 1e3, cpu / answered * 1e6);
}

static void
read_options(int argc, char **argv)
{
	if (argc < 5) {
		fputs("usage: post ADDR:PORT PATH CONNECTIONS REPORTS [--new-connections] [--first "
		      "N]"
		      " [--plain]\n",
			stderr);
		exit(64);
	}
	char *colon = strrchr(argv[1], ':');
	*colon = '\0';
	options.address.sin_family = AF_INET;
	options.address.sin_port = htons((uint16_t)atoi(colon + 1));
	if (inet_pton(AF_INET, argv[1], &options.address.sin_addr) != 1)
		die("address");
	options.path = argv[2];
	options.connections = atoi(argv[3]);
	options.reports = atoi(argv[4]);
	for (int i = 5; i < argc; i++) {
		options.fresh = options.fresh || strcmp(argv[i], "--new-connections") == 0;
		options.plain = options.plain || strcmp(argv[i], "--plain") == 0;
		if (strcmp(argv[i], "--first") == 0 && i + 1 < argc)
			options.first = atoi(argv[i + 1]);
	}
}

int
main(int argc, char **argv)
{
	read_options(argc, argv);
	context = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_mode(
		context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	latencies = calloc((size_t)options.reports + 1, sizeof *latencies);
	struct client *clients = calloc((size_t)options.connections, sizeof *clients);

	double start = now();
	for (int i = 0; i < options.connections; i++)
		if (next_request(&clients[i]))
			open_connection(&clients[i]);
	while (answered < options.reports) {
		struct epoll_event events[64];
		int ready = epoll_wait(epoll_fd, events, 64, 30000);
		if (ready == 0) {
			fprintf(stderr, "post: no answer for 30 s\n");
			break;
		}
		for (int i = 0; i < ready; i++)
			drive(events[i].data.ptr);
	}
	if (answered > 0)
		print_figures(now() - start);
	return answered == options.reports && failures == 0 ? 0 : 1;
}
