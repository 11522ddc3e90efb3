/*
 * The slow receiver of tests/bench/post: answers each request with 200 after a
 * fixed time, on any number of connections, with so little work of its own that
 * the sender is what is measured.
 *
 *	post-slow PORT-FILE MS SECONDS
 *
 * It listens on a free port of 127.0.0.1, which it writes to PORT-FILE, and
 * ends after SECONDS.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FDS 8192
#define READ_SIZE ((size_t)64 << 10)

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/* The request of each connection so far, at most one at a time. */
static struct peer {
	char *text;
	size_t len, cap;
	size_t whole; /* length of the request, once its head is read */
} peer[FDS];

/* Pending answers, in the order in which they are due. */
static struct {
	int fd;
	int64_t due;
} owed[FDS];
static size_t first, last;

static int64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
listen_somewhere(const char *port_file)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	FILE *f;

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) != 0 ||
	    listen(fd, 4096) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) != 0 ||
	    (f = fopen(port_file, "w")) == NULL)
		return -1;
	fprintf(f, "%d\n", ntohs(a.sin_port));
	return fclose(f) == 0 ? fd : -1;
}

static void
drop(int fd)
{
	close(fd);
	free(peer[fd].text);
	memset(&peer[fd], 0, sizeof(peer[fd]));
}

/* Read what is there.  Return 1 when a request is complete. */
static int
take(int fd)
{
	struct peer *p = &peer[fd];
	char *head, *length;
	ssize_t n;

	if (p->cap - p->len < READ_SIZE) {
		p->cap = p->len + READ_SIZE;
		p->text = realloc(p->text, p->cap + 1);
		if (p->text == NULL)
			exit(3);
	}
	n = read(fd, p->text + p->len, p->cap - p->len);
	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			drop(fd);
		return 0;
	}
	p->len += (size_t)n;
	p->text[p->len] = '\0';
	if (p->whole == 0 && (head = strstr(p->text, "\r\n\r\n")) != NULL) {
		p->whole = (size_t)(head + 4 - p->text);
		length = strcasestr(p->text, "\nContent-Length:");
		if (length != NULL && length < head)
			p->whole += strtoul(length + 16, NULL, 10);
	}
	if (p->whole == 0 || p->len < p->whole)
		return 0;
	p->len = p->whole = 0;
	return 1;
}

static void
answer_due(int64_t at)
{
	while (first != last && owed[first].due <= at) {
		int fd = owed[first].fd;

		first = (first + 1) % FDS;
		if (peer[fd].text != NULL &&
		    write(fd, answer, sizeof(answer) - 1) < 0)
			drop(fd);
	}
}

int
main(int argc, char *argv[])
{
	int64_t ms = argc == 4 ? strtol(argv[2], NULL, 10) : -1;
	int listener, queue = epoll_create1(0), n, fd;
	struct epoll_event ev[256], one = {.events = EPOLLIN};

	if (ms < 0)
		return 2;
	listener = listen_somewhere(argv[1]);
	one.data.fd = listener;
	if (listener < 0 || queue < 0 ||
	    epoll_ctl(queue, EPOLL_CTL_ADD, listener, &one) != 0)
		return 3;
	alarm((unsigned)strtoul(argv[3], NULL, 10));
	for (;;) {
		int64_t left = first == last ? -1 : owed[first].due - now();

		n = epoll_wait(
		    queue, ev, 256, left < 0 && first != last ? 0 : (int)left);
		for (int i = 0; i < n; i++) {
			if (ev[i].data.fd != listener) {
				if (!take(ev[i].data.fd))
					continue;
				owed[last].fd = ev[i].data.fd;
				owed[last].due = now() + ms;
				last = (last + 1) % FDS;
				continue;
			}
			while ((fd = accept4(listener, NULL, NULL,
				    SOCK_NONBLOCK)) >= 0) {
				one.data.fd = fd;
				if (fd >= FDS ||
				    epoll_ctl(queue, EPOLL_CTL_ADD, fd, &one) !=
					0)
					close(fd);
			}
		}
		answer_due(now());
	}
}
