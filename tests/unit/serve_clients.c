/* A server and its clients: many at once, slow ones, and what they pipeline. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "serve/serve.h"

#define CONNECTIONS 4
#define CLIENTS 20

static const char request[] = "POST / HTTP/1.1\r\nHost: a\r\n"
			      "Content-Length: 2\r\n\r\nhi";
static const char last[] = "GET / HTTP/1.1\r\nHost: a\r\n"
			   "Connection: close\r\n\r\n";

static void
handle(void *context, struct serve_request *r)
{
	(void)context;
	serve_answer(r, 202, NULL, (struct span){NULL, 0});
}

static int
client(unsigned port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_port = htons((uint16_t)port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		_exit(99);
	return fd;
}

static void
say(int fd, const char *text)
{
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
		_exit(98);
}

/* Read to the end; return how many answers have ${status}. */
static int
answers(int fd, const char *status)
{
	static char text[16384];
	char line[32];
	size_t n = 0;
	ssize_t got;
	int count = 0;

	while (n < sizeof(text) - 1 &&
	    (got = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	close(fd);
	snprintf(line, sizeof(line), "HTTP/1.1 %s ", status);
	for (const char *p = text; (p = strstr(p, line)) != NULL; p++)
		count++;
	return count;
}

/* All that is sent before the end of sending is answered. */
static int
pipelined(unsigned port)
{
	int fd = client(port);

	for (int i = 0; i < CLIENTS; i++)
		say(fd, request);
	shutdown(fd, SHUT_WR);
	return answers(fd, "202") != CLIENTS;
}

/* Half a request behind whole ones is no reason to wait. */
static int
cut_short(unsigned port)
{
	int fd = client(port);

	say(fd, request);
	say(fd, request);
	say(fd, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhi");
	shutdown(fd, SHUT_WR);
	return answers(fd, "202") != 2;
}

/* Empty lines between requests are skipped, in any pieces. */
static int
empty_lines(unsigned port)
{
	int fd = client(port);

	say(fd, "\r\n\r\n\r\n");
	say(fd, request);
	say(fd, "\r\n\r");
	say(fd, "\n");
	say(fd, request);
	say(fd, "\r\n\r\n");
	say(fd, last);
	return answers(fd, "202") != 3;
}

/* Each waits for its turn, and none is closed without an answer: they all
 * connect before the first one writes. */
static int
crowd(unsigned port)
{
	int fd[CLIENTS], good = 0;

	for (int i = 0; i < CLIENTS; i++)
		fd[i] = client(port);
	for (int i = 0; i < CLIENTS; i++)
		say(fd[i], last);
	for (int i = 0; i < CLIENTS; i++)
		good += answers(fd[i], "202");
	return good != CLIENTS;
}

/* Those that keep their connections are asked to leave them to others. */
static int
keepers(unsigned port)
{
	int fd[CLIENTS], good = 0;

	for (int i = 0; i < CLIENTS; i++) {
		fd[i] = client(port);
		say(fd[i], request);
	}
	for (int i = 0; i < CLIENTS; i++) {
		char text[256];

		good += read(fd[i], text, sizeof(text)) > 20 &&
		    memcmp(text, "HTTP/1.1 202", 12) == 0;
	}
	for (int i = 0; i < CLIENTS; i++)
		close(fd[i]);
	return good != CLIENTS;
}

/* Heads and bodies that never end, and connections without a byte, give way
 * to a good client long before their own time is over. */
static int
slow(unsigned port)
{
	static const char *const text[] = {"GET / HT", "",
	    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhi"};
	int fd[CLIENTS], good;

	for (int i = 0; i < CLIENTS; i++) {
		fd[i] = client(port);
		say(fd[i], text[i % 3]);
	}
	good = client(port);
	say(good, last);
	good = answers(good, "202");
	for (int i = 0; i < CLIENTS; i++)
		close(fd[i]);
	return good != 1;
}

static void
ended(void *serve)
{
	serve_stop(serve);
}

/* Serve while ${clients} runs in a process of its own. */
static void
check_clients(int (*clients)(unsigned port), const char *name)
{
	struct serve_options options = {.listen = "127.0.0.1:0",
	    .max_connections = CONNECTIONS,
	    .max_body = 100,
	    .request_ms = 600000,
	    .idle_ms = 600000,
	    .handle = handle};
	struct err err = {""};
	struct serve *s = serve_new(&options, &err);
	int status = -1;
	pid_t pid;

	CHECK(s != NULL, s != NULL ? "a server" : err.text);
	if (s == NULL || serve_on_signal(s, SIGCHLD, ended, s) != 0)
		return;
	pid = fork();
	if (pid == 0)
		_exit(clients(serve_port(s)));
	CHECK(pid > 0 && serve_run(s) == 0, "it serves");
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, name);
	serve_free(s);
}

static void
stop_at_once(void *context, struct serve_request *r)
{
	struct serve **s = context;

	serve_answer(r, 202, NULL, (struct span){NULL, 0});
	serve_stop(*s);
}

/* The first of many requests ends the loop: what libevent has put off for the
 * other connections must not be lost.  Only a leak detector sees it. */
static void
check_stopped_amid(void)
{
	struct serve *s = NULL;
	struct serve_options options = {.listen = "127.0.0.1:0",
	    .max_connections = CONNECTIONS,
	    .max_body = 100,
	    .request_ms = 600000,
	    .idle_ms = 600000,
	    .handle = stop_at_once,
	    .context = &s};
	struct err err = {""};
	int fd[CONNECTIONS];

	s = serve_new(&options, &err);
	CHECK(s != NULL, s != NULL ? "a server" : err.text);
	if (s == NULL)
		return;
	for (int i = 0; i < CONNECTIONS; i++) {
		fd[i] = client(serve_port(s));
		say(fd[i], request);
	}
	CHECK(serve_run(s) == 0, "it stops amid requests");
	serve_free(s);
	for (int i = 0; i < CONNECTIONS; i++)
		close(fd[i]);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	check_clients(pipelined, "all requests before a half-close");
	check_clients(cut_short, "whole requests before half a one");
	check_clients(empty_lines, "empty lines before requests");
	check_clients(crowd, "more clients than connections");
	check_clients(keepers, "more clients that keep theirs");
	check_clients(slow, "slow ones give way");
	check_stopped_amid();
	return check_done();
}
