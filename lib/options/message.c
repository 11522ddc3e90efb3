#include "options/options.h"

int
options_message(const struct cli *cli, const struct options_message *m,
    struct message_from *from)
{
	if (m->id_member != NULL && m->new_id)
		return cli_usage(
		    cli, "--id-member and --new-id exclude each other");
	if (m->content_type != NULL &&
	    !message_header_ok(
		span_of(m->content_type), MESSAGE_CONTENT_TYPE_MAX))
		return cli_usage(cli,
		    "--content-type: not 1 to %d printable ASCII characters",
		    MESSAGE_CONTENT_TYPE_MAX);
	message_from_init(from);
	from->id_member = m->id_member;
	from->new_id = m->new_id;
	from->content_type = m->content_type;
	return CLI_GO;
}
