#include "service/service.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Make the address of the socket ${name}: a path, or with '@' as its first
 * character the name of an abstract socket.  Return its length; 0 if ${name} is
 * neither or too long. */
static socklen_t
address_of(const char *name, struct sockaddr_un *address)
{
	const size_t n = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || n < 2 ||
	    n >= sizeof(address->sun_path))
		return 0;
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, name, n);
	if (name[0] == '@')
		address->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
}

int
service_ready(struct err *err)
{
	static const char ready[] = "READY=1";
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	socklen_t length;
	ssize_t sent;
	int fd, code;

	if (name == NULL)
		return 0;
	if ((length = address_of(name, &address)) == 0)
		return err_set(err, "NOTIFY_SOCKET: not the name of a socket");
	if ((fd = socket(AF_UNIX, SOCK_DGRAM, 0)) < 0)
		return err_sys(err, errno, "cannot notify the service manager");
	do
		sent = sendto(fd, ready, sizeof(ready) - 1, 0,
		    (const struct sockaddr *)&address, length);
	while (sent < 0 && errno == EINTR);
	code = errno;
	close(fd);
	if (sent < 0)
		return err_sys(err, code, "cannot notify the service manager");
	return 0;
}
