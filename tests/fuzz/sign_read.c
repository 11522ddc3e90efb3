/* Key files, headers of requests and signatures of any bytes.  The first byte
 * chooses the scheme; key lines, headers and body are apart by empty lines. */
#include <stdint.h>
#include <stdlib.h>

#include "sign/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Take what stands before an empty line off ${rest}. */
static struct span
take(struct span *rest)
{
	struct span part = *rest;

	for (size_t i = 0; i + 1 < rest->n; i++) {
		if (rest->p[i] == '\n' && rest->p[i + 1] == '\n') {
			part.n = i + 1;
			rest->p += i + 2;
			rest->n -= i + 2;
			return part;
		}
	}
	*rest = (struct span){rest->p + rest->n, 0};
	return part;
}

static void
verify(struct sign_keys *keys, struct span headers, struct span body)
{
	static struct sign_request request;
	struct sign_stream stream;
	struct sign_verified v;
	struct buf out;
	struct err err;

	sign_stream_init(&stream, keys);
	stream.at = 1614265330;
	buf_init(&out);
	if (sign_request_read(&request, headers, &err) == 0) {
		sign_request_duplicate(&request);
		sign_check_body(&stream, &request, body, &v, &err);
	}
	/* What we sign we verify, and a line comes back as it was. */
	if (sign_keys_count(keys) > 0 &&
	    sign_keys_check_signing(keys, NULL) == 0 &&
	    sign_line(&stream, body, &out, &err) == VERDICT_GOOD) {
		struct buf back;

		buf_init(&back);
		stream.tolerance = SIGN_FOREVER;
		stream.whole = true;
		if (stream.message.headers.n == 0 &&
		    sign_check_line(&stream, buf_span(&out), &back, &v, &err) !=
			VERDICT_GOOD)
			abort();
		buf_release(&back);
	}
	buf_clear(&out);
	sign_check_line(&stream, body, &out, &v, &err);
	buf_release(&out);
	sign_stream_release(&stream);
}

static const struct sign_scheme *
scheme_of(unsigned number)
{
	unsigned n = 0;

	while (sign_scheme(n) != NULL)
		n++;
	return sign_scheme(number % n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1);
	struct span rest = {copy, size}, lines, line, headers;
	struct sign_keys *keys;
	struct err err;

	if (copy == NULL)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	keys = sign_keys_new(scheme_of(size > 0 ? data[0] : 0));
	if (size > 0) {
		rest.p++;
		rest.n--;
	}
	lines = take(&rest);
	headers = take(&rest);
	while (keys != NULL && crypto_secret_line(&lines, &line))
		sign_keys_add(keys, line, &err);
	if (keys != NULL) {
		sign_keys_diagnose(keys);
		verify(keys, headers, rest);
	}
	sign_keys_free(keys);
	free(copy);
	return 0;
}
