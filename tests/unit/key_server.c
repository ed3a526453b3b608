/* A DNS server on loopback that tells DKIM keys, for tests. */
#include "tests/unit/key_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The parts of a DNS message (RFC 1035 4.1) that are told apart here. */
#define HEADER_BYTES 12
#define QUESTION_REST 5 /* the root's label, type and class */

struct key_server {
	int fd;
	char *address;
	GThread *thread;
	gint questions, stop;
	struct key_answer_text (*answer)(const char *selector);
};

/* Text as the strings of a TXT record. */
static size_t
put_strings(uint8_t *at, const char *text)
{
	size_t length = strlen(text), done = 0;
	uint8_t *start = at;
	while (done < length) {
		size_t size = MIN(length - done, (size_t)200);
		*at++ = (uint8_t)size;
		memcpy(at, text + done, size);
		at += size;
		done += size;
	}
	return (size_t)(at - start);
}

/* A TXT record of the name in the question; returns its length. */
static size_t
put_record(uint8_t *at, const char *text)
{
	static const uint8_t head[] = { 0xc0, HEADER_BYTES, 0, 16, 0, 1, 0, 0, 0, 60 };
	size_t size = put_strings(at + sizeof head + 2, text);
	memcpy(at, head, sizeof head);
	at[sizeof head] = (uint8_t)(size >> 8);
	at[sizeof head + 1] = (uint8_t)size;
	return sizeof head + 2 + size;
}

/* Turns the question in packet into its answer; returns the length, 0 for silence. */
static size_t
answer(const struct key_server *server, uint8_t *packet)
{
	char selector[64] = "";
	size_t end = HEADER_BYTES;
	memcpy(selector, packet + end + 1, MIN(packet[end], sizeof selector - 1));
	while (packet[end] != 0)
		end += packet[end] + 1u;
	end += QUESTION_REST;
	struct key_answer_text text = server->answer(selector);
	packet[2] = 0x84; /* answer, authoritative */
	packet[3] = (uint8_t)(text.status != 0 ? text.status : text.record == NULL ? 3 : 0);
	packet[7] = (uint8_t)(text.record != NULL ? text.copies : 0);
	packet[10] = packet[11] = 0; /* no additional records */
	for (int i = 0; i < packet[7]; i++)
		end += put_record(packet + end, text.record);
	g_free(text.record);
	return text.silent ? 0 : end;
}

static gpointer
serve(gpointer data)
{
	struct key_server *server = data;
	while (!g_atomic_int_get(&server->stop)) {
		uint8_t packet[8192] = { 0 };
		struct sockaddr_storage peer;
		socklen_t peer_length = sizeof peer;
		struct pollfd waiting = { .fd = server->fd, .events = POLLIN };
		if (poll(&waiting, 1, 50) <= 0)
			continue;
		ssize_t got = recvfrom(
			server->fd, packet, 512, 0, (struct sockaddr *)&peer, &peer_length);
		if (got < HEADER_BYTES + QUESTION_REST)
			continue;
		g_atomic_int_inc(&server->questions);
		size_t length = answer(server, packet);
		if (length > 0)
			sendto(server->fd, packet, length, 0, (struct sockaddr *)&peer,
				peer_length);
	}
	return NULL;
}

/* A socket bound to loopback, and its address in words; -1: there is no such loopback. */
static int
open_socket(int family, char **address)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	bool is_v4 = family == AF_INET;
	struct sockaddr *name = is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
	socklen_t length = is_v4 ? sizeof v4 : sizeof v6;
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (bind(fd, name, length) != 0 || getsockname(fd, name, &length) != 0) {
		close(fd);
		return -1;
	}
	*address = is_v4 ? g_strdup_printf("127.0.0.1:%d", ntohs(v4.sin_port))
			 : g_strdup_printf("[::1]:%d", ntohs(v6.sin6_port));
	return fd;
}

struct key_server *
key_server_start(int family, struct key_answer_text (*answer_to)(const char *selector))
{
	char *address = NULL;
	int fd = open_socket(family, &address);
	if (fd < 0)
		return NULL;
	struct key_server *server = g_new0(struct key_server, 1);
	server->fd = fd;
	server->address = address;
	server->answer = answer_to;
	server->thread = g_thread_new("dns", serve, server);
	return server;
}

void
key_server_stop(struct key_server *server)
{
	g_atomic_int_set(&server->stop, 1);
	g_thread_join(server->thread);
	close(server->fd);
	g_free(server->address);
	g_free(server);
}

const char *
key_server_address(const struct key_server *server)
{
	return server->address;
}

int
key_server_questions(struct key_server *server)
{
	return g_atomic_int_get(&server->questions);
}
