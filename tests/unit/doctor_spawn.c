/* A program that the doctor runs leaves no process behind, however it ends. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/wait.h>

#include "check.h"
#include "doctor/private.h"

#define KILLED (128 + SIGKILL)

/* Run ${script} for at most ${seconds}.  Return its status, and what it printed in
 * ${out}. */
static int
run(const char *script, int seconds, struct buf *out)
{
	const char *argv[] = {"/bin/sh", "-c", script, NULL};

	buf_init(out);
	return spawn_run(argv, NULL, seconds, out);
}

/* The process ${pid} is now a child of this one.  Return the signal that ended it,
 * or 0 if it ended by itself. */
static int
ended_by(pid_t pid)
{
	int status = 0;

	CHECK(waitpid(pid, &status, 0) == pid, "is there");
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* ${script} prints the number of a process that it leaves, and ends with
 * ${status}.  It has ${seconds}, and more if they were too few to print that. */
static void
leaves(const char *script, int seconds, int status, const char *what)
{
	pid_t left = 0;

	for (; left == 0 && seconds <= 64; seconds *= 2) {
		struct buf out;
		const char *text;
		int got = run(script, seconds, &out);

		text = buf_string(&out);
		if (text != NULL)
			left = (pid_t)strtol(text, NULL, 10);
		if (left > 0)
			CHECK(got == status, what);
		buf_release(&out);
	}
	CHECK(left > 0 && ended_by(left) == SIGKILL, "and nothing is left");
}

static void
test_status(void)
{
	struct buf out;

	CHECK(run("echo one; echo two >&2; exit 3", 60, &out) == 3, "a status");
	CHECK_TEXT(buf_string(&out), "one\ntwo\n", "both outputs");
	buf_release(&out);
	CHECK(run("kill -9 $$", 60, &out) == KILLED, "a signal");
	buf_release(&out);
	CHECK(run("exec >&- 2>&-; sleep 100", 1, &out) == KILLED,
	    "too long, without outputs");
	buf_release(&out);
}

/* A doctor that is ended by ${sig} ends what it runs. */
static void
test_signal(int sig)
{
	int ready[2];
	char script[64], text[16] = "";
	pid_t doctor, program;

	CHECK(pipe(ready) == 0, "a pipe");
	snprintf(
	    script, sizeof(script), "echo $$ >&%d; exec sleep 100", ready[1]);
	doctor = fork();
	if (doctor == 0) {
		struct buf out;

		_exit(run(script, 60, &out));
	}
	close(ready[1]);
	CHECK(doctor > 0 && read(ready[0], text, sizeof(text) - 1) > 0, "runs");
	kill(doctor, sig);
	CHECK(ended_by(doctor) == sig, "the doctor ends by the signal");
	program = (pid_t)strtol(text, NULL, 10);
	CHECK(program > 0 && ended_by(program) == SIGKILL,
	    "and so does the program");
	close(ready[0]);
}

int
main(void)
{
	/* Processes whose parents have ended become children of this one. */
	CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0, "is a reaper");
	test_status();
	leaves("sleep 100 & echo $!; wait", 1, KILLED, "too long");
	leaves(
	    "sleep 100 & echo $!; exit 0", 1, KILLED, "too long, without it");
	leaves("sleep 100 >/dev/null 2>&1 & echo $!; exit 3", 64, 3, "in time");
	test_signal(SIGINT);
	test_signal(SIGTERM);
	return check_done();
}
