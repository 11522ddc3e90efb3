#include <openssl/err.h>
#include <openssl/ssl.h>

#include "crypto/pem.h"
#include "redis/wire.h"

static int
failed(struct err *err, const char *name, const char *what)
{
	ERR_clear_error();
	return err_set(err, "%s: %s", name, what);
}

static int
load_key(SSL_CTX *ctx, const char *path, struct err *err)
{
	EVP_PKEY *key = crypto_pem_key(path, err);
	bool fits;

	if (key == NULL)
		return -1;
	fits = SSL_CTX_use_PrivateKey(ctx, key) == 1 &&
	    SSL_CTX_check_private_key(ctx) == 1;
	EVP_PKEY_free(key);
	return fits ? 0 : failed(err, path, "does not fit the certificate");
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
