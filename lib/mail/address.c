#include "mail/address.h"

#include "buf/ascii.h"

#define MAILTO SPAN_LIT("mailto:")
#define LABEL_MAX 63

static bool
is_letter_or_digit(char c)
{
	c = ascii_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Words of ${others}, letters and digits, with single dots between them. */
static bool
local_ok(struct span s)
{
	static const char others[] = "!$'*+-=_~";
	bool dot = true; /* before the first character */

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '.' && dot)
			return false;
		dot = c == '.';
		if (!dot && !is_letter_or_digit(c) &&
		    (c == '\0' || strchr(others, c) == NULL))
			return false;
	}
	return s.n <= MAIL_LOCAL_MAX && !dot;
}

bool
mail_domain_ok(struct span s)
{
	size_t label = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '.' || (c == '-' && label == 0)) {
			if (label == 0 || s.p[i - 1] == '-')
				return false;
			label = 0;
			continue;
		}
		if ((c != '-' && !is_letter_or_digit(c)) || ++label > LABEL_MAX)
			return false;
	}
	return label > 0 && s.p[s.n - 1] != '-' && s.n <= MAIL_DOMAIN_MAX;
}

struct span
mail_domain_of(struct span address)
{
	const char *at = memchr(address.p, '@', address.n);
	size_t n = (size_t)(at - address.p) + 1;

	return (struct span){address.p + n, address.n - n};
}

int
mail_address_check(struct span s, struct err *err)
{
	const char *at = memchr(s.p, '@', s.n);
	struct span local = {s.p, at == NULL ? 0 : (size_t)(at - s.p)};

	if (s.n > MAIL_ADDRESS_MAX)
		return err_set(err, "the address is longer than %zu bytes",
		    MAIL_ADDRESS_MAX);
	if (at == NULL)
		return err_set(err, "not an e-mail address: no @");
	if (!local_ok(local))
		return err_set(err,
		    "not an e-mail address that can be used: before the @ are "
		    "up to %zu letters, digits, dots between them, and "
		    "!$'*+-=_~",
		    MAIL_LOCAL_MAX);
	if (!mail_domain_ok(mail_domain_of(s)))
		return err_set(err,
		    "not an e-mail address that can be used: after the @ is "
		    "the name of a host, in ASCII");
	return 0;
}

bool
mail_is_mailto(struct span url)
{
	return url.n >= MAILTO.n &&
	    ascii_same((struct span){url.p, MAILTO.n}, MAILTO.p);
}

int
mail_address_of(struct span url, struct span *address, struct err *err)
{
	if (!mail_is_mailto(url))
		return err_set(err, "not a mailto: URL");
	*address = (struct span){url.p + MAILTO.n, url.n - MAILTO.n};
	for (size_t i = 0; i < address->n; i++) {
		if (strchr("?,;%", address->p[i]) != NULL &&
		    address->p[i] != '\0')
			return err_set(err,
			    "a mailto: URL has one address and nothing else");
	}
	return mail_address_check(*address, err);
}
