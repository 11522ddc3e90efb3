#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "crypto/secret.h"
#include "redis/command.h"
#include "redis/internal.h"

/* ---- What is said ------------------------------------------------------- */

static int
say(struct redis *r, const char *const text[], size_t n)
{
	struct span word[4];

	for (size_t i = 0; i < n; i++)
		word[i] = span_of(text[i]);
	if (redis_command_add(&r->out, word, n, NULL, 0) != 0)
		return err_set(&r->reason, "out of memory");
	return 0;
}

/* The file with the password of the server, or of the Sentinel, that is greeted;
 * NULL if it needs none. */
static const char *
password_file(const struct redis *r)
{
	return r->asking ? r->sentinel_password_file : r->password_file;
}

static const char *
user_name(const struct redis *r)
{
	if (r->asking)
		return r->sentinel_user != NULL ? r->sentinel_user : "";
	return r->user != NULL ? r->user : r->url.user;
}

static int
say_password(struct redis *r)
{
	const struct crypto_secret_from from = {
	    .file = password_file(r), .fd = -1};
	const char *user = user_name(r);
	struct buf password;
	struct span word[3] = {SPAN_LIT("AUTH")};
	size_t n = 1;
	int rc = -1;

	buf_init(&password);
	if (crypto_secret_load_line(&from, &password, &r->reason) != 0)
		goto out;
	if (user[0] != '\0')
		word[n++] = span_of(user);
	word[n++] = buf_span(&password);
	rc = redis_command_add(&r->out, word, n, NULL, 0);
	if (rc != 0)
		err_set(&r->reason, "out of memory");
out:
	buf_wipe(&password);
	return rc;
}

int
redis_hello_say(struct redis *r)
{
	static const char *const info[] = {"INFO", "server"};
	static const char *const role[] = {"ROLE"};
	static const char *const config[] = {"CONFIG", "GET", "append*"};

	r->greeted = 0;
	if (password_file(r) != NULL && say_password(r) != 0)
		return -1;
	if (r->asking) {
		const char *const ask[] = {
		    "SENTINEL", "get-master-addr-by-name", r->url.master};

		return say(r, ask, 3);
	}
	if (say(r, info, 2) != 0 || say(r, role, 1) != 0 ||
	    say(r, config, 3) != 0)
		return -1;
	for (int i = 0; i < r->scripts; i++) {
		const char *const load[] = {"SCRIPT", "LOAD", r->script[i]};

		if (say(r, load, 3) != 0)
			return -1;
	}
	return 0;
}

/* ---- What is answered --------------------------------------------------- */

static enum redis_hello no(struct redis *r, bool refused, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static enum redis_hello
no(struct redis *r, bool refused, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->reason.text, sizeof(r->reason.text), fmt, ap);
	va_end(ap);
	return refused ? REDIS_HELLO_REFUSED : REDIS_HELLO_FAILED;
}

static bool
starts(struct span s, const char *text)
{
	return s.n >= strlen(text) && memcmp(s.p, text, strlen(text)) == 0;
}

static enum redis_hello
take_password(struct redis *r, const struct redis_reply *reply)
{
	if (reply->type != REDIS_ERROR)
		return REDIS_HELLO_MORE;
	return no(r, !starts(reply->text, "LOADING"),
	    "the password was not accepted: %s", reply->text.p);
}

/* Read digits, and leave *${at} behind them.  Return ${max} + 1 for a greater
 * number, and if there are no digits. */
static unsigned
take_number(const char **at, unsigned max)
{
	const char *start = *at;
	unsigned n = 0;

	for (; **at >= '0' && **at <= '9'; (*at)++)
		if (n <= max)
			n = n * 10 + (unsigned)(**at - '0');
	return *at == start || n > max ? max + 1 : n;
}

/* Is "6.0.16" before REDIS_VERSION_MIN? */
static bool
is_old(const char *version)
{
	const char *least = REDIS_VERSION_MIN;
	unsigned major = take_number(&version, 9999);
	unsigned least_major = take_number(&least, 9999);

	if (major != least_major || *version++ != '.' || *least++ != '.')
		return major < least_major;
	return take_number(&version, 9999) < take_number(&least, 9999);
}

static enum redis_hello
take_info(struct redis *r, const struct redis_reply *reply)
{
	static const char key[] = "redis_version:";
	const char *at;
	size_t n;

	if (reply->type != REDIS_TEXT)
		return REDIS_HELLO_MORE;
	at = strstr(reply->text.p, key);
	if (at == NULL || !is_old(at + sizeof(key) - 1))
		return REDIS_HELLO_MORE;
	at += sizeof(key) - 1;
	n = strspn(at, "0123456789.");
	return no(r, true,
	    "Redis %.*s is too old: " REDIS_VERSION_MIN " or later is needed",
	    n < 16 ? (int)n : 16, at);
}

static enum redis_hello
take_role(struct redis *r, const struct redis_reply *reply)
{
	if (reply->type != REDIS_ARRAY || reply->items == 0)
		return REDIS_HELLO_MORE;
	if (redis_text_is(&reply->item[0], "sentinel"))
		return no(r, true, "%s",
		    "it is a Sentinel: use "
		    "redis+sentinel://HOST/MASTER/STREAM");
	if (redis_text_is(&reply->item[0], "slave"))
		return no(r, false, "%s",
		    "it is a replica, and only its master can be written to");
	return REDIS_HELLO_MORE;
}

static void
warn_if_volatile(struct redis *r, bool only, bool always)
{
	struct err text;

	if (only && always)
		return;
	err_set(&text, "%s: a crash of the server can lose acknowledged lines",
	    only ? "appendfsync is not always" : "appendonly is off");
	if (strcmp(text.text, r->warned.text) != 0)
		redis_link_note(r, REDIS_NOTE_WARNING, "%s", text.text);
	r->warned = text;
}

static enum redis_hello
take_config(struct redis *r, const struct redis_reply *reply)
{
	bool only = false, always = false;

	/* A hosted server, or an ACL, may not have CONFIG. */
	if (reply->type != REDIS_ARRAY)
		return REDIS_HELLO_MORE;
	for (size_t i = 0; i + 1 < reply->items; i += 2) {
		if (redis_text_is(&reply->item[i], "appendonly"))
			only = redis_text_is(&reply->item[i + 1], "yes");
		if (redis_text_is(&reply->item[i], "appendfsync"))
			always = redis_text_is(&reply->item[i + 1], "always");
	}
	warn_if_volatile(r, only, always);
	return REDIS_HELLO_MORE;
}

static enum redis_hello
take_script(struct redis *r, const struct redis_reply *reply, size_t script)
{
	if (reply->type == REDIS_ERROR)
		return no(r,
		    redis_error_kind(reply->text) == REDIS_ERROR_RIGHTS,
		    "SCRIPT LOAD: %s", reply->text.p);
	if (reply->type != REDIS_TEXT || reply->text.n != REDIS_SHA_MAX - 1)
		return no(r, false, "%s", "SCRIPT LOAD: not the hash of it");
	memcpy(r->sha[script], reply->text.p, REDIS_SHA_MAX);
	return REDIS_HELLO_MORE;
}

static enum redis_hello
take_master(struct redis *r, const struct redis_reply *reply)
{
	const struct redis_reply *part = reply->item;
	struct redis_place *to = &r->server;
	const char *digits;
	unsigned port;

	if (reply->type == REDIS_ERROR)
		return no(r, false, "the Sentinel answered: %s", reply->text.p);
	if (reply->type != REDIS_ARRAY || reply->items != 2 ||
	    part[0].type != REDIS_TEXT || part[1].type != REDIS_TEXT)
		return no(r, reply->type == REDIS_NIL,
		    "the Sentinel does not know the master %s", r->url.master);
	digits = part[1].text.p;
	port = take_number(&digits, UINT16_MAX);
	if (part[0].text.n >= REDIS_HOST_MAX || port == 0 || port > UINT16_MAX)
		return no(r, false, "the Sentinel gave no address of %s",
		    r->url.master);
	memcpy(to->host, part[0].text.p, part[0].text.n + 1);
	to->port = (uint16_t)port;
	return REDIS_HELLO_DONE;
}

static enum redis_hello
take_reply(struct redis *r, const struct redis_reply *reply)
{
	size_t at = r->greeted++;
	size_t first =
	    password_file(r) == NULL ? 1 : 0; /* then there is no AUTH */

	at += first;
	if (reply->type == REDIS_ERROR && at > 0) {
		if (starts(reply->text, "NOAUTH"))
			return no(r, true,
			    "it wants a password: --redis-%spassword-file FILE",
			    r->asking ? "sentinel-" : "");
		if (redis_error_passing(reply->text))
			return no(r, false, "%s", reply->text.p);
	}
	if (at > 0 && r->asking)
		return take_master(r, reply);
	switch (at) {
	case 0:
		return take_password(r, reply);
	case 1:
		return take_info(r, reply);
	case 2:
		return take_role(r, reply);
	case 3:
		return take_config(r, reply);
	default:
		return take_script(r, reply, at - 4);
	}
}

enum redis_hello
redis_hello_take(struct redis *r)
{
	size_t want =
	    3 + (size_t)r->scripts + (r->password_file != NULL ? 1 : 0);
	struct redis_reply reply;

	for (;;) {
		enum redis_hello h;

		if (!r->asking && r->greeted == want)
			return REDIS_HELLO_DONE;
		switch (redis_parser_next(r->parser, &reply, &r->reason)) {
		case REDIS_PARSE_MORE:
			return REDIS_HELLO_MORE;
		case REDIS_PARSE_BAD:
			return REDIS_HELLO_REFUSED;
		case REDIS_PARSED:
			break;
		}
		h = take_reply(r, &reply);
		if (h != REDIS_HELLO_MORE)
			return h;
	}
}
