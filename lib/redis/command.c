#include "redis/command.h"

#include <hiredis/hiredis.h>

#include "redis/redis.h"

int
redis_command_add(struct buf *out, const struct span word[], size_t n)
{
	const char *text[REDIS_WORDS_MAX];
	size_t length[REDIS_WORDS_MAX];
	char *command = NULL;
	long long size;
	int rc = -1;

	if (n == 0 || n > REDIS_WORDS_MAX)
		return -1;
	for (size_t i = 0; i < n; i++) {
		text[i] = word[i].p == NULL ? "" : word[i].p;
		length[i] = word[i].n;
	}
	size = redisFormatCommandArgv(&command, (int)n, text, length);
	if (size < 0)
		return -1;
	if (buf_reserve(out, (size_t)size) == 0) {
		buf_add(out, command, (size_t)size);
		rc = 0;
	}
	redisFreeCommand(command);
	return rc;
}
