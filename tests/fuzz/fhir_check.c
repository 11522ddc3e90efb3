/* Lines of any bytes to the check of FHIR resources: whatever it refuses has a message,
 * and what it accepts is a resource of JSON. */
#include <stdint.h>
#include <stdlib.h>

#include "fhir/fhir.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fhir_checker *checker;
	static struct json_index ix;
	struct err err = {""};
	/* A copy of its own size, so that a byte too far is seen. */
	char *copy = malloc(size + (size == 0));

	if (copy == NULL)
		return 0;
	if (checker == NULL) {
		checker = fhir_checker_new();
		if (checker == NULL)
			abort();
		json_index_init(&ix);
	}
	if (size > 0)
		memcpy(copy, data, size);
	switch (fhir_check(checker, (struct span){copy, size}, &err)) {
	case VERDICT_GOOD:
		if (json_index_read(&ix, (struct span){copy, size}, &err) !=
			0 ||
		    json_index_find(&ix, "resourceType") == NULL)
			abort();
		break;
	case VERDICT_BAD:
		if (err.text[0] == '\0')
			abort();
		break;
	case VERDICT_SYSTEM:
	case VERDICT_OUTPUT:
		abort();
	}
	free(copy);
	return 0;
}
