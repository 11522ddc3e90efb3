#include "event/maker.h"

static enum verdict
put_line(struct span text, struct ndjson_writer *out)
{
	buf_add_span(ndjson_record(out), text);
	return VERDICT_GOOD; /* the commit reports out of memory */
}

enum verdict
event_reread(struct event_maker *m, struct span line, struct ndjson_writer *out,
    struct err *err)
{
	struct shape_value v[EVENT_FIELDS];
	struct event_notes notes = {0};
	struct buf *record = ndjson_record(out);
	size_t before = record->len;

	if (event_read(&m->reader, line, v, &notes, err) != 0)
		return VERDICT_BAD;
	if (m->opt.mode == EVENT_CHECK || !m->opt.cloudevents)
		return put_line(line, out);
	event_rewrap(record, v, &notes, m->opt.source_uri, line);
	return event_check_length(record->len - before, err);
}

enum verdict
event_reread_cloud(struct event_maker *m, struct span line,
    struct ndjson_writer *out, struct err *err)
{
	struct shape_value v[EVENT_FIELDS];
	struct event_notes notes = {0};
	struct span data;

	if (event_read_cloud(&m->reader, line, v, &notes, &data, err) != 0)
		return VERDICT_BAD;
	if (m->opt.mode == EVENT_CHECK || m->opt.cloudevents)
		return put_line(line, out);
	return put_line(data, out);
}
