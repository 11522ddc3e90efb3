#include <sys/stat.h>

#include "crypto/secret.h"
#include "listen/internal.h"

int
listen_token_refresh(struct listener *l, struct err *err)
{
	const struct crypto_secret_from from = {
	    .file = l->o.token_file, .fd = -1};
	struct stat st;

	if (l->o.token_file == NULL)
		return 0;
	/* If the file does not exist, loading it below reports why. */
	if (l->token.len > 0 && stat(l->o.token_file, &st) == 0 &&
	    l->token_seen.seconds == (int64_t)st.st_mtim.tv_sec &&
	    l->token_seen.nanoseconds == (int64_t)st.st_mtim.tv_nsec &&
	    l->token_seen.bytes == (int64_t)st.st_size &&
	    l->token_seen.number == (int64_t)st.st_ino)
		return 0;
	buf_wipe(&l->token);
	if (stat(l->o.token_file, &st) == 0) {
		l->token_seen.seconds = (int64_t)st.st_mtim.tv_sec;
		l->token_seen.nanoseconds = (int64_t)st.st_mtim.tv_nsec;
		l->token_seen.bytes = (int64_t)st.st_size;
		l->token_seen.number = (int64_t)st.st_ino;
	}
	if (crypto_secret_load_line(&from, &l->token, err) != 0)
		return -1;
	if (l->token.len > LISTEN_TOKEN_MAX)
		return err_set(err, "%s: the token is longer than %zu bytes",
		    l->o.token_file, LISTEN_TOKEN_MAX);
	for (size_t i = 0; i < l->token.len; i++) {
		unsigned char c = (unsigned char)l->token.data[i];

		if (c <= 0x20 || c >= 0x7f || c == '"' || c == '\\')
			return err_set(err,
			    "%s: contains a character that no token has",
			    l->o.token_file);
	}
	return 1;
}
