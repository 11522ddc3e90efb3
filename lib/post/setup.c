#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "diag/diag.h"
#include "instant/instant.h"
#include "post/internal.h"

void
post_defaults(struct post_options *o)
{
	memset(o, 0, sizeof(*o));
	o->policy.max_attempts = 5;
	o->policy.concurrency = 64;
	o->policy.per_endpoint = 0;
	o->policy.breaker = 10;
	o->policy.batch = 1;
	o->policy.queue = 10000;
	o->retry_base = 1;
	o->retry_cap = 300;
	o->give_up = 3 * 86400;
	o->connect = 10;
	o->timeout = 30;
	o->key_fd = -1;
	o->tls_min = HTTP_TLS_1_3;
	o->keep = 7 * 86400;
	o->spool_max = 16384;
	o->lease = 10;
}

static int
open_append(const char *path, int *fd)
{
	*fd = -1;
	if (path == NULL)
		return 0;
	*fd = ndjson_open_append(path);
	if (*fd >= 0)
		return 0;
	diag_errno(errno, "%s", path);
	return -1;
}

static struct schedule_policy
policy_of(const struct post_options *o)
{
	struct schedule_policy p = o->policy;

	p.retry_base = (int64_t)(o->retry_base * 1000);
	p.retry_cap = (int64_t)(o->retry_cap * 1000);
	p.give_up = (int64_t)(o->give_up * 1000);
	if (p.per_endpoint == 0)
		p.per_endpoint = p.concurrency;
	return p;
}

static void
common_options(const struct post_run *r, struct deliver_endpoint_options *e)
{
	const struct post_options *o = r->o;

	memset(e, 0, sizeof(*e));
	e->rate = -1;
	e->http.mail = r->mail.url != NULL ? &r->mail : NULL;
	e->http.ca_file = o->ca_file;
	e->http.certificate = o->certificate;
	e->http.certificate_key = o->certificate_key;
	e->http.pinned_key = o->pinned_key;
	e->http.proxy = o->proxy;
	e->http.tls_min = (enum http_tls)o->tls_min;
	e->http.allow_http = o->allow_http;
	e->http.deny_private = o->deny_private;
	e->http.connect_ms = (int64_t)(o->connect * 1000);
	e->http.total_ms = (int64_t)(o->timeout * 1000);
}

/* Add the endpoint of the command line; only it gets --token-file and
 * --header-file. */
static int
add_operand(struct post_run *r, const struct deliver_endpoint_options *common,
    struct err *err)
{
	struct deliver_endpoint_options e = *common;
	struct crypto_secret_from token = {.file = r->o->token_file, .fd = -1};
	struct crypto_secret_from extra = {.file = r->o->header_file, .fd = -1};
	struct span header[HTTP_HEADERS_MAX], rest, line;
	struct crypto_secret headers = {{0}, false, ""};
	struct buf bearer;
	int rc = -1;

	buf_init(&bearer);
	e.http.url = r->o->url;
	if (token.file != NULL) {
		if (crypto_secret_load_line(&token, &bearer, err) != 0)
			goto err0;
		e.http.bearer = buf_span(&bearer);
	}
	if (extra.file != NULL) {
		if (crypto_secret_load(&extra, &headers, err) != 0)
			goto err0;
		rest = buf_span(&headers.text);
		while (crypto_secret_line(&rest, &line)) {
			if (e.http.headers == HTTP_HEADERS_MAX) {
				err_set(err, "%s: more than %d headers",
				    extra.file, HTTP_HEADERS_MAX);
				goto err0;
			}
			if (post_check_header(line, err) != 0)
				goto err0;
			header[e.http.headers++] = line;
		}
		e.http.header = header;
	}
	rc = deliver_add(r->d, &e, err);
err0:
	crypto_secret_wipe(&headers);
	buf_wipe(&bearer);
	return rc;
}

/* A file that grows with each line that is read from it has no end. */
static int
check_stdin(const struct post_run *r)
{
	const struct {
		int fd;
		const char *option;
	} file[] = {{STDOUT_FILENO, NULL}, {r->rejects, "--rejects"},
	    {r->out.dead_letters, "--dead-letter"}, {r->out.audit, "--audit"}};
	struct err err;

	for (size_t i = 0; i < sizeof(file) / sizeof(file[0]); i++) {
		if (ndjson_check_input(STDIN_FILENO, "<stdin>", file[i].fd,
			file[i].option, &err) == 0)
			continue;
		diag_error("%s", err.text);
		return -1;
	}
	return 0;
}

static int
open_files(struct post_run *r)
{
	const struct post_options *o = r->o;

	r->out.metrics = o->metrics;
	r->out.audit_path = o->audit;
	r->out.report = post_report;
	r->out.context = r;
	if (open_append(o->rejects, &r->rejects) != 0 ||
	    open_append(o->dead_letter, &r->out.dead_letters) != 0 ||
	    open_append(o->audit, &r->out.audit) != 0 ||
	    post_open_rejects(r) != 0 || check_stdin(r) != 0)
		return -1;
	r->signals = cli_watch_signals();
	return r->signals >= 0 ? 0 : -1;
}

/* Is something sent that an earlier run has left in the spool? */
static bool
sends_from_spool(const struct post_options *o)
{
	return o->drain || o->retry_dead || o->replay != NULL ||
	    o->replay_id.count > 0;
}

static int
use_spool(struct post_run *r, struct err *err)
{
	const struct post_options *o = r->o;
	struct deliver_spool_options use = {.name = o->spool,
	    .keep = (int64_t)(o->keep * 1000),
	    .most = o->spool_max << 20,
	    .follow = o->follow};
	struct err why;
	bool is_new;

	if (o->spool == NULL)
		return 0;
	is_new = access(o->spool, F_OK) != 0 && errno == ENOENT;
	r->spool = use.spool = spool_open(o->spool, SPOOL_WRITE, &why);
	if (r->spool == NULL || deliver_use_spool(r->d, &use, &why) != 0)
		return err_set(err, "%s: %s", o->spool, why.text);
	if (o->drain && spool_wake(r->spool, instant_now(), &why) != 0)
		return err_set(err, "%s: %s", o->spool, why.text);
	/* Its name may be mistyped. */
	if (is_new && sends_from_spool(o))
		diag_note("%s: is a new spool: nothing is in it", o->spool);
	return 0;
}

static int
replay(struct post_run *r, struct err *err)
{
	const struct post_options *o = r->o;
	uint64_t n = 0, before;

	if (o->replay == NULL && o->replay_id.count == 0)
		return 0;
	if (o->replay != NULL &&
	    deliver_replay(r->d, o->replay_from, o->replay_to, &n, err) != 0)
		return -1;
	for (size_t i = 0; i < o->replay_id.count; i++) {
		before = n;
		if (deliver_replay_id(
			r->d, span_of(o->replay_id.item[i]), &n, err) != 0)
			return -1;
		if (n == before)
			diag_note("%s: no settled event has this ID",
			    o->replay_id.item[i]);
	}
	diag_note("%" PRIu64 " sent again", n);
	return 0;
}

static int
retry_dead(struct post_run *r, struct err *err)
{
	uint64_t n = 0;

	if (!r->o->retry_dead)
		return 0;
	if (deliver_retry_dead(r->d, &n, err) != 0)
		return -1;
	diag_note("%" PRIu64 " dead or expired event%s tried again", n,
	    n == 1 ? " is" : "s are");
	return 0;
}

/* Do what the options ask for in the spool before deliveries start. */
static int
prepare_spool(struct post_run *r, struct err *err)
{
	const struct post_options *o = r->o;
	bool all = o->replay != NULL || o->replay_id.count > 0 ||
	    o->switch_on.count > 0 || o->retry_dead;

	if (deliver_recover(r->d, all, err) != 0 || replay(r, err) != 0 ||
	    retry_dead(r, err) != 0)
		return -1;
	for (size_t i = 0; i < o->switch_on.count; i++) {
		if (deliver_switch_on(r->d, o->switch_on.item[i], err) != 0)
			return -1;
	}
	return spool_commit(r->spool, err);
}

static int
add_endpoints(struct post_run *r, const struct deliver_endpoint_options *common,
    struct err *err)
{
	const struct post_options *o = r->o;

	if (deliver_set_default(r->d, common, err) != 0)
		return -1;
	if (o->url != NULL && add_operand(r, common, err) != 0)
		return -1;
	if (o->endpoints != NULL && post_read_endpoints(r, common, err) != 0)
		return -1;
	return r->spool == NULL ? 0 : prepare_spool(r, err);
}

int
post_setup(struct post_run *r, struct ndjson_writer *receipts)
{
	const struct post_options *o = r->o;
	struct schedule_policy policy = policy_of(o);
	struct deliver_endpoint_options common;
	struct crypto_secret_from key = {
	    .fd = o->key_fd, .environment = "VITALS_KEY_FILE"};
	struct err err;

	r->out.receipts = receipts;
	r->out.dead_letters = r->out.audit = -1;
	r->rejects = r->signals = r->writable = -1;
	if (open_files(r) != 0)
		return -1;
	if (post_load_mail(r, &err) != 0)
		goto err0;
	common_options(r, &common);
	if (o->key_file.count > 0 || crypto_secret_given(&key)) {
		common.keys = post_load_keys(
		    r, o->key_file.item, o->key_file.count, o->key_fd, &err);
		if (common.keys == NULL)
			goto err0;
	}
	r->d = deliver_new(&policy, &r->out, &err);
	if (r->d == NULL)
		goto err0;
	if (o->mode == 1)
		deliver_set_binary(r->d);
	if (o->origin != NULL && deliver_set_origin(r->d, o->origin) != 0) {
		err_set(&err, "out of memory");
		goto err0;
	}
	if (use_spool(r, &err) != 0 || post_queue_open(r, &err) != 0 ||
	    add_endpoints(r, &common, &err) != 0)
		goto err0;
	r->in = ndjson_reader_new(STDIN_FILENO, 0);
	if (r->in != NULL)
		/* While a write of receipts or messages blocks, answers would
		 * be read late and requests time out. */
		return cli_watch_output(r->out.receipts, &r->writable);
	err_set(&err, "out of memory");
err0:
	diag_error("%s", err.text);
	return -1;
}

static int
close_checked(int fd, const char *name)
{
	if (fd < 0 || close(fd) == 0)
		return 0;
	diag_errno(errno, "%s: write failed", name);
	return -1;
}

void
post_release(struct post_run *r)
{
	ndjson_reader_free(r->in);
	ndjson_writer_free(r->rejected);
	deliver_free(r->d);
	post_queue_close(r);
	spool_close(r->spool);
	for (size_t i = 0; i < r->secrets.count; i++)
		sign_keys_free(r->secrets.keys[i]);
	free(r->secrets.keys);
	crypto_secret_wipe(&r->login);
	if (close_checked(r->rejects, r->o->rejects) != 0 ||
	    close_checked(r->out.dead_letters, r->o->dead_letter) != 0 ||
	    close_checked(r->out.audit, r->o->audit) != 0)
		r->status = cli_worst(r->status, CLI_SYSTEM);
	if (r->signals >= 0)
		close(r->signals);
	if (r->writable >= 0)
		close(r->writable);
}
