/* Trace lines that wait until it is clear whether there is a face. */
#include <errno.h>
#include <unistd.h>

#include "check.h"
#include "extract/tracing.h"

static const struct trace_names names = {.count = 1, .name = {"cheek-1"}};

/* What was written so far, and a tracing that writes it. */
struct rig {
	FILE *file;
	struct ndjson_writer *out;
	struct tracing tracing;
	char text[4096];
};

static void
rig_open(struct rig *r)
{
	r->file = tmpfile();
	r->out = r->file != NULL ? ndjson_writer_new(fileno(r->file)) : NULL;
	if (r->out == NULL)
		exit(1);
	tracing_init(&r->tracing, r->out, "clip");
}

static void
rig_close(struct rig *r)
{
	tracing_release(&r->tracing);
	ndjson_writer_free(r->out);
	fclose(r->file);
}

static enum verdict
put(struct rig *r, enum tracing_of of, int face, double time)
{
	struct trace_frame f = {.time = time, .count = 1, .luma = -1};
	struct err err;

	f.region[0] = (struct trace_region){10, 20, 30, 40};
	return tracing_put(&r->tracing, of, face, &names, &f, &err);
}

/* The times and faces of the lines that came out: "0:0 0.5:- ". */
static const char *
written(struct rig *r)
{
	static char list[4096];
	struct trace_reader *reader = trace_reader_new();
	struct trace_line line;
	struct err err;
	ssize_t n;
	char *rest;
	size_t used = 0;

	if (reader == NULL || ndjson_flush(r->out) != 0)
		exit(1);
	n = pread(fileno(r->file), r->text, sizeof(r->text) - 1, 0);
	r->text[n > 0 ? n : 0] = '\0';
	trace_line_init(&line);
	list[0] = '\0';
	for (char *p = strtok_r(r->text, "\n", &rest); p != NULL;
	     p = strtok_r(NULL, "\n", &rest)) {
		char face[16] = "-";

		if (trace_read(reader, span_of(p), &line, &err) != 0)
			snprintf(face, sizeof(face), "bad");
		else if (line.face_index >= 0)
			snprintf(face, sizeof(face), "%d", line.face_index);
		used += (size_t)snprintf(list + used, sizeof(list) - used,
		    "%g:%s ", line.frame.time, face);
	}
	trace_line_release(&line);
	trace_reader_free(reader);
	return list;
}

static void
test_holds(void)
{
	struct rig r;

	rig_open(&r);
	CHECK(put(&r, TRACING_WHOLE, -1, 0) == 0 &&
		put(&r, TRACING_FACES, 3, 0) == 0 &&
		put(&r, TRACING_WHOLE, -1, 0.5) == 0 &&
		put(&r, TRACING_FACES, 4, 0.5) == 0,
	    "lines of both kinds are taken");
	CHECK_TEXT(written(&r), "", "and held");
	CHECK(!tracing_is_full(&r.tracing), "four are not much");
	CHECK(tracing_decide(&r.tracing, TRACING_FACES) == 0, "faces it is");
	CHECK_TEXT(written(&r), "0:3 0.5:4 ", "whose lines come out in order");
	CHECK(put(&r, TRACING_WHOLE, -1, 1) == 0 &&
		put(&r, TRACING_FACES, 3, 1) == 0,
	    "more of both are taken");
	CHECK_TEXT(written(&r), "0:3 0.5:4 1:3 ", "those of faces come out");
	rig_close(&r);
}

static void
test_whole(void)
{
	struct rig r;

	rig_open(&r);
	(void)put(&r, TRACING_WHOLE, -1, 0);
	(void)put(&r, TRACING_FACES, 0, 0);
	CHECK(tracing_decide(&r.tracing, TRACING_WHOLE) == 0,
	    "the whole picture it is");
	(void)put(&r, TRACING_FACES, 0, 0.5);
	(void)put(&r, TRACING_WHOLE, -1, 0.5);
	CHECK_TEXT(written(&r), "0:- 0.5:- ", "of which all lines come out");
	/* A face comes after all: what was dropped stays so. */
	CHECK(tracing_decide(&r.tracing, TRACING_FACES) == 0,
	    "a decision can be changed");
	(void)put(&r, TRACING_WHOLE, -1, 1);
	(void)put(&r, TRACING_FACES, 0, 1);
	CHECK_TEXT(written(&r), "0:- 0.5:- 1:0 ", "for what comes then");
	rig_close(&r);
}

/* Nothing was held: nothing comes out. */
static void
test_nothing(void)
{
	struct rig r;

	rig_open(&r);
	CHECK(tracing_decide(&r.tracing, TRACING_FACES) == 0 &&
		written(&r)[0] == '\0',
	    "no lines of no frames");
	rig_close(&r);
}

static void
test_full(void)
{
	struct rig r;
	unsigned long lines = 0;

	rig_open(&r);
	while (!tracing_is_full(&r.tracing) && lines < 1000000) {
		if (put(&r, TRACING_WHOLE, -1, (double)lines) != 0)
			break;
		lines++;
	}
	CHECK(tracing_is_full(&r.tracing), "there is an end to what is held");
	CHECK(lines > 1200, "which is not before 10 s at 120 frames a second");
	CHECK(r.tracing.held[TRACING_WHOLE].len < (size_t)9 << 20,
	    "nor far behind 8 MiB");
	rig_close(&r);
}

/* An output that cannot be written to. */
static void
test_output(void)
{
	struct tracing t;
	struct trace_frame f = {.count = 1, .luma = -1};
	struct ndjson_writer *out = ndjson_writer_new(-1);
	enum verdict status;
	struct err err;

	if (out == NULL)
		exit(1);
	ndjson_writer_unbuffered(out);
	tracing_init(&t, out, "clip");
	CHECK(tracing_put(&t, TRACING_FACES, -1, &names, &f, &err) == 0,
	    "holding needs no output");
	status = tracing_decide(&t, TRACING_FACES);
	CHECK(status == VERDICT_OUTPUT, "writing what was held does");
	CHECK(ndjson_failure(out) == EBADF, "and the writer knows why");
	status = tracing_put(&t, TRACING_FACES, -1, &names, &f, &err);
	CHECK(status == VERDICT_OUTPUT, "and what comes then, too");
	tracing_release(&t);
	ndjson_writer_free(out);
}

int
main(void)
{
	test_holds();
	test_whole();
	test_nothing();
	test_full();
	test_output();
	return check_done();
}
