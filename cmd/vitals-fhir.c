/* vitals-fhir: make FHIR resources of events.  See vitals-fhir(1). */
#include "cli/cli.h"
#include "diag/diag.h"
#include "fhir/fhir.h"
#include "filter/filter.h"
#include "instant/instant.h"
#include "options/notify.h"

/* A value that --fhir-version cannot have. */
#define VERSION_NOT_GIVEN 2

enum {
	OUTPUT_RESOURCE,
	OUTPUT_MESSAGE
};

static struct options {
	unsigned version, bundle, output;
	const char *subject, *device, *loinc_stress;
	double preliminary_below;
	bool uncalibrated, from_fhir, check;
	struct options_notify notify;
	struct filter filter;
} opt = {.version = VERSION_NOT_GIVEN,
    .preliminary_below = FHIR_PRELIMINARY_BELOW,
    .notify = OPTIONS_NOTIFY_INIT};

/* In the order of enum fhir_version and enum fhir_bundle. */
static const struct cli_option table[] = {
    CLI_CHOICE("fhir-version", 0, "4.3|4.0",
	"R4B or R4, of messages and notifications (default: 4.3)",
	&opt.version),
    CLI_CHOICE("bundle", 'b', "none|transaction|batch|collection",
	"group the resources of an event (default: none)", &opt.bundle),
    CLI_CHOICE("output", 'o', "resource|message",
	"print resources, or messages for vitals-post (default: resource)",
	&opt.output),
    CLI_TEXT("subject", 0, "REFERENCE",
	"the Patient that all lines are about (default: the pseudonym)",
	&opt.subject),
    CLI_TEXT("device", 0, "REFERENCE",
	"the Device that measured (default: contained)", &opt.device),
    CLI_REAL("preliminary-below", 0, "X",
	"values with a lower confidence are preliminary (default: 0.5)",
	&opt.preliminary_below, 0, 1),
    CLI_FLAG("uncalibrated", 0, "give uncalibrated values, marked as such",
	&opt.uncalibrated),
    CLI_TEXT("loinc-stress", 0, "CODE",
	"a LOINC code for the stress index, such as 80316-3",
	&opt.loinc_stress),
    CLI_FLAG("from-fhir", 0, "make events of Observations and Bundles",
	&opt.from_fhir),
    CLI_FLAG("check", 'c',
	"check Observations and Bundles, and pass on the good ones",
	&opt.check),
    OPTIONS_NOTIFY(&opt.notify),
    CLI_HEADING("Bad lines"),
    FILTER_OPTIONS(&opt.filter),
};

static const struct cli cli = {
    .name = "vitals-fhir",
    .operands = "[FILE ...]",
    .summary =
	"Convert events to FHIR Observations and Bundles (R4, R4B), and back.",
    .example = "  vitals-fhir --bundle transaction events |\n"
	       "      vitals-post https://fhir.example/",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

static enum verdict
take_line(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	return fhir_take(context, line->text, out, err);
}

static enum verdict
check_line(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	enum verdict rc = fhir_check(context, line->text, err);

	if (rc == VERDICT_GOOD)
		buf_add_span(ndjson_record(out), line->text);
	return rc;
}

static enum verdict
import_line(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	return fhir_import(context, line->text, out, err);
}

/* Was an option given that changes what is written? */
static bool
changes_resources(void)
{
	return opt.notify.url != NULL || opt.version != VERSION_NOT_GIVEN ||
	    opt.bundle != 0 || opt.output != OUTPUT_RESOURCE ||
	    opt.subject != NULL || opt.device != NULL || opt.uncalibrated ||
	    opt.loinc_stress != NULL ||
	    opt.preliminary_below != FHIR_PRELIMINARY_BELOW;
}

/* Check the text options before a file is opened. */
static int
check_options(int operands)
{
	const char *wrong;

	if (opt.check && (opt.from_fhir || changes_resources()))
		return cli_usage(&cli,
		    "--check passes resources on as they are: no other option "
		    "makes sense with it");
	if (opt.from_fhir && changes_resources())
		return cli_usage(&cli,
		    "--from-fhir writes events: options for resources make no "
		    "sense with it");
	if (opt.version != VERSION_NOT_GIVEN && opt.output != OUTPUT_MESSAGE &&
	    opt.notify.url == NULL)
		return cli_usage(&cli,
		    "--fhir-version goes with --output message or --notify: "
		    "the resources are the same");
	if (opt.subject != NULL &&
	    (wrong = fhir_reference_wrong(span_of(opt.subject), "Patient")) !=
		NULL)
		return cli_usage(
		    &cli, "--subject: '%s' %s", opt.subject, wrong);
	if (opt.device != NULL &&
	    (wrong = fhir_reference_wrong(span_of(opt.device), "Device")) !=
		NULL)
		return cli_usage(&cli, "--device: '%s' %s", opt.device, wrong);
	if (opt.loinc_stress != NULL &&
	    (wrong = fhir_loinc_wrong(span_of(opt.loinc_stress))) != NULL)
		return cli_usage(
		    &cli, "--loinc-stress: '%s' %s", opt.loinc_stress, wrong);
	if (opt.notify.url != NULL && opt.bundle != FHIR_NO_BUNDLE)
		return cli_usage(
		    &cli, "--bundle and --notify exclude each other");
	return options_notify_check(&cli, &opt.notify, operands);
}

/* Write a notification that is not about events. */
static int
notify(struct fhir_maker *maker, struct ndjson_writer *out)
{
	struct err err;
	enum verdict rc = fhir_notify_take(maker,
	    (enum fhir_notify_kind)opt.notify.kind, instant_now(), out, &err);

	if (rc == VERDICT_GOOD)
		return ndjson_commit(out) == 0 ? CLI_OK : CLI_SYSTEM;
	diag_error("%s", err.text);
	return cli_status(rc);
}

/* Filter the ${n} files of ${operand} with ${line} and its ${context}, which is
 * NULL if out of memory. */
static int
run(filter_fn *line, void *context, char *const operand[], int n,
    struct ndjson_writer *out)
{
	if (context == NULL) {
		diag_error("out of memory");
		return CLI_SYSTEM;
	}
	opt.filter.line = line;
	opt.filter.context = context;
	return filter_run(&opt.filter, operand, n, out);
}

static int
make_resources(char *const operand[], int n, struct ndjson_writer *out)
{
	struct fhir_options options = {
	    .version = opt.version == VERSION_NOT_GIVEN
		? FHIR_R4B
		: (enum fhir_version)opt.version,
	    .bundle = (enum fhir_bundle)opt.bundle,
	    .message = opt.output == OUTPUT_MESSAGE,
	    .subject = opt.subject,
	    .device = opt.device,
	    .preliminary_below = opt.preliminary_below,
	    .uncalibrated = opt.uncalibrated,
	    .loinc_stress = opt.loinc_stress,
	};
	struct fhir_notify_options notify_options;
	struct fhir_maker *maker;
	int status;

	if (options_notify_get(&opt.notify, &notify_options))
		options.notify = &notify_options;
	maker = fhir_maker_new(&options);
	if (maker != NULL && options_notify_without_events(&opt.notify))
		status = notify(maker, out);
	else
		status = run(take_line, maker, operand, n, out);
	fhir_maker_free(maker);
	return status;
}

static int
check_resources(char *const operand[], int n, struct ndjson_writer *out)
{
	struct fhir_checker *checker = fhir_checker_new();
	int status = run(check_line, checker, operand, n, out);

	fhir_checker_free(checker);
	return status;
}

/* Make events; the last one is complete at the end of the input. */
static int
import_resources(char *const operand[], int n, struct ndjson_writer *out)
{
	struct fhir_importer *importer = fhir_importer_new();
	int status = run(import_line, importer, operand, n, out);
	struct err err = {""};
	enum verdict end;

	if (importer == NULL)
		return status;
	if (status != CLI_SYSTEM) {
		end = fhir_import_end(importer, out, &err);
		if (end != VERDICT_GOOD)
			diag_error("%s", err.text);
		else if (ndjson_pending(out) && ndjson_commit(out) != 0)
			end = VERDICT_OUTPUT; /* cli_finish reports it */
		status = cli_worst(status, cli_status(end));
	}
	fhir_importer_free(importer);
	return status;
}

int
main(int argc, char *argv[])
{
	struct ndjson_writer *out;
	int first, status;

	cli_start(&cli);
	status = cli_parse(&cli, argc, argv, &first);
	if (status == CLI_GO)
		status = check_options(argc - first);
	if (status != CLI_GO)
		return status;
	out = cli_output();
	status = CLI_SYSTEM;
	if (out != NULL && opt.check)
		status = check_resources(argv + first, argc - first, out);
	else if (out != NULL && opt.from_fhir)
		status = import_resources(argv + first, argc - first, out);
	else if (out != NULL)
		status = make_resources(argv + first, argc - first, out);
	return cli_finish(out, status);
}
