/* tencent_private - what the parts of the Tencent Cloud simulator share: the vendor itself, how
 * something is refused, and in which states a certificate can be.
 *
 * All that the accounts have are JSON objects in the state, by kind and id:
 *
 *     key, certificate, verification, standing, zone, package, profile, log, task, error
 *
 * Their members are this simulator's own (times are UTC seconds of the virtual clock, named _s);
 * tencent_json makes the shapes of the service of them.
 *
 * Numbers such as "8.11" in these files are sections of the description of the service that the
 * connector is written by as well; TC-REISSUE-... are its rules.
 */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_PRIVATE_H
#define COUNTERSIGN_VENDORSIM_TENCENT_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/public_suffix.h"
#include "tests/vendorsim/row.h"
#include "tests/vendorsim/sim.h"

struct tencent {
    struct sim *sim;
    struct state *state;
    struct public_suffixes *suffixes;
};

#define TC_ROOT_NAME         "Simulated Tencent Root"
#define TC_INTERMEDIATE_NAME "Simulated Tencent TLS CA"

/* Kinds of objects in the state. */
#define TC_KEY          "key"          /* by SecretId */
#define TC_CERTIFICATE  "certificate"  /* by CertificateId */
#define TC_VERIFICATION "verification" /* account|domain|organization: when it was verified */
#define TC_STANDING     "standing"     /* account|domain: validated by a standing CNAME or proxy */
#define TC_ZONE         "zone"         /* account|zone: hosted at the vendor's DNS */
#define TC_PACKAGE      "package"      /* by PackageId */
#define TC_PROFILE      "profile"      /* by CompanyId: approved company data */
#define TC_LOG          "log"          /* by number */
#define TC_TASK         "task"         /* by TaskId: a deletion */
#define TC_ERROR        "error"        /* by action: what it is answered with, for a while */

/* 7.1. Reissues (11) are not among those that are kept, see tc_status_shown. */
enum tc_status {
    TC_REVIEW = 0,
    TC_ISSUED = 1,
    TC_FAILED = 2,
    TC_EXPIRED = 3,
    TC_DNS_ADDED = 4,
    TC_WAIT_INFO = 5,
    TC_CANCELLING = 6,
    TC_CANCELLED = 7,
    TC_WAIT_LETTER = 8,
    TC_REVOKING = 9,
    TC_REVOKED = 10,
    TC_REISSUING = 11,
    TC_WAIT_REVOKE_LETTER = 12,
    TC_FREE_WAIT_INFO = 13,
    TC_REFUNDED = 14
};

int64_t tc_now(const struct tencent *tc);
bool tc_is_china(const struct tencent *tc);
bool tc_csr_needs_name(const struct tencent *tc); /* does a CSR have to have a common name? */

/* An answer that refuses (4, 5). */
struct tc_refusal {
    char code[96];
    char message[256];
};

/* Fills it; false, so that `return tc_refuse(...)` says it all. */
bool tc_refuse(struct tc_refusal *why, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The time as the service writes it: GMT+8, "2026-01-05 17:00:00"; 0: "". */
#define TC_TIME_SIZE 20
void tc_format_time(int64_t time_s, char text[TC_TIME_SIZE]);
/* The same as a member; 0: null. */
void tc_put_time(json_t *row, const char *member, int64_t time_s);
/* Reads it. */
bool tc_parse_time(const char *text, int64_t *time_s);

/* The same day and time some months later (1 March for what would be 30 February). */
int64_t tc_months_later(int64_t time_s, int64_t months);

/* The domain of the account's quotas and reissues: the one that can be registered (TC-REISSUE-4).
 * Points into `name`. */
const char *tc_primary_domain(const struct tencent *tc, const char *name);

/* "a|b" and "a|b|c" as ids in the state; on `mem`. */
char *tc_join(void *mem, const char *a, const char *b, const char *c);

/* `len` random characters of A-Z, a-z, 0-9. */
void tc_random_text(char *text, size_t len);

/* Notes what happened for DescribeCertificateOperateLogs (8.21). */
void tc_log(struct tencent *tc, const json_t *certificate, const char *type);

#endif
