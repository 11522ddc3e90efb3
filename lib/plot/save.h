/* plot/save: writes a report to its file. */
#ifndef PLOT_SAVE_H
#define PLOT_SAVE_H

#include "buf/buf.h"
#include "diag/err.h"

/* Replace the file ${path} by ${text} as a whole, with the mode of the old one:
 * readers see the old one or the new one, and of two writers the last one wins.
 * What is not a regular file, such as a FIFO, is written to.  Return 0, or -1 with
 * ${err}. */
int plot_save(const char *path, struct span text, struct err *err);

#endif
