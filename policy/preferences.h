/* preferences - what an operator may prefer where a vendor leaves a choice, per profile.
 *
 * One table (preference_keys) says for each key its words or unit, its default and its sentence;
 * reading, checking and the documentation come from it. A choice is zero (..._UNSAID) until it was
 * written down; preferences_complete then puts in the first value that the vendor can do. A value
 * that was written down and that the vendor cannot do is a mistake (preferences_fault).
 */
#ifndef COUNTERSIGN_POLICY_PREFERENCES_H
#define COUNTERSIGN_POLICY_PREFERENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vendor {
    VENDOR_LOCAL,
    VENDOR_DIGICERT,
    VENDOR_DIGICERT_CLIENT,
    VENDOR_TENCENT,
    VENDOR_HUAWEI
};
#define VENDORS 5
extern const char *const vendor_words[]; /* "local", "digicert", ...; ends with NULL */

enum reuse { REUSE_UNSAID, REUSE_SAME_KEY, REUSE_OFF };
enum holder_choice {
    CHOICE_UNSAID,
    CHOICE_DUPLICATE,
    CHOICE_REISSUE,
    CHOICE_RENEW,
    CHOICE_NEW,
    CHOICE_DENY
};
enum when_closed { CLOSED_UNSAID, CLOSED_WAIT, CLOSED_RENEW, CLOSED_NEW, CLOSED_DENY };
enum unvalidated { UNVALIDATED_UNSAID, UNVALIDATED_WAIT, UNVALIDATED_ORDER };
enum reissue_mode { MODE_UNSAID, MODE_DENY, MODE_CONSOLE, MODE_REPLACE };
enum wildcard_names { WILDCARD_UNSAID, WILDCARD_ONE_LABEL, WILDCARD_SUBDOMAINS };

/* How long a certificate that is issued from a day on may live; by date, the last that has begun
 * holds. */
struct validity_caps {
    struct validity_cap {
        int64_t from_s; /* 0: since ever */
        int64_t life_s;
    } list[8];
    size_t len; /* 0: no bound */
};

/* So many billable actions in a period. */
struct budget {
    int64_t new_orders; /* 0: none at all; < 0: not bounded here */
    int64_t period_s;
};

struct preferences {
    enum reuse reuse;
    double reuse_min_left; /* part of a certificate's life; 0 to 1 */
    enum holder_choice same_holder, additional_holder;
    bool extend_orders, allow_destructive, allow_truncation;
    enum when_closed when_closed;
    enum unvalidated unvalidated;
    enum reissue_mode reissue_mode;
    enum wildcard_names wildcard_duplicate_names;
    int64_t renew_before_order_end_s, min_useful_life_s, renewal_window_s, renewal_after_end_s;
    struct validity_caps validity_caps;
    bool ip_addresses;                                       /* DigiCert */
    bool free_reissues, strict_exemptions, dnspod_own_brand; /* Tencent Cloud */
    bool reissue_window_restarts, reissue_last_day;          /* Huawei Cloud */
    struct budget budget;
};

enum preference_kind {
    PREFERENCE_WORD,
    PREFERENCE_BOOL,
    PREFERENCE_SPAN,
    PREFERENCE_PART,
    PREFERENCE_CAPS /* a text, as preferences_parse_caps reads it */
};

struct preference_key {
    const char *name;
    enum preference_kind kind;
    size_t offset; /* in struct preferences */
    const char *const
        *words; /* of a WORD, by its enum's value; the first is NULL, so is the last */
    const char *sentence;
    unsigned vendors; /* set of VENDOR_BIT for which it has a meaning; 0: all */
    /* Why it must not be written down for another: the rest of a sentence that begins with its
     * value; NULL: it is written down in vain. */
    const char *elsewhere;
};
#define VENDOR_BIT(vendor) (1u << (vendor))
extern const struct preference_key preference_keys[]; /* ends with a NULL name */

/* The defaults that hold at every vendor; choices that depend on the vendor are still unsaid. */
void preferences_init(struct preferences *preferences);

/* Reads "397d, 199d from 2026-02-24, 99d from 2027-03-15": spans, the first since
 * ever, each other from its day (UTC) on, the days in order. False if it is not that. */
bool preferences_parse_caps(const char *text, struct validity_caps *out);
/* The default, in that form. */
extern const char preferences_usual_caps[];

/* What is wrong with the choices that were written down: the key's name, and in *why the rest of a
 * sentence that begins with its value. NULL if all is well. */
const char *preferences_fault(
    enum vendor vendor, const struct preferences *preferences, const char **why);

/* Fills in what was not said: the first value that the vendor can do. */
void preferences_complete(enum vendor vendor, struct preferences *preferences);

#endif
