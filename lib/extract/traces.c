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
	double last;   /* time of its last line, s */
	uint64_t used; /* number of its last line */
};

struct extract_streams {
	const struct extract_options *options;
	extract_missing_fn *missing;
	struct ndjson_writer *out;
	struct trace_reader *reader;
	struct trace_line line;
	struct stream *open[EXTRACT_SOURCES_MAX]; /* by first appearance */
	unsigned count;
	uint64_t lines;
	bool bad; /* a source had no heart rate */
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

/* Write what is left of the stream at ${i} and forget it. */
static enum verdict
finish(struct extract_streams *all, unsigned i, struct err *err)
{
	struct stream *s = all->open[i];
	enum verdict status = measure_finish(s->measure, all->out, err);
	enum missing_reason missing = measure_missing_reason(s->measure);

	if (status == VERDICT_GOOD && missing != NOT_MISSING) {
		all->bad = true;
		all->missing(s->name, s->face_index, missing);
	}
	stream_free(s);
	memmove(&all->open[i], &all->open[i + 1],
	    (--all->count - i) * sizeof(struct stream *));
	return status;
}

/* The line's stream, a new one where needed; NULL with ${status} set. */
static struct stream *
stream_of(struct extract_streams *all, struct trace_line *l,
    enum verdict *status, struct err *err)
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
	    (*status = finish(all, oldest, err)) != VERDICT_GOOD)
		return NULL;
	struct stream *s = stream_new(all->options, l);
	if (s == NULL) {
		err_set(err, "out of memory");
		*status = VERDICT_SYSTEM;
		return NULL;
	}
	all->open[all->count++] = s;
	return s;
}

/* A face came where the whole picture was: it starts again, as in a video. */
static enum verdict
begin_face(struct stream *s, struct trace_line *l,
    const struct extract_options *o, struct err *err)
{
	struct measure *m =
	    measure_new(&o->measure, &s->about, s->face_index, &l->names);

	if (m == NULL) {
		err_set(err, "out of memory");
		return VERDICT_SYSTEM;
	}
	measure_free(s->measure);
	s->measure = m;
	s->names = l->names;
	return VERDICT_GOOD;
}

/* What shows a face is not a fingertip. */
static void
hide(struct trace_frame *f)
{
	for (unsigned i = 0; i < f->count; i++)
		f->region[i] = (struct trace_region){0};
}

/* Take one good line.  VERDICT_BAD: it does not fit its source. */
static enum verdict
take(struct extract_streams *all, struct trace_line *l, struct err *err)
{
	enum verdict status = VERDICT_GOOD;
	struct stream *s = stream_of(all, l, &status, err);

	if (s == NULL)
		return status;
	if (s->used > 0 && !(l->frame.time > s->last)) {
		err_set(err, "\"offsetSeconds\" does not rise");
		return VERDICT_BAD;
	}
	if (skin_names_are_fallback(&s->names) &&
	    !skin_names_are_fallback(&l->names))
		status = begin_face(s, l, all->options, err);
	if (status != VERDICT_GOOD)
		return status;
	if (!trace_names_equal(&s->names, &l->names)) {
		err_set(err, "the regions are not those of its source");
		return VERDICT_BAD;
	}
	if ((all->options->measure.emit & MEASURE_TRACE) != 0) {
		trace_write(ndjson_record(all->out), span_of(s->name),
		    s->face_index, &s->names, &l->frame);
		if (ndjson_commit(all->out) != 0)
			return VERDICT_OUTPUT;
	}
	if (all->options->measure.site == RPPG_SITE_FINGER &&
	    l->frame.face.width > 0)
		hide(&l->frame);
	s->last = l->frame.time;
	s->used = ++all->lines;
	return measure_push(s->measure, &l->frame, all->out, err);
}

struct extract_streams *
extract_streams_new(const struct extract_options *options,
    struct ndjson_writer *out, extract_missing_fn *missing)
{
	struct extract_streams *all = calloc(1, sizeof(*all));

	if (all == NULL || (all->reader = trace_reader_new()) == NULL) {
		free(all);
		return NULL;
	}
	all->options = options;
	all->out = out;
	all->missing = missing;
	trace_line_init(&all->line);
	return all;
}

void
extract_streams_free(struct extract_streams *all)
{
	if (all == NULL)
		return;
	while (all->count > 0)
		stream_free(all->open[--all->count]);
	trace_line_release(&all->line);
	trace_reader_free(all->reader);
	free(all);
}

enum verdict
extract_streams_take(
    struct extract_streams *all, struct span text, struct err *err)
{
	err->text[0] = '\0';
	if (trace_read(all->reader, text, &all->line, err) != 0)
		return VERDICT_BAD;
	return take(all, &all->line, err);
}

enum verdict
extract_streams_finish(struct extract_streams *all, struct err *err)
{
	enum verdict status = VERDICT_GOOD;

	err->text[0] = '\0';
	while (all->count > 0 && status == VERDICT_GOOD)
		status = finish(all, 0, err);
	return status == VERDICT_GOOD && all->bad ? VERDICT_BAD : status;
}
