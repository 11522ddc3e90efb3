/* What a request may lack that is no fault of whom it goes to: descriptors,
 * ports, memory. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http/internal.h"

/* Descriptors left for files, the spool, names that are looked up. */
#define RESERVE 64

/* As much as libcurl takes for one line of a head. */
#define HEAD_LINE ((size_t)256 << 10)

size_t
http_room(size_t connections)
{
	/* Kept ones may be open beside those that are in use. */
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

/* Are there no descriptors?  Return EMFILE, ENFILE, or 0. */
static int
out_of_descriptors(void)
{
	int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return errno == EMFILE || errno == ENFILE ? errno : 0;
	close(fd);
	return 0;
}

/* EADDRNOTAVAIL: all ports are taken, or no address of ours leads there.  For
 * datagrams, whose ports are others, only the latter is so. */
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

/* Memory ran out; or was it only a line of the answer's head that libcurl
 * found too long? */
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
	/* Looking a name up and reading certificates take descriptors, too. */
	return s->result == CURLE_OPERATION_TIMEDOUT || s->header_bytes > 0 ||
		s->denied
	    ? 0
	    : out_of_descriptors();
}
