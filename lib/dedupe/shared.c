#include "dedupe/shared.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "diag/err.h"
#include "instant/instant.h"

struct dedupe_shared {
	struct dedupe dedupe;
	struct redis *redis;
	int script;
	struct buf prefix; /* of the keys */
	int64_t keep_ms;
	redis_notify *note;
	void *context;
	char failure[ERR_TEXT_MAX]; /* of the last question; "": none */
};

/*
 * KEYS[1] is the prefix of the keys.  ARGV: the state to set ("held" or "done"),
 * the token, the milliseconds that keys last, and the events: for each one "o" or
 * "k" (own or known: see dedupe_question_add), 32 digits of its hash, the length
 * of its ID in 4 digits, and the ID.  Another body is a conflict only if its
 * receiver is done; one that is only held may yet be dropped.
 */
static const char script[] =
    "local prefix, state, token, ms = KEYS[1], ARGV[1], ARGV[2], ARGV[3]\n"
    "local items, at, n, busy = ARGV[4], 1, 0, false\n"
    "local found, mine, set = {}, {}, {}\n"
    "while at <= #items do\n"
    "  local kind, hash = items:sub(at, at), items:sub(at + 1, at + 32)\n"
    "  local len = tonumber(items:sub(at + 33, at + 36))\n"
    "  local key = prefix .. items:sub(at + 37, at + 36 + len)\n"
    "  at, n = at + 37 + len, n + 1\n"
    "  local value = redis.call('GET', key)\n"
    "  if mine[key] then\n"
    "    if mine[key] ~= hash then return '!' .. (n - 1) end\n"
    "    found[n] = '-'\n"
    "  elseif not value then\n"
    "    if kind == 'k' then busy = true end\n"
    "    found[n], mine[key], set[#set + 1] = '+', hash, key\n"
    "  else\n"
    "    local was, known, owner = value:match('^(%a+):(%x+):(.+)$')\n"
    "    if not was then\n"
    "      return redis.error_reply('ERR ' .. key .. ' is foreign')\n"
    "    end\n"
    "    if owner == token then\n"
    "      found[n], mine[key] = '+', hash\n"
    "      if was == 'held' then set[#set + 1] = key end\n"
    "    elseif was == 'held' then\n"
    "      busy = true\n"
    "    elseif known ~= hash then\n"
    "      return '!' .. (n - 1)\n"
    "    else\n"
    "      found[n] = '-'\n"
    "    end\n"
    "  end\n"
    "end\n"
    "if busy then return '~' end\n"
    "for _, key in ipairs(set) do\n"
    "  redis.call('SET', key, state .. ':' .. mine[key] .. ':' .. token,\n"
    "    'PX', ms)\n"
    "end\n"
    "return '+' .. table.concat(found)\n";

/* A dedupe_store's send. */
static int
send_question(void *context, struct dedupe_question *q)
{
	struct dedupe_shared *s = context;
	bool claim = q->step == DEDUPE_CLAIM;
	char ms[24];

	if (redis_connection(s->redis) == 0)
		return -1;
	snprintf(ms, sizeof(ms), "%" PRId64,
	    claim ? (int64_t)DEDUPE_CLAIM_MS : s->keep_ms);
	return redis_eval(s->redis, s->script,
	    (const struct span[]){buf_span(&s->prefix),
		span_of(claim ? "held" : "done"), span_of(q->token),
		span_of(ms), buf_span(&q->items)},
	    1, 5, q);
}

struct dedupe_shared *
dedupe_shared_new(
    const struct redis_options *o, int64_t keep_ms, struct err *err)
{
	struct dedupe_shared *s = calloc(1, sizeof(*s));
	struct redis_options mine = *o;

	if (s == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	buf_init(&s->prefix);
	dedupe_init(&s->dedupe, (struct dedupe_store){send_question, s});
	s->keep_ms = keep_ms;
	s->note = o->note;
	s->context = o->context;
	mine.answer_ms = DEDUPE_ANSWER_MS;
	s->redis = redis_new(&mine, err);
	if (s->redis == NULL)
		goto err0;
	s->script = redis_script(s->redis, script);
	buf_add_byte(&s->prefix, '{');
	buf_add_span(&s->prefix, redis_stream(s->redis));
	buf_add_text(&s->prefix, "}:got:");
	if (!buf_failed(&s->prefix))
		return s;
	err_set(err, "out of memory");
err0:
	dedupe_shared_free(s);
	return NULL;
}

void
dedupe_shared_free(struct dedupe_shared *s)
{
	if (s == NULL)
		return;
	redis_free(s->redis);
	buf_release(&s->prefix);
	free(s);
}

const char *
dedupe_shared_name(const struct dedupe_shared *s)
{
	return redis_name(s->redis);
}

enum redis_started
dedupe_shared_start(struct dedupe_shared *s, int64_t ms, struct err *err)
{
	return redis_start(s->redis, ms, err);
}

int
dedupe_shared_fd(const struct dedupe_shared *s)
{
	return redis_fd(s->redis);
}

/* Redis could not answer a question.  Report each reason once. */
static void
report(struct dedupe_shared *s, struct span text)
{
	char failure[ERR_TEXT_MAX];

	snprintf(failure, sizeof(failure), "%.*s",
	    (int)(text.n < 300 ? text.n : 300), text.p);
	if (strcmp(failure, s->failure) == 0)
		return;
	memcpy(s->failure, failure, sizeof(failure));
	if (s->note != NULL)
		s->note(s->context, REDIS_NOTE_STATE, failure);
}

static void
take(struct dedupe_shared *s, const struct redis_answer *a)
{
	struct dedupe_question *q = a->context;
	int64_t now = instant_monotonic();

	switch (a->reply.type) {
	case REDIS_LOST:
		dedupe_lost(&s->dedupe, q, now);
		return;
	case REDIS_TEXT:
		if (dedupe_answered(&s->dedupe, q, a->reply.text, now) == 0)
			s->failure[0] = '\0';
		else
			report(s, SPAN_LIT("not an answer of the script"));
		return;
	case REDIS_ERROR:
		dedupe_lost(&s->dedupe, q, now + DEDUPE_AGAIN_MS);
		report(s, a->reply.text);
		return;
	case REDIS_NIL:
	case REDIS_INTEGER:
	case REDIS_ARRAY:
		break;
	}
	dedupe_lost(&s->dedupe, q, now + DEDUPE_AGAIN_MS);
	report(s, SPAN_LIT("not an answer of the script"));
}

static void
take_all(struct dedupe_shared *s)
{
	struct redis_answer a;

	while (redis_next(s->redis, &a))
		take(s, &a);
}

void
dedupe_shared_turn(struct dedupe_shared *s)
{
	redis_turn(s->redis);
	take_all(s);
	if (s->dedupe.waiting > 0 && redis_connection(s->redis) != 0) {
		dedupe_send(&s->dedupe, instant_monotonic());
		redis_turn(s->redis);
		take_all(s);
	}
}

void
dedupe_shared_ask(struct dedupe_shared *s, struct dedupe_question *q)
{
	dedupe_ask(&s->dedupe, q, instant_monotonic());
}

struct dedupe_question *
dedupe_shared_next(struct dedupe_shared *s)
{
	return dedupe_next(&s->dedupe, instant_monotonic());
}

/* Is there a question without an answer? */
static bool
is_open(const struct dedupe_shared *s)
{
	for (const struct dedupe_question *q = s->dedupe.first; q != NULL;
	     q = q->next) {
		if (q->verdict == DEDUPE_UNKNOWN)
			return true;
	}
	return false;
}

void
dedupe_shared_wait(struct dedupe_shared *s, int64_t ms)
{
	int64_t end = instant_monotonic() + ms, left = ms;

	dedupe_shared_turn(s);
	while (is_open(s) && left > 0) {
		if (redis_wait(s->redis, NULL, NULL, 0,
			left < DEDUPE_AGAIN_MS ? left : DEDUPE_AGAIN_MS) != 0)
			return;
		dedupe_shared_turn(s);
		left = end - instant_monotonic();
	}
}

struct dedupe_question *
dedupe_shared_first(const struct dedupe_shared *s)
{
	return s->dedupe.first;
}

bool
dedupe_shared_works(const struct dedupe_shared *s, const char **why)
{
	*why = "Redis cannot be reached";
	if (redis_connection(s->redis) == 0)
		return false;
	*why = "Redis cannot store what it is sent";
	return s->dedupe.waiting == 0;
}
