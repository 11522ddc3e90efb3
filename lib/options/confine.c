#include "options/confine.h"

#include "diag/diag.h"
#include "sandbox/sandbox.h"

int
options_confine(const char *const written[], size_t n, struct err *err)
{
	const struct sandbox_files files = {written, n};
	struct sandbox sandbox;

	if (sandbox_enter_server(&files, &sandbox, err) != 0)
		return -1;
	if (sandbox.lacks.text[0] != '\0')
		diag_verbose("sandbox: %s", sandbox.lacks.text);
	return 0;
}
