/*
 * options: options that several commands have in common.
 *
 * A group is a struct for their values, a macro with their rows of the
 * command's table, and a function that turns the values into what they
 * describe.  These functions report errors themselves, as a command does, and
 * return CLI_GO or the exit status.
 */
#ifndef OPTIONS_OPTIONS_H
#define OPTIONS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"
#include "message/message.h"
#include "seal/seal.h"
#include "sign/sign.h"

/* ---- Where keys are ---------------------------------------------------- */

struct options_keys {
	struct cli_list file;
	int64_t fd;
	const char *environment; /* the variable that names a file */
};

#define OPTIONS_KEYS_INIT(variable)                 \
	{                                           \
		.fd = -1, .environment = (variable) \
	}

/* "${what} the keys in FILE (default: $${variable})" */
#define OPTIONS_KEYS(k, what, variable)                                     \
	CLI_LIST("key-file", 'k', "FILE",                                   \
	    what " the keys in FILE (default: $" variable ")", &(k)->file), \
	    CLI_INTEGER("key-fd", 0, "N", "read keys from descriptor N",    \
		&(k)->fd, 0, INT32_MAX)

/* Load the keys of ${k} into *${keys}, which the caller frees in any case. */
int options_sign_keys(const struct cli *cli, const struct options_keys *k,
    const struct sign_scheme *scheme, struct sign_keys **keys);
int options_seal_keys(const struct cli *cli, const struct options_keys *k,
    struct seal_keys **keys);

/* As options_sign_keys, for keys that tokens are signed with. */
int options_token_keys(const struct cli *cli, const struct options_keys *k,
    struct sign_keys **keys);

/* Does ${k}, or its environment variable, name any? */
bool options_keys_given(const struct options_keys *k);

/* ---- Where to connect --------------------------------------------------- */

/* Rows for ${t}, a struct http_target_options, and for ${tls}, an unsigned that
 * starts as HTTP_TLS_1_3. */
#define OPTIONS_TARGET(t, tls)                                                 \
	CLI_CHOICE(                                                            \
	    "tls-min", 0, "1.2|1.3", "oldest TLS to accept (1.3)", (tls)),     \
	    CLI_FILE("ca-file", 0, "FILE",                                     \
		"trust only the certificates in FILE", &(t)->ca_file),         \
	    CLI_FILE("certificate", 0, "FILE",                                 \
		"present this client certificate (PEM)", &(t)->certificate),   \
	    CLI_FILE("certificate-key", 0, "FILE",                             \
		"its private key, unless in the same file",                    \
		&(t)->certificate_key),                                        \
	    CLI_TEXT("pinned-key", 0, "HASH",                                  \
		"accept only this public key: sha256//... or a file",          \
		&(t)->pinned_key),                                             \
	    CLI_TEXT(                                                          \
		"proxy", 0, "URL", "connect through this proxy", &(t)->proxy), \
	    CLI_FLAG("allow-http", 0, "allow http beyond loopback",            \
		&(t)->allow_http)

/* ---- --new-key --------------------------------------------------------- */

struct options_new_key {
	const char *file; /* or NULL */
	unsigned kind;    /* an index in the list of kinds */
};

#define OPTIONS_NEW_KEY(n, kinds, first)                           \
	CLI_WRITTEN("new-key", 0, "FILE",                          \
	    "make a key, write it to FILE, and exit", &(n)->file), \
	    CLI_CHOICE("algorithm", 'a', kinds,                    \
		"kind of the new key (default: " first ")", &(n)->kind)

/* The lists of kinds, in the order of sign_key_kind and seal_key_kind. */
#define OPTIONS_SIGN_KINDS "hmac|ed25519"
#define OPTIONS_SEAL_KINDS "p256|x25519|shared"

/* Make a key.  The secret is written to the file, the public part to ${out},
 * and the ID is shown in a note.  Return CLI_OK or CLI_SYSTEM. */
int options_new_sign_key(
    const struct options_new_key *n, struct ndjson_writer *out);
int options_new_seal_key(
    const struct options_new_key *n, struct ndjson_writer *out);

/* ---- One signed request, by hand --------------------------------------- */

struct sign_request;

struct options_request {
	const char *id, *timestamp, *signature, *headers;
};

#define OPTIONS_REQUEST(r)                                               \
	CLI_TEXT("id", 0, "ID", "its webhook-id", &(r)->id),             \
	    CLI_TEXT("timestamp", 0, "SECONDS", "its webhook-timestamp", \
		&(r)->timestamp),                                        \
	    CLI_TEXT("signature", 0, "VALUE", "its signature's header",  \
		&(r)->signature),                                        \
	    CLI_FILE("headers", 0, "FILE",                               \
		"all three from the headers in FILE", &(r)->headers)

/* Was any of these options given? */
bool options_request_given(const struct options_request *o);

/* Are the options complete for ${scheme}, and consistent?  Return CLI_GO or
 * CLI_USAGE. */
int options_request_check(const struct cli *cli,
    const struct options_request *o, const struct sign_scheme *scheme);

/* Fill ${r} from the options, or from the file of --headers, whose text stays
 * in ${text}. */
int options_request_read(const struct options_request *o,
    const struct sign_scheme *scheme, struct buf *text, struct sign_request *r);

/* Append a file, or stdin for "-", of at most ${max} bytes to ${out}; *${name}
 * is its name in messages. */
int options_read_file(
    const char *path, size_t max, struct buf *out, const char **name);

/* ---- How a line becomes a message -------------------------------------- */

struct options_message {
	const char *id_member, *content_type;
	bool new_id;
};

#define OPTIONS_MESSAGE(m)                                                   \
	CLI_TEXT("id-member", 'i', "NAME", "take the ID from member NAME",   \
	    &(m)->id_member),                                                \
	    CLI_FLAG("new-id", 0, "give every line a new ID", &(m)->new_id), \
	    CLI_TEXT("content-type", 't', "TYPE",                            \
		"media type of the payload (default: detected)",             \
		&(m)->content_type)

/* Check the options and set ${from} up. */
int options_message(const struct cli *cli, const struct options_message *m,
    struct message_from *from);

#endif
