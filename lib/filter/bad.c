#include "filter/bad.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf/ascii.h"
#include "diag/diag.h"

int
filter_bad_open(struct filter_bad *b, const char *rejects)
{
	memset(b, 0, sizeof(*b));
	b->rejects = rejects;
	b->fd = -1;
	if (rejects == NULL)
		return 0;
	b->fd = ndjson_open_append(rejects);
	if (b->fd >= 0)
		return 0;
	diag_errno(errno, "%s", rejects);
	return -1;
}

int
filter_bad_check(const struct filter_bad *b)
{
	struct stat st;
	struct err err;

	if (ndjson_check_input(
		STDIN_FILENO, "<stdin>", b->fd, "--rejects", &err) != 0) {
		diag_error("%s", err.text);
		return -1;
	}
	if (b->fd < 0 || (fstat(b->fd, &st) == 0 && !S_ISFIFO(st.st_mode)))
		return 0;
	diag_error("%s: not a file: rejected lines are not written to a pipe",
	    b->rejects);
	return -1;
}

int
filter_bad_close(struct filter_bad *b)
{
	if (b->fd < 0 || close(b->fd) == 0)
		return 0;
	diag_errno(errno, "%s: write failed", b->rejects);
	return -1;
}

void
filter_bad_begin(struct filter_bad *b, const char *source)
{
	b->source = source;
	b->seems = NULL;
	b->bad = b->hidden = b->same = 0;
}

void
filter_bad_end(const struct filter_bad *b)
{
	if (b->hidden > 0)
		diag_error("%s: %" PRIu64 " bad lines, %" PRIu64 " of them "
			   "not shown",
		    b->source, b->bad, b->hidden);
}

/* Copy the bad line unchanged to the rejects file.  Return 0, or -1
 * (reported). */
static int
reject(struct filter_bad *b, const struct ndjson_line *line, bool whole)
{
	if (b->fd < 0)
		return 0;
	if (!whole && b->same <= FILTER_BAD_SHOWN)
		diag_error("%s:%" PRIu64 ": only the start of the line is kept "
			   "in %s",
		    b->source, line->number, b->rejects);
	if (ndjson_append(b->fd, line->text) == 0)
		return 0;
	diag_errno(errno, "%s: write failed", b->rejects);
	return -1;
}

/* Is ${line}, rejected because of ${why}, not a JSON object at all? */
static bool
is_no_json(const struct ndjson_line *line, const char *why)
{
	struct span text = ascii_trim(line->text);

	return text.n == 0 || text.p[0] != '{' ||
	    strncmp(why, "byte ", 5) == 0 ||
	    memchr(text.p, '\0', text.n) != NULL;
}

/* Count the bad ${line}.  Return whether to report it. */
static bool
count_bad(struct filter_bad *b, const struct ndjson_line *line, const char *why)
{
	bool no_json = is_no_json(line, why);

	if (b->same > 0 && no_json == b->no_json &&
	    (no_json || strcmp(why, b->why) == 0)) {
		b->same++;
	} else {
		b->same = 1;
		b->no_json = no_json;
		snprintf(b->why, sizeof(b->why), "%s", why);
	}
	b->bad++;
	if (b->same <= FILTER_BAD_SHOWN || diag_get_level() == DIAG_VERBOSE)
		return true;
	b->hidden++;
	if (b->same > FILTER_BAD_SHOWN + 1)
		return false;
	if (!no_json)
		diag_error("%s: and so on: more lines like these are counted "
			   "and not shown",
		    b->source);
	else
		diag_error("%s: not JSON lines%s%s: more of them are counted "
			   "and not shown",
		    b->source, b->seems != NULL ? "; it seems to be " : "",
		    b->seems != NULL ? b->seems : "");
	return false;
}

int
filter_bad_line(struct filter_bad *b, const struct ndjson_line *line,
    bool whole, const char *why)
{
	const char *cut = "";
	bool shown;

	if (why == NULL) {
		b->same = 0;
		return 0;
	}
	if (whole && !line->newline && why[0] != '\0')
		cut = " (the last line has no newline: cut off?)";
	if (line->number == 1 && is_no_json(line, why))
		b->seems = ndjson_seems(line->text);
	shown = count_bad(b, line, why);
	if (shown && line->number == 1 && b->seems != NULL)
		diag_error("%s:1: %s%s (it seems to be %s)", b->source, why,
		    cut, b->seems);
	else if (shown)
		diag_error(
		    "%s:%" PRIu64 ": %s%s", b->source, line->number, why, cut);
	return reject(b, line, whole);
}
