/* The head of any request to vitals-stream: its query, its origin and its upgrade to
 * WebSocket.  What is added to an answer is whole lines, and what is asked for is
 * within its limits. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "access/access.h"
#include "jwt/jwt.h"
#include "stream/private.h"
#include "websocket/handshake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
check_refusal(int status, const char *why)
{
	check(status == 0 || (status >= 400 && status < 600 && why != NULL));
}

/* ${text} is lines that end in CRLF, without another control character than a tab. */
static void
check_lines(const struct buf *text)
{
	for (size_t i = 0; i < text->len; i++) {
		bool ends = text->data[i] == '\r' && i + 1 < text->len &&
		    text->data[i + 1] == '\n';

		check(ends || text->data[i] == '\t' ||
		    (unsigned char)text->data[i] >= ' ');
		i += ends;
	}
	check(text->len == 0 || text->data[text->len - 1] == '\n');
}

static void
read_query(const struct serve_head *h)
{
	struct stream_ask ask;
	const char *why = NULL;
	int status;

	stream_ask_init(&ask, STREAM_THIN);
	status = stream_ask_read(&ask, h, &why);
	check_refusal(status, why);
	if (status == 0) {
		check(ask.wait_ms >= 0 && ask.wait_ms <= STREAM_WAIT_MAX_MS);
		check(ask.since_ms >= 0 && ask.token.len <= JWT_MAX);
		check(ask.epoch.len == 0 ||
		    ask.epoch.len == HISTORY_EPOCH_MAX - 1);
		check(ask.sessions.len == 0 || ask.filter != NULL);
	}
	stream_ask_release(&ask);
}

static void
read_origin(const struct serve_head *h)
{
	static const char *const items[] = {"https://app.example", "*"};

	for (size_t n = 0; n <= 2; n++) {
		struct access_origins o = {
		    .item = items, .count = n, .local = n == 0, .tls = n > 0};
		const char *why = NULL;
		struct buf cors;
		int status;

		buf_init(&cors);
		status = access_origin(&o, h, &cors, &why);
		check_refusal(status, why);
		check_lines(&cors);
		buf_release(&cors);
	}
}

static void
read_upgrade(const struct serve_head *h)
{
	struct span key = {NULL, 0};
	const char *why = NULL;
	struct buf answer;
	int status = websocket_check_request(h, &key, &why);

	check_refusal(status, why);
	if (status != 0)
		return;
	check(key.n == WEBSOCKET_KEY_MAX - 1);
	buf_init(&answer);
	check(websocket_add_answer(&answer, key, NULL) == 0);
	check_lines(&answer);
	buf_release(&answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct serve_head head;
	const char *why;
	size_t n, tokens;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	n = size > 0 ? serve_head_length(text, size) : 0;
	if (n > 0 && serve_head_read(&head, text, n, &why) == 0) {
		read_query(&head);
		read_origin(&head);
		read_upgrade(&head);
		check(access_bearer(&head, &tokens).n <= n);
	}
	free(text);
	return 0;
}
