/*
 * The producer and the subscribers of tests/bench/stream.
 *
 *	stream-load produce HZ SECONDS
 *		writes lines of 300 bytes to stdout, each with its time
 *	stream-load publish HZ SECONDS PORT PATH
 *		posts them there, over one connection
 *	stream-load subscribe PORT PATH CLIENTS ws|sse
 *		reads lines over so many connections until SIGTERM, and prints
 *		"LINES P50-MS P99-MS"; "ready" on stderr once all are open
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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

static int
dial(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

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

struct client {
	int fd;
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

static int
subscribe(int port, const char *path, int count, bool ws)
{
	static char bytes[65536];
	struct client *c = calloc((size_t)count, sizeof(*c));
	int epoll = epoll_create1(EPOLL_CLOEXEC), n;
	char text[512];

	if (c == NULL)
		return 3;
	n = snprintf(text, sizeof(text),
	    "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", path,
	    ws ? "Upgrade: websocket\r\nConnection: Upgrade\r\n"
		 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		 "Sec-WebSocket-Version: 13\r\n"
	       : "Accept: text/event-stream\r\n");
	for (int i = 0; i < count; i++) {
		struct epoll_event e = {.events = EPOLLIN};

		c[i].fd = dial(port);
		if (write(c[i].fd, text, (size_t)n) != n ||
		    read(c[i].fd, bytes, sizeof(bytes)) < 12 ||
		    memcmp(bytes, ws ? "HTTP/1.1 101" : "HTTP/1.1 200", 12) !=
			0)
			return 3;
		fcntl(c[i].fd, F_SETFL, O_NONBLOCK);
		e.data.ptr = &c[i];
		epoll_ctl(epoll, EPOLL_CTL_ADD, c[i].fd, &e);
	}
	fprintf(stderr, "ready\n");
	while (!stopped) {
		struct epoll_event e[256];
		int k = epoll_wait(epoll, e, 256, 1000);

		for (int i = 0; i < k; i++) {
			struct client *one = e[i].data.ptr;
			ssize_t got = read(one->fd, bytes, sizeof(bytes));

			if (got > 0)
				take(one, bytes, (size_t)got);
			else if (got == 0 || errno != EAGAIN)
				epoll_ctl(epoll, EPOLL_CTL_DEL, one->fd, NULL);
		}
	}
	printf("%ld %.1f %.1f\n", lines, percentile(0.5), percentile(0.99));
	return 0;
}

int
main(int argc, char *argv[])
{
	signal(SIGTERM, stop);
	signal(SIGPIPE, SIG_IGN);
	if (argc == 4 && strcmp(argv[1], "produce") == 0)
		return produce(atof(argv[2]), atof(argv[3]), -1, NULL);
	if (argc == 6 && strcmp(argv[1], "publish") == 0)
		return produce(
		    atof(argv[2]), atof(argv[3]), dial(atoi(argv[4])), argv[5]);
	if (argc == 6 && strcmp(argv[1], "subscribe") == 0)
		return subscribe(atoi(argv[2]), argv[3], atoi(argv[4]),
		    strcmp(argv[5], "ws") == 0);
	return 2;
}
