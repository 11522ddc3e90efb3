/* Secrets from files: who may read them, how large, how many lines. */
#include "crypto/secret.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static char dir[] = "/tmp/crypto_secret.XXXXXX";

static void
put(const char *name, size_t n, const char *text, mode_t mode)
{
	FILE *f = fopen(name, "w");

	for (size_t i = 0; f != NULL && i < n; i++)
		fputs(text, f);
	CHECK(f != NULL && fclose(f) == 0 && chmod(name, mode) == 0, name);
}

static int
load(const char *name, struct err *err)
{
	struct crypto_secret_from from = {name, -1, NULL, false};
	struct crypto_secret s;
	int rc = crypto_secret_load(&from, &s, err);

	crypto_secret_wipe(&s);
	return rc;
}

/* A file of root whose group may read it, in a process of that group: what
 * systemd's credentials are to a service. */
static void
files_of_root(void)
{
	const gid_t group = 65534;
	struct err err;
	pid_t child;
	int status = -1;

	if (geteuid() != 0) {
		check_skip("a file of root and a group", "not root");
		return;
	}
	put("credential", 1, "secret\n", 0440);
	put("writable", 1, "secret\n", 0460);
	put("public", 1, "secret\n", 0444);
	CHECK(chown("credential", 0, group) == 0 &&
		chown("writable", 0, group) == 0 && chmod(".", 0755) == 0 &&
		load("credential", &err) != 0,
	    "root does not accept it");
	fflush(stdout);
	if ((child = fork()) == 0)
		_exit(setgid(group) != 0 || setuid(group) != 0
			? 100
			: (load("credential", &err) == 0 ? 0 : 1) +
			    (load("writable", &err) != 0 ? 0 : 2) +
			    (load("public", &err) != 0 ? 0 : 4));
	CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0,
	    "another user does, but not if the group can write or others read");
	unlink("credential");
	unlink("writable");
	unlink("public");
}

static void
files(void)
{
	struct err err = {""};

	put("good", 1, "secret\n", 0600);
	CHECK(load("good", &err) == 0, "a file of the owner alone");
	put("read-only", 1, "secret\n", 0400);
	CHECK(load("read-only", &err) == 0, "a file of mode 400");
	put("group", 1, "secret\n", 0640);
	CHECK(load("group", &err) != 0, "a file of the group");
	CHECK_TEXT(err.text,
	    "group: others can access this secret: "
	    "chmod 600 it",
	    "says how to mend it");
	put("others", 1, "secret\n", 0602);
	CHECK(load("others", &err) != 0, "a file that others may write");
	put("full", CRYPTO_SECRET_MAX, "x", 0600);
	CHECK(load("full", &err) == 0, "the largest file");
	put("large", CRYPTO_SECRET_MAX + 1, "x", 0600);
	CHECK(load("large", &err) != 0, "one byte more");
	CHECK_TEXT(err.text, "large: longer than 16384 bytes", "says so");
	CHECK(load("absent", &err) != 0, "no file");
	CHECK_TEXT(err.text, "absent: No such file or directory", "says so");
	CHECK(load(".", &err) != 0, "a directory");
	CHECK_TEXT(err.text, ".: not a regular file", "says so");
	CHECK(mkfifo("fifo", 0600) == 0 && load("fifo", &err) != 0,
	    "a FIFO is refused at once");
}

static void
sources(void)
{
	struct crypto_secret_from from = {NULL, -1, "TEST_KEY", false};
	struct crypto_secret s;
	struct err err = {""};
	int p[2];

	CHECK(!crypto_secret_given(&from), "no source");
	CHECK(crypto_secret_load(&from, &s, &err) != 0, "no source: refused");
	crypto_secret_wipe(&s);
	CHECK(setenv("TEST_KEY", "good", 1) == 0, "setenv");
	CHECK(crypto_secret_given(&from), "a variable is a source");
	CHECK(crypto_secret_load(&from, &s, &err) == 0 &&
		span_is(buf_span(&s.text), "secret\n"),
	    "a variable names the file");
	crypto_secret_wipe(&s);
	CHECK(
	    pipe(p) == 0 && write(p[1], "piped\n", 6) == 6 && close(p[1]) == 0,
	    "a pipe");
	from.fd = p[0];
	CHECK(crypto_secret_load(&from, &s, &err) == 0 &&
		span_is(buf_span(&s.text), "piped\n") && !s.exposed,
	    "a descriptor goes before the variable");
	crypto_secret_wipe(&s);
	close(p[0]);
	CHECK(crypto_secret_load(&from, &s, &err) != 0, "a closed one");
	crypto_secret_wipe(&s);
	from = (struct crypto_secret_from){"group", -1, NULL, true};
	CHECK(crypto_secret_load(&from, &s, &err) == 0 && s.exposed,
	    "exposed, told when asked for");
	crypto_secret_wipe(&s);
}

static void
lines(void)
{
	struct crypto_secret_from from = {"lines", -1, NULL, false};
	struct span rest, line;
	struct err err = {""};
	struct buf b;

	rest = SPAN_LIT("# a comment\n\n  one \r\n\t\ntwo\n#\nthree");
	CHECK(crypto_secret_line(&rest, &line) && span_is(line, "one"), "one");
	CHECK(crypto_secret_line(&rest, &line) && span_is(line, "two"), "two");
	CHECK(crypto_secret_line(&rest, &line) && span_is(line, "three"),
	    "three");
	CHECK(!crypto_secret_line(&rest, &line), "no more");
	put("lines", 1, "token\r\n", 0600);
	CHECK(crypto_secret_load_line(&from, &b, &err) == 0 &&
		span_is(buf_span(&b), "token"),
	    "a token");
	buf_wipe(&b);
	put("lines", 2, "token\n", 0600);
	CHECK(crypto_secret_load_line(&from, &b, &err) != 0, "two tokens");
	CHECK_TEXT(err.text, "lines: more than one line", "says so");
	buf_wipe(&b);
	put("lines", 1, "\n", 0600);
	CHECK(crypto_secret_load_line(&from, &b, &err) != 0, "no token");
	CHECK_TEXT(err.text, "lines: empty", "says so");
	buf_wipe(&b);
}

static void
create(void)
{
	struct err err = {""};
	struct stat st;

	umask(0);
	CHECK(
	    crypto_secret_create("new", SPAN_LIT("x\n"), &err) == 0, "creates");
	CHECK(stat("new", &st) == 0 && (st.st_mode & 0777) == 0600 &&
		st.st_size == 2 && st.st_nlink == 1,
	    "whole, for the owner alone");
	CHECK(crypto_secret_create("new", SPAN_LIT("y\n"), &err) != 0,
	    "does not replace");
	CHECK_TEXT(err.text, "new: File exists", "says so");
	CHECK(symlink("target", "link") == 0 &&
		crypto_secret_create("link", SPAN_LIT("y\n"), &err) != 0 &&
		access("target", F_OK) != 0,
	    "does not follow a link");
	CHECK(crypto_secret_create("no/such", SPAN_LIT("y\n"), &err) != 0,
	    "no such directory");
}

static void
clean(void)
{
	static const char *const name[] = {"good", "read-only", "group",
	    "others", "full", "large", "fifo", "lines", "new", "link"};

	for (size_t i = 0; i < sizeof(name) / sizeof(*name); i++)
		unlink(name[i]);
	CHECK(chdir("/") == 0 && rmdir(dir) == 0, "nothing else is left");
}

int
main(void)
{
	CHECK(mkdtemp(dir) != NULL && chdir(dir) == 0, "a directory");
	files();
	files_of_root();
	sources();
	lines();
	create();
	clean();
	return check_done();
}
