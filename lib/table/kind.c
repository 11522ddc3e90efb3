#include "table/kind.h"

#define QUALITY                                        \
	"quality.signal quality.snrDb quality.motion " \
	"quality.illumination quality.coverage"
#define READING "vital value unit confidence status absentReason method"
#define RATES                                             \
	"heartRate heartRate.confidence respiratoryRate " \
	"respiratoryRate.confidence hrvSdnn hrvSdnn.confidence"

static const struct table_kind kinds[] = {
    {"measurement",
	"source faceIndex startTime offsetSeconds durationSeconds "
	"@all " QUALITY,
	"source faceIndex offsetSeconds durationSeconds " RATES
	" quality.signal",
	"readings",
	"source faceIndex startTime offsetSeconds durationSeconds " READING,
	"source faceIndex offsetSeconds " READING},
    {"sample", "source faceIndex startTime seq offsetSeconds @all " QUALITY,
	"source faceIndex seq offsetSeconds " RATES " quality.signal",
	"readings", "source faceIndex startTime seq offsetSeconds " READING,
	"source faceIndex offsetSeconds " READING},
    {"event",
	"id type time session.id session.subject session.startTime "
	"session.offsetSeconds session.durationSeconds seq "
	"@all " QUALITY " eventCount",
	"time session.id " RATES " type", "readings",
	"id type time session.id session.subject session.offsetSeconds "
	"session.durationSeconds seq " READING,
	"time session.id " READING},
    {"wave", "source faceIndex startTime offsetSeconds wave sampleRate values",
	"source faceIndex offsetSeconds wave sampleRate values", "values",
	"source faceIndex startTime wave seconds value",
	"source faceIndex wave seconds value"},
    {"trace",
	"source faceIndex offsetSeconds face.x face.y face.width face.height "
	"anchor luma repeated damaged",
	"source faceIndex offsetSeconds face.x face.y face.width face.height "
	"luma repeated damaged",
	"regions", "source faceIndex offsetSeconds name r g b pixels",
	"source faceIndex offsetSeconds name r g b pixels"},
    {"receipt",
	"id endpoint queue status attempts httpStatus smtpStatus partition n "
	"entry firstAttempt settled latencySeconds error",
	"id endpoint queue status attempts httpStatus smtpStatus partition n "
	"latencySeconds error",
	NULL, NULL, NULL},
    {"deadLetter",
	"id type time session.id deadLetter.endpoint deadLetter.attempts "
	"deadLetter.lastHttpStatus deadLetter.lastSmtpStatus deadLetter.time "
	"deadLetter.reason",
	"id deadLetter.endpoint deadLetter.attempts deadLetter.lastHttpStatus "
	"deadLetter.lastSmtpStatus deadLetter.time deadLetter.reason",
	NULL, NULL, NULL},
    {"spooled",
	"id endpoint status attempts httpStatus smtpStatus accepted "
	"firstAttempt nextAttempt settled error",
	"id endpoint status attempts httpStatus smtpStatus accepted "
	"nextAttempt error",
	NULL, NULL, NULL},
    {"audit",
	"seq time record endpoint client kind id session sessions subject "
	"subscription channel type content firstEvent lastEvent method path "
	"attempt status attempts httpStatus smtpStatus elapsedSeconds "
	"latencySeconds accepted address payloadBytes payloadSha256 lines sent "
	"lost omitted error reason",
	"seq time record endpoint client kind subscription id method path "
	"attempt status attempts httpStatus smtpStatus elapsedSeconds "
	"latencySeconds lines sent lost omitted error reason",
	NULL, NULL, NULL},
    {"partition", "partition worker backlog pending retrying oldest",
	"partition worker backlog pending retrying oldest", NULL, NULL, NULL},
    {"queue",
	"queue group partitions workers backlog pending retrying oldest dead",
	"queue group partitions workers backlog pending retrying oldest dead",
	NULL, NULL, NULL},
    {"stats",
	"endpoint from to events delivered dead expired unsettled successRate "
	"inTime inTimeRate attempts failedAttempts latencySeconds.p50 "
	"latencySeconds.p90 latencySeconds.p95 latencySeconds.p99 "
	"latencySeconds.p999 latencySeconds.max",
	"endpoint from events delivered dead expired unsettled successRate "
	"inTimeRate latencySeconds.p50 latencySeconds.p99 latencySeconds.max",
	NULL, NULL, NULL},
    {"step", "time sinceSeconds file number what", "time sinceSeconds what",
	NULL, NULL, NULL},
    {"chain", "file lines faults first seq chain hash",
	"file lines faults first seq", NULL, NULL, NULL},
    {"message", "id timestamp contentType signature payload",
	"id timestamp contentType payload", NULL, NULL, NULL},
    {"truth",
	"source scene seed durationSeconds width height frameRate frames "
	"skinTone motion motionPercent light lightLevel noise pulsePercent "
	"heartRate respiratoryRate hrvSdnn hrvRmssd transitSeconds beats",
	"source durationSeconds heartRate respiratoryRate hrvSdnn hrvRmssd "
	"beats",
	NULL, NULL, NULL},
    {"beat", "offsetSeconds intervalSeconds", "offsetSeconds intervalSeconds",
	NULL, NULL, NULL},
    {"reference", "source subject offsetSeconds vital value unit",
	"source subject offsetSeconds vital value unit", NULL, NULL, NULL},
};

const struct table_kind *
kind_at(size_t i)
{
	return i < sizeof(kinds) / sizeof(kinds[0]) ? &kinds[i] : NULL;
}

const struct table_kind *
kind_find(struct span name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (span_is(name, kinds[i].name))
			return &kinds[i];
	}
	return NULL;
}

static const struct json_node *
member(const struct json_tree *line, const char *name)
{
	return json_tree_find(line, line->node, span_of(name));
}

static bool
has_text(const struct json_tree *line, const char *name)
{
	const struct json_node *n = member(line, name);

	return n != NULL && n->type == JSON_STRING;
}

/* The kind of a line without a record, or NULL. */
static const char *
kind_by_members(const struct json_tree *line)
{
	if (has_text(line, "schemaVersion") && has_text(line, "type"))
		return "event";
	if (has_text(line, "payload") && has_text(line, "id"))
		return "message";
	if (has_text(line, "vital") && member(line, "value") != NULL)
		return "reference";
	return NULL;
}

void
kind_of(const struct json_tree *line, struct kind_of_line *k)
{
	const struct json_node *record = member(line, "record");
	const struct json_node *dead = member(line, "deadLetter");
	const struct json_node *data = member(line, "data"), *type;
	const char *name = NULL;

	*k = (struct kind_of_line){
	    .name = SPAN_LIT("line"), .record = {"", 0}, .root = line->node};
	if (record != NULL && record->type == JSON_STRING &&
	    record->value.n > 2)
		k->name = k->record = json_inside(record->value);
	if (has_text(line, "specversion") && data != NULL &&
	    data->type == JSON_OBJECT)
		k->root = data;
	if (dead != NULL && dead->type == JSON_OBJECT)
		name = "deadLetter";
	else if (has_text(line, "hash") && has_text(line, "previous"))
		name = "audit";
	else if (k->root != line->node)
		name = "event";
	else if (k->record.n == 0)
		name = kind_by_members(line);
	k->kind = kind_find(name != NULL ? span_of(name) : k->name);
	if (k->kind != NULL)
		k->name = span_of(k->kind->name);
	type = json_tree_find(line, k->root, SPAN_LIT("type"));
	if (name != NULL && strcmp(name, "event") == 0 && type != NULL &&
	    type->type == JSON_STRING)
		k->record = json_inside(type->value);
}
