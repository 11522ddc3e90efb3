#include "plot/data.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat/random.h"

/* The start width of cells of a trend, s: samples come at most 5 a second. */
#define TREND_WIDTH 0.125

struct plot_data *
plot_data_new(void)
{
	struct plot_data *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	json_index_init(&d->index);
	json_index_init(&d->session);
	json_scan_init(&d->scan);
	buf_init(&d->key);
	buf_init(&d->text);
	d->trace = trace_reader_new();
	d->frame = malloc(sizeof(*d->frame));
	if (d->frame != NULL)
		trace_line_init(d->frame);
	d->dsp = dsp_new();
	if (d->trace == NULL || d->frame == NULL || d->dsp == NULL) {
		plot_data_free(d);
		errno = ENOMEM;
		return NULL;
	}
	if (compat_random(&d->table.seed, sizeof(d->table.seed)) != 0) {
		int error = errno;

		plot_data_free(d);
		errno = error;
		return NULL;
	}
	return d;
}

static void
source_free(struct plot_source *s)
{
	for (int v = 0; v < VITAL_COUNT; v++) {
		plot_series_release(&s->trend[v]);
		plot_series_release(&s->sample[v]);
	}
	plot_wave_free(s->wave);
	plot_patches_free(s->patches);
	free(s->key);
	free(s->name);
	free(s);
}

void
plot_data_free(struct plot_data *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->sources; i++)
		source_free(d->source[i]);
	hash_table_release(&d->table);
	plot_delivery_release(&d->delivery);
	json_index_release(&d->index);
	json_index_release(&d->session);
	json_scan_release(&d->scan);
	buf_release(&d->key);
	buf_release(&d->text);
	trace_reader_free(d->trace);
	if (d->frame != NULL)
		trace_line_release(d->frame);
	free(d->frame);
	dsp_free(d->dsp);
	free(d->value);
	free(d);
}

/* Put a new source with the key d->key into the table. */
static struct plot_source *
add_source(struct plot_data *d, struct span name, int face)
{
	struct plot_source *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->face = face;
	s->from = (double)INFINITY;
	s->to = -(double)INFINITY;
	s->quality = (struct plot_quality){
	    (double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
	for (int v = 0; v < VITAL_COUNT; v++) {
		plot_series_init(&s->trend[v], TREND_WIDTH, PLOT_TREND_CELLS);
		plot_series_init(&s->sample[v], TREND_WIDTH, PLOT_TREND_CELLS);
	}
	s->name = strndup(name.p, name.n);
	s->key = malloc(d->key.len);
	if (s->name != NULL && s->key != NULL) {
		memcpy(s->key, d->key.data, d->key.len);
		s->node.key = (struct span){s->key, d->key.len};
		if (hash_table_put(&d->table, &s->node) == 0) {
			d->source[d->sources++] = s;
			return s;
		}
	}
	source_free(s);
	return NULL;
}

struct plot_source *
plot_data_source(struct plot_data *d, struct span name, int face, bool *is_full)
{
	struct hash_node *n;

	*is_full = false;
	buf_clear(&d->key);
	buf_addf(&d->key, "%d:", face);
	buf_add_span(&d->key, name);
	if (buf_failed(&d->key))
		return NULL;
	n = hash_table_find(&d->table, buf_span(&d->key));
	if (n != NULL)
		return (struct plot_source *)(void *)((char *)n -
		    offsetof(struct plot_source, node));
	if (d->sources == PLOT_SOURCES_MAX) {
		*is_full = true;
		d->unseen++;
		return NULL;
	}
	return add_source(d, name, face);
}

uint8_t
plot_data_reason(struct plot_data *d, struct span text)
{
	char name[PLOT_REASON_MAX];
	size_t i;

	snprintf(name, sizeof(name), "%.*s",
	    (int)(text.n < sizeof(name) ? text.n : sizeof(name) - 1), text.p);
	for (i = 0; i < d->reasons; i++)
		if (strcmp(d->reason[i], name) == 0)
			return (uint8_t)i;
	if (d->reasons == PLOT_REASONS_MAX) {
		snprintf(d->reason[PLOT_REASONS_MAX - 1], PLOT_REASON_MAX,
		    "another reason");
		return PLOT_REASONS_MAX - 1;
	}
	memcpy(d->reason[d->reasons], name, sizeof(name));
	return (uint8_t)d->reasons++;
}

double
plot_data_rate(const struct plot_source *s)
{
	const struct plot_reading *r = &s->reading[VITAL_HEART_RATE];

	return r->present && r->value >= BEATS_RATE_MIN &&
		r->value <= BEATS_RATE_MAX
	    ? r->value
	    : 0;
}

int
plot_data_end(struct plot_data *d, struct err *err)
{
	for (size_t i = 0; i < d->sources; i++) {
		struct plot_source *s = d->source[i];

		if (s->wave != NULL &&
		    plot_wave_end(s->wave, d->dsp, plot_data_rate(s), err) != 0)
			return -1;
		if (s->patches != NULL &&
		    plot_patches_end(s->patches, d->dsp) != 0)
			return err_set(err, "out of memory");
	}
	return 0;
}
