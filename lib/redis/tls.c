#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "crypto/secret.h"
#include "redis/wire.h"

static int
failed(struct err *err, const char *name, const char *what)
{
	ERR_clear_error();
	return err_set(err, "%s: %s", name, what);
}

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

static int
load_key(SSL_CTX *ctx, const char *path, struct err *err)
{
	const struct crypto_secret_from from = {.file = path, .fd = -1};
	struct crypto_secret secret = {.exposed = false};
	EVP_PKEY *key = NULL;
	BIO *bio = NULL;
	int rc = -1;

	if (crypto_secret_load(&from, &secret, err) != 0)
		goto out;
	bio = BIO_new_mem_buf(secret.text.data, (int)secret.text.len);
	if (bio != NULL)
		key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	if (key == NULL)
		failed(err, path, "no private key in PEM");
	else if (SSL_CTX_use_PrivateKey(ctx, key) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1)
		failed(err, path, "does not fit the certificate");
	else
		rc = 0;
out:
	EVP_PKEY_free(key);
	BIO_free(bio);
	crypto_secret_wipe(&secret);
	return rc;
}

SSL_CTX *
redis_tls_new(const struct redis_tls *o, struct err *err)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (ctx == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	/* Redis itself accepts 1.2 and 1.3. */
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(
	    ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_mode(ctx,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (o->ca_file != NULL ? SSL_CTX_load_verify_file(ctx, o->ca_file) != 1
			       : SSL_CTX_set_default_verify_paths(ctx) != 1) {
		failed(err,
		    o->ca_file != NULL ? o->ca_file
				       : "the system's certificates",
		    "no certificates in PEM");
		goto err0;
	}
	if (o->certificate != NULL &&
	    SSL_CTX_use_certificate_chain_file(ctx, o->certificate) != 1) {
		failed(err, o->certificate, "no certificate in PEM");
		goto err0;
	}
	if (o->certificate != NULL &&
	    load_key(ctx,
		o->certificate_key != NULL ? o->certificate_key
					   : o->certificate,
		err) != 0)
		goto err0;
	return ctx;
err0:
	SSL_CTX_free(ctx);
	return NULL;
}

void
redis_tls_free(SSL_CTX *ctx)
{
	SSL_CTX_free(ctx);
}
