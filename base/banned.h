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

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok atoi atol atoll
#pragma GCC poison gmtime localtime ctime asctime rand srand

#endif
