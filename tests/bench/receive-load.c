/*
 * The client of tests/bench/receive: sends prepared requests over a number of
 * connections, each as soon as the one before is answered, and counts what
 * the status lines say.
 *
 *	receive-load PORT CONNECTIONS < requests
 *
 * A request is a decimal number of bytes, a newline, and so many bytes.
 * Prints "REQUESTS-PER-SECOND ACCEPTED OTHERS".
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1024
#define REQUEST_MAX (1 << 16)

static char request[REQUEST_MAX];
static struct pollfd slot[CONNECTIONS_MAX];
static long busy, good, bad;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Send the next request over ${p}; without one it is done. */
static void
next(struct pollfd *p)
{
	char line[32];
	size_t n;

	if (fgets(line, sizeof(line), stdin) == NULL) {
		close(p->fd);
		p->fd = -1;
		busy--;
		return;
	}
	n = strtoul(line, NULL, 10);
	if (n > sizeof(request) || fread(request, 1, n, stdin) != n ||
	    send(p->fd, request, n, MSG_NOSIGNAL) != (ssize_t)n)
		exit(3);
}

/* An answer is small: it comes in one piece. */
static void
answered(struct pollfd *p)
{
	char text[1024];
	ssize_t n = read(p->fd, text, sizeof(text));

	if (n < 12)
		exit(3);
	if (memcmp(text, "HTTP/1.1 202", 12) == 0)
		good++;
	else
		bad++;
	next(p);
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	long connections = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	double start;

	if (connections < 1 || connections > CONNECTIONS_MAX)
		return 2;
	a.sin_port = htons((uint16_t)strtol(argv[1], NULL, 10));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (long i = 0; i < connections; i++) {
		slot[i].fd = socket(AF_INET, SOCK_STREAM, 0);
		slot[i].events = POLLIN;
		if (connect(slot[i].fd, (struct sockaddr *)&a, sizeof(a)) != 0)
			return 3;
	}
	start = now();
	busy = connections;
	for (long i = 0; i < connections; i++)
		next(&slot[i]);
	while (busy > 0) {
		if (poll(slot, (nfds_t)connections, 60000) <= 0)
			return 3;
		for (long i = 0; i < connections; i++) {
			if (slot[i].fd >= 0 && slot[i].revents != 0)
				answered(&slot[i]);
		}
	}
	printf("%.0f %ld %ld\n", (double)(good + bad) / (now() - start), good,
	    bad);
	return 0;
}
