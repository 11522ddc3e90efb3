/* The history in a file: against the model, reopened, killed at any write. */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "folder.h"
#include "history_model.h"

#define FILE_NAME "history.db"
#define LINES 1500
#define WATCHERS 5

/* A child that is still alive at this line will not die. */
#define CHILD_LINES 200000

static const struct history_options roomy = {.bytes = (size_t)1 << 20,
    .entries = 100,
    .age_ms = INT64_C(1) << 40,
    .store = FILE_NAME,
    .store_bytes = (uint64_t)1 << 30};

static void
remove_store(void)
{
	(void)unlink(FILE_NAME);
	(void)unlink(FILE_NAME "-wal");
	(void)unlink(FILE_NAME "-shm");
}

/* ---- Against the model -------------------------------------------------- */

/* The file holds what it may, apart from what the next commits drop. */
static bool
store_good(const struct history *h, const struct history_options *o,
    uint64_t count, int64_t now)
{
	uint64_t bytes = 0;
	char text[64];

	for (uint64_t n = history_oldest(h); n <= history_last(h); n++) {
		uint64_t i = n - model_first;

		model_text(i, text);
		bytes += 64 + strlen(text) + strlen(model_session(i)) +
		    strlen(model_type(i));
	}
	if (history_last(h) + 1 != model_first + count)
		return false;
	if (history_oldest(h) < history_last(h) && bytes > o->store_bytes)
		return false;
	return history_oldest(h) > history_last(h) ||
	    now - model_time(history_oldest(h) - model_first) <= o->age_ms;
}

/* Close the history and open it again: it is the same. */
static bool
reopen(struct history **h, const struct history_options *o)
{
	uint64_t last = history_last(*h), oldest = history_oldest(*h);
	char epoch[HISTORY_EPOCH_MAX];
	struct err err;

	snprintf(epoch, sizeof(epoch), "%s", history_epoch(*h));
	history_free(*h);
	*h = history_new(o, START + 1000000, &err);
	if (*h == NULL)
		printf("# %s\n", err.text);
	return *h != NULL && history_last(*h) == last &&
	    history_oldest(*h) == oldest && history_entries(*h) == 0 &&
	    strcmp(history_epoch(*h), epoch) == 0;
}

static void
check_random(void)
{
	struct history_options o = {.bytes = 2000 + draw(30000),
	    .entries = 1 + draw(200),
	    .age_ms = 100 + draw(10000),
	    .store = FILE_NAME,
	    .store_bytes = 1000 + draw(200000)};
	struct history *h = history_new(&o, START, NULL);
	struct watcher w[WATCHERS];
	uint64_t count = 0;
	bool good = h != NULL;
	size_t lines = 0;

	for (size_t i = 0; i < WATCHERS; i++)
		watcher_init(&w[i], h);
	while (good && count < LINES) {
		bool wait = draw(2) == 0;
		int64_t now;

		for (uint32_t n = draw(20); n > 0; n--)
			good = good && model_append(h, count++);
		now = model_time(count) + draw(50);
		if (wait)
			good = good && history_sync(h, now, NULL) == 0 &&
			    history_uncommitted(h) == 0 &&
			    store_good(h, &o, count, now);
		else
			good = good && history_commit(h, now, NULL) == 0;
		if (good && wait && draw(10) == 0)
			good = reopen(&h, &o);
		for (size_t i = 0; i < WATCHERS && good; i++) {
			if (draw(3) == 0)
				good = watch(&w[i], h, draw(200));
		}
	}
	good = good && history_sync(h, model_time(count), NULL) == 0;
	for (size_t i = 0; i < WATCHERS; i++) {
		good = good && watch(&w[i], h, 10 * LINES);
		lines += w[i].lines;
		history_filter_free(w[i].filter);
	}
	CHECK(good && lines > 0, "watchers see what a model says");
	history_free(h);
	remove_store();
}

/* ---- Killed at any write ------------------------------------------------ */

/* The child dies instead of its write number ${deadline}, or in the middle of
 * it. */
static uint32_t deadline;

static ssize_t
dying_write(int fd, const void *p, size_t n, off_t at)
{
	if (--deadline > 0)
		return pwrite(fd, p, n, at);
	if (n > 1)
		(void)!pwrite(fd, p, n / 2, at);
	raise(SIGKILL);
	return -1;
}

static int
dying_truncate(int fd, off_t size)
{
	if (--deadline == 0)
		raise(SIGKILL);
	return ftruncate(fd, size);
}

static void
die_in_writes(void)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	sqlite3_syscall_ptr dying = (sqlite3_syscall_ptr)dying_write;

	/* It uses one of the two; what it does not have it does not take. */
	(void)vfs->xSetSystemCall(vfs, "pwrite", dying);
	(void)vfs->xSetSystemCall(vfs, "pwrite64", dying);
	if (vfs->xSetSystemCall(vfs, "ftruncate",
		(sqlite3_syscall_ptr)dying_truncate) != SQLITE_OK)
		exit(2);
}

/* Append and commit until death, and report on ${report} how many lines a
 * cursor could see.  With ${wait}, wait for each batch; otherwise only if many
 * are not yet written. */
static void
child(const struct history_options *o, int report, uint32_t batch, bool wait)
{
	struct history *h;
	uint64_t i, seen;

	die_in_writes();
	h = history_new(o, START, NULL);
	if (h == NULL)
		exit(3);
	for (i = history_last(h) + 1 - model_first; i < CHILD_LINES;) {
		uint64_t before = i;

		while (i < before + batch) {
			if (!model_append(h, i++))
				exit(4);
		}
		if ((wait || history_uncommitted(h) > 50000
			    ? history_sync
			    : history_commit)(h, model_time(i), NULL) != 0)
			exit(5);
		seen = history_last(h) + 1 - model_first;
		if ((wait && seen != i) ||
		    write(report, &seen, sizeof(seen)) != (ssize_t)sizeof(seen))
			exit(5);
	}
	exit(6);
}

/* Run a child to its death.  Return how many lines it had committed, and
 * whether it was killed. */
static uint64_t
run_child(const struct history_options *o, uint32_t batch, bool wait,
    uint64_t had, bool *killed)
{
	uint64_t i = had, got;
	int fd[2], status = 0;
	pid_t pid;

	if (pipe(fd) != 0 || (pid = fork()) < 0) {
		printf("Bail out! no child\n");
		exit(1);
	}
	if (pid == 0) {
		close(fd[0]);
		child(o, fd[1], batch, wait);
	}
	close(fd[1]);
	while (read(fd[0], &got, sizeof(got)) == (ssize_t)sizeof(got))
		i = got;
	close(fd[0]);
	*killed = waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGKILL;
	if (!*killed)
		printf("# the child left with %d\n", status);
	return i;
}

/* A watcher that goes on over all crashes gets every line once. */
static void
check_crashes(void)
{
	struct history_options o = roomy;
	struct history *h = history_new(&o, START, NULL);
	struct watcher w = {.after = model_first - 1};
	uint64_t count = 0;
	bool good = h != NULL;

	o.store_bytes = draw(2) == 0 ? roomy.store_bytes : 20000;
	history_start_earliest(h, &w.cursor, NULL);
	for (int crash = 0; crash < 25 && good; crash++) {
		uint32_t batch = 1 + draw(30);
		uint64_t committed;
		bool wait = draw(2) == 0, killed;

		history_free(h);
		deadline = 1 + draw(150);
		committed = run_child(&o, batch, wait, count, &killed);
		h = history_new(&o, START, NULL);
		good = killed && h != NULL;
		if (!good)
			break;
		count = history_last(h) + 1 - model_first;
		/* What a cursor could see is there.  Of what was not committed,
		 * whole batches are. */
		good = count >= committed && (count - committed) % batch == 0 &&
		    (!wait || count <= committed + batch) &&
		    watch(&w, h, 100000);
	}
	CHECK(good && w.lines > 0, "nothing is lost or changed by crashes");
	history_free(h);
	remove_store();
}

/* ---- By hand ------------------------------------------------------------ */

static void
write_file(const char *text, size_t n)
{
	FILE *f = fopen(FILE_NAME, "w");

	CHECK(f != NULL && fwrite(text, 1, n, f) == n && fclose(f) == 0,
	    "a file");
}

static void
check_refused(const char *why, const char *what)
{
	struct err err = {""};
	struct history *h = history_new(&roomy, START, &err);

	CHECK(h == NULL, what);
	CHECK_TEXT(err.text, why, "and says why");
	history_free(h);
}

static void
check_files(void)
{
	struct history *h = history_new(&roomy, START, NULL);
	struct stat st;
	char zeros[9000] = {0};
	int fd;

	CHECK(h != NULL && stat(FILE_NAME, &st) == 0 &&
		(st.st_mode & 0777) == 0600,
	    "the file is its owner's");
	check_refused("history.db: in use by another process",
	    "there is one process at a time");
	for (uint64_t i = 0; i < 500; i++) {
		if (!model_append(h, i))
			CHECK(false, "append");
	}
	CHECK(history_sync(h, START, NULL) == 0, "commit");
	history_free(h);
	CHECK(link(FILE_NAME, "other") == 0, "a second name");
	check_refused("history.db: has a second name, a hard link: take one "
		      "of the names away",
	    "which is refused");
	CHECK(unlink("other") == 0, "no second name");
	fd = open(FILE_NAME, O_WRONLY);
	CHECK(fd >= 0 && pwrite(fd, zeros, sizeof(zeros), 8192) > 0 &&
		close(fd) == 0,
	    "a damaged file");
	check_refused("history.db: is damaged: move it away to begin a new "
		      "one",
	    "is refused");
	remove_store();
	write_file("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n", 32);
	check_refused("history.db: not a history of vitals-stream",
	    "a file of something else is refused");
	remove_store();
	write_file("", 0);
	h = history_new(&roomy, START, NULL);
	CHECK(h != NULL, "an empty file is a new history");
	history_free(h);
	remove_store();
}

static void
exec(const char *sql)
{
	sqlite3 *db = NULL;

	CHECK(sqlite3_open(FILE_NAME, &db) == SQLITE_OK &&
		sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK,
	    sql);
	sqlite3_close(db);
}

static void
check_formats(void)
{
	struct history *h = history_new(&roomy, START, NULL);
	struct history_result r;
	struct history_cursor c;
	struct err err;
	int lines = 0;

	for (uint64_t i = 0; i < 300; i++) {
		if (!model_append(h, i))
			CHECK(false, "append");
	}
	CHECK(history_sync(h, START, NULL) == 0, "commit");
	history_free(h);
	exec("PRAGMA user_version = 2");
	check_refused("history.db: history of vitals-stream of another "
		      "version (2)",
	    "another version is refused");
	exec("PRAGMA user_version = 1");
	exec("DELETE FROM line WHERE sequence % 100 = 50");
	h = history_new(&roomy, START, &err);
	CHECK(h != NULL, "a line that is missing is not noticed at once");
	history_start_earliest(h, &c, NULL);
	while (history_next(h, &c, &r, &err) == HISTORY_LINE) {
		history_entry_unref(r.entry);
		lines++;
	}
	CHECK(lines == 50 &&
		strstr(
		    err.text, "is damaged: line 1795415610000050 is missing"),
	    "but when it is asked for");
	history_free(h);
	exec("DELETE FROM line WHERE sequence > 1795415610000200");
	check_refused("history.db: is damaged (the numbers of lines): move it "
		      "away to begin a new one",
	    "an end that is missing is refused");
	exec("UPDATE history SET next = 1795415610000201");
	exec("DROP TABLE session");
	check_refused("history.db: no such table: session",
	    "so is a table that is missing");
	remove_store();
}

static void
check_sessions(void)
{
	struct history *h = history_new(&roomy, START, NULL);
	struct history_line line = {SPAN_LIT("{}"), SPAN_LIT("x"),
	    SPAN_LIT("vitals.session.started"), START, 0};
	struct history_session s;
	uint64_t x, y;

	CHECK(history_append(h, &line, &x, NULL) == 0, "a session");
	line.session = span_of("y");
	CHECK(history_append(h, &line, &y, NULL) == 0, "and another");
	CHECK(history_sync(h, START, NULL) == 0, "commit");
	CHECK(reopen(&h, &roomy), "reopen");
	CHECK(history_session(h, 0, &s) && span_is(s.id, "x") &&
		s.started == x && history_session(h, 1, &s) &&
		span_is(s.id, "y") && s.started == y,
	    "open sessions are kept");
	line.type = span_of("vitals.session.ended");
	CHECK(history_append(h, &line, &y, NULL) == 0 &&
		history_sync(h, START, NULL) == 0 && reopen(&h, &roomy) &&
		history_session(h, 0, &s) && span_is(s.id, "x") &&
		!history_session(h, 1, &s),
	    "closed ones are not");
	history_free(h);
	remove_store();
}

/* A disk that is full for a while. */
static void
check_full(void)
{
	struct history *h = history_new(&roomy, START, NULL);
	struct rlimit before = {0}, small;
	struct history_cursor c;
	struct history_result r;
	struct err err;
	int lines = 0;

	history_start_live(h, &c, NULL);
	for (uint64_t i = 0; i < 2000; i++) {
		if (!model_append(h, i))
			CHECK(false, "append");
	}
	CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0, "a limit");
	signal(SIGXFSZ, SIG_IGN);
	small = before;
	small.rlim_cur = 60000;
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0, "that is small");
	CHECK(history_sync(h, START, &err) != 0, "a commit fails");
	CHECK(strncmp(err.text, "history.db: ", 12) == 0 &&
		strstr(err.text, "ile too large") != NULL,
	    "and says why");
	CHECK(history_next(h, &c, &r, &err) == HISTORY_NONE,
	    "nothing is seen before it is committed");
	CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0 &&
		history_sync(h, START, &err) == 0,
	    "with room it is");
	while (history_next(h, &c, &r, &err) == HISTORY_LINE) {
		history_entry_unref(r.entry);
		lines++;
	}
	CHECK(lines == 2000, "all of it");
	history_free(h);
	remove_store();
}

int
main(void)
{
	folder_enter("history_store");
	seed();
	check_files();
	check_formats();
	check_sessions();
	check_full();
	for (int i = 0; i < 15; i++)
		check_random();
	for (int i = 0; i < 5; i++)
		check_crashes();
	folder_leave();
	return check_done();
}
