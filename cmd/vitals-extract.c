/* vitals-extract: vital signs from video.  See vitals-extract(1). */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calib/calib.h"
#include "cli/cli.h"
#include "diag/diag.h"
#include "extract/extract.h"
#include "extract/files.h"
#include "extract/spec.h"
#include "filter/filter.h"
#include "jobs/jobs.h"
#include "jobs/stop.h"
#include "rppg/method.h"
#include "video/video.h"

struct options {
	struct extract_spec spec;
	const char *trace, *cascade, *calibration;
	int64_t jobs;
};

static struct options opt = {.spec.rate = 1, .spec.stream = -1, .jobs = 1};
static struct extract_options extract;
static struct models models;
static struct filter filter;

static const struct cli_option table[] = {
    CLI_TEXT("emit", 'e', "LIST",
	"measurement, wave, sample, trace (default: measurement)",
	&opt.spec.emit),
    CLI_FILE("from-trace", 't', "FILE",
	"read trace lines instead of video ('-': stdin)", &opt.trace),
    CLI_CHOICE("site", 's', "face|skin|finger",
	"what the video shows (default: face)", &opt.spec.site),
    CLI_TEXT("roi", 0, "X,Y,W,H",
	"where the skin is, in pixels (with --site skin)", &opt.spec.roi),
    CLI_CHOICE("method", 'm', RPPG_METHOD_CHOICES,
	"how to find the pulse (default: fusion)", &opt.spec.method),
    CLI_FLAG("raw", 0, "use the method without what vitals-extract adds",
	&opt.spec.raw),
    CLI_FLAG("all-faces", 0, "measure every face, not only the largest",
	&opt.spec.all_faces),
    CLI_REAL("window", 'w', "SECONDS", "measure windows, not whole recordings",
	&opt.spec.window, MEASURE_WINDOW_MIN, MEASURE_WINDOW_MAX),
    CLI_REAL("every", 0, "SECONDS",
	"time from one window to the next (default: the window)",
	&opt.spec.every, MEASURE_EVERY_MIN, MEASURE_WINDOW_MAX),
    CLI_FLAG(
	"live", 'l', "print samples while the input arrives", &opt.spec.live),
    CLI_REAL("rate", 'r', "HZ", "samples per second (default: 1)",
	&opt.spec.rate, MEASURE_RATE_MIN, MEASURE_RATE_MAX),
    CLI_INTEGER("jobs", 'j', "N", "measure N files at once (default: 1)",
	&opt.jobs, 1, JOBS_MAX),
    CLI_REAL("frame-rate", 0, "HZ",
	"frames per second of video without time stamps", &opt.spec.frame_rate,
	1, VIDEO_RATE_MAX),
    CLI_FLAG("ignore-clock", 0,
	"use --frame-rate even if a video has time stamps",
	&opt.spec.ignore_clock),
    CLI_INTEGER("stream", 0, "N",
	"which stream of a file (default: the best video)", &opt.spec.stream, 0,
	VIDEO_STREAMS_MAX - 1),
    CLI_TEXT("start-time", 0, "TIME", "when the recording began (RFC 3339)",
	&opt.spec.start),
    CLI_FILE("calibration", 'c', "FILE",
	"use the calibration of vitals-calibrate", &opt.calibration),
    CLI_FILE("cascade", 0, "FILE", "face cascade (default: opencv-data's)",
	&opt.cascade),
    CLI_FLAG(
	"no-sandbox", 0, "decode without the sandbox", &opt.spec.no_sandbox),
    FILTER_OPTIONS(&filter),
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

/* All that a single option does not show. */
static int
check_options(int operands)
{
	struct err err;

	if (opt.trace != NULL && operands > 0)
		return cli_usage(
		    &cli, "--from-trace and FILE exclude each other");
	if (opt.trace == NULL && operands == 0)
		return cli_usage(&cli, "needs a FILE ('-' is stdin)");
	if (opt.trace != NULL && opt.spec.frame_rate > 0)
		return cli_usage(
		    &cli, "--frame-rate is for videos: traces have times");
	if (extract_spec_read(&opt.spec, &extract, &err) != 0)
		return cli_usage(&cli, "%s", err.text);
	return CLI_GO;
}

/* What finds faces.  NULL: is not needed. */
struct cascades {
	struct face_cascade *first, *second;
};

static void
free_cascades(struct cascades *cascades)
{
	face_cascade_free(cascades->first);
	face_cascade_free(cascades->second);
}

static int
load_cascade(struct face_cascade **cascade, const char *path)
{
	struct err err = {""};

	*cascade = face_cascade_load(path, &err);
	if (*cascade != NULL)
		return 0;
	diag_error("%s: %s (package opencv-data brings it)", path, err.text);
	return -1;
}

/* Those of opencv-data, or the one of the user and no other. */
static int
load_cascades(struct cascades *cascades)
{
	if (opt.trace != NULL || opt.spec.site != SKIN_SITE_FACE ||
	    extract_is_whole(&extract))
		return 0;
	if (load_cascade(&cascades->first,
		opt.cascade != NULL ? opt.cascade : FACE_CASCADE_FILE) != 0)
		return -1;
	if (opt.cascade == NULL &&
	    load_cascade(&cascades->second, FACE_CASCADE_SECOND_FILE) != 0)
		return -1;
	extract.skin.cascade = cascades->first;
	extract.skin.second = cascades->second;
	return 0;
}

static int
load_calibration(void)
{
	struct err err = {""};

	if (opt.calibration == NULL)
		return 0;
	if (calib_load(&models, opt.calibration, &err) != 0) {
		diag_error("%s: %s", opt.calibration, err.text);
		return -1;
	}
	if (err.text[0] != '\0')
		diag_note("%s: %s", opt.calibration, err.text);
	extract.measure.models = &models;
	return 0;
}

/* ---- Videos ---------------------------------------------------------------- */

static void
report(enum extract_level level, const char *name, const char *what)
{
	if (level == EXTRACT_REPORT_VERBOSE)
		diag_verbose("%s: sandbox: %s", name, what);
	else if (level == EXTRACT_REPORT_NOTE)
		diag_note("%s: %s", name, what);
	else if (name != NULL)
		diag_error("%s: %s", name, what);
	else
		diag_error("%s", what);
}

static int
measure_videos(char *const path[], int n)
{
	const struct extract_files files = {.path = path,
	    .count = (size_t)n,
	    .jobs = (unsigned)opt.jobs,
	    .out = STDOUT_FILENO,
	    .progress = diag_progress_wanted(),
	    .report = report};
	enum verdict status = extract_files_run(&extract, &files);

	if (status == VERDICT_OUTPUT && errno == EPIPE)
		raise(SIGPIPE); /* as if it had been this process that wrote */
	else if (status == VERDICT_OUTPUT)
		diag_errno(errno, "<stdout>: write failed");
	return cli_status(status);
}

/* ---- Traces ---------------------------------------------------------------- */

static void
report_missing(const char *source, int face, enum missing_reason why)
{
	const char *text = extract_missing_text(why);

	if (face >= 0)
		diag_error("%s: face %d: %s", source, face, text);
	else
		diag_error("%s: %s", source, text);
}

static enum verdict
take_trace(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	(void)out;
	return extract_streams_take(context, line->text, err);
}

static int
measure_traces(struct ndjson_writer *out)
{
	union {
		const char *in;
		char *out;
	} file = {.in = opt.trace};
	struct extract_streams *streams =
	    extract_streams_new(&extract, out, report_missing);
	struct err err;
	int status;

	if (streams == NULL) {
		diag_error("out of memory");
		return CLI_SYSTEM;
	}
	if (strcmp(opt.trace, "-") == 0 && jobs_stop_ends(STDIN_FILENO) != 0)
		diag_errno(errno, "/dev/null");
	filter.line = take_trace;
	filter.context = streams;
	status = filter_run(&filter, &file.out, 1, out);
	if (status == CLI_OK || (status == CLI_DATA && !filter.strict)) {
		status = cli_worst(
		    status, cli_status(extract_streams_finish(streams, &err)));
		if (err.text[0] != '\0')
			diag_error("%s: %s", filter.source, err.text);
	}
	extract_streams_free(streams);
	return status;
}

int
main(int argc, char *argv[])
{
	struct cascades cascades = {NULL, NULL};
	struct ndjson_writer *out = NULL;
	int operand, status;

	cli_start(&cli);
	status = cli_parse(&cli, argc, argv, &operand);
	if (status != CLI_GO)
		return status;
	if ((status = check_options(argc - operand)) != CLI_GO)
		return status;
	if (load_cascades(&cascades) != 0 || load_calibration() != 0) {
		free_cascades(&cascades);
		return cli_finish(NULL, CLI_SYSTEM);
	}
	if (opt.spec.live)
		jobs_stop_watch();
	if (opt.trace == NULL) {
		status = measure_videos(argv + operand, argc - operand);
	} else if ((out = cli_output()) == NULL) {
		status = CLI_SYSTEM;
	} else {
		status = measure_traces(out);
	}
	free_cascades(&cascades);
	return cli_finish(out, status);
}
