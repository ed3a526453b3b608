/* The event loop, on libuv. */
#include "checker/loop.h"

#include <glib.h>
#include <uv.h>

struct loop {
	uv_loop_t uv;
};

struct watch {
	uv_poll_t uv;
	int fd;
	void (*ready)(void *user, int fd, bool readable, bool writable);
	void *user;
};

struct timer {
	uv_timer_t uv;
	void (*due)(void *user);
	void *user;
};

struct loop *
loop_new(void)
{
	struct loop *loop = g_new0(struct loop, 1);
	int failed = uv_loop_init(&loop->uv);
	if (failed != 0)
		g_error("event loop: %s", uv_strerror(failed));
	return loop;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	/* what was freed is closed in the loop's next turn */
	uv_run(&loop->uv, UV_RUN_NOWAIT);
	int busy = uv_loop_close(&loop->uv);
	g_assert(busy == 0);
	g_free(loop);
}

void
loop_run(struct loop *loop)
{
	uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void
loop_stop(struct loop *loop)
{
	uv_stop(&loop->uv);
}

uint64_t
loop_now(const struct loop *loop)
{
	return uv_now(&loop->uv);
}

/* ---- sockets ---- */

static void
poll_ready(uv_poll_t *uv, int status, int events)
{
	struct watch *watch = uv->data;
	/* an error is found by who reads or writes */
	bool failed = status < 0;
	watch->ready(watch->user, watch->fd, failed || (events & UV_READABLE) != 0,
		failed || (events & UV_WRITABLE) != 0);
}

struct watch *
watch_new(struct loop *loop, int fd,
	void (*ready)(void *user, int fd, bool readable, bool writable), void *user)
{
	struct watch *watch = g_new0(struct watch, 1);
	watch->fd = fd;
	watch->ready = ready;
	watch->user = user;
	watch->uv.data = watch;
	int failed = uv_poll_init_socket(&loop->uv, &watch->uv, fd);
	if (failed != 0)
		g_error("event loop: socket %d: %s", fd, uv_strerror(failed));
	return watch;
}

void
watch_set(struct watch *watch, bool readable, bool writable)
{
	int events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
	if (events == 0)
		uv_poll_stop(&watch->uv);
	else
		uv_poll_start(&watch->uv, events, poll_ready);
}

static void
watch_closed(uv_handle_t *handle)
{
	g_free(handle->data);
}

void
watch_free(struct watch *watch)
{
	if (watch == NULL)
		return;
	uv_poll_stop(&watch->uv);
	uv_close((uv_handle_t *)&watch->uv, watch_closed);
}

/* ---- timers ---- */

static void
timer_due(uv_timer_t *uv)
{
	struct timer *timer = uv->data;
	timer->due(timer->user);
}

struct timer *
timer_new(struct loop *loop, void (*due)(void *user), void *user)
{
	struct timer *timer = g_new0(struct timer, 1);
	timer->due = due;
	timer->user = user;
	timer->uv.data = timer;
	uv_timer_init(&loop->uv, &timer->uv);
	return timer;
}

void
timer_set(struct timer *timer, uint64_t milliseconds)
{
	uv_timer_start(&timer->uv, timer_due, milliseconds, 0);
}

void
timer_stop(struct timer *timer)
{
	uv_timer_stop(&timer->uv);
}

static void
timer_closed(uv_handle_t *handle)
{
	g_free(handle->data);
}

void
timer_free(struct timer *timer)
{
	if (timer == NULL)
		return;
	uv_timer_stop(&timer->uv);
	uv_close((uv_handle_t *)&timer->uv, timer_closed);
}
