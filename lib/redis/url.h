/*
 * redis/url: where a Redis stream is.
 *
 *	redis://[USER@]HOST[:PORT]/STREAM
 *	redis+unix:///PATH?stream=STREAM
 *	redis+sentinel://[USER@]HOST[:PORT][,HOST[:PORT]]/MASTER/STREAM
 *
 * With "rediss" in place of "redis" the connection has TLS.  HOST is a name, an
 * IPv4 address or an IPv6 address in brackets; the default ports are 6379 and,
 * of a Sentinel, 26379.  There is no password in a URL, because every user of
 * the machine can read a command line.
 */
#ifndef REDIS_URL_H
#define REDIS_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"

#define REDIS_URL_MAX 2048
#define REDIS_HOST_MAX 256 /* with the final 0 byte */
#define REDIS_NAME_MAX 201 /* stream, master, user: likewise */
#define REDIS_PATH_MAX 108 /* sun_path: likewise */
#define REDIS_SENTINELS_MAX 16

struct redis_place {
	char host[REDIS_HOST_MAX]; /* without brackets */
	uint16_t port;
};

struct redis_url {
	bool tls;
	char path[REDIS_PATH_MAX]; /* of a Unix socket, or "" */
	struct redis_place place[REDIS_SENTINELS_MAX]; /* otherwise */
	size_t places;                                 /* 1 without Sentinel */
	char master[REDIS_NAME_MAX];                   /* "": no Sentinel */
	char user[REDIS_NAME_MAX];                     /* "": none */
	char stream[REDIS_NAME_MAX]; /* 1 to 200 of A-Z a-z 0-9 . _ : - */
};

/* Read ${text}.  Return 0; or -1 with ${err}, which says what is wrong without
 * repeating a password. */
int redis_url_read(const char *text, struct redis_url *u, struct err *err);

/* Is ${host} "localhost" or a loopback address? */
bool redis_url_loopback(const char *host);

/* Append "host:port", an IPv6 address in brackets. */
void redis_url_show_place(const struct redis_place *p, struct buf *out);

/* Append ${u} without its user. */
void redis_url_show(const struct redis_url *u, struct buf *out);

#endif
