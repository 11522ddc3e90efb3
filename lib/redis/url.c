#include "redis/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#define PORT 6379
#define SENTINEL_PORT 26379

static bool
name_ok(struct span s, size_t max, const char *more)
{
	if (s.n == 0 || s.n >= max)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((c < '0' || c > '9') && (c < 'A' || c > 'Z') &&
		    (c < 'a' || c > 'z') &&
		    (c == '\0' || strchr(more, c) == NULL))
			return false;
	}
	return true;
}

static bool
stream_ok(struct span name)
{
	return name_ok(name, REDIS_NAME_MAX, "._:-");
}

/* Take the bytes before the first ${c} off ${s}, and ${c}.  Return false if it
 * is not there. */
static bool
split(struct span *s, char c, struct span *before)
{
	const char *at = s->n == 0 ? NULL : memchr(s->p, c, s->n);

	if (at == NULL)
		return false;
	*before = (struct span){s->p, (size_t)(at - s->p)};
	s->n -= before->n + 1;
	s->p = at + 1;
	return true;
}

static void
copy(char *to, struct span s)
{
	if (s.n > 0)
		memcpy(to, s.p, s.n);
	to[s.n] = '\0';
}

static int
read_scheme(struct span *rest, struct redis_url *u, bool *unix_socket,
    bool *sentinel, struct err *err)
{
	static const struct {
		const char *text;
		bool tls, unix_socket, sentinel;
	} scheme[] = {
	    {"redis://", false, false, false},
	    {"rediss://", true, false, false},
	    {"redis+unix://", false, true, false},
	    {"redis+sentinel://", false, false, true},
	    {"rediss+sentinel://", true, false, true},
	};

	for (size_t i = 0; i < sizeof(scheme) / sizeof(scheme[0]); i++) {
		size_t n = strlen(scheme[i].text);

		if (rest->n < n || strncasecmp(rest->p, scheme[i].text, n) != 0)
			continue;
		u->tls = scheme[i].tls;
		*unix_socket = scheme[i].unix_socket;
		*sentinel = scheme[i].sentinel;
		rest->p += n;
		rest->n -= n;
		return 0;
	}
	return err_set(err,
	    "not a URL of Redis (redis://HOST/STREAM, rediss://HOST/STREAM, "
	    "redis+unix:///PATH?stream=STREAM or "
	    "redis+sentinel://HOST,HOST/MASTER/STREAM)");
}

static int
read_stream(struct span s, struct redis_url *u, struct err *err)
{
	if (s.n == 0)
		return err_set(err, "the URL names no stream");
	if (!stream_ok(s))
		return err_set(err,
		    "the name of the stream is not 1 to %d of "
		    "A-Z a-z 0-9 . _ : -",
		    REDIS_NAME_MAX - 1);
	copy(u->stream, s);
	return 0;
}

/* "/PATH?stream=STREAM" */
static int
read_unix(struct span s, struct redis_url *u, struct err *err)
{
	static const char key[] = "stream=";
	struct span path;

	if (!split(&s, '?', &path) || s.n < sizeof(key) - 1 ||
	    memcmp(s.p, key, sizeof(key) - 1) != 0)
		return err_set(err,
		    "the URL names no stream (redis+unix:///PATH?stream=NAME)");
	if (path.n < 2 || path.p[0] != '/')
		return err_set(err, "the path of the socket is not absolute");
	if (path.n >= REDIS_PATH_MAX)
		return err_set(err,
		    "the path of the socket is longer than %d bytes",
		    REDIS_PATH_MAX - 1);
	copy(u->path, path);
	s.p += sizeof(key) - 1;
	s.n -= sizeof(key) - 1;
	return read_stream(s, u, err);
}

static int
read_port(struct span s, struct redis_place *to, struct err *err)
{
	uint32_t port = 0;

	for (size_t i = 0; i < s.n && port <= UINT16_MAX; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			port = UINT16_MAX;
		port = port * 10 + (uint32_t)(s.p[i] - '0');
	}
	if (s.n == 0 || port == 0 || port > UINT16_MAX)
		return err_set(err, "the port is not 1 to %d", UINT16_MAX);
	to->port = (uint16_t)port;
	return 0;
}

/* "HOST[:PORT]" */
static int
read_place(
    struct span s, uint16_t port, struct redis_place *to, struct err *err)
{
	struct in6_addr v6;
	struct span host = s;
	bool has_port;

	to->port = port;
	if (s.n > 0 && s.p[0] == '[') {
		s.p++;
		s.n--;
		if (!split(&s, ']', &host) || host.n >= REDIS_HOST_MAX)
			return err_set(err, "'[' without ']' in the host");
		copy(to->host, host);
		if (inet_pton(AF_INET6, to->host, &v6) != 1)
			return err_set(err, "not an IPv6 address in brackets");
		has_port = s.n > 0 && s.p[0] == ':';
		if (s.n > 0 && !has_port)
			return err_set(err, "bad text after ']'");
		s.p += has_port;
		s.n -= has_port;
	} else {
		has_port = split(&s, ':', &host);
		if (host.n == 0)
			return err_set(err, "the URL has no host");
		if (!name_ok(host, REDIS_HOST_MAX, "._-"))
			return err_set(err, "not the name of a host");
		copy(to->host, host);
	}
	return has_port ? read_port(s, to, err) : 0;
}

/* A '/' or '@' in the password must not lead to a message about something
 * else. */
static int
refuse_password(struct span s, struct err *err)
{
	struct span user;

	while (split(&s, '@', &user))
		if (user.n > 0 && memchr(user.p, ':', user.n) != NULL)
			return err_set(err,
			    "a password in a URL can be read by every user of "
			    "this machine: use --redis-password-file FILE");
	return 0;
}

static int
read_user(struct span s, struct redis_url *u, struct err *err)
{
	if (!name_ok(s, REDIS_NAME_MAX, "._-"))
		return err_set(err,
		    "the user is not 1 to %d of A-Z a-z 0-9 . _ -",
		    REDIS_NAME_MAX - 1);
	copy(u->user, s);
	return 0;
}

/* "HOST[:PORT],HOST[:PORT]" */
static int
read_sentinels(struct span s, struct redis_url *u, struct err *err)
{
	struct span one;
	bool more = true;

	while (more) {
		more = split(&s, ',', &one);
		if (!more)
			one = s;
		if (u->places == REDIS_SENTINELS_MAX)
			return err_set(
			    err, "more than %d Sentinels", REDIS_SENTINELS_MAX);
		if (read_place(
			one, SENTINEL_PORT, &u->place[u->places++], err) != 0)
			return -1;
	}
	return 0;
}

int
redis_url_read(const char *text, struct redis_url *u, struct err *err)
{
	struct span rest = span_of(text), user, hosts, master;
	bool unix_socket = false, sentinel = false;

	memset(u, 0, sizeof(*u));
	if (rest.n > REDIS_URL_MAX)
		return err_set(
		    err, "the URL is longer than %d bytes", REDIS_URL_MAX);
	if (read_scheme(&rest, u, &unix_socket, &sentinel, err) != 0)
		return -1;
	if (refuse_password(rest, err) != 0)
		return -1;
	if (unix_socket)
		return read_unix(rest, u, err);
	if (!split(&rest, '/', &hosts)) {
		hosts = rest;
		rest.n = 0;
	}
	if (split(&hosts, '@', &user) && read_user(user, u, err) != 0)
		return -1;
	if (!sentinel) {
		u->places = 1;
		return read_place(hosts, PORT, &u->place[0], err) != 0
		    ? -1
		    : read_stream(rest, u, err);
	}
	if (read_sentinels(hosts, u, err) != 0)
		return -1;
	if (!split(&rest, '/', &master) ||
	    !name_ok(master, REDIS_NAME_MAX, "._-"))
		return err_set(err,
		    "the URL does not have the form "
		    "redis+sentinel://HOST,HOST/MASTER/STREAM");
	copy(u->master, master);
	return read_stream(rest, u, err);
}

bool
redis_url_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (strcasecmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

void
redis_url_show_place(const struct redis_place *p, struct buf *out)
{
	bool v6 = strchr(p->host, ':') != NULL;

	buf_addf(out, "%s%s%s:%u", v6 ? "[" : "", p->host, v6 ? "]" : "",
	    (unsigned)p->port);
}

void
redis_url_show(const struct redis_url *u, struct buf *out)
{
	const char *s = u->tls ? "s" : "";

	if (u->path[0] != '\0') {
		buf_addf(out, "redis+unix://%s?stream=%s", u->path, u->stream);
		return;
	}
	buf_addf(
	    out, "redis%s%s://", s, u->master[0] != '\0' ? "+sentinel" : "");
	for (size_t i = 0; i < u->places; i++) {
		if (i > 0)
			buf_add_byte(out, ',');
		redis_url_show_place(&u->place[i], out);
	}
	buf_addf(out, "/%s%s%s", u->master, u->master[0] != '\0' ? "/" : "",
	    u->stream);
}
