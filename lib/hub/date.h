/* Private to lib/hub: dates of FHIR, which may be partial. */
#ifndef HUB_DATE_H
#define HUB_DATE_H

#include <stdint.h>

#include "buf/buf.h"

/* Read YYYY, YYYY-MM, YYYY-MM-DD, or a time with the minute or the second and
 * a zone, as the milliseconds *${start} to *${end}, inclusive, that it can
 * mean.  What has no zone is in UTC.  Return 0; or -1, and nothing is set. */
int hub_date_read(struct span text, int64_t *start, int64_t *end);

#endif
