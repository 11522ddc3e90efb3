/*
 * grid: the even grid of all waves, and the windows on it.
 */
#ifndef RPPG_GRID_H
#define RPPG_GRID_H

#define RPPG_GRID 60.0   /* samples per second of all waves */
#define RPPG_WINDOW 10.0 /* s */
#define RPPG_HOP 1.0     /* s */
#define RPPG_FIRST 5.0   /* s of signal before the first estimate */

enum rppg_site {
	RPPG_SITE_FACE,
	RPPG_SITE_SKIN,
	RPPG_SITE_FINGER
};

#endif
