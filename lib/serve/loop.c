#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "buf/ascii.h"
#include "compat/random.h"
#include "compat/replace.h"
#include "instant/instant.h"
#include "serve/private.h"

/* Connections that the kernel queues until they are accepted. */
#define BACKLOG 4096

/* Descriptors needed in addition to those of connections. */
#define DESCRIPTORS 64

/* Parse "ADDRESS:PORT" or "[IPV6]:PORT".  Port 0 is valid. */
static int
parse_listen(const char *listen, struct sockaddr_storage *address, int *length)
{
	const char *colon = strrchr(listen, ':'), *host = listen;
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	char name[64];
	size_t n;
	long port;
	char *end;

	if (colon == NULL || colon[1] < '0' || colon[1] > '9')
		return -1;
	port = strtol(colon + 1, &end, 10);
	if (*end != '\0' || port > 65535)
		return -1;
	n = (size_t)(colon - listen);
	if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
		host++;
		n -= 2;
	} else if (memchr(host, ':', n) != NULL) {
		return -1;
	}
	if (n >= sizeof(name))
		return -1;
	/* The only name that needs no lookup (RFC 6761). */
	if (ascii_same((struct span){host, n}, "localhost"))
		snprintf(name, sizeof(name), "127.0.0.1");
	else
		snprintf(name, sizeof(name), "%.*s", (int)n, host);
	memset(address, 0, sizeof(*address));
	if (host == listen && inet_pton(AF_INET, name, &in.sin_addr) == 1) {
		in.sin_port = htons((uint16_t)port);
		memcpy(address, &in, sizeof(in));
		*length = sizeof(in);
		return 0;
	}
	if (host != listen && inet_pton(AF_INET6, name, &in6.sin6_addr) == 1) {
		in6.sin6_port = htons((uint16_t)port);
		memcpy(address, &in6, sizeof(in6));
		*length = sizeof(in6);
		return 0;
	}
	return -1;
}

int
serve_is_loopback(const char *listen)
{
	struct sockaddr_storage a;
	int length;

	if (parse_listen(listen, &a, &length) != 0)
		return -1;
	if (a.ss_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, &a, sizeof(in));
		return ntohl(in.sin_addr.s_addr) >> 24 == 127;
	}
	if (a.ss_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, &a, sizeof(in6));
		return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
	}
	return -1;
}

static unsigned
port_of(int fd)
{
	struct sockaddr_storage a = {.ss_family = AF_UNSPEC};
	socklen_t n = sizeof(a);
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (getsockname(fd, (struct sockaddr *)&a, &n) != 0)
		return 0;
	if (a.ss_family == AF_INET6) {
		memcpy(&in6, &a, sizeof(in6));
		return ntohs(in6.sin6_port);
	}
	memcpy(&in, &a, sizeof(in));
	return ntohs(in.sin_port);
}

/* Most likely there are no free descriptors: try again in a second. */
static void
accept_failed(struct evconnlistener *listener, void *context)
{
	evconnlistener_disable(listener);
	serve_after(context, 1000, serve_resume, context);
}

static void
accepted(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *address, int length, void *context)
{
	struct serve *s = context;
	int on = 1;

	(void)listener;
	(void)length;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	serve_connect(s, fd, address);
	if (s->connections >= s->room)
		serve_make_room(s);
}

/* Allow enough descriptors for the maximum number of connections, and, if the
 * system does, for the fresh ones beyond it. */
static int
make_limits(struct serve *s, struct err *err)
{
	size_t connections = s->options.max_connections;
	rlim_t least = (rlim_t)connections + DESCRIPTORS;
	rlim_t wanted = least + SERVE_FRESH_MAX;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return err_sys(err, errno, "open files");
	if (wanted > limit.rlim_max)
		wanted = limit.rlim_max;
	s->room = connections + (size_t)(wanted > least ? wanted - least : 0);
	if (limit.rlim_cur >= wanted && wanted >= least)
		return 0;
	limit.rlim_cur = wanted;
	if (wanted < least || setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return err_set(err,
		    "%zu connections: more open files than the system allows "
		    "(%llu)",
		    connections, (unsigned long long)limit.rlim_max);
	return 0;
}

static int
start(struct serve *s, struct err *err)
{
	struct sockaddr_storage address;
	int length, loopback = serve_is_loopback(s->options.listen);

	if (loopback < 0)
		return err_set(err, "%s: not ADDRESS:PORT", s->options.listen);
	if (!loopback && s->options.tls == NULL && !s->options.plain)
		return err_set(err, "%s: without TLS only a loopback address",
		    s->options.listen);
	if (make_limits(s, err) != 0)
		return -1;
	if (s->options.tls != NULL) {
		s->tls = serve_tls_new(s->options.tls, err);
		if (s->tls == NULL)
			return -1;
	}
	s->base = event_base_new();
	if (s->base == NULL)
		return err_set(err, "out of memory");
	if (parse_listen(s->options.listen, &address, &length) != 0)
		return -1; /* serve_is_loopback has parsed it */
	/* A client that has sent nothing yet waits in the kernel for about a
	 * second, without using up the limit of connections. */
	s->listener = evconnlistener_new_bind(s->base, accepted, s,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE |
		LEV_OPT_DEFERRED_ACCEPT,
	    BACKLOG, (struct sockaddr *)&address, length);
	if (s->listener == NULL)
		return err_sys(err, errno, "%s", s->options.listen);
	evconnlistener_set_error_cb(s->listener, accept_failed);
	s->port = port_of(evconnlistener_get_fd(s->listener));
	return 0;
}

int
serve_reload(struct serve *s, struct err *err)
{
	SSL_CTX *tls;

	if (s->options.tls == NULL)
		return 0;
	tls = serve_tls_new(s->options.tls, err);
	if (tls == NULL)
		return -1;
	/* Connections keep a reference to the context they began with. */
	SSL_CTX_free(s->tls);
	s->tls = tls;
	return 0;
}

struct serve *
serve_new(const struct serve_options *options, struct err *err)
{
	struct serve *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	s->options = *options;
	if (compat_random(&s->addresses.seed, sizeof(s->addresses.seed)) != 0)
		s->addresses.seed = (uint64_t)instant_now();
	if (start(s, err) != 0) {
		serve_free(s);
		return NULL;
	}
	return s;
}

void
serve_free(struct serve *s)
{
	if (s == NULL)
		return;
	if (s->listener != NULL)
		evconnlistener_free(s->listener);
	s->listener = NULL;
	serve_disconnect_all(s);
	serve_watches_free(s);
	if (s->base != NULL) {
		/* A callback that libevent has put off keeps its connection from
		 * being freed until it has run. */
		event_base_loop(s->base, EVLOOP_NONBLOCK);
		event_base_free(s->base);
	}
	hash_table_release(&s->addresses);
	SSL_CTX_free(s->tls);
	free(s);
}

size_t
serve_connections(const struct serve *s)
{
	return s->connections;
}

unsigned
serve_port(const struct serve *s)
{
	return s->port;
}

int
serve_write_port(const struct serve *s, const char *path, struct err *err)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%u\n", s->port);

	return compat_replace(path, text, (size_t)n, 0644, false) == 0
	    ? 0
	    : err_sys(err, errno, "%s", path);
}

int
serve_run(struct serve *s)
{
	return event_base_dispatch(s->base) < 0 ? -1 : 0;
}

void
serve_stop(struct serve *s)
{
	event_base_loopbreak(s->base);
}

static void
give_up(void *context)
{
	serve_stop(context);
}

/* Accept the connections that the kernel has queued: they may have requests. */
static void
take_last(struct serve *s)
{
	struct sockaddr_storage a = {.ss_family = AF_UNSPEC};
	socklen_t n = sizeof(a);
	int fd;

	while (s->connections < s->room &&
	    (fd = accept(evconnlistener_get_fd(s->listener),
		 (struct sockaddr *)&a, &n)) >= 0) {
		evutil_make_socket_nonblocking(fd);
		evutil_make_socket_closeonexec(fd);
		serve_connect(s, fd, (struct sockaddr *)&a);
		n = sizeof(a);
	}
}

void
serve_drain(struct serve *s)
{
	if (s->draining)
		return;
	s->draining = true;
	s->drain_ends = instant_monotonic() + SERVE_DRAIN_MS;
	take_last(s);
	evconnlistener_free(s->listener);
	s->listener = NULL;
	serve_disconnect_idle(s);
	serve_disconnected(s);
	serve_after(s, SERVE_DRAIN_MS, give_up, s);
}

int64_t
serve_drain_left(const struct serve *s)
{
	int64_t left;

	if (!s->draining)
		return SERVE_DRAIN_MS;
	left = s->drain_ends - instant_monotonic();
	return left > 0 ? left : 0;
}

bool
serve_draining(const struct serve *s)
{
	return s->draining;
}
