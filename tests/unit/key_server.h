/* A DNS server on loopback that tells DKIM keys, for tests. */
#pragma once

#include <glib.h>

struct key_server;

/* What the selector, the first label of the name, gets for an answer; record is freed. */
struct key_answer_text {
	char *record; /* NULL: no such name */
	int copies;   /* records of the same text */
	int status;   /* DNS RCODE; 0: by whether there is a record */
	gboolean silent;
};

/* NULL where this machine has no loopback of the family (AF_INET, AF_INET6). */
struct key_server *key_server_start(
	int family, struct key_answer_text (*answer)(const char *selector));
void key_server_stop(struct key_server *server);

/* ADDR:PORT, as trust_options takes it. */
const char *key_server_address(const struct key_server *server);

/* How many questions came so far. */
int key_server_questions(struct key_server *server);
