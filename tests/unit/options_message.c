/* What the options say of how a line becomes a message. */
#include "options/options.h"

#include "diag/diag.h"
#include "said.h"

static const struct cli cli = {"test", "", "", NULL, NULL, 0};

static int
check(const struct options_message *m, struct message_from *from)
{
	memset(from, 0xff, sizeof(*from));
	return options_message(&cli, m, from);
}

static void
refused(const char *type, const char *what)
{
	struct message_from from;

	CHECK(check(&(struct options_message){.content_type = type}, &from) ==
		CLI_USAGE,
	    what);
	CHECK_TEXT(said(),
	    "test: --content-type: not 1 to 128 printable ASCII characters\n"
	    "usage: test [OPTION ...] (--help for more)\n",
	    "and so it is said");
}

int
main(void)
{
	char longest[MESSAGE_CONTENT_TYPE_MAX + 2];
	struct options_message m = {NULL, NULL, false};
	struct message_from from;

	diag_program("test");
	said_listen();
	CHECK(check(&m, &from) == CLI_GO && from.id_member == NULL &&
		from.content_type == NULL && !from.new_id,
	    "nothing is asked for");
	m = (struct options_message){"seq", "text/x-odd", false};
	CHECK(check(&m, &from) == CLI_GO, "a member and a type");
	CHECK_TEXT(from.id_member, "seq", "the member");
	CHECK_TEXT(from.content_type, "text/x-odd", "the type");
	m = (struct options_message){NULL, NULL, true};
	CHECK(check(&m, &from) == CLI_GO && from.new_id, "new IDs");
	CHECK_TEXT(said(), "", "all that is well");
	m = (struct options_message){"seq", NULL, true};
	CHECK(check(&m, &from) == CLI_USAGE, "new IDs out of a member");
	CHECK_TEXT(said(),
	    "test: --id-member and --new-id exclude each other\n"
	    "usage: test [OPTION ...] (--help for more)\n",
	    "are none");

	memset(longest, 'x', sizeof(longest));
	longest[MESSAGE_CONTENT_TYPE_MAX] = '\0';
	m = (struct options_message){.content_type = longest};
	CHECK(check(&m, &from) == CLI_GO, "the longest type");
	longest[MESSAGE_CONTENT_TYPE_MAX] = 'x';
	longest[MESSAGE_CONTENT_TYPE_MAX + 1] = '\0';
	refused(longest, "one byte more");
	refused("", "an empty one");
	refused("a/b\r\nX: y", "one of two lines");
	refused("a/\303\244", "one that is not ASCII");
	said_end();
	return check_done();
}
