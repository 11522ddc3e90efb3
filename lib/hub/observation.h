/* Private to lib/hub: what filters need of an Observation. */
#ifndef HUB_OBSERVATION_H
#define HUB_OBSERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "json/json.h"

/* The most codings, and the most components, of an Observation. */
#define HUB_CODINGS_MAX 256
#define HUB_COMPONENTS_MAX 64

/* The part of a coding that is not of a component. */
#define HUB_MAIN 0

/* Where a coding is. */
enum hub_place {
	HUB_CODE, /* of the Observation or of a component */
	HUB_CATEGORY
};

struct hub_coding {
	enum hub_place place;
	size_t part;           /* HUB_MAIN, or 1 + the index of the component */
	struct span uri, code; /* n 0: none */
};

struct hub_quantity {
	bool given;
	double value;
	struct span uri, code, unit; /* n 0: none */
};

/* Spans point into the text of the Observation or into ${unescaped}. */
struct hub_observation {
	struct span id; /* n 0: none */
	struct span status;
	struct span reference;  /* of the subject; n 0: none */
	struct span type;       /* of the subject, "Patient"; n 0: unknown */
	struct span uri, value; /* of its identifier; n 0: none */
	int64_t start, end;     /* effective; if there is none, INT64_MIN */
	struct hub_coding coding[HUB_CODINGS_MAX];
	size_t codings;
	struct hub_quantity quantity[1 + HUB_COMPONENTS_MAX]; /* by part */
	size_t parts;

	/* Private: */
	struct buf unescaped;
	struct json_index index[4]; /* by depth */
	struct json_scan scan[4];
};

void hub_observation_init(struct hub_observation *o);
void hub_observation_release(struct hub_observation *o);

/* Read the Observation ${text}, which must stay in place.  Return 0; or -1 with
 * ${err}: it is not an Observation, or its matched elements are malformed. */
int hub_observation_read(
    struct hub_observation *o, struct span text, struct err *err);

#endif
