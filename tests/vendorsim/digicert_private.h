/* digicert_private - what the parts of the CertCentral simulator share: the vendor itself, and how
 * something is refused.
 *
 * All that the account has are JSON objects in the state, by kind and id:
 *
 *     user, key, organization, domain, order, certificate, request
 *
 * Their members are this simulator's own (times are UTC seconds of the virtual clock, named _s);
 * digicert_json makes CertCentral's shapes of them. One order has many certificates: the original,
 * its reissues, its duplicates, each there from the moment it is asked for.
 *
 * Numbers such as "8.3" in these files are sections of the description of the Services API that the
 * connector is written by as well; DC-TLS-... are its rules.
 */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_PRIVATE_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/public_suffix.h"
#include "tests/vendorsim/digicert_row.h"
#include "tests/vendorsim/sim.h"

struct digicert {
    struct sim *sim;
    struct state *state;
    struct public_suffixes *suffixes;
};

/* What the vendor's CA calls itself. */
#define ROOT_NAME         "Simulated DigiCert Global Root"
#define INTERMEDIATE_NAME "Simulated DigiCert TLS CA"

/* Kinds of objects in the state. */
#define USER         "user"
#define KEY          "key" /* by its secret; all others by id */
#define ORGANIZATION "organization"
#define DOMAIN       "domain"
#define ORDER        "order"
#define CERTIFICATE  "certificate"
#define REQUEST      "request"

int64_t digicert_now(const struct digicert *dc);

/* An object by id, borrowed; NULL. */
json_t *digicert_get(const struct digicert *dc, const char *kind, int64_t id);
/* Adds an object under its member "id"; it is given the next of its kind, which begin with `first`,
 * if it has none. Takes the object over, returns it borrowed. */
json_t *digicert_add(struct digicert *dc, const char *kind, int64_t first, json_t *row);
/* The object was changed in place. */
void digicert_touch(struct digicert *dc, const char *kind, const json_t *row);

/* An answer that refuses (1.5). */
struct refusal {
    int status;
    char code[160];
    char message[256];
};

/* Fills it; false, so that `return refuse(...)` says it all. */
bool refuse(struct refusal *why, int status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
