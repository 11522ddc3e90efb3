/* The primitive types (R4B, Data Types, 2.24.0.1). */
#include "buf/ascii.h"
#include "fhir/maker.h"
#include "fhir/types.h"

static bool
digits(struct span s, size_t from, size_t n)
{
	if (from + n > s.n)
		return false;
	for (size_t i = from; i < from + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return true;
}

static unsigned
two(struct span s, size_t from)
{
	return (unsigned)(s.p[from] - '0') * 10 +
	    (unsigned)(s.p[from + 1] - '0');
}

/* Is ${s} YYYY, YYYY-MM or YYYY-MM-DD, of a day that exists? */
static bool
is_date(struct span s)
{
	static const unsigned days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned year, month, day;
	bool leap;

	if (!digits(s, 0, 4) || memcmp(s.p, "0000", 4) == 0)
		return false;
	if (s.n == 4)
		return true;
	if (s.p[4] != '-' || !digits(s, 5, 2))
		return false;
	month = two(s, 5);
	if (month < 1 || month > 12)
		return false;
	if (s.n == 7)
		return true;
	if (s.n != 10 || s.p[7] != '-' || !digits(s, 8, 2))
		return false;
	year = two(s, 0) * 100 + two(s, 2);
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	day = two(s, 8);
	return day >= 1 && day <= days[month - 1] + (month == 2 && leap);
}

/* Is ${s} HH:MM:SS with any digits of the second?  The second 60 is allowed. */
static bool
is_time(struct span s)
{
	if (s.n < 8 || !digits(s, 0, 2) || s.p[2] != ':' || !digits(s, 3, 2) ||
	    s.p[5] != ':' || !digits(s, 6, 2) || two(s, 0) > 23 ||
	    two(s, 3) > 59 || two(s, 6) > 60)
		return false;
	return s.n == 8 || (s.n > 9 && s.p[8] == '.' && digits(s, 9, s.n - 9));
}

/* Is ${s} Z, or an offset of at most 14 hours? */
static bool
is_zone(struct span s)
{
	if (s.n == 1)
		return s.p[0] == 'Z';
	return s.n == 6 && (s.p[0] == '+' || s.p[0] == '-') &&
	    digits(s, 1, 2) && s.p[3] == ':' && digits(s, 4, 2) &&
	    two(s, 4) <= 59 &&
	    (two(s, 1) < 14 || (two(s, 1) == 14 && two(s, 4) == 0));
}

static bool
is_instant(struct span s)
{
	size_t zone = 11;

	if (s.n < 20 || s.p[10] != 'T' || !is_date((struct span){s.p, 10}))
		return false;
	while (zone < s.n && strchr("Z+-", s.p[zone]) == NULL)
		zone++;
	return is_time((struct span){s.p + 11, zone - 11}) &&
	    is_zone((struct span){s.p + zone, s.n - zone});
}

bool
fhir_is_string(struct span s)
{
	bool visible = false;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 && c != '\t' && c != '\r' && c != '\n')
			return false;
		visible |= c > 0x20;
	}
	return visible;
}

bool
fhir_is_id(struct span s)
{
	bool good = s.n >= 1 && s.n <= 64;

	for (size_t i = 0; good && i < s.n; i++)
		good = (s.p[i] >= '0' && s.p[i] <= '9') ||
		    (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
		    (s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '-' ||
		    s.p[i] == '.';
	return good;
}

/* Is ${s} without white space at its ends, and with single spaces inside? */
static bool
is_code(struct span s)
{
	bool space = true;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || (c == ' ' && space))
			return false;
		space = c == ' ';
	}
	return !space;
}

static bool
is_uri(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] <= 0x20)
			return false;
	}
	return s.n > 0;
}

static bool
is_oid(struct span s)
{
	bool dot = true;

	if (s.n < 10 || memcmp(s.p, "urn:oid:", 8) != 0 || s.p[8] > '2')
		return false;
	for (size_t i = 8; i < s.n; i++) {
		if ((s.p[i] != '.' && (s.p[i] < '0' || s.p[i] > '9')) ||
		    (s.p[i] == '.' && dot))
			return false;
		dot = s.p[i] == '.';
	}
	return !dot;
}

static bool
is_base64(struct span s)
{
	size_t n = 0, pad = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = ascii_lower(s.p[i]);

		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		n++;
		if (c == '=')
			pad++;
		else if (pad > 0 ||
		    ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '+' &&
			c != '/'))
			return false;
	}
	return n > 0 && n % 4 == 0 && pad <= 2;
}

static bool
is_between(struct span s, int64_t min)
{
	int64_t value;

	return json_integer(s, min, INT32_MAX, &value) == 0;
}

const char *
fhir_primitive_wrong(enum fhir_kind kind, struct span s)
{
	double x;

	switch (kind) {
	case FHIR_DECIMAL:
		return json_number(s, &x) == 0 ? NULL : "is not finite";
	case FHIR_INTEGER:
		return is_between(s, INT32_MIN)
		    ? NULL
		    : "is not an integer of 32 bits";
	case FHIR_POSITIVE:
		return is_between(s, 1) ? NULL : "is not a positive integer";
	case FHIR_UNSIGNED:
		return is_between(s, 0) ? NULL : "is not an integer from 0";
	case FHIR_STRING:
		return fhir_is_string(s) ? NULL
					 : "is blank or has control characters";
	case FHIR_CODE:
		return is_code(s) ? NULL : "is not a code";
	case FHIR_ID:
		return fhir_is_id(s) ? NULL : "is not an id";
	case FHIR_URI:
		return is_uri(s) ? NULL : "is not a URI";
	case FHIR_OID:
		return is_oid(s) ? NULL : "is not urn:oid: and an OID";
	case FHIR_UUID:
		return s.n == 45 && memcmp(s.p, "urn:uuid:", 9) == 0 &&
			id_is_uuid((struct span){s.p + 9, 36})
		    ? NULL
		    : "is not urn:uuid: and a UUID in lower case";
	case FHIR_DATE:
		return is_date(s) ? NULL : "is not a date";
	case FHIR_DATE_TIME:
		return is_date(s) || is_instant(s)
		    ? NULL
		    : "is neither a date nor a time with seconds and zone";
	case FHIR_INSTANT:
		return is_instant(s) ? NULL
				     : "is not a time with seconds and zone";
	case FHIR_TIME:
		return is_time(s) ? NULL : "is not a time";
	case FHIR_BASE64:
		return is_base64(s) ? NULL : "is not base64";
	case FHIR_COMPLEX:
	case FHIR_OPAQUE:
	case FHIR_INLINE_RESOURCE:
	case FHIR_BOOLEAN:
		break;
	}
	return NULL;
}
