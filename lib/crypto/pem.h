/* crypto/pem: private keys of certificates, in PEM. */
#ifndef CRYPTO_PEM_H
#define CRYPTO_PEM_H

#include "diag/err.h"

struct evp_pkey_st; /* EVP_PKEY of OpenSSL */

/* Read the private key in the file ${path}, as crypto_secret_load does.  An
 * encrypted one is refused.  Return it, to be freed with EVP_PKEY_free; or NULL
 * with ${err}, which names the file. */
struct evp_pkey_st *crypto_pem_key(const char *path, struct err *err);

#endif
