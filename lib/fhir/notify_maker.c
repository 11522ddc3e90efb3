/* Notifications about what a maker makes. */
#include "fhir/maker.h"
#include "fhir/notify.h"

int
fhir_notify_split(struct span url, struct span *base, struct span *id)
{
	static const char type[] = "/Subscription/";
	size_t n = sizeof(type) - 1, at = url.n;

	while (at > 0 && url.p[at - 1] != '/')
		at--;
	/* "Subscription/7" and "urn:uuid:…" have no base. */
	if (at <= n || memcmp(url.p + at - n, type, n) != 0)
		return -1;
	*id = (struct span){url.p + at, url.n - at};
	*base = (struct span){url.p, at - n};
	return 0;
}

bool
fhir_notify_topic_ok(struct span url)
{
	bool good = url.n <= FHIR_REFERENCE_MAX, scheme = false;

	for (size_t i = 0; good && i < url.n; i++) {
		good = url.p[i] > 0x20 && url.p[i] < 0x7f;
		scheme |= i > 0 && url.p[i] == ':';
	}
	return good && scheme;
}

/* What all notifications of ${m} have in common. */
static struct fhir_notify
begin(const struct fhir_maker *m, enum fhir_notify_kind kind, int64_t time)
{
	const struct fhir_notify_options *o = m->opt.notify;

	return (struct fhir_notify){
	    .kind = kind,
	    .version = m->opt.version,
	    .content = o->content,
	    .base = o->base,
	    .subscription = o->subscription,
	    .topic = o->topic,
	    /* A handshake asks whether the Subscription may become active. */
	    .status = kind == FHIR_HANDSHAKE ? FHIR_REQUESTED : FHIR_ACTIVE,
	    .count = o->after + m->notified,
	    .time = time,
	};
}

static enum verdict
finish(struct fhir_maker *m, const struct fhir_notify *like,
    struct ndjson_writer *out, struct err *err)
{
	struct fhir_notify n = *like;
	char id[ID_TEXT_MAX];

	buf_clear(&m->bundle);
	if (fhir_notify_id(&n, id) == 0) {
		n.id = span_of(id);
		if (fhir_notify_write(&n, &m->bundle) == 0)
			return fhir_emit_notification(m, span_of(id), out, err);
	}
	err_set(err, "out of memory");
	return VERDICT_SYSTEM;
}

enum verdict
fhir_notify_take(struct fhir_maker *m, enum fhir_notify_kind kind, int64_t now,
    struct ndjson_writer *out, struct err *err)
{
	struct fhir_notify n = begin(m, kind, now);

	return finish(m, &n, out, err);
}

enum verdict
fhir_notify_event(struct fhir_maker *m, const struct fhir_event *e,
    struct ndjson_writer *out, struct err *err)
{
	struct fhir_notify_event event[FHIR_READINGS_MAX + 1];
	struct fhir_notify n;
	int64_t time;
	enum verdict rc;

	/* The reader of the event has checked it. */
	if (instant_parse(span_of(e->issued), &time) != 0)
		time = 0;
	n = begin(m, FHIR_EVENT_NOTIFICATION, time);
	for (size_t i = 0; i < m->resources; i++) {
		const struct fhir_resource *r = &m->resource[i];

		event[i] = (struct fhir_notify_event){
		    .number = n.count + i + 1,
		    .time = time,
		    .id = span_of(r->id),
		    .resource = {m->made.data + r->start, r->end - r->start},
		};
	}
	n.event = event;
	n.events = m->resources;
	n.count += n.events;
	if (n.count > FHIR_NOTIFY_NUMBER_MAX) {
		err_set(err, "there are no more event numbers");
		return VERDICT_BAD;
	}
	if (n.events == 0)
		return VERDICT_GOOD;
	rc = finish(m, &n, out, err);
	/* What is not written gets no number. */
	if (rc == VERDICT_GOOD)
		m->notified += n.events;
	return rc;
}
