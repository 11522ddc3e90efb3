/*
 * The XML of a cascade.  The path of an element below <cascade> says what it
 * is; the text of those that matter is collected and read at their end.
 */
#include "compat/again.h"
#include "face/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <expat.h>

/* By hand: limits on the path of an element, its text and its depth. */
#define PATH_MAX_LEN 160
#define TEXT_MAX_LEN 1024
#define DEPTH_MAX 16

struct parser {
	XML_Parser xml;
	struct face_cascade *cascade;
	struct err *err;
	char path[PATH_MAX_LEN];
	size_t path_len;
	int depth;
	char text[TEXT_MAX_LEN];
	size_t text_len;
	bool collects;
	bool boost, nodes, leaves; /* seen */
	bool failed;
};

/* Expat 2.9 counts lines in 64 bits, and warns of the older call. */
static unsigned long
line(const struct parser *p)
{
#if XML_MAJOR_VERSION > 2 || XML_MINOR_VERSION >= 9
	return (unsigned long)XML_GetCurrentLineNumber64(p->xml);
#else
	return (unsigned long)XML_GetCurrentLineNumber(p->xml);
#endif
}

static void
fail(struct parser *p, const char *what)
{
	if (p->failed)
		return;
	p->failed = true;
	err_set(p->err, "line %lu: %s", line(p), what);
	XML_StopParser(p->xml, XML_FALSE);
}

static void
take_side(struct parser *p, int *side)
{
	double v;

	if (!face_numbers(p->text, &v, 1, FACE_WINDOW_MAX) || v < 3 ||
	    !face_whole(v))
		fail(p, "bad size of the window");
	else
		*side = (int)v;
}

static void
take_threshold(struct parser *p)
{
	double v;

	if (!face_numbers(p->text, &v, 1, 1e6))
		fail(p, "bad stageThreshold");
	else
		p->cascade->stage[p->cascade->stages - 1].threshold = (float)v;
}

/* Hand the text to the reader of the cascade's features. */
static bool
take_part(struct parser *p,
    const char *(*take)(struct face_cascade *c, const char *text))
{
	const char *wrong = take(p->cascade, p->text);

	if (wrong != NULL)
		fail(p, wrong);
	return wrong == NULL;
}

static void
take_kind(struct parser *p)
{
	static const struct face_kind *const kinds[] = {
	    &face_kind_lbp, &face_kind_haar};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(p->text, kinds[i]->name) == 0) {
			p->cascade->kind = kinds[i];
			return;
		}
	fail(p, "features are neither LBP nor HAAR");
}

static void
take_tilted(struct parser *p)
{
	double v;

	if (!face_numbers(p->text, &v, 1, 1) || v < 0 || v > 0)
		fail(p, "tilted features are not supported");
}

#define STAGE "/stages/_"
#define WEAK STAGE "/weakClassifiers/_"
#define FEATURE "/features/_"

static bool
at(const struct parser *p, const char *path)
{
	return strcmp(p->path, path) == 0;
}

static bool
is_wanted(const struct parser *p)
{
	static const char *const wanted[] = {"/stageType", "/featureType",
	    "/width", "/height", STAGE "/stageThreshold", WEAK "/internalNodes",
	    WEAK "/leafValues", FEATURE "/tilted"};
	const struct face_kind *kind = p->cascade->kind;
	size_t i;

	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (at(p, wanted[i]))
			return true;
	return kind != NULL && at(p, kind->rect_path);
}

/* A list item opens: make room for what it will hold. */
static void
begin_item(struct parser *p)
{
	struct face_cascade *c = p->cascade;

	if (c->kind == NULL && (at(p, STAGE) || at(p, FEATURE))) {
		fail(p, "no featureType before this");
	} else if (at(p, STAGE)) {
		if (c->stages == FACE_STAGES_MAX) {
			fail(p, "too many stages");
			return;
		}
		c->stage[c->stages++] = (struct face_stage){.first = c->weaks};
	} else if (at(p, WEAK)) {
		if (c->weaks == FACE_WEAK_MAX) {
			fail(p, "too many weak classifiers");
			return;
		}
		c->weaks++;
		c->stage[c->stages - 1].count++;
		p->nodes = p->leaves = false;
	} else if (at(p, FEATURE)) {
		if (c->features == FACE_FEATURES_MAX) {
			fail(p, "too many features");
			return;
		}
		c->features++;
	}
}

static void
end_item(struct parser *p)
{
	const struct face_cascade *c = p->cascade;

	if (at(p, WEAK) && !(p->nodes && p->leaves))
		fail(p, "a weak classifier lacks its nodes or leaves");
	else if (at(p, STAGE) && c->stage[c->stages - 1].count == 0)
		fail(p, "a stage is empty");
	else if (at(p, FEATURE) && !c->kind->has_rects(c))
		fail(p, "a feature lacks its rect");
}

static void
take_text(struct parser *p)
{
	if (at(p, "/width"))
		take_side(p, &p->cascade->width);
	else if (at(p, "/height"))
		take_side(p, &p->cascade->height);
	else if (at(p, "/stageType"))
		p->boost = strcmp(p->text, "BOOST") == 0;
	else if (at(p, "/featureType"))
		take_kind(p);
	else if (at(p, STAGE "/stageThreshold"))
		take_threshold(p);
	else if (at(p, WEAK "/internalNodes"))
		p->nodes = take_part(p, p->cascade->kind->take_nodes);
	else if (at(p, WEAK "/leafValues"))
		p->leaves = take_part(p, p->cascade->kind->take_leaves);
	else if (at(p, FEATURE "/tilted"))
		take_tilted(p);
	else
		(void)take_part(p, p->cascade->kind->take_rect);
}

static void XMLCALL
on_start(void *context, const char *name, const char **attributes)
{
	struct parser *p = context;
	size_t len = strlen(name);

	(void)attributes;
	if (++p->depth > DEPTH_MAX) {
		fail(p, "nested too deeply");
		return;
	}
	/* The two outer elements are not part of the path. */
	if (p->depth <= 2) {
		if (p->depth == 2 && strcmp(name, "cascade") != 0)
			fail(p, "is not a cascade of today's format");
		return;
	}
	if (p->path_len + 1 + len >= sizeof(p->path)) {
		fail(p, "names are too long");
		return;
	}
	p->path[p->path_len] = '/';
	memcpy(p->path + p->path_len + 1, name, len + 1);
	p->path_len += 1 + len;
	p->text_len = 0;
	p->collects = is_wanted(p);
	begin_item(p);
}

static void XMLCALL
on_end(void *context, const char *name)
{
	struct parser *p = context;

	if (p->failed)
		return;
	if (p->depth-- <= 2)
		return;
	p->text[p->text_len] = '\0';
	if (p->collects)
		take_text(p);
	else
		end_item(p);
	p->collects = false;
	p->path_len -= strlen(name) + 1;
	p->path[p->path_len] = '\0';
}

static void XMLCALL
on_text(void *context, const char *text, int len)
{
	struct parser *p = context;

	if (!p->collects)
		return;
	if (p->text_len + (size_t)len >= sizeof(p->text)) {
		fail(p, "a text is too long");
		return;
	}
	memcpy(p->text + p->text_len, text, (size_t)len);
	p->text_len += (size_t)len;
}

/* No cascade declares a document type; entities are a way to attack. */
static void XMLCALL
on_doctype(void *context, const char *name, const char *system_id,
    const char *public_id, int internal)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)internal;
	fail(context, "a document type is not expected");
}

/* What no single element shows. */
static int
check_whole(const struct parser *p)
{
	const struct face_cascade *c = p->cascade;

	if (!p->boost)
		return err_set(p->err, "is not a boosted cascade");
	if (c->width == 0 || c->height == 0 || c->stages == 0)
		return err_set(p->err, "is an incomplete cascade");
	return c->kind->check(c, p->err);
}

struct face_cascade *
face_cascade_parse(const char *xml, size_t len, struct err *err)
{
	struct parser *p;
	struct face_cascade *cascade = NULL;
	bool good = false;

	if (len > FACE_XML_MAX) {
		err_set(err, "is longer than %d bytes", FACE_XML_MAX);
		return NULL;
	}
	p = calloc(1, sizeof(*p));
	cascade = calloc(1, sizeof(*cascade));
	if (p == NULL || cascade == NULL ||
	    (p->xml = XML_ParserCreate(NULL)) == NULL) {
		err_set(err, "out of memory");
		goto done;
	}
	p->cascade = cascade;
	p->err = err;
	XML_SetUserData(p->xml, p);
	XML_SetElementHandler(p->xml, on_start, on_end);
	XML_SetCharacterDataHandler(p->xml, on_text);
	XML_SetStartDoctypeDeclHandler(p->xml, on_doctype);
	if (XML_Parse(p->xml, xml, (int)len, XML_TRUE) == XML_STATUS_ERROR) {
		if (!p->failed)
			err_set(err, "line %lu: %s", line(p),
			    XML_ErrorString(XML_GetErrorCode(p->xml)));
	} else {
		good = check_whole(p) == 0;
	}
	XML_ParserFree(p->xml);
done:
	free(p);
	if (!good) {
		free(cascade);
		return NULL;
	}
	return cascade;
}

struct face_cascade *
face_cascade_load(const char *path, struct err *err)
{
	struct face_cascade *cascade = NULL;
	char *xml;
	size_t len = 0;
	ssize_t n;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0) {
		err_sys(err, errno, "cannot open");
		return NULL;
	}
	if ((xml = malloc(FACE_XML_MAX + 1)) == NULL) {
		err_set(err, "out of memory");
		goto done;
	}
	while ((n = compat_read(fd, xml + len, FACE_XML_MAX + 1 - len)) != 0) {
		if (n < 0) {
			err_sys(err, errno, "cannot read");
			goto done;
		}
		len += (size_t)n;
		if (len > FACE_XML_MAX)
			break;
	}
	cascade = face_cascade_parse(xml, len, err);
done:
	free(xml);
	close(fd);
	return cascade;
}

void
face_cascade_free(struct face_cascade *cascade)
{
	free(cascade);
}
