/* The parameters of an operation of vitals-hub: up to the first line break the query,
 * then a body.  The first byte says whether it is a form.  Each parameter of a query or
 * form is text without control characters; what is refused has a message. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hubserver/private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	bool
	    is_text; /* they are not of a resource, whose strings may have any character */
	size_t count;
};

static void
check(bool good)
{
	if (!good)
		abort();
}

static int
see(void *context, struct span name, struct span value, struct err *err)
{
	struct seen *s = context;

	for (size_t i = 0; s->is_text && i < name.n; i++)
		check((unsigned char)name.p[i] >= ' ');
	for (size_t i = 0; s->is_text && i < value.n; i++)
		check((unsigned char)value.p[i] >= ' ');
	check(json_utf8_valid(value, NULL));
	s->count++;
	return span_is(name, "refused") ? err_set(err, "refused") : 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span query, body = {NULL, 0};
	struct err err = {""};
	const char *end;
	struct seen s;

	if (size < 1)
		return 0;
	query = (struct span){(const char *)data + 1, size - 1};
	end = query.n == 0 ? NULL : memchr(query.p, '\n', query.n);
	if (end != NULL) {
		body = (struct span){
		    end + 1, (size_t)(query.p + query.n - end - 1)};
		query.n = (size_t)(end - query.p);
	}
	s = (struct seen){.is_text = data[0] == 'f' || body.n == 0};
	if (hubserver_parameters_read(
		query, data[0] == 'f', body, see, &s, &err) != 0)
		check(err.text[0] != '\0');
	return 0;
}
