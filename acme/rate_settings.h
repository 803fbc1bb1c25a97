/* rate_settings - the limits on how often clients may do what: their list, and what the
 * configuration says of each. What they count and how is acme/rate.h's.
 */
#ifndef COUNTERSIGN_ACME_RATE_SETTINGS_H
#define COUNTERSIGN_ACME_RATE_SETTINGS_H

#include "base/address.h"
#include "base/gcra.h"

enum rate {
    RATE_NONE,
    RATE_REQUESTS_PER_ADDRESS,
    RATE_RENEWAL_INFO_PER_ADDRESS,
    RATE_NEW_ACCOUNTS_PER_ADDRESS,
    RATE_REQUESTS_PER_ACCOUNT,
    RATE_NEW_ORDERS_PER_ACCOUNT,
    RATE_NEW_AUTHORIZATIONS_PER_ACCOUNT,
    RATE_CHALLENGES_PER_ACCOUNT,
    RATE_FINALIZES_PER_ACCOUNT,
    RATE_KEY_CHANGES_PER_ACCOUNT,
    RATE_CHALLENGE_MAILS_PER_ACCOUNT,
    RATE_CHALLENGE_MAILS_PER_MAILBOX,
    RATE_FAILED_VALIDATIONS,
    RATE_REPLACEMENTS,
    RATE_DUPLICATE_CERTIFICATES,
    RATE_REQUESTS,
    RATE_NEW_ACCOUNTS,
    RATE_NEW_ORDERS,
    RATES
};

/* The unit of time of rates. */
#define RATE_SECOND INT64_C(1000000)

/* What the configuration says; part of struct acme_settings. */
struct rate_settings {
    struct gcra_rate of[RATES]; /* count 0: no limit */
    unsigned ipv4_prefix;       /* addresses that share so many bits count as one */
    unsigned ipv6_prefix;
    const struct address_range *exempt; /* from limits per address */
    unsigned exempt_len;
    const struct address_range *proxies; /* of ours: their word counts on who asks */
    unsigned proxies_len;
    int64_t pending_orders; /* of an account; 0: any number */
    int64_t pending_authorizations;
};

#endif
