/* huawei_private - what the parts of the Huawei Cloud simulator share: the vendor itself, its
 * clock, and how something is refused.
 *
 * All that the vendor has are JSON objects in the state, by kind and id:
 *
 *     account, user, key, token, order, certificate, csr
 *
 * Their members are this simulator's own (times are UTC seconds of the virtual clock, named _s);
 * huawei_json makes SCM's shapes of them. An order has the certificates that were bought with it;
 * each of these is first a paid slot and is then applied for.
 *
 * Numbers such as "7.4" in these files are sections of the description of the API that the
 * connector is written by as well; HW-... are its rules.
 */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_PRIVATE_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/vendorsim/row.h"
#include "tests/vendorsim/sim.h"

struct huawei {
    struct sim *sim;
    struct state *state;
};

/* Kinds of objects in the state. */
#define ACCOUNT     "account"
#define USER        "user"  /* by name */
#define KEY         "key"   /* by its AK */
#define TOKEN       "token" /* by itself */
#define ORDER       "order"
#define CERTIFICATE "certificate"
#define CSR         "csr"

int64_t hw_now(const struct huawei *hw);

/* The object with that member "id" was changed in place. */
void hw_touch(struct huawei *hw, const char *kind, const json_t *row);

/* SCM refuses (3): its code, and what the simulator knows beyond the vendor's general text, for the
 * record of the call. */
struct hw_refusal {
    const char *code; /* "SCM.0010" */
    char detail[256];
};

/* Fills it; false, so that `return hw_refuse(...)` says it all. The code must be one of the table.
 */
bool hw_refuse(struct hw_refusal *why, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What SCM answers with that code: the status and {"error_code","error_msg"}. */
int hw_refusal_status(const struct hw_refusal *why);
json_t *hw_refusal_json(const struct huawei *hw, const struct hw_refusal *why);

/* "2027-01-15 16:30:00.0", by the setting in UTC+8 or UTC; 0: "". */
#define HW_TIME_SIZE 32
void hw_format_time(const struct huawei *hw, int64_t time_s, char text[HW_TIME_SIZE]);

#endif
