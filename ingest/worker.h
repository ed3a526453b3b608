/* A thread that serves connections: one daemon of libmicrohttpd, run by ours.

   libmicrohttpd's own threads go to sleep with work in hand when exactly as many sockets become
   ready at once as they ask epoll for (128), until another one does; and each resumed connection
   costs them a system call and a wake-up.  This thread never sleeps inside of libmicrohttpd, and is
   woken once for all that was given to it meanwhile. */
#pragma once

#include <sys/socket.h>

#include <glib.h>
#include <microhttpd.h>
#include <stdbool.h>

struct worker;

/* Takes over a daemon that was started with MHD_USE_EPOLL and no thread of its own; called back
   when a connection could not be added, with who it came from. */
struct worker *worker_new(struct MHD_Daemon *daemon,
	void (*dropped)(void *user, const struct sockaddr *peer), void *user, GError **error);

/* Gives it a connected, non-blocking socket; it closes that in the end. */
void worker_add(struct worker *worker, int fd, const struct sockaddr *peer, socklen_t length);

/* Resumes a connection of its daemon; from any thread. */
void worker_resume(struct worker *worker, struct MHD_Connection *connection);

/* Ends the thread, then the daemon with what connections it has; none may be suspended. */
void worker_free(struct worker *worker);
