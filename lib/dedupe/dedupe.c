#include "dedupe/dedupe.h"

#include "crypto/digest.h"

void
dedupe_question_init(struct dedupe_question *q)
{
	memset(q, 0, sizeof(*q));
	buf_init(&q->items);
	buf_init(&q->found);
}

void
dedupe_question_release(struct dedupe_question *q)
{
	buf_release(&q->items);
	buf_release(&q->found);
}

/* An item is a letter, the hash in hexadecimal, the length of the ID in four
 * digits, and the ID. */
void
dedupe_question_add(struct dedupe_question *q, struct span id,
    const uint8_t hash[DEDUPE_HASH], bool own)
{
	struct buf digest;
	uint8_t bytes[CRYPTO_SHA256_SIZE];

	buf_init(&digest);
	if (id.n > DEDUPE_ID_MAX) {
		if (crypto_sha256(id.p, id.n, bytes) != 0)
			q->items.failed = true;
		buf_add_text(&digest, "sha256:");
		crypto_hex(&digest, bytes, sizeof(bytes));
		id = buf_span(&digest);
	}
	buf_add_byte(&q->items, own ? 'o' : 'k');
	crypto_hex(&q->items, hash, DEDUPE_HASH);
	buf_addf(&q->items, "%04zu", id.n);
	buf_add_span(&q->items, id);
	if (buf_failed(&digest))
		q->items.failed = true;
	buf_release(&digest);
	q->count++;
}

struct span
dedupe_question_id(const struct dedupe_question *q, size_t i)
{
	const size_t head = 1 + 2 * DEDUPE_HASH, digits = 4;
	struct span s = buf_span(&q->items);

	for (;; i--) {
		size_t n = 0;

		for (size_t j = 0; j < digits; j++)
			n = 10 * n + (size_t)(s.p[head + j] - '0');
		s.p += head + digits;
		if (i == 0)
			return (struct span){s.p, n};
		s.p += n;
	}
}

void
dedupe_init(struct dedupe *d, struct dedupe_store store)
{
	memset(d, 0, sizeof(*d));
	d->store = store;
	d->last = &d->first;
}

static void
send_one(struct dedupe *d, struct dedupe_question *q, int64_t now)
{
	if (d->store.send(d->store.context, q) != 0)
		return;
	q->sent = true;
	q->sent_at = now;
	d->waiting--;
}

void
dedupe_ask(struct dedupe *d, struct dedupe_question *q, int64_t now)
{
	q->verdict = DEDUPE_UNKNOWN;
	q->next = NULL;
	q->sent = false;
	q->again = now;
	*d->last = q;
	d->last = &q->next;
	d->count++;
	/* A question must not overtake one about the same event. */
	if (d->waiting++ == 0)
		send_one(d, q, now);
}

void
dedupe_send(struct dedupe *d, int64_t now)
{
	size_t left = d->waiting;

	for (struct dedupe_question *q = d->first; left > 0 && q != NULL;
	     q = q->next) {
		if (q->sent || q->verdict != DEDUPE_UNKNOWN)
			continue;
		left--;
		if (q->again > now)
			return;
		send_one(d, q, now);
		if (!q->sent)
			return;
	}
}

/* Parse the index of the event with another body. */
static bool
read_index(struct span text, size_t count, size_t *index)
{
	*index = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9' || *index > count)
			return false;
		*index = 10 * *index + (size_t)(text.p[i] - '0');
	}
	return text.n > 0 && *index < count;
}

static bool
read_found(struct span text, struct dedupe_question *q)
{
	if (text.n != q->count)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '+' && text.p[i] != '-')
			return false;
	}
	buf_clear(&q->found);
	buf_add_span(&q->found, text);
	return !buf_failed(&q->found);
}

int
dedupe_answered(
    struct dedupe *d, struct dedupe_question *q, struct span text, int64_t now)
{
	struct span rest = {text.p + 1, text.n - (text.n > 0)};

	if (span_is(text, "~"))
		q->verdict = DEDUPE_BUSY;
	else if (text.n > 0 && text.p[0] == '!' &&
	    read_index(rest, q->count, &q->conflict))
		q->verdict = DEDUPE_CONFLICT;
	else if (text.n > 0 && text.p[0] == '+' && read_found(rest, q))
		q->verdict = DEDUPE_GRANTED;
	if (q->verdict != DEDUPE_UNKNOWN)
		return 0;
	dedupe_lost(d, q, now + DEDUPE_AGAIN_MS);
	return -1;
}

void
dedupe_lost(struct dedupe *d, struct dedupe_question *q, int64_t again)
{
	q->sent = false;
	q->again = again;
	d->waiting++;
}

struct dedupe_question *
dedupe_next(struct dedupe *d, int64_t now)
{
	struct dedupe_question *q = d->first;

	if (q == NULL || q->verdict == DEDUPE_UNKNOWN)
		return NULL;
	if (q->step == DEDUPE_CLAIM && q->verdict == DEDUPE_GRANTED &&
	    now - q->sent_at >= DEDUPE_CLAIM_MS / 2) {
		/* By now another receiver may have it. */
		q->verdict = DEDUPE_UNKNOWN;
		dedupe_lost(d, q, now);
		return NULL;
	}
	d->first = q->next;
	if (d->first == NULL)
		d->last = &d->first;
	d->count--;
	return q;
}
