/*
 * crypto/outcome: what a check of foreign input comes to.
 */
#ifndef CRYPTO_OUTCOME_H
#define CRYPTO_OUTCOME_H

enum crypto_outcome {
	CRYPTO_GOOD = 0,
	CRYPTO_WRONG = 1,  /* the input's fault */
	CRYPTO_FAILED = -1 /* the library's: out of memory, most likely */
};

/* For this module only: after a call of the library failed, and nothing had
 * been in its error queue before: whose fault was it? */
enum crypto_outcome crypto_outcome_of_failure(void);

#endif
