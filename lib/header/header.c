#include "header/header.h"

#include "buf/ascii.h"

bool
header_is_reserved(struct span name)
{
	static const char *const names[] = {"connection", "content-encoding",
	    "content-length", "content-type", "expect", "host",
	    "http2-settings", "keep-alive", "te", "trailer",
	    "transfer-encoding", "upgrade"};
	static const char *const starts[] = {
	    "ce-", "proxy-", "svix-", "webhook-"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (ascii_same(name, names[i]))
			return true;
	}
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		if (ascii_starts(name, starts[i]))
			return true;
	}
	return false;
}
