#include "crypto/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "crypto/secret.h"

/* Without this, the library prompts on the terminal for an encrypted key. */
static int
no_passphrase(char *text, int size, int writing, void *context)
{
	(void)text;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

struct evp_pkey_st *
crypto_pem_key(const char *path, struct err *err)
{
	const struct crypto_secret_from from = {.file = path, .fd = -1};
	struct crypto_secret secret = {.exposed = false};
	EVP_PKEY *key = NULL;
	const char *reason;
	BIO *bio = NULL;

	if (crypto_secret_load(&from, &secret, err) != 0)
		goto out;
	bio = BIO_new_mem_buf(secret.text.data, (int)secret.text.len);
	if (bio != NULL)
		key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	if (key == NULL) {
		reason = ERR_reason_error_string(ERR_peek_last_error());
		err_set(err, "%s: no private key in PEM: %s", path,
		    reason != NULL ? reason : "unknown reason");
	}
	ERR_clear_error();
out:
	BIO_free(bio);
	crypto_secret_wipe(&secret);
	return key;
}
