/* The index of filters finds what comparing every filter finds. */
#include <inttypes.h>

#include "check.h"
#include "hub/match.h"

#define FILTERS 400
#define OBSERVATIONS 400

static uint64_t draw_state;

static uint32_t
draw(uint32_t below)
{
	draw_state = draw_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(draw_state >> 33) % below;
}

/* ---- Random filters and Observations ---------------------------------------- */

static const char *const systems[] = {"", "urn:a", "urn:b"};

/* Append a token of one of three systems and five codes. */
static void
put_token(struct buf *b)
{
	switch (draw(4)) {
	case 0:
		buf_addf(b, "%s|c%u", systems[draw(3)], draw(5));
		break;
	case 1:
		buf_addf(b, "%s|", systems[1 + draw(2)]);
		break;
	default:
		buf_addf(b, "c%u", draw(5));
	}
}

/* Append the value of a parameter of kind ${kind}. */
static void
put_value(unsigned kind, struct buf *b)
{
	switch (kind) {
	case 0: /* tokens */
	case 1:
	case 2:
		put_token(b);
		break;
	case 3: /* a reference */
		if (draw(4) == 0)
			buf_addf(b, "https://a.example/Patient/%u", draw(6));
		else
			buf_addf(
			    b, "%s%u", draw(2) == 0 ? "Patient/" : "", draw(6));
		break;
	case 4:
		buf_addf(b, "%u", draw(6));
		break;
	case 5: /* an identifier */
		if (draw(2) == 0)
			buf_addf(b, "%s|", systems[draw(3)]);
		buf_addf(b, "i%u", draw(5));
		break;
	case 6:
		put_token(b);
		buf_addf(b, "$ge%u", draw(8));
		break;
	default:
		buf_addf(b, "le%u", draw(8));
	}
}

static struct hub_filter *
random_filter(void)
{
	static const char *const name[] = {"code", "combo-code", "category",
	    "subject", "patient", "subject:identifier",
	    "combo-code-value-quantity", "value-quantity"};
	struct hub_filter *f = hub_filter_new(HUB_FOR_TOPIC);
	struct err err;
	struct buf b;

	buf_init(&b);
	for (uint32_t n = draw(4); n > 0; n--) {
		uint32_t kind = draw(8);

		buf_clear(&b);
		put_value(kind, &b);
		for (uint32_t more = draw(3); more > 0; more--) {
			buf_add_byte(&b, ',');
			put_value(kind, &b);
		}
		if (hub_filter_add(
			f, span_of(name[kind]), buf_span(&b), &err) != 0) {
			printf("Bail out! %s\n", err.text);
			exit(1);
		}
	}
	buf_release(&b);
	return f;
}

static void
put_coding(struct buf *b)
{
	const char *system_uri = systems[draw(3)];

	buf_add_text(b, "{\"coding\":[{");
	if (system_uri[0] != '\0')
		buf_addf(b, "\"system\":\"%s\",", system_uri);
	buf_addf(b, "\"code\":\"c%u\"}]}", draw(5));
}

static void
random_observation(struct buf *b)
{
	buf_clear(b);
	buf_add_text(b,
	    "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":");
	put_coding(b);
	buf_add_text(b, ",\"category\":[");
	put_coding(b);
	buf_addf(b, "],\"valueQuantity\":{\"value\":%u}", draw(8));
	if (draw(3) == 0) {
		buf_add_text(b, ",\"component\":[{\"code\":");
		put_coding(b);
		buf_addf(b, ",\"valueQuantity\":{\"value\":%u}}]", draw(8));
	}
	if (draw(5) != 0) {
		buf_addf(b, ",\"subject\":{\"reference\":\"%sPatient/%u\"",
		    draw(4) == 0 ? "https://a.example/" : "", draw(6));
		if (draw(2) == 0)
			buf_addf(b,
			    ",\"identifier\":{\"system\":\"%s\",\"value\":"
			    "\"i%u\"}",
			    systems[1 + draw(2)], draw(5));
		buf_add_byte(b, '}');
	}
	buf_add_byte(b, '}');
}

/* ---- The comparison ---------------------------------------------------------- */

static struct hub_entry entry[FILTERS];
static bool listed[FILTERS];
static unsigned found[FILTERS];

static int
count(void *context, struct hub_entry *e)
{
	(void)context;
	found[e - entry]++;
	return 0;
}

/* Does the index find each filter that matches ${o}, once, and no other? */
static bool
agrees(struct hub_match *m, const struct hub_observation *o, size_t *matches)
{
	bool good;

	memset(found, 0, sizeof(found));
	good = hub_match_each(m, o, count, NULL) == 0;
	for (size_t i = 0; i < FILTERS && good; i++) {
		bool wanted =
		    listed[i] && hub_filter_matches(entry[i].filter, o);

		good = found[i] == (wanted ? 1 : 0);
		*matches += wanted;
	}
	return good;
}

int
main(void)
{
	static struct hub_observation o; /* large */
	const char *given = getenv("SEED");
	struct hub_filter *filter[FILTERS];
	struct hub_match m;
	struct buf b;
	struct err err;
	bool good = true;
	size_t matches = 0;

	draw_state = given != NULL ? strtoull(given, NULL, 10) : 1;
	printf("# SEED=%" PRIu64 "\n", draw_state);
	hub_match_init(&m, 7);
	hub_observation_init(&o);
	buf_init(&b);
	for (size_t i = 0; i < FILTERS; i++) {
		filter[i] = random_filter();
		entry[i].filter = filter[i];
		listed[i] = true;
		good = good && hub_match_add(&m, &entry[i]) == 0;
	}
	for (int i = 0; i < OBSERVATIONS && good; i++) {
		size_t which = draw(FILTERS);

		random_observation(&b);
		good = hub_observation_read(&o, buf_span(&b), &err) == 0 &&
		    agrees(&m, &o, &matches);
		/* One filter comes or goes. */
		if (listed[which])
			hub_match_remove(&m, &entry[which]);
		else
			good = good && hub_match_add(&m, &entry[which]) == 0;
		listed[which] = !listed[which];
	}
	if (!good)
		printf("# %s\n", buf_string(&b));
	CHECK(good && matches > OBSERVATIONS,
	    "the index finds what comparing every filter finds");
	for (size_t i = 0; i < FILTERS; i++) {
		if (listed[i])
			hub_match_remove(&m, &entry[i]);
		hub_filter_free(filter[i]);
	}
	CHECK(m.lists.count == 0 && m.rest.entries == 0,
	    "no list is left when all are removed");
	hub_match_release(&m);
	hub_observation_release(&o);
	buf_release(&b);
	return check_done();
}
