/* The list of open connections, and the sweep over it. */
#include "ingest/clients.h"

#include <sys/socket.h>

struct clients {
	GMutex lock;
	struct client head; /* of a ring */
};

struct clients *
clients_new(void)
{
	struct clients *clients = g_new0(struct clients, 1);
	g_mutex_init(&clients->lock);
	clients->head.previous = clients->head.next = &clients->head;
	return clients;
}

void
clients_free(struct clients *clients)
{
	if (clients == NULL)
		return;
	g_mutex_clear(&clients->lock);
	g_free(clients);
}

void
clients_add(struct clients *clients, struct client *client)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&clients->lock);
	client->previous = clients->head.previous;
	client->next = &clients->head;
	client->previous->next = client;
	client->next->previous = client;
}

void
clients_remove(struct clients *clients, struct client *client)
{
	g_mutex_lock(&clients->lock);
	client->previous->next = client->next;
	client->next->previous = client->previous;
	g_mutex_unlock(&clients->lock);
	tls_files_leave(&client->seat);
	g_free(client);
}

/* Its owner sees the end of the stream and closes it. */
static void
shut(const struct client *client)
{
	shutdown(client->fd, SHUT_RDWR);
}

unsigned
clients_sweep(struct clients *clients, int64_t now, int64_t slack)
{
	unsigned cut = 0;
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&clients->lock);
	for (struct client *client = clients->head.next; client != &clients->head;
		client = client->next) {
		int64_t deadline = atomic_load(&client->deadline);
		bool idle = atomic_load(&client->phase) <= CLIENT_IDLE;
		if (deadline == INT64_MAX || now < deadline - (idle ? slack : 0))
			continue;
		shut(client);
		atomic_store(&client->deadline, INT64_MAX); /* once is enough */
		cut++;
	}
	return cut;
}

void
clients_cut(struct clients *clients, enum client_phase phase)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&clients->lock);
	for (struct client *client = clients->head.next; client != &clients->head;
		client = client->next)
		if (atomic_load(&client->phase) == phase)
			shut(client);
}
