/*
 * The boxes of ISO 14496-12 and QuickTime files as far as they give the
 * capture rate: Sony's XML, Samsung's mode of recording, and metadata keys
 * whose type libavformat does not know (it differs from release to release).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "video/capture.h"

enum {
	BOXES_MAX = 20000,  /* looked at, of one file */
	KEYS_MAX = 256,     /* of one list */
	KEY_MAX = 96,       /* bytes of a key that are kept */
	XML_MAX = 64 << 10, /* bytes of Sony's XML */
	SAMSUNG_240 = 12,   /* modes of recording: 240 frames per second, */
	SAMSUNG_120 = 13,   /* 120, */
	SAMSUNG_SUPER = 21  /* and an unknown number */
};

struct walk {
	struct video_capture *capture;
	video_capture_read *read;
	void *context;
	unsigned boxes;
};

struct box {
	char type[5];
	uint32_t code; /* the same as a number */
	long long body, end;
};

struct keys {
	unsigned count;
	char name[KEYS_MAX][KEY_MAX];
};

static uint32_t
be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static uint64_t
be64(const unsigned char *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

/* The box at *${at}, which is moved past it.  False: there is none before
 * ${end}. */
static bool
next_box(struct walk *w, long long *at, long long end, struct box *b)
{
	unsigned char head[16];
	uint64_t size;
	long long start = *at;

	if (w->boxes++ >= BOXES_MAX || end - start < 8 ||
	    w->read(w->context, start, head, 8) != 0)
		return false;
	size = be32(head);
	b->code = be32(head + 4);
	memcpy(b->type, head + 4, 4);
	b->type[4] = '\0';
	b->body = start + 8;
	if (size == 1) {
		if (end - start < 16 ||
		    w->read(w->context, start + 8, head + 8, 8) != 0)
			return false;
		size = be64(head + 8);
		b->body = start + 16;
	} else if (size == 0) {
		size = (uint64_t)(end - start);
	}
	if (size < (uint64_t)(b->body - start) ||
	    size > (uint64_t)(end - start))
		return false;
	b->end = *at = start + (long long)size;
	return true;
}

static bool
is(const struct box *b, const char *type)
{
	return strcmp(b->type, type) == 0;
}

/* ---- Metadata: keys, and their values ------------------------------------- */

static void
read_keys(struct walk *w, const struct box *b, struct keys *keys)
{
	long long at = b->body + 8;
	struct box key;
	size_t n;

	keys->count = 0;
	while (keys->count < KEYS_MAX && next_box(w, &at, b->end, &key)) {
		char *name = keys->name[keys->count++];

		n = (size_t)(key.end - key.body);
		if (n >= KEY_MAX || w->read(w->context, key.body, name, n) != 0)
			n = 0;
		name[n] = '\0';
	}
}

/* A value as text; the types are QuickTime's. */
static int
value_text(uint32_t type, const unsigned char *p, size_t n, char text[64])
{
	uint64_t bits = 0;
	double value;
	float f;

	if (type == 1)
		return snprintf(text, 64, "%.*s", (int)n, (const char *)p);
	for (size_t i = 0; i < n && i < 8; i++)
		bits = bits << 8 | p[i];
	if (type == 23 && n == 4) {
		uint32_t low = (uint32_t)bits;

		memcpy(&f, &low, sizeof(f));
		value = (double)f;
	} else if (type == 24 && n == 8) {
		memcpy(&value, &bits, sizeof(value));
	} else if ((type == 21 || type == 22 || (type >= 65 && type <= 78)) &&
	    n <= 8) {
		value = (double)bits;
	} else {
		return -1;
	}
	return snprintf(text, 64, "%.6f", value);
}

static void
read_values(struct walk *w, const struct box *list, const struct keys *keys)
{
	long long at = list->body, inner;
	struct box item, data;
	unsigned char value[8 + 40];
	char text[64];
	size_t n;

	while (next_box(w, &at, list->end, &item)) {
		inner = item.body;
		if (item.code < 1 || item.code > keys->count ||
		    !next_box(w, &inner, item.end, &data) || !is(&data, "data"))
			continue;
		n = (size_t)(data.end - data.body);
		if (n <= 8 || n > sizeof(value) ||
		    w->read(w->context, data.body, value, n) != 0)
			continue;
		if (value_text(be32(value), value + 8, n - 8, text) >= 0)
			video_capture_take(
			    w->capture, keys->name[item.code - 1], text);
	}
}

/* ---- Makers --------------------------------------------------------------- */

/* <VideoFrame captureFps="119.88p" formatFps="23.98p"/> */
static void
read_xml(struct walk *w, const struct box *b)
{
	long long n = b->end - b->body;
	const char *capture, *format;
	char *text;

	if (n > XML_MAX || (text = calloc(1, (size_t)n + 1)) == NULL)
		return;
	if (w->read(w->context, b->body, text, (size_t)n) == 0) {
		/* Four bytes of version and flags come first. */
		for (long long i = 0; i < n; i++)
			if (text[i] == '\0')
				text[i] = ' ';
		capture = strstr(text, "captureFps=\"");
		format = strstr(text, "formatFps=\"");
		if (capture != NULL && format != NULL) {
			video_capture_take(w->capture, "captureFps",
			    capture + strlen("captureFps=\""));
			w->capture->played =
			    strtod(format + strlen("formatFps=\""), NULL);
		}
	}
	free(text);
}

static void
read_samsung(struct walk *w, const struct box *b)
{
	long long at = b->body + 4; /* version and flags */
	unsigned char field[8];
	struct box mode;

	while (next_box(w, &at, b->end, &mode)) {
		if (!is(&mode, "saut") || mode.end - mode.body < 8 ||
		    w->read(w->context, mode.body, field, 8) != 0)
			continue;
		/* After the version, pairs of a key and a value. */
		for (int i = 4; i < 8; i += 2) {
			if (field[i] != 0)
				continue;
			if (field[i + 1] == SAMSUNG_240)
				video_capture_take(
				    w->capture, "smta.captureFps", "240");
			else if (field[i + 1] == SAMSUNG_120)
				video_capture_take(
				    w->capture, "smta.captureFps", "120");
			else if (field[i + 1] == SAMSUNG_SUPER)
				video_capture_take(
				    w->capture, "smta.slowMotion", "1");
		}
	}
}

/* ---- The tree -------------------------------------------------------------- */

static void
read_meta(struct walk *w, const struct box *b)
{
	unsigned char head[12] = {0};
	struct keys *keys = calloc(1, sizeof(*keys));
	long long at = b->body;
	struct box child;

	if (keys == NULL)
		return;
	/* ISO's has version and flags, QuickTime's has not. */
	if (b->end - at >= 12 && w->read(w->context, at, head, 12) == 0 &&
	    memcmp(head + 4, "hdlr", 4) != 0)
		at += 4;
	while (next_box(w, &at, b->end, &child)) {
		if (is(&child, "keys"))
			read_keys(w, &child, keys);
		else if (is(&child, "ilst"))
			read_values(w, &child, keys);
		else if (is(&child, "xml "))
			read_xml(w, &child);
	}
	free(keys);
}

static void
read_user_data(struct walk *w, const struct box *b)
{
	long long at = b->body;
	struct box child;

	while (next_box(w, &at, b->end, &child)) {
		if (is(&child, "smta"))
			read_samsung(w, &child);
		else if (is(&child, "meta"))
			read_meta(w, &child);
	}
}

/* moov, or a trak of it. */
static void
read_movie(struct walk *w, const struct box *b, bool track)
{
	long long at = b->body;
	struct box child;

	while (next_box(w, &at, b->end, &child)) {
		if (is(&child, "meta"))
			read_meta(w, &child);
		else if (is(&child, "udta"))
			read_user_data(w, &child);
		else if (!track && is(&child, "trak"))
			read_movie(w, &child, true);
	}
}

void
video_capture_boxes(struct video_capture *capture, video_capture_read *read,
    void *context, long long size)
{
	struct walk w = {.capture = capture, .read = read, .context = context};
	long long at = 0;
	struct box b;

	while (next_box(&w, &at, size, &b)) {
		if (is(&b, "moov"))
			read_movie(&w, &b, false);
		else if (is(&b, "meta"))
			read_meta(&w, &b);
	}
}
