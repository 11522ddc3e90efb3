#include "doctor/doctor.h"

#include "doctor/private.h"

enum doctor_verdict
doctor_run(const char *directory, doctor_fn *report, void *context)
{
	struct doctor d = {
	    .directory = directory, .report = report, .context = context};

	doctor_programs(&d);
	doctor_kernel(&d);
	doctor_clock(&d);
	doctor_disk(&d);
	doctor_limits(&d);
	doctor_surroundings(&d);
	return d.worst;
}
