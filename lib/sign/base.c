/*
 * RFC 9421, 2: the signature base of covered components and parameters.
 */
#include "buf/ascii.h"
#include "message/message.h"
#include "sign/rfc9421.h"

static int
malformed(const struct sign_base *b, struct err *err, const char *what)
{
	return err_set(err, "signature-input: %.*s: %s",
	    b->label.n > 64 ? 64 : (int)b->label.n, b->label.p, what);
}

bool
sign_base_covers(const struct sign_base *b, const char *name)
{
	for (size_t i = 0; i < b->count; i++) {
		if (span_is(b->covered[i], name))
			return true;
	}
	return false;
}

static int
cover(struct sign_base *b, const struct sign_field *item, struct err *err)
{
	if (item->type != SIGN_FIELD_STRING || item->escaped ||
	    item->text.n == 0)
		return malformed(b, err, "a component is not a string");
	if (b->count == SIGN_COVERED_MAX)
		return malformed(b, err, "more than 32 components");
	for (size_t i = 0; i < b->count; i++) {
		if (b->covered[i].n == item->text.n &&
		    memcmp(b->covered[i].p, item->text.p, item->text.n) == 0)
			return malformed(b, err, "duplicate component");
	}
	b->covered[b->count++] = item->text;
	return 0;
}

/* A time parameter: an integer from 1. */
static int
take_time(struct sign_base *b, const struct sign_field *value, int64_t *time,
    struct err *err)
{
	if (value->type != SIGN_FIELD_INTEGER || value->number < 1 ||
	    value->number > MESSAGE_TIMESTAMP_MAX)
		return malformed(b, err,
		    "created or expires is not a whole number of seconds since "
		    "1970");
	*time = value->number;
	return 0;
}

int
sign_base_read(struct sign_base *b, struct sign_fields *f, struct span label,
    struct err *err)
{
	struct sign_field item;
	struct span name;

	memset(b, 0, sizeof(*b));
	b->label = label;
	b->params = f->rest;
	if (!sign_fields_list(f))
		return malformed(b, err, "not a list of components");
	while (sign_fields_listed(f, &item)) {
		if (cover(b, &item, err) != 0)
			return -1;
		if (f->rest.n > 0 && f->rest.p[0] == ';')
			return malformed(b, err,
			    "parameters of components are not known here");
	}
	while (sign_fields_parameter(f, &name, &item)) {
		int rc = 0;

		if (span_is(name, "created"))
			rc = take_time(b, &item, &b->created, err);
		else if (span_is(name, "expires"))
			rc = take_time(b, &item, &b->expires, err);
		else if (span_is(name, "alg") && item.type == SIGN_FIELD_STRING)
			b->algorithm = item.text;
		if (rc != 0)
			return -1;
	}
	if (f->bad)
		return malformed(b, err, "malformed");
	b->params.n = (size_t)(f->rest.p - b->params.p);
	return 0;
}

/* Append the host ${s}, normalized: in lower case, without the default port (2.2.3;
 * RFC 9110, 4.2.3).  The scheme is not known, as behind a proxy that speaks TLS, but
 * nobody serves http on port 443 or https on port 80. */
static void
put_authority(struct buf *out, struct span s)
{
	static const char *const port[] = {":443", ":80", ":"};

	for (size_t i = 0; i < sizeof(port) / sizeof(port[0]); i++) {
		size_t n = strlen(port[i]);

		if (s.n > n && memcmp(s.p + s.n - n, port[i], n) == 0) {
			s.n -= n;
			break;
		}
	}
	for (size_t i = 0; i < s.n; i++)
		buf_add_byte(out, ascii_lower(s.p[i]));
}

int
sign_base_write(const struct sign_base *b, sign_lookup *lookup, void *context,
    struct buf *out, struct err *err)
{
	char name[64];

	for (size_t i = 0; i < b->count; i++) {
		struct span value;

		if (b->covered[i].n >= sizeof(name))
			return malformed(b, err, "a component is too long");
		memcpy(name, b->covered[i].p, b->covered[i].n);
		name[b->covered[i].n] = '\0';
		value = lookup(context, name);
		if (value.p == NULL)
			return err_set(err,
			    "signature-input: %.*s covers %s, which is not "
			    "there",
			    b->label.n > 64 ? 64 : (int)b->label.n, b->label.p,
			    name);
		buf_add_byte(out, '"');
		buf_add_text(out, name);
		buf_add(out, "\": ", 3);
		value = ascii_trim(value);
		if (strcmp(name, "@authority") == 0)
			put_authority(out, value);
		else
			buf_add_span(out, value);
		buf_add_byte(out, '\n');
	}
	buf_add_text(out, "\"@signature-params\": ");
	buf_add_span(out, b->params);
	return buf_failed(out) ? err_set(err, "out of memory") : 0;
}
