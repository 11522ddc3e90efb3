/* header/header.h */
#include "header/header.h"

#include "check.h"

int
main(void)
{
	static const char *const yes[] = {"Host", "HOST", "te", "TE",
	    "Content-Type", "transfer-encoding", "Upgrade", "ce-", "CE-id",
	    "Proxy-Authorization", "svix-id", "Webhook-Signature"};
	static const char *const no[] = {"", "t", "tea", "Hosts", "X-Host",
	    "Content-Language", "ce", "cent-", "webhook", "Authorization"};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		CHECK(header_is_reserved(span_of(yes[i])), yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		CHECK(!header_is_reserved(span_of(no[i])), no[i]);
	return check_done();
}
