/*
 * The reader of cascades: a small whole one, and the ways it can be broken.
 */
#include "check.h"
#include "face/internal.h"

static const char whole[] =
    "<?xml version=\"1.0\"?>\n"
    "<opencv_storage>\n"
    "<cascade type_id=\"opencv-cascade-classifier\">\n"
    "<stageType>BOOST</stageType><featureType>LBP</featureType>\n"
    "<height>24</height><width>20</width>\n"
    "<stageParams><maxWeakCount>100</maxWeakCount></stageParams>\n"
    "<stages><_><stageThreshold>-0.75</stageThreshold><weakClassifiers>\n"
    "<_><internalNodes>0 -1 1 -1 0 1 2 3 4 5 -2147483648</internalNodes>\n"
    "<leafValues>-0.5 0.25</leafValues></_>\n"
    "</weakClassifiers></_></stages>\n"
    "<features><_><rect>0 0 1 2</rect></_><_><rect>6 3 4 5</rect></_>\n"
    "</features></cascade></opencv_storage>\n";

static void
check_whole_one(void)
{
	struct err err = {""};
	struct face_cascade *c =
	    face_cascade_parse(whole, sizeof(whole) - 1, &err);

	CHECK(c != NULL, "a small cascade is read");
	if (c == NULL)
		return;
	CHECK(c->width == 20 && c->height == 24, "its window");
	CHECK(c->stages == 1 && c->weaks == 1 && c->features == 2, "its parts");
	CHECK_NEAR((double)c->stage[0].threshold, -0.75, 0, "its threshold");
	CHECK(c->weak[0].feature == 1 && c->weak[0].subset[0] == 0xffffffff &&
		c->weak[0].subset[2] == 1 && c->weak[0].subset[7] == 0x80000000,
	    "a feature with its 256 bits");
	CHECK_NEAR((double)c->weak[0].leaf[1], 0.25, 0, "its leaves");
	CHECK(c->feature[1].x == 6 && c->feature[1].h == 5, "its rectangles");
	face_cascade_free(c);
}

static const char haar[] =
    "<?xml version=\"1.0\"?>\n"
    "<opencv_storage>\n"
    "<cascade type_id=\"opencv-cascade-classifier\">\n"
    "<stageType>BOOST</stageType><featureType>HAAR</featureType>\n"
    "<height>20</height><width>20</width>\n"
    "<stages><_><stageThreshold>0.5</stageThreshold><weakClassifiers>\n"
    "<_><internalNodes>0 1 0 0.25 -1 -2 1 -0.125</internalNodes>\n"
    "<leafValues>0.25 1 2</leafValues></_>\n"
    "</weakClassifiers></_></stages>\n"
    "<features>\n"
    "<_><rects><_>2 7 16 4 -1.</_><_>2 9 16 2 2.</_></rects></_>\n"
    "<_><rects><_>8 4 3 14 -1.</_></rects><tilted>0</tilted></_>\n"
    "</features></cascade></opencv_storage>\n";

static void
check_haar_parts(void)
{
	struct err err = {""};
	struct face_cascade *c =
	    face_cascade_parse(haar, sizeof(haar) - 1, &err);

	CHECK(c != NULL, "a small Haar cascade is read");
	if (c == NULL)
		return;
	CHECK(c->stages == 1 && c->weaks == 1 && c->features == 2 &&
		c->nodes == 2 && c->leaves == 3,
	    "its parts");
	CHECK(c->node[0].next[0] == 0 && c->node[0].next[1] == 1 &&
		c->node[1].next[1] == -2 && c->node[1].feature == 1,
	    "its branches");
	CHECK_NEAR((double)c->node[1].threshold, -0.125, 0, "a threshold");
	CHECK_NEAR((double)c->leaf[2], 2, 0, "a leaf");
	CHECK(
	    c->haar[0].rects == 2 && c->haar[0].rect[1].y == 9, "a rectangle");
	CHECK_NEAR((double)c->haar[0].weight[1], 2, 0, "its weight");
	face_cascade_free(c);
}

/*
 * The first feature is the middle of an area less the rest of it, over the contrast
 * of the window, so the vote of a picture of 20x20 follows from arithmetic.  Rows
 * 9 and 10 are bright, all others dark.
 */
static void
check_haar_votes(void)
{
	enum {
		SIDE = 20
	};
	struct err err = {""};
	struct face_cascade *c =
	    face_cascade_parse(haar, sizeof(haar) - 1, &err);
	uint8_t pixel[SIDE * SIDE];
	const struct face_image image = {pixel, SIDE, SIDE, SIDE};
	const struct face_search search = {.hits = 1, .dense = true};
	struct face_box box;

	if (c == NULL)
		return;
	/* 36 of the inner 324 pixels are brighter by 90: a standard deviation
	 * of 28.3.  32 of them are in the feature: 32 * 90 / (324 * 28.3) =
	 * 0.314, above the threshold.  The second feature is negative, which
	 * leads to leaf 1. */
	for (int i = 0; i < SIDE * SIDE; i++)
		pixel[i] = i / SIDE == 9 || i / SIDE == 10 ? 100 : 10;
	CHECK(face_detect(c, &image, &search, &box, 1) == 1,
	    "a bright bar gets a vote of 1");
	CHECK_NEAR(box.width, SIDE, 0, "of the size of the window");
	/* 18 pixels: 16 * 90 / (324 * 20.6) = 0.216, and leaf 0. */
	for (int i = 0; i < SIDE * SIDE; i++)
		pixel[i] = i / SIDE == 9 ? 100 : 10;
	CHECK(face_detect(c, &image, &search, &box, 1) == 0,
	    "half a bar gets a vote of 0.25");
	/* Without contrast nothing is a face. */
	for (int i = 0; i < SIDE * SIDE; i++)
		pixel[i] = i / SIDE == 9 || i / SIDE == 10 ? 15 : 10;
	CHECK(face_detect(c, &image, &search, &box, 1) == 0,
	    "without contrast there is no face");
	face_cascade_free(c);
}

/* With ${from} of ${good} replaced by ${to} it must be refused for ${why}. */
static void
check_broken_one(
    const char *good, const char *from, const char *to, const char *why)
{
	char text[sizeof(whole) + sizeof(haar) + 200];
	const char *at = strstr(good, from);
	struct face_cascade *c;
	struct err err = {""};

	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good, to,
	    at + strlen(from));
	c = face_cascade_parse(text, strlen(text), &err);
	CHECK(c == NULL, why);
	CHECK_TEXT(err.text, why, to);
	face_cascade_free(c);
}

static void
check_broken(const char *from, const char *to, const char *why)
{
	check_broken_one(whole, from, to, why);
}

static void
check_broken_haar(const char *from, const char *to, const char *why)
{
	check_broken_one(haar, from, to, why);
}

static void
check_bounds(void)
{
	size_t room = FACE_XML_MAX + 1, n = 0;
	char *text = malloc(room);
	struct face_cascade *c;
	struct err err;
	int i;

	memset(text, ' ', room);
	memcpy(text, whole, sizeof(whole) - 1);
	c = face_cascade_parse(text, room - 1, &err);
	CHECK(c != NULL, "a file of the greatest size is read");
	face_cascade_free(c);
	c = face_cascade_parse(text, room, &err);
	CHECK(c == NULL, "one byte more is refused");
	face_cascade_free(c);

	for (int extra = 0; extra < 2; extra++) {
		const char *tail = strstr(whole, "</features>");

		n = (size_t)(tail - whole);
		memcpy(text, whole, n);
		for (i = 2; i < FACE_FEATURES_MAX + extra; i++)
			n += (size_t)snprintf(
			    text + n, room - n, "<_><rect>0 0 1 1</rect></_>");
		n += (size_t)snprintf(text + n, room - n, "%s", tail);
		c = face_cascade_parse(text, n, &err);
		CHECK((c != NULL) == (extra == 0),
		    extra ? "one feature more is refused"
			  : "the most features are read");
		face_cascade_free(c);
	}
	free(text);
}

static void
check_packaged(const char *path, unsigned stages, unsigned weaks,
    unsigned features, int side, const char *what)
{
	struct err err = {""};
	struct face_cascade *c = face_cascade_load(path, &err);

	if (c == NULL && strstr(err.text, "No such file") != NULL) {
		check_skip(what, "no opencv-data here");
		return;
	}
	CHECK(c != NULL && c->stages == stages && c->weaks == weaks &&
		c->features == features && c->width == side &&
		c->height == side,
	    what);
	face_cascade_free(c);
}

static void
check_missing(void)
{
	struct err err = {""};
	struct face_cascade *c = face_cascade_load("/nonexistent", &err);

	CHECK(c == NULL, "no file");
	CHECK_TEXT(err.text, "cannot open: No such file or directory", "says");
}

int
main(void)
{
	check_whole_one();
	check_broken("<?xml", "not xml", "line 1: syntax error");
	check_broken("</features>", "", "line 12: mismatched tag");
	check_broken("LBP", "HOG", "line 4: features are neither LBP nor HAAR");
	check_broken("<featureType>LBP</featureType>", "",
	    "line 7: no featureType before this");
	check_broken("BOOST", "TREE", "is not a boosted cascade");
	check_broken(
	    "<height>24", "<height>24.5", "line 5: bad size of the window");
	check_broken(
	    "<height>24", "<height>129", "line 5: bad size of the window");
	check_broken("<width>20</width>", "", "is an incomplete cascade");
	check_broken("-0.75", "nan", "line 7: bad stageThreshold");
	check_broken("0 -1 1 -1", "0 -1 1",
	    "line 8: a weak classifier is not a stump over LBP");
	check_broken("0 -1 1 -1", "1 -1 1 -1", "line 8: bad internalNodes");
	check_broken("0 -1 1 -1", "0 -1 2 -1", "uses feature 2 of 2");
	check_broken("-0.5 0.25", "-0.5", "line 9: bad leafValues");
	check_broken("<leafValues>-0.5 0.25</leafValues>", "",
	    "line 9: a weak classifier lacks its nodes or leaves");
	check_broken(
	    "6 3 4 5", "6 3 7 5", "feature 1 reaches out of the window");
	check_broken("6 3 4 5", "-6 3 4 5", "line 11: bad rect");
	check_broken(
	    "<rect>6 3 4 5</rect>", "", "line 11: a feature lacks its rect");
	check_broken("<opencv_storage>",
	    "<!DOCTYPE a [<!ENTITY b \"c\">]><opencv_storage>",
	    "line 2: a document type is not expected");
	check_broken("<cascade ", "<other/><cascade ",
	    "line 3: is not a cascade of today's format");
	check_haar_parts();
	check_haar_votes();
	check_broken_haar("0 1 0 0.25 -1", "0 1 0 0.25",
	    "line 7: a weak classifier is not a tree over Haar features");
	check_broken_haar(
	    "0 1 0 0.25", "0 1 0.5 0.25", "line 7: bad internalNodes");
	check_broken_haar(
	    "0 1 0 0.25", "0 2 0 0.25", "tree 0 has a bad branch");
	check_broken_haar("-1 -2 1", "-1 1 1", "tree 0 has a bad branch");
	check_broken_haar("-1 -2 1", "-1 -3 1", "tree 0 has a bad branch");
	check_broken_haar("-1 -2 1", "-1 -2 2", "uses feature 2 of 2");
	check_broken_haar("0.25 1 2", "0.25 nan 2", "line 8: bad leafValues");
	check_broken_haar(
	    "8 4 3 14", "8 4 3 17", "feature 1 reaches out of the window");
	check_broken_haar("8 4 3 14 -1.", "8 4 3 14", "line 12: bad rect");
	check_broken_haar("<tilted>0", "<tilted>1",
	    "line 12: tilted features are not supported");
	check_bounds();
	check_packaged(FACE_CASCADE_FILE, 20, 139, 136, 24,
	    "the packaged cascade: 20 stages, 139 stumps");
	check_packaged(FACE_CASCADE_SECOND_FILE, 20, 1047, 2094, 20,
	    "the second one: 20 stages, 1047 trees");
	check_missing();
	return check_done();
}
