/* vitals-fhir: make FHIR resources of events.  See vitals-fhir(1). */
#include "cli/cli.h"
#include "diag/diag.h"
#include "fhir/fhir.h"
#include "fhir/notify.h"
#include "filter/filter.h"
#include "instant/instant.h"

/* Values that the options cannot have. */
#define VERSION_NOT_GIVEN 2
#define KIND_NOT_GIVEN 3

enum {
	OUTPUT_RESOURCE,
	OUTPUT_MESSAGE
};

static struct options {
	unsigned version, bundle, output;
	const char *subject, *device, *loinc_stress;
	double preliminary_below;
	bool uncalibrated;
	const char *notify, *topic;
	unsigned kind, content;
	int64_t after;
	struct filter filter;
} opt = {.version = VERSION_NOT_GIVEN,
    .preliminary_below = FHIR_PRELIMINARY_BELOW,
    .kind = KIND_NOT_GIVEN,
    .content = FHIR_FULL_RESOURCE};

/* In the order of enum fhir_version, enum fhir_bundle, enum fhir_notify_kind
 * and enum fhir_notify_content. */
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
    CLI_HEADING("Notifications"),
    CLI_TEXT("notify", 0, "URL", "write notifications for the Subscription URL",
	&opt.notify),
    CLI_CHOICE("notify-kind", 0, "handshake|heartbeat|event-notification",
	"their kind (default: event-notification)", &opt.kind),
    CLI_CHOICE("notify-content", 0, "empty|id-only|full-resource",
	"what they contain (default: full-resource)", &opt.content),
    CLI_TEXT("notify-topic", 0, "URL",
	"the SubscriptionTopic in them (default: none)", &opt.topic),
    CLI_INTEGER("notify-after", 0, "N",
	"the number of the last event before (default: 0)", &opt.after, 0,
	FHIR_NOTIFY_NUMBER_MAX),
    CLI_HEADING("Bad lines"),
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

static int
check_notify(int operands)
{
	struct span base, id;

	if (opt.notify == NULL &&
	    (opt.kind != KIND_NOT_GIVEN || opt.topic != NULL ||
		opt.after != 0 || opt.content != FHIR_FULL_RESOURCE))
		return cli_usage(&cli, "--notify-... goes with --notify");
	if (opt.notify == NULL)
		return CLI_GO;
	if (fhir_reference_wrong(span_of(opt.notify), "Subscription") != NULL ||
	    fhir_notify_split(span_of(opt.notify), &base, &id) != 0)
		return cli_usage(&cli,
		    "--notify: '%s' is not an http or https URL that ends in "
		    "Subscription/ID",
		    opt.notify);
	if (opt.topic != NULL && !fhir_notify_topic_ok(span_of(opt.topic)))
		return cli_usage(
		    &cli, "--notify-topic: '%s' is not a URI", opt.topic);
	if (opt.bundle != FHIR_NO_BUNDLE)
		return cli_usage(
		    &cli, "--bundle and --notify exclude each other");
	if (opt.kind != KIND_NOT_GIVEN && opt.kind != FHIR_EVENT_NOTIFICATION &&
	    operands > 0)
		return cli_usage(&cli,
		    "a handshake or heartbeat is about no events: it takes no "
		    "FILE");
	return CLI_GO;
}

/* Check the text options before a file is opened. */
static int
check_options(int operands)
{
	const char *wrong;

	if (opt.version != VERSION_NOT_GIVEN && opt.output != OUTPUT_MESSAGE &&
	    opt.notify == NULL)
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
	return check_notify(operands);
}

/* Write a notification that is not about events. */
static int
notify(struct fhir_maker *maker, struct ndjson_writer *out)
{
	struct err err;
	enum verdict rc = fhir_notify_take(
	    maker, (enum fhir_notify_kind)opt.kind, instant_now(), out, &err);

	if (rc == VERDICT_GOOD)
		return ndjson_commit(out) == 0 ? CLI_OK : CLI_SYSTEM;
	diag_error("%s", err.text);
	return cli_status(rc);
}

static int
run(struct fhir_maker *maker, char *const file[], int files,
    struct ndjson_writer *out)
{
	if (opt.kind == FHIR_HANDSHAKE || opt.kind == FHIR_HEARTBEAT)
		return notify(maker, out);
	opt.filter.line = take_line;
	opt.filter.context = maker;
	return filter_run(&opt.filter, file, files, out);
}

int
main(int argc, char *argv[])
{
	struct fhir_notify_options notify_options;
	struct fhir_options options;
	struct fhir_maker *maker;
	struct ndjson_writer *out;
	int first, status;

	cli_start(&cli);
	status = cli_parse(&cli, argc, argv, &first);
	if (status == CLI_GO)
		status = check_options(argc - first);
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
	if (opt.notify != NULL) {
		notify_options = (struct fhir_notify_options){
		    .topic = span_of(opt.topic == NULL ? "" : opt.topic),
		    .content = (enum fhir_notify_content)opt.content,
		    .after = (uint64_t)opt.after,
		};
		fhir_notify_split(span_of(opt.notify), &notify_options.base,
		    &notify_options.subscription);
		options.notify = &notify_options;
	}
	out = cli_output();
	maker = fhir_maker_new(&options);
	status = CLI_SYSTEM;
	if (maker == NULL) {
		diag_error("out of memory");
	} else if (out != NULL) {
		status = run(maker, argv + first, argc - first, out);
	}
	fhir_maker_free(maker);
	return cli_finish(out, status);
}
