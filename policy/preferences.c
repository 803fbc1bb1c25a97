/* preferences - see preferences.h. */
#include "policy/preferences.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/unit.h"
#include "policy/facts.h"

const char *const vendor_words[] = {
    "local", "digicert", "digicert-client", "tencent", "huawei", NULL};

static const char *const reuse_words[] = {NULL, "same-key", "off", NULL};
static const char *const same_holder_words[] = {
    [CHOICE_UNSAID] = NULL,
    [CHOICE_DUPLICATE] = "",
    [CHOICE_REISSUE] = "reissue",
    [CHOICE_RENEW] = "renew",
    [CHOICE_NEW] = "new",
    NULL,
};
static const char *const additional_holder_words[] = {
    [CHOICE_UNSAID] = NULL,
    [CHOICE_DUPLICATE] = "duplicate",
    [CHOICE_REISSUE] = "reissue",
    [CHOICE_RENEW] = "",
    [CHOICE_NEW] = "new",
    [CHOICE_DENY] = "deny",
    NULL,
};
static const char *const when_closed_words[] = {NULL, "wait", "renew", "new", "deny", NULL};
static const char *const unvalidated_words[] = {NULL, "wait", "order", NULL};
static const char *const reissue_mode_words[] = {NULL, "deny", "console", "replace", NULL};
static const char *const wildcard_words[] = {NULL, "one-label", "subdomains", NULL};

#define AT(member)    offsetof(struct preferences, member)
#define DIGICERT      VENDOR_BIT(VENDOR_DIGICERT)
#define BOTH_DIGICERT (DIGICERT | VENDOR_BIT(VENDOR_DIGICERT_CLIENT))
#define TENCENT       VENDOR_BIT(VENDOR_TENCENT)
#define HUAWEI        VENDOR_BIT(VENDOR_HUAWEI)

const struct preference_key preference_keys[] = {
    {"reuse", PREFERENCE_WORD, AT(reuse), reuse_words,
        "Hand a living certificate for the same names and key back to its holder", 0, NULL},
    {"reuse_min_left", PREFERENCE_PART, AT(reuse_min_left), NULL,
        "How much of its life it must have left for that: more than this part", 0, NULL},
    {"same_holder", PREFERENCE_WORD, AT(same_holder), same_holder_words,
        "What somebody gets who holds a certificate of the order and comes with a new key", 0,
        NULL},
    {"additional_holder", PREFERENCE_WORD, AT(additional_holder), additional_holder_words,
        "What somebody else of the same tenant gets under that order", 0, NULL},
    {"extend_orders", PREFERENCE_BOOL, AT(extend_orders), NULL,
        "Add names to an order that lacks some of those asked for; the vendor may charge for each",
        0, NULL},
    {"allow_destructive", PREFERENCE_BOOL, AT(allow_destructive), NULL,
        "Take an action although living certificates will be revoked by it", 0, NULL},
    {"allow_truncation", PREFERENCE_BOOL, AT(allow_truncation), NULL,
        "Reissue a client certificate although its life is cut, without refund", 0, NULL},
    {"when_closed", PREFERENCE_WORD, AT(when_closed), when_closed_words,
        "What to do when the right action is refused by time, or the order is busy", 0, NULL},
    {"unvalidated", PREFERENCE_WORD, AT(unvalidated), unvalidated_words,
        "Client certificates of an organisation or domain that is not validated", 0, NULL},
    {"reissue_mode", PREFERENCE_WORD, AT(reissue_mode), reissue_mode_words,
        "Huawei Cloud has no public call for a reissue: none, a task for the operator, or a new "
        "purchase",
        HUAWEI, "is for Huawei Cloud only: this vendor has a call for a reissue, leave it out"},
    {"renew_before_order_end", PREFERENCE_SPAN, AT(renew_before_order_end_s), NULL,
        "How long before its end an order is renewed rather than reissued", 0, NULL},
    {"min_useful_life", PREFERENCE_SPAN, AT(min_useful_life_s), NULL,
        "A certificate that would live no longer is not worth having", 0, NULL},
    {"renewal_window", PREFERENCE_SPAN, AT(renewal_window_s), NULL,
        "How long before an order's end DigiCert takes its renewal (not confirmed by the vendor)",
        BOTH_DIGICERT, NULL},
    {"wildcard_duplicate_names", PREFERENCE_WORD, AT(wildcard_duplicate_names), wildcard_words,
        "Which names below a wildcard DigiCert takes in a duplicate (not confirmed for deeper "
        "ones)",
        DIGICERT, "is for DigiCert only: this vendor has no duplicates, leave it out"},
    {"renewal_after_end", PREFERENCE_SPAN, AT(renewal_after_end_s), NULL,
        "How long after an order's end DigiCert still links a renewal to it (not confirmed)",
        BOTH_DIGICERT, NULL},
    {"validity_caps", PREFERENCE_CAPS, AT(validity_caps), NULL,
        "The longest life of a TLS certificate of DigiCert's, by the day of its issue (99 days are "
        "not confirmed)",
        DIGICERT, NULL},
    {"ip_addresses", PREFERENCE_BOOL, AT(ip_addresses), NULL,
        "DigiCert takes addresses in public TLS certificates (not confirmed); if not, they are "
        "refused "
        "here",
        DIGICERT, "is for DigiCert only: leave it out"},
    {"free_reissues", PREFERENCE_BOOL, AT(free_reissues), NULL,
        "Tencent Cloud takes our CSR in the one reissue of a free certificate (not confirmed)",
        TENCENT, "is for Tencent Cloud only: leave it out"},
    {"strict_exemptions", PREFERENCE_BOOL, AT(strict_exemptions), NULL,
        "Another key always means domain validation at Tencent Cloud, whatever other exemption "
        "holds "
        "(not confirmed how they combine)",
        TENCENT, "is for Tencent Cloud only: leave it out"},
    {"dnspod_own_brand", PREFERENCE_BOOL, AT(dnspod_own_brand), NULL,
        "Tencent Cloud approves DNSPod OV and EV itself, like WoTrus (not confirmed for "
        "international "
        "ones); if not, the CA contacts the applicant",
        TENCENT, "is for Tencent Cloud only: leave it out"},
    {"reissue_window_restarts", PREFERENCE_BOOL, AT(reissue_window_restarts), NULL,
        "Huawei Cloud counts a reissue window from the latest issue, not from the first (not "
        "confirmed)",
        HUAWEI, "is for Huawei Cloud only: leave it out"},
    {"reissue_last_day", PREFERENCE_BOOL, AT(reissue_last_day), NULL,
        "The last second of Huawei Cloud's reissue window belongs to it (not confirmed)", HUAWEI,
        "is for Huawei Cloud only: leave it out"},
    {NULL, PREFERENCE_WORD, 0, NULL, NULL, 0, NULL},
};

const char preferences_usual_caps[] =
    "397d, 199d from 2026-02-24, 99d from 2027-03-15, 46d from 2029-03-15";

/* One of them: "99d from 2027-03-15". */
static bool parse_cap(char *text, struct validity_cap *out)
{
    char *from = strstr(text, " from "), time[32];

    *out = (struct validity_cap){0};
    if (from != NULL) {
        *from = '\0';
        if (strlen(from + 6) != strlen("2027-03-15"))
            return false;
        snprintf(time, sizeof time, "%.10sT00:00:00Z", from + 6);
        if (!clock_parse(time, &out->from_s))
            return false;
    }
    return unit_parse_duration(text, &out->life_s) && out->life_s > 0;
}

bool preferences_parse_caps(const char *text, struct validity_caps *out)
{
    const size_t most = sizeof out->list / sizeof out->list[0];
    char copy[256], *rest = copy;

    *out = (struct validity_caps){0};
    if (strlen(text) >= sizeof copy)
        return false;
    snprintf(copy, sizeof copy, "%s", text);
    while (rest != NULL) {
        char *one = rest, *comma = strstr(rest, ", ");
        struct validity_cap cap;

        rest = comma == NULL ? NULL : comma + 2;
        if (comma != NULL)
            *comma = '\0';
        if (out->len == most || !parse_cap(one, &cap) || (out->len == 0) != (cap.from_s == 0) ||
            (out->len > 0 && cap.from_s <= out->list[out->len - 1].from_s))
            return false;
        out->list[out->len++] = cap;
    }
    return true;
}

void preferences_init(struct preferences *preferences)
{
    *preferences = (struct preferences){
        .reuse = REUSE_SAME_KEY,
        .reuse_min_left = 0.5,
        .when_closed = CLOSED_WAIT,
        .unvalidated = UNVALIDATED_WAIT,
        .reissue_mode = MODE_DENY,
        .wildcard_duplicate_names = WILDCARD_ONE_LABEL,
        .renew_before_order_end_s = 30 * DAY_S,
        .min_useful_life_s = 7 * DAY_S,
        .renewal_window_s = 90 * DAY_S,
        .ip_addresses = true,
        .dnspod_own_brand = true,
        .reissue_last_day = true,
        .budget = {.new_orders = 10, .period_s = 30 * DAY_S},
    };
    BUG_ON(!preferences_parse_caps(preferences_usual_caps, &preferences->validity_caps));
}

/* Of those that are told apart from what is usual. */
static bool same_value(
    const struct preference_key *key, const struct preferences *a, const struct preferences *b)
{
    const char *x = (const char *)a + key->offset, *y = (const char *)b + key->offset;

    switch (key->kind) {
    case PREFERENCE_WORD:
        return *(const unsigned *)(const void *)x == *(const unsigned *)(const void *)y;
    case PREFERENCE_BOOL:
        return *(const bool *)x == *(const bool *)y;
    case PREFERENCE_SPAN:
    case PREFERENCE_PART:
    case PREFERENCE_CAPS:
        break;
    }
    return true;
}

/* At the embedded CA everything is written down in vain, and so that it can be tried. */
const char *preferences_fault(enum vendor vendor, const struct preferences *p, const char **why)
{
    bool duplicates = vendor == VENDOR_DIGICERT, extends = vendor == VENDOR_DIGICERT;
    struct preferences usual;

    if (vendor == VENDOR_LOCAL)
        return NULL;
    if (p->additional_holder == CHOICE_DUPLICATE && !duplicates) {
        *why = "is not possible at this vendor, which has no duplicates: reissue, new or deny";
        return "additional_holder";
    }
    if (p->extend_orders && !extends) {
        *why = "is not possible at this vendor, whose orders keep their names: false";
        return "extend_orders";
    }
    preferences_init(&usual);
    for (const struct preference_key *key = preference_keys; key->name != NULL; key++)
        if (key->elsewhere != NULL && (key->vendors & VENDOR_BIT(vendor)) == 0 &&
            !same_value(key, p, &usual)) {
            *why = key->elsewhere;
            return key->name;
        }
    return NULL;
}

void preferences_complete(enum vendor vendor, struct preferences *p)
{
    bool reissues = vendor != VENDOR_HUAWEI || p->reissue_mode == MODE_CONSOLE;

    if (p->same_holder == CHOICE_UNSAID)
        p->same_holder = reissues ? CHOICE_REISSUE : CHOICE_RENEW;
    if (p->additional_holder == CHOICE_UNSAID)
        p->additional_holder = vendor == VENDOR_DIGICERT ? CHOICE_DUPLICATE
                               : reissues                ? CHOICE_REISSUE
                                                         : CHOICE_NEW;
}
