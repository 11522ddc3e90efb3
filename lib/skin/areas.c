#include "skin/areas.h"

/* By hand, on the boxes of this cascade. */
const struct skin_area skin_areas[SKIN_AREAS] = {
    {"forehead", 0.20, -0.02, 0.80, 0.26, 6, 2},
    {"cheek-left", 0.08, 0.48, 0.36, 0.80, 3, 3},
    {"cheek-right", 0.64, 0.48, 0.92, 0.80, 3, 3},
    {"nose", 0.38, 0.42, 0.62, 0.64, 2, 2},
    {"chin", 0.30, 0.86, 0.70, 1.02, 4, 1},
};
