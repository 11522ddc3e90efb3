#include "hubserver/hubserver.h"

#include <signal.h>
#include <stdlib.h>

#include "audit/audit.h"
#include "fhir/fhir.h"
#include "hubserver/private.h"
#include "instant/instant.h"

/* How long notifications may still be delivered after the input has ended. */
#define FINISH_MS 10000

/* How long the rest of the messages may take when the server has stopped. */
#define OUTPUT_MS 4000

/* ---- Beginning and end ---------------------------------------------------- */

/* Return the maker of Observations. */
static struct fhir_maker *
new_maker(void)
{
	const struct fhir_options options = {
	    .version = FHIR_R4B,
	    .preliminary_below = FHIR_PRELIMINARY_BELOW,
	};

	return fhir_maker_new(&options);
}

struct hubserver *
hubserver_new(const struct hubserver_options *options, struct err *err)
{
	struct hubserver *hs = calloc(1, sizeof(*hs));

	if (hs == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	hs->options = *options;
	if (options->audit != NULL)
		audit_nowait(options->audit);
	hs->started = instant_now();
	buf_init(&hs->base);
	buf_init(&hs->text);
	json_index_init(&hs->index);
	ndjson_pieces_init(&hs->lines, NDJSON_LINE_MAX);
	ndjson_pieces_init(&hs->receipt_lines, HUBSERVER_RECEIPT_MAX);
	hs->maker = new_maker();
	hs->made = ndjson_writer_new(-1);
	if (hs->maker == NULL || hs->made == NULL) {
		err_set(err, "out of memory");
		hubserver_free(hs);
		return NULL;
	}
	return hs;
}

void
hubserver_free(struct hubserver *hs)
{
	if (hs == NULL)
		return;
	hubserver_socket_abort_all(hs);
	hubserver_waiting_free(hs);
	access_addresses_release(&hs->addresses);
	serve_input_free(hs->input);
	serve_input_free(hs->receipts);
	serve_output_free(hs->output);
	fhir_maker_free(hs->maker);
	ndjson_writer_free(hs->made);
	ndjson_pieces_release(&hs->lines);
	ndjson_pieces_release(&hs->receipt_lines);
	json_index_release(&hs->index);
	buf_release(&hs->base);
	buf_release(&hs->text);
	free(hs);
}

const struct hubserver_counters *
hubserver_counters(const struct hubserver *hs)
{
	return &hs->count;
}

const char *
hubserver_failure(const struct hubserver *hs)
{
	return hs->failure.text;
}

void
hubserver_use_keys(struct hubserver *hs, struct sign_keys *keys)
{
	hs->options.keys = keys;
}

void
hubserver_client_failed(void *context, const char *peer, const char *why)
{
	hubserver_report(context, HUBSERVER_REFUSED, peer, "%s", why);
	hubserver_audit_refusal(context, peer, 0, why);
}

/* ---- Time ----------------------------------------------------------------- */

/* End all clients and drain the server. */
static void
stop(void *context)
{
	struct hubserver *hs = context;

	if (hs->stopping)
		return;
	hs->stopping = true;
	serve_input_free(hs->input);
	serve_input_free(hs->receipts);
	hs->input = hs->receipts = NULL;
	hubserver_socket_close_all(
	    hs, WEBSOCKET_GOING_AWAY, "the server is shutting down");
	serve_drain(hs->serve);
}

/* Have all notifications left, and all receipts come?  Without room in the audit
 * file some may be in the hub. */
static bool
is_done(const struct hubserver *hs)
{
	struct hub_counts counts;

	hub_count(hs->hub, &counts);
	return hs->waiting == NULL && hubserver_audit_has_room(hs) &&
	    (counts.unsettled == 0 || hs->receipts == NULL);
}

/* If the input has ended, stop once everything is delivered. */
static void
end_if_done(struct hubserver *hs)
{
	if (!hs->ended || hs->options.stay || hs->stopping)
		return;
	if (is_done(hs))
		stop(hs);
	else if (!hs->finishing)
		hs->finishing =
		    serve_after(hs->serve, FINISH_MS, stop, hs) == 0;
}

static void
tick(void *context)
{
	struct hubserver *hs = context;
	struct err err;

	if (hs->stopping)
		return;
	if (!hs->count.failed && hub_commit(hs->hub, instant_now(), &err) != 0)
		hubserver_fail(hs, &err);
	hubserver_audit_tick(hs);
	hubserver_deliver(hs);
	hubserver_socket_tick(hs, instant_monotonic());
	end_if_done(hs);
	if (hs->count.failed)
		stop(hs);
	else
		serve_after(hs->serve, HUBSERVER_TICK_MS, tick, hs);
}

int
hubserver_start(struct hubserver *hs, struct hub *hub, struct serve *s,
    const char *base, const struct hubserver_files *files, struct err *err)
{
	if (ndjson_check_input(
		files->lines, "<stdin>", files->messages, NULL, err) != 0)
		return -1;
	hs->hub = hub;
	hs->serve = s;
	buf_add_text(&hs->base, base);
	hs->output =
	    serve_output_new(s, files->messages, hubserver_written, hs);
	hs->input = serve_input_new(s, files->lines, hubserver_take, hs);
	if (files->receipts >= 0)
		hs->receipts = serve_input_new(
		    s, files->receipts, hubserver_take_receipts, hs);
	if (buf_failed(&hs->base) || hs->output == NULL || hs->input == NULL ||
	    (files->receipts >= 0 && hs->receipts == NULL) ||
	    serve_on_signal(s, SIGTERM, stop, hs) != 0 ||
	    serve_on_signal(s, SIGINT, stop, hs) != 0 ||
	    (hs->options.timeout_ms > 0 &&
		serve_after(s, hs->options.timeout_ms, stop, hs) != 0) ||
	    serve_soon(s, tick, hs) != 0)
		return err_set(err, "out of memory");
	return 0;
}

void
hubserver_finish(struct hubserver *hs)
{
	if (hs->output != NULL)
		serve_output_finish(hs->output, OUTPUT_MS);
	hubserver_audit_finish(hs);
}
