/* vitals-synth - make a test video whose pulse is known: vitals-synth(1). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
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

struct options {
	struct synth_spec spec;
	struct video_writer_spec video;
	struct cli_list encoder;
	const char *text[TEXTS], *truth, *creation;
	unsigned quarters; /* of a turn */
};

static bool
is_stdout(const char *path)
{
	return path != NULL && strcmp(path, "-") == 0;
}

/* What one option alone does not show.  Return CLI_GO, or a status. */
static int
check(const struct cli *cli, struct options *o, const char *path)
{
	struct err err;

	for (size_t i = 0; i < TEXTS; i++) {
		if (o->text[i] != NULL &&
		    texts[i].read(&o->spec, o->text[i], &err) != 0)
			return cli_usage(
			    cli, "--%s: %s", texts[i].name, err.text);
	}
	if (o->creation != NULL &&
	    instant_parse(span_of(o->creation), &o->video.creation) != 0)
		return cli_usage(cli,
		    "--creation-time: '%s': needs RFC 3339, such as "
		    "2026-11-23T06:33:30Z",
		    o->creation);
	if (o->video.bit_rate > 0 && o->video.quality >= 0)
		return cli_usage(
		    cli, "--bit-rate and --crf exclude each other");
	if (is_stdout(o->truth) && is_stdout(path))
		return cli_usage(
		    cli, "the video and the truth cannot both go to stdout");
	o->video.rotate = 90 * o->quarters;
	o->video.option = o->encoder.item;
	o->video.options = o->encoder.count;
	return CLI_GO;
}

static void
show_progress(double seconds)
{
	diag_progress("%.0f s", seconds);
}

/* Render and encode every frame.  Return a status; failures are reported. */
static int
make_video(
    struct options *o, struct synth *synth, const char *path, size_t *frames)
{
	struct err err = {""};
	bool show = diag_progress_wanted();
	int rc = synth_clip_write(synth, &o->spec, &o->video, path,
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
write_truth(int fd, const struct options *o, const struct synth *synth,
    const char *path, size_t frames)
{
	struct ndjson_writer *w = ndjson_writer_new(fd);
	bool good = w != NULL &&
	    synth_truth_write(&o->spec, synth_heart(synth), path, frames, w) ==
		0 &&
	    ndjson_flush(w) == 0;

	good = good && (fd == STDOUT_FILENO || close(fd) == 0);
	if (!good)
		diag_errno(errno, "%s: write failed",
		    is_stdout(o->truth) ? "<stdout>" : o->truth);
	ndjson_writer_free(w);
	return good ? CLI_OK : CLI_SYSTEM;
}

static int
run(struct options *o, const char *path)
{
	struct synth *synth = synth_new(&o->spec);
	int fd = -1, rc = CLI_OK;
	size_t frames = 0;

	if (synth == NULL) {
		diag_errno(ENOMEM, "%s", path);
		return CLI_SYSTEM;
	}
	if (o->truth != NULL && (fd = open_truth(o->truth)) < 0)
		rc = CLI_SYSTEM;
	if (rc == CLI_OK)
		rc = make_video(o, synth, path, &frames);
	if (rc == CLI_OK && fd >= 0)
		rc = write_truth(fd, o, synth, path, frames);
	synth_free(synth);
	return rc;
}

/* Return CLI_GO, or the status to leave with. */
static int
read_options(int argc, char *argv[], struct options *o, const char **path)
{
	struct synth_spec *s = &o->spec;
	struct video_writer_spec *v = &o->video;
	const struct cli_option options[] = {
	    CLI_FILE("truth", 't', "FILE", "write the true beats", &o->truth),
	    CLI_CHOICE(
		"scene", 0, SYNTH_SCENES, "what the camera sees", &s->scene),
	    CLI_REAL("duration", 'd', "SECONDS", "length (20)", &s->seconds,
		SYNTH_SECONDS_MIN, SYNTH_SECONDS_MAX),
	    CLI_INTEGER("seed", 's', "N", "of all that is random (1)", &s->seed,
		0, SYNTH_SEED_MAX),
	    CLI_HEADING("Heart and breath"),
	    CLI_TEXT("heart-rate", 'r', "COURSE",
		"each minute (72), or 60@0,90@20", &o->text[0]),
	    CLI_REAL("hrv", 0, "MS", "deviation of the intervals (3 %)",
		&s->hrv, 0, SYNTH_HRV_MAX),
	    CLI_TEXT("breathing-rate", 0, "COURSE", "breaths a minute (15)",
		&o->text[1]),
	    CLI_REAL("breathing-depth", 0, "X", "what breathing changes (1)",
		&s->breathing_depth, 0, 5),
	    CLI_REAL("pulse-strength", 0, "PERCENT",
		"of green, on the lightest skin (1)", &s->pulse_percent, 0, 20),
	    CLI_REAL("transit", 0, "SECONDS",
		"of the wave from forehead to chin (0.03)", &s->transit, 0,
		SYNTH_TRANSIT_MAX),
	    CLI_FLAG("no-pulse", 0, "breathing alone", &s->no_pulse),
	    CLI_CHOICE("skin-tone", 0, SYNTH_TONE_NAMES, "light to dark (2)",
		&s->tone),
	    CLI_HEADING("Camera"),
	    CLI_TEXT("size", 0, "WxH", "of the picture (640x480)", &o->text[2]),
	    CLI_REAL("face-size", 0, "PERCENT", "of the picture's height (50)",
		&s->face_percent, 10, 90),
	    CLI_TEXT("frame-rate", 0, "N", "29.97 or 30000/1001 too (30)",
		&o->text[3]),
	    CLI_REAL(
		"frame-jitter", 0, "MS", "uneven times", &s->jitter_ms, 0, 100),
	    CLI_REAL("drop-frames", 0, "PERCENT", "lose so many frames",
		&s->drop_percent, 0, 90),
	    CLI_REAL("noise", 0, "SIGMA", "of 255 (2)", &s->noise, 0, 50),
	    CLI_CHOICE("motion", 0, SYNTH_MOTIONS, "of the head", &s->motion),
	    CLI_REAL("motion-amplitude", 0, "PERCENT",
		"of the face's width (6)", &s->motion_percent, 0, 50),
	    CLI_REAL("motion-frequency", 0, "HZ", "(as is natural)",
		&s->motion_hz, 0.01, 20),
	    CLI_CHOICE("light", 0, SYNTH_LIGHTS, "its changes", &s->light),
	    CLI_REAL("light-level", 0, "X", "brightness of the light (1)",
		&s->light_level, 0.001, 4),
	    CLI_REAL("light-amplitude", 0, "PERCENT", "of its changes (4)",
		&s->light_percent, 0, 90),
	    CLI_REAL("light-frequency", 0, "HZ", "(as is natural)",
		&s->light_hz, 0.001, 1000),
	    CLI_HEADING("File"),
	    CLI_TEXT("format", 'f', "NAME", "container (by FILE)", &v->format),
	    CLI_TEXT("codec", 'c', "NAME", "encoder (libx264)", &v->codec),
	    CLI_INTEGER("bit-rate", 'b', "BIT/S", "(by quality)", &v->bit_rate,
		1000, 1000000000),
	    CLI_REAL(
		"crf", 0, "N", "quality: less is better", &v->quality, 0, 63),
	    CLI_LIST("encoder-option", 0, "NAME=VALUE", "the encoder's own",
		&o->encoder),
	    CLI_TEXT("pixel-format", 0, "NAME", "yuv420p, yuv444p10le, ...",
		&v->pixel_format),
	    CLI_FLAG("full-range", 0, "luma from 0 to 255", &v->full_range),
	    CLI_CHOICE("rotate", 0, "0|90|180|270", "stored so, with a flag",
		&o->quarters),
	    CLI_TEXT("make", 0, "TEXT", "the camera's make", &v->make),
	    CLI_TEXT("model", 0, "TEXT", "and model", &v->model),
	    CLI_TEXT("creation-time", 0, "TIME", "RFC 3339", &o->creation),
	};
	const struct cli cli = {"vitals-synth", "FILE",
	    "make a test video whose pulse is known",
	    "vitals-synth -r 72 -d 30 -t truth.ndjson clip.mp4", options,
	    sizeof(options) / sizeof(options[0])};
	int operand, rc;

	cli_start(&cli);
	rc = cli_parse(&cli, argc, argv, &operand);
	if (rc != CLI_GO)
		return rc;
	*path = argv[operand];
	if (argc - operand != 1)
		return cli_usage(&cli, "needs one FILE ('-' is stdout)");
	return check(&cli, o, *path);
}

int
main(int argc, char *argv[])
{
	struct options o = {
	    .video = {.quality = -1, .creation = VIDEO_WRITER_NO_TIME}};
	const char *path;
	int rc;

	synth_spec_init(&o.spec);
	rc = read_options(argc, argv, &o, &path);
	if (rc == CLI_GO)
		rc = cli_finish(NULL, run(&o, path));
	return rc;
}
