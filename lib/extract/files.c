#include "extract/files.h"

#include <errno.h>
#include <string.h>

#include "extract/progress.h"
#include "jobs/jobs.h"

struct batch {
	const struct extract_options *options;
	const struct extract_files *files;
	enum verdict status;
	struct extract_progress bar; /* of the batch */
};

static enum verdict
worse(enum verdict a, enum verdict b)
{
	static const unsigned char rank[] = {
	    [VERDICT_GOOD] = 0,
	    [VERDICT_BAD] = 1,
	    [VERDICT_SYSTEM] = 2,
	    [VERDICT_OUTPUT] = 2,
	};

	return rank[a] >= rank[b] ? a : b;
}

static const char *
name_of(const char *path)
{
	return strcmp(path, "-") == 0 ? "<stdin>" : path;
}

/* Measure one file with its progress on a terminal. */
static enum verdict
measure(const struct batch *b, const char *path, struct ndjson_writer *out,
    struct extract_notes *notes, struct err *err)
{
	struct extract_options options = *b->options;
	const char *name = name_of(path);
	struct extract_progress bar;
	enum verdict status;

	if (b->files->jobs > 1 || !b->files->progress)
		return extract_video(&options, path, name, out, notes, err);
	extract_progress_init(&bar, name);
	options.progress = extract_progress_show;
	options.context = &bar;
	status = extract_video(&options, path, name, out, notes, err);
	extract_progress_clear(&bar);
	return status;
}

static void
report(const struct batch *b, enum extract_level level, const char *name,
    const char *what)
{
	if (b->files->progress && b->files->jobs > 1)
		extract_progress_give_way();
	b->files->report(level, name, what);
}

/* In the process of the file: its status is an enum verdict. */
static int
work(void *context, size_t task, int fd)
{
	const struct batch *b = context;
	const char *path = b->files->path[task], *name = name_of(path);
	struct ndjson_writer *out = ndjson_writer_new(fd);
	struct extract_notes notes;
	struct err err = {""};
	enum verdict status;
	int failure;

	if (out == NULL) {
		report(b, EXTRACT_REPORT_ERROR, name, "out of memory");
		return VERDICT_SYSTEM;
	}
	ndjson_writer_unbuffered(out);
	status = measure(b, path, out, &notes, &err);
	if (notes.sandbox.text[0] != '\0')
		report(b, EXTRACT_REPORT_VERBOSE, name, notes.sandbox.text);
	if (notes.streams.text[0] != '\0')
		report(b, EXTRACT_REPORT_NOTE, name, notes.streams.text);
	if (notes.damage.text[0] != '\0')
		report(b, EXTRACT_REPORT_NOTE, name, notes.damage.text);
	if (notes.end.text[0] != '\0')
		report(b, EXTRACT_REPORT_NOTE, name, notes.end.text);
	if (notes.changed)
		report(
		    b, EXTRACT_REPORT_NOTE, name, "changed while it was read");
	if (notes.clock.text[0] != '\0')
		report(b, EXTRACT_REPORT_NOTE, name, notes.clock.text);
	(void)ndjson_flush(out); /* what it returns is the failure */
	failure = ndjson_failure(out);
	if (failure != 0) {
		err_sys(&err, failure, "write failed");
		report(b, EXTRACT_REPORT_ERROR, "<stdout>", err.text);
		return JOBS_EXIT_OUTPUT;
	}
	if (status != VERDICT_GOOD)
		report(b, EXTRACT_REPORT_ERROR, name, err.text);
	return (int)status;
}

static void
ended(void *context, size_t task, int status, int signal)
{
	struct batch *b = context;
	struct err err;

	if (status < 0) {
		err_set(&err, "killed by signal %d", signal);
		report(b, EXTRACT_REPORT_ERROR, name_of(b->files->path[task]),
		    err.text);
		status = VERDICT_BAD;
	}
	b->status = worse(b->status, (enum verdict)status);
}

static void
tick(void *context, size_t done)
{
	struct batch *b = context;

	extract_progress_files(&b->bar, done, b->files->count);
}

enum verdict
extract_files_run(
    const struct extract_options *options, const struct extract_files *files)
{
	struct batch b = {
	    .options = options, .files = files, .status = VERDICT_GOOD};
	struct jobs jobs = {.tasks = files->count,
	    .at_once = files->jobs,
	    .out = files->out,
	    .work = work,
	    .ended = ended,
	    .tick = files->progress && files->jobs > 1 ? tick : NULL,
	    .context = &b};
	enum jobs_status done;
	struct err err;
	int saved;

	extract_progress_init(&b.bar, NULL);
	done = jobs_run(&jobs, &err);
	saved = errno;
	extract_progress_clear(&b.bar);
	errno = saved;
	switch (done) {
	case JOBS_OK:
		return b.status;
	case JOBS_OUTPUT:
		return VERDICT_OUTPUT;
	case JOBS_REPORTED:
		return VERDICT_SYSTEM;
	case JOBS_SYSTEM:
		break;
	}
	files->report(EXTRACT_REPORT_ERROR, NULL, err.text);
	return VERDICT_SYSTEM;
}
