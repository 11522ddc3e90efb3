#include <stdio.h>

#include "transport/internal.h"

static const char *
failure_word(enum http_failure f)
{
	switch (f) {
	case HTTP_ANSWERED:
	case HTTP_NO_SESSION:
		break;
	case HTTP_NO_NAME:
		return "DNS";
	case HTTP_NO_CONNECTION:
		return "connect";
	case HTTP_NO_TLS:
		return "TLS";
	case HTTP_TIMEOUT:
		return "timeout";
	case HTTP_BROKEN:
		return "broken answer";
	case HTTP_DENIED:
		return "denied";
	case HTTP_LOCAL:
	case HTTP_SHORT:
		return "local";
	case HTTP_CANCELLED:
		return "interrupted";
	}
	return "answer";
}

void
transport_describe_failure(const struct http_answer *a, char *text, size_t size)
{
	snprintf(text, size, "%s: %s", failure_word(a->failure), a->error);
}
