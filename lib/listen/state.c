#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat/again.h"
#include "compat/claim.h"
#include "listen/listen.h"
#include "json/json.h"

/* The length of the only line.  It never changes, so that one write within one
 * sector replaces the line: after a crash it is either the old or the new
 * one. */
#define STATE_BYTES 80

struct listen_state {
	char *path;
	int fd;
	struct listen_position written;
	bool synced;
};

/* Read the epoch in ${value}: 16 hexadecimal digits. */
static int
read_epoch(const struct json_member *m, char epoch[LISTEN_EPOCH_MAX])
{
	struct span text;

	if (m == NULL || m->type != JSON_STRING)
		return -1;
	text = json_inside(m->value);
	if (text.n != LISTEN_EPOCH_MAX - 1)
		return -1;
	memcpy(epoch, text.p, text.n);
	epoch[text.n] = '\0';
	return strspn(epoch, "0123456789abcdef") == text.n ? 0 : -1;
}

static int
read_text(struct span text, struct listen_position *at)
{
	struct json_index ix;
	const struct json_member *record, *sequence;
	int64_t n = 0;
	int rc;

	json_index_init(&ix);
	rc = json_index_read(&ix, text, NULL);
	record = rc == 0 ? json_index_find(&ix, "record") : NULL;
	sequence = rc == 0 ? json_index_find(&ix, "sequence") : NULL;
	if (record == NULL || !span_is(record->value, "\"position\"") ||
	    sequence == NULL || sequence->type != JSON_NUMBER ||
	    json_integer(sequence->value, 0, INT64_MAX, &n) != 0 ||
	    read_epoch(json_index_find(&ix, "epoch"), at->epoch) != 0)
		rc = -1;
	at->sequence = (uint64_t)n;
	at->known = rc == 0;
	json_index_release(&ix);
	return rc;
}

static int
read_file(struct listen_state *s, struct listen_position *at, struct err *err)
{
	char text[STATE_BYTES + 1];
	ssize_t n = compat_pread(s->fd, text, sizeof(text), 0);

	memset(at, 0, sizeof(*at));
	if (n < 0)
		return err_sys(err, errno, "%s", s->path);
	if (n == 0)
		return 0;
	if (n != STATE_BYTES || text[n - 1] != '\n' ||
	    read_text((struct span){text, (size_t)n - 1}, at) != 0)
		return err_set(err,
		    "%s: damaged, or not a state file of vitals-listen",
		    s->path);
	s->written = *at;
	return 0;
}

struct listen_state *
listen_state_open(const char *path, struct listen_position *at, struct err *err)
{
	struct listen_state *s = calloc(1, sizeof(*s));
	struct stat st;

	if (s == NULL || (s->path = strdup(path)) == NULL) {
		free(s);
		err_set(err, "out of memory");
		return NULL;
	}
	s->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->fd < 0 || fstat(s->fd, &st) != 0)
		err_sys(err, errno, "%s", path);
	else if (!S_ISREG(st.st_mode))
		err_set(err, "%s: not a regular file", path);
	else if (compat_claim(s->fd) != 0)
		err_set(err, "%s: in use by another process", path);
	else if (read_file(s, at, err) == 0)
		return s;
	listen_state_close(s);
	return NULL;
}

void
listen_state_close(struct listen_state *s)
{
	if (s == NULL)
		return;
	if (s->fd >= 0)
		close(s->fd);
	free(s->path);
	free(s);
}

int
listen_state_put(struct listen_state *s, const struct listen_position *at,
    bool synced, struct err *err)
{
	char text[STATE_BYTES + 1];
	int n;

	/* Before the first connection the epoch is not known. */
	if (!at->known || at->epoch[0] == '\0')
		return 0;
	if (s->written.sequence != at->sequence ||
	    strcmp(s->written.epoch, at->epoch) != 0) {
		n = snprintf(text, sizeof(text),
		    "{\"record\":\"position\",\"epoch\":\"%s\",\"sequence\":"
		    "%" PRIu64,
		    at->epoch, at->sequence);
		snprintf(text + n, sizeof(text) - (size_t)n, "%*s",
		    STATE_BYTES - n, "}\n");
		if (compat_pwrite(s->fd, text, STATE_BYTES, 0) != STATE_BYTES)
			return err_sys(err, errno, "%s", s->path);
		s->written = *at;
		s->synced = false;
	}
	if (synced && !s->synced) {
		if (compat_fdatasync(s->fd) != 0)
			return err_sys(err, errno, "%s", s->path);
		s->synced = true;
	}
	return 0;
}
