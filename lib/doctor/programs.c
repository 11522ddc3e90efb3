#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "doctor/private.h"
#include "entrance/entrance.h"

/* A busy machine may need long. */
#define TRY_SECONDS 120

/* How a library says its version. */
enum says {
	SAYS_TEXT,  /* const char *f(void) */
	SAYS_TOPIC, /* const char *f(int) */
	SAYS_DATA,  /* const char f[] */
	SAYS_NUMBERS /* const struct { unsigned major, minor, micro; } *f(void) */
};

/* The libraries, with their versions in Debian 12, the oldest that the tools are
 * tested with. */
static const struct library {
	const char *name, *symbol;
	enum says says;
	unsigned major, minor;
	const char *package; /* that fixes an old or a missing one */
} libraries[] = {
    {"libavutil", "av_version_info", SAYS_TEXT, 5, 1, "libavformat-dev"},
    {"libfftw3", "fftw_version", SAYS_DATA, 3, 3, "libfftw3-dev"},
    {"libexpat", "XML_ExpatVersion", SAYS_TEXT, 2, 5, "libexpat1-dev"},
    {"libcrypto", "OpenSSL_version", SAYS_TOPIC, 3, 0, "libssl-dev"},
    {"libcurl", "curl_version", SAYS_TEXT, 7, 88, "libcurl4-openssl-dev"},
    {"libsqlite3", "sqlite3_libversion", SAYS_TEXT, 3, 40, "libsqlite3-dev"},
    {"libevent", "event_get_version", SAYS_TEXT, 2, 1, "libevent-dev"},
    {"libseccomp", "seccomp_version", SAYS_NUMBERS, 2, 5, "libseccomp-dev"},
};
#define LIBRARIES (sizeof(libraries) / sizeof(libraries[0]))

/* ---- Libraries --------------------------------------------------------------- */

/* Call ${symbol} of the open library, and write what it says to ${text}. */
static void
ask(const struct library *l, void *symbol, char *text, size_t size)
{
	const struct {
		unsigned major, minor, micro;
	} * numbers;
	union {
		void *symbol;
		const char *(*text)(void);
		const char *(*topic)(int topic);
		const void *(*numbers)(void);
	} f = {symbol};

	switch (l->says) {
	case SAYS_TEXT:
		snprintf(text, size, "%s", f.text());
		break;
	case SAYS_TOPIC:
		snprintf(text, size, "%s", f.topic(0));
		break;
	case SAYS_DATA:
		snprintf(text, size, "%s", (const char *)symbol);
		break;
	case SAYS_NUMBERS:
		numbers = f.numbers();
		snprintf(text, size, "%u.%u.%u", numbers->major, numbers->minor,
		    numbers->micro);
		break;
	}
}

/* Report the version of the library ${l} at ${path}, which is open. */
static void
report_version(
    struct doctor *d, const struct library *l, const char *path, void *library)
{
	char text[160] = "", name[64], fix[128];
	void *symbol = dlsym(library, l->symbol);
	const char *number;
	char *end;
	unsigned long major, minor = 0;

	snprintf(name, sizeof(name), "library.%s", l->name);
	snprintf(fix, sizeof(fix), "apt-get install %s, and build again",
	    l->package);
	if (symbol == NULL) {
		doctor_say(d, name, DOCTOR_WARNING, fix,
		    "%s does not say its version", path);
		return;
	}
	ask(l, symbol, text, sizeof(text));
	number = text + strcspn(text, "0123456789");
	major = strtoul(number, &end, 10);
	if (*end == '.')
		minor = strtoul(end + 1, NULL, 10);
	if (major > l->major || (major == l->major && minor >= l->minor))
		doctor_say(d, name, DOCTOR_OK, NULL, "%.*s",
		    (int)strcspn(number, " -"), number);
	else
		doctor_say(d, name, DOCTOR_WARNING, fix,
		    "%s is older than %u.%u, with which the tools are tested",
		    text, l->major, l->minor);
}

static void
report_library(struct doctor *d, const struct library *l, const char *path)
{
	void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);

	if (library == NULL)
		return; /* reported with the tool that needs it */
	report_version(d, l, path, library);
	dlclose(library);
}

/* What was seen in the tools so far. */
struct seen {
	bool library[LIBRARIES];
};

/* Take one line of the dynamic linker: "NAME.so.N => PATH (ADDRESS)" or "=> not
 * found".  Return whether the library was found; its name goes to ${lacks}
 * otherwise. */
static bool
take_line(struct doctor *d, struct seen *seen, char *line, char lacks[64])
{
	char *arrow = strstr(line, " => "), *end;

	if (arrow == NULL)
		return true;
	*arrow = '\0';
	line += strspn(line, " \t");
	arrow += 4;
	if (strncmp(arrow, "not found", 9) == 0) {
		snprintf(lacks, 64, "%s", line);
		return false;
	}
	end = strstr(arrow, " (0x");
	if (end != NULL)
		*end = '\0';
	for (size_t i = 0; i < LIBRARIES; i++) {
		size_t n = strlen(libraries[i].name);

		if (seen->library[i] ||
		    strncmp(line, libraries[i].name, n) != 0 ||
		    (line[n] != '.' && line[n] != '-'))
			continue;
		seen->library[i] = true;
		report_library(d, &libraries[i], arrow);
	}
	return true;
}

/* ---- Tools ------------------------------------------------------------------- */

/* Without these nothing is measured or delivered. */
static bool
is_needed(const char *name)
{
	return strcmp(name, "extract") == 0 || strcmp(name, "event") == 0 ||
	    strcmp(name, "post") == 0;
}

/* Check the libraries of the tool at ${path}. */
static void
check_tool(
    struct doctor *d, struct seen *seen, const char *tool, const char *path)
{
	const char *argv[] = {path, NULL};
	char name[64], lacks[64] = "";
	struct buf out;
	char *line, *next;

	snprintf(name, sizeof(name), "tool.%s", tool);
	buf_init(&out);
	/* The dynamic linker lists the libraries and does not start the
	 * program, as for ldd(1). */
	if (spawn_run(argv, "LD_TRACE_LOADED_OBJECTS=1", TRY_SECONDS, &out) !=
		0 ||
	    buf_string(&out) == NULL) {
		doctor_say(d, name, DOCTOR_FAILED, "build or install it again",
		    "%s cannot be started", path);
		buf_release(&out);
		return;
	}
	for (line = out.data; line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		(void)take_line(d, seen, line, lacks); /* says what lacks */
	}
	if (lacks[0] != '\0')
		doctor_say(d, name,
		    is_needed(tool) ? DOCTOR_FAILED : DOCTOR_WARNING,
		    "install the library, or build again: sh .ci/setup "
		    "--build && make",
		    "%s is not found", lacks);
	else
		doctor_say(d, name, DOCTOR_OK, NULL, "%s", path);
	buf_release(&out);
}

/* Measure a clip that is made for this: does the decoder work, is the face
 * cascade there? */
static void
try_measuring(struct doctor *d)
{
	static const char script[] =
	    "\"$1\" -q --duration 8 --size 320x240 - | \"$2\" -q -";
	char synth[ENTRANCE_PATH_MAX], extract[ENTRANCE_PATH_MAX];
	const char *argv[] = {
	    "/bin/sh", "-c", script, "vitals", synth, extract, NULL};
	struct buf out;
	int status;

	if (entrance_find("synth", synth) != 0 ||
	    entrance_find("extract", extract) != 0)
		return;
	buf_init(&out);
	status = spawn_run(argv, NULL, TRY_SECONDS, &out);
	if (status == 0)
		doctor_say(d, "measure", DOCTOR_OK, NULL,
		    "a clip was made, decoded and measured");
	else
		doctor_say_failed(d, "measure",
		    buf_string(&out) != NULL &&
			    strstr(out.data, "opencv-data") != NULL
			? "apt-get install opencv-data"
			: "vitals help extract; see DIAGNOSTICS",
		    "vitals-extract", status, &out);
	buf_release(&out);
}

void
doctor_programs(struct doctor *d)
{
	const struct entrance_tool *t;
	struct seen seen = {{false}};
	char path[ENTRANCE_PATH_MAX], name[64];

	for (size_t i = 0; (t = entrance_tool_at(i)) != NULL; i++) {
		if (entrance_find(t->name, path) == 0) {
			check_tool(d, &seen, t->name, path);
			continue;
		}
		snprintf(name, sizeof(name), "tool.%s", t->name);
		doctor_say(d, name,
		    is_needed(t->name) ? DOCTOR_FAILED : DOCTOR_MISSING,
		    "make reports which packages it needs",
		    "vitals-%s is not installed", t->name);
	}
	try_measuring(d);
}
