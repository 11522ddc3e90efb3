#include "mail/address.h"
#include "outgoing/shown.h"
#include "post/internal.h"

static int
check_server(const struct post_options *o, struct err *err)
{
	struct http_mail_server m = {
	    .url = o->smtp, .from = o->smtp_from, .plain = o->smtp_plain};
	struct err why;

	if (mail_address_check(span_of(o->smtp_from), &why) != 0)
		return err_set(err, "--smtp-from: %s", why.text);
	/* The URL may have a password, and is not shown. */
	if (http_mail_server_check(&m, &why) != 0)
		return err_set(err, "--smtp: %s", why.text);
	return 0;
}

int
post_check_mail(const struct post_options *o, struct err *err)
{
	struct outgoing_shown shown;
	struct span address;
	struct err why;

	if (o->smtp != NULL && check_server(o, err) != 0)
		return -1;
	if (o->url == NULL || !mail_is_mailto(span_of(o->url)))
		return 0;
	if (mail_address_of(span_of(o->url), &address, &why) != 0)
		return err_set(err, "%s: %s",
		    outgoing_shown_url(&shown, span_of(o->url)), why.text);
	if (o->smtp == NULL)
		return err_set(err, "a mailto: URL needs --smtp");
	if (o->token_file != NULL || o->header_file != NULL)
		return err_set(err,
		    "--token-file and --header-file are not for a mailto: URL");
	return 0;
}

int
post_load_mail(struct post_run *r, struct err *err)
{
	const struct post_options *o = r->o;
	struct crypto_secret_from from = {.file = o->smtp_login, .fd = -1};
	struct span rest, extra;

	r->mail = (struct http_mail_server){
	    .url = o->smtp, .from = o->smtp_from, .plain = o->smtp_plain};
	if (o->smtp_login == NULL)
		return 0;
	if (crypto_secret_load(&from, &r->login, err) != 0)
		return -1;
	rest = buf_span(&r->login.text);
	if (!crypto_secret_line(&rest, &r->mail.user) ||
	    !crypto_secret_line(&rest, &r->mail.password) ||
	    crypto_secret_line(&rest, &extra))
		return err_set(err,
		    "%s: not two lines, the user and the password",
		    o->smtp_login);
	return 0;
}
