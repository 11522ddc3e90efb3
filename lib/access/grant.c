#include "access/access.h"
#include "buf/ascii.h"
#include "jwt/jwt.h"

void
access_grant_init(struct access_grant *g)
{
	memset(g, 0, sizeof(*g));
	buf_init(&g->sessions);
	buf_init(&g->subject);
}

void
access_grant_release(struct access_grant *g)
{
	buf_release(&g->sessions);
	buf_release(&g->subject);
}

bool
access_next_text(struct span *list, struct span *one)
{
	if (list->n == 0)
		return false;
	*one = (struct span){list->p, strlen(list->p)};
	list->p += one->n + 1;
	list->n -= one->n + 1;
	return true;
}

bool
access_grant_allows(const struct access_grant *g, struct span session)
{
	struct span list = buf_span(&g->sessions), one;

	if (g->all)
		return true;
	while (access_next_text(&list, &one)) {
		if (one.n == session.n && one.n > 0 &&
		    memcmp(one.p, session.p, one.n) == 0)
			return true;
	}
	return false;
}

struct span
access_bearer(const struct serve_head *h, size_t *count)
{
	static const char bearer[] = "bearer ";
	struct span value = serve_head_find(h, "authorization", count);
	struct span scheme = {value.p, sizeof(bearer) - 1};

	if (*count == 0 || value.n <= scheme.n || !ascii_same(scheme, bearer))
		return (struct span){NULL, 0};
	return (struct span){value.p + scheme.n, value.n - scheme.n};
}

/* Append the sessions of ${t} to those of ${grant}. */
static void
take_sessions(const struct jwt_claims *t, struct access_grant *grant)
{
	grant->all = t->all_sessions;
	for (size_t i = 0; i < t->sessions; i++) {
		/* A session's name contains no 0 byte. */
		if (memchr(t->session[i].p, '\0', t->session[i].n) != NULL)
			continue;
		buf_add_span(&grant->sessions, t->session[i]);
		buf_add_byte(&grant->sessions, '\0');
	}
}

int
access_token_read(struct sign_keys *keys, struct span token,
    const char *audience, int64_t now, struct access_grant *grant,
    struct err *err)
{
	struct jwt t;
	int rc = -1;

	jwt_init(&t);
	if (jwt_check(keys, token, span_of(audience), now / 1000, &t, err) ==
	    JWT_GOOD) {
		take_sessions(&t.claims, grant);
		buf_add_span(&grant->subject, t.claims.subject);
		grant->expires = t.claims.expires * 1000;
		rc = 0;
		if (buf_failed(&grant->sessions) || buf_failed(&grant->subject))
			rc = err_set(err, "out of memory");
	}
	jwt_release(&t);
	return rc;
}
