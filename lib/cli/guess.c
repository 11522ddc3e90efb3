#include <string.h>

#include "cli/help.h"

/* Longer words are not compared. */
#define WORD_MAX 32

/* The largest distance of a guess. */
#define WRONG_MAX 2

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* The edit distance of ${a} and ${b}: insertions, deletions, substitutions and
 * swaps of neighbours. */
static unsigned
distance(const char *a, size_t n, const char *b, size_t m)
{
	unsigned row[3][WORD_MAX + 1];

	for (size_t k = 0; k <= m; k++)
		row[1][k] = (unsigned)k;
	for (size_t i = 1; i <= n; i++) {
		unsigned *now = row[(i + 1) % 3], *last = row[i % 3];
		const unsigned *before = row[(i + 2) % 3];

		now[0] = (unsigned)i;
		for (size_t k = 1; k <= m; k++) {
			now[k] = least(now[k - 1] + 1, last[k] + 1,
			    last[k - 1] + (a[i - 1] != b[k - 1]));
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
			    a[i - 2] == b[k - 1] && before[k - 2] + 1 < now[k])
				now[k] = before[k - 2] + 1;
		}
	}
	return row[(n + 1) % 3][m];
}

void
cli_guess_begin(struct cli_guess *g, struct span word)
{
	*g = (struct cli_guess){.word = word, .wrong = WRONG_MAX + 1};
}

void
cli_guess_try(struct cli_guess *g, const char *name)
{
	size_t n = g->word.n, m = strlen(name);
	unsigned d;

	if (n < 3 || n > WORD_MAX || m == 0 || m > WORD_MAX)
		return;
	d = distance(g->word.p, n, name, m);
	if (m > n && memcmp(name, g->word.p, n) == 0)
		d = 1; /* an abbreviation, which is not accepted */
	if (d < g->wrong) {
		g->wrong = d;
		g->best = name;
	}
}

const char *
guess_option(const struct cli *cli, const struct cli_option *common, size_t n,
    struct span word)
{
	struct cli_guess g;

	cli_guess_begin(&g, word);
	for (size_t i = 0; i < cli->options + n; i++) {
		const char *name = i < cli->options
		    ? cli->option[i].name
		    : common[i - cli->options].name;

		if (name != NULL)
			cli_guess_try(&g, name);
	}
	return g.best;
}
