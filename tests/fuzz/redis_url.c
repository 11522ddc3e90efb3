/* URLs of any bytes: what is accepted is shown as a URL that is accepted, and
 * that is shown as the same. */
#include <stdint.h>
#include <stdlib.h>

#include "redis/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct redis_url u, again;
	struct buf text, shown, twice;

	buf_init(&text);
	buf_init(&shown);
	buf_init(&twice);
	buf_add(&text, data, size);
	if (redis_url_read(buf_string(&text), &u, NULL) == 0) {
		redis_url_show(&u, &shown);
		if (redis_url_read(buf_string(&shown), &again, NULL) != 0)
			abort();
		redis_url_show(&again, &twice);
		if (strcmp(buf_string(&twice), buf_string(&shown)) != 0)
			abort();
	}
	buf_release(&text);
	buf_release(&shown);
	buf_release(&twice);
	return 0;
}
