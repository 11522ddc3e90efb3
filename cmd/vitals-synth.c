/* vitals-synth - make a test video whose pulse is known: vitals-synth(1). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "compat/same.h"
#include "diag/diag.h"
#include "instant/instant.h"
#include "synth/clip.h"
#include "synth/synth.h"
#include "synth/truth.h"

/* Settings that are read from text. */
static const struct {
	const char *name;
	int (*read)(struct synth_spec *s, const char *text, struct err *err);
} texts[] = {{"heart-rate", synth_spec_heart_rate},
    {"breathing-rate", synth_spec_breathing_rate}, {"size", synth_spec_size},
    {"frame-rate", synth_spec_frame_rate}};

#define TEXTS (sizeof(texts) / sizeof(texts[0]))

static struct options {
	struct synth_spec spec;
	struct video_writer_spec video;
	struct cli_list encoder;
	const char *text[TEXTS], *truth, *creation;
	unsigned quarters; /* of a turn */
} opt = {.video = {.quality = -1, .creation = VIDEO_WRITER_NO_TIME}};

static const struct cli_option table[] = {
    CLI_WRITTEN("truth", 't', "FILE", "write the true beats", &opt.truth),
    CLI_CHOICE(
	"scene", 0, SYNTH_SCENES, "what the camera sees", &opt.spec.scene),
    CLI_REAL("duration", 'd', "SECONDS", "length (20)", &opt.spec.seconds,
	SYNTH_SECONDS_MIN, SYNTH_SECONDS_MAX),
    CLI_INTEGER(
	"seed", 's', "N", "random seed (1)", &opt.spec.seed, 0, SYNTH_SEED_MAX),
    CLI_HEADING("Heart and breath"),
    CLI_TEXT("heart-rate", 'r', "COURSE",
	"beats per minute (72), or 60@0,90@20", &opt.text[0]),
    CLI_REAL("hrv", 0, "MS", "SDNN of the intervals (3 %)", &opt.spec.hrv, 0,
	SYNTH_HRV_MAX),
    CLI_TEXT(
	"breathing-rate", 0, "COURSE", "breaths per minute (15)", &opt.text[1]),
    CLI_REAL("breathing-depth", 0, "X", "strength of the breathing (1)",
	&opt.spec.breathing_depth, 0, 5),
    CLI_REAL("pulse-strength", 0, "PERCENT",
	"of green, on the lightest skin (1)", &opt.spec.pulse_percent, 0, 20),
    CLI_REAL("transit", 0, "SECONDS", "delay from forehead to chin (0.03)",
	&opt.spec.transit, 0, SYNTH_TRANSIT_MAX),
    CLI_FLAG("no-pulse", 0, "breathing only", &opt.spec.no_pulse),
    CLI_CHOICE(
	"skin-tone", 0, SYNTH_TONE_NAMES, "light to dark (2)", &opt.spec.tone),
    CLI_HEADING("Camera"),
    CLI_TEXT("size", 0, "WxH", "size of the picture (640x480)", &opt.text[2]),
    CLI_REAL("face-size", 0, "PERCENT", "of the height of the picture (50)",
	&opt.spec.face_percent, 10, 90),
    CLI_TEXT(
	"frame-rate", 0, "N", "frames per second, or N/D (30)", &opt.text[3]),
    CLI_REAL("frame-jitter", 0, "MS", "deviation of the frame times",
	&opt.spec.jitter_ms, 0, 100),
    CLI_REAL("drop-frames", 0, "PERCENT", "share of the frames to drop",
	&opt.spec.drop_percent, 0, 90),
    CLI_REAL("noise", 0, "SIGMA", "noise of the sensor, of 255 (2)",
	&opt.spec.noise, 0, 50),
    CLI_CHOICE(
	"motion", 0, SYNTH_MOTIONS, "motion of the head", &opt.spec.motion),
    CLI_REAL("motion-amplitude", 0, "PERCENT", "of the width of the face (6)",
	&opt.spec.motion_percent, 0, 50),
    CLI_REAL("motion-frequency", 0, "HZ", "(typical of the motion)",
	&opt.spec.motion_hz, 0.01, 20),
    CLI_CHOICE(
	"light", 0, SYNTH_LIGHTS, "how the light changes", &opt.spec.light),
    CLI_REAL("light-level", 0, "X", "brightness of the light (1)",
	&opt.spec.light_level, 0.001, 4),
    CLI_REAL("light-amplitude", 0, "PERCENT", "size of the changes (4)",
	&opt.spec.light_percent, 0, 90),
    CLI_REAL("light-frequency", 0, "HZ", "(typical of the light)",
	&opt.spec.light_hz, 0.001, 1000),
    CLI_HEADING("File"),
    CLI_TEXT("format", 'f', "NAME", "container (by the name of FILE)",
	&opt.video.format),
    CLI_TEXT("codec", 'c', "NAME", "encoder (libx264)", &opt.video.codec),
    CLI_INTEGER("bit-rate", 'b', "BIT/S", "(by quality)", &opt.video.bit_rate,
	1000, 1000000000),
    CLI_REAL(
	"crf", 0, "N", "quality: lower is better", &opt.video.quality, 0, 63),
    CLI_LIST("encoder-option", 0, "NAME=VALUE", "option of the encoder",
	&opt.encoder),
    CLI_TEXT("pixel-format", 0, "NAME", "yuv420p, yuv444p10le, ...",
	&opt.video.pixel_format),
    CLI_FLAG("full-range", 0, "luma from 0 to 255", &opt.video.full_range),
    CLI_CHOICE("rotate", 0, "0|90|180|270", "store turned, with a flag",
	&opt.quarters),
    CLI_TEXT("make", 0, "TEXT", "the camera's make", &opt.video.make),
    CLI_TEXT("model", 0, "TEXT", "and model", &opt.video.model),
    CLI_TEXT("creation-time", 0, "TIME", "RFC 3339", &opt.creation),
};

static const struct cli cli = {
    .name = "vitals-synth",
    .operands = "FILE",
    .summary = "Make a test video whose pulse is known.",
    .example = "  vitals-synth -r 72 -d 30 -t truth.ndjson clip.mp4",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

static bool
is_stdout(const char *path)
{
	return path != NULL && strcmp(path, "-") == 0;
}

/* What a single option does not show.  Return CLI_GO, or a status. */
static int
check(const char *path)
{
	struct err err;

	for (size_t i = 0; i < TEXTS; i++) {
		if (opt.text[i] != NULL &&
		    texts[i].read(&opt.spec, opt.text[i], &err) != 0)
			return cli_usage(
			    &cli, "--%s: %s", texts[i].name, err.text);
	}
	if (opt.creation != NULL &&
	    instant_parse(span_of(opt.creation), &opt.video.creation) != 0)
		return cli_usage(&cli,
		    "--creation-time: '%s': needs RFC 3339, such as "
		    "2026-11-23T06:33:30Z",
		    opt.creation);
	if (opt.video.bit_rate > 0 && opt.video.quality >= 0)
		return cli_usage(
		    &cli, "--bit-rate and --crf exclude each other");
	if (is_stdout(opt.truth) && is_stdout(path))
		return cli_usage(
		    &cli, "the video and the truth cannot both go to stdout");
	if (opt.truth != NULL && compat_same_path(opt.truth, path))
		return cli_usage(
		    &cli, "the video and the truth cannot both be '%s'", path);
	opt.video.rotate = 90 * opt.quarters;
	opt.video.option = opt.encoder.item;
	opt.video.options = opt.encoder.count;
	return CLI_GO;
}

static void
show_progress(double seconds)
{
	diag_progress("%.0f s", seconds);
}

/* Render and encode every frame.  Return a status; failures are reported. */
static int
make_video(struct synth *synth, const char *path, size_t *frames)
{
	struct err err = {""};
	bool show = diag_progress_wanted();
	int rc = synth_clip_write(synth, &opt.spec, &opt.video, path,
	    show ? show_progress : NULL, frames, &err);

	diag_progress_end();
	if (rc == VIDEO_WRITER_OK)
		return CLI_OK;
	diag_error("%s: %s", is_stdout(path) ? "<stdout>" : path, err.text);
	return rc == VIDEO_WRITER_REFUSED ? CLI_USAGE : CLI_SYSTEM;
}

/* Return a descriptor to write the truth to; or -1, reported. */
static int
open_truth(const char *path)
{
	int fd = is_stdout(path)
	    ? STDOUT_FILENO
	    : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		diag_errno(errno, "%s", path);
	return fd;
}

static int
write_truth(int fd, const struct synth *synth, const char *path, size_t frames)
{
	struct ndjson_writer *w = ndjson_writer_new(fd);
	bool good = w != NULL &&
	    synth_truth_write(&opt.spec, synth_heart(synth), path, frames, w) ==
		0 &&
	    ndjson_flush(w) == 0;

	good = good && (fd == STDOUT_FILENO || close(fd) == 0);
	if (!good)
		diag_errno(errno, "%s: write failed",
		    is_stdout(opt.truth) ? "<stdout>" : opt.truth);
	ndjson_writer_free(w);
	return good ? CLI_OK : CLI_SYSTEM;
}

static int
run(const char *path)
{
	struct synth *synth = synth_new(&opt.spec);
	int fd = -1, rc = CLI_OK;
	size_t frames = 0;

	if (synth == NULL) {
		diag_errno(ENOMEM, "%s", path);
		return CLI_SYSTEM;
	}
	if (opt.truth != NULL && (fd = open_truth(opt.truth)) < 0)
		rc = CLI_SYSTEM;
	if (rc == CLI_OK)
		rc = make_video(synth, path, &frames);
	if (rc == CLI_OK && fd >= 0)
		rc = write_truth(fd, synth, path, frames);
	synth_free(synth);
	return rc;
}

int
main(int argc, char *argv[])
{
	int operand, status;

	synth_spec_init(&opt.spec);
	cli_start(&cli);
	status = cli_parse(&cli, argc, argv, &operand);
	if (status != CLI_GO)
		return status;
	if (argc - operand != 1)
		return cli_usage(&cli, "needs one FILE ('-' is stdout)");
	status = check(argv[operand]);
	if (status == CLI_GO)
		status = cli_finish(NULL, run(argv[operand]));
	return status;
}
