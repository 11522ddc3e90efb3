#include "rppg/method.h"

#include "rppg/rows.h"

/*
 * POS, CHROM and PBV are made for reflected light under which all channels
 * are above black; the engine leaves darker traces out.
 */
#define ROW(constant, name, kind, weight, function)                      \
	[RPPG_##constant] = {#name, "rppg-" #name, "rppg-" #name "-raw", \
	    RPPG_KIND_##kind, weight, function},
#define COLOUR(constant, name, kind, weight) \
	ROW(constant, name, kind, weight, rppg_##name)
#define WHOLE(constant, name, kind, weight) \
	ROW(constant, name, kind, weight, NULL)

static const struct rppg_method_info table[RPPG_METHODS] = {
    RPPG_METHOD_TABLE(COLOUR, WHOLE)};

const struct rppg_method_info *
rppg_method_info(enum rppg_method method)
{
	return &table[method];
}
