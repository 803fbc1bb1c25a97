/* rule - a sentence of a vendor's page as a predicate, and a vendor's page as a table of them.
 *
 * Each vendor is one file, rules_<vendor>.c, with two tables that can be held next to the page:
 *
 *   its rules   id, sentence, source, and a function that answers pass, fail or nothing. The rules
 * of an action are asked from top to bottom; the first that fails refuses the action. A rule that
 * passes may write down its consequences in the effects. its rows    situation by situation, what
 * is chosen: the actions that are tried in turn, and the rule that has decided when one of them is
 * taken.
 */
#ifndef COUNTERSIGN_POLICY_RULE_H
#define COUNTERSIGN_POLICY_RULE_H

#include "policy/decision.h"
#include "policy/facts.h"
#include "policy/match.h"

/* What is asked: may this be done, for this request, under this order? */
struct question {
    void *mem;
    const struct facts *facts;
    const struct candidate *candidate; /* NULL: under none (NEW, or at the door) */
    enum act act;
    bool outright;                     /* it was asked for by name */
    const struct vendor_order *slot;   /* NEW: the paid slot that it would fill, or NULL */
    const struct order_list *siblings; /* match_siblings, where the vendor looks at them */
};

/* How a refusal might end. */
enum hope {
    HOPE_NONE,   /* this is not the action for that order; another one may be */
    HOPE_CLOSED, /* its time is over */
    HOPE_TIME,   /* it passes from from_s on */
    HOPE_EVENT,  /* it passes after something has happened */
    HOPE_PERSON  /* nothing is right until a person has changed something */
};

struct verdict {
    enum answer answer;
    enum hope hope;      /* of a FAIL */
    int64_t from_s;      /* HOPE_TIME */
    const char *because; /* the facts, in words */
    const char *remedy;  /* of a FAIL: what a person can do; NULL: nothing but what is usual */
    const char *problem; /* of HOPE_PERSON: the ACME problem; NULL: userActionRequired */
    bool waits;          /* HOPE_EVENT that is waited for whatever when_closed says */
};

/* A rule's answers. The text is printf's. */
struct verdict pass(const struct question *q, const char *because, ...)
    __attribute__((format(printf, 2, 3)));
struct verdict silent(void);
/* This is not the action for that order. */
struct verdict unfit(const struct question *q, const char *because, ...)
    __attribute__((format(printf, 2, 3)));
struct verdict closed(const struct question *q, const char *because, ...)
    __attribute__((format(printf, 2, 3)));
struct verdict not_before(const struct question *q, int64_t from_s, const char *because, ...)
    __attribute__((format(printf, 3, 4)));
struct verdict not_until_done(const struct question *q, const char *because, ...)
    __attribute__((format(printf, 2, 3)));
struct verdict not_at_all(const struct question *q, const char *remedy, const char *because, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds what a person can do about it. */
struct verdict with_remedy(struct verdict verdict, const char *remedy);

/* What a rule concerns: actions (ACT_BIT), or who may come in at all. */
#define AT_DOOR_KEY   (1u << 8)
#define AT_DOOR_NAMES (1u << 9)

struct rule {
    const char *id;
    const char *sentence;
    const char *source; /* page, section */
    unsigned concerns;
    struct verdict (*judge)(const struct question *q, struct effects *effects);
};

#define TRIES_MAX 3

/* What is tried, and the rule that has decided when it is taken; NULL: the rule that refused what
 * was tried before. ACT_NEW: no action under this order is right, buy. */
struct
try {
    enum act act;
    const char *rule;
};

struct row {
    const char *situation;
    bool (*holds)(const struct question *q);
    struct try tries[TRIES_MAX]; /* up to ACT_NONE */
};

struct vendor_table {
    const char *title;
    unsigned can;                          /* what may be asked for by name */
    unsigned unasked;                      /* what is chosen without that, beside NEW */
    const char *decides[ACT_RENEW + 1][2]; /* rules that decide on an action asked for by name */
    bool free;                             /* a new order costs nothing */
    bool siblings;                         /* one reissue at a time under a primary domain */
    bool slots;                            /* new orders may be paid beforehand */
    bool slots_mixed;                      /* their room is for wildcards and other names alike */
    bool slots_first; /* a slot is better than any action under an order that is there */
    const char *slot_rule;
    const char *cannot; /* the sentence for what it cannot do */
    const struct rule *rules;
    size_t rules_len;
    const struct row *rows;
    size_t rows_len;
};

extern const struct vendor_table table_local, table_digicert, table_digicert_client, table_tencent,
    table_huawei;

/* The table of a vendor. */
const struct vendor_table *vendor_table(enum vendor vendor);

/* The house's own rules, for the list of all (policy_rule_line): their judges are the thoughts of
 * policy_decide (policy/decide.c). */
struct house_rule {
    const char *id, *sentence;
};
extern const struct house_rule house_rules[]; /* ends with a NULL id */

/* What rules have in common. */

/* A time as people read it, in UTC: "2026-12-17", with the hour if it is not midnight; on q->mem.
 */
const char *day(const struct question *q, int64_t time_s);
/* Any text, on q->mem. */
const char *text_of(const struct question *q, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "41 days", "5 hours". */
const char *span(const struct question *q, int64_t seconds);

/* Is something under way on the candidate that blocks `act`? A reissue or a new order blocks all; a
 * renewal blocks another one; a duplicate that waits for approval blocks nothing. */
const struct vendor_action *blocking_action(const struct question *q);

/* Refuses while the order is pending or blocked; the vendor's own sentence gives it its id. */
struct verdict judge_busy(const struct question *q, struct effects *effects);

/* The first DNS name that fits a common name (at most 64 characters), or NULL. */
const char *common_name_of(const struct identifiers *names);

/* Does the profile's list of validated domains cover the name, the name all of a set, now? */
bool domain_is_validated(const struct facts *facts, const struct identifier *name);
bool domains_are_validated(const struct facts *facts, const struct identifiers *names);

/* May be wanted: a date that is known has passed. */
bool has_lapsed(const struct facts *facts, int64_t until_s);

/* http for addresses, dns for all else. */
enum proof usual_proof(const struct identifiers *names);

/* How long after its issue Huawei Cloud reissues an order; 0: a brand that is not known. */
int64_t huawei_window_s(const struct facts *facts, const struct vendor_order *order);
/* From when that is counted: the first issue, or with reissue_window_restarts the latest; 0: not
 * known. */
int64_t huawei_window_start_s(const struct facts *facts, const struct vendor_order *order);

/* Equal, and both known. */
bool same_word(const char *a, const char *b);
/* Equal but for upper and lower case, and both known. */
bool same_brand(const char *a, const char *b);

const char *level_word(enum level level); /* "OV"; "" if it is not known */

#endif
