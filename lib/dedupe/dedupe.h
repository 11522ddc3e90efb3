/*
 * dedupe: which of several receivers prints an event.
 *
 * Receivers behind a load balancer get copies of the same event.  They ask a
 * store that they share, Redis, and the first to ask gets the event.  In the
 * store there is one key per ID, for as long as senders may repeat it:
 *
 *	held:HASH:TOKEN   a receiver is about to print it; expires soon
 *	done:HASH:TOKEN   a receiver has it
 *
 * HASH is that of the body.  TOKEN names the receiver and its attempt, so that a
 * question can be repeated when the answer was lost: a key with the token of the
 * question is its own.
 *
 * A question is about all events of one request: either the receiver gets all of
 * those that nobody has, or, if one of them is held by another receiver or known
 * with another body, none.  Redis answers it in one script, atomically.
 *
 * There are two ways to ask.
 *
 * With a state file, the receiver asks once, DEDUPE_SETTLE, after it has stored
 * the line and the ID there, synced but not to be printed yet.  The script is the
 * decision.  Whoever does not get the event deletes the line again.  A receiver
 * that was killed asks again about the lines that are undecided, with the same
 * token.
 *
 *	killed                   what is left          what happens
 *	------                   -------------         ------------
 *	before the line is       nothing               the sender repeats it
 *	  stored
 *	after it, before the     an undecided line     the sender repeats it: the
 *	  script                                       first receiver that asks
 *	                                               gets it; the other one,
 *	                                               at its start, drops its line
 *	after the script, before an undecided line,    at its start the receiver
 *	  the answer, or before  and a key with its    asks again, and the key is
 *	  the decision is synced token                 its own; until then other
 *	                                               receivers answer 200, as the
 *	                                               event is safe in this file
 *	after the decision is    a decided line        at its start it is compared
 *	  synced, before the                           with the output, and printed
 *	  line is known to be                          if it is not there
 *	  printed
 *	Redis, before it synced  no key                the question is repeated
 *	  the script
 *	Redis, after it, before  a key with the token  the question is repeated,
 *	  the answer                                   and the key is its own
 *
 * Without a state file, the receiver asks DEDUPE_CLAIM, prints and syncs the
 * line, asks DEDUPE_SETTLE, and then answers the sender.  It renews a claim while
 * the line waits for the reader of the output.
 *
 *	killed                   what is left          what happens
 *	------                   -------------         ------------
 *	after the claim, before  a held key            others answer 503 until it
 *	  the line is printed                          expires, then one prints it
 *	after the line is        a held key and a      the same: it is printed
 *	  printed, before the    printed line          twice, because nobody knows
 *	  script has settled it                        that it was printed
 *	after that               a done key            the sender repeats it and
 *	                                               gets a 200
 *
 * This assumes that Redis loses nothing that it has acknowledged (appendfsync
 * always), and that keys stay longer than senders repeat an event and longer
 * than a receiver with undecided lines is down.
 *
 * This file is the protocol; it does not know how questions reach the store.
 * dedupe/shared.h connects it to Redis.
 */
#ifndef DEDUPE_DEDUPE_H
#define DEDUPE_DEDUPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"

/* Bytes of the hash of a body, and of a token with its final 0 byte. */
#define DEDUPE_HASH 16
#define DEDUPE_TOKEN_MAX 48

/* The longest ID in a key; of a longer one the key has the SHA-256. */
#define DEDUPE_ID_MAX 1024

/* Milliseconds that a claim lasts unless it is renewed or settled.  A grant that
 * arrives after half of it is not used but asked for again. */
#define DEDUPE_CLAIM_MS 30000

enum dedupe_step {
	DEDUPE_CLAIM, /* hold what nobody has */
	DEDUPE_SETTLE /* mark it as done */
};

enum dedupe_verdict {
	DEDUPE_UNKNOWN,  /* no answer yet */
	DEDUPE_GRANTED,  /* see found */
	DEDUPE_CONFLICT, /* event number conflict has another body */
	DEDUPE_BUSY      /* another receiver holds one: ask again later */
};

/* A question about one or more events.  It is the caller's, and must stay in
 * place from dedupe_ask until dedupe_next has returned it. */
struct dedupe_question {
	enum dedupe_step step;
	char token[DEDUPE_TOKEN_MAX];
	struct buf items; /* as the script reads them */
	size_t count;
	void *context; /* of the caller */

	/* The answer: */
	enum dedupe_verdict verdict;
	struct buf found; /* GRANTED: for each event, '+' if the receiver has
			     it now, '-' if another question has it */
	size_t conflict;  /* CONFLICT */

	/* Private: */
	struct dedupe_question *next;
	bool sent;
	int64_t sent_at;
	int64_t again; /* after a failure: not before this time */
};

void dedupe_question_init(struct dedupe_question *q);
void dedupe_question_release(struct dedupe_question *q);

/* Add the event ${id}, with the hash of its body.  If it is not ${own}, the
 * question does not take the event; it is BUSY if no one has it.  The caller
 * checks ${q}->items for failure. */
void dedupe_question_add(struct dedupe_question *q, struct span id,
    const uint8_t hash[DEDUPE_HASH], bool own);

/* Return the ID of event ${i}, or its hash if it is too long. */
struct span dedupe_question_id(const struct dedupe_question *q, size_t i);

/* ---- Asking ------------------------------------------------------------- */

/* Milliseconds until a question is repeated that the store could not answer. */
#define DEDUPE_AGAIN_MS 500

/* The way to the store. */
struct dedupe_store {
	/* Send ${q}.  Later call dedupe_answered or dedupe_lost with it, not
	 * from here.  Return 0; or -1 if that is not possible now. */
	int (*send)(void *context, struct dedupe_question *q);
	void *context;
};

/* Questions in the order in which they were asked. */
struct dedupe {
	struct dedupe_store store;
	struct dedupe_question *first, **last;
	size_t count;   /* questions without an answer that was returned */
	size_t waiting; /* of them, those to send (again) */
};

void dedupe_init(struct dedupe *d, struct dedupe_store store);

/* Ask ${q} at time ${now} (any monotonic clock, in ms). */
void dedupe_ask(struct dedupe *d, struct dedupe_question *q, int64_t now);

/* Send the questions that wait for it. */
void dedupe_send(struct dedupe *d, int64_t now);

/* The store has answered ${q} with ${text}: "+" and a '+' or '-' for each event,
 * "!" and the index of the first one with another body, or "~" (busy).  Return
 * 0; or -1 if ${text} is none of these, and then ${q} is asked again. */
int dedupe_answered(
    struct dedupe *d, struct dedupe_question *q, struct span text, int64_t now);

/* The answer to ${q} was lost, or the store could not answer: ask it again, not
 * before ${again}. */
void dedupe_lost(struct dedupe *d, struct dedupe_question *q, int64_t again);

/* Return the first question if it is answered, and forget it; otherwise NULL.
 * Answers are returned in the order of the questions. */
struct dedupe_question *dedupe_next(struct dedupe *d, int64_t now);

#endif
