/*
 * redis/wire: one socket that never blocks, with or without TLS.
 */
#ifndef REDIS_WIRE_H
#define REDIS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "buf/buf.h"
#include "diag/err.h"

struct ssl_st;
struct ssl_ctx_st;

/* ---- What all TLS connections share ------------------------------------- */

struct redis_tls {
	const char *ca_file;         /* NULL: the system's */
	const char *certificate;     /* of the client; or NULL */
	const char *certificate_key; /* NULL: in certificate */
};

/* Return NULL with ${err}, which names the file. */
struct ssl_ctx_st *redis_tls_new(const struct redis_tls *o, struct err *err);
void redis_tls_free(struct ssl_ctx_st *ctx); /* NULL is a no-op */

/* ---- One connection ----------------------------------------------------- */

struct redis_wire {
	int fd;             /* -1: none */
	struct ssl_st *ssl; /* NULL: no TLS */
	bool wants_write;   /* continue when the socket can be written */
};

enum redis_io {
	REDIS_IO_DONE,
	REDIS_IO_WAIT,   /* nothing now */
	REDIS_IO_CLOSED, /* by the other side */
	REDIS_IO_FAILED, /* err says why */
	REDIS_IO_REFUSED /* TLS failed; err says why */
};

/* Start to connect to ${address}.  Return 0; or -1 with ${err}. */
int redis_wire_open(struct redis_wire *w, const struct sockaddr *address,
    socklen_t size, struct err *err);
void redis_wire_close(struct redis_wire *w);

/* Is the connection made?  Call it when the socket can be written. */
enum redis_io redis_wire_connected(struct redis_wire *w, struct err *err);

/* Begin TLS to ${host}, whose name or address must be in the certificate.
 * Return 0; or -1 without memory. */
int redis_wire_start_tls(
    struct redis_wire *w, struct ssl_ctx_st *ctx, const char *host);
enum redis_io redis_wire_handshake(struct redis_wire *w, struct err *err);

/* Read up to ${n} bytes to ${p}, *${got} of them; or write. */
enum redis_io redis_wire_read(
    struct redis_wire *w, char *p, size_t n, size_t *got, struct err *err);
enum redis_io redis_wire_write(
    struct redis_wire *w, struct span bytes, size_t *put, struct err *err);

#endif
