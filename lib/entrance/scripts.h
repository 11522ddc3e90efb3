/*
 * entrance/scripts: the shell scripts that are part of vitals: the demo, and
 * the pipelines that it prints.  lib/entrance/embed.sh writes them as C.
 */
#ifndef ENTRANCE_SCRIPTS_H
#define ENTRANCE_SCRIPTS_H

struct entrance_script {
	const char *name;
	const char *title; /* its first comment */
	const char *text;  /* without that */
};

/* The demo; and the pipelines, ended by a row without a name. */
extern const struct entrance_script entrance_demo;
extern const struct entrance_script entrance_pipeline[];

#endif
