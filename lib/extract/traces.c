#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "extract/extract.h"
#include "trace/line.h"

/* One source (and face) of the stream. */
struct stream {
	char *name;
	int face_index;
	struct trace_names names;
	struct measure_source about;
	struct measure_options how;
	struct measure *measure;
	double last, interval;
	uint64_t used; /* number of its last line */
};

struct streams {
	const struct extract_options *options;
	const struct extract_lines *lines;
	struct ndjson_writer *out;
	struct stream *open[EXTRACT_SOURCES_MAX]; /* by first appearance */
	unsigned count;
	bool bad;
};

static void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	measure_free(s->measure);
	free(s->name);
	free(s);
}

static struct stream *
stream_new(const struct extract_options *o, struct trace_line *l)
{
	struct stream *s = calloc(1, sizeof(*s));
	const char *name = buf_string(&l->source);

	if (s == NULL || name == NULL || (s->name = strdup(name)) == NULL) {
		free(s);
		return NULL;
	}
	s->face_index = l->face_index;
	s->names = l->names;
	s->about.name = s->name;
	s->about.has_start = o->has_start;
	s->about.start = o->start;
	s->how = o->measure;
	if (s->how.method == RPPG_FUSION && skin_names_are_fallback(&s->names))
		s->how.method = RPPG_FVP;
	s->measure = measure_new(&s->how, &s->about, s->face_index, &s->names);
	if (s->measure == NULL) {
		stream_free(s);
		return NULL;
	}
	return s;
}

static enum extract_status
of_measure(int status, const struct err *err)
{
	if (status == 0)
		return EXTRACT_OK;
	return err->text[0] == '\0' ? EXTRACT_OUTPUT : EXTRACT_SYSTEM;
}

/* Write what is left of the stream at ${i} and forget it. */
static enum extract_status
finish(struct streams *all, unsigned i, struct err *err)
{
	struct stream *s = all->open[i];
	int status =
	    measure_finish(s->measure, s->last + s->interval, all->out, err);
	enum absent absent = measure_absent(s->measure);

	if (status == 0 && absent != ABSENT_NOT) {
		all->bad = true;
		all->lines->absent(
		    all->lines->context, s->name, s->face_index, absent);
	}
	stream_free(s);
	memmove(&all->open[i], &all->open[i + 1],
	    (--all->count - i) * sizeof(struct stream *));
	return of_measure(status, err);
}

/* The line's stream, a new one where needed; NULL with ${status} set. */
static struct stream *
stream_of(struct streams *all, struct trace_line *l,
    enum extract_status *status, struct err *err)
{
	unsigned oldest = 0;

	for (unsigned i = 0; i < all->count; i++) {
		struct stream *s = all->open[i];

		if (s->face_index == l->face_index &&
		    span_is(buf_span(&l->source), s->name))
			return s;
		if (s->used < all->open[oldest]->used)
			oldest = i;
	}
	if (all->count == EXTRACT_SOURCES_MAX &&
	    (*status = finish(all, oldest, err)) != EXTRACT_OK)
		return NULL;
	struct stream *s = stream_new(all->options, l);
	if (s == NULL) {
		err_set(err, "out of memory");
		*status = EXTRACT_SYSTEM;
		return NULL;
	}
	all->open[all->count++] = s;
	return s;
}

/* A face came where the whole picture was: it begins anew, as in a video. */
static enum extract_status
begin_face(struct stream *s, struct trace_line *l,
    const struct extract_options *o, struct err *err)
{
	struct measure *m =
	    measure_new(&o->measure, &s->about, s->face_index, &l->names);

	if (m == NULL) {
		err_set(err, "out of memory");
		return EXTRACT_SYSTEM;
	}
	measure_free(s->measure);
	s->measure = m;
	s->names = l->names;
	return EXTRACT_OK;
}

/* Take one good line.  EXTRACT_DATA: it does not fit its source. */
static enum extract_status
take(
    struct streams *all, struct trace_line *l, uint64_t number, struct err *err)
{
	enum extract_status status = EXTRACT_OK;
	struct stream *s = stream_of(all, l, &status, err);

	if (s == NULL)
		return status;
	if (skin_names_are_fallback(&s->names) &&
	    !skin_names_are_fallback(&l->names))
		status = begin_face(s, l, all->options, err);
	if (status != EXTRACT_OK)
		return status;
	if (!trace_names_equal(&s->names, &l->names)) {
		err_set(err, "the regions are not those of its source");
		return EXTRACT_DATA;
	}
	if (s->used > 0 && !(l->frame.time > s->last)) {
		err_set(err, "\"offsetSeconds\" does not rise");
		return EXTRACT_DATA;
	}
	if ((all->options->measure.emit & MEASURE_TRACE) != 0) {
		trace_write(ndjson_record(all->out), span_of(s->name),
		    s->face_index, &s->names, &l->frame);
		if (ndjson_commit(all->out) != 0)
			return EXTRACT_OUTPUT;
	}
	if (s->used > 0)
		s->interval = l->frame.time - s->last;
	s->last = l->frame.time;
	s->used = number;
	return of_measure(
	    measure_push(s->measure, &l->frame, all->out, err), err);
}

static enum extract_status
take_line(struct streams *all, struct trace_reader *reader,
    struct trace_line *l, const struct ndjson_line *line, struct err *err)
{
	enum extract_status status = EXTRACT_DATA;

	err->text[0] = '\0';
	if (line->text.n == 0)
		return EXTRACT_OK;
	if (trace_read(reader, line->text, l, err) == 0)
		status = take(all, l, line->number, err);
	if (status != EXTRACT_DATA)
		return status;
	all->bad = true;
	bool go_on = all->lines->refuse(all->lines->context, line, err->text);
	err->text[0] = '\0'; /* it is told */
	return go_on ? EXTRACT_OK : EXTRACT_DATA;
}

static enum extract_status
read_lines(struct streams *all, struct ndjson_reader *in,
    struct trace_reader *reader, struct trace_line *l, struct err *err)
{
	enum extract_status status = EXTRACT_OK;
	struct ndjson_line line;

	while (status == EXTRACT_OK) {
		switch (ndjson_next(in, &line)) {
		case NDJSON_LINE:
			status = take_line(all, reader, l, &line, err);
			break;
		case NDJSON_TOO_LONG:
			all->bad = true;
			if (!all->lines->refuse(all->lines->context, &line,
				"longer than 1048576 bytes"))
				status = EXTRACT_DATA;
			break;
		case NDJSON_FAILED:
			err_sys(err, errno, "read");
			return EXTRACT_SYSTEM;
		case NDJSON_FLUSH_FAILED:
			return EXTRACT_OUTPUT;
		case NDJSON_END:
			return EXTRACT_OK;
		}
	}
	return status;
}

enum extract_status
extract_traces(const struct extract_options *options, int fd,
    const struct extract_lines *lines, struct ndjson_writer *out,
    struct err *err)
{
	struct streams all = {.options = options, .lines = lines, .out = out};
	struct ndjson_reader *in = ndjson_reader_new(fd, 0);
	struct trace_reader *reader = trace_reader_new();
	enum extract_status status = EXTRACT_SYSTEM;
	struct trace_line *l = malloc(sizeof(*l));

	err_set(err, "out of memory");
	if (l != NULL)
		trace_line_init(l);
	if (in != NULL && reader != NULL && l != NULL) {
		err->text[0] = '\0';
		ndjson_reader_tie(in, out);
		status = read_lines(&all, in, reader, l, err);
	}
	while (all.count > 0) {
		if (status == EXTRACT_OK)
			status = finish(&all, 0, err);
		else
			stream_free(all.open[--all.count]);
	}
	if (l != NULL)
		trace_line_release(l);
	free(l);
	trace_reader_free(reader);
	ndjson_reader_free(in);
	if (status == EXTRACT_OK && all.bad)
		status = EXTRACT_DATA;
	return status;
}
