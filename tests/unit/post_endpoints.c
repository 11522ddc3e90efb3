/* The file --endpoints, line by line. */
#include <sys/stat.h>

#include <fcntl.h>

#include "deliver/internal.h"
#include "diag/diag.h"
#include "folder.h"
#include "post/internal.h"
#include "said.h"

#define U "\"url\":\"http://127.0.0.1:9/\""
#define KEY "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"

static struct ndjson_writer *receipts;
static struct post_options options;
static struct post_run run;

static void
file(const char *name, mode_t mode, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) < 0 ||
	    fchmod(fd, mode) != 0 || close(fd) != 0) {
		printf("Bail out! %s\n", name);
		exit(1);
	}
}

/* Set up a run with such a file.  Return the endpoints, or NULL. */
static const struct deliver_endpoint *
reads(const char *text)
{
	file("e", 0600, text);
	post_defaults(&options);
	options.endpoints = "e";
	options.policy.rate = 5;
	run = (struct post_run){.o = &options};
	return post_setup(&run, receipts) == 0 ? run.d->endpoint : NULL;
}

/* A file that is refused, with the reason behind its name. */
static void
refused(const char *text, const char *why)
{
	char want[400];

	CHECK(reads(text) == NULL, why);
	post_release(&run);
	snprintf(want, sizeof(want), "test: e%s\n", why);
	CHECK_TEXT(said(), want, "and so it is said");
}

static const struct deliver_endpoint *
named(const struct deliver_endpoint *e, const char *name)
{
	while (e != NULL && strcmp(e->name, name) != 0)
		e = e->next;
	return e;
}

static void
good(void)
{
	const struct deliver_endpoint *all, *e;

	all = reads("{\"name\":\"a\"," U ",\"types\":[\"x.*\",\"y\"],"
		    "\"keyFiles\":[\"key\"],\"tokenFile\":\"token\","
		    "\"headers\":{\"X-A\":\"1\"},\"concurrency\":3,"
		    "\"rate\":2.5,\"tlsMin\":\"1.2\"}\n\n"
		    "{" U "}");
	CHECK(all != NULL, "two endpoints and an empty line");
	e = named(all, "a");
	CHECK(e != NULL && e->types == 2 && strcmp(e->type[0], "x.*") == 0 &&
		strcmp(e->type[1], "y") == 0,
	    "the first has types");
	CHECK(e != NULL && e->keys != NULL && sign_keys_count(e->keys) == 1 &&
		e->queue.concurrency == 3 && e->queue.rate > 2.4 &&
		e->queue.rate < 2.6,
	    "a key, and bounds of its own");
	e = named(all, "http://127.0.0.1:9/");
	CHECK(e != NULL && e->types == 0 && e->keys == NULL &&
		e->queue.concurrency == 64 && e->queue.rate > 4.9 &&
		e->queue.rate < 5.1,
	    "one that is nothing but a URL bears it, and has those of all");
	post_release(&run);
	CHECK_TEXT(said(), "", "nothing is said of all that");
}

static void
bad(void)
{
	refused("", ": no endpoints");
	refused("\n\n", ": no endpoints");
	refused("{\"name\":\"a\"}\n", ":1: no \"url\"");
	refused("{" U "}\n{" U, ":2: byte 29: ends in the middle");
	refused("[1]\n", ":1: not a JSON object");
	refused("{" U ",\"tokenfile\":\"x\"}\n",
	    ":1: unknown member \"tokenfile\"");
	refused("{\"url\":\"http://127.0.0.1:9/\\u0000x\"}\n",
	    ":1: \"url\" contains U+0000");
	refused(
	    "{\"name\":\"n\\u0000l\"," U "}\n", ":1: \"name\" contains U+0000");
	refused(
	    "{" U ",\"proxy\":\"\\u0000\"}\n", ":1: \"proxy\" contains U+0000");
	refused("{" U ",\"types\":[\"x\",\"y\\u0000\"]}\n",
	    ":1: \"types\" contains U+0000");
	refused("{" U ",\"keyFiles\":[\"key\\u0000\"]}\n",
	    ":1: \"keyFiles\" contains U+0000");
	refused("{\"url\":5}\n", ":1: \"url\" is not a string");
	refused("{" U ",\"types\":\"x\"}\n",
	    ":1: \"types\" is not an array of strings");
	refused("{" U ",\"types\":[\"x\",1]}\n",
	    ":1: \"types\" is not an array of strings");
	refused("{" U ",\"types\":[[\"x\"]]}\n",
	    ":1: \"types\" is not an array of strings");
	refused("{" U ",\"headers\":[]}\n", ":1: \"headers\" is not an object");
	refused("{" U ",\"headers\":{\"X\":1}}\n",
	    ":1: \"headers\" has a value that is not a string");
	refused("{" U ",\"headers\":{\"Host\":\"x\"}}\n",
	    ":1: header Host cannot be set");
	refused("{" U ",\"tlsMin\":1.2}\n",
	    ":1: \"tlsMin\" is neither \"1.2\" nor \"1.3\"");
	refused("{" U ",\"tlsMin\":\"1.1\"}\n",
	    ":1: \"tlsMin\" is neither \"1.2\" nor \"1.3\"");
	refused("{" U ",\"concurrency\":0}\n",
	    ":1: \"concurrency\" is not a whole number from 1 to 4096");
	refused("{" U ",\"concurrency\":4097}\n",
	    ":1: \"concurrency\" is not a whole number from 1 to 4096");
	refused("{" U ",\"concurrency\":1.5}\n",
	    ":1: \"concurrency\" is not a whole number from 1 to 4096");
	refused("{" U ",\"rate\":0}\n",
	    ":1: \"rate\" is not a number from 0.001 to 1e+06");
	refused("{" U ",\"tokenFile\":\"absent\"}\n",
	    ":1: absent: No such file or directory");
	file("control", 0600, "sec\001ret\n");
	refused("{" U ",\"tokenFile\":\"control\"}\n",
	    ":1: http://127.0.0.1:9/: the bearer token contains a control "
	    "byte");
	refused("{" U ",\"keyFiles\":[\"absent\"]}\n",
	    ":1: absent: No such file or directory");
	refused("{" U ",\"keyFiles\":[\"open\"]}\n",
	    ":1: open: others can access this secret: chmod 600 it");
}

/* "${name}":[…] with so many times ${item} in it. */
static const char *
many(const char *name, const char *item, int times)
{
	static struct buf text;

	buf_clear(&text);
	buf_add_text(&text, "{" U ",\"");
	buf_add_text(&text, name);
	buf_add_text(&text, "\":[");
	for (int i = 0; i < times; i++) {
		buf_add_text(&text, i > 0 ? ",\"" : "\"");
		buf_add_text(&text, item);
		buf_add_text(&text, "\"");
	}
	buf_add(&text, "]}\n", 4);
	return buf_failed(&text) ? "" : text.data;
}

static void
bounds(void)
{
	CHECK(reads(many("types", "t", DELIVER_TYPES_MAX)) != NULL &&
		run.d->endpoint->types == DELIVER_TYPES_MAX,
	    "as many types as may be");
	post_release(&run);
	refused(many("types", "t", DELIVER_TYPES_MAX + 1),
	    ":1: \"types\" has more than 32 items");
	CHECK(reads(many("keyFiles", "key", 16)) != NULL &&
		sign_keys_count(run.d->endpoint->keys) == 16,
	    "as many keys");
	post_release(&run);
	refused(many("keyFiles", "key", 17),
	    ":1: \"keyFiles\" has more than 16 items");
	CHECK(reads("{" U ",\"concurrency\":4096}\n") != NULL,
	    "as many requests at once");
	post_release(&run);
	CHECK_TEXT(said(), "", "all without a word");
}

int
main(void)
{
	folder_enter("post_endpoints");
	diag_program("test");
	unsetenv("VITALS_KEY_FILE");
	receipts = ndjson_writer_new(STDOUT_FILENO);
	said_listen();
	file("key", 0600, KEY);
	file("open", 0644, KEY);
	file("token", 0600, "secret\n");
	good();
	bad();
	bounds();
	said_end();
	ndjson_writer_free(receipts);
	folder_leave();
	return check_done();
}
