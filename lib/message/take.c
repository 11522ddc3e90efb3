#include <errno.h>

#include "instant/instant.h"
#include "message/message.h"

void
message_from_init(struct message_from *f)
{
	memset(f, 0, sizeof(*f));
	id_maker_init(&f->ids);
}

static int
make_id(struct message_from *f, struct message *m, struct err *err)
{
	if (id_next(&f->ids, instant_now(), f->made) != 0)
		return err_sys(err, errno, "no random bytes for an ID");
	m->id = span_of(f->made);
	return 0;
}

/* Read the ID from the line itself. */
static int
find_id(struct message_reader *r, struct message_from *f, struct message *m,
    struct err *err)
{
	const char *name = f->id_member != NULL ? f->id_member : "id";
	const struct json_member *id = json_index_find(&r->index, name);
	struct err why;

	if (id == NULL || id->type == JSON_NULL) {
		if (f->id_member == NULL)
			return make_id(f, m, err);
		return err_set(err, "no ID: member %s is missing", name);
	}
	if (id->type == JSON_STRING) {
		m->id = json_inside(id->value);
		if (id->value_escaped) {
			buf_clear(&r->text);
			json_unescape(m->id, &r->text);
			m->id = buf_span(&r->text);
		}
	} else if (id->type == JSON_NUMBER) {
		m->id = id->value;
	} else {
		return err_set(err,
		    "no ID: member %s is neither a string nor a number", name);
	}
	if (message_check_id(m->id, &why) == 0)
		return 0;
	return err_set(err, "member %s cannot be the ID: %s", name, why.text);
}

static int
take_object(struct message_reader *r, struct message_from *f, struct message *m,
    enum message_kind kind, struct err *err)
{
	int rc = f->new_id ? make_id(f, m, err) : find_id(r, f, m, err);

	m->content_type = span_of(message_content_type(kind));
	return rc;
}

int
message_take(struct message_reader *r, struct message_from *f, struct span line,
    struct message *m, enum message_kind *kind, struct err *err)
{
	int rc;

	if (message_is_compact(line)) {
		memset(m, 0, sizeof(*m));
		*kind = MESSAGE_SEALED;
		m->content_type = SPAN_LIT(MESSAGE_TYPE_JOSE);
		m->payload = line;
		rc = make_id(f, m, err);
	} else {
		if (json_index_read(&r->index, line, err) != 0)
			return -1;
		*kind = message_kind_of(&r->index);
		if (*kind == MESSAGE_MESSAGE)
			return message_read_indexed(r, m, err);
		memset(m, 0, sizeof(*m));
		m->payload = line;
		rc = take_object(r, f, m, *kind, err);
	}
	if (f->content_type != NULL)
		m->content_type = span_of(f->content_type);
	return rc;
}
