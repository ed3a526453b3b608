/* Listening sockets. */
#include "ingest/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ingest/address.h"

/* Connections the kernel keeps for us while we are busy. */
#define BACKLOG 1024

#define UNIX_PREFIX "unix:"

G_DEFINE_QUARK(stsready - listener - error, listener_error)

static bool
fail(const char *where, GError **error)
{
	g_set_error(error, LISTENER_ERROR,
		errno == EADDRINUSE ? LISTENER_ERROR_BUSY : LISTENER_ERROR_SYSTEM,
		"%s: cannot listen: %s", where, g_strerror(errno));
	return false;
}

static bool
fail_form(const char *where, GError **error)
{
	g_set_error(error, LISTENER_ERROR, LISTENER_ERROR_FORM,
		"%s: not ADDR:PORT, [ADDR]:PORT, :PORT or unix:PATH", where);
	return false;
}

/* Splits "[ADDR]:PORT" and its kin; *host is NULL for every address. */
static bool
split(const char *where, char **host, char **port)
{
	const char *colon = strrchr(where, ':');
	if (colon == NULL || colon[1] == '\0')
		return false;
	size_t length = (size_t)(colon - where);
	bool bracketed = length >= 2 && where[0] == '[' && where[length - 1] == ']';
	if (!bracketed && memchr(where, ':', length) != NULL)
		return false;
	*host = bracketed ? g_strndup(where + 1, length - 2) : g_strndup(where, length);
	*port = g_strdup(colon + 1);
	if (**host == '\0' || strcmp(*host, "*") == 0)
		g_clear_pointer(host, g_free);
	return true;
}

static int
bind_and_listen(const struct addrinfo *info, bool every_address)
{
	const int on = 1, off = 0;
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (info->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, every_address ? &off : &on, sizeof on);
	if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static bool
open_internet(const char *where, struct listener *listener, GError **error)
{
	g_autofree char *host = NULL, *port = NULL;
	struct addrinfo *info, hints = { .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM };
	if (!split(where, &host, &port) ||
		getaddrinfo(host != NULL ? host : "::", port, &hints, &info) != 0)
		return fail_form(where, error);
	listener->fd = bind_and_listen(info, host == NULL);
	freeaddrinfo(info);
	return listener->fd >= 0 || fail(where, error);
}

/* A socket that nobody listens on was left by a process that died. */
static void
remove_stale(const struct sockaddr_un *address)
{
	struct stat about;
	if (lstat(address->sun_path, &about) < 0 || !S_ISSOCK(about.st_mode))
		return;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 &&
		errno == ECONNREFUSED)
		unlink(address->sun_path);
	close(fd);
}

static bool
open_unix(const char *where, struct listener *listener, GError **error)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = where + strlen(UNIX_PREFIX);
	if (path[0] == '\0' || strlen(path) >= sizeof address.sun_path)
		return fail_form(where, error);
	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	remove_stale(&address);
	listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->fd >= 0 &&
		bind(listener->fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
		chmod(path, 0660) == 0 && listen(listener->fd, BACKLOG) == 0)
		return true;
	fail(where, error);
	if (listener->fd >= 0)
		close(listener->fd);
	return false;
}

bool
listener_open(const char *where, bool tls, struct listener *listener, GError **error)
{
	bool local = g_str_has_prefix(where, UNIX_PREFIX);
	struct listener opened = { .fd = -1, .tls = tls && !local };
	if (!(local ? open_unix : open_internet)(where, &opened, error))
		return false;
	opened.name = g_strdup(where);
	*listener = opened;
	return true;
}

void
listener_adopt(int fd, bool tls, struct listener *listener)
{
	/* accept must not block, whatever the service manager thought of it */
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	*listener = (struct listener){ fd, tls, g_strdup_printf("inherited:%d", fd) };
	if (listener_is_local(listener) && listener->tls) {
		struct sockaddr_storage address;
		socklen_t length = sizeof address;
		if (getsockname(fd, (struct sockaddr *)&address, &length) == 0 &&
			address.ss_family == AF_UNIX)
			listener->tls = false;
	}
}

bool
listener_is_local(const struct listener *listener)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof name;
	if (getsockname(listener->fd, (struct sockaddr *)&name, &length) < 0)
		return false;
	struct address address = address_of((const struct sockaddr *)&name);
	return address_is_loopback(&address);
}

void
listener_clear(struct listener *listener)
{
	if (listener->fd >= 0)
		close(listener->fd);
	g_clear_pointer(&listener->name, g_free);
	listener->fd = -1;
}
