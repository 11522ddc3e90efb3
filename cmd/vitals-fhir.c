/* vitals-fhir: make FHIR resources of events.  See vitals-fhir(1). */
#include "cli/cli.h"
#include "diag/diag.h"
#include "fhir/fhir.h"
#include "filter/filter.h"

/* A value that the option cannot have. */
#define VERSION_NOT_GIVEN 2

enum {
	OUTPUT_RESOURCE,
	OUTPUT_MESSAGE
};

static struct options {
	unsigned version, bundle, output;
	const char *subject, *device, *loinc_stress;
	double preliminary_below;
	bool uncalibrated;
	struct filter filter;
} opt = {
    .version = VERSION_NOT_GIVEN, .preliminary_below = FHIR_PRELIMINARY_BELOW};

/* In the order of enum fhir_version and enum fhir_bundle. */
static const struct cli_option table[] = {
    CLI_CHOICE("fhir-version", 0, "4.3|4.0",
	"R4B or R4 in the media type of messages (default: 4.3)", &opt.version),
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
    FILTER_OPTIONS(&opt.filter),
};

static const struct cli cli = {
    .name = "vitals-fhir",
    .operands = "[FILE ...]",
    .summary = "Make FHIR Observations and Bundles (R4, R4B) of events.",
    .example = "  vitals-fhir --bundle transaction -o message events |\n"
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

/* Check the text options before a file is opened. */
static int
check_options(void)
{
	const char *wrong;

	if (opt.version != VERSION_NOT_GIVEN && opt.output != OUTPUT_MESSAGE)
		return cli_usage(&cli,
		    "--fhir-version goes with --output message: the resources "
		    "are the same");
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
	return CLI_GO;
}

int
main(int argc, char *argv[])
{
	struct fhir_options options;
	struct fhir_maker *maker;
	struct ndjson_writer *out;
	int first, status;

	cli_start(&cli);
	status = cli_parse(&cli, argc, argv, &first);
	if (status == CLI_GO)
		status = check_options();
	if (status != CLI_GO)
		return status;
	options = (struct fhir_options){
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
	out = cli_output();
	maker = fhir_maker_new(&options);
	status = CLI_SYSTEM;
	if (maker == NULL) {
		diag_error("out of memory");
	} else if (out != NULL) {
		opt.filter.line = take_line;
		opt.filter.context = maker;
		status =
		    filter_run(&opt.filter, argv + first, argc - first, out);
	}
	fhir_maker_free(maker);
	return cli_finish(out, status);
}
