#include "instant/instant.h"
#include "jwt/internal.h"

void
jwt_put_sessions(struct json_writer *w, const struct jwt_claims *c)
{
	json_key(w, "sessions");
	json_array_begin(w);
	if (c->all_sessions)
		json_put_text(w, "*");
	for (size_t i = 0; !c->all_sessions && i < c->sessions; i++)
		json_put_string(w, c->session[i]);
	json_array_end(w);
}

static void
put_name(struct json_writer *w, const char *key, struct span name)
{
	json_key(w, key);
	if (name.n > 0)
		json_put_string(w, name);
	else
		json_put_null(w);
}

void
jwt_describe(const struct jwt *t, const char *key, struct buf *out)
{
	const struct jwt_claims *c = &t->claims;
	struct json_writer w;

	json_writer_init(&w, out);
	json_object_begin(&w);
	json_key(&w, "record");
	json_put_text(&w, "token");
	put_name(&w, "id", c->id);
	put_name(&w, "subject", c->subject);
	put_name(&w, "audience", c->audience);
	jwt_put_sessions(&w, c);
	instant_put(&w, "issued", c->issued * 1000);
	instant_put(&w, "notBefore", c->not_before * 1000);
	instant_put(&w, "expires", c->expires * 1000);
	json_key(&w, "key");
	json_put_text(&w, key);
	json_object_end(&w);
}
