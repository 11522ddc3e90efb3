#include "hub/channel.h"

#include "buf/ascii.h"

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

	if (s->n < n || !ascii_same((struct span){s->p, n}, prefix))
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

static bool
is_loopback(struct span authority)
{
	const char *colon;

	if (take_prefix(&authority, "[::1]"))
		return authority.n == 0 || authority.p[0] == ':';
	colon = authority.n == 0 ? NULL : memchr(authority.p, ':', authority.n);
	if (colon != NULL)
		authority.n = (size_t)(colon - authority.p);
	return span_is(authority, "127.0.0.1") ||
	    ascii_same(authority, "localhost");
}

static int
check_url(struct span url, bool allow_http, struct err *err)
{
	bool secure = take_prefix(&url, "https://");
	struct span authority;

	if (!secure && !take_prefix(&url, "http://"))
		return err_set(err, "must be an https URL");
	authority = authority_of(url);
	if (authority.n == 0 || authority.p[0] == ':')
		return err_set(err, "has no host");
	if (memchr(authority.p, '@', authority.n) != NULL)
		return err_set(err, "must not have a user or password");
	if (memchr(url.p, '#', url.n) != NULL)
		return err_set(err, "must not have a fragment");
	if (!secure && !allow_http && !is_loopback(authority))
		return err_set(err, "must be an https URL");
	return 0;
}

static int
check_mailto(struct span url, struct err *err)
{
	const char *at;

	if (!take_prefix(&url, "mailto:"))
		return err_set(err, "must be a mailto URL");
	at = url.n == 0 ? NULL : memchr(url.p, '@', url.n);
	/* One address: no list, no header, nothing that is encoded. */
	for (size_t i = 0; at != NULL && i < url.n; i++) {
		if (strchr(",;?&%<>\"\\()", url.p[i]) != NULL ||
		    (url.p[i] == '@' && url.p + i != at))
			at = NULL;
	}
	if (at == NULL || at == url.p || at + 1 == url.p + url.n)
		return err_set(err, "must be mailto:USER@HOST");
	return 0;
}

int
hub_endpoint_check(
    enum hub_channel channel, struct span url, bool allow_http, struct err *err)
{
	if (url.n > HUB_ENDPOINT_MAX)
		return err_set(
		    err, "is longer than %d bytes", HUB_ENDPOINT_MAX);
	if (!is_visible(url))
		return err_set(err, "has a character that a URL cannot have");
	if (channel == HUB_EMAIL)
		return check_mailto(url, err);
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
	/* Those of the connection, of the body, and of the message. */
	static const char *const reserved[] = {"connection", "content-encoding",
	    "content-length", "content-type", "expect", "host", "keep-alive",
	    "proxy-authorization", "proxy-connection", "te", "trailer",
	    "transfer-encoding", "upgrade", "user-agent"};
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
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (ascii_same(name, reserved[i]))
			return err_set(
			    err, "%s is set by the sender", reserved[i]);
	}
	return 0;
}
