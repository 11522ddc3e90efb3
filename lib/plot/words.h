/*
 * plot/words: names, units and reasons for people.
 */
#ifndef PLOT_WORDS_H
#define PLOT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "plot/data.h"

/* How sure a value is.  By hand: nine in ten, and one in two. */
enum plot_sure {
	PLOT_SURE,     /* a confidence of at least 0.9 */
	PLOT_FAIR,     /* of at least 0.5 */
	PLOT_UNSURE,   /* less, or the value is uncalibrated */
	PLOT_NOT_KNOWN /* its source gives none */
};

#define PLOT_SURE_MIN 0.9
#define PLOT_FAIR_MIN 0.5

enum plot_sure plot_sure_of(double confidence);

/* Likewise of a value that may be uncalibrated. */
enum plot_sure plot_sure_of_reading(const struct plot_reading *r);

/* "sure", "fair", "unsure", "not known". */
const char *plot_sure_word(enum plot_sure s);

/* Write ${confidence} with two decimals, rounded down: 0.998 is not 1. */
void plot_confidence_text(char *text, size_t size, double confidence);

/* "Heart rate", "HRV SDNN", …, and the unit, "/min", as people write it. */
const char *plot_vital_title(enum vital v);
const char *plot_vital_unit(enum vital v);

/* What the ${reason} of vitals-formats(5) means: "too short"; one that is not
 * known, as it is. */
const char *plot_reason_words(const char *reason);

/* Write ${value} of ${v} with the decimals of its kind. */
void plot_value_text(char *text, size_t size, enum vital v, double value);

/* Write seconds for people: "30 s", "12:05", "3:20:00". */
void plot_time_text(char *text, size_t size, double seconds);

/* Write a latency for people: "< 1 ms", "12 ms", "1.5 s", "2.0 h". */
void plot_latency_text(char *text, size_t size, double seconds);

/* Write the name of a source: that of its file without folders, and its face. */
void plot_source_text(struct buf *out, const struct plot_source *s);

/* What the reader should know before the numbers of ${s} are used: write warning
 * ${i}, from 0.  Return false if there are no more. */
bool plot_warning(struct buf *out, const struct plot_data *d,
    const struct plot_source *s, size_t i);

/* Why beats are not marked: nothing says that there is a pulse.  NULL if they
 * are. */
const char *plot_unmarked_beats(const struct plot_source *s);

/* Why the intervals between beats are not drawn; NULL if they are sure. */
const char *plot_unsure_beats(const struct plot_source *s);

#endif
