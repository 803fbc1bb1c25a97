/* decide - the order of thought. policy_decide, at the end of this file, is the list of contents:
 * each of its lines is one thought and a file of its own, in the order in which they come, and the
 * first that comes to an end decides. What the vendors allow stands in their tables
 * (policy/rules_*.c). */
#include "policy/policy.h"

#include "base/err.h"
#include "policy/choose.h"
#include "policy/closed.h"
#include "policy/door.h"
#include "policy/here.h"
#include "policy/outright.h"
#include "policy/purchase.h"
#include "policy/thought.h"

const char *const outcome_words[] = {
    "REUSE", "ADOPT", "DUPLICATE", "REISSUE", "RENEW", "NEW", "WAIT", "DENY", NULL};
const char *const cost_words[] = {"free", "prepaid", "billable", NULL};
const char *const proof_words[] = {
    "none", "prevalidated", "dns", "http", "email", "operator", NULL};
const char *const approval_words[] = {"none", "account", "vendor", "operator", NULL};
const char *const answer_words[] = {"pass", "fail", "not-applicable", NULL};
const char *const wish_words[] = {"", "enroll", "reissue", "duplicate", "renew", NULL};

const struct house_rule house_rules[] = {
    {"account", "The account is valid"},
    {"eab", "The external account binding allows the names and the action; without enroll nothing "
            "is bought"},
    {"key", "The vendor takes the key"},
    {"identifiers", "The vendor takes the names"},
    {"reuse", "A living certificate for the same names and key goes back to its holder"},
    {"adopt", "An action under way for the same names and key is joined"},
    {"action", "An action that is asked for by name is taken, or refused; never another"},
    {"match", "An order matches by tenant, profile and names, and is not over"},
    {"same_holder", "The preference for somebody who holds a certificate of the order"},
    {"additional_holder", "The preference for somebody else of the same tenant"},
    {"allow_destructive", "Living certificates are not revoked unless the operator permits it"},
    {"when_closed",
        "The preference for an action that is refused by time, or an order that is busy"},
    {"slot", "A slot that is paid and empty is filled before a new order is paid for"},
    {"contradiction", "Facts that cannot all be true lead to nothing billable or destructive"},
    {"budget", "No more than so many billable actions in a period"},
    {"no-match", "No order serves the request: a new one is right"},
    {NULL, NULL},
};

/* 4 and 5. Which orders match, and who asks? */
static void match(struct thought *t)
{
    const struct preferences *p = &t->facts->preferences;
    bool outright = t->facts->request.outright != ACT_NONE;

    match_orders(t->mem, t->facts,
        t->facts->vendor == VENDOR_DIGICERT && (p->extend_orders || outright), &t->matches);
    for (size_t i = 0; i < t->matches.dismissed_len; i++)
        thought_note(t, t->matches.dismissed[i].order, "match", ANSWER_FAIL,
            t->matches.dismissed[i].because);
    if (t->matches.contradictory != NULL)
        thought_note(
            t, t->matches.contradictory, "contradiction", ANSWER_FAIL, t->matches.contradiction);
    t->slot = find_slot(t);
    if (t->table->siblings)
        match_siblings(t->mem, t->facts, &t->siblings);
}

/* Nothing serves: buy. */
static bool bought_anew(struct thought *t)
{
    if (t->new_rule == NULL)
        return bought_because(t, NULL, "no-match", "no order serves the request");
    return bought(t);
}

void policy_decide(void *mem, const struct facts *facts, struct decision *decision)
{
    struct thought t = {
        .mem = mem, .facts = facts, .table = vendor_table(facts->vendor), .out = decision};
    bool decided;

    *decision = (struct decision){0};
    decided = refused_at_the_door(&t); /* 1. May this requester ask? */
    if (!decided)
        match(&t); /* 4. Which orders match? 5. Who asks? Both are needed from here on. */
    decided = decided || here_already(&t) /* 2. Is it here already? */
              || said_outright(&t)        /* 3. Was it said outright? */
              || filled_a_slot(&t)        /* 6. Choose, */
              || one_of_the_orders(&t)    /*    with the harm check (7) on each choice */
              || something_less(&t)       /*    and within the binding */
              || closed_or_busy(&t)       /* 8. Busy or closed */
              || bought_anew(&t);         /* else buy, within the budget (9), on facts that */
    BUG_ON(!decided);                     /* hold together (10): see take.c */
}

bool policy_rule_line(size_t index, struct rule_line *line)
{
    for (enum vendor vendor = VENDOR_LOCAL; vendor < VENDORS; vendor++) {
        const struct vendor_table *table = vendor_table(vendor);

        if (index < table->rules_len) {
            const struct rule *rule = &table->rules[index];

            *line = (struct rule_line){vendor, rule->id, rule->sentence, rule->source};
            return true;
        }
        index -= table->rules_len;
    }
    for (const struct house_rule *rule = house_rules; rule->id != NULL; rule++)
        if (index-- == 0) {
            *line = (struct rule_line){VENDORS, rule->id, rule->sentence, ""};
            return true;
        }
    return false;
}
