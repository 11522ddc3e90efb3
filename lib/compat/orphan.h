/* compat_orphan: a process that does not outlive the one that started it. */
#ifndef COMPAT_ORPHAN_H
#define COMPAT_ORPHAN_H

#include <sys/types.h>

/* Call in a child: it gets SIGTERM when ${parent} ends, at once where that has
 * ended already. */
void compat_orphan_end(pid_t parent);

#endif
