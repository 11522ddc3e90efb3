/* The file of --endpoints.  What is refused has a message with the name of the file;
 * what is accepted is an endpoint with a name and within the limits. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "deliver/internal.h"
#include "post/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
note(void *context, enum deliver_note what, const char *endpoint,
    const char *text)
{
	(void)context;
	(void)what;
	check(endpoint != NULL && text[0] != '\0');
}

/* Make the file, which is removed when it was opened. */
static int
write_file(char *path, size_t n, const uint8_t *data, size_t size)
{
	int fd;

	snprintf(path, n, "%s/post_endpoints.%ld",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
	    (long)getpid());
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	check(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	return fd;
}

static void
check_endpoint(const struct deliver_endpoint *e)
{
	check(e->name[0] != '\0' && e->shown[0] != '\0');
	check(e->types <= DELIVER_TYPES_MAX);
	check(e->queue.concurrency >= 1 &&
	    e->queue.concurrency <= HTTP_IN_FLIGHT_MAX);
	/* 0: without a limit, as none is given. */
	check(e->queue.rate >= 0 && e->queue.rate <= DELIVER_RATE_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct deliver_endpoint_options common = {.rate = -1,
	    .http = {.allow_http = size % 2 == 0,
		.connect_ms = 1000,
		.total_ms = 1000}};
	struct post_options o;
	struct post_run r = {.o = &o,
	    .out = {.dead_letters = -1, .audit = -1, .report = note},
	    .rejects = -1,
	    .signals = -1,
	    .writable = -1};
	struct schedule_policy policy;
	struct err err = {""};
	char path[64];
	int fd = write_file(path, sizeof(path), data, size);

	post_defaults(&o);
	o.endpoints = path;
	policy = o.policy;
	policy.per_endpoint = policy.concurrency;
	r.d = deliver_new(&policy, &r.out, &err);
	check(r.d != NULL && deliver_set_default(r.d, &common, &err) == 0);
	if (post_read_endpoints(&r, &common, &err) != 0)
		check(strncmp(err.text, path, strlen(path)) == 0);
	else
		check(r.d->endpoint != NULL);
	for (const struct deliver_endpoint *e = r.d->endpoint; e != NULL;
	     e = e->next)
		check_endpoint(e);
	post_release(&r);
	close(fd);
	(void)unlink(path);
	return 0;
}
