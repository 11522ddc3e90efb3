#include "audit/sort.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/line.h"
#include "instant/instant.h"
#include "ndjson/ndjson.h"
#include "json/json.h"

/* The time of the line ${text}, or 0. */
static int64_t
time_of(struct span text)
{
	const struct json_member *m;
	struct json_index ix;
	int64_t time = 0;

	json_index_init(&ix);
	if (json_index_read(&ix, text, NULL) == 0 &&
	    (m = json_index_find(&ix, "time")) != NULL &&
	    m->type == JSON_STRING &&
	    instant_parse(json_inside(m->value), &time) != 0)
		time = 0;
	json_index_release(&ix);
	return time;
}

/* Read the time of the first line of ${path}.  Return 0, or -1 if the file can
 * be read only once. */
static int
first_time(const char *path, int64_t *time)
{
	struct ndjson_reader *r = NULL;
	struct ndjson_line line;
	struct stat st;
	int fd;

	*time = 0;
	if (strcmp(path, "-") == 0 ||
	    (stat(path, &st) == 0 && !S_ISREG(st.st_mode)))
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		r = ndjson_reader_new(fd, AUDIT_LINE_MAX);
	if (r != NULL && ndjson_next(r, &line) == NDJSON_LINE)
		*time = time_of(line.text);
	ndjson_reader_free(r);
	if (fd >= 0)
		close(fd);
	return 0;
}

int
audit_sort_files(char **file, int n)
{
	int64_t *time = calloc((size_t)n + 1, sizeof(*time));
	int rc = time != NULL && n > 0 ? 0 : -1;

	for (int i = 0; rc == 0 && i < n; i++)
		rc = first_time(file[i], &time[i]);
	for (int i = 1; rc == 0 && i < n; i++) {
		int64_t t = time[i];
		char *f = file[i];
		int j = i;

		for (; t > 0 && j > 0 && time[j - 1] > t; j--) {
			time[j] = time[j - 1];
			file[j] = file[j - 1];
		}
		time[j] = t;
		file[j] = f;
	}
	free(time);
	return rc;
}
