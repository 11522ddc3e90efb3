#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <string.h>

#include "crypto/pem.h"
#include "serve/private.h"

static int
failed(struct err *err, const char *name, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return err_set(err, "%s: %s: %s", name, what,
	    reason != NULL ? reason : "unknown reason");
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

/* Only "http/1.1" is supported.  A client that accepts none of it is refused in
 * the handshake. */
static int
choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *outlen,
    const unsigned char *in, unsigned inlen, void *context)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;

	(void)ssl;
	(void)context;
	if (SSL_select_next_proto(&chosen, outlen, ours, sizeof(ours) - 1, in,
		inlen) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static int
ask_clients(SSL_CTX *ctx, const char *ca, struct err *err)
{
	STACK_OF(X509_NAME) * names;

	if (SSL_CTX_load_verify_file(ctx, ca) != 1)
		return failed(err, ca, "no certificates in PEM");
	names = SSL_load_client_CA_file(ca);
	if (names == NULL)
		return failed(err, ca, "no certificates in PEM");
	SSL_CTX_set_client_CA_list(ctx, names);
	SSL_CTX_set_verify(
	    ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return 0;
}

SSL_CTX *
serve_tls_new(const struct serve_tls *tls, struct err *err)
{
	static const unsigned char session[] = "vitals";
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	SSL_CTX_set_min_proto_version(
	    ctx, tls->min == 12 ? TLS1_2_VERSION : TLS1_3_VERSION);
	SSL_CTX_set_options(ctx,
	    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
		SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_id_context(ctx, session, sizeof(session) - 1);
	SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
	if (SSL_CTX_use_certificate_chain_file(ctx, tls->certificate) != 1) {
		failed(err, tls->certificate, "no certificate in PEM");
		goto err0;
	}
	if (load_key(ctx, tls->key, err) != 0)
		goto err0;
	if (tls->client_ca != NULL &&
	    ask_clients(ctx, tls->client_ca, err) != 0)
		goto err0;
	return ctx;
err0:
	SSL_CTX_free(ctx);
	return NULL;
}

struct bufferevent *
serve_tls_bufferevent(struct serve *s, int fd)
{
	const int options = BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS;
	struct bufferevent *bev;
	SSL *ssl;

	if (s->tls == NULL)
		return bufferevent_socket_new(s->base, fd, options);
	ssl = SSL_new(s->tls);
	if (ssl == NULL)
		return NULL;
	bev = bufferevent_openssl_socket_new(
	    s->base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING, options);
	if (bev == NULL)
		SSL_free(ssl);
	else /* many clients close without close_notify */
		bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

const char *
serve_tls_failure(const struct serve *s, struct bufferevent *bev)
{
	unsigned long error = bufferevent_get_openssl_error(bev);

	if (ERR_GET_LIB(error) != ERR_LIB_SSL)
		return NULL;
	switch (ERR_GET_REASON(error)) {
	case SSL_R_UNSUPPORTED_PROTOCOL:
		return s->options.tls->min > 12
		    ? "TLS handshake: the client does not speak TLS 1.3: "
		      "--tls-min 1.2 takes older ones"
		    : "TLS handshake: the client does not speak TLS 1.2";
	case SSL_R_HTTP_REQUEST:
		return "TLS handshake: the client speaks plain http";
	case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
		return "TLS handshake: the client shows no certificate";
	default:
		return NULL;
	}
}

void
serve_tls_goodbye(struct bufferevent *bev, bool both)
{
	SSL *ssl = bufferevent_openssl_get_ssl(bev);

	if (ssl == NULL)
		return;
	if (both)
		SSL_set_shutdown(
		    ssl, SSL_get_shutdown(ssl) | SSL_RECEIVED_SHUTDOWN);
	SSL_shutdown(ssl);
	ERR_clear_error();
}
