/*
 * plot/data: what all lines say, in bounded memory, ready to be drawn.
 */
#ifndef PLOT_DATA_H
#define PLOT_DATA_H

#include <stdbool.h>
#include <stdint.h>

#include "diag/err.h"
#include "diag/verdict.h"
#include "dsp/dsp.h"
#include "hash/table.h"
#include "plot/delivery.h"
#include "plot/patches.h"
#include "plot/series.h"
#include "plot/wave.h"
#include "readings/vital.h"
#include "trace/line.h"
#include "json/json.h"

/* Sources (and faces of them) that are shown; further ones are counted. */
#define PLOT_SOURCES_MAX 256

/* Bytes of the name of a source, as in trace lines. */
#define PLOT_NAME_MAX 4096

/* Cells of the trend of one vital sign. */
#define PLOT_TREND_CELLS 512

/* Reasons for missing values that are distinguished, and their bytes. */
#define PLOT_REASONS_MAX 64
#define PLOT_REASON_MAX 32

/* Kinds of lines that are not drawn, by their name. */
#define PLOT_OTHERS_MAX 8

/* The mark of the cells of a trend whose value is uncalibrated. */
#define PLOT_MARK_UNCALIBRATED 1

struct plot_reading {
	bool present;      /* a line had it */
	double value;      /* NAN: missing */
	double confidence; /* NAN: not known */
	uint8_t reason;    /* of plot_data.reason */
	bool is_uncalibrated;
	char method[32];
};

/* NAN: not known. */
struct plot_quality {
	double signal, snr_db, motion, illumination, coverage;
};

struct plot_source {
	struct hash_node node; /* of the name and the face */
	char *key, *name;
	int face; /* -1: the only one */
	bool has_start;
	int64_t start; /* ms since 1970 */
	char device[96];
	double from, to; /* s, of all its lines */

	uint64_t measurements, samples;
	/* The readings of the longest measurement, the last of several; or,
	 * without any, of the last sample. */
	struct plot_reading reading[VITAL_COUNT];
	double reading_from, reading_seconds;
	struct plot_quality quality;
	struct plot_series trend[VITAL_COUNT];  /* of measurements, */
	struct plot_series sample[VITAL_COUNT]; /* and of samples */

	struct plot_wave *wave;       /* NULL: no lines of it */
	struct plot_patches *patches; /* likewise */
};

struct plot_data {
	struct plot_source
	    *source[PLOT_SOURCES_MAX]; /* in order of appearance */
	size_t sources;
	uint64_t unseen; /* lines of further sources */
	struct plot_delivery delivery;
	uint64_t lines; /* that were drawn */

	char reason[PLOT_REASONS_MAX][PLOT_REASON_MAX];
	size_t reasons;
	struct {
		char name[PLOT_REASON_MAX];
		uint64_t lines;
	} other[PLOT_OTHERS_MAX];
	size_t others;

	/* Private: */
	struct hash_table table;
	struct json_index index;   /* of the line, or of a CloudEvent's data */
	struct json_index session; /* of the session of an event */
	/* Which of them has the source, the times and the device. */
	const struct json_index *place;
	struct json_scan scan;
	struct buf key, text;
	struct trace_reader *trace;
	struct trace_line *frame;
	struct dsp *dsp;
	double *value; /* of a wave line */
	size_t room;
};

/* NULL with errno if memory ran out or there are no random bits, for hashing. */
struct plot_data *plot_data_new(void);
void plot_data_free(struct plot_data *d);

/* Take ${line}: VERDICT_GOOD, also for kinds that are not drawn; VERDICT_BAD or
 * VERDICT_SYSTEM with ${err}. */
enum verdict plot_data_take(
    struct plot_data *d, struct span line, struct err *err);

/* All lines were taken: finish what is computed from them.  Return 0, or -1 with
 * ${err}. */
int plot_data_end(struct plot_data *d, struct err *err);

/* ---- For those that fill it --------------------------------------------- */

/* The source ${name}, with ${face} (-1: not given), which is added if it is new.
 * NULL: without memory; or *${is_full}, and the line is counted. */
struct plot_source *plot_data_source(
    struct plot_data *d, struct span name, int face, bool *is_full);

/* The number of the reason ${text}. */
uint8_t plot_data_reason(struct plot_data *d, struct span text);

/* The heart rate of ${s} so far, /min; 0: not known. */
double plot_data_rate(const struct plot_source *s);

#endif
