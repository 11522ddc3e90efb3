/* vitals-calibrate: fit what needs a reference.  See vitals-calibrate(1). */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "calib/calib.h"
#include "calib/pairs.h"
#include "cli/cli.h"
#include "diag/diag.h"
#include "filter/filter.h"

/* Sources without a measurement that are named one by one. */
#define UNMATCHED_SHOWN 5

static struct options {
	const char *reference, *base;
	struct filter filter;
} opt;

static const struct cli_option table[] = {
    CLI_FILE("reference", 'r', "FILE",
	"read the reference readings from FILE (required)", &opt.reference),
    CLI_FILE("base", 'b', "FILE",
	"turn the calibration FILE of a device into that of a person",
	&opt.base),
    FILTER_OPTIONS(&opt.filter),
};

static const struct cli cli = {
    .name = "vitals-calibrate",
    .operands = "[FILE ...]",
    .summary = "Fit SpO2 and blood pressure to reference readings.",
    .example =
	"  vitals-extract --window 30 *.mp4 |\n"
	"      vitals-calibrate --reference oximeter.ndjson > phone.json",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

struct stream {
	struct calib_pairs *pairs;
	enum verdict (*take)(struct calib_pairs *p, struct span line,
	    bool *used, struct err *err);
	size_t unused;
};

static enum verdict
take_line(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	struct stream *s = context;
	bool used;
	enum verdict verdict = s->take(s->pairs, line->text, &used, err);

	(void)out;
	s->unused += verdict == VERDICT_GOOD && !used;
	return verdict;
}

/* Read the references, and report what was left out. */
static int
read_references(struct stream *s, struct ndjson_writer *out)
{
	struct filter f = opt.filter;
	char path[4096], *file[] = {path};
	int status;

	/* filter_run takes a list that is not const. */
	if (strlen(opt.reference) >= sizeof(path)) {
		diag_error("--reference: the name is too long");
		return CLI_SYSTEM;
	}
	memcpy(path, opt.reference, strlen(opt.reference) + 1);
	s->take = calib_reference;
	f.line = take_line;
	f.context = s;
	status = filter_run(&f, file, 1, out);
	if (status == CLI_SYSTEM || (status != CLI_OK && f.strict))
		return status;
	if (s->unused > 0)
		diag_note("%s: ignored %zu reference%s of vitals that need "
			  "no calibration",
		    opt.reference, s->unused, diag_plural(s->unused));
	s->unused = 0;
	return status;
}

static int
read_measurements(
    struct stream *s, char *argv[], int n, struct ndjson_writer *out)
{
	const char *source;
	int status;
	size_t k;

	s->take = calib_measurement;
	opt.filter.line = take_line;
	opt.filter.context = s;
	status = filter_run(&opt.filter, argv, n, out);
	if (s->unused > 0)
		diag_verbose("ignored %zu line%s without features or "
			     "references",
		    s->unused, diag_plural(s->unused));
	for (k = 0; (source = calib_unmatched(s->pairs, k)) != NULL; k++) {
		if (k < UNMATCHED_SHOWN)
			diag_note("%s: no measurement has the source '%s'",
			    opt.reference, source);
	}
	if (k > UNMATCHED_SHOWN)
		diag_note(
		    "%s: and %zu more", opt.reference, k - UNMATCHED_SHOWN);
	return status;
}

/* Report how good a fit is. */
static void
report_fit(enum vital vital, const struct model *m)
{
	const struct vital_info *i = vital_info(vital);

	if (isnan(m->error)) {
		diag_note("%s: %u pair%s of %u source: one source does not "
			  "show how good it is on others",
		    i->name, m->pairs, diag_plural(m->pairs), m->sources);
		return;
	}
	diag_note("%s: %u pairs of %u sources; each left out in turn: mean "
		  "absolute error %.2f %s, within %g: %.0f %%",
	    i->name, m->pairs, m->sources, m->error, i->unit, i->tolerance,
	    100 * m->within);
	if (!isnan(m->anchored_error))
		diag_note("%s: with the first reference of each as its "
			  "baseline: %.2f %s, within %g: %.0f %%",
		    i->name, m->anchored_error, i->unit, i->tolerance,
		    100 * m->anchored_within);
}

/* Fit, or anchor, every vital that has references.  Return CLI_OK; CLI_DATA
 * where one could not be, CLI_SYSTEM without memory (reported); *${done}: how
 * many were. */
static int
fit(struct models *m, const struct calib_pairs *p, unsigned *done)
{
	int status = CLI_OK;

	*done = 0;
	for (int v = 0; v < VITAL_COUNT; v++) {
		enum vital vital = (enum vital)v;
		const char *name = vital_info(vital)->name;
		const struct model_pair *pair;
		struct err err;
		size_t n;

		if (calib_references_of(p, vital) == 0)
			continue;
		pair = calib_pairs_of(p, vital, &n);
		if (opt.base != NULL && m->model[v].terms == 0) {
			diag_error("%s: no model of %s", opt.base, name);
			status = cli_worst(status, CLI_DATA);
		} else if ((opt.base != NULL ? model_anchor(&m->model[v], vital,
						   pair, n, &err)
					     : model_fit(&m->model[v], vital,
						   pair, n, &err)) != 0) {
			diag_error("%s: %s", name, err.text);
			status = cli_worst(status,
			    err_is_memory(&err) ? CLI_SYSTEM : CLI_DATA);
		} else {
			(*done)++;
			if (opt.base == NULL)
				report_fit(vital, &m->model[v]);
		}
	}
	return status;
}

static int
calibrate(
    struct calib_pairs *pairs, char *argv[], int n, struct ndjson_writer *out)
{
	struct stream s = {.pairs = pairs};
	struct models models = {0};
	struct err err;
	unsigned done;
	int status, rc;

	if (opt.base != NULL && calib_load(&models, opt.base, &err) != 0) {
		diag_error("%s: %s", opt.base, err.text);
		return CLI_SYSTEM;
	}
	if (opt.base != NULL && err.text[0] != '\0')
		diag_note("%s: %s", opt.base, err.text);
	status = read_references(&s, out);
	if (status == CLI_SYSTEM || (status != CLI_OK && opt.filter.strict))
		return status;
	rc = read_measurements(&s, argv, n, out);
	status = cli_worst(status, rc);
	if (rc == CLI_SYSTEM || (rc != CLI_OK && opt.filter.strict))
		return status;
	status = cli_worst(status, fit(&models, pairs, &done));
	if (status == CLI_SYSTEM)
		return status;
	if (done == 0) {
		diag_error("nothing to calibrate");
		return cli_worst(status, CLI_DATA);
	}
	calib_write(&models, ndjson_record(out));
	return ndjson_commit(out) == 0 ? status : CLI_SYSTEM;
}

int
main(int argc, char *argv[])
{
	struct ndjson_writer *out = NULL;
	struct calib_pairs *pairs = NULL;
	int first, status;

	cli_start(&cli);
	status = cli_parse(&cli, argc, argv, &first);
	if (status != CLI_GO)
		return status;
	if (opt.reference == NULL)
		return cli_usage(&cli, "--reference is needed");
	if (strcmp(opt.reference, "-") == 0)
		return cli_usage(
		    &cli, "--reference: stdin is for the measurements");
	out = ndjson_writer_new(STDOUT_FILENO);
	pairs = calib_pairs_new();
	if (out == NULL || pairs == NULL) {
		diag_error("out of memory");
		status = CLI_SYSTEM;
	} else {
		status = calibrate(pairs, argv + first, argc - first, out);
	}
	calib_pairs_free(pairs);
	return cli_finish(out, status);
}
