#include "extract/progress.h"

#include "diag/diag.h"
#include "instant/instant.h"

enum {
	BAR = 30,
	FIRST_MS = 1000,
	STEP_MS = 250
};

void
extract_progress_init(struct extract_progress *p, const char *name)
{
	*p = (struct extract_progress){.name = name};
	p->start = p->last = instant_monotonic();
}

static bool
is_time(struct extract_progress *p, int64_t now)
{
	if (now - p->start < FIRST_MS || now - p->last < STEP_MS)
		return false;
	p->last = now;
	p->shown = true;
	return true;
}

static long long
seconds_left(int64_t passed, double share)
{
	return (long long)((double)passed * (1 / share - 1) / 1000);
}

void
extract_progress_show(void *context, double share)
{
	struct extract_progress *p = context;
	int64_t now = instant_monotonic(), passed = now - p->start;
	char bar[BAR + 1];

	if (!is_time(p, now))
		return;
	if (!(share > 0)) {
		diag_progress(
		    "%s: %lld s", p->name, (long long)(passed / 1000));
		return;
	}
	share = share < 1 ? share : 1;
	for (int i = 0; i < BAR; i++)
		bar[i] = i < (int)(share * BAR) ? '#' : '.';
	bar[BAR] = '\0';
	long long left = seconds_left(passed, share);

	diag_progress("%s: [%s] %3d %%, %lld:%02lld left", p->name, bar,
	    (int)(share * 100), left / 60, left % 60);
}

void
extract_progress_files(struct extract_progress *p, size_t done, size_t all)
{
	int64_t now = instant_monotonic();
	double share = (double)done / (double)all;

	if (!is_time(p, now))
		return;
	if (done == 0) {
		diag_progress("%zu of %zu files", done, all);
		return;
	}
	long long left = seconds_left(now - p->start, share);

	diag_progress("%zu of %zu files, %lld:%02lld left", done, all,
	    left / 60, left % 60);
}

void
extract_progress_give_way(void)
{
	diag_progress("%s", "");
}

void
extract_progress_clear(struct extract_progress *p)
{
	if (p->shown)
		diag_progress_end();
	p->shown = false;
}
