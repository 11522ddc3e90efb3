/* Before the server starts: its URL, and where receipts come from. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "hubserver/private.h"

const char *
hubserver_base_wrong(const char *url)
{
	size_t n = strlen(url);
	const char *host = strstr(url, "://");

	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		return "does not begin with https:// or http://";
	host += 3;
	if (host[0] == '\0' || host[0] == '/')
		return "has no host";
	if (url[n - 1] == '/')
		return "ends with a slash";
	if (n >= HUBSERVER_BASE_MAX)
		return "is too long";
	for (; *url != '\0'; url++) {
		if (*url <= ' ' || *url > '~' || strchr("?#\"\\<>", *url))
			return "has a character that is not part of a path";
	}
	return NULL;
}

void
hubserver_base(const char *url, const char *listen, unsigned port, bool tls,
    char base[HUBSERVER_BASE_MAX])
{
	const char *colon = strrchr(listen, ':');

	if (url != NULL)
		snprintf(base, HUBSERVER_BASE_MAX, "%s", url);
	else
		snprintf(base, HUBSERVER_BASE_MAX, "%s://%.*s:%u",
		    tls ? "https" : "http", (int)(colon - listen), listen,
		    port);
}

int
hubserver_receipts_open(
    const char *path, int fd, int *receipts, struct err *err)
{
	struct stat st;

	*receipts = fd;
	if (path != NULL) {
		/* O_NONBLOCK: this does not wait for a writer. */
		*receipts = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (*receipts < 0)
			return err_sys(err, errno, "%s", path);
	}
	if (*receipts < 0)
		return 0;
	if (fstat(*receipts, &st) != 0)
		return err_sys(err, errno, "receipts: descriptor %d", fd);
	if (path == NULL)
		return 0;
	if (!S_ISFIFO(st.st_mode))
		return err_set(err, "%s: not a FIFO", path);
	/* With a writer of our own, open until the process ends, the FIFO does
	 * not end when vitals-post does: it may come back. */
	/* cppcheck-suppress leakReturnValNotUsed */
	if (open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC) < 0)
		return err_sys(err, errno, "%s", path);
	return 0;
}
