#include "crypto/outcome.h"

#include <openssl/err.h>

enum crypto_outcome
crypto_outcome_of_failure(void)
{
	enum crypto_outcome outcome = CRYPTO_WRONG;
	unsigned long e;

	while ((e = ERR_get_error()) != 0) {
		if (ERR_FATAL_ERROR(e))
			outcome = CRYPTO_FAILED;
	}
	return outcome;
}
