/* vitals-event: convert measurements to events.  See vitals-event(1). */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "crypto/secret.h"
#include "diag/diag.h"
#include "event/event.h"
#include "filter/filter.h"
#include "instant/instant.h"

static struct options {
	unsigned id;
	const char *session, *subject, *subject_file, *key_file, *time;
	const char *source_uri;
	struct cli_list device;
	bool session_events, with_source, cloudevents, check;
	struct filter filter;
} opt;

static const struct cli_option table[] = {
    CLI_CHOICE("id", 0, "uuidv7|content", "how IDs are made (default: uuidv7)",
	&opt.id),
    CLI_TEXT("time", 0, "record|now|TIME",
	"where the time comes from (default: record)", &opt.time),
    CLI_TEXT("session", 's', "ID", "the session that all lines belong to",
	&opt.session),
    CLI_FLAG("session-events", 0, "report the start and end of each session",
	&opt.session_events),
    CLI_TEXT("subject", 0, "ID", "the subject of all lines (argv is public)",
	&opt.subject),
    CLI_FILE("subject-file", 0, "FILE", "read the subject from FILE",
	&opt.subject_file),
    CLI_FILE("pseudonym-key-file", 'k', "FILE",
	"make pseudonyms of subjects with the key in FILE", &opt.key_file),
    CLI_LIST("device", 0, "NAME=VALUE",
	"add a member to the description of the device", &opt.device),
    CLI_FLAG("with-source", 0, "keep the name and hash of the source file",
	&opt.with_source),
    CLI_FLAG(
	"cloudevents", 0, "wrap events as CloudEvents 1.0", &opt.cloudevents),
    CLI_TEXT("source-uri", 0, "URI", "the source of the CloudEvents",
	&opt.source_uri),
    CLI_FLAG("check", 'c', "check events and print the good ones unchanged",
	&opt.check),
    FILTER_OPTIONS(&opt.filter),
};

static const struct cli cli = {
    .name = "vitals-event",
    .operands = "[FILE ...]",
    .summary = "Make events of measurements, samples and waves.",
    .example = "  vitals-extract clip.mp4 | vitals-event --session s-81",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

static enum verdict
process_line(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	return event_take(context, line->text, out, err);
}

/* --time: record, now, or an instant.  Return CLI_GO or CLI_USAGE. */
static int
read_time(struct event_options *e)
{
	e->clock = EVENT_CLOCK_RECORD;
	if (opt.time == NULL || strcmp(opt.time, "record") == 0)
		return CLI_GO;
	if (strcmp(opt.time, "now") == 0) {
		e->clock = EVENT_CLOCK_NOW;
		return CLI_GO;
	}
	e->clock = EVENT_CLOCK_GIVEN;
	if (instant_parse(span_of(opt.time), &e->time) == 0)
		return CLI_GO;
	return cli_usage(&cli,
	    "--time: '%s' is neither 'record', 'now' nor an RFC 3339 time "
	    "with offset",
	    opt.time);
}

static bool
changes_events(void)
{
	return opt.session != NULL || opt.session_events ||
	    opt.subject != NULL || opt.subject_file != NULL ||
	    opt.key_file != NULL || opt.time != NULL || opt.id != 0 ||
	    opt.device.count > 0 || opt.with_source || opt.cloudevents ||
	    opt.source_uri != NULL;
}

/* Check combinations of options, before any file is opened. */
static int
check_options(struct event_options *e)
{
	struct err err;
	const char *wrong;

	if (opt.check && changes_events())
		return cli_usage(&cli,
		    "--check passes events on as they are: no other option "
		    "makes sense with it");
	if (opt.subject != NULL && opt.subject_file != NULL)
		return cli_usage(
		    &cli, "--subject and --subject-file exclude each other");
	if (opt.subject != NULL && opt.key_file == NULL &&
	    !event_is_pseudonym(span_of(opt.subject)))
		return cli_usage(&cli,
		    "--subject: plain identifier: --pseudonym-key-file is "
		    "required");
	if (opt.source_uri != NULL && !opt.cloudevents)
		return cli_usage(&cli, "--source-uri goes with --cloudevents");
	if (opt.source_uri != NULL &&
	    (wrong = event_uri_wrong(span_of(opt.source_uri))) != NULL)
		return cli_usage(
		    &cli, "--source-uri: '%s' %s", opt.source_uri, wrong);
	if (opt.session != NULL &&
	    (wrong = event_session_wrong(span_of(opt.session))) != NULL)
		return cli_usage(
		    &cli, "--session: '%s' %s", opt.session, wrong);
	if (event_devices_read(
		opt.device.item, opt.device.count, e->device, &err) != 0)
		return cli_usage(&cli, "--device: %s", err.text);
	e->devices = opt.device.count;
	return read_time(e);
}

/* Read the key and the subject from their files.  Return 0, or -1
 * (reported). */
static int
load_secrets(struct event_options *e, struct buf *subject)
{
	struct crypto_secret_from key = {.file = opt.key_file, .fd = -1};
	struct crypto_secret_from person = {
	    .file = opt.subject_file, .fd = -1, .exposed_ok = true};
	struct buf text;
	struct err err = {""};

	buf_init(&text);
	if (opt.key_file != NULL) {
		if (crypto_secret_load_line(&key, &text, &err) != 0)
			goto fail;
		if (text.len < EVENT_KEY_MIN) {
			err_set(&err,
			    "%s: a pseudonym key has at least %d "
			    "characters: make one with 'openssl "
			    "rand -hex 32'",
			    opt.key_file, EVENT_KEY_MIN);
			goto fail;
		}
		e->key = crypto_hmac_new(buf_span(&text));
		buf_wipe(&text);
		if (e->key == NULL) {
			err_set(&err, "%s: out of memory", opt.key_file);
			goto fail;
		}
	}
	if (opt.subject_file != NULL &&
	    crypto_secret_load_line(&person, subject, &err) != 0)
		goto fail;
	e->subject =
	    opt.subject != NULL ? span_of(opt.subject) : buf_span(subject);
	return 0;
fail:
	buf_wipe(&text);
	diag_error("%s", err.text);
	return -1;
}

/* Convert ${n} files.  Return an exit status; all failures were reported. */
static int
run(const struct event_options *e, char *const operand[], int n,
    struct ndjson_writer *out)
{
	struct event_maker *maker;
	struct err err = {""};
	enum verdict end;
	int status;

	maker = event_maker_new(e, &err);
	if (maker == NULL) {
		diag_error("%s", err.text);
		return CLI_SYSTEM;
	}
	opt.filter.line = process_line;
	opt.filter.context = maker;
	status = filter_run(&opt.filter, operand, n, out);
	if (status != CLI_SYSTEM) {
		end = event_end(maker, out, &err);
		if (end != VERDICT_GOOD)
			diag_error("%s", err.text);
		else if (ndjson_pending(out) && ndjson_commit(out) != 0)
			end = VERDICT_OUTPUT; /* cli_finish reports it */
		status = cli_worst(status, cli_status(end));
	}
	event_maker_free(maker);
	return status;
}

int
main(int argc, char *argv[])
{
	struct event_options e;
	struct ndjson_writer *out = NULL;
	struct buf subject;
	int operand, status;

	cli_start(&cli);
	buf_init(&subject);
	status = cli_parse(&cli, argc, argv, &operand);
	if (status != CLI_GO)
		return status;
	e = (struct event_options){
	    .mode = opt.check ? EVENT_CHECK : EVENT_MAKE,
	    .id = opt.id == 0 ? EVENT_ID_UUIDV7 : EVENT_ID_CONTENT,
	    .session = opt.session,
	    .with_source = opt.with_source,
	    .session_events = opt.session_events,
	    .cloudevents = opt.cloudevents,
	    .source_uri = opt.source_uri,
	};
	status = check_options(&e);
	if (status != CLI_GO)
		return status;
	status = CLI_SYSTEM;
	if (load_secrets(&e, &subject) == 0) {
		out = cli_output();
		if (out != NULL)
			status = run(&e, argv + operand, argc - operand, out);
	}
	crypto_hmac_free(e.key);
	buf_wipe(&subject);
	return cli_finish(out, status);
}
