/*
 * Functions that do not compile in this project: each has a bounded or
 * thread-safe replacement.  The Makefile includes this before every file.
 */
#ifndef BANNED_H
#define BANNED_H

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok
#pragma GCC poison gmtime localtime ctime asctime mktemp tmpnam tempnam
#pragma GCC poison atoi atol atoll atof setlocale system popen

#endif
