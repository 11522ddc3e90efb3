#include "plot/terminal.h"

#include <stdlib.h>
#include <strings.h>
#include <sys/ioctl.h>

#include "plot/report.h"

static size_t
clamp(unsigned long n)
{
	if (n < PLOT_WIDTH_MIN)
		return PLOT_WIDTH_MIN;
	return n > PLOT_WIDTH_MAX ? PLOT_WIDTH_MAX : n;
}

size_t
plot_terminal_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	unsigned long n;
	char *end;

	if (columns != NULL && columns[0] >= '1' && columns[0] <= '9') {
		n = strtoul(columns, &end, 10);
		if (*end == '\0')
			return clamp(n);
	}
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return clamp(size.ws_col);
	return PLOT_WIDTH_DEFAULT;
}

bool
plot_terminal_is_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]), *dot;

		if (value == NULL || value[0] == '\0')
			continue;
		dot = strchr(value, '.');
		return dot != NULL &&
		    (strncasecmp(dot + 1, "utf-8", 5) == 0 ||
			strncasecmp(dot + 1, "utf8", 4) == 0);
	}
	return false;
}
