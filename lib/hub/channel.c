#include "hub/channel.h"

#include "buf/ascii.h"
#include "header/header.h"
#include "mail/address.h"
#include "json/json.h"

const char *
hub_channel_code(enum hub_channel channel)
{
	static const char *const code[] = {
	    [HUB_REST_HOOK] = "rest-hook",
	    [HUB_WEBSOCKET] = "websocket",
	    [HUB_EMAIL] = "email",
	};

	return code[channel];
}

/* Remove ${prefix}, ignoring case, from the start of ${s}.  Return whether it
 * was there. */
static bool
take_prefix(struct span *s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (!ascii_starts(*s, prefix))
		return false;
	s->p += n;
	s->n -= n;
	return true;
}

/* ---- Endpoints ------------------------------------------------------------- */

static bool
is_visible(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
			return false;
	}
	return true;
}

/* The part of ${url}, without its scheme, before the path: HOST[:PORT]. */
static struct span
authority_of(struct span url)
{
	size_t n = 0;

	while (n < url.n && strchr("/?#", url.p[n]) == NULL)
		n++;
	return (struct span){url.p, n};
}

/* Divide ${authority} into the host, with its brackets, and the port, which
 * must be a number.  Return 0, or -1. */
static int
split(struct span authority, struct span *host, struct err *err)
{
	size_t n = authority.n;
	int64_t port;

	while (n > 0 && authority.p[n - 1] >= '0' && authority.p[n - 1] <= '9')
		n--;
	*host = authority;
	if (n > 0 && authority.p[n - 1] == ':') {
		struct span digits = {authority.p + n, authority.n - n};

		if (json_integer(digits, 1, 65535, &port) != 0)
			return err_set(err, "has an invalid port");
		host->n = n - 1;
	}
	return 0;
}

/* Is ${host} the name of a host, an IPv4 address, or one of IPv6 in brackets?
 */
static bool
is_host(struct span host)
{
	if (host.n < 3 || host.p[0] != '[' || host.p[host.n - 1] != ']')
		return mail_domain_ok(host);
	for (size_t i = 1; i < host.n - 1; i++) {
		if (ascii_hex(host.p[i]) < 0 && host.p[i] != ':' &&
		    host.p[i] != '.')
			return false;
	}
	return true;
}

static bool
is_loopback(struct span host)
{
	return span_is(host, "127.0.0.1") || span_is(host, "[::1]") ||
	    ascii_same(host, "localhost");
}

static int
check_url(struct span url, bool allow_http, struct err *err)
{
	bool secure = take_prefix(&url, "https://");
	struct span authority, host;

	if (!secure && !take_prefix(&url, "http://"))
		return err_set(err, "must be an https URL");
	authority = authority_of(url);
	if (authority.n == 0 || authority.p[0] == ':')
		return err_set(err, "has no host");
	if (memchr(authority.p, '@', authority.n) != NULL)
		return err_set(err, "must not have a user or password");
	if (split(authority, &host, err) != 0)
		return -1;
	if (!is_host(host))
		return err_set(err, "has an invalid host");
	if (memchr(url.p, '#', url.n) != NULL)
		return err_set(err, "must not have a fragment");
	if (!secure && !allow_http && !is_loopback(host))
		return err_set(err, "must be an https URL");
	return 0;
}

int
hub_endpoint_check(
    enum hub_channel channel, struct span url, bool allow_http, struct err *err)
{
	struct span address;

	if (url.n > HUB_ENDPOINT_MAX)
		return err_set(
		    err, "is longer than %d bytes", HUB_ENDPOINT_MAX);
	if (!is_visible(url))
		return err_set(err, "has a character that a URL cannot have");
	if (channel == HUB_EMAIL)
		return mail_address_of(url, &address, err);
	return check_url(url, allow_http, err);
}

/* ---- Content types --------------------------------------------------------- */

int
hub_payload_check(enum hub_channel channel, struct span type,
    enum fhir_version *version, struct err *err)
{
	struct span rest = type;

	if (type.n > HUB_PAYLOAD_MAX)
		return err_set(err, "is longer than %d bytes", HUB_PAYLOAD_MAX);
	*version = FHIR_R4B;
	if (channel == HUB_EMAIL) {
		if (ascii_same(type, "text/plain"))
			return 0;
		(void)take_prefix(&rest, "text/plain;attach=");
	}
	if (!take_prefix(&rest, "application/fhir+json"))
		return err_set(err,
		    channel == HUB_EMAIL
			? "must be text/plain, application/fhir+json, or "
			  "text/plain;attach=application/fhir+json"
			: "must be application/fhir+json");
	rest = ascii_trim(rest);
	if (rest.n == 0)
		return 0;
	if (rest.p[0] == ';') {
		rest = ascii_trim((struct span){rest.p + 1, rest.n - 1});
		if (ascii_same(rest, "fhirversion=4.0"))
			*version = FHIR_R4;
		if (*version == FHIR_R4 || ascii_same(rest, "fhirversion=4.3"))
			return 0;
	}
	return err_set(err,
	    "may only have the parameter fhirVersion, which must be 4.0 or "
	    "4.3");
}

/* ---- Headers --------------------------------------------------------------- */

int
hub_header_check(struct span line, struct err *err)
{
	const char *colon = memchr(line.p, ':', line.n);
	struct span name, value;

	if (line.n > HUB_HEADER_MAX)
		return err_set(err, "is longer than %d bytes", HUB_HEADER_MAX);
	if (colon == NULL)
		return err_set(err, "must be NAME: VALUE");
	name = (struct span){line.p, (size_t)(colon - line.p)};
	value = ascii_trim((struct span){colon + 1, line.n - name.n - 1});
	if (!ascii_token(name) || value.n == 0)
		return err_set(err, "must be NAME: VALUE");
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] < ' ' || value.p[i] >= 0x7f)
			return err_set(
			    err, "has a character that a header cannot have");
	}
	if (header_is_reserved(name))
		return err_set(err, "%.*s is set by the sender",
		    (int)(name.n > 80 ? 80 : name.n), name.p);
	return 0;
}
