#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor/private.h"
#include "entrance/entrance.h"

#define CA_FILE "/etc/ssl/certs/ca-certificates.crt"
#define ZONES "/usr/share/zoneinfo/UTC"

static void
check_certificates(struct doctor *d)
{
	static const char *const variable[] = {
	    "CURL_CA_BUNDLE", "SSL_CERT_FILE"};
	const char *file = CA_FILE;
	struct stat st;

	for (size_t i = 0; i < sizeof(variable) / sizeof(variable[0]); i++) {
		const char *v = getenv(variable[i]);

		if (v != NULL && v[0] != '\0') {
			file = v;
			break;
		}
	}
	if (stat(file, &st) == 0 && st.st_size > 0 && access(file, R_OK) == 0)
		doctor_say(d, "tls.certificates", DOCTOR_OK, NULL, "%s", file);
	else
		doctor_say(d, "tls.certificates", DOCTOR_WARNING,
		    "apt-get install ca-certificates, or vitals-post "
		    "--ca-file",
		    "%s cannot be read: no https server is trusted", file);
}

static void
check_terminal(struct doctor *d)
{
	static const char *const variable[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *v = NULL;

	for (size_t i = 0; i < 3 && (v == NULL || v[0] == '\0'); i++)
		v = getenv(variable[i]);
	if (v == NULL || v[0] == '\0')
		v = "C";
	if (strstr(v, "UTF-8") != NULL || strstr(v, "utf8") != NULL ||
	    strstr(v, "UTF8") != NULL || strstr(v, "utf-8") != NULL)
		doctor_say(d, "terminal.locale", DOCTOR_OK, NULL, "%s", v);
	else
		doctor_say(d, "terminal.locale", DOCTOR_WARNING,
		    "export LANG=C.UTF-8, if the terminal shows UTF-8",
		    "%s is not UTF-8: names with accents, and pictures of "
		    "vitals-plot, may be shown wrong",
		    v);
}

static void
check_zones(struct doctor *d)
{
	if (access(ZONES, R_OK) == 0)
		doctor_say(d, "time.zones", DOCTOR_OK, NULL,
		    "installed; the tools write UTC");
	else
		doctor_say(d, "time.zones", DOCTOR_WARNING,
		    "apt-get install tzdata, for date(1) and ls(1)",
		    "not installed; the tools write UTC and do not need "
		    "them");
}

static void
check_optional(struct doctor *d)
{
	static const struct {
		const char *program, *package, *use;
	} optional[] = {
	    {"ffmpeg", "ffmpeg", "reads cameras"},
	    {"jq", "jq", "takes lines apart"},
	    {"openssl", "openssl", "checks signatures by hand"},
	    {"parallel", "parallel", "measures folders on all cores"},
	    {"man", "man-db", "shows the manual"},
	    {"redis-server", "redis-server", "shares a queue among workers"},
	};
	char path[ENTRANCE_PATH_MAX], name[64], fix[128];

	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
		snprintf(
		    name, sizeof(name), "optional.%s", optional[i].program);
		snprintf(fix, sizeof(fix), "apt-get install %s",
		    optional[i].package);
		if (entrance_in_path(optional[i].program, path))
			doctor_say(d, name, DOCTOR_OK, NULL, "%s", path);
		else
			doctor_say(d, name, DOCTOR_MISSING, fix,
			    "not installed: it %s", optional[i].use);
	}
}

void
doctor_surroundings(struct doctor *d)
{
	check_certificates(d);
	check_zones(d);
	check_terminal(d);
	check_optional(d);
}
