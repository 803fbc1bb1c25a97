/* decide - the order of thought. policy_decide, at the end of this file, is the list of contents:
 * each of its lines is one thought, in the order in which they come, and the first that comes to an
 * end decides. What the vendors allow stands in their tables (policy/rules_*.c). */
#include "policy/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "policy/names.h"
#include "policy/rule.h"

const char *const outcome_words[] = {
    "REUSE", "ADOPT", "DUPLICATE", "REISSUE", "RENEW", "NEW", "WAIT", "DENY", NULL};
const char *const cost_words[] = {"free", "prepaid", "billable", NULL};
const char *const proof_words[] = {
    "none", "prevalidated", "dns", "http", "email", "operator", NULL};
const char *const approval_words[] = {"none", "account", "vendor", "operator", NULL};
const char *const answer_words[] = {"pass", "fail", "not-applicable", NULL};

static const char *const act_words[] = {"", "enroll", "reissue", "duplicate", "renew"};

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

/* The trace. */

static void note_about(struct thought *t, const struct vendor_order *order, enum act act,
    const char *rule, enum answer answer, const char *because)
{
    struct decision *d = t->out;

    if (d->trace_len >= TRACE_MAX)
        return;
    if (d->trace_len == t->trace_size) {
        t->trace_size = t->trace_size == 0 ? 16 : 2 * t->trace_size;
        d->trace = mem_grow_array(t->mem, d->trace, sizeof *d->trace, t->trace_size, "trace");
    }
    d->trace[d->trace_len++] =
        (struct step){order == NULL ? NULL : order->id, rule, answer, because, act};
}

static void note(struct thought *t, const struct vendor_order *order, const char *rule,
    enum answer answer, const char *because)
{
    note_about(t, order, ACT_NONE, rule, answer, because);
}

static bool is_in_trace(const struct decision *d, const char *order, const char *rule)
{
    for (size_t i = d->trace_len; i > 0; i--)
        if (strcmp(d->trace[i - 1].rule, rule) == 0 && d->trace[i - 1].order == order)
            return true;
    return false;
}

/* Ends the thought. The rule that decided stands in the trace, as its last step if it did not
 * before. */
static bool decide(struct thought *t, enum outcome outcome, const struct vendor_order *about,
    const char *rule, enum answer answer, const char *because)
{
    struct decision *d = t->out;

    d->outcome = outcome;
    d->rule = rule;
    d->because = because;
    d->about = about == NULL ? NULL : about->id;
    if (!is_in_trace(d, d->about, rule)) {
        if (d->trace_len >= TRACE_MAX)
            d->trace_len = TRACE_MAX - 1;
        note(t, about, rule, answer, because);
    }
    return true;
}

static const char *sentence(struct thought *t, const struct vendor_order *about, const char *rule,
    const char *because, const char *remedy)
{
    return mem_printf(t->mem, "%s%s%s%s (%s)%s%s", about == NULL ? "" : "order ",
        about == NULL ? "" : about->id, about == NULL ? "" : ": ", because, rule,
        remedy == NULL ? "" : "; ", remedy == NULL ? "" : remedy);
}

static bool deny(struct thought *t, const struct vendor_order *about, const char *rule,
    const char *problem, const char *because, const char *remedy)
{
    t->out->effects = (struct effects){0};
    t->out->problem = problem;
    t->out->detail = sentence(t, about, rule, because, remedy);
    return decide(t, OUTCOME_DENY, about, rule, ANSWER_FAIL, because);
}

static const char *problem_of(const struct verdict *verdict)
{
    return verdict->problem != NULL ? verdict->problem : "userActionRequired";
}

static bool wait(struct thought *t, const struct vendor_order *about, const char *rule,
    const struct verdict *verdict)
{
    const char *remedy = verdict->remedy;

    if (remedy == NULL)
        remedy = verdict->hope == HOPE_TIME ? "ask again then" : "ask again when that has ended";
    t->out->effects = (struct effects){0};
    t->out->retry_at_s = verdict->hope == HOPE_TIME ? verdict->from_s : 0;
    t->out->problem = t->out->retry_at_s != 0 ? "rateLimited" : "userActionRequired";
    t->out->detail = sentence(t, about, rule, verdict->because, remedy);
    return decide(t, OUTCOME_WAIT, about, rule, ANSWER_FAIL, verdict->because);
}

/* Asking the vendor's rules. */

static struct question question(struct thought *t, const struct candidate *candidate, enum act act)
{
    return (struct question){.mem = t->mem,
        .facts = t->facts,
        .candidate = candidate,
        .act = act,
        .outright = act != ACT_NONE && t->facts->request.outright == act,
        .slot = act == ACT_NEW ? t->slot : NULL,
        .siblings = &t->siblings};
}

/* All rules that concern it, from top to bottom, up to the first that refuses; false: *refusal says
 * which. */
static bool ask(struct thought *t, const struct question *q, unsigned concern,
    struct effects *effects, struct refusal *refusal)
{
    for (size_t i = 0; i < t->table->rules_len; i++) {
        const struct rule *rule = &t->table->rules[i];
        struct verdict verdict;

        if ((rule->concerns & concern) == 0)
            continue;
        verdict = rule->judge(q, effects);
        note_about(t, q->candidate == NULL ? NULL : q->candidate->order, q->act, rule->id,
            verdict.answer, verdict.because);
        if (verdict.answer == ANSWER_FAIL) {
            *refusal = (struct refusal){q->candidate, rule->id, verdict};
            return false;
        }
    }
    return true;
}

static bool binding_allows(const struct thought *t, enum act act, const struct effects *effects)
{
    unsigned acts = t->facts->request.binding.acts;

    if (acts == 0)
        acts = ACTS_ALL;
    return (acts & ACT_BIT(act)) != 0 &&
           (effects->cost == COST_FREE || (acts & ACT_BIT(ACT_NEW)) != 0);
}

/* 7. Harm: would a certificate die that somebody else holds, or that is newer than the one being
 * replaced? NULL: no. */
static const char *harm(
    struct thought *t, const struct candidate *candidate, const struct effects *effects)
{
    const struct vendor_order *order = candidate->order;
    const struct vendor_certificate *replaced = candidate->replaced;

    if (effects->revokes_len == 0 || t->facts->preferences.allow_destructive)
        return NULL;
    if (candidate->relation == RELATION_OTHER)
        return "names would be dropped, and certificates of the order revoked";
    for (size_t i = 0; i < order->certificates_len; i++) {
        const struct vendor_certificate *c = &order->certificates[i];

        if (c == replaced || !certificate_lives(t->facts, c))
            continue;
        if (!same_word(c->holder, t->facts->request.account))
            return mem_printf(t->mem, "certificate %s, which %s holds, would be revoked", c->id,
                c->holder == NULL ? "somebody outside ACME" : c->holder);
        if (replaced == NULL || c->not_before_s > replaced->not_before_s)
            return mem_printf(t->mem,
                "certificate %s, which is newer than the one being replaced, would be revoked",
                c->id);
    }
    return NULL;
}

/* 9. Budget. */

static int compare_times(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

/* Is another one within the budget? If not, *frees_s says from when one is; 0: never. A time that
 * is exactly a period ago counts no more. */
static bool is_within_budget(struct thought *t, const struct budget *budget, const int64_t *spent_s,
    size_t spent_len, int64_t *frees_s)
{
    int64_t *counted = mem_new_array(t->mem, int64_t, spent_len + 1);
    size_t len = 0, most = budget->new_orders < 0 ? 0 : (size_t)budget->new_orders;

    *frees_s = 0;
    if (budget->new_orders < 0)
        return true;
    for (size_t i = 0; i < spent_len; i++)
        if (t->facts->now_s - spent_s[i] < budget->period_s)
            counted[len++] = spent_s[i];
    if (len < most)
        return true;
    qsort(counted, len, sizeof counted[0], compare_times);
    if (most > 0)
        *frees_s = counted[len - most] + budget->period_s;
    return false;
}

static bool over_budget(struct thought *t, const struct vendor_order *about)
{
    const struct facts *facts = t->facts;
    const struct budget *own = &facts->request.binding.budget;
    int64_t upstream_s, tenant_s;
    bool upstream = is_within_budget(t, &facts->preferences.budget, facts->spent.upstream_s,
        facts->spent.upstream_len, &upstream_s);
    bool tenant = is_within_budget(t, own->new_orders < 0 ? &facts->preferences.budget : own,
        facts->spent.tenant_s, facts->spent.tenant_len, &tenant_s);
    struct question q = question(t, NULL, ACT_NONE);
    const char *whose = upstream ? "tenant's" : "upstream's";
    bool never = (!upstream && upstream_s == 0) || (!tenant && tenant_s == 0);

    if (upstream && tenant) {
        note(t, about, "budget", ANSWER_PASS, "billable, and within the budget");
        return false;
    }
    if (never)
        return deny(t, about, "budget", "rateLimited",
            text_of(&q, "the %s budget allows no billable action", whose),
            "raise new_orders, or pay at the vendor's portal");
    t->out->retry_at_s = upstream_s > tenant_s ? upstream_s : tenant_s;
    return deny(t, about, "budget", "rateLimited",
        text_of(&q, "the %s budget of billable actions is spent until %s", whose,
            day(&q, t->out->retry_at_s)),
        "ask again then, or raise new_orders");
}

/* 10. Contradictory facts. */
static bool contradictory(struct thought *t, const struct candidate *candidate)
{
    const struct vendor_order *order = t->matches.contradictory;
    const char *why = t->matches.contradiction;

    if (candidate != NULL && candidate->contradiction != NULL) {
        order = candidate->order;
        why = candidate->contradiction;
    }
    if (order == NULL)
        return false;
    return deny(t, order, "contradiction", "userActionRequired",
        mem_printf(t->mem, "%s; nothing billable or destructive is done on such facts", why),
        "bring the inventory in line with the vendor (inventory sync)");
}

/* Another account of the tenant that has the very key. */
static const char *key_known_to(struct thought *t)
{
    const struct request *r = &t->facts->request;
    struct order_list orders;

    if (r->spki == NULL)
        return NULL;
    inventory_by_key(t->mem, t->facts->inventory, r->spki, &orders);
    for (size_t i = 0; i < orders.len; i++) {
        const struct vendor_order *order = orders.list[i];

        for (size_t j = 0; order_is_tenants(t->facts, order) && j < order->certificates_len; j++) {
            const struct vendor_certificate *c = &order->certificates[j];

            if (same_word(c->spki, r->spki) && c->holder != NULL &&
                !same_word(c->holder, r->account))
                return c->holder;
        }
    }
    return NULL;
}

/* The action is right and allowed: it is taken, unless money or contradictions forbid it. */
static bool take(struct thought *t, const struct candidate *candidate, enum act act,
    const char *rule, const char *because, const struct effects *effects)
{
    static const enum outcome outcomes[] = {[ACT_NEW] = OUTCOME_NEW,
        [ACT_REISSUE] = OUTCOME_REISSUE,
        [ACT_DUPLICATE] = OUTCOME_DUPLICATE,
        [ACT_RENEW] = OUTCOME_RENEW};
    const struct vendor_order *order = candidate == NULL ? NULL : candidate->order;

    if ((effects->cost == COST_BILLABLE || effects->revokes_len > 0) && contradictory(t, candidate))
        return true;
    if (effects->cost == COST_BILLABLE && over_budget(t, order))
        return true;
    t->out->effects = *effects;
    t->out->effects.key_known_to = key_known_to(t);
    t->out->target = order != NULL ? order->id : t->slot != NULL ? t->slot->id : NULL;
    return decide(
        t, outcomes[act], act == ACT_NEW ? t->new_about : order, rule, ANSWER_PASS, because);
}

/* The last that a rule said about an order, if it said anything; else NULL. */
static const struct step *said(
    const struct thought *t, const struct vendor_order *order, const char *rule)
{
    const struct decision *d = t->out;

    for (size_t i = d->trace_len; i > 0; i--)
        if (d->trace[i - 1].order == order->id && strcmp(d->trace[i - 1].rule, rule) == 0)
            return d->trace[i - 1].answer == ANSWER_SILENT ? NULL : &d->trace[i - 1];
    return NULL;
}

/* The rule that decides on an action asked for by name: the one of its rules that did not keep
 * silent. */
static const char *deciding_rule(
    const struct thought *t, const struct vendor_order *order, enum act act)
{
    const char *const *rules = t->table->decides[act];

    return rules[1] != NULL && said(t, order, rules[0]) == NULL ? rules[1] : rules[0];
}

/* Takes an action by a rule that has spoken about the order, in its words. */
static bool take_by(struct thought *t, const struct candidate *candidate, enum act act,
    const char *rule, const struct effects *effects)
{
    const struct step *step = said(t, candidate->order, rule);

    return take(t, candidate, act, rule,
        step != NULL ? step->because : "the preference for this holder", effects);
}

static struct effects first_effects(const struct thought *t, enum act act)
{
    bool bought = act == ACT_NEW || act == ACT_RENEW;

    if (act == ACT_NEW && t->slot != NULL)
        return (struct effects){.cost = COST_PREPAID};
    return (struct effects){.cost = bought && !t->table->free ? COST_BILLABLE : COST_FREE};
}

/* 1. May this requester ask? */

static bool binding_admits(const struct binding *binding, const struct identifier *name)
{
    for (size_t i = 0; i < binding->names_len; i++)
        if (name_is_within(name, binding->names[i]))
            return true;
    return !binding->bounds_names;
}

static bool refused_at_the_door(struct thought *t)
{
    const struct request *r = &t->facts->request;
    struct question q = question(t, NULL, ACT_NONE);
    struct effects none = {0};
    struct refusal refusal;

    if (r->account_status != ACCOUNT_VALID)
        return deny(t, NULL, "account", "unauthorized", "the account is not valid any more",
            "make a new account");
    for (size_t i = 0; i < r->names.len; i++)
        if (!binding_admits(&r->binding, &r->names.list[i]))
            return deny(t, NULL, "eab", "rejectedIdentifier",
                text_of(
                    &q, "the external account binding does not allow %s", r->names.list[i].value),
                "ask for names that it allows, or have the binding widened");
    if (!ask(t, &q, AT_DOOR_NAMES, &none, &refusal))
        return deny(t, NULL, "identifiers", "rejectedIdentifier", refusal.verdict.because,
            refusal.verdict.remedy);
    if (!ask(t, &q, AT_DOOR_KEY, &none, &refusal))
        return deny(t, NULL, "key", "badCSR", refusal.verdict.because, refusal.verdict.remedy);
    return false;
}

/* 2. Is it here already? */

static bool is_reusable(
    struct thought *t, const struct vendor_order *order, const struct vendor_certificate *c)
{
    const struct request *r = &t->facts->request;
    double life = (double)(c->not_after_s - c->not_before_s);
    double left = (double)(c->not_after_s - t->facts->now_s);
    const char *why_not = NULL;

    if (!same_word(c->spki, r->spki) || !same_word(c->holder, r->account))
        return false;
    if (!certificate_lives(t->facts, c))
        why_not = "it does not live any more";
    else if (same_word(c->id, r->replaces))
        why_not = "it is the one to be replaced";
    else if (t->facts->preferences.reuse == REUSE_OFF)
        why_not = "reuse is off";
    else if (left <= t->facts->preferences.reuse_min_left * life)
        why_not = "it has too little of its life left (reuse_min_left)";
    note(t, order, "reuse", why_not == NULL ? ANSWER_PASS : ANSWER_FAIL,
        mem_printf(t->mem, "certificate %s is for the same names and key%s%s", c->id,
            why_not == NULL ? "" : ", but ", why_not == NULL ? "" : why_not));
    return why_not == NULL;
}

static bool reused(struct thought *t)
{
    const struct vendor_certificate *best = NULL;
    const struct vendor_order *order = NULL;

    for (size_t i = 0; i < t->matches.candidates_len; i++) {
        const struct candidate *candidate = &t->matches.candidates[i];

        for (size_t j = 0;
             candidate->relation == RELATION_EQUAL && j < candidate->order->certificates_len; j++) {
            const struct vendor_certificate *c = &candidate->order->certificates[j];

            if (is_reusable(t, candidate->order, c) &&
                (best == NULL || c->not_after_s > best->not_after_s)) {
                best = c;
                order = candidate->order;
            }
        }
    }
    if (best == NULL)
        return false;
    t->out->target = order->id;
    t->out->certificate = best->id;
    t->out->effects.not_after_s = best->not_after_s;
    t->out->effects.key_known_to = key_known_to(t);
    return decide(t, OUTCOME_REUSE, order, "reuse", ANSWER_PASS,
        mem_printf(t->mem, "certificate %s is for the same names and key", best->id));
}

static bool adopted(struct thought *t)
{
    const struct request *r = &t->facts->request;

    for (size_t i = 0; i < t->matches.candidates_len; i++) {
        const struct candidate *candidate = &t->matches.candidates[i];
        const struct vendor_order *order = candidate->order;

        if (candidate->relation != RELATION_EQUAL ||
            (r->outright != ACT_NONE && r->order_id != NULL && r->outright != ACT_NEW &&
                !same_word(r->order_id, order->id)))
            continue;
        for (size_t j = 0; j < order->in_process_len; j++) {
            const struct vendor_action *action = &order->in_process[j];

            if (!same_word(action->spki, r->spki) || !same_word(action->account, r->account) ||
                (r->outright != ACT_NONE && r->outright != action->act))
                continue;
            t->out->target = order->id;
            return decide(t, OUTCOME_ADOPT, order, "adopt", ANSWER_PASS,
                mem_printf(t->mem, "its %s for the same names and key is under way",
                    action->act == ACT_NEW ? "new order" : act_words[action->act]));
        }
    }
    return false;
}

static bool here_already(struct thought *t)
{
    return (t->facts->request.outright == ACT_NONE && reused(t)) || adopted(t);
}

/* Buying: a new order, or a slot that is paid. */

static bool slot_fits(const struct thought *t, const struct vendor_order *slot)
{
    return order_is_tenants(t->facts, slot) && !slot->free && !slot->uploaded &&
           !order_is_over(t->facts, slot) && order_misfit(t->mem, t->facts, slot) == NULL &&
           (slot->name_kind == NAMES_UNKNOWN ||
               slot->name_kind == names_kind(&t->facts->request.names));
}

/* The one that ends first, of those that fit: what would be lost is used up. */
static const struct vendor_order *find_slot(struct thought *t)
{
    const struct vendor_order *best = NULL;
    struct order_list slots;

    if (!t->table->slots)
        return NULL;
    inventory_slots(t->mem, t->facts->inventory, &slots);
    for (size_t i = 0; i < slots.len; i++) {
        const struct vendor_order *slot = slots.list[i];

        if (slot_fits(t, slot) && (best == NULL || (slot->order_end_s != 0 &&
                                                       (best->order_end_s == 0 ||
                                                           slot->order_end_s < best->order_end_s))))
            best = slot;
    }
    if (best != NULL)
        note(t, best, "slot", ANSWER_PASS, "a slot that is paid, empty and fits");
    return best;
}

static bool something_less(struct thought *t);

static bool bought(struct thought *t)
{
    struct question q = question(t, NULL, ACT_NEW);
    struct effects effects = first_effects(t, ACT_NEW);
    struct refusal refusal;

    if (!binding_allows(t, ACT_NEW, &effects)) {
        t->barred = ACT_NEW;
        return something_less(t);
    }
    if (!ask(t, &q, ACT_BIT(ACT_NEW), &effects, &refusal)) {
        if (refusal.verdict.hope == HOPE_EVENT || refusal.verdict.hope == HOPE_TIME)
            return wait(t, NULL, refusal.rule, &refusal.verdict);
        return deny(t, NULL, refusal.rule, problem_of(&refusal.verdict), refusal.verdict.because,
            refusal.verdict.remedy);
    }
    return take(t, NULL, ACT_NEW, t->new_rule, t->new_because, &effects);
}

static bool bought_because(
    struct thought *t, const struct vendor_order *about, const char *rule, const char *because)
{
    t->new_about = about;
    t->new_rule = rule;
    t->new_because = because;
    return bought(t);
}

/* 3. Was it said outright? */

/* Tries the action on one order; false: *refusal says why not. */
static bool done_outright(
    struct thought *t, const struct candidate *candidate, enum act act, struct refusal *refusal)
{
    struct question q = question(t, candidate, act);
    struct effects effects = first_effects(t, act);
    const char *misfit = order_misfit(t->mem, t->facts, candidate->order), *harmful;

    if (misfit != NULL) {
        *refusal = (struct refusal){candidate, "match", unfit(&q, "%s", misfit)};
        note(t, candidate->order, "match", ANSWER_FAIL, misfit);
        return false;
    }
    if (!ask(t, &q, ACT_BIT(act), &effects, refusal))
        return false;
    harmful = harm(t, candidate, &effects);
    if (harmful != NULL) {
        *refusal = (struct refusal){candidate, "allow_destructive",
            with_remedy(unfit(&q, "%s", harmful),
                "set allow_destructive, or order a new certificate (action enroll)")};
        return false;
    }
    if (!binding_allows(t, act, &effects))
        return deny(t, candidate->order, "eab", "unauthorized",
            "the external account binding does not allow to buy", "have enroll added to it");
    note(t, candidate->order, "action", ANSWER_PASS,
        mem_printf(t->mem, "a %s was asked for by name", act_words[act]));
    return take_by(t, candidate, act, deciding_rule(t, candidate->order, act), &effects);
}

static bool refused_outright(struct thought *t, const struct refusal *refusal)
{
    const struct verdict *v = &refusal->verdict;
    const struct vendor_order *order = refusal->candidate->order;

    if (v->hope == HOPE_TIME || v->hope == HOPE_EVENT)
        return wait(t, order, refusal->rule, v);
    return deny(t, order, refusal->rule, problem_of(v), v->because,
        v->remedy != NULL ? v->remedy : "ask for another action, or for none");
}

/* The order that was named; NULL if it is not the tenant's. */
static struct candidate *named_order(struct thought *t)
{
    const struct vendor_order *order =
        inventory_by_id(t->facts->inventory, t->facts->request.order_id);
    struct candidate *candidate;

    if (order == NULL || !order_is_tenants(t->facts, order))
        return NULL;
    candidate = mem_new(t->mem, struct candidate);
    match_one(t->mem, t->facts, order, candidate);
    return candidate;
}

static bool under_some_order(struct thought *t, enum act act)
{
    struct refusal first = {0}, refusal;

    for (size_t i = 0; i < t->matches.candidates_len; i++) {
        if (t->matches.candidates[i].followed)
            continue;
        if (done_outright(t, &t->matches.candidates[i], act, &refusal))
            return true;
        if (first.candidate == NULL)
            first = refusal;
    }
    if (first.candidate != NULL)
        return refused_outright(t, &first);
    return deny(t, NULL, "action", "userActionRequired",
        mem_printf(
            t->mem, "a %s was asked for by name, and no order matches these names", act_words[act]),
        "name an order (orderId), or ask for a new one (action enroll)");
}

static bool said_outright(struct thought *t)
{
    const struct request *r = &t->facts->request;
    enum act act = r->outright;
    struct effects nothing = {0};
    struct candidate *candidate;
    struct refusal refusal;

    if (act == ACT_NONE)
        return false;
    if (!binding_allows(t, act, &nothing))
        return deny(t, NULL, "eab", "unauthorized",
            mem_printf(t->mem, "the external account binding does not allow %s", act_words[act]),
            "ask without an action, or have it added to the binding");
    if (act == ACT_NEW)
        return bought_because(t, NULL, "action", "a new order was asked for by name");
    if ((t->table->can & ACT_BIT(act)) == 0)
        return deny(t, NULL, "action", "userActionRequired",
            mem_printf(
                t->mem, "a %s was asked for by name, and %s", act_words[act], t->table->cannot),
            "ask without an action, or for a new order (action enroll)");
    if (r->order_id == NULL)
        return under_some_order(t, act);
    candidate = named_order(t);
    if (candidate == NULL)
        return deny(t, NULL, "action", "userActionRequired",
            mem_printf(t->mem, "there is no order %s of this tenant", r->order_id),
            "name an order of the tenant (orderId)");
    return done_outright(t, candidate, act, &refusal) || refused_outright(t, &refusal);
}

/* 4 and 5. Which orders match, and who asks? */

static void match(struct thought *t)
{
    const struct preferences *p = &t->facts->preferences;
    bool outright = t->facts->request.outright != ACT_NONE;

    match_orders(t->mem, t->facts,
        t->facts->vendor == VENDOR_DIGICERT && (p->extend_orders || outright), &t->matches);
    for (size_t i = 0; i < t->matches.dismissed_len; i++)
        note(t, t->matches.dismissed[i].order, "match", ANSWER_FAIL,
            t->matches.dismissed[i].because);
    if (t->matches.contradictory != NULL)
        note(t, t->matches.contradictory, "contradiction", ANSWER_FAIL, t->matches.contradiction);
    t->slot = find_slot(t);
    if (t->table->siblings)
        match_siblings(t->mem, t->facts, &t->siblings);
}

static enum holder_choice choice_for(const struct thought *t, const struct candidate *candidate)
{
    return candidate->same_holder ? t->facts->preferences.same_holder
                                  : t->facts->preferences.additional_holder;
}

static const char *choice_name(const struct candidate *candidate)
{
    return candidate->same_holder ? "same_holder" : "additional_holder";
}

/* 6. Choose: of each order, the first action of its row that the vendor's rules and the binding
 * allow. */

/* A slot saves the outage of a reissue. */
static bool filled_a_slot(struct thought *t)
{
    const struct candidate *best = t->matches.candidates;

    if (!t->table->slots_first || t->slot == NULL ||
        (t->matches.candidates_len > 0 && choice_for(t, best) == CHOICE_DENY))
        return false;
    return bought_because(t, t->slot, t->table->slot_rule, "a slot that is paid, empty and fits");
}

static void remember(struct thought *t, const struct refusal *refusal)
{
    const struct verdict *v = &refusal->verdict;

    if (v->hope == HOPE_NONE) {
        if (t->new_rule != NULL)
            return;
        t->new_rule = refusal->rule;
        t->new_because = v->because;
        t->new_about = refusal->candidate->order;
    } else if (t->refusal.candidate == NULL) {
        t->refusal = *refusal;
    }
}

static const struct row *row_of(const struct thought *t, const struct question *q)
{
    const struct row *row = t->table->rows;

    for (size_t i = 1; i < t->table->rows_len && !row->holds(q); i++)
        row++;
    return row;
}

/* One try of a row: true if it was taken; else *last is why it was not. */
static bool tried(struct thought *t, const struct candidate *candidate, const struct try *try,
    struct refusal *last)
{
    struct question q = question(t, candidate, try->act);
    struct effects effects = first_effects(t, try->act);
    const char *harmful, *rule = try->rule != NULL ? try->rule : last->rule;

    if (!ask(t, &q, ACT_BIT(try->act), &effects, last))
        return false;
    harmful = harm(t, candidate, &effects);
    if (harmful != NULL) {
        note(t, candidate->order, "allow_destructive", ANSWER_FAIL, harmful);
        *last = (struct refusal){candidate, "allow_destructive", unfit(&q, "%s", harmful)};
        return false;
    }
    if (!binding_allows(t, try->act, &effects)) {
        t->barred = try->act;
        *last = (struct refusal){
            candidate, "eab", unfit(&q, "the binding does not allow %s", act_words[try->act])};
        note(t, candidate->order, "eab", ANSWER_FAIL, last->verdict.because);
        return false;
    }
    return take_by(t, candidate, try->act, rule, &effects);
}

/* The row says to buy; unless what was tried before only waits for somebody else's action. */
static struct refusal bought_instead(struct thought *t, const struct candidate *candidate,
    const struct row *row, const struct try *try, const struct refusal *last)
{
    struct question q = question(t, candidate, ACT_NEW);

    if (last->verdict.hope == HOPE_EVENT)
        return *last;
    if (try->rule == NULL)
        return (struct refusal){candidate, last->rule, unfit(&q, "%s", last->verdict.because)};
    return (struct refusal){candidate, try->rule, unfit(&q, "%s", row->situation)};
}

static bool chosen_from(struct thought *t, const struct candidate *candidate)
{
    enum holder_choice choice = choice_for(t, candidate);
    struct question q = question(t, candidate, ACT_NONE);
    struct refusal last = {0};
    const struct row *row;

    if (t->facts->vendor != VENDOR_LOCAL && (choice == CHOICE_DENY || choice == CHOICE_NEW)) {
        last = (struct refusal){candidate, choice_name(candidate),
            choice == CHOICE_DENY
                ? not_at_all(&q, "ask for names of its own, or set additional_holder",
                      "another account holds certificates for these names, and no more are given")
                : unfit(&q, "new orders are preferred to certificates under this one")};
        remember(t, &last);
        return false;
    }
    row = row_of(t, &q);
    t->out->situation = row->situation;
    for (size_t i = 0; i < TRIES_MAX && row->tries[i].act != ACT_NONE; i++) {
        if (row->tries[i].act == ACT_NEW)
            last = bought_instead(t, candidate, row, &row->tries[i], &last);
        else if (tried(t, candidate, &row->tries[i], &last))
            return true;
    }
    t->out->situation = NULL;
    remember(t, &last);
    return false;
}

static bool one_of_the_orders(struct thought *t)
{
    for (size_t i = 0; i < t->matches.candidates_len; i++) {
        const struct candidate *candidate = &t->matches.candidates[i];

        if (candidate->followed)
            note(t, candidate->order, "match", ANSWER_FAIL,
                "it was renewed, and its renewal stands in its place");
        else if (chosen_from(t, candidate))
            return true;
    }
    return false;
}

/* What was right is not allowed by the binding: the next that is, if it is free of charge. */

static bool lesser_act(struct thought *t, const struct candidate *candidate, enum act act)
{
    struct question q = question(t, candidate, act);
    struct effects effects = first_effects(t, act);
    struct refusal refusal;

    if ((t->table->unasked & ACT_BIT(act)) == 0 || !binding_allows(t, act, &effects) ||
        choice_for(t, candidate) == CHOICE_DENY || !ask(t, &q, ACT_BIT(act), &effects, &refusal) ||
        harm(t, candidate, &effects) != NULL || effects.cost != COST_FREE)
        return false;
    return take(t, candidate, act, "eab",
        mem_printf(t->mem, "the binding does not allow %s; %s is free of charge",
            act_words[t->barred], act_words[act]),
        &effects);
}

static bool something_less(struct thought *t)
{
    if (t->barred == ACT_NONE)
        return false;
    for (size_t i = 0; i < t->matches.candidates_len; i++) {
        const struct candidate *candidate = &t->matches.candidates[i];

        if (t->facts->request.outright == ACT_NONE && !candidate->followed &&
            (lesser_act(t, candidate, ACT_REISSUE) || lesser_act(t, candidate, ACT_DUPLICATE)))
            return true;
    }
    return deny(t, NULL, "eab", "unauthorized",
        mem_printf(t->mem, "%s would be right, and the external account binding does not allow it",
            act_words[t->barred]),
        "have the action added to the binding (enroll, for all that is bought)");
}

/* 8. Busy or closed. */

static bool renewed_instead(struct thought *t, const struct refusal *r, const char *rule)
{
    struct question q = question(t, r->candidate, ACT_RENEW);
    struct effects effects = first_effects(t, ACT_RENEW);
    struct refusal refusal = {0};

    if ((t->table->unasked & ACT_BIT(ACT_RENEW)) != 0) {
        if (ask(t, &q, ACT_BIT(ACT_RENEW), &effects, &refusal)) {
            t->barred = binding_allows(t, ACT_RENEW, &effects) ? ACT_NONE : ACT_RENEW;
            return t->barred != ACT_NONE ? something_less(t)
                                         : take_by(t, r->candidate, ACT_RENEW,
                                               t->table->decides[ACT_RENEW][0], &effects);
        }
    }
    if (r->verdict.hope == HOPE_EVENT)
        return wait(t, r->candidate->order, r->rule, &r->verdict);
    if (refusal.verdict.hope == HOPE_EVENT)
        return wait(t, r->candidate->order, refusal.rule, &refusal.verdict);
    return bought_because(t, r->candidate->order, rule, r->verdict.because);
}

static bool closed_or_busy(struct thought *t)
{
    const struct refusal *r = &t->refusal;
    const struct vendor_order *order;

    if (r->candidate == NULL)
        return false;
    order = r->candidate->order;
    if (r->verdict.hope == HOPE_PERSON)
        return deny(
            t, order, r->rule, problem_of(&r->verdict), r->verdict.because, r->verdict.remedy);
    if (r->verdict.waits || (order->standing == STANDING_PENDING && r->verdict.hope == HOPE_EVENT))
        return wait(t, order, r->rule, &r->verdict);
    switch (t->facts->preferences.when_closed) {
    case CLOSED_UNSAID:
    case CLOSED_WAIT:
        if (r->verdict.hope != HOPE_CLOSED)
            return wait(t, order, r->rule, &r->verdict);
        return renewed_instead(t, r, r->rule);
    case CLOSED_RENEW:
        return renewed_instead(t, r, "when_closed");
    case CLOSED_NEW:
        return bought_because(t, order, "when_closed", r->verdict.because);
    case CLOSED_DENY:
        break;
    }
    return deny(t, order, "when_closed", "userActionRequired",
        mem_printf(t->mem, "%s: %s", r->rule, r->verdict.because),
        r->verdict.remedy != NULL ? r->verdict.remedy : "ask again later, or set when_closed");
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
    BUG_ON(!decided);                     /* hold together (10): see take */
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
