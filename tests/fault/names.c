/*
 * Names for tests, preloaded in place of a name server:
 *
 *	N.slow.test     is still being looked for after half a minute
 *	at-ADDRESS.test is that address, with ':' written as '-' (IPv6)
 *	both.test       is 10.0.0.1 and 127.0.0.1, in this order
 *
 * Others go to the system.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int lookup(const char *host, const char *service,
    const struct addrinfo *hints, struct addrinfo **answer);
lookup getaddrinfo;

static lookup *
system_lookup(void)
{
	lookup *f;

	*(void **)&f = dlsym(RTLD_NEXT, "getaddrinfo");
	return f;
}

static int
numeric(const char *address, const char *service, const struct addrinfo *hints,
    struct addrinfo **answer)
{
	struct addrinfo h = {0};

	if (hints != NULL)
		h = *hints;
	h.ai_family = AF_UNSPEC;
	h.ai_flags = AI_NUMERICHOST;
	return system_lookup()(address, service, &h, answer);
}

int
getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
    struct addrinfo **answer)
{
	size_t n = host == NULL ? 0 : strlen(host);
	char address[256];
	int rc;

	if (n > 10 && strcmp(host + n - 10, ".slow.test") == 0) {
		sleep(600);
		return EAI_AGAIN;
	}
	if (host != NULL && strcmp(host, "both.test") == 0) {
		rc = numeric("10.0.0.1", service, hints, answer);
		return rc != 0
		    ? rc
		    : numeric("127.0.0.1", service, hints, &(*answer)->ai_next);
	}
	if (n < 9 || n >= sizeof(address) || strncmp(host, "at-", 3) != 0 ||
	    strcmp(host + n - 5, ".test") != 0)
		return system_lookup()(host, service, hints, answer);
	memcpy(address, host + 3, n - 8);
	address[n - 8] = '\0';
	for (char *p = address; *p != '\0'; p++) {
		if (*p == '-')
			*p = ':';
	}
	return numeric(address, service, hints, answer);
}
