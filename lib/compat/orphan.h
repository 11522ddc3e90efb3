/* compat_orphan: a child that does not outlive its parent. */
#ifndef COMPAT_ORPHAN_H
#define COMPAT_ORPHAN_H

#include <sys/types.h>

/* Call in a child: it gets SIGTERM when ${parent} ends, or at once if that has
 * ended already. */
void compat_orphan_end(pid_t parent);

#endif
