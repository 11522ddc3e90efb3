/* Media types of data; private to lib/cloudevent. */
#ifndef CLOUDEVENT_TYPE_H
#define CLOUDEVENT_TYPE_H

#include <stdbool.h>

#include "buf/buf.h"

/* Is the subtype of ${type} "json", or does it end in "+json"? */
bool cloudevent_type_is_json(struct span type);

/* Is ${type} printable ASCII, and not empty? */
bool cloudevent_type_ok(struct span type);

#endif
