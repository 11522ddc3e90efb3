/*
 * The tracker on pictures that were shifted, grown and turned by known
 * amounts, with noise, other brightness and contrast.
 */
#include "check.h"
#include "face/track.h"

#define SIDE 120

static uint64_t seed = 1;

static double
noise(double sigma)
{
	double sum = 0;
	int i;

	for (i = 0; i < 12; i++) {
		seed = seed * 6364136223846793005U + 1442695040888963407U;
		sum += (double)(seed >> 40) / (1 << 24);
	}
	return (sum - 6) * sigma;
}

/* A smooth picture with blobs at some scales, in coordinates that are still
 * when the picture moves. */
static double
scene(double u, double v)
{
	return 120 + 40 * exp(-(u * u + v * v) / 600) -
	    50 * exp(-((u - 9) * (u - 9) + (v + 8) * (v + 8)) / 18) -
	    50 * exp(-((u + 9) * (u + 9) + (v + 8) * (v + 8)) / 18) -
	    30 * exp(-(u * u / 80 + (v - 13) * (v - 13) / 10)) +
	    15 * exp(-(u * u / 8 + v * v / 60)) + 8 * sin(u / 5) * cos(v / 7);
}

/* The scene with its middle at ${pose}, of ${size} times its size. */
static void
draw(uint8_t *pixel, const struct face_pose *pose, double gain, double offset,
    double sigma)
{
	double c = cos(pose->angle) / pose->size * 40;
	double s = sin(pose->angle) / pose->size * 40, x, y, value;
	int i, j;

	for (j = 0; j < SIDE; j++)
		for (i = 0; i < SIDE; i++) {
			x = i + 0.5 - pose->x;
			y = j + 0.5 - pose->y;
			value = gain * scene(x * c + y * s, y * c - x * s) +
			    offset + noise(sigma);
			pixel[j * SIDE + i] =
			    (uint8_t)fmin(fmax(value + 0.5, 0), 255);
		}
}

static void
check_move(struct face_track *track, struct face_pose to, double gain,
    double offset, double sigma, double tolerance, const char *what)
{
	static uint8_t pixel[SIDE * SIDE];
	const struct face_image im = {pixel, SIDE, SIDE, SIDE};
	struct face_pose pose = {60, 60, 40, 0};
	double agreement;
	char text[128];

	draw(pixel, &to, gain, offset, sigma);
	agreement = face_track_follow(track, &im, &pose, 14);
	snprintf(text, sizeof(text), "%s: found", what);
	CHECK(agreement > 0.8, text);
	snprintf(text, sizeof(text), "%s: place", what);
	CHECK_NEAR(hypot(pose.x - to.x, pose.y - to.y), 0, tolerance, text);
	snprintf(text, sizeof(text), "%s: size", what);
	CHECK_NEAR(pose.size / to.size, 1, tolerance / 10, text);
	snprintf(text, sizeof(text), "%s: angle", what);
	CHECK_NEAR(pose.angle, to.angle, tolerance / 10, text);
}

int
main(void)
{
	static uint8_t pixel[SIDE * SIDE];
	static struct face_track track;
	const struct face_image im = {pixel, SIDE, SIDE, SIDE};
	const struct face_image sliver = {pixel, 1, SIDE, SIDE};
	struct face_pose pose = {60, 60, 40, 0};
	int i;

	draw(pixel, &pose, 1, 0, 0);
	CHECK(face_track_start(&track, &im, &pose, 0.9) == 0, "a template");

	check_move(
	    &track, (struct face_pose){60, 60, 40, 0}, 1, 0, 0, 0.01, "still");
	check_move(&track, (struct face_pose){60.3, 59.8, 40, 0}, 1, 0, 0, 0.02,
	    "a fraction of a pixel");
	check_move(&track, (struct face_pose){63.7, 58.1, 40, 0}, 1, 0, 0, 0.03,
	    "some pixels");
	check_move(
	    &track, (struct face_pose){60, 60, 42, 0}, 1, 0, 0, 0.03, "nearer");
	check_move(&track, (struct face_pose){60, 60, 40, 0.1}, 1, 0, 0, 0.03,
	    "turned");
	check_move(&track, (struct face_pose){61.2, 58.9, 38.5, -0.06}, 1, 0, 0,
	    0.04, "all at once");
	check_move(&track, (struct face_pose){61, 60, 40, 0}, 0.6, 30, 0, 0.04,
	    "darker, with less contrast");
	check_move(&track, (struct face_pose){60.5, 60.5, 40, 0}, 1, 0, 4, 0.15,
	    "with noise");
	check_move(
	    &track, (struct face_pose){71, 52, 40, 0}, 1, 0, 1, 0.1, "a leap");

	/* The error of a still picture is what jitters in the trace. */
	double worst = 0;
	for (i = 0; i < 50; i++) {
		draw(pixel, &(struct face_pose){60, 60, 40, 0}, 1, 0, 2);
		pose = (struct face_pose){60, 60, 40, 0};
		(void)face_track_follow(&track, &im, &pose, 14);
		worst = fmax(worst, hypot(pose.x - 60, pose.y - 60));
	}
	CHECK_NEAR(worst, 0, 0.08, "noise of 2 moves it by less than 0.08");

	memset(pixel, 90, sizeof(pixel));
	pose = (struct face_pose){60, 60, 40, 0};
	CHECK(face_track_follow(&track, &im, &pose, 14) < 0.5,
	    "a wall is not taken for the face");
	CHECK(face_track_start(&track, &im, &pose, 0.9) < 0,
	    "a wall cannot be followed");
	CHECK(face_track_start(&track, &sliver, &pose, 0.9) < 0,
	    "nor can a sliver");
	pose.x = -1;
	CHECK(face_track_start(&track, &im, &pose, 0.9) < 0,
	    "nor what is out of the picture");
	return check_done();
}
