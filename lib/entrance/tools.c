#include "entrance/entrance.h"

#include <string.h>

/* In the order of a pipe. */
static const struct entrance_tool tools[] = {
    {"synth", "Measure", "make a test video with a known pulse"},
    {"extract", NULL, "measure vital signs in video"},
    {"calibrate", NULL, "fit oxygen and blood pressure to references"},
    {"table", "Look", "print lines as a table, CSV or TSV"},
    {"plot", NULL, "draw lines: waves, trends, quality, delivery"},
    {"event", "Make events", "turn measurements into events"},
    {"fhir", NULL, "turn events into FHIR resources, and back"},
    {"seal", "Protect", "encrypt payloads"},
    {"open", NULL, "decrypt sealed messages"},
    {"sign", NULL, "sign payloads"},
    {"verify", NULL, "check signatures"},
    {"token", NULL, "make access tokens for streams"},
    {"post", "Deliver", "deliver events to webhooks, and lose none"},
    {"enqueue", NULL, "put lines into a queue that workers share"},
    {"receive", NULL, "be such a webhook"},
    {"stream", NULL, "serve lines live to many watchers"},
    {"listen", NULL, "print the lines of a stream"},
    {"hub", NULL, "serve FHIR Subscriptions"},
    {"audit", "Prove", "verify audit files, and show how delivery did"},
};

const struct entrance_tool *
entrance_tool_at(size_t i)
{
	return i < sizeof(tools) / sizeof(tools[0]) ? &tools[i] : NULL;
}

bool
entrance_is_tool(const char *name)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		if (strcmp(tools[i].name, name) == 0)
			return true;
	}
	return false;
}
