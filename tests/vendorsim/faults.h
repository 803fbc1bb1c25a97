/* faults - what shall go wrong: POST /faults [{"match":"POST *order*","times":1,"kind":"delay"}].
 *
 * `match` is a shell pattern (stars take slashes too) held against "METHOD PATH" and against the
 * operation's name, and is "*" if it is left out; `after` is how many that match come through
 * before it begins (0), `times` how often it then happens (1; 0: until it is deleted).
 * The first fault that matches a request is the one that happens.
 *
 *     drop_before   the connection ends, nothing is done
 *     drop_after    all is done, and then the connection ends
 *     delay         all is done, the answer comes after "ms"
 *     status        the answer is "code" (503), without anything done
 *     truncate      all is done, the answer breaks off halfway
 *     html_502      a gateway's HTML page, without anything done
 *     rate_limit    the vendor's answer to too many requests
 *     wrong_key, missing_name, bad_chain
 *                   certificates in the answer are spoilt (ca.h)
 *
 * "done": true has `status` and `html_502` come after all was done.
 */
#ifndef COUNTERSIGN_VENDORSIM_FAULTS_H
#define COUNTERSIGN_VENDORSIM_FAULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_DROP_BEFORE,
    FAULT_DROP_AFTER,
    FAULT_DELAY,
    FAULT_STATUS,
    FAULT_TRUNCATE,
    FAULT_HTML_502,
    FAULT_RATE_LIMIT,
    FAULT_WRONG_KEY,
    FAULT_MISSING_NAME,
    FAULT_BAD_CHAIN
};

struct fault {
    enum fault_kind kind;
    int64_t ms; /* of a delay */
    int code;   /* of a status */
    bool done;
};

struct faults;

struct faults *faults_new(void *mem);

/* Adds a list of faults, or none of them: ERR_INPUT says what is wrong with which. */
enum err_code faults_add(struct faults *faults, const json_t *list, struct err *e);
void faults_clear(struct faults *faults);

/* The fault for a request; counts it. `operation` may be NULL. FAULT_NONE: nothing goes wrong. */
struct fault faults_take(
    struct faults *faults, const char *method, const char *path, const char *operation);

/* Those that are left, with "times" as it is now and "hits". A new reference. */
json_t *faults_json(const struct faults *faults);

const char *fault_kind_name(enum fault_kind kind); /* "answered" for FAULT_NONE */

#endif
