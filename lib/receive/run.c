/* The start and the end of a receiver. */
#include "receive/private.h"

int
receive_start(struct receive *r, struct serve *s, struct err *err)
{
	r->serve = s;
	if (receive_output_start(r, err) != 0 ||
	    receive_share_start(r, err) != 0)
		return -1;
	if (r->options.inbox != NULL)
		receive_lines_start(r);
	return 0;
}

int
receive_finish(struct receive *r)
{
	receive_write_rest(r);
	receive_share_finish(r, serve_drain_left(r->serve));
	if (r->options.inbox != NULL) {
		receive_commit_rest(r);
		receive_mark(r);
	}
	receive_audit_finish(r, serve_drain_left(r->serve));
	return r->failed ? -1 : 0;
}
