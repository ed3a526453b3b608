/* A relay that passes DNS and TCP on at once, and answers back after a time: distance, on loopback.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 256
#define PIECE 65536
#define BACKLOG 4096
/* Answers here are small: what a client's socket does not take at once ends its connection. */
#define CLIENT_BUFFER (1 << 20)
#define IDS 65536

struct source {
	int fd;
	void (*ready)(struct source *source);
};

/* A connection and its other half. */
struct pair {
	struct source client, server;
	unsigned late; /* answers under way */
	bool client_ended, server_ended, dead;
	struct pair *next_dead;
};

/* Questions over UDP: ids are our own on the way to the server. */
struct datagrams {
	struct source clients, server;
	struct {
		struct sockaddr_in from;
		uint16_t id;
	} asked[IDS];
	uint16_t next_id;
};

struct listener {
	struct source source;
	struct sockaddr_in to;
};

/* Something that is due later; all wait equally long, so that the first in is the first out. */
struct answer {
	struct answer *next;
	int64_t due;
	struct pair *pair; /* NULL: a datagram */
	int fd;
	struct sockaddr_in to;
	size_t length; /* 0 with a pair: the server has ended */
	unsigned char bytes[];
};

static int poller;
static int64_t delay;
static struct answer *first, **last = &first;
static struct pair *dead_pairs;
static unsigned char piece[PIECE];

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t
milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void
watch(struct source *source, int fd, void (*ready)(struct source *))
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };
	source->fd = fd;
	source->ready = ready;
	if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) != 0)
		die("epoll_ctl");
}

static struct answer *
put_off(size_t length)
{
	struct answer *answer = malloc(sizeof *answer + length);
	if (answer == NULL)
		die("malloc");
	memset(answer, 0, sizeof *answer);
	answer->due = milliseconds() + delay;
	answer->length = length;
	memcpy(answer->bytes, piece, length);
	*last = answer;
	last = &answer->next;
	return answer;
}

/* ---- TCP ---- */

/* Freed after all events of this round, which may still point to it. */
static void
end_pair(struct pair *pair)
{
	if (pair->dead)
		return;
	pair->dead = true;
	close(pair->client.fd);
	close(pair->server.fd);
	pair->next_dead = dead_pairs;
	dead_pairs = pair;
}

static void
free_dead(void)
{
	struct pair **link = &dead_pairs;
	while (*link != NULL) {
		struct pair *pair = *link;
		if (pair->late > 0) {
			link = &pair->next_dead;
			continue;
		}
		*link = pair->next_dead;
		free(pair);
	}
}

static void
from_client(struct source *source)
{
	struct pair *pair = (struct pair *)source;
	if (pair->dead || pair->client_ended)
		return;
	ssize_t count = recv(source->fd, piece, sizeof piece, 0);
	if (count > 0) {
		if (send(pair->server.fd, piece, (size_t)count, MSG_NOSIGNAL) != count)
			end_pair(pair);
	} else if (count == 0) {
		pair->client_ended = true;
		epoll_ctl(poller, EPOLL_CTL_DEL, source->fd, NULL);
		shutdown(pair->server.fd, SHUT_WR);
	} else if (errno != EAGAIN) {
		end_pair(pair);
	}
}

static void
from_server(struct source *source)
{
	struct pair *pair = (struct pair *)((char *)source - offsetof(struct pair, server));
	if (pair->dead || pair->server_ended)
		return;
	ssize_t count = recv(source->fd, piece, sizeof piece, 0);
	if (count < 0 && errno == EAGAIN)
		return;
	if (count <= 0) {
		pair->server_ended = true;
		epoll_ctl(poller, EPOLL_CTL_DEL, source->fd, NULL);
	}
	put_off(count > 0 ? (size_t)count : 0)->pair = pair;
	pair->late++;
}

static void
accepted(struct source *source)
{
	struct listener *listener = (struct listener *)source;
	int client, on = 1, room = CLIENT_BUFFER;
	while ((client = accept4(source->fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		struct pair *pair = calloc(1, sizeof *pair);
		int server = socket(AF_INET, SOCK_STREAM, 0);
		if (pair == NULL || server < 0)
			die("accept");
		setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		setsockopt(client, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
		if (connect(server, (struct sockaddr *)&listener->to, sizeof listener->to) != 0) {
			close(client);
			close(server);
			free(pair);
			continue;
		}
		watch(&pair->client, client, from_client);
		watch(&pair->server, server, from_server);
	}
}

/* ---- UDP ---- */

static void
questions(struct source *source)
{
	struct datagrams *udp = (struct datagrams *)source;
	struct sockaddr_in from;
	socklen_t size = sizeof from;
	ssize_t count;
	while ((count = recvfrom(source->fd, piece, sizeof piece, MSG_DONTWAIT,
			(struct sockaddr *)&from, &size)) >= 0) {
		uint16_t id = udp->next_id++;
		if (count < 12)
			continue;
		udp->asked[id].from = from;
		memcpy(&udp->asked[id].id, piece, sizeof id);
		memcpy(piece, &id, sizeof id);
		if (send(udp->server.fd, piece, (size_t)count, 0) != count)
			perror("send");
		size = sizeof from;
	}
}

static void
answers(struct source *source)
{
	struct datagrams *udp =
		(struct datagrams *)((char *)source - offsetof(struct datagrams, server));
	ssize_t count;
	while ((count = recv(source->fd, piece, sizeof piece, MSG_DONTWAIT)) >= 0) {
		uint16_t id;
		if (count < 12)
			continue;
		memcpy(&id, piece, sizeof id);
		memcpy(piece, &udp->asked[id].id, sizeof id);
		struct answer *answer = put_off((size_t)count);
		answer->fd = udp->clients.fd;
		answer->to = udp->asked[id].from;
	}
}

/* ---- what is due ---- */

static void
deliver_to_pair(struct pair *pair, const struct answer *answer)
{
	pair->late--;
	if (pair->dead)
		return;
	if (answer->length > 0) {
		ssize_t sent = send(pair->client.fd, answer->bytes, answer->length, MSG_NOSIGNAL);
		if (sent != (ssize_t)answer->length)
			end_pair(pair);
	} else {
		end_pair(pair);
	}
}

/* Delivers what is due; how long until the next is, -1: there is none. */
static int
deliver(void)
{
	int64_t now = milliseconds();
	while (first != NULL && first->due <= now) {
		struct answer *answer = first;
		first = answer->next;
		if (first == NULL)
			last = &first;
		if (answer->pair != NULL)
			deliver_to_pair(answer->pair, answer);
		else if (sendto(answer->fd, answer->bytes, answer->length, 0,
				 (struct sockaddr *)&answer->to, sizeof answer->to) < 0)
			perror("sendto");
		free(answer);
	}
	return first != NULL ? (int)(first->due - now) : -1;
}

/* ---- setting up ---- */

static struct sockaddr_in
read_address(char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	char *colon = strchr(text, ':');
	if (colon != NULL)
		*colon = '\0';
	if (colon == NULL || inet_pton(AF_INET, text, &address.sin_addr) != 1) {
		fprintf(stderr, "relay: %s: not ADDRESS:PORT\n", text);
		exit(64);
	}
	address.sin_port = htons((uint16_t)atoi(colon + 1));
	return address;
}

static int
bound(int type, const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, type | SOCK_NONBLOCK, 0), on = 1, room = CLIENT_BUFFER;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	if (fd < 0 || bind(fd, (const struct sockaddr *)address, sizeof *address) != 0)
		die("bind");
	return fd;
}

static void
relay_tcp(const struct sockaddr_in *at, const struct sockaddr_in *to)
{
	struct listener *listener = calloc(1, sizeof *listener);
	int fd = bound(SOCK_STREAM, at);
	if (listener == NULL || listen(fd, BACKLOG) != 0)
		die("listen");
	listener->to = *to;
	watch(&listener->source, fd, accepted);
}

static void
relay_udp(const struct sockaddr_in *at, const struct sockaddr_in *to)
{
	struct datagrams *udp = calloc(1, sizeof *udp);
	struct sockaddr_in any = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int server = bound(SOCK_DGRAM, &any);
	if (udp == NULL || connect(server, (const struct sockaddr *)to, sizeof *to) != 0)
		die("connect");
	watch(&udp->server, server, answers);
	watch(&udp->clients, bound(SOCK_DGRAM, at), questions);
}

static void
raise_file_limit(void)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

static void
run(void)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	for (;;) {
		int count = epoll_wait(poller, events, EVENTS_AT_ONCE, deliver());
		for (int i = 0; i < count; i++) {
			struct source *source = events[i].data.ptr;
			source->ready(source);
		}
		free_dead();
	}
}

int
main(int argc, char **argv)
{
	if (argc < 5 || argc % 3 != 2) {
		fprintf(stderr,
			"usage: relay MILLISECONDS [udp|tcp ADDRESS:PORT TO-ADDRESS:PORT]...\n");
		return 64;
	}
	delay = atoi(argv[1]);
	poller = epoll_create1(0);
	raise_file_limit();
	for (int i = 2; i + 2 < argc; i += 3) {
		struct sockaddr_in at = read_address(argv[i + 1]), to = read_address(argv[i + 2]);
		if (strcmp(argv[i], "udp") == 0)
			relay_udp(&at, &to);
		else
			relay_tcp(&at, &to);
	}
	run();
}
