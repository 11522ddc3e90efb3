/* An e-mail has the same headers whatever the event is, and short lines of
 * ASCII. */
#include <stdlib.h>
#include <string.h>

#include "mail/address.h"
#include "mail/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int good)
{
	if (!good)
		abort();
}

/* Take a part of ${rest} up to a line end. */
static struct span
part(struct span *rest)
{
	const char *end = memchr(rest->p, '\n', rest->n);
	size_t n = end == NULL ? rest->n : (size_t)(end - rest->p);
	struct span s = {rest->p, n};

	n += end != NULL;
	rest->p += n;
	rest->n -= n;
	return s;
}

static void
check_lines(const char *text, size_t n)
{
	size_t line = 0, headers = 0;
	bool head = true;

	for (size_t i = 0; i < n; i++) {
		check(text[i] > 0 && text[i] < 127);
		check((text[i] == '\r') == (i + 1 < n && text[i + 1] == '\n'));
		if (text[i] == '\r')
			continue;
		if (text[i] != '\n') {
			check(++line <= 300);
			continue;
		}
		head = head && line > 0;
		headers += head;
		line = 0;
	}
	check(line == 0 && (headers == 8 || headers == 9));
}

/* An ID, a type and a payload; and an address to be checked. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct span rest = {text, size};
	struct mail_message m = {.from = SPAN_LIT("a@b.example"), .time = 1};
	struct buf out;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	m.to = part(&rest);
	if (mail_address_check(m.to, NULL) != 0)
		m.to = SPAN_LIT("c@d.example");
	m.id = part(&rest);
	m.type = part(&rest);
	m.payload = rest;
	buf_init(&out);
	mail_compose(&out, &m);
	check(!buf_failed(&out));
	check_lines(out.data, out.len);
	buf_release(&out);
	free(text);
	return 0;
}
