/* The value of Retry-After: the wait is within its limit, and a second later it is the
 * same or a second shorter. */
#include <stdint.h>
#include <stdlib.h>

#include "http/http.h"

/* 2026-11-28T12:00:00Z */
#define NOW INT64_C(1795867200000)
#define SECOND 1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span value = {(const char *)data, size};
	int64_t wait = http_retry_after(value, NOW);
	int64_t later = http_retry_after(value, NOW + SECOND);

	if (wait < -1 || wait > HTTP_RETRY_AFTER_MAX)
		abort();
	if (later != wait && later != (wait > SECOND ? wait - SECOND : 0))
		abort();
	if ((wait < 0) != (later < 0))
		abort();
	return 0;
}
