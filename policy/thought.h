/* thought - a decision while it is being made: what has been found so far, its trace, and how it
 * comes to an end. policy_decide (policy/decide.c) makes one, and each of the thoughts in its list
 * is a file that continues it.
 *
 * A thought that comes to an end says so by returning true, and nothing is asked after that.
 */
#ifndef COUNTERSIGN_POLICY_THOUGHT_H
#define COUNTERSIGN_POLICY_THOUGHT_H

#include "policy/decision.h"
#include "policy/facts.h"
#include "policy/match.h"
#include "policy/rule.h"

/* Why no order has served yet. */
struct refusal {
    const struct candidate *candidate; /* NULL: there is none */
    const char *rule;
    struct verdict verdict;
};

struct thought {
    void *mem;
    const struct facts *facts;
    const struct vendor_table *table;
    struct decision *out;
    size_t trace_size;
    struct matches matches;
    const struct vendor_order *slot; /* for a new order, or NULL */
    struct order_list siblings;
    struct refusal refusal; /* of the best order that could have served */
    enum act barred;        /* right, but not allowed by the binding */
    const char *new_rule, *new_because;
    const struct vendor_order *new_about;
};

/* Adds a step to the trace; `order` may be NULL. */
void thought_note(struct thought *t, const struct vendor_order *order, const char *rule,
    enum answer answer, const char *because);

/* The last that a rule said about an order, if it said anything; else NULL. */
const struct step *thought_said(
    const struct thought *t, const struct vendor_order *order, const char *rule);

/* Ends the thought. The rule that decided stands in the trace, as its last step if it did not
 * before. These three always return true. */
bool thought_decide(struct thought *t, enum outcome outcome, const struct vendor_order *about,
    const char *rule, enum answer answer, const char *because);
/* `remedy`: what a person can do, or NULL. */
bool thought_deny(struct thought *t, const struct vendor_order *about, const char *rule,
    const char *problem, const char *because, const char *remedy);
bool thought_wait(struct thought *t, const struct vendor_order *about, const char *rule,
    const struct verdict *verdict);
/* The ACME problem of a refusal. */
const char *thought_problem(const struct verdict *verdict);

/* The question whether the action may be taken under the candidate's order; NULL: under none. */
struct question thought_question(
    struct thought *t, const struct candidate *candidate, enum act act);
/* What the action costs before a rule has said anything. */
struct effects thought_effects(const struct thought *t, enum act act);
/* All of the vendor's rules that concern it, from top to bottom, up to the first that refuses;
 * false: *refusal says which. */
bool thought_ask(struct thought *t, const struct question *q, unsigned concern,
    struct effects *effects, struct refusal *refusal);

/* Does the external account binding allow the action, with this cost? */
bool thought_allows(const struct thought *t, enum act act, const struct effects *effects);

/* What is preferred for this requester under the candidate's order. */
enum holder_choice thought_choice(const struct thought *t, const struct candidate *candidate);

#endif
