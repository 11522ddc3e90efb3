#include "redis/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <unistd.h>

#include "redis/url.h"

int
redis_wire_open(struct redis_wire *w, const struct sockaddr *address,
    socklen_t size, struct err *err)
{
	const int on = 1;

	w->ssl = NULL;
	w->wants_write = false;
	w->fd = socket(
	    address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (w->fd < 0)
		return err_sys(err, errno, "cannot open a socket");
	/* Both options only improve what works without them, too. */
	if (address->sa_family != AF_UNIX) {
		(void)setsockopt(
		    w->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		(void)setsockopt(
		    w->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	}
	if (connect(w->fd, address, size) == 0 || errno == EINPROGRESS ||
	    errno == EINTR)
		return 0;
	err_sys(err, errno, "cannot connect");
	redis_wire_close(w);
	return -1;
}

void
redis_wire_close(struct redis_wire *w)
{
	SSL_free(w->ssl);
	if (w->fd >= 0)
		close(w->fd);
	*w = (struct redis_wire){.fd = -1};
}

enum redis_io
redis_wire_connected(struct redis_wire *w, struct err *err)
{
	struct sockaddr_storage peer;
	socklen_t n = sizeof(peer);
	int errnum = 0;
	socklen_t size = sizeof(errnum);

	if (getsockopt(w->fd, SOL_SOCKET, SO_ERROR, &errnum, &size) != 0)
		errnum = errno;
	if (errnum != 0) {
		err_sys(err, errnum, "cannot connect");
		return REDIS_IO_FAILED;
	}
	return getpeername(w->fd, (struct sockaddr *)&peer, &n) == 0
	    ? REDIS_IO_DONE
	    : REDIS_IO_WAIT;
}

/* ---- TLS ---------------------------------------------------------------- */

/* OpenSSL's own BIO of a socket would end the process with SIGPIPE. */
static int
bio_write(BIO *bio, const char *p, int n)
{
	const struct redis_wire *w = BIO_get_data(bio);
	ssize_t put = send(w->fd, p, (size_t)n, MSG_NOSIGNAL);

	BIO_clear_retry_flags(bio);
	if (put < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_write(bio);
	return (int)put;
}

static int
bio_read(BIO *bio, char *p, int n)
{
	const struct redis_wire *w = BIO_get_data(bio);
	ssize_t got = recv(w->fd, p, (size_t)n, 0);

	BIO_clear_retry_flags(bio);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_read(bio);
	return (int)got;
}

static long
bio_control(BIO *bio, int command, long n, void *p)
{
	(void)bio;
	(void)n;
	(void)p;
	return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *
bio_method(void)
{
	static BIO_METHOD *method;

	if (method == NULL) {
		method = BIO_meth_new(
		    BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "redis");
		if (method == NULL)
			return NULL;
		BIO_meth_set_write(method, bio_write);
		BIO_meth_set_read(method, bio_read);
		BIO_meth_set_ctrl(method, bio_control);
	}
	return method;
}

int
redis_wire_start_tls(struct redis_wire *w, SSL_CTX *ctx, const char *host)
{
	struct in6_addr address;
	char name[REDIS_HOST_MAX];
	BIO *bio;

	w->ssl = SSL_new(ctx);
	bio = bio_method() == NULL ? NULL : BIO_new(bio_method());
	if (w->ssl == NULL || bio == NULL) {
		BIO_free(bio);
		return -1;
	}
	BIO_set_data(bio, w);
	BIO_set_init(bio, 1);
	SSL_set_bio(w->ssl, bio, bio);
	SSL_set_hostflags(w->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (inet_pton(AF_INET, host, &address) == 1 ||
	    inet_pton(AF_INET6, host, &address) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(
			   SSL_get0_param(w->ssl), host) == 1
		    ? 0
		    : -1;
	/* The macro of OpenSSL casts its argument to void *. */
	snprintf(name, sizeof(name), "%s", host);
	return SSL_set1_host(w->ssl, host) == 1 &&
		SSL_set_tlsext_host_name(w->ssl, name) == 1
	    ? 0
	    : -1;
}

static enum redis_io
tls_failed(struct redis_wire *w, int rc, struct err *err)
{
	int errnum = errno;
	int what = SSL_get_error(w->ssl, rc);
	const char *reason;

	switch (what) {
	case SSL_ERROR_WANT_READ:
		return REDIS_IO_WAIT;
	case SSL_ERROR_WANT_WRITE:
		w->wants_write = true;
		return REDIS_IO_WAIT;
	case SSL_ERROR_ZERO_RETURN:
		return REDIS_IO_CLOSED;
	case SSL_ERROR_SYSCALL:
		if (rc == 0 || errnum == 0)
			return REDIS_IO_CLOSED;
		err_sys(err, errnum, "connection lost");
		return REDIS_IO_FAILED;
	default:
		break;
	}
	if (SSL_get_verify_result(w->ssl) != X509_V_OK)
		reason = X509_verify_cert_error_string(
		    SSL_get_verify_result(w->ssl));
	else
		reason = ERR_reason_error_string(ERR_peek_last_error());
	if (ERR_GET_REASON(ERR_peek_last_error()) ==
	    SSL_R_UNEXPECTED_EOF_WHILE_READING) {
		ERR_clear_error();
		return REDIS_IO_CLOSED;
	}
	err_set(err, "TLS: %s", reason != NULL ? reason : "unknown reason");
	ERR_clear_error();
	return REDIS_IO_REFUSED;
}

enum redis_io
redis_wire_handshake(struct redis_wire *w, struct err *err)
{
	int rc;

	w->wants_write = false;
	ERR_clear_error();
	errno = 0;
	rc = SSL_connect(w->ssl);
	return rc == 1 ? REDIS_IO_DONE : tls_failed(w, rc, err);
}

/* ---- Bytes -------------------------------------------------------------- */

static enum redis_io
failed(int errnum, struct err *err)
{
	if (errnum == EAGAIN || errnum == EINTR)
		return REDIS_IO_WAIT;
	err_sys(err, errnum, "connection lost");
	return REDIS_IO_FAILED;
}

enum redis_io
redis_wire_read(
    struct redis_wire *w, char *p, size_t n, size_t *got, struct err *err)
{
	ssize_t rc;

	*got = 0;
	if (w->ssl != NULL) {
		int one;

		ERR_clear_error();
		errno = 0;
		one = SSL_read_ex(w->ssl, p, n, got);
		return one == 1 ? REDIS_IO_DONE : tls_failed(w, one, err);
	}
	rc = recv(w->fd, p, n, 0);
	if (rc < 0)
		return failed(errno, err);
	*got = (size_t)rc;
	return rc == 0 ? REDIS_IO_CLOSED : REDIS_IO_DONE;
}

enum redis_io
redis_wire_write(
    struct redis_wire *w, struct span bytes, size_t *put, struct err *err)
{
	ssize_t rc;

	*put = 0;
	w->wants_write = false;
	if (w->ssl != NULL) {
		int one;

		ERR_clear_error();
		errno = 0;
		one = SSL_write_ex(w->ssl, bytes.p, bytes.n, put);
		return one == 1 ? REDIS_IO_DONE : tls_failed(w, one, err);
	}
	rc = send(w->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
	if (rc < 0)
		return failed(errno, err);
	*put = (size_t)rc;
	return REDIS_IO_DONE;
}
