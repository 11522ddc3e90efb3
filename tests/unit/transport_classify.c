/* What an answer over HTTP means. */
#include "transport/transport.h"

#include "check.h"

static enum outgoing_verdict
classify(enum http_failure f, int status)
{
	struct http_answer a = {.failure = f, .status = status};

	return transport_classify(&a);
}

static void
verdicts(void)
{
	static const int again[] = {300, 302, 308, 408, 425, 429, 500, 599};
	static const int dead[] = {400, 401, 403, 404, 409, 411, 422, 499};

	CHECK(classify(HTTP_ANSWERED, 200) == OUTGOING_DELIVERED, "200");
	CHECK(classify(HTTP_ANSWERED, 299) == OUTGOING_DELIVERED, "299");
	CHECK(classify(HTTP_ANSWERED, 410) == OUTGOING_GONE, "410");
	for (size_t i = 0; i < 8; i++) {
		CHECK(classify(HTTP_ANSWERED, again[i]) == OUTGOING_RETRY,
		    "again");
		CHECK(classify(HTTP_ANSWERED, dead[i]) == OUTGOING_REFUSED,
		    "dead");
	}
	CHECK(classify(HTTP_NO_NAME, 0) == OUTGOING_RETRY, "DNS");
	CHECK(classify(HTTP_NO_TLS, 0) == OUTGOING_RETRY, "TLS");
	CHECK(classify(HTTP_TIMEOUT, 0) == OUTGOING_RETRY, "timeout");
	CHECK(classify(HTTP_DENIED, 0) == OUTGOING_DENIED, "denied");
	CHECK(classify(HTTP_SHORT, 0) == OUTGOING_SHORT, "short of something");
	CHECK(classify(HTTP_CANCELLED, 0) == OUTGOING_CANCELLED, "broken off");
}

int
main(void)
{
	verdicts();
	return check_done();
}
