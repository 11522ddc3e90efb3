/* State files of vitals-listen: what is read can be written, and reads back the
 * same. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "listen/listen.h"

#define STATE_FD 100
#define STATE "/proc/self/fd/100"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *file;
	struct listen_position at, further, again;
	struct listen_state *s;
	struct err err = {""};

	if (file == NULL &&
	    ((file = tmpfile()) == NULL ||
		dup2(fileno(file), STATE_FD) != STATE_FD))
		abort();
	if (ftruncate(STATE_FD, 0) != 0 ||
	    pwrite(STATE_FD, data, size, 0) != (ssize_t)size)
		abort();
	s = listen_state_open(STATE, &at, &err);
	if (s == NULL) {
		if (err.text[0] == '\0')
			abort();
		return 0;
	}
	further = at;
	further.sequence = at.sequence < UINT32_MAX ? at.sequence + 1 : 0;
	if (listen_state_put(s, &further, false, &err) != 0)
		abort();
	listen_state_close(s);
	s = listen_state_open(STATE, &again, &err);
	if (s == NULL || again.known != further.known ||
	    strcmp(again.epoch, further.epoch) != 0 ||
	    (further.known && again.sequence != further.sequence))
		abort();
	listen_state_close(s);
	return 0;
}
