/* url - absolute http and https URLs taken apart (RFC 3986), and references resolved against them.
 */
#ifndef COUNTERSIGN_BASE_URL_H
#define COUNTERSIGN_BASE_URL_H

#include <stdbool.h>

#include "base/err.h"

struct url {
    const char *text; /* without fragment, and without the port if it is the scheme's own */
    bool is_https;
    const char *host; /* lower case; an IPv6 address without brackets */
    unsigned port;    /* the scheme's own if none is named */
};

/* Reads an absolute URL, or a reference relative to the absolute URL `base` (else NULL). What *out
 * points to is on `mem`. ERR_INPUT with a detail such as "its scheme is neither http nor https":
 * user information, control characters, spaces, and hosts beyond ASCII are refused too (but spaces
 * in a relative reference become %20). IPv4 addresses in odd forms ("0x7f.1") become dotted decimal
 * ones. */
enum err_code url_parse(
    void *mem, const char *base, const char *text, struct url *out, struct err *e);

#endif
