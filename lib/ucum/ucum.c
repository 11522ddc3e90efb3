#include "ucum/ucum.h"

/* Symbols that take a prefix. */
static const char *const metric[] = {
    /* SI */
    "m", "s", "g", "rad", "K", "C", "cd", "mol", "sr", "Hz", "N", "Pa", "J",
    "W", "A", "V", "F", "Ohm", "S", "Wb", "Cel", "T", "H", "lm", "lx", "Bq",
    "Gy", "Sv", "l", "L", "ar", "t", "bar", "u", "eV", "kat",
    /* logarithms, information */
    "Np", "B", "B[SPL]", "B[V]", "B[W]", "bit", "By",
    /* medicine */
    "m[Hg]", "m[H2O]", "cal", "U", "[iU]", "[IU]", "eq", "osm", "g%", "R",
    "RAD", "REM", "Ci", "P", "St", "dyn", "erg", "G"};

/* Symbols that take none. */
static const char *const plain[] = {
    /* numbers, angles, time */
    "%", "10*", "10^", "[pi]", "[ppth]", "[ppm]", "[ppb]", "deg", "'", "''",
    "min", "h", "d", "wk", "mo", "a",
    /* medicine */
    "[Cal]", "[pH]", "[degF]", "[drp]", "[HPF]", "[LPF]", "[CFU]", "[diop]",
    /* customary */
    "[in_i]", "[ft_i]", "[yd_i]", "[mi_i]", "[lb_av]", "[oz_av]", "[foz_us]",
    "[gal_us]", "[psi]", "[kn_i]"};

static const char *const prefixes[] = {"Y", "Z", "E", "P", "T", "G", "M", "k",
    "h", "da", "d", "c", "m", "u", "n", "p", "f", "a", "z", "y", "Ki", "Mi",
    "Gi", "Ti"};

static bool term(const char **p, const char *end);

/* ${s} is not empty. */
static bool
listed(struct span s, const char *const list[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s.p[0] == list[i][0] && span_is(s, list[i]))
			return true;
	}
	return false;
}

#define LISTED(s, list) listed((s), (list), sizeof(list) / sizeof((list)[0]))

static bool
simple_unit(struct span s)
{
	if (LISTED(s, metric) || LISTED(s, plain))
		return true;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t n = strlen(prefixes[i]);

		if (s.n > n && memcmp(s.p, prefixes[i], n) == 0 &&
		    LISTED(((struct span){s.p + n, s.n - n}), metric))
			return true;
	}
	return false;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *
skip_digits(const char *p, const char *end)
{
	while (p < end && is_digit(*p))
		p++;
	return p;
}

/* The end of the symbol at ${p}.  Digits and signs after it are an exponent,
 * but inside brackets they are part of it. */
static const char *
symbol_end(const char *p, const char *end)
{
	bool bracket = false;

	if (end - p >= 3 && memcmp(p, "10", 2) == 0 &&
	    (p[2] == '*' || p[2] == '^'))
		return p + 3;
	for (; p < end; p++) {
		if (*p == '[')
			bracket = true;
		else if (*p == ']')
			bracket = false;
		else if (!bracket &&
		    (is_digit(*p) || *p == '/' || *p == '\0' ||
			strchr(".(){}+-", *p) != NULL))
			break;
	}
	return p;
}

/* "{...}" of visible ASCII, if there is one. */
static bool
annotation(const char **p, const char *end)
{
	const char *q = *p;

	if (q == end || *q != '{')
		return true;
	for (q++; q < end && *q != '}'; q++) {
		if (*q <= ' ' || *q > '~' || *q == '{')
			return false;
	}
	if (q == end)
		return false;
	*p = q + 1;
	return true;
}

static bool
component(const char **p, const char *end)
{
	const char *q = *p;

	if (q == end)
		return false;
	if (*q == '(') {
		*p = q + 1;
		if (!term(p, end) || *p == end || **p != ')')
			return false;
		(*p)++;
		return true;
	}
	if (*q == '{')
		return annotation(p, end);
	q = symbol_end(*p, end);
	if (q == *p) { /* a number by itself */
		q = skip_digits(*p, end);
		if (q == *p)
			return false;
		*p = q;
		return annotation(p, end);
	}
	if (!simple_unit((struct span){*p, (size_t)(q - *p)}))
		return false;
	if (q < end && (*q == '+' || *q == '-')) {
		if (++q == end || !is_digit(*q))
			return false;
	}
	*p = skip_digits(q, end);
	return annotation(p, end);
}

static bool
term(const char **p, const char *end)
{
	if (!component(p, end))
		return false;
	while (*p < end && (**p == '.' || **p == '/')) {
		(*p)++;
		if (!component(p, end))
			return false;
	}
	return true;
}

bool
ucum_valid(struct span s)
{
	const char *p = s.p, *end = s.p + s.n;

	if (s.n == 0 || s.n > UCUM_MAX)
		return false;
	if (*p == '/')
		p++;
	return term(&p, end) && p == end;
}
