#include "extract/subjects.h"

#include <string.h>

void
subjects_init(struct subjects *s, const struct extract_options *options,
    const struct measure_source *about, struct ndjson_writer *out)
{
	memset(s, 0, sizeof(*s));
	s->options = options;
	s->about = about;
	s->out = out;
	s->whole_options = options->measure;
	s->whole_options.method = RPPG_FVP;
	tracing_init(&s->tracing, out, about->name);
}

void
subjects_release(struct subjects *s)
{
	for (unsigned i = 0; i < SKIN_FACES_MAX; i++)
		measure_free(s->face[i]);
	measure_free(s->whole);
	tracing_release(&s->tracing);
}

bool
extract_is_whole(const struct extract_options *options)
{
	return options->measure.method == RPPG_FVP &&
	    options->skin.site == SKIN_SITE_FACE;
}

static bool
wants_traces(const struct subjects *s)
{
	return (s->options->measure.emit & MEASURE_TRACE) != 0;
}

/* Hand ${f} to *${m}, which is made where it is not there yet. */
static enum verdict
push(struct subjects *s, struct measure **m,
    const struct measure_options *options, int index,
    const struct trace_names *names, const struct trace_frame *f, bool mute,
    struct err *err)
{
	if (*m == NULL)
		*m = measure_new(options, s->about, index, names);
	if (*m == NULL) {
		err_set(err, "out of memory");
		return VERDICT_SYSTEM;
	}
	measure_mute(*m, mute);
	return measure_push(*m, f, s->out, err);
}

static enum verdict
push_face(struct subjects *s, const struct skin_sampler *sampler, unsigned i,
    bool mute, struct err *err)
{
	const struct trace_frame *f = skin_trace(sampler, i);
	const struct trace_names *names = skin_names(sampler, i);
	int index = s->options->skin.all_faces ? (int)i : -1;
	enum verdict status = VERDICT_GOOD;

	if (wants_traces(s))
		status = tracing_put(
		    &s->tracing, TRACING_FACES, index, names, f, err);
	if (status != VERDICT_GOOD)
		return status;
	return push(
	    s, &s->face[i], &s->options->measure, index, names, f, mute, err);
}

static enum verdict
push_whole(struct subjects *s, const struct skin_sampler *sampler,
    const struct trace_frame *f, struct err *err)
{
	const struct trace_names *names = skin_fallback_names(sampler);
	enum verdict status = VERDICT_GOOD;

	if (wants_traces(s))
		status =
		    tracing_put(&s->tracing, TRACING_WHOLE, -1, names, f, err);
	if (status != VERDICT_GOOD)
		return status;
	return push(s, &s->whole, &s->whole_options, -1, names, f, false, err);
}

/* There is a face: the whole picture is no longer measured. */
static void
drop_whole(struct subjects *s)
{
	if (s->whole == NULL)
		return;
	s->rate |= measure_missing_reason(s->whole) == NOT_MISSING;
	measure_free(s->whole);
	s->whole = NULL;
}

/* Is it clear whose traces are to be written? */
static enum verdict
decide(struct subjects *s, bool whole, double time)
{
	struct tracing *t = &s->tracing;

	if (!wants_traces(s))
		return VERDICT_GOOD;
	if (!whole)
		return t->decided && t->of == TRACING_FACES
		    ? VERDICT_GOOD
		    : tracing_decide(t, TRACING_FACES);
	if (!t->decided &&
	    (extract_is_whole(s->options) ||
		time - s->first >= EXTRACT_TRACE_WAIT || tracing_is_full(t)))
		return tracing_decide(t, TRACING_WHOLE);
	return VERDICT_GOOD;
}

enum verdict
subjects_push(
    struct subjects *s, const struct skin_sampler *sampler, struct err *err)
{
	const struct trace_frame *f = skin_fallback(sampler);
	enum verdict status = VERDICT_GOOD;
	unsigned faces = skin_subjects(sampler);
	double time = skin_trace(sampler, 0)->time;

	if (extract_is_whole(s->options))
		faces = 0;
	else if (s->options->measure.method != RPPG_FUSION)
		f = NULL;
	if (!s->begun)
		s->first = time;
	s->begun = true;
	if (f == NULL)
		drop_whole(s);
	status = decide(s, f != NULL, time);
	if (f != NULL && status == VERDICT_GOOD)
		status = push_whole(s, sampler, f, err);
	for (unsigned i = 0; i < faces && status == VERDICT_GOOD; i++)
		status = push_face(s, sampler, i, f != NULL, err);
	return status;
}

/* Finish one; a heart rate somewhere makes *${missing} NOT_MISSING. */
static enum verdict
finish(struct subjects *s, struct measure *m, enum missing_reason *missing,
    struct err *err)
{
	enum verdict status = measure_finish(m, s->out, err);

	if (*missing != NOT_MISSING)
		*missing = measure_missing_reason(m);
	return status;
}

enum verdict
subjects_finish(struct subjects *s, enum missing_reason none, struct err *err)
{
	enum verdict status = VERDICT_GOOD;
	enum missing_reason missing = s->rate ? NOT_MISSING : none;

	if (wants_traces(s) && !s->tracing.decided)
		status = tracing_decide(&s->tracing, TRACING_WHOLE);
	if (status != VERDICT_GOOD)
		return status;
	/* Where the whole picture is still measured, what was followed was no
	 * face. */
	for (unsigned i = 0; i < SKIN_FACES_MAX && status == VERDICT_GOOD; i++)
		if (s->face[i] != NULL && s->whole == NULL)
			status = finish(s, s->face[i], &missing, err);
	if (s->whole != NULL)
		status = finish(s, s->whole, &missing, err);
	if (!s->begun)
		status = measure_nothing(
		    &s->options->measure, s->about, none, s->out, err);
	if (status == VERDICT_GOOD && missing != NOT_MISSING) {
		err_set(err, "%s", extract_missing_text(missing));
		status = VERDICT_BAD;
	}
	return status;
}
