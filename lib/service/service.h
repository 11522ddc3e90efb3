/*
 * service: report to the service manager, as sd_notify(3) describes it.
 *
 * A manager that waits for a service (systemd with Type=notify) names a datagram
 * socket in $NOTIFY_SOCKET.  Without it nothing is sent.
 */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include "diag/err.h"

/* Report that the program is ready: its port is open, requests are answered.
 * Return 0, also if nobody asked; or -1 with ${err}. */
int service_ready(struct err *err);

#endif
