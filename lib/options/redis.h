/*
 * options/redis: the options of a tool that uses a Redis server.
 */
#ifndef OPTIONS_REDIS_H
#define OPTIONS_REDIS_H

#include "cli/cli.h"
#include "redis/redis.h"

/* Rows for ${o}, a struct redis_options. */
#define OPTIONS_REDIS(o)                                                     \
	CLI_TEXT("redis-user", 0, "NAME",                                    \
	    "ACL user (default: that of the URL)", &(o)->user),              \
	    CLI_FILE("redis-password-file", 0, "FILE",                       \
		"log in with the password in FILE", &(o)->password_file),    \
	    CLI_TEXT("redis-sentinel-user", 0, "NAME",                       \
		"ACL user of the Sentinels", &(o)->sentinel_user),           \
	    CLI_FILE("redis-sentinel-password-file", 0, "FILE",              \
		"log in to the Sentinels with the password in FILE",         \
		&(o)->sentinel_password_file),                               \
	    CLI_FILE("redis-ca", 0, "FILE",                                  \
		"trust only the certificates in FILE", &(o)->ca_file),       \
	    CLI_FILE("redis-certificate", 0, "FILE",                         \
		"present this client certificate (PEM)", &(o)->certificate), \
	    CLI_FILE("redis-certificate-key", 0, "FILE",                     \
		"its private key, unless in the same file",                  \
		&(o)->certificate_key),                                      \
	    CLI_FLAG("redis-plain", 0, "allow redis:// beyond loopback",     \
		&(o)->allow_plain)

#endif
