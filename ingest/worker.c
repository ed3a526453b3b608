/* Running one daemon of libmicrohttpd. */
#include "ingest/worker.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Milliseconds after which it looks in any case: nothing depends on it. */
#define LONGEST_SLEEP 1000

/* A connection to add (fd >= 0), or one to resume. */
struct task {
	int fd;
	struct sockaddr_storage peer;
	socklen_t length;
	struct MHD_Connection *connection;
};

struct worker {
	struct MHD_Daemon *daemon;
	void (*dropped)(void *user, const struct sockaddr *peer);
	void *user;
	GThread *thread;
	int epoll;     /* the daemon's */
	int wake;      /* an eventfd */
	GMutex lock;   /* over what follows */
	GArray *tasks; /* struct task */
	bool ending;
};

static void
wake(struct worker *worker)
{
	const uint64_t one = 1;
	ssize_t written = write(worker->wake, &one, sizeof one);
	g_assert(written == sizeof one);
}

static void
give(struct worker *worker, const struct task *task)
{
	g_mutex_lock(&worker->lock);
	bool asleep = worker->tasks->len == 0;
	g_array_append_val(worker->tasks, *task);
	g_mutex_unlock(&worker->lock);
	if (asleep)
		wake(worker);
}

/* ---- the thread ---- */

static void
do_task(struct worker *worker, const struct task *task)
{
	const struct sockaddr *peer = (const struct sockaddr *)&task->peer;
	if (task->connection != NULL)
		MHD_resume_connection(task->connection);
	else if (MHD_add_connection(worker->daemon, task->fd, peer, task->length) != MHD_YES)
		worker->dropped(worker->user, peer); /* the socket is closed */
}

/* Does what was given; false: the end.  spare takes the place of the list meanwhile. */
static bool
do_tasks(struct worker *worker, GArray **spare)
{
	g_mutex_lock(&worker->lock);
	GArray *tasks = worker->tasks;
	worker->tasks = *spare;
	bool ending = worker->ending;
	g_mutex_unlock(&worker->lock);
	for (guint i = 0; i < tasks->len; i++)
		do_task(worker, &g_array_index(tasks, struct task, i));
	g_array_set_size(tasks, 0);
	*spare = tasks;
	return !ending;
}

static int
sleep_time(struct worker *worker)
{
	MHD_UNSIGNED_LONG_LONG most;
	if (MHD_get_timeout(worker->daemon, &most) != MHD_YES)
		return LONGEST_SLEEP;
	return (int)MIN(most, LONGEST_SLEEP);
}

static void
wait_for_work(struct worker *worker)
{
	struct pollfd polled[] = {
		{ .fd = worker->wake, .events = POLLIN },
		{ .fd = worker->epoll, .events = POLLIN },
	};
	uint64_t count;
	int ready = poll(polled, G_N_ELEMENTS(polled), sleep_time(worker));
	if (ready > 0 && polled[0].revents != 0 &&
		read(worker->wake, &count, sizeof count) != sizeof count)
		g_assert(errno == EINTR);
}

static gpointer
run(gpointer user)
{
	struct worker *worker = user;
	GArray *spare = g_array_new(FALSE, FALSE, sizeof(struct task));
	while (do_tasks(worker, &spare)) {
		MHD_run(worker->daemon);
		wait_for_work(worker);
	}
	g_array_unref(spare);
	return NULL;
}

/* ---- from other threads ---- */

struct worker *
worker_new(struct MHD_Daemon *daemon, void (*dropped)(void *user, const struct sockaddr *peer),
	void *user, GError **error)
{
	int wake_fd = eventfd(0, EFD_CLOEXEC);
	if (wake_fd < 0) {
		g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno),
			"eventfd: %s", g_strerror(errno));
		MHD_stop_daemon(daemon);
		return NULL;
	}
	struct worker *worker = g_new0(struct worker, 1);
	worker->daemon = daemon;
	worker->dropped = dropped;
	worker->user = user;
	worker->epoll = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	worker->wake = wake_fd;
	g_mutex_init(&worker->lock);
	worker->tasks = g_array_new(FALSE, FALSE, sizeof(struct task));
	worker->thread = g_thread_new("worker", run, worker);
	return worker;
}

void
worker_add(struct worker *worker, int fd, const struct sockaddr *peer, socklen_t length)
{
	struct task task = { .fd = fd, .length = length };
	memcpy(&task.peer, peer, MIN(length, sizeof task.peer));
	give(worker, &task);
}

void
worker_resume(struct worker *worker, struct MHD_Connection *connection)
{
	struct task task = { .fd = -1, .connection = connection };
	give(worker, &task);
}

void
worker_free(struct worker *worker)
{
	if (worker == NULL)
		return;
	g_mutex_lock(&worker->lock);
	worker->ending = true;
	g_mutex_unlock(&worker->lock);
	wake(worker);
	g_thread_join(worker->thread);
	MHD_stop_daemon(worker->daemon);
	close(worker->wake);
	g_array_unref(worker->tasks);
	g_mutex_clear(&worker->lock);
	g_free(worker);
}
