/*
 * Each attempt runs in a child of its own, once without the sandbox, where it
 * must succeed (or the attempt proves nothing), and once within.
 */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include <linux/sched.h>

#include "check.h"
#include "compat/kernel.h"
#include "sandbox/sandbox.h"

/* What a child says. */
enum {
	DONE = 0,
	FAILED = 1,
	NO_SANDBOX = 2,
	ENTER_FAILED = 3
};

static int listener;
static struct sockaddr_in address;

static int
try_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? FAILED : DONE;
}

/* With a socket made before, too. */
static int early_socket;

static int
try_connect(void)
{
	return connect(early_socket, (struct sockaddr *)&address,
		   sizeof(address)) < 0
	    ? FAILED
	    : DONE;
}

static int
try_exec(void)
{
	char *const argv[] = {(char[]){"true"}, NULL};

	execv("/bin/true", argv);
	return FAILED;
}

static int
try_fork(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return child < 0 ? FAILED : DONE;
}

static int
try_write(void)
{
	return open("sandbox-test.tmp", O_WRONLY | O_CREAT, 0600) < 0 ? FAILED
								      : DONE;
}

static int
try_read(void)
{
	return open("/etc/passwd", O_RDONLY) < 0 ? FAILED : DONE;
}

static int
try_unlink(void)
{
	return unlink("sandbox-test.tmp") < 0 ? FAILED : DONE;
}

static int early_file;

static int
try_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, early_file, 0);

	return p == MAP_FAILED || mprotect(p, 4096, PROT_READ | PROT_EXEC) < 0
	    ? FAILED
	    : DONE;
}

static int
try_kill(void)
{
	return kill(getppid(), 0) < 0 ? FAILED : DONE;
}

static int
try_early(void)
{
	char byte;
	void *p = malloc(1 << 20);

	if (p == NULL || pread(early_file, &byte, 1, 0) != 1)
		return FAILED;
	free(p);
	return DONE;
}

static int
try_written_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
	    ? FAILED
	    : DONE;
}

/* A family that needs no privileges, and that no server uses. */
static int
try_other_socket(void)
{
	return socket(AF_ALG, SOCK_SEQPACKET, 0) < 0 ? FAILED : DONE;
}

static int
try_namespace(void)
{
	return syscall(SYS_unshare, CLONE_NEWUSER) < 0 ? FAILED : DONE;
}

static int
try_keyring(void)
{
	return syscall(SYS_keyctl, 0, -3, 1) < 0 ? FAILED : DONE;
}

static void *
nothing(void *context)
{
	return context;
}

/* A look-up of a name, found or not; a thread, a connection, and a file that
 * appears and goes. */
static int
try_serving(void)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	pthread_t thread;
	int fd, code;

	code = getaddrinfo("localhost", NULL, &hints, &found);
	if (code == EAI_SYSTEM || code == EAI_MEMORY)
		return FAILED;
	if (code == 0)
		freeaddrinfo(found);
	if (pthread_create(&thread, NULL, nothing, NULL) != 0 ||
	    pthread_join(thread, NULL) != 0)
		return FAILED;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return FAILED;
	return try_write() == DONE && try_read() == DONE &&
		try_unlink() == DONE && try_early() == DONE
	    ? DONE
	    : FAILED;
}

/* ---- The files of a server ---- */

static int
make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0)
		return FAILED;
	close(fd);
	return DONE;
}

static int
try_kept(void)
{
	return make("kept/new") == DONE &&
		rename("kept/new", "kept/old") == 0 &&
		make("kept/old") == DONE && unlink("kept/old") == 0 &&
		make("temporary/sort") == DONE &&
		unlink("temporary/sort") == 0 && try_read() == DONE
	    ? DONE
	    : FAILED;
}

static int
try_other(void)
{
	return make("other/new");
}

static int
try_change_other(void)
{
	int fd = open("other/file", O_WRONLY);

	return fd < 0 ? FAILED : DONE;
}

static int
try_rename_other(void)
{
	return rename("other/file", "other/again") == 0 &&
		rename("other/again", "other/file") == 0
	    ? DONE
	    : FAILED;
}

static int
try_folder(void)
{
	return mkdir("kept/folder", 0700) == 0 && rmdir("kept/folder") == 0
	    ? DONE
	    : FAILED;
}

/* A link in a folder that is not written, to one that is. */
static int
try_linked(void)
{
	return make("kept/linked");
}

static int
try_listen(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0
	    ? FAILED
	    : DONE;
}

typedef int enter_function(struct sandbox *sandbox, struct err *err);

/* Which file a server writes to. */
static const char *written = "sandbox-test.tmp";

static int
enter_server(struct sandbox *sandbox, struct err *err)
{
	const struct sandbox_files files = {&written, 1};

	return sandbox_enter_server(&files, sandbox, err);
}

/* Is the attempt one that only Landlock forbids? */
static bool of_landlock;

/* Which sandbox is tried. */
static enter_function *enter = sandbox_enter;

static int
run(int (*attempt)(void), bool within)
{
	struct sandbox sandbox;
	struct err err;
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (within) {
			if (enter(&sandbox, &err) < 0)
				_exit(ENTER_FAILED);
			if (!(of_landlock ? sandbox.landlock : sandbox.seccomp))
				_exit(NO_SANDBOX);
		}
		_exit(attempt());
	}
	if (child < 0 || waitpid(child, &status, 0) != child ||
	    !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void
check_forbidden(int (*attempt)(void), const char *what)
{
	int inside;
	char text[128];

	snprintf(text, sizeof(text), "%s works without a sandbox", what);
	CHECK(run(attempt, false) == DONE, text);
	snprintf(text, sizeof(text), "%s fails within", what);
	if ((inside = run(attempt, true)) == NO_SANDBOX)
		check_skip(text, "no sandbox here");
	else
		CHECK(inside == FAILED, text);
}

static void
check_server(void)
{
	int inside;

	enter = enter_server;
	check_forbidden(try_exec, "a server: starting a program");
	check_forbidden(try_fork, "a server: forking");
	check_forbidden(try_kill, "a server: signalling the parent");
	check_forbidden(try_code, "a server: making memory executable");
	check_forbidden(try_written_code, "a server: memory to write and run");
	if (try_other_socket() == DONE)
		check_forbidden(try_other_socket, "a server: another socket");
	else
		check_skip("a server: another socket", "not in this kernel");
	if (run(try_namespace, false) == DONE)
		check_forbidden(try_namespace, "a server: a namespace");
	else
		check_skip("a server: a namespace", "not in this kernel");
	if (run(try_keyring, false) == DONE)
		check_forbidden(try_keyring, "a server: a keyring");
	else
		check_skip("a server: a keyring", "not in this kernel");
	inside = run(try_serving, true);
	CHECK(inside == DONE || inside == NO_SANDBOX, "a server can serve");
}

/* ${attempt} works in both. */
static void
check_allowed(int (*attempt)(void), const char *what)
{
	int inside;
	char text[128];

	snprintf(text, sizeof(text), "%s work without a sandbox", what);
	CHECK(run(attempt, false) == DONE, text);
	snprintf(text, sizeof(text), "%s work within", what);
	inside = run(attempt, true);
	CHECK(inside == DONE || inside == NO_SANDBOX, text);
}

static void
check_files(void)
{
	CHECK(mkdir("kept", 0700) == 0 && mkdir("other", 0700) == 0 &&
		mkdir("temporary", 0700) == 0 && make("other/file") == DONE &&
		symlink("../kept/linked", "other/link") == 0,
	    "folders");
	setenv("TMPDIR", "temporary", 1);
	of_landlock = true;
	written = "kept/state";
	check_allowed(try_kept, "a server: files in the folder of its state");
	check_forbidden(try_other, "a server: a new file elsewhere");
	CHECK(unlink("other/new") == 0, "which was made without a sandbox");
	check_forbidden(try_change_other, "a server: changing a file");
	check_forbidden(try_rename_other, "a server: renaming a file");
	check_forbidden(try_folder, "a server: making a folder");
	if (compat_kernel_landlock() >= 4)
		check_forbidden(try_listen, "a server: another port");
	else
		check_skip("a server: another port", "not in this kernel");
	CHECK(make("kept/linked") == DONE, "the target of a link");
	written = "other/link";
	check_allowed(
	    try_linked, "a server: files beside the target of a link");
	written = NULL;
	check_forbidden(try_linked, "a server without files: a file");
	CHECK(unlink("kept/linked") == 0 && unlink("other/link") == 0 &&
		unlink("other/file") == 0 && rmdir("kept") == 0 &&
		rmdir("other") == 0 && rmdir("temporary") == 0,
	    "the folders are empty again");
	of_landlock = false;
	written = "sandbox-test.tmp";
	unsetenv("TMPDIR");
}

static void
check_switched_off(void)
{
	struct sandbox sandbox;
	struct err err;

	setenv("VITALS_SANDBOX", "off", 1);
	CHECK(enter_server(&sandbox, &err) == 0 && !sandbox.seccomp &&
		sandbox.lacks.text[0] != '\0' && run(try_exec, false) == DONE,
	    "it can be switched off");
	unsetenv("VITALS_SANDBOX");
}

int
main(void)
{
	socklen_t len = sizeof(address);
	struct sandbox sandbox;
	struct err err;
	int inside;

	char dir[] = "/tmp/vitals-XXXXXX";

	if (mkdtemp(dir) == NULL || chdir(dir) < 0)
		return 1;
	listener = socket(AF_INET, SOCK_STREAM, 0);
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(bind(listener, (struct sockaddr *)&address, len) == 0 &&
		listen(listener, 8) == 0 &&
		getsockname(listener, (struct sockaddr *)&address, &len) == 0,
	    "a port to connect to");
	early_socket = socket(AF_INET, SOCK_STREAM, 0);
	early_file = open("/etc/passwd", O_RDONLY);

	check_forbidden(try_socket, "making a socket");
	check_forbidden(try_connect, "connecting one made before");
	check_forbidden(try_exec, "starting a program");
	check_forbidden(try_fork, "forking");
	check_forbidden(try_write, "opening a file for writing");
	check_forbidden(try_read, "opening a file for reading");
	CHECK(run(try_write, false) == DONE, "a file to unlink");
	inside = run(try_unlink, true);
	if (inside == NO_SANDBOX)
		check_skip("unlinking fails within", "no sandbox here");
	else
		CHECK(inside == FAILED, "unlinking fails within");
	CHECK(run(try_unlink, false) == DONE,
	    "unlinking works without a sandbox");
	check_forbidden(try_code, "making memory executable");
	check_forbidden(try_kill, "signalling the parent");
	inside = run(try_early, true);
	CHECK(inside == DONE || inside == NO_SANDBOX,
	    "an open file is read within, and memory is there");

	check_server();
	check_files();
	check_switched_off();

	CHECK(rmdir(dir) == 0, "nothing was left behind");
	CHECK(sandbox_enter(&sandbox, &err) == 0, "it is entered");
	CHECK((sandbox.seccomp && sandbox.landlock) ==
		(sandbox.lacks.text[0] == '\0'),
	    "what is lacking is said");
	return check_done();
}
