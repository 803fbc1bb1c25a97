/* path - paths and queries of URLs: percent-encoding (RFC 3986, 2.1), and patterns of routes. */
#ifndef COUNTERSIGN_VENDORSIM_PATH_H
#define COUNTERSIGN_VENDORSIM_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* A part of a URL without its percent signs, on `mem`. What is no escape stays as it is; with
 * `plus_is_space` (a form's query), '+' is a space. */
char *path_decode(void *mem, const char *text, size_t len, bool plus_is_space);

/* Adds the text with all but unreserved characters (RFC 3986, 2.3) as "%XX". */
void path_encode(struct buf *b, const char *text);

/* Does a path fit a pattern, in which "{}" stands for one segment that is not empty? These are then
 * in `args`, decoded, on `mem`; there must be room for all of the pattern. */
bool path_fits(void *mem, const char *pattern, const char *path, char **args);

#endif
