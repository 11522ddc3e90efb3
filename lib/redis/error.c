#include <string.h>

#include "redis/internal.h"

/* Is ${word} the first word of the error, or, if a script caused it, its text
 * in the error of the script? */
static bool
says(struct span text, const char *word)
{
	size_t n = strlen(word);

	if (text.n > n && memcmp(text.p, word, n) == 0 && text.p[n] == ' ')
		return true;
	/* Redis before 7: "ERR Error running script ...: -OOM command ..." */
	for (size_t i = 0; i + n + 1 < text.n; i++)
		if (text.p[i] == '-' && memcmp(text.p + i + 1, word, n) == 0 &&
		    text.p[i + 1 + n] == ' ')
			return true;
	return false;
}

static bool
says_any(struct span text, const char *const word[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (says(text, word[i]))
			return true;
	return false;
}

enum redis_error
redis_error_kind(struct span text)
{
	static const char *const full[] = {"OOM", "MISCONF", "NOREPLICAS"};
	static const char *const rights[] = {"NOPERM", "NOAUTH", "WRONGPASS"};

	if (says_any(text, full, sizeof(full) / sizeof(full[0])))
		return REDIS_ERROR_FULL;
	/* Within a script, Redis 7 says "ERR The user executing the script
	 * can't ...", and Redis 8 "ERR ACL failure in script: ...". */
	if (says_any(text, rights, sizeof(rights) / sizeof(rights[0])) ||
	    (text.n > 0 &&
		(strstr(text.p, "executing the script can't") != NULL ||
		    strstr(text.p, "ACL failure in script") != NULL)))
		return REDIS_ERROR_RIGHTS;
	return REDIS_ERROR_OTHER;
}

bool
redis_error_passing(struct span text)
{
	static const char *const passing[] = {"READONLY", "LOADING", "NOSCRIPT",
	    "MASTERDOWN", "CLUSTERDOWN", "BUSY", "TRYAGAIN"};

	return says_any(text, passing, sizeof(passing) / sizeof(passing[0]));
}

bool
redis_text_is(const struct redis_reply *reply, const char *text)
{
	return (reply->type == REDIS_TEXT || reply->type == REDIS_ERROR) &&
	    span_is(reply->text, text);
}
