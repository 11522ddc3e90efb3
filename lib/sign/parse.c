/* Parses parts of headers, for all schemes. */
#include "sign/scheme.h"

int
sign_read_hex(struct span text, uint8_t *p, size_t n)
{
	unsigned v = 0;

	if (text.n != 2 * n)
		return -1;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c >= '0' && c <= '9')
			v = v << 4 | (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (unsigned)(c - 'a' + 10);
		else
			return -1;
		p[i / 2] = (uint8_t)v;
	}
	return 0;
}

bool
sign_split(struct span *rest, char separator, struct span *piece)
{
	const char *at;

	if (rest->n == 0)
		return false;
	at = memchr(rest->p, separator, rest->n);
	*piece = *rest;
	if (at == NULL) {
		*rest = (struct span){rest->p + rest->n, 0};
		return true;
	}
	piece->n = (size_t)(at - rest->p);
	rest->n -= piece->n + 1;
	rest->p = at + 1;
	return true;
}

int
sign_find_header(sign_lookup *lookup, void *context, const char *name,
    struct span *value, struct err *err)
{
	*value = lookup(context, name);
	if (value->p == NULL)
		return err_set(err, "%s: missing", name);
	if (value->n == 0)
		return err_set(err, "%s: empty", name);
	return 0;
}
