/* How vitals-post makes of its options what delivers. */
#include <fcntl.h>

#include "deliver/internal.h"
#include "diag/diag.h"
#include "folder.h"
#include "post/internal.h"
#include "said.h"

#define URL "http://127.0.0.1:9/hook"
#define KEY "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"
#define PUBLIC "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=\n"

static struct ndjson_writer *receipts;

static void
file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) < 0 || close(fd) != 0) {
		printf("Bail out! %s\n", name);
		exit(1);
	}
}

/* Options for a run to URL. */
static struct post_options
options(void)
{
	struct post_options o;

	post_defaults(&o);
	o.url = URL;
	return o;
}

static int
set_up(struct post_run *r, const struct post_options *o)
{
	*r = (struct post_run){.o = o};
	return post_setup(r, receipts);
}

/* Is it refused with this message? */
static void
refused(const struct post_options *o, const char *message)
{
	struct post_run r;
	char text[400];

	CHECK(set_up(&r, o) != 0, message);
	post_release(&r);
	snprintf(text, sizeof(text), "test: %s\n", message);
	CHECK_TEXT(said(), text, "and so it is said");
}

static void
defaults(void)
{
	struct post_options o = options();
	struct post_run r;

	CHECK(set_up(&r, &o) == 0, "a URL is enough");
	CHECK(r.d->schedule.policy.retry_base == 1000 &&
		r.d->schedule.policy.retry_cap == 300000 &&
		r.d->schedule.policy.give_up == INT64_C(259200000),
	    "seconds become milliseconds");
	CHECK(r.d->schedule.policy.max_attempts == 5 &&
		r.d->schedule.policy.breaker == 10 &&
		r.d->schedule.policy.batch == 1 &&
		r.d->schedule.policy.queue == 10000 &&
		r.d->schedule.policy.concurrency == 64,
	    "the man page's defaults");
	CHECK(r.d->endpoint != NULL && r.d->endpoint->next == NULL &&
		r.d->endpoint->queue.concurrency == 64 &&
		r.d->endpoint->queue.rate <= 0 && r.d->endpoint->keys == NULL,
	    "one endpoint, which all may go to");
	CHECK_TEXT(r.d->endpoint->name, URL, "and which bears its URL");
	CHECK(r.rejects == -1 && r.out.dead_letters == -1 &&
		r.out.audit == -1 && r.spool == NULL,
	    "no files");
	post_release(&r);
	CHECK_TEXT(said(), "", "nothing is said of all that");
	o.policy.per_endpoint = 3;
	o.policy.rate = 7;
	CHECK(set_up(&r, &o) == 0 && r.d->endpoint->queue.concurrency == 3 &&
		r.d->endpoint->queue.rate > 6.9 &&
		r.d->endpoint->queue.rate < 7.1,
	    "bounds of the endpoint");
	post_release(&r);
}

static void
files(void)
{
	struct post_options o = options();
	struct post_run r;

	o.rejects = "rejects";
	o.dead_letter = "letters";
	o.audit = "audit";
	o.spool = "spool";
	CHECK(set_up(&r, &o) == 0 && r.rejects >= 0 &&
		r.out.dead_letters >= 0 && r.out.audit >= 0 && r.spool != NULL,
	    "files are opened");
	CHECK(access("rejects", F_OK) == 0 && access("letters", F_OK) == 0 &&
		access("audit", F_OK) == 0 && access("spool", F_OK) == 0,
	    "under their names");
	post_release(&r);
	CHECK(r.status == 0, "and closed");
	CHECK_TEXT(said(), "", "without a word");
	o = options();
	o.rejects = "no/rejects";
	refused(&o, "no/rejects: No such file or directory");
	o = options();
	o.dead_letter = "no/letters";
	refused(&o, "no/letters: No such file or directory");
	o = options();
	o.audit = "key";
	refused(&o,
	    "audit: not an audit file: its last line has no \"seq\" and "
	    "\"hash\"");
}

static void
secrets(void)
{
	struct post_options o = options();
	struct post_run r;

	o.key_file = (struct cli_list){{"key"}, 1};
	CHECK(set_up(&r, &o) == 0 && r.d->endpoint->keys != NULL &&
		sign_keys_count(r.d->endpoint->keys) == 1,
	    "keys sign what goes to the URL");
	post_release(&r);
	o.key_file.item[0] = "public";
	refused(&o, "key 35007591 is public: it cannot sign");
	o.key_file.item[0] = "absent";
	refused(&o, "absent: No such file or directory");
	o = options();
	o.token_file = "absent";
	refused(&o, "absent: No such file or directory");
	o.token_file = "key";
	o.header_file = "headers";
	CHECK(set_up(&r, &o) == 0, "a token and headers");
	post_release(&r);
	CHECK_TEXT(said(), "", "which are fine");
	o.header_file = "bad";
	refused(&o, "header Host cannot be set");
}

static void
headers(void)
{
	struct err err = {""};

	CHECK(post_check_header(SPAN_LIT("X-A: b"), &err) == 0, "a header");
	CHECK(post_check_header(SPAN_LIT("X-A"), &err) != 0, "without a colon");
	CHECK_TEXT(err.text, "header has no colon", "it is none");
	CHECK(post_check_header(SPAN_LIT("X A: b"), &err) != 0,
	    "a name of two words");
	CHECK(post_check_header(SPAN_LIT(": b"), &err) != 0, "no name");
	CHECK(post_check_header(SPAN_LIT("X-A: b\rc"), &err) != 0,
	    "a value of two lines");
}

/* What post_check says of the options with one changed. */
static const char *
checked(const char *url, const char *origin, const char *replay)
{
	static struct err err;
	struct post_options o = options();

	o.url = url;
	o.origin = origin;
	o.replay = replay;
	err.text[0] = '\0';
	return post_check(&o, &err) == 0 ? "good" : err.text;
}

static void
checks(void)
{
	static const char replay[] = "--replay: not FROM..TO, two RFC 3339 "
				     "times of which one may be missing";
	struct post_options o = options();
	struct err err;
	char url[2100], want[300];

	CHECK_TEXT(checked(URL, NULL, NULL), "good", "a URL");
	CHECK_TEXT(checked(NULL, NULL, NULL), "good", "none");
	CHECK_TEXT(checked("http://example.org/", NULL, NULL),
	    "http://example.org/: plain http goes only to loopback "
	    "(--allow-http allows it)",
	    "one that others can read along");
	memset(url, 'x', sizeof(url));
	memcpy(url, URL "/", sizeof(URL));
	url[2048] = '\0';
	CHECK_TEXT(checked(url, NULL, NULL), "good", "the longest URL");
	url[2048] = 'x';
	url[2049] = '\0';
	snprintf(want, sizeof(want), "%.200s...: URL is longer than 2048 bytes",
	    url);
	CHECK_TEXT(checked(url, NULL, NULL), want, "one byte more");
	CHECK_TEXT(checked(URL, "me.example", NULL), "good", "an origin");
	CHECK_TEXT(checked(URL, "", NULL), "--handshake: not a host name",
	    "an empty one");
	CHECK_TEXT(checked(URL, "a\nb", NULL), "--handshake: not a host name",
	    "one of two lines");
	CHECK_TEXT(checked(URL, NULL, "2026-01-01T00:00:00Z.."), "good",
	    "from then on");
	CHECK_TEXT(
	    checked(URL, NULL, "..2026-01-01T00:00:00Z"), "good", "up to then");
	CHECK_TEXT(checked(URL, NULL, ".."), "good", "all");
	CHECK_TEXT(checked(URL, NULL, "2026-01-01T00:00:00Z"), replay,
	    "one time is no range");
	CHECK_TEXT(
	    checked(URL, NULL, "yesterday..today"), replay, "nor are words");
	CHECK_TEXT(
	    checked(URL, NULL, "2026-01-02T00:00:00Z..2026-01-01T00:00:00Z"),
	    "--replay: FROM is not before TO", "backwards");
	o.replay = "1970-01-01T00:00:01Z..1970-01-01T00:00:02.5Z";
	CHECK(post_check(&o, &err) == 0 && o.replay_from == 1000 &&
		o.replay_to == 2500,
	    "the times are kept");
}

int
main(void)
{
	folder_enter("post_setup");
	diag_program("test");
	unsetenv("VITALS_KEY_FILE");
	receipts = ndjson_writer_new(STDOUT_FILENO);
	said_listen();
	file("key", KEY);
	file("public", PUBLIC);
	file("headers", "X-One: 1\n# none\nX-Two: 2\n");
	file("bad", "X-One: 1\nHost: x\n");
	defaults();
	files();
	secrets();
	headers();
	checks();
	said_end();
	ndjson_writer_free(receipts);
	folder_leave();
	return check_done();
}
