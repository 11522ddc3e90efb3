/* Local resources that a request may lack: descriptors, ports, memory. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http/internal.h"

/* Descriptors left for files, the spool, and the resolver. */
#define RESERVE 64

/* What libcurl allocates for one line of a head. */
#define HEAD_LINE ((size_t)256 << 10)

size_t
http_room(size_t connections)
{
	/* Idle connections may be open in addition to those in use. */
	rlim_t wanted = 2 * (rlim_t)connections + RESERVE, most;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return connections;
	if (limit.rlim_cur < wanted && limit.rlim_cur < limit.rlim_max) {
		rlim_t before = limit.rlim_cur;

		limit.rlim_cur =
		    wanted < limit.rlim_max ? wanted : limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			limit.rlim_cur = before;
	}
	most = limit.rlim_cur > 2 * RESERVE ? limit.rlim_cur - RESERVE
					    : limit.rlim_cur / 2;
	if (most < 1)
		most = 1;
	return most < connections ? (size_t)most : connections;
}

/* Have descriptors run out?  Return EMFILE, ENFILE, or 0. */
static int
out_of_descriptors(void)
{
	int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return errno == EMFILE || errno == ENFILE ? errno : 0;
	close(fd);
	return 0;
}

/* EADDRNOTAVAIL has two causes: no free port, or no local address that reaches
 * ${to}.  Datagrams have other ports, so that only the latter concerns them. */
static bool
leads_there(const struct sockaddr_storage *to)
{
	socklen_t size = to->ss_family == AF_INET6
	    ? (socklen_t)sizeof(struct sockaddr_in6)
	    : (socklen_t)sizeof(struct sockaddr_in);
	int fd = socket(to->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool leads;

	if (fd < 0)
		return false;
	leads = connect(fd, (const struct sockaddr *)to, size) == 0;
	close(fd);
	return leads;
}

static bool
is_shortage(int errnum)
{
	return errnum == EMFILE || errnum == ENFILE || errnum == ENOBUFS ||
	    errnum == ENOMEM;
}

/* Did memory run out, or did libcurl only find a line of the head too long? */
static bool
out_of_memory(const struct http_slot *s)
{
	curl_off_t began = 0;
	void *p;

	curl_easy_getinfo(s->easy, CURLINFO_STARTTRANSFER_TIME_T, &began);
	if (began == 0)
		return true;
	p = malloc(HEAD_LINE);
	free(p);
	return p == NULL;
}

int
http_slot_shortage(const struct http_slot *s)
{
	long errnum = s->no_socket;

	if (s->result == CURLE_OUT_OF_MEMORY)
		return out_of_memory(s) ? ENOMEM : 0;
	if (s->result == CURLE_COULDNT_CONNECT) {
		if (errnum == 0)
			curl_easy_getinfo(s->easy, CURLINFO_OS_ERRNO, &errnum);
		if (is_shortage((int)errnum))
			return (int)errnum;
		if (errnum == EADDRNOTAVAIL && s->no_socket == 0 &&
		    leads_there(&s->to))
			return (int)errnum;
	}
	/* The resolver and the certificates need descriptors, too. */
	return s->result == CURLE_OPERATION_TIMEDOUT || s->header_bytes > 0 ||
		s->denied
	    ? 0
	    : out_of_descriptors();
}
