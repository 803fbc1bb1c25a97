/* config_vendor - what is checked of every upstream that is a vendor's (server/config_check.c), and
 * what single vendors check beyond that, each in server/config_<its name>.c. */
#ifndef COUNTERSIGN_SERVER_CONFIG_VENDOR_H
#define COUNTERSIGN_SERVER_CONFIG_VENDOR_H

#include "policy/decision.h"
#include "server/config_private.h"

/* "upstreams[2].name", on the scratch. */
const char *config_path(
    struct config_reading *r, const char *list, unsigned index, const char *key);

/* A file that is named must be there and be readable for this process. */
void config_check_file(struct config_reading *r, const char *path, const char *file);

/* Is it a name or an address of this machine's own? */
bool config_is_this_machine(const char *host);

/* The URL (`usual_url` if none is given), the key's file, the CA's; rules that are another's. */
void config_check_vendor(struct config_reading *r, struct config_upstream *upstream, unsigned index,
    enum vendor vendor, const char *usual_url);

/* What a vendor wants to see published, as a set. */
#define CONFIG_PROOF(kind) (1u << VENDOR_PROOF_##kind)

/* A word of dcv_method, and what has to be published then. */
struct config_method {
    const char *word; /* NULL ends the list */
    unsigned kinds;
};

/* dcv_method is one of them (left out: the first), and domain_validation can publish that. */
void config_check_method(struct config_reading *r, struct config_upstream *upstream, unsigned index,
    const struct config_method *methods);

/* Keys of an upstream with their values. */
struct config_value {
    const char *key; /* NULL ends the list */
    const char *value;
};

/* All of them are given: "upstreams[0].contact.email: must be given <why>". */
void config_check_needed(
    struct config_reading *r, unsigned index, const struct config_value *values, const char *why);

/* None of them is. `whose`: the type's word. */
void config_check_foreign(
    struct config_reading *r, unsigned index, const struct config_value *values, const char *whose);

/* Brand and level of a profile are those of its product; left out, they become so. */
void config_check_offer(struct config_reading *r, struct config_profile *profile, unsigned index,
    const char *brand, enum level level);

/* Upstreams of type huawei, and profiles at them. */
void config_check_huawei(
    struct config_reading *r, struct config_upstream *upstream, unsigned index);
void config_check_huawei_profile(
    struct config_reading *r, const struct config *config, unsigned index);

/* Upstreams of type tencent, and profiles at them. */
void config_check_tencent(
    struct config_reading *r, struct config_upstream *upstream, unsigned index);
void config_check_tencent_profile(
    struct config_reading *r, const struct config *config, unsigned index);

#endif
