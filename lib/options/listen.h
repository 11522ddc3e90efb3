/*
 * options/listen: the options of a server that say where it listens.
 */
#ifndef OPTIONS_LISTEN_H
#define OPTIONS_LISTEN_H

#include "options/options.h"

struct options_listen {
	const char *listen, *port_file, *certificate, *tls_key;
	bool allow_http;
	const char *path; /* that is announced; NULL: / */
};

#define OPTIONS_LISTEN_INIT                \
	{                                  \
		.listen = "127.0.0.1:8080" \
	}

#define OPTIONS_LISTEN(o)                                                  \
	CLI_TEXT("listen", 'l', "ADDRESS:PORT",                            \
	    "where to listen (default: 127.0.0.1:8080); port 0: any",      \
	    &(o)->listen),                                                 \
	    CLI_FLAG("allow-http", 0,                                      \
		"speak plain http beyond loopback, behind a proxy",        \
		&(o)->allow_http),                                         \
	    CLI_WRITTEN("port-file", 0, "FILE",                            \
		"write the port to FILE once listening", &(o)->port_file), \
	    CLI_FILE("tls-cert", 0, "FILE",                                \
		"serve HTTPS with the certificate chain in FILE",          \
		&(o)->certificate),                                        \
	    CLI_FILE("tls-key", 0, "FILE", "its private key", &(o)->tls_key)

/* Is it an address, and TLS or consent to go without beyond loopback?  Are
 * ${origins}, or NULL, the values of --allow-origin?  Return CLI_GO with
 * *${loopback}, or CLI_USAGE. */
int options_listen_check(const struct cli *cli, const struct options_listen *o,
    const struct cli_list *origins, bool *loopback);

/* Check ${name}, the value of an --allow-origin that is not of pages but of a sender;
 * NULL: none.  Return CLI_GO, or CLI_USAGE. */
int options_listen_check_sender(const struct cli *cli, const char *name);

/* ${s} listens, and all files are open, the database ${state} (NULL: none) among
 * them: enter the sandbox of a server, say where it listens, write the port file,
 * and report to the service manager that it is ready.  Return 0; or -1 with
 * ${err}. */
struct serve;
int options_listen_announce(const struct options_listen *o, const char *state,
    const struct serve *s, struct err *err);

/* Read the certificates of ${s} and the keys for tokens of ${k} (NULL: there
 * are none) again, and report the result.  Replace all of them or nothing.
 * Return CLI_GO with *${keys}, which is NULL if no keys were read because they
 * are from a descriptor; or the exit status of the failure. */
int options_listen_reload(const struct cli *cli, const struct options_keys *k,
    struct serve *s, struct sign_keys **keys);

#endif
