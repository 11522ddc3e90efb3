/* The replies of a mail server.  However they are cut, the same comes out. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/replies.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int good)
{
	if (!good)
		abort();
}

static void
take(struct mail_replies *r, struct span text, size_t piece)
{
	while (text.n > 0 && !r->over) {
		size_t n = piece < text.n ? piece : text.n;
		struct span part = {text.p, n};

		while (part.n > 0 && !r->over) {
			size_t before = part.n;
			bool complete = mail_replies_take(r, &part);

			check(part.n < before && (complete || part.n == 0));
		}
		text.p += n;
		text.n -= n;
	}
}

static void
check_text(const struct mail_replies *r)
{
	char text[300];
	size_t n;

	mail_replies_describe(r, text, sizeof(text));
	n = strlen(text);
	check(n > 4 && n < sizeof(text) - 1);
	for (size_t i = 0; i < n; i++)
		check(text[i] >= ' ' && text[i] <= '~');
	check(r->code == 0 || (r->code >= 100 && r->code <= 599));
}

/* The first byte chooses the options and the size of pieces. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mail_replies whole, pieces;
	char *text;

	if (size == 0)
		return 0;
	text = malloc(size);
	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	mail_replies_begin(&whole, (data[0] & 1) != 0, (data[0] & 2) != 0);
	pieces = whole;
	take(&whole, (struct span){text + 1, size - 1}, size);
	take(&pieces, (struct span){text + 1, size - 1},
	    (size_t)(data[0] >> 2) + 1);
	check(whole.step == pieces.step && whole.over == pieces.over &&
	    whole.code == pieces.code && whole.problem == pieces.problem &&
	    strcmp(whole.text, pieces.text) == 0);
	check_text(&whole);
	free(text);
	return 0;
}
