/* vitals-synth - make a test video whose pulse is known.  See
 * vitals-synth(1). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "diag/diag.h"
#include "instant/instant.h"
#include "synth/clock.h"
#include "synth/paint.h"
#include "synth/synth.h"
#include "synth/truth.h"
#include "video/writer.h"

static const char scenes[] = "face|photo|wall|finger";
static const char motions[] = "none|sway|nod|tilt|talk|bounce";
static const char lights[] = "constant|flicker|wave|ramp|step|screen";
static const char turns[] = "0|90|180|270";

/* What a JSON number holds exactly. */
#define SEED_MAX 9007199254740991

/* How often progress is shown. */
#define PROGRESS_FRAMES 30

/* What the table of options fills; shares are in percent and times in ms
 * until settle(). */
struct options {
	struct synth_spec spec;
	struct synth_clock clock;
	struct video_writer_spec video;
	const char *truth, *rate, *breathing, *size, *frames, *creation;
	unsigned scene, motion, light, rotate;
	int64_t tone, seed;
	struct cli_list encoder;
	bool still;
};

/* The name at ${index} of "one|two|three". */
static const char *
choice_name(const char *choices, unsigned index, char name[16])
{
	while (index-- > 0)
		choices = strchr(choices, '|') + 1;
	snprintf(name, 16, "%.*s", (int)strcspn(choices, "|"), choices);
	return name;
}

/* "640x480" */
static int
read_size(const char *text, struct synth_spec *s)
{
	const char *x = strchr(text, 'x');
	char width[8];
	int64_t w, h;

	if (x == NULL || (size_t)(x - text) >= sizeof(width))
		return -1;
	memcpy(width, text, (size_t)(x - text));
	width[x - text] = '\0';
	if (cli_read_integer(width, SYNTH_SIDE_MIN, SYNTH_SIDE_MAX, &w) != 0 ||
	    cli_read_integer(x + 1, SYNTH_SIDE_MIN, SYNTH_SIDE_MAX, &h) != 0)
		return -1;
	s->width = (unsigned)w;
	s->height = (unsigned)h;
	return 0;
}

/* Read what the table takes as text.  Return CLI_GO, or a status. */
static int
read_texts(const struct cli *cli, struct options *o)
{
	struct synth_pulse_spec *pulse = &o->spec.pulse;
	struct err err;

	if (synth_course_parse(o->rate, SYNTH_RATE_MIN, SYNTH_RATE_MAX,
		&pulse->rate, &err) != 0)
		return cli_usage(cli, "--heart-rate: %s", err.text);
	if (synth_course_parse(o->breathing, SYNTH_BREATHING_MIN,
		SYNTH_BREATHING_MAX, &pulse->breathing, &err) != 0)
		return cli_usage(cli, "--breathing-rate: %s", err.text);
	if (synth_clock_parse_rate(
		o->frames, &o->video.rate_num, &o->video.rate_den, &err) != 0)
		return cli_usage(cli, "--frame-rate: %s", err.text);
	if (read_size(o->size, &o->spec) != 0)
		return cli_usage(cli,
		    "--size: '%s': needs WxH, each from %d to %d", o->size,
		    SYNTH_SIDE_MIN, SYNTH_SIDE_MAX);
	if (o->creation != NULL &&
	    instant_parse(span_of(o->creation), &o->video.creation) != 0)
		return cli_usage(cli,
		    "--creation-time: '%s': needs RFC 3339, such as "
		    "2026-11-23T06:33:30Z",
		    o->creation);
	return CLI_GO;
}

/* All that one option does not show.  Return CLI_GO, or a status. */
static int
check(const struct cli *cli, struct options *o, int operands, const char *path)
{
	if (operands != 1)
		return cli_usage(
		    cli, "needs one FILE to write ('-' is stdout)");
	if (o->video.bit_rate > 0 && o->video.quality >= 0)
		return cli_usage(
		    cli, "--bit-rate and --crf exclude each other");
	if (o->truth != NULL && strcmp(o->truth, "-") == 0 &&
	    strcmp(path, "-") == 0)
		return cli_usage(
		    cli, "the video and the truth cannot both go to stdout");
	return read_texts(cli, o);
}

/* Bring the options into the units of the modules, and together. */
static void
settle(struct options *o)
{
	struct synth_spec *s = &o->spec;
	bool dead =
	    o->scene == SYNTH_SCENE_PHOTO || o->scene == SYNTH_SCENE_WALL;

	s->scene = (enum synth_scene_kind)o->scene;
	s->motion = (enum synth_motion_kind)o->motion;
	s->light = (enum synth_light_kind)o->light;
	s->tone = (unsigned)o->tone;
	s->seed = s->pulse.seed = o->video.seed = (uint64_t)o->seed;
	s->strength = dead || o->still ? 0 : s->strength / 100;
	s->pulse.depth = dead ? 0 : s->pulse.depth;
	s->face /= 100;
	s->motion_amplitude /= 100;
	s->light_amplitude /= 100;
	o->clock.seconds = s->pulse.seconds;
	o->clock.rate_num = o->video.rate_num;
	o->clock.rate_den = o->video.rate_den;
	o->clock.jitter /= 1000;
	o->clock.drop /= 100;
	o->video.variable = o->clock.jitter > 0 || o->clock.drop > 0;
	o->video.width = s->width;
	o->video.height = s->height;
	o->video.rotate = 90 * o->rotate;
	o->video.option = o->encoder.item;
	o->video.options = o->encoder.count;
}

/* Render and encode every frame.  Return a status; failures are reported. */
static int
make_video(
    struct options *o, struct synth *synth, const char *path, size_t *frames)
{
	const char *where = strcmp(path, "-") == 0 ? "<stdout>" : path;
	struct video_writer *w;
	struct err err = {""};
	const float *rgb[3];
	double time;
	int rc = video_writer_open(&w, path, &o->video, &err);

	synth_clock_start(&o->clock, o->spec.seed);
	while (rc == VIDEO_WRITER_OK && synth_clock_next(&o->clock, &time)) {
		synth_frame(synth, time, rgb);
		rc = video_writer_put(w, time, rgb, &err);
		++*frames;
		if (diag_progress_wanted() && *frames % PROGRESS_FRAMES == 0)
			diag_raw("\r%.0f of %.0f s", time, o->clock.seconds);
	}
	if (diag_progress_wanted())
		diag_raw("\r\033[K");
	if (rc == VIDEO_WRITER_OK)
		rc = video_writer_finish(w, &err);
	else
		video_writer_free(w);
	if (rc == VIDEO_WRITER_OK)
		return CLI_OK;
	diag_error("%s: %s", where, err.text);
	return rc == VIDEO_WRITER_REFUSED ? CLI_USAGE : CLI_SYSTEM;
}

/* Open the file for the truth before the work starts.  Return -1, reported. */
static int
open_truth(const char *path)
{
	int fd;

	if (strcmp(path, "-") == 0)
		return STDOUT_FILENO;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		diag_errno(errno, "%s", path);
	return fd;
}

static int
write_truth(int fd, const struct synth_truth *t, const struct synth *synth,
    const char *path)
{
	struct ndjson_writer *w = ndjson_writer_new(fd);
	bool good = w != NULL &&
	    synth_truth_write(t, synth_heart(synth), w) == 0 &&
	    ndjson_flush(w) == 0;
	int error = errno;

	ndjson_writer_free(w);
	if (fd != STDOUT_FILENO && close(fd) != 0 && good) {
		error = errno;
		good = false;
	}
	if (!good)
		diag_errno(error, "%s: write failed",
		    strcmp(path, "-") == 0 ? "<stdout>" : path);
	return good ? CLI_OK : CLI_SYSTEM;
}

static int
run(struct options *o, const char *path)
{
	char scene[16], motion[16], light[16];
	struct synth_truth truth = {&o->spec, &o->clock, path,
	    choice_name(scenes, o->scene, scene),
	    choice_name(motions, o->motion, motion),
	    choice_name(lights, o->light, light), 0, false};
	struct synth *synth = synth_new(&o->spec);
	int fd = -1, rc = CLI_OK;

	if (synth == NULL) {
		diag_errno(ENOMEM, "%s", path);
		return CLI_SYSTEM;
	}
	if (o->truth != NULL && (fd = open_truth(o->truth)) < 0)
		rc = CLI_SYSTEM;
	truth.pulse = o->spec.strength > 0;
	if (rc == CLI_OK)
		rc = make_video(o, synth, path, &truth.frames);
	if (rc == CLI_OK && fd >= 0)
		rc = write_truth(fd, &truth, synth, o->truth);
	synth_free(synth);
	return rc;
}

/* Parse and check.  Return CLI_GO, or the status to leave with. */
static int
read_options(int argc, char *argv[], struct options *o, const char **path)
{
	const struct cli_option options[] = {
	    CLI_FILE("truth", 't', "FILE", "write the true beats and rates",
		&o->truth),
	    CLI_CHOICE("scene", 0, scenes, "what the camera sees", &o->scene),
	    CLI_REAL("duration", 'd', "SECONDS", "length (20)",
		&o->spec.pulse.seconds, 0.1, SYNTH_SECONDS_MAX),
	    CLI_INTEGER("seed", 's', "N", "of all that is random (1)", &o->seed,
		0, SEED_MAX),
	    CLI_HEADING("Heart and breath"),
	    CLI_TEXT("heart-rate", 'r', "COURSE",
		"beats a minute (72), or a course: 60@0,90@20", &o->rate),
	    CLI_REAL("hrv", 0, "MS", "deviation of the intervals (3 %)",
		&o->spec.pulse.hrv, 0, SYNTH_HRV_MAX),
	    CLI_TEXT("breathing-rate", 0, "COURSE", "breaths a minute (15)",
		&o->breathing),
	    CLI_REAL("breathing-depth", 0, "X",
		"what the breath does to pulse and body (1)",
		&o->spec.pulse.depth, 0, 5),
	    CLI_REAL("pulse-strength", 0, "PERCENT",
		"of green, on the lightest skin (1)", &o->spec.strength, 0, 20),
	    CLI_FLAG("no-pulse", 0, "a living face without a pulse", &o->still),
	    CLI_INTEGER("skin-tone", 0, "1-6", "from light to dark (2)",
		&o->tone, 1, SYNTH_TONES),
	    CLI_HEADING("Camera"),
	    CLI_TEXT("size", 0, "WxH", "of the picture (640x480)", &o->size),
	    CLI_REAL("face-size", 0, "PERCENT", "of the picture's height (50)",
		&o->spec.face, 10, 90),
	    CLI_TEXT("frame-rate", 0, "N", "29.97 or 30000/1001 too (30)",
		&o->frames),
	    CLI_REAL("frame-jitter", 0, "MS", "uneven times between frames",
		&o->clock.jitter, 0, 100),
	    CLI_REAL("drop-frames", 0, "PERCENT", "lose so many frames",
		&o->clock.drop, 0, 90),
	    CLI_REAL("noise", 0, "SIGMA", "of the sensor, of 255 (2)",
		&o->spec.noise, 0, 50),
	    CLI_CHOICE("motion", 0, motions, "how the head moves", &o->motion),
	    CLI_REAL("motion-amplitude", 0, "PERCENT",
		"of the face's width (6)", &o->spec.motion_amplitude, 0, 50),
	    CLI_REAL("motion-frequency", 0, "HZ", "(as is natural)",
		&o->spec.motion_hz, 0.01, 20),
	    CLI_CHOICE("light", 0, lights, "how the light changes", &o->light),
	    CLI_REAL("light-level", 0, "X", "brightness of the light (1)",
		&o->spec.light_level, 0.001, 4),
	    CLI_REAL("light-amplitude", 0, "PERCENT", "of its changes (4)",
		&o->spec.light_amplitude, 0, 90),
	    CLI_REAL("light-frequency", 0, "HZ", "(as is natural)",
		&o->spec.light_hz, 0.001, 1000),
	    CLI_HEADING("File"),
	    CLI_TEXT("format", 'f', "NAME",
		"container (by the name; stdout: matroska)", &o->video.format),
	    CLI_TEXT("codec", 'c', "NAME", "encoder (libx264 where it fits)",
		&o->video.codec),
	    CLI_INTEGER("bit-rate", 'b', "BIT/S", "(by quality)",
		&o->video.bit_rate, 1000, 1000000000),
	    CLI_REAL("crf", 0, "N", "quality: less is better",
		&o->video.quality, 0, 63),
	    CLI_LIST("encoder-option", 0, "NAME=VALUE", "the encoder's own",
		&o->encoder),
	    CLI_TEXT("pixel-format", 0, "NAME", "yuv420p, yuv444p10le, ...",
		&o->video.pixel_format),
	    CLI_FLAG(
		"full-range", 0, "luma from 0 to 255", &o->video.full_range),
	    CLI_CHOICE("rotate", 0, turns,
		"store turned, with a flag to turn it back", &o->rotate),
	    CLI_TEXT("make", 0, "TEXT", "the camera's make", &o->video.make),
	    CLI_TEXT("model", 0, "TEXT", "and model", &o->video.model),
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
	return check(&cli, o, argc - operand, *path);
}

int
main(int argc, char *argv[])
{
	struct options o = {.rate = "72",
	    .breathing = "15",
	    .size = "640x480",
	    .frames = "30",
	    .tone = 2,
	    .seed = 1,
	    .spec = {.pulse = {.seconds = 20, .depth = 1, .hrv = -1},
		.strength = 1,
		.face = 50,
		.noise = 2,
		.motion_amplitude = 6,
		.light_level = 1,
		.light_amplitude = 4},
	    .video = {.quality = -1, .creation = VIDEO_WRITER_NO_TIME}};
	const char *path;
	int rc = read_options(argc, argv, &o, &path);

	if (rc != CLI_GO)
		return rc;
	settle(&o);
	return cli_finish(NULL, run(&o, path));
}
