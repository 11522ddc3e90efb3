/*
 * crypto/secret: keys, tokens and other secrets in files.
 *
 * A secret is never on a command line.  It comes from a file (--key-file and
 * the like), from an open descriptor (--key-fd), or from a file that an
 * environment variable names, in this order.  A regular file that its group or
 * others may read or write is refused.  One exception: a program that is not run
 * by root accepts a file of root that its group may only read, which is how
 * systemd hands a credential to a service.
 */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"

/* The largest file that is read. */
#define CRYPTO_SECRET_MAX ((size_t)16 << 10)

struct crypto_secret_from {
	const char *file; /* a path, or NULL; "-" has no special meaning */
	int64_t fd;       /* a descriptor, or -1; read to its end */
	const char *environment; /* the variable that names a file, or NULL */
	/* Also read a file that others can read, as it may have only public
	 * keys.  The caller must check exposed. */
	bool exposed_ok;
};

struct crypto_secret {
	struct buf text; /* the whole file */
	bool exposed;    /* others can read or write it */
	/* Where it came from, for messages: a path or "descriptor N". */
	char name[256];
};

/* Is any source given? */
bool crypto_secret_given(const struct crypto_secret_from *from);

/* Read the secret into ${s}, to be wiped with crypto_secret_wipe in any case.
 * A byte order mark at the start is skipped; UTF-16 is refused.  Return 0; or
 * -1 with ${err}, which names the file. */
int crypto_secret_load(const struct crypto_secret_from *from,
    struct crypto_secret *s, struct err *err);

/* Overwrite and free.  A zeroed ${s} is allowed. */
void crypto_secret_wipe(struct crypto_secret *s);

/* Take the next line that is neither blank nor a comment ('#' first) off
 * ${rest}, without its "\n" or "\r\n" and without blanks at its ends.  Return
 * false if there is none left. */
bool crypto_secret_line(struct span *rest, struct span *line);

/* Read a secret of one line, such as a token: exactly one line that is not
 * empty (blanks at its ends and comments are not part of it), copied into
 * ${out}, to be freed with buf_wipe.  Return 0, or -1 with ${err}. */
int crypto_secret_load_line(
    const struct crypto_secret_from *from, struct buf *out, struct err *err);

/* Where several keys come from: all of the files, and the descriptor unless
 * it is -1; where there are none, the file that the variable names. */
struct crypto_secret_sources {
	const char *const *file;
	size_t files;
	int64_t fd;
	const char *environment; /* or NULL */
	/* Reports what is unusual about keys that are accepted; or NULL. */
	void (*note)(const char *text);
};

/* Is there any source? */
bool crypto_secret_any(const struct crypto_secret_sources *from);

/* A file of keys, for the function that knows its format. */
struct crypto_key_file {
	struct span text;
	const char *at; /* in: NULL; out: the line of text that is wrong */
	bool secret;    /* out: has what others must not read */
	const char *name;
	void (*note)(const char *text); /* or NULL */
};

/* Report ${fmt} about the line of ${file} that starts at ${at}, or about the
 * file if that is NULL. */
void crypto_key_note(const struct crypto_key_file *file, const char *at,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Add the keys of ${file} to ${keys}.  Return 0; or -1 with ${err}, which need
 * not name file and line. */
typedef int crypto_key_reader(
    void *keys, struct crypto_key_file *file, struct err *err);

/* Call ${read} with each source until one fails.  A file that others can read
 * is refused if it has a secret.  Return 0; or -1 with ${err}, which names the
 * file, also when there is no source. */
int crypto_secret_keys(const struct crypto_secret_sources *from,
    crypto_key_reader *read, void *keys, struct err *err);

/* Create ${path}, readable only by its owner, with the content ${text}.  It
 * appears complete or not at all; an existing file, or a link, is an error and
 * not changed.  Return 0, or -1 with ${err}. */
int crypto_secret_create(const char *path, struct span text, struct err *err);

#endif
