/* The event loop: sockets and timers, on libuv.  One thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct watch;
struct timer;

struct loop *loop_new(void);
/* All watches and timers must be freed. */
void loop_free(struct loop *loop);

/* Serves watches and timers until loop_stop, or until there are none. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Milliseconds that only grow, as of the turn of the loop that runs. */
uint64_t loop_now(const struct loop *loop);

/* Watches a socket, for nothing at first; ready is told what it is ready for. */
struct watch *watch_new(struct loop *loop, int fd,
	void (*ready)(void *user, int fd, bool readable, bool writable), void *user);
void watch_set(struct watch *watch, bool readable, bool writable);
/* Before the socket is closed. */
void watch_free(struct watch *watch);

/* A timer that is not set. */
struct timer *timer_new(struct loop *loop, void (*due)(void *user), void *user);
/* Calls due once, in so many milliseconds. */
void timer_set(struct timer *timer, uint64_t milliseconds);
void timer_stop(struct timer *timer);
void timer_free(struct timer *timer);
