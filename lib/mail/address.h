/*
 * mail/address: addresses of e-mail, as far as they can be used here.
 *
 * An address is a subset of the addr-spec of RFC 5322, 3.4.1: ASCII, with
 * neither quotes, comments nor an address literal.  It has no character that
 * could end it early in a header or a command, and none that a mailto: URL (RFC
 * 6068) would have to encode.
 */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include <stdbool.h>

#include "buf/buf.h"
#include "diag/err.h"

/* The longest address, its part before the '@', and its domain (RFC 5321,
 * 4.5.3.1). */
#define MAIL_ADDRESS_MAX ((size_t)254)
#define MAIL_LOCAL_MAX ((size_t)64)
#define MAIL_DOMAIN_MAX ((size_t)253)

/* Is ${s} an address?  Return 0, or -1 with ${err}. */
int mail_address_check(struct span s, struct err *err);

/* Is ${s} the name of a host: labels of letters, digits and hyphens? */
bool mail_domain_ok(struct span s);

/* Return what follows the '@' of ${address}, which mail_address_check
 * accepts. */
struct span mail_domain_of(struct span address);

/* Does ${url} begin with "mailto:"? */
bool mail_is_mailto(struct span url);

/* Set *${address} to the only address of the mailto: URL ${url}, which may have
 * nothing else: no percent-encoding and no "?subject=".  Return 0, or -1 with
 * ${err}. */
int mail_address_of(struct span url, struct span *address, struct err *err);

#endif
