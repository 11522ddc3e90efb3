#include "redis/command.h"

#include "redis/redis.h"

static void
add_number(struct buf *out, char kind, size_t n)
{
	char text[24];
	char *at = text + sizeof(text);

	*--at = '\n';
	*--at = '\r';
	do
		*--at = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	*--at = kind;
	buf_add(out, at, (size_t)(text + sizeof(text) - at));
}

static void
add_words(struct buf *out, const struct span word[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		add_number(out, '$', word[i].n);
		if (word[i].n > 0)
			buf_add_span(out, word[i]);
		buf_add_text(out, "\r\n");
	}
}

int
redis_command_add(struct buf *out, const struct span first[], size_t n,
    const struct span then[], size_t m)
{
	size_t before = out->len;

	if (n + m == 0 || n > REDIS_WORDS_MAX || m > REDIS_WORDS_MAX - n)
		return -1;
	add_number(out, '*', n + m);
	add_words(out, first, n);
	add_words(out, then, m);
	if (!buf_failed(out))
		return 0;
	out->len = before;
	out->failed = false;
	return -1;
}
