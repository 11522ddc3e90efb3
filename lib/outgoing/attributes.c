#include "outgoing/attributes.h"

#include <errno.h>

#include "buf/ascii.h"
#include "instant/instant.h"

#define PREFIX (sizeof(CLOUDEVENT_PREFIX) - 1)

bool
outgoing_is_attribute(struct span name)
{
	return ascii_starts(name, CLOUDEVENT_PREFIX);
}

int
outgoing_attribute_add(struct outgoing_reader *r, struct span name,
    struct span value, struct err *err)
{
	char lower[PREFIX + CLOUDEVENT_NAME_MAX + 1];

	/* One byte more than allowed is enough to be refused. */
	if (name.n > sizeof(lower))
		name.n = sizeof(lower);
	for (size_t i = 0; i < name.n; i++)
		lower[i] = ascii_lower(name.p[i]);
	if (cloudevent_binary_add(&r->attributes,
		(struct span){lower + PREFIX, name.n - PREFIX}, value,
		err) != 0) {
		if (cloudevent_binary_failed(&r->attributes))
			errno = ENOMEM;
		return -1;
	}
	buf_add(&r->attribute_lines, lower, name.n);
	buf_add_text(&r->attribute_lines, ": ");
	buf_add_span(&r->attribute_lines, ascii_trim(value));
	buf_add_byte(&r->attribute_lines, '\n');
	return 0;
}

static struct outgoing_piece
piece_of(struct outgoing_reader *r, struct span text)
{
	const struct outgoing_piece piece = {
	    .offset = r->text.len, .n = text.n, .in_text = true};

	buf_add_span(&r->text, text);
	return piece;
}

int
outgoing_attributes_describe(
    struct outgoing_reader *r, struct outgoing_fields *d, struct err *err)
{
	const struct cloudevent_binary *e = &r->attributes;
	const struct span time = cloudevent_binary_find(e, "time");

	if (cloudevent_binary_check(e, err) != 0)
		return -1;
	if (cloudevent_type_is_own(d->message.content_type))
		return err_set(err,
		    "headers: attributes in binary mode, but contentType is "
		    "that of a CloudEvent in structured mode");
	d->attributes = piece_of(r, buf_span(&r->attribute_lines));
	d->type = piece_of(r, cloudevent_binary_find(e, "type"));
	d->session = piece_of(r, cloudevent_binary_find(e, "partitionkey"));
	d->timed = time.n > 0 && instant_parse(time, &d->time) == 0;
	return 0;
}
