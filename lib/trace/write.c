#include "trace/line.h"
#include "json/json.h"

/* Digits after the point: a microsecond; a hundredth of the smallest pulse
 * that is worth looking at; a hundredth of a pixel. */
enum {
	DIGITS_TIME = 6,
	DIGITS_COLOUR = 4,
	DIGITS_PLACE = 2
};

static void
write_region(
    struct json_writer *w, const char *name, const struct trace_region *r)
{
	const char *key[] = {"r", "g", "b"};
	double value[] = {r->r, r->g, r->b};

	json_object_begin(w);
	json_key(w, "name");
	json_put_text(w, name);
	for (int i = 0; i < 3; i++) {
		json_key(w, key[i]);
		if (r->pixels == 0)
			json_put_null(w);
		else
			json_put_real(w, value[i], DIGITS_COLOUR);
	}
	json_key(w, "pixels");
	json_put_integer(w, r->pixels);
	json_object_end(w);
}

static void
write_face(struct json_writer *w, const struct trace_face *f)
{
	const char *key[] = {"x", "y", "width", "height"};
	double value[] = {f->x, f->y, f->width, f->height};

	json_key(w, "face");
	if (!(f->width > 0)) {
		json_put_null(w);
		return;
	}
	json_object_begin(w);
	for (int i = 0; i < 4; i++) {
		json_key(w, key[i]);
		json_put_real(w, value[i], DIGITS_PLACE);
	}
	json_object_end(w);
}

void
trace_write(struct buf *out, struct span source, int face_index,
    const struct trace_names *names, const struct trace_frame *frame)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_object_begin(&w);
	json_key(&w, "record");
	json_put_text(&w, "trace");
	json_key(&w, "source");
	json_put_string(&w, source);
	if (face_index >= 0) {
		json_key(&w, "faceIndex");
		json_put_integer(&w, face_index);
	}
	json_key(&w, "offsetSeconds");
	json_put_real(&w, frame->time, DIGITS_TIME);
	json_key(&w, "regions");
	json_array_begin(&w);
	for (unsigned i = 0; i < frame->count; i++)
		write_region(&w, names->name[i], &frame->region[i]);
	json_array_end(&w);
	write_face(&w, &frame->face);
	if (frame->anchor != 0) {
		json_key(&w, "anchor");
		json_put_integer(&w, frame->anchor);
	}
	if (frame->luma >= 0) {
		json_key(&w, "luma");
		json_put_real(&w, frame->luma, DIGITS_PLACE + 1);
	}
	if (frame->repeated) {
		json_key(&w, "repeated");
		json_put_bool(&w, true);
	}
	if (frame->damaged) {
		json_key(&w, "damaged");
		json_put_bool(&w, true);
	}
	json_object_end(&w);
}
