/* The file that keeps a position. */
#include <fcntl.h>
#include <sys/stat.h>

#include "folder.h"
#include "listen/listen.h"

static void
put(struct listen_state *s, const char *epoch, uint64_t sequence, bool synced)
{
	struct listen_position at = {.sequence = sequence, .known = true};
	struct err err = {""};

	snprintf(at.epoch, sizeof(at.epoch), "%s", epoch);
	CHECK(listen_state_put(s, &at, synced, &err) == 0, "put");
}

static void
check_is(const char *epoch, uint64_t sequence)
{
	struct listen_position at;
	struct err err = {""};
	struct listen_state *s = listen_state_open("state", &at, &err);

	CHECK_TEXT(err.text, "", "open");
	CHECK(s != NULL && at.known && at.sequence == sequence &&
		strcmp(at.epoch, epoch) == 0,
	    "as it was put");
	listen_state_close(s);
}

static void
check_refused(const char *text, const char *why)
{
	struct listen_position at;
	struct err err = {""};
	FILE *f = fopen("state", "w");

	CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0, "a file");
	CHECK(listen_state_open("state", &at, &err) == NULL, "is refused");
	CHECK_TEXT(err.text, why, why);
}

int
main(void)
{
	static const char epoch[] = "0123456789abcdef";
	static const char damaged[] =
	    "state: damaged, or not a state file of vitals-listen";
	struct listen_position at, other;
	struct listen_state *s;
	struct stat st;
	struct err err;

	folder_enter("listen_state");
	s = listen_state_open("state", &at, &err);
	CHECK(s != NULL && !at.known, "a new one");
	CHECK(listen_state_open("state", &other, &err) == NULL,
	    "one process at a time");
	CHECK_TEXT(err.text, "state: in use by another process", "says so");
	put(s, "", 5, true);
	CHECK(stat("state", &st) == 0 && st.st_size == 0 &&
		(st.st_mode & 0777) == 0600,
	    "without an epoch there is nothing to keep");
	put(s, epoch, 1795415610000000, false);
	listen_state_close(s);
	check_is(epoch, 1795415610000000);
	s = listen_state_open("state", &at, &err);
	put(s, epoch, INT64_MAX, true);
	put(s, epoch, INT64_MAX, true);
	CHECK(stat("state", &st) == 0 && st.st_size == 80,
	    "it is always as long");
	listen_state_close(s);
	check_is(epoch, INT64_MAX);
	s = listen_state_open("state", &at, &err);
	put(s, "ffffffffffffffff", 0, true);
	listen_state_close(s);
	check_is("ffffffffffffffff", 0);
	check_refused("{}\n", damaged);
	check_refused("{\"record\":\"position\",\"epoch\":\"0123456789abcdef\","
		      "\"sequence\":1795415610000000   } ",
	    damaged);
	check_refused("{\"record\":\"position\",\"epoch\":\"0123456789abcdeX\","
		      "\"sequence\":1795415610000000   }\n",
	    damaged);
	check_refused("{\"record\":\"receipts\",\"epoch\":\"0123456789abcdef\","
		      "\"sequence\":1795415610000000   }\n",
	    damaged);
	CHECK(unlink("state") == 0 && mkfifo("state", 0600) == 0, "a FIFO");
	CHECK(listen_state_open("state", &at, &err) == NULL, "is refused");
	CHECK_TEXT(err.text, "state: not a regular file", "says so");
	folder_leave();
	return check_done();
}
