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

/* With ${from} replaced by ${to} it must be refused for ${why}. */
static void
check_broken(const char *from, const char *to, const char *why)
{
	char text[sizeof(whole) + 200];
	const char *at = strstr(whole, from);
	struct face_cascade *c;
	struct err err = {""};

	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - whole), whole, to,
	    at + strlen(from));
	c = face_cascade_parse(text, strlen(text), &err);
	CHECK(c == NULL, why);
	CHECK_TEXT(err.text, why, to);
	face_cascade_free(c);
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
check_packaged(void)
{
	struct err err = {""};
	struct face_cascade *c = face_cascade_load(FACE_CASCADE_FILE, &err);

	if (c == NULL && strstr(err.text, "No such file") != NULL) {
		check_skip("the packaged cascade", "no opencv-data here");
		return;
	}
	CHECK(c != NULL && c->stages == 20 && c->weaks == 139 &&
		c->features == 136 && c->width == 24 && c->height == 24,
	    "the packaged cascade: 20 stages, 139 stumps");
	face_cascade_free(c);
	c = face_cascade_load("/nonexistent", &err);
	CHECK(c == NULL, "no file");
	CHECK_TEXT(err.text, "cannot open: No such file or directory", "says");
}

int
main(void)
{
	check_whole_one();
	check_broken("<?xml", "not xml", "line 1: syntax error");
	check_broken("</features>", "", "line 12: mismatched tag");
	check_broken("LBP", "HAAR", "is not a boosted cascade of LBP");
	check_broken("BOOST", "TREE", "is not a boosted cascade of LBP");
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
	check_bounds();
	check_packaged();
	return check_done();
}
