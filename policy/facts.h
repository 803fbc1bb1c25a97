/* facts - all that a decision may look at: who asks for what, what the vendor holds already, what
 * the configuration prefers.
 *
 * Plain structs. Whoever decides about a live order fills them from the store, `policy explain
 * --facts` fills them from a file (policy/facts_json.h); the decision cannot tell the difference.
 * What is not known is left zero, and zero is always the harmless reading: nobody holds it, it is
 * not revoked, nothing is in process, a validation is not known to lapse. Times are UTC seconds
 * since 1970, 0 where none is known. Everything is borrowed for the time of the decision and what
 * is made from it.
 */
#ifndef COUNTERSIGN_POLICY_FACTS_H
#define COUNTERSIGN_POLICY_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/preferences.h"
#include "store/model.h"
#include "store/vendor_order.h"

struct inventory;
struct public_suffixes;

#define DAY_S INT64_C(86400)

/* What an external account key bounds (RFC 8555, 7.3.4). */
struct binding {
    bool bounds_names;
    const char *const *names; /* a name admits itself and what is below it */
    size_t names_len;
    unsigned acts;        /* set of ACT_BIT; 0: all */
    struct budget budget; /* of its tenant; new_orders < 0: the profile's */
};

struct request {
    const char *tenant;  /* or NULL */
    const char *account; /* or NULL: nobody that could hold a certificate yet */
    enum account_status account_status;
    struct identifiers names; /* sorted (names_sort), at least one */
    const char *spki;
    const char *key_algorithm; /* "RSA", "EC", ...; NULL: not known */
    int64_t key_size;          /* bits of the modulus or the field */
    enum act outright;         /* the action that was asked for by name, or ACT_NONE */
    const char *order_id;      /* the vendor order that was named with it, or NULL */
    const char *replaces;      /* id of a certificate (RFC 9773, 5), or NULL */
    struct binding binding;
};

/* How this server can publish the record that a vendor wants to see. */
enum publishing { PUBLISHING_NONE, PUBLISHING_DNS, PUBLISHING_HTTP };

struct profile {
    const char *product, *brand; /* NULL: any */
    enum level level;
    enum publishing publishing;
    bool free;             /* its product costs nothing */
    bool account_approves; /* whatever is asked for waits for somebody in the vendor's account */
};

/* When billable actions were taken, in any order. */
struct spent {
    const int64_t *upstream_s, *tenant_s;
    size_t upstream_len, tenant_len;
};

struct facts {
    int64_t now_s;
    enum vendor vendor;
    struct profile profile;
    struct preferences preferences;
    struct validations validations;
    struct spent spent;
    struct request request;
    const struct inventory *inventory;
    const struct public_suffixes *suffixes; /* or NULL: the last two labels count */
};

#endif
