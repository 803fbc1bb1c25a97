/* err - how a function says that it failed.
 *
 * A failing function returns a category (enum err_code) and leaves two texts in the struct err that
 * its caller passed: one that may be shown to an ACME client, one for the log. The place that knows
 * most fills them in; everybody else passes them on: `return err_set(e, ERR_CONFLICT, "...")` is
 * the idiom. A struct err is never NULL and starts zeroed (`struct err e = {0};`). A struct err
 * belongs to one thread at a time.
 */
#ifndef COUNTERSIGN_BASE_ERR_H
#define COUNTERSIGN_BASE_ERR_H

#include <stdint.h>

/* A category, not a place. 0 is success, all others are negative. */
enum err_code {
    ERR_OK = 0,
    ERR_INPUT = -1,        /* what was given is malformed or not acceptable */
    ERR_UNAUTHORIZED = -2, /* the asker may not do this */
    ERR_NOT_FOUND = -3,    /* no such thing, or not the asker's */
    ERR_CONFLICT = -4,     /* the thing is in another state than this needs */
    ERR_LIMIT = -5,        /* too often or too many; retry_after_s says when again */
    ERR_TOO_LARGE = -6,    /* a bound on size was passed */
    ERR_DENIED = -7,       /* policy forbids it */
    ERR_TIMEOUT = -8,      /* the other side did not answer in time */
    ERR_NETWORK = -9,      /* connection refused, reset, name not found, TLS failed */
    ERR_UPSTREAM_TEMPORARY = -10,
    ERR_UPSTREAM_REFUSED = -11,
    ERR_UPSTREAM_IN_DOUBT = -12, /* it may or may not have been done: find out, never repeat */
    ERR_STORE = -13,             /* the database cannot read or write now */
    ERR_CANCELLED = -14,         /* the work was ended from our side (shutdown) */
    ERR_BUG = -15                /* an invariant of ours does not hold */
};

struct err {
    enum err_code code;
    int kind; /* 0, or a finer kind; the floor that sets it gives it meaning (acme/problem.h) */
    char detail[384];      /* our own words, safe to show to the ACME client */
    char internal[384];    /* for the log: SQL text, vendor code and message, errno */
    int64_t retry_after_s; /* 0 = none */
};

/* Fills code and detail (printf-style, cut at its size), clears kind, internal and retry_after_s;
 * returns code. */
enum err_code err_set(struct err *e, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds the text for the log to an error that was just set; returns its code. */
enum err_code err_internal(struct err *e, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A fixed lower-case word for the log: "input", "store", ... */
const char *err_code_name(enum err_code code);

/* Ends the process with a log line. For states that cannot be; on in all builds. */
_Noreturn void err_bug(const char *file, int line, const char *what);
#define BUG_ON(condition)                                                                          \
    do {                                                                                           \
        if (condition)                                                                             \
            err_bug(__FILE__, __LINE__, #condition);                                               \
    } while (0)

#endif
