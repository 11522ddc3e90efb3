#include "buf/ascii.h"
#include "event/event.h"
#include "event/shapes.h"
#include "id/id.h"
#include "instant/instant.h"
#include "ucum/ucum.h"

const char *
event_not_instant(struct span s)
{
	int64_t ms;

	return instant_parse(s, &ms) == 0
	    ? NULL
	    : "is not an RFC 3339 time with offset";
}

const char *
event_not_unit(struct span s)
{
	return ucum_valid(s) ? NULL : "is not a UCUM unit";
}

const char *
event_not_sha256(struct span s)
{
	bool good = s.n == 64;

	for (size_t i = 0; good && i < s.n; i++)
		good = (s.p[i] >= '0' && s.p[i] <= '9') ||
		    (s.p[i] >= 'a' && s.p[i] <= 'f');
	return good ? NULL : "is not a SHA-256 in lower-case hexadecimal";
}

const char *
event_not_id(struct span s)
{
	return id_usable(s) ? NULL
			    : "is not an ID: 1 to 256 visible ASCII characters "
			      "without full stop, quote and backslash";
}

/* "1.0": major and minor, without leading zeros. */
const char *
event_not_version(struct span s)
{
	size_t major = 0, minor;

	while (major < s.n && s.p[major] >= '0' && s.p[major] <= '9')
		major++;
	minor = major + 1;
	while (minor < s.n && s.p[minor] >= '0' && s.p[minor] <= '9')
		minor++;
	if (major == 0 || major + 1 >= s.n || s.p[major] != '.' ||
	    minor != s.n || (s.p[0] == '0' && major > 1) ||
	    (s.p[major + 1] == '0' && minor > major + 2))
		return "is not a version: MAJOR.MINOR";
	if (major == 1 && s.p[0] == '0' + EVENT_SCHEMA_MAJOR)
		return NULL;
	return "is a version that is not supported (supported: "
	       "1.x)";
}

const char *
event_not_type(struct span s)
{
	bool good = s.n > 0;

	for (size_t i = 0; good && i < s.n; i++) {
		bool first = i == 0 || s.p[i - 1] == '.';
		char c = s.p[i];

		good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '_' ||
		    (c == '.' && !first && i + 1 < s.n);
	}
	return good ? NULL
		    : "is not a type: words of letters, digits and '_', joined "
		      "by full stops";
}

static bool
has_control(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7f)
			return true;
	}
	return false;
}

const char *
event_session_wrong(struct span s)
{
	if (s.n == 0 || s.n > EVENT_SESSION_MAX || has_control(s) ||
	    !json_utf8_valid(s, NULL))
		return "is not a session ID: 1 to 256 bytes of UTF-8 without "
		       "control characters";
	return NULL;
}

static const char *
device_wrong(struct span name, struct span value)
{
	if (name.n == 0 || name.n > EVENT_DEVICE_NAME_MAX)
		return "has a name that is not 1 to 32 letters long";
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(i > 0 && c >= '0' && c <= '9')))
			return "has a name that is not of letters and digits";
	}
	if (value.n == 0 || value.n > EVENT_DEVICE_VALUE_MAX ||
	    has_control(value) || !json_utf8_valid(value, NULL))
		return "has a value that is not 1 to 256 bytes of UTF-8 "
		       "without control characters";
	return NULL;
}

int
event_devices_read(const char *const text[], size_t n,
    struct event_device device[EVENT_DEVICE_MAX], struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct event_device *d = &device[i];
		const char *wrong;

		d->name = (struct span){text[i], strcspn(text[i], "=")};
		if (text[i][d->name.n] != '=')
			return err_set(err, "'%s' is not NAME=VALUE", text[i]);
		d->value = span_of(text[i] + d->name.n + 1);
		wrong = device_wrong(d->name, d->value);
		if (wrong != NULL)
			return err_set(err, "'%s' %s", text[i], wrong);
		for (size_t j = 0; j < i; j++) {
			if (device[j].name.n == d->name.n &&
			    memcmp(device[j].name.p, d->name.p, d->name.n) == 0)
				return err_set(err, "%.*s given twice",
				    (int)d->name.n, d->name.p);
		}
	}
	return 0;
}

/* RFC 3986 letters, and '%' with two hexadecimal digits. */
const char *
event_uri_wrong(struct span s)
{
	static const char other[] = "-._~:/?#[]@!$&'()*+,;=%";
	static const char hex[] = "0123456789abcdefABCDEF";
	bool good = s.n > 0 && s.n <= 2048;

	for (size_t i = 0; good && i < s.n; i++) {
		char c = s.p[i];

		good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') ||
		    (c != '\0' && strchr(other, c) != NULL);
		if (c == '%')
			good = i + 2 < s.n && s.p[i + 1] != '\0' &&
			    strchr(hex, s.p[i + 1]) != NULL &&
			    s.p[i + 2] != '\0' &&
			    strchr(hex, s.p[i + 2]) != NULL;
	}
	return good ? NULL : "is not a URI reference (RFC 3986)";
}

/* Remove a token (RFC 9110) from the start of ${s}. */
static struct span
take_token(struct span *s)
{
	struct span token = {s->p, 0};

	while (token.n < s->n && ascii_token((struct span){s->p + token.n, 1}))
		token.n++;
	s->p += token.n;
	s->n -= token.n;
	return token;
}

static bool
take_byte(struct span *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

/* A quoted string, in which a backslash may escape any byte. */
static bool
take_quoted(struct span *s)
{
	if (!take_byte(s, '"'))
		return false;
	while (s->n > 0 && s->p[0] != '"') {
		if (take_byte(s, '\\') && s->n == 0)
			return false;
		s->p++;
		s->n--;
	}
	return take_byte(s, '"');
}

/* Any number of "; name=value", with blanks around the semicolon. */
static bool
good_parameters(struct span s)
{
	for (s = ascii_trim(s); s.n > 0; s = ascii_trim(s)) {
		if (!take_byte(&s, ';'))
			return false;
		s = ascii_trim(s);
		if (s.n == 0 || s.p[0] == ';')
			continue; /* RFC 9110 allows empty ones */
		if (take_token(&s).n == 0 || !take_byte(&s, '=') ||
		    (!take_quoted(&s) && take_token(&s).n == 0))
			return false;
	}
	return true;
}

bool
event_json_type(struct span s)
{
	struct span type, sub, end;

	s = ascii_trim(s);
	type = take_token(&s);
	if (type.n == 0 || !take_byte(&s, '/'))
		return false;
	sub = take_token(&s);
	end = sub.n > 5 ? (struct span){sub.p + sub.n - 5, 5} : sub;
	return (ascii_same(sub, "json") || ascii_same(end, "+json")) &&
	    good_parameters(s);
}
