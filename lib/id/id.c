#include "id/id.h"

#include "compat/random.h"

#define HIGH_MAX 0xfffu
#define LOW_MAX ((UINT64_C(1) << 62) - 1)
#define MS_MAX ((INT64_C(1) << 48) - 1)

static const char hex[] = "0123456789abcdef";

void
id_maker_init(struct id_maker *m)
{
	memset(m, 0, sizeof(*m));
	m->ms = -1;
}

/* Take a random number from the pool: one system call serves many IDs. */
static int
draw(struct id_maker *m, size_t n, uint64_t *value)
{
	*value = 0;
	if (m->left < n) {
		if (compat_random(m->pool, sizeof(m->pool)) != 0)
			return -1;
		m->left = sizeof(m->pool);
	}
	memcpy(value, m->pool + sizeof(m->pool) - m->left, n);
	m->left -= n;
	return 0;
}

/* Draw new bits; the highest is 0, which leaves room for increments. */
static int
reseed(struct id_maker *m)
{
	uint64_t high, low;

	if (draw(m, 2, &high) != 0 || draw(m, 8, &low) != 0)
		return -1;
	m->high = high & (HIGH_MAX >> 1);
	m->low = low & LOW_MAX;
	return 0;
}

static int
count_up(struct id_maker *m)
{
	uint64_t step;

	if (draw(m, 4, &step) != 0)
		return -1;
	m->low += step + 1;
	if (m->low > LOW_MAX) {
		m->low &= LOW_MAX;
		m->high++;
	}
	if (m->high <= HIGH_MAX)
		return 0;
	m->ms++;
	return reseed(m);
}

static void
write_uuid(uint64_t high, uint64_t low, char text[ID_TEXT_MAX])
{
	char *p = text;

	for (int i = 0; i < 16; i++) {
		uint64_t half = i < 8 ? high : low;
		unsigned byte = (half >> (56 - 8 * (i % 8))) & 0xff;

		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = hex[byte >> 4];
		*p++ = hex[byte & 15];
	}
	*p = '\0';
}

/* Put version and variant where RFC 9562 wants them. */
static void
write_version(
    uint64_t high, uint64_t low, unsigned version, char text[ID_TEXT_MAX])
{
	high = (high & ~UINT64_C(0xf000)) | (uint64_t)version << 12;
	low = (low & LOW_MAX) | UINT64_C(1) << 63;
	write_uuid(high, low, text);
}

int
id_next(struct id_maker *m, int64_t ms, char text[ID_TEXT_MAX])
{
	int rc;

	if (ms < 0)
		ms = 0;
	if (ms > MS_MAX)
		ms = MS_MAX;
	if (ms > m->ms) {
		m->ms = ms;
		rc = reseed(m);
	} else {
		rc = count_up(m);
	}
	if (rc != 0)
		return -1;
	write_version((uint64_t)m->ms << 16 | m->high, m->low, 7, text);
	return 0;
}

void
id_of_digest(const uint8_t digest[ID_DIGEST], char text[ID_TEXT_MAX])
{
	uint64_t half[2] = {0, 0};

	for (int i = 0; i < 16; i++)
		half[i / 8] = half[i / 8] << 8 | digest[i];
	write_version(half[0], half[1], 8, text);
}

bool
id_is_uuid(struct span s)
{
	if (s.n != ID_TEXT_MAX - 1)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s.p[i] != '-'
			 : s.p[i] == '\0' || strchr(hex, s.p[i]) == NULL)
			return false;
	}
	return true;
}

bool
id_usable(struct span s)
{
	if (s.n == 0 || s.n > ID_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c <= ' ' || c > '~' || c == '.' || c == '"' || c == '\\')
			return false;
	}
	return true;
}
