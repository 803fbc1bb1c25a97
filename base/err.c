/* err - see err.h. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum err_code err_set(struct err *e, enum err_code code, const char *format, ...)
{
    va_list args;

    e->code = code;
    e->kind = 0;
    e->internal[0] = '\0';
    e->retry_after_s = 0;
    va_start(args, format);
    vsnprintf(e->detail, sizeof e->detail, format, args);
    va_end(args);
    return code;
}

enum err_code err_internal(struct err *e, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(e->internal, sizeof e->internal, format, args);
    va_end(args);
    return e->code;
}

const char *err_code_name(enum err_code code)
{
    switch (code) {
    case ERR_OK:
        return "ok";
    case ERR_INPUT:
        return "input";
    case ERR_UNAUTHORIZED:
        return "unauthorized";
    case ERR_NOT_FOUND:
        return "not_found";
    case ERR_CONFLICT:
        return "conflict";
    case ERR_LIMIT:
        return "limit";
    case ERR_TOO_LARGE:
        return "too_large";
    case ERR_DENIED:
        return "denied";
    case ERR_TIMEOUT:
        return "timeout";
    case ERR_NETWORK:
        return "network";
    case ERR_UPSTREAM_TEMPORARY:
        return "upstream_temporary";
    case ERR_UPSTREAM_REFUSED:
        return "upstream_refused";
    case ERR_UPSTREAM_IN_DOUBT:
        return "upstream_in_doubt";
    case ERR_STORE:
        return "store";
    case ERR_CANCELLED:
        return "cancelled";
    case ERR_BUG:
        return "bug";
    }
    return "unknown";
}

_Noreturn void err_bug(const char *file, int line, const char *what)
{
    fprintf(stderr, "countersign: bug: %s:%d: %s\n", file, line, what);
    abort();
}
