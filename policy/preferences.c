/* preferences - see preferences.h. */
#include "policy/preferences.h"

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

#define AT(member) offsetof(struct preferences, member)

const struct preference_key preference_keys[] = {
    {"reuse", PREFERENCE_WORD, AT(reuse), reuse_words,
        "Hand a living certificate for the same names and key back to its holder"},
    {"reuse_min_left", PREFERENCE_PART, AT(reuse_min_left), NULL,
        "How much of its life it must have left for that: more than this part"},
    {"same_holder", PREFERENCE_WORD, AT(same_holder), same_holder_words,
        "What somebody gets who holds a certificate of the order and comes with a new key"},
    {"additional_holder", PREFERENCE_WORD, AT(additional_holder), additional_holder_words,
        "What somebody else of the same tenant gets under that order"},
    {"extend_orders", PREFERENCE_BOOL, AT(extend_orders), NULL,
        "Add names to an order that lacks some of those asked for; the vendor may charge for each"},
    {"allow_destructive", PREFERENCE_BOOL, AT(allow_destructive), NULL,
        "Take an action although living certificates will be revoked by it"},
    {"allow_truncation", PREFERENCE_BOOL, AT(allow_truncation), NULL,
        "Reissue a client certificate although its life is cut, without refund"},
    {"when_closed", PREFERENCE_WORD, AT(when_closed), when_closed_words,
        "What to do when the right action is refused by time, or the order is busy"},
    {"unvalidated", PREFERENCE_WORD, AT(unvalidated), unvalidated_words,
        "Client certificates of an organisation or domain that is not validated"},
    {"reissue_mode", PREFERENCE_WORD, AT(reissue_mode), reissue_mode_words,
        "Huawei Cloud has no public call for a reissue: none, a task for the operator, or a new "
        "purchase"},
    {"renew_before_order_end", PREFERENCE_SPAN, AT(renew_before_order_end_s), NULL,
        "How long before its end an order is renewed rather than reissued"},
    {"min_useful_life", PREFERENCE_SPAN, AT(min_useful_life_s), NULL,
        "A certificate that would live no longer is not worth having"},
    {"renewal_window", PREFERENCE_SPAN, AT(renewal_window_s), NULL,
        "How long before an order's end DigiCert takes its renewal (not confirmed by the vendor)"},
    {"wildcard_duplicate_names", PREFERENCE_WORD, AT(wildcard_duplicate_names), wildcard_words,
        "Which names below a wildcard DigiCert takes in a duplicate (not confirmed for deeper "
        "ones)"},
    {NULL, PREFERENCE_WORD, 0, NULL, NULL},
};

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
        .budget = {.new_orders = 10, .period_s = 30 * DAY_S},
    };
}

/* At the embedded CA everything is written down in vain, and so that it can be tried. */
const char *preferences_fault(enum vendor vendor, const struct preferences *p, const char **why)
{
    bool duplicates = vendor == VENDOR_DIGICERT, extends = vendor == VENDOR_DIGICERT;

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
    if (p->reissue_mode != MODE_DENY && vendor != VENDOR_HUAWEI) {
        *why = "is for Huawei Cloud only: this vendor has a call for a reissue, leave it out";
        return "reissue_mode";
    }
    if (p->wildcard_duplicate_names != WILDCARD_ONE_LABEL && vendor != VENDOR_DIGICERT) {
        *why = "is for DigiCert only: this vendor has no duplicates, leave it out";
        return "wildcard_duplicate_names";
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
