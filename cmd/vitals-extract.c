/* vitals-extract: vital signs from video.  See vitals-extract(1). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calib/calib.h"
#include "cli/cli.h"
#include "crew/crew.h"
#include "diag/diag.h"
#include "extract/extract.h"
#include "extract/progress.h"
#include "instant/instant.h"

struct options {
	const char *emit, *trace, *roi, *start, *cascade;
	const char *rejects, *calibration;
	unsigned site, method;
	double window, every, rate;
	int64_t jobs;
	bool live, all_faces, no_sandbox, strict;
};

static struct options opt = {
    .rate = 1, .jobs = 1, .cascade = FACE_CASCADE_FILE};
static struct extract_options extract;
static struct vitals_models models;
static int rejects_fd = -1;

static const struct cli_option table[] = {
    CLI_TEXT("emit", 'e', "LIST",
	"measurement, wave, sample, trace (default: measurement)", &opt.emit),
    CLI_FILE("from-trace", 't', "FILE",
	"read trace lines instead of video ('-': stdin)", &opt.trace),
    CLI_CHOICE("site", 's', "face|skin|finger",
	"what the camera saw (default: face)", &opt.site),
    CLI_TEXT("roi", 0, "X,Y,W,H", "the skin's place, pixels (with --site skin)",
	&opt.roi),
    CLI_CHOICE("method", 'm', "fusion|green|chrom|pos|lgi|omit|pbv|ica|fvp",
	"how the pulse is found (default: fusion)", &opt.method),
    CLI_FLAG("all-faces", 0, "measure every face, not the largest alone",
	&opt.all_faces),
    CLI_REAL("window", 'w', "SECONDS", "measure windows, not whole recordings",
	&opt.window, MEASURE_WINDOW_MIN, MEASURE_WINDOW_MAX),
    CLI_REAL("every", 0, "SECONDS",
	"from one window to the next (default: the window)", &opt.every,
	MEASURE_EVERY_MIN, MEASURE_WINDOW_MAX),
    CLI_FLAG("live", 'l', "print samples while the input arrives", &opt.live),
    CLI_REAL("rate", 'r', "HZ", "samples a second (default: 1)", &opt.rate,
	MEASURE_RATE_MIN, MEASURE_RATE_MAX),
    CLI_INTEGER("jobs", 'j', "N", "files at once (default: 1)", &opt.jobs, 1,
	CREW_JOBS_MAX),
    CLI_TEXT("start-time", 0, "TIME", "when the recording began (RFC 3339)",
	&opt.start),
    CLI_FILE("calibration", 'c', "FILE",
	"use the calibration of vitals-calibrate", &opt.calibration),
    CLI_FILE("cascade", 0, "FILE", "LBP face cascade (default: opencv-data's)",
	&opt.cascade),
    CLI_FLAG("no-sandbox", 0, "decode without giving up any rights",
	&opt.no_sandbox),
    CLI_FILE("rejects", 0, "FILE", "append trace lines that are refused",
	&opt.rejects),
    CLI_FLAG("strict", 0, "stop at the first bad trace line", &opt.strict),
};

static const struct cli cli = {
    .name = "vitals-extract",
    .operands = "[FILE ...]",
    .summary = "Measure vital signs in video of a face, skin or fingertip.",
    .example = "  vitals-extract clip.mp4 | jq .readings\n"
	       "  vitals-extract --live --rate 2 - < camera.mkv",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

/* ---- Options --------------------------------------------------------------- */

/* "measurement,wave": a set. */
static int
read_emit(unsigned *set)
{
	static const struct {
		const char *name;
		unsigned bit;
	} kind[] = {{"measurement", MEASURE_MEASUREMENT},
	    {"trace", MEASURE_TRACE}, {"wave", MEASURE_WAVE},
	    {"sample", MEASURE_SAMPLE}};
	const char *p = opt.emit;

	*set = 0;
	for (;;) {
		size_t n = strcspn(p, ",");
		unsigned bit = 0;

		for (int i = 0; i < 4; i++)
			if (span_is((struct span){p, n}, kind[i].name))
				bit = kind[i].bit;
		if (bit == 0 || (*set & bit) != 0)
			return cli_usage(&cli,
			    "--emit: '%.*s' is not one of measurement, wave, "
			    "sample, trace, each once",
			    (int)n, p);
		*set |= bit;
		if (p[n] == '\0')
			return CLI_GO;
		p += n + 1;
	}
}

static int
read_roi(void)
{
	double value[4];
	const char *p = opt.roi;

	for (int i = 0; i < 4; i++) {
		char number[16];
		size_t n = strcspn(p, ",");

		if (n >= sizeof(number) || (p[n] == ',') != (i < 3))
			return -1;
		memcpy(number, p, n);
		number[n] = '\0';
		if (cli_read_real(
			number, i < 2 ? 0 : 1, VIDEO_SIDE_MAX, &value[i]) != 0)
			return -1;
		p += n + 1;
	}
	extract.skin.roi.x = value[0];
	extract.skin.roi.y = value[1];
	extract.skin.roi.width = value[2];
	extract.skin.roi.height = value[3];
	return 0;
}

static int
check_window(void)
{
	if (opt.every > 0 && opt.window <= 0)
		return cli_usage(&cli, "--every goes with --window");
	if (opt.every > opt.window)
		return cli_usage(&cli,
		    "--every %g would leave out what lies between windows of "
		    "%g s",
		    opt.every, opt.window);
	extract.measure.window = opt.window;
	extract.measure.every = opt.every > 0 ? opt.every : opt.window;
	return CLI_GO;
}

/* All that one option does not show. */
static int
check_options(int operands)
{
	struct measure_options *m = &extract.measure;

	m->emit = opt.live ? MEASURE_MEASUREMENT | MEASURE_SAMPLE
			   : MEASURE_MEASUREMENT;
	if (opt.emit != NULL && read_emit(&m->emit) != CLI_GO)
		return CLI_USAGE;
	if (opt.live)
		m->emit |= MEASURE_SAMPLE;
	else if ((m->emit & MEASURE_SAMPLE) != 0)
		return cli_usage(&cli, "--emit sample goes with --live");
	if (opt.trace != NULL && operands > 0)
		return cli_usage(
		    &cli, "--from-trace takes the place of the videos");
	if (opt.trace == NULL && operands == 0)
		return cli_usage(&cli, "needs a FILE ('-' is stdin)");
	if (opt.roi != NULL && (opt.site != SKIN_SITE_SKIN || read_roi() != 0))
		return cli_usage(&cli,
		    "--roi: '%s': needs X,Y,W,H in pixels, and --site skin",
		    opt.roi);
	if (opt.start != NULL &&
	    instant_parse(span_of(opt.start), &extract.start) != 0)
		return cli_usage(&cli,
		    "--start-time: '%s' is not an RFC 3339 time with offset",
		    opt.start);
	if (opt.all_faces && opt.site != SKIN_SITE_FACE)
		return cli_usage(&cli, "--all-faces goes with --site face");
	if (opt.all_faces && opt.method == RPPG_FVP)
		return cli_usage(
		    &cli, "--all-faces and --method fvp, which knows no face");
	m->site = (enum rppg_site)opt.site;
	m->method = (enum rppg_method)opt.method;
	m->rate = opt.rate;
	extract.skin.site = (enum skin_site)opt.site;
	extract.skin.all_faces = opt.all_faces;
	extract.has_start = opt.start != NULL;
	extract.sandbox = !opt.no_sandbox;
	return check_window();
}

static int
load_files(struct face_cascade **cascade)
{
	struct err err = {""};

	*cascade = NULL;
	if (opt.trace == NULL && opt.site == SKIN_SITE_FACE &&
	    !extract_is_whole(&extract)) {
		*cascade = face_cascade_load(opt.cascade, &err);
		if (*cascade == NULL) {
			diag_error("%s: %s (package opencv-data brings it)",
			    opt.cascade, err.text);
			return -1;
		}
		extract.skin.cascade = *cascade;
	}
	if (opt.calibration != NULL) {
		if (calib_load(&models, opt.calibration, &err) != 0) {
			diag_error("%s: %s", opt.calibration, err.text);
			face_cascade_free(*cascade);
			return -1;
		}
		extract.measure.models = &models;
	}
	return 0;
}

/* ---- Videos ---------------------------------------------------------------- */

struct files {
	char *const *path;
	int status;
};

/* The status of one file, whose troubles are told here. */
static int
report(enum extract_status status, const char *name, const struct err *err)
{
	switch (status) {
	case EXTRACT_OK:
		return CLI_OK;
	case EXTRACT_DATA:
		diag_error("%s: %s", name, err->text);
		return CLI_DATA;
	case EXTRACT_SYSTEM:
		diag_error("%s: %s", name, err->text);
		break;
	case EXTRACT_OUTPUT:
		break;
	}
	return CLI_SYSTEM;
}

static int
measure_file(void *context, size_t task, int fd)
{
	const struct files *files = context;
	const char *path = files->path[task];
	const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
	struct ndjson_writer *out = ndjson_writer_new(fd);
	struct extract_progress bar;
	struct extract_notes notes;
	struct err err = {""};
	enum extract_status status;

	if (out == NULL) {
		diag_error("out of memory");
		return CLI_SYSTEM;
	}
	ndjson_writer_unbuffered(out);
	if (opt.jobs == 1 && diag_progress_wanted()) {
		extract_progress_init(&bar, name);
		extract.progress = extract_progress_show;
		extract.context = &bar;
	}
	status = extract_video(&extract, path, name, out, &notes, &err);
	if (extract.progress != NULL)
		extract_progress_clear(&bar);
	if (notes.sandbox.text[0] != '\0')
		diag_verbose("%s: sandbox: %s", name, notes.sandbox.text);
	if (notes.damage.text[0] != '\0')
		diag_note("%s: %s", name, notes.damage.text);
	if (status == EXTRACT_OUTPUT || ndjson_flush(out) != 0) {
		diag_errno(errno, "<stdout>: write failed");
		return CLI_SYSTEM;
	}
	return report(status, name, &err);
}

static void
file_ended(void *context, size_t task, int status, int signal)
{
	struct files *files = context;

	if (status < 0) {
		diag_error("%s: the decoder died of signal %d",
		    files->path[task], signal);
		status = CLI_DATA;
	}
	files->status = cli_worst(files->status, status);
}

static int
measure_videos(char *const path[], int n)
{
	struct files files = {.path = path, .status = CLI_OK};
	struct crew crew = {.tasks = (size_t)n,
	    .jobs = (unsigned)opt.jobs,
	    .out = STDOUT_FILENO,
	    .work = measure_file,
	    .ended = file_ended,
	    .context = &files};
	struct err err;

	if (crew_run(&crew, &err) == 0)
		return files.status;
	if (err.text[0] != '\0')
		diag_error("%s", err.text);
	else if (errno == EPIPE)
		raise(SIGPIPE); /* as if it had been this process that wrote */
	else
		diag_errno(errno, "<stdout>: write failed");
	return CLI_SYSTEM;
}

/* ---- Traces ---------------------------------------------------------------- */

static bool
refuse(void *context, const struct ndjson_line *line, const char *what)
{
	const char *name = context;

	diag_error("%s:%llu: %s", name, (unsigned long long)line->number, what);
	if (rejects_fd >= 0) {
		struct span text[2] = {line->text, SPAN_LIT("\n")};

		for (int i = 0; i < 2; i++)
			if (write(rejects_fd, text[i].p, text[i].n) < 0)
				diag_errno(errno, "%s", opt.rejects);
	}
	return !opt.strict;
}

static void
absent(void *context, const char *source, int face, enum absent why)
{
	(void)context;
	if (face >= 0)
		diag_error(
		    "%s: face %d: %s", source, face, extract_absent_text(why));
	else
		diag_error("%s: %s", source, extract_absent_text(why));
}

static int
measure_traces(struct ndjson_writer *out)
{
	bool is_stdin = strcmp(opt.trace, "-") == 0;
	const char *name = is_stdin ? "<stdin>" : opt.trace;
	struct extract_lines lines = {refuse, absent, NULL};
	struct err err = {""};
	int fd =
		is_stdin ? STDIN_FILENO : open(opt.trace, O_RDONLY | O_CLOEXEC),
	    status;

	if (fd < 0) {
		diag_errno(errno, "%s", name);
		return CLI_SYSTEM;
	}
	if (opt.rejects != NULL &&
	    (rejects_fd = open(opt.rejects,
		 O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) < 0) {
		diag_errno(errno, "%s", opt.rejects);
		return CLI_SYSTEM;
	}
	union {
		const char *in;
		void *out;
	} context = {.in = name};
	lines.context = context.out;
	enum extract_status result =
	    extract_traces(&extract, fd, &lines, out, &err);
	if (result == EXTRACT_DATA && err.text[0] == '\0')
		status = CLI_DATA;
	else
		status = report(result, name, &err);
	if (!is_stdin)
		close(fd);
	return status;
}

int
main(int argc, char *argv[])
{
	struct face_cascade *cascade;
	struct ndjson_writer *out = NULL;
	int operand, status;

	cli_start(&cli);
	status = cli_parse(&cli, argc, argv, &operand);
	if (status != CLI_GO)
		return status;
	if ((status = check_options(argc - operand)) != CLI_GO)
		return status;
	if (load_files(&cascade) != 0)
		return cli_finish(NULL, CLI_SYSTEM);
	if (opt.trace == NULL) {
		status = measure_videos(argv + operand, argc - operand);
	} else if ((out = cli_output()) == NULL) {
		status = CLI_SYSTEM;
	} else {
		status = measure_traces(out);
	}
	face_cascade_free(cascade);
	return cli_finish(out, status);
}
