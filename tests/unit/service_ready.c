/* What a service manager gets: a datagram on a path or an abstract socket. */
#include "service/service.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

static char dir[] = "/tmp/service_ready.XXXXXX";

/* Listen on ${name}; "@" is the first byte of an abstract one. */
static int
manager(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const size_t n = strlen(name);
	const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	memcpy(address.sun_path, name, n);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	CHECK(fd >= 0 &&
		bind(fd, (const struct sockaddr *)&address,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) ==
		    0,
	    name);
	return fd;
}

static void
is_notified(const char *name)
{
	struct err err = {""};
	char text[32] = "";
	const int fd = manager(name);

	setenv("NOTIFY_SOCKET", name, 1);
	CHECK(service_ready(&err) == 0, "notifies");
	CHECK(recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT) == 7, "7 bytes");
	CHECK_TEXT(text, "READY=1", "that it is ready");
	close(fd);
}

static void
is_refused(const char *name, const char *why)
{
	struct err err = {""};

	setenv("NOTIFY_SOCKET", name, 1);
	CHECK(service_ready(&err) == -1, name);
	CHECK_TEXT(err.text, why, "says why");
}

int
main(void)
{
	struct err err = {""};
	char name[200],
	    longest[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];

	if (mkdtemp(dir) == NULL || chdir(dir) != 0)
		return 1;
	unsetenv("NOTIFY_SOCKET");
	CHECK(service_ready(&err) == 0, "nobody asks");
	snprintf(name, sizeof(name), "%s/manager", dir);
	is_notified(name);
	snprintf(name, sizeof(name), "@vitals-test-%ld", (long)getpid());
	is_notified(name);
	is_refused("", "NOTIFY_SOCKET: not the name of a socket");
	is_refused("@", "NOTIFY_SOCKET: not the name of a socket");
	is_refused("relative", "NOTIFY_SOCKET: not the name of a socket");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	is_refused(longest, "NOTIFY_SOCKET: not the name of a socket");
	snprintf(name, sizeof(name), "%s/nobody", dir);
	is_refused(name,
	    "cannot notify the service manager: No such file or directory");
	unlink("manager");
	CHECK(chdir("/") == 0 && rmdir(dir) == 0, "nothing is left");
	return check_done();
}
