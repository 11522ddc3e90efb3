/*
 * The producer and the subscribers of tests/bench/stream.
 *
 *	stream-load produce HZ SECONDS
 *		writes lines of 300 bytes to stdout, each with its time
 *	stream-load publish HZ SECONDS PORT PATH
 *		posts them there, over one connection
 *	stream-load subscribe PORT PATH CLIENTS ws|sse|wss|sses STALLED
 *		reads lines over so many connections until SIGTERM, and prints
 *		"LINES P50-MS P99-MS"; "ready" on stderr once all are open.
 *		wss and sses use TLS 1.3.  STALLED connections more read the
 *		answer to their request, and then nothing.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LINE 300
#define CARRY 64
#define BIN_US 100
#define BINS 100000
/* Connections being opened at the same time: less than any listen backlog. */
#define OPENING 64
/* The receive buffer of a stalled subscriber; the kernel has a minimum. */
#define STALLED_BYTES 2048

static volatile sig_atomic_t stopped;
static long bin[BINS + 1], lines;

static long long
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
stop(int signum)
{
	(void)signum;
	stopped = 1;
}

/* Connect, with a receive buffer of so many bytes, or 0 for the usual one. */
static int
dial(int port, int receive)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (receive > 0)
		setsockopt(
		    fd, SOL_SOCKET, SO_RCVBUF, &receive, sizeof(receive));
	a.sin_port = htons((unsigned short)port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		perror("connect");
		exit(3);
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static int
make_line(char *text, long long us)
{
	int n = snprintf(text, LINE + 1,
	    "{\"type\":\"vitals.sample\",\"t\":%lld,\"pad\":\"", us);

	while (n < LINE - 2)
		text[n++] = 'x';
	memcpy(text + n, "\"}", 2);
	return n + 2;
}

/* Write a line at each tick: to stdout, or as a POST to ${fd}. */
static int
produce(double hz, double seconds, int fd, const char *path)
{
	long long start = now_us(), count = (long long)(hz * seconds);
	char line[LINE + 2], text[LINE + 256], answer[4096];

	for (long long i = 0; i < count; i++) {
		long long due = start + (long long)((double)i * 1e6 / hz);
		long long wait = due - now_us();
		int n;

		if (wait > 0)
			usleep((useconds_t)wait);
		/* The time when it was due: a server that holds the producer up
		 * does not look the faster for it. */
		n = make_line(line, due);
		line[n] = '\0';
		n = fd < 0 ? snprintf(text, sizeof(text), "%s\n", line)
			   : snprintf(text, sizeof(text),
				 "POST %s HTTP/1.1\r\nHost: a\r\n"
				 "Content-Length: %d\r\n\r\n%s",
				 path, n, line);
		if (write(fd < 0 ? 1 : fd, text, (size_t)n) != n)
			return 3;
		if (fd >= 0 && read(fd, answer, sizeof(answer)) <= 0)
			return 3;
	}
	return 0;
}

enum state {
	HANDSHAKE, /* of TLS */
	ANSWER,    /* the request is sent */
	OPEN,
};

struct client {
	int fd;
	SSL *tls; /* NULL: plain */
	enum state state;
	bool stalled;
	size_t kept;
	char carry[CARRY];
};

/* Count the lines in what came, behind what was kept of the last piece. */
static void
take(struct client *c, const char *p, size_t n)
{
	static char text[65536 + CARRY];
	static const char mark[] = "\"t\":";
	long long now = now_us();
	char *at = text, *end;

	memcpy(text, c->carry, c->kept);
	memcpy(text + c->kept, p, n);
	n += c->kept;
	end = text + n;
	while ((at = memmem(at, (size_t)(end - at), mark, 4)) != NULL) {
		char *comma = memchr(at, ',', (size_t)(end - at));
		long long us;

		if (comma == NULL)
			break;
		us = (now - strtoll(at + 4, NULL, 10)) / BIN_US;
		bin[us < 0 ? 0 : us > BINS ? BINS : us]++;
		lines++;
		at = comma;
	}
	/* A mark that is not whole, or might begin at the end. */
	c->kept = at != NULL ? (size_t)(end - at) : n < 3 ? n : 3;
	if (c->kept > CARRY)
		c->kept = CARRY;
	memcpy(c->carry, end - c->kept, c->kept);
}

static double
percentile(double part)
{
	long sum = 0;

	for (long i = 0; i <= BINS; i++) {
		sum += bin[i];
		if (sum > 0 && (double)sum >= part * (double)lines)
			return (double)i * BIN_US / 1000;
	}
	return 0;
}

struct load {
	int epoll;
	int opened; /* that reached OPEN */
	int port;
	SSL_CTX *tls; /* NULL: plain */
	char request[512];
	size_t request_length;
	char answer[16]; /* how the answer must begin */
};

static void
fail(const char *what)
{
	fprintf(stderr, "stream-load: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(3);
}

static SSL_CTX *
tls_new(void)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_client_method());

	/* One suite, so that all servers encrypt in the same way. */
	if (tls == NULL ||
	    SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_ciphersuites(tls, "TLS_AES_256_GCM_SHA384") != 1)
		fail("TLS");
	SSL_CTX_set_verify(tls, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
	/* One system call for all the records that have arrived. */
	SSL_CTX_set_read_ahead(tls, 1);
	return tls;
}

static void
send_request(const struct load *l, struct client *c)
{
	const char *p = l->request;
	int n = (int)l->request_length;

	if ((c->tls != NULL ? SSL_write(c->tls, p, n)
			    : (int)write(c->fd, p, (size_t)n)) != n)
		fail("cannot send a request");
	c->state = ANSWER;
}

static void
shake_hands(const struct load *l, struct client *c)
{
	int done = SSL_do_handshake(c->tls);

	if (done == 1)
		send_request(l, c);
	else if (SSL_get_error(c->tls, done) != SSL_ERROR_WANT_READ)
		fail("no TLS connection");
}

static void
open_client(const struct load *l, struct client *c)
{
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};

	c->fd = dial(l->port, c->stalled ? STALLED_BYTES : 0);
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &e) != 0)
		fail("epoll");
	if (l->tls == NULL) {
		send_request(l, c);
		return;
	}
	c->tls = SSL_new(l->tls);
	if (c->tls == NULL || SSL_set_fd(c->tls, c->fd) != 1)
		fail("TLS");
	SSL_set_connect_state(c->tls);
	shake_hands(l, c);
}

/* Returns the bytes read, 0 if there are none yet, or -1 at the end. */
static int
receive(struct client *c, char *bytes, int size)
{
	int n;

	if (c->tls == NULL) {
		n = (int)read(c->fd, bytes, (size_t)size);
		return n > 0 ? n : n < 0 && errno == EAGAIN ? 0 : -1;
	}
	ERR_clear_error();
	n = SSL_read(c->tls, bytes, size);
	if (n > 0)
		return n;
	return SSL_get_error(c->tls, n) == SSL_ERROR_WANT_READ ? 0 : -1;
}

static void
advance(struct load *l, struct client *c)
{
	static char bytes[65536];
	size_t want = strlen(l->answer);
	int n;

	if (c->state == HANDSHAKE) {
		shake_hands(l, c);
		return;
	}
	do {
		n = receive(c, bytes, sizeof(bytes));
		if (n == 0)
			return;
		if (c->state == ANSWER) {
			if (n < 0)
				fail("a subscriber was disconnected");
			if (n < (int)want || memcmp(bytes, l->answer, want))
				fail("a subscriber was refused");
			c->state = OPEN;
			l->opened++;
			if (c->stalled)
				n = -1;
		} else if (n > 0) {
			take(c, bytes, (size_t)n);
		}
	} while (n > 0 && c->tls != NULL && SSL_has_pending(c->tls));
	if (n < 0)
		epoll_ctl(l->epoll, EPOLL_CTL_DEL, c->fd, NULL);
}

/* Let clients advance until none has anything to read for so long. */
static bool
wait_clients(struct load *l, int ms)
{
	struct epoll_event e[256];
	int n = epoll_wait(l->epoll, e, 256, ms);

	for (int i = 0; i < n; i++)
		advance(l, e[i].data.ptr);
	return n != 0;
}

static int
subscribe(struct load *l, int live, int stalled)
{
	int count = live + stalled, begun = 0;
	struct client *c = calloc((size_t)count, sizeof(*c));

	if (c == NULL)
		return 3;
	while (l->opened < count) {
		if (stopped)
			return 3;
		while (begun < count && begun - l->opened < OPENING) {
			c[begun].stalled = begun >= live;
			open_client(l, &c[begun++]);
		}
		wait_clients(l, 1000);
	}
	fprintf(stderr, "ready\n");
	while (!stopped)
		wait_clients(l, 1000);
	/* The rest of what was sent. */
	while (wait_clients(l, 100))
		;
	printf("%ld %.1f %.1f\n", lines, percentile(0.5), percentile(0.99));
	return 0;
}

/* ${kind} is ws, sse, wss or sses. */
static void
load_init(struct load *l, int port, const char *path, const char *kind)
{
	bool ws = kind[0] == 'w';

	memset(l, 0, sizeof(*l));
	l->port = port;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (strcmp(kind, "wss") == 0 || strcmp(kind, "sses") == 0)
		l->tls = tls_new();
	l->request_length = (size_t)snprintf(l->request, sizeof(l->request),
	    "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", path,
	    ws ? "Upgrade: websocket\r\nConnection: Upgrade\r\n"
		 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		 "Sec-WebSocket-Version: 13\r\n"
	       : "Accept: text/event-stream\r\n");
	snprintf(l->answer, sizeof(l->answer), "HTTP/1.1 %d", ws ? 101 : 200);
}

int
main(int argc, char *argv[])
{
	struct load l;

	signal(SIGTERM, stop);
	signal(SIGPIPE, SIG_IGN);
	if (argc == 4 && strcmp(argv[1], "produce") == 0)
		return produce(atof(argv[2]), atof(argv[3]), -1, NULL);
	if (argc == 6 && strcmp(argv[1], "publish") == 0)
		return produce(atof(argv[2]), atof(argv[3]),
		    dial(atoi(argv[4]), 0), argv[5]);
	if (argc == 7 && strcmp(argv[1], "subscribe") == 0) {
		load_init(&l, atoi(argv[2]), argv[3], argv[5]);
		return subscribe(&l, atoi(argv[4]), atoi(argv[6]));
	}
	return 2;
}
