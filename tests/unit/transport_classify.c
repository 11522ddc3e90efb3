/* What an answer over HTTP, or of a mail server, means. */
#include "transport/transport.h"

#include "check.h"

static enum outgoing_verdict
classify(enum http_failure f, int status)
{
	struct http_answer a = {.failure = f, .status = status};

	return transport_classify_http(&a);
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

static enum outgoing_verdict
classify_mail(enum http_failure f, int code)
{
	struct http_answer a = {.failure = f, .status = code};

	return transport_classify_smtp(&a);
}

static void
mail(void)
{
	static const int again[] = {
	    421, 450, 451, 452, 455, 499, 530, 534, 535, 538, 354, 0};
	static const int dead[] = {500, 501, 503, 550, 552, 553, 554, 555};
	static const enum http_failure failed[] = {HTTP_NO_NAME,
	    HTTP_NO_CONNECTION, HTTP_NO_TLS, HTTP_TIMEOUT, HTTP_BROKEN,
	    HTTP_NO_SESSION, HTTP_LOCAL};

	CHECK(classify_mail(HTTP_ANSWERED, 250) == OUTGOING_DELIVERED &&
		classify_mail(HTTP_ANSWERED, 251) == OUTGOING_DELIVERED,
	    "2xx");
	for (size_t i = 0; i < sizeof(again) / sizeof(again[0]); i++)
		CHECK(classify_mail(HTTP_ANSWERED, again[i]) == OUTGOING_RETRY,
		    "again");
	for (size_t i = 0; i < sizeof(dead) / sizeof(dead[0]); i++) {
		CHECK(classify_mail(HTTP_ANSWERED, dead[i]) == OUTGOING_REFUSED,
		    "dead");
		CHECK(classify_mail(HTTP_NO_SESSION, dead[i]) == OUTGOING_RETRY,
		    "unless it is said before MAIL");
	}
	for (size_t i = 0; i < sizeof(failed) / sizeof(failed[0]); i++)
		CHECK(classify_mail(failed[i], 0) == OUTGOING_RETRY, "failed");
	CHECK(classify_mail(HTTP_DENIED, 0) == OUTGOING_DENIED, "denied");
	CHECK(classify_mail(HTTP_SHORT, 0) == OUTGOING_SHORT, "short");
	CHECK(
	    classify_mail(HTTP_CANCELLED, 0) == OUTGOING_CANCELLED, "stopped");
}

int
main(void)
{
	verdicts();
	mail();
	return check_done();
}
