/* banned - functions that this code base does without, because they have no bound or hidden state.
 *
 * Included by the compiler's command line into every file of ours; a use is a build error.
 */
#ifndef COUNTERSIGN_BASE_BANNED_H
#define COUNTERSIGN_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A call becomes the call of a function that nobody has; the headers above have declared theirs by
 * now. */
#undef strcpy
#define strcpy(...) banned_strcpy()
#undef strcat
#define strcat(...) banned_strcat()
#undef strncpy
#define strncpy(...) banned_strncpy()
#undef strncat
#define strncat(...) banned_strncat()
#undef sprintf
#define sprintf(...) banned_sprintf()
#undef vsprintf
#define vsprintf(...) banned_vsprintf()
#undef gets
#define gets(...) banned_gets()
#undef strtok
#define strtok(...) banned_strtok()
#undef atoi
#define atoi(...) banned_atoi()
#undef atol
#define atol(...) banned_atol()
#undef atoll
#define atoll(...) banned_atoll()
#undef gmtime
#define gmtime(...) banned_gmtime()
#undef localtime
#define localtime(...) banned_localtime()
#undef ctime
#define ctime(...) banned_ctime()
#undef asctime
#define asctime(...) banned_asctime()
#undef rand
#define rand(...) banned_rand()
#undef srand
#define srand(...) banned_srand()

#endif
