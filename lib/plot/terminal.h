/* plot/terminal: what can be shown where text is written to. */
#ifndef PLOT_TERMINAL_H
#define PLOT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* The columns of the terminal on ${fd}, or what the environment's COLUMNS says;
 * PLOT_WIDTH_DEFAULT if neither is known.  From PLOT_WIDTH_MIN to
 * PLOT_WIDTH_MAX. */
size_t plot_terminal_width(int fd);

/* Do the environment's LC_ALL, LC_CTYPE or LANG, whichever is the first that is
 * set, ask for UTF-8? */
bool plot_terminal_is_utf8(void);

#endif
