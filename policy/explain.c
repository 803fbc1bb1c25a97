/* explain - see explain.h. */
#include "policy/explain.h"

#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "policy/match.h"
#include "policy/policy.h"
#include "policy/rule.h"

/* Well beyond TRACE_MAX steps. */
#define TEXT_MAX (8 * 1024 * 1024)

/* JSON. */

static void add_or_null(struct json_out *w, const char *name, const char *value)
{
    if (value == NULL)
        json_add_raw(w, name, "null");
    else
        json_add_string(w, name, value);
}

static void add_time_or_null(struct json_out *w, const char *name, int64_t time_s)
{
    if (time_s == 0)
        json_add_raw(w, name, "null");
    else
        json_add_time(w, name, time_s);
}

static void add_effects(struct json_out *w, const struct effects *effects)
{
    json_open(w, "effects", '{');
    json_add_string(w, "cost", cost_words[effects->cost]);
    json_open(w, "revokes", '[');
    for (size_t i = 0; i < effects->revokes_len; i++) {
        json_open(w, NULL, '{');
        json_add_string(w, "certificate", effects->revokes[i].certificate);
        add_or_null(w, "holder", effects->revokes[i].holder);
        add_time_or_null(w, "at", effects->revokes[i].at_s);
        json_close(w, '}');
    }
    json_close(w, ']');
    json_add_string(w, "domain_validation", proof_words[effects->domain_validation]);
    json_add_string(w, "approval", approval_words[effects->approval]);
    add_time_or_null(w, "not_after", effects->not_after_s);
    json_add_string(w, "common_name", effects->common_name);
    json_add_string(w, "key_known_to", effects->key_known_to);
    if (effects->truncated)
        json_add_bool(w, "truncated", true);
    json_close(w, '}');
}

static void add_problem(struct json_out *w, const struct decision *d)
{
    if (d->problem == NULL) {
        json_add_raw(w, "problem", "null");
        return;
    }
    json_open(w, "problem", '{');
    json_add_string(w, "type", d->problem);
    json_add_string(w, "detail", d->detail);
    json_close(w, '}');
}

static void add_trace(struct json_out *w, const struct decision *d)
{
    json_open(w, "trace", '[');
    for (size_t i = 0; i < d->trace_len; i++) {
        const struct step *step = &d->trace[i];

        json_open(w, NULL, '{');
        add_or_null(w, "order", step->order);
        json_add_string(w, "rule", step->rule);
        json_add_string(w, "result", answer_words[step->answer]);
        json_add_string(w, "because", step->because);
        json_close(w, '}');
    }
    json_close(w, ']');
}

char *explain_json(void *mem, const struct decision *d)
{
    struct json_out w;
    struct buf b;

    buf_init(&b, mem, TEXT_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_string(&w, "outcome", outcome_words[d->outcome]);
    add_or_null(&w, "target", d->target);
    add_or_null(&w, "certificate", d->certificate);
    json_add_string(&w, "rule", d->rule);
    add_effects(&w, &d->effects);
    add_problem(&w, d);
    add_time_or_null(&w, "retry_at", d->retry_at_s);
    add_trace(&w, d);
    json_close(&w, '}');
    BUG_ON(b.overflow);
    return buf_text(&b);
}

/* Text. */

static const char *date(void *mem, int64_t time_s)
{
    struct question q = {.mem = mem};

    return time_s == 0 ? "a day that is not known" : day(&q, time_s);
}

static void add_headline(struct buf *b, const struct decision *d)
{
    static const char *const after[] = {
        [OUTCOME_REUSE] = "the certificate that is there goes back to its holder; the vendor is "
                          "not asked",
        [OUTCOME_ADOPT] = "it joins what is under way there; the vendor is not asked again",
        [OUTCOME_DUPLICATE] = "another certificate under it; nothing is replaced",
        [OUTCOME_REISSUE] = "a certificate for the new key under it",
        [OUTCOME_RENEW] = "a new paid order that follows it",
        [OUTCOME_NEW] = "a new order",
        [OUTCOME_WAIT] = "the right action is not allowed yet",
        [OUTCOME_DENY] = "no action is right",
    };

    buf_add_text(b, outcome_words[d->outcome]);
    if (d->certificate != NULL)
        buf_addf(b, " certificate %s of order %s", d->certificate, d->target);
    else if (d->target != NULL)
        buf_addf(b, " %s %s", d->outcome == OUTCOME_NEW ? "into slot" : "order", d->target);
    if (d->outcome == OUTCOME_WAIT && d->retry_at_s != 0)
        buf_addf(b, " until %s", date(b->mem, d->retry_at_s));
    buf_addf(b, ": %s\n", after[d->outcome]);
}

static bool find_rule(enum vendor vendor, const char *id, struct rule_line *line)
{
    for (size_t i = 0; policy_rule_line(i, line); i++)
        if ((line->vendor == vendor || line->vendor == VENDORS) && strcmp(line->id, id) == 0)
            return true;
    return false;
}

/* A paragraph, indented, at most so wide. */
#define WIDTH 100

static void add_paragraph(struct buf *b, size_t indent, size_t hanging, const char *text)
{
    size_t column = indent;

    buf_addf(b, "%*s", (int)indent, "");
    while (*text != '\0') {
        size_t word = strcspn(text, " ");

        if (column + 1 + word > WIDTH && column > hanging) {
            buf_addf(b, "\n%*s", (int)hanging, "");
            column = hanging;
        } else if (column > indent) {
            buf_add_char(b, ' ');
            column++;
        }
        buf_add(b, text, word);
        column += word;
        text += word + (text[word] == ' ');
    }
    buf_add_char(b, '\n');
}

static void add_why(struct buf *b, enum vendor vendor, const struct decision *d)
{
    struct rule_line line;
    bool known = find_rule(vendor, d->rule, &line);

    buf_add_text(b, "\nWhy\n");
    if (d->situation != NULL && d->about != NULL)
        add_paragraph(b, 2, 2, mem_printf(b->mem, "order %s: %s", d->about, d->situation));
    add_paragraph(b, 2, 2,
        mem_printf(b->mem, "%s%s%s%s (%s)", d->about == NULL ? "" : "order ",
            d->about == NULL ? "" : d->about, d->about == NULL ? "" : ": ", d->because, d->rule));
    if (known)
        add_paragraph(b, 2, 2,
            line.source[0] == '\0'
                ? mem_printf(b->mem, "The rule: %s.", line.sentence)
                : mem_printf(b->mem, "The rule: %s. (%s)", line.sentence, line.source));
    if (d->detail != NULL)
        add_paragraph(
            b, 2, 2, mem_printf(b->mem, "The client is told: %s: %s", d->problem, d->detail));
}

/* What an order is, until when, and who holds it. */
static void add_order(struct buf *b, const struct facts *facts, const struct vendor_order *order)
{
    size_t living = 0;

    for (size_t i = 0; i < order->names.len && i < 3; i++)
        buf_addf(b, "%s %s", i == 0 ? ":" : ",", order->names.list[i].value);
    if (order->names.len > 3)
        buf_addf(b, " and %zu more", order->names.len - 3);
    if (order->level != LEVEL_UNKNOWN || order->product != NULL)
        buf_addf(b, "; %s%s%s", level_word(order->level),
            order->level != LEVEL_UNKNOWN && order->product != NULL ? " " : "",
            order->product == NULL ? "" : order->product);
    if (order_end_s(order) != 0)
        buf_addf(b, "; ends on %s", date(b->mem, order_end_s(order)));
    for (size_t i = 0; i < order->certificates_len; i++)
        living += certificate_lives(facts, &order->certificates[i]);
    buf_addf(b, "; %zu living certificate%s", living, living == 1 ? "" : "s");
}

/* One line about an order; `facts` may be NULL. */
static void add_order_line(struct buf *b, const struct facts *facts, const char *id)
{
    const struct vendor_order *order = facts == NULL ? NULL : inventory_by_id(facts->inventory, id);

    buf_addf(b, "  order %s", id);
    if (order != NULL)
        add_order(b, facts, order);
    buf_add_char(b, '\n');
}

static bool is_same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool is_same_order(const struct step *a, const struct step *b)
{
    return is_same_text(a->order, b->order);
}

static bool was_shown(const struct decision *d, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (is_same_order(&d->trace[i], &d->trace[index]))
            return true;
    return false;
}

static void add_step(struct buf *b, const struct decision *d, const struct step *step)
{
    bool decided = strcmp(step->rule, d->rule) == 0 && is_same_text(step->order, d->about);

    add_paragraph(b, 6, 28,
        mem_printf(b->mem, "%s %-17s %s%s", step->answer == ANSWER_PASS ? "yes" : "no ", step->rule,
            step->because, decided ? " <- decided" : ""));
}

/* Do the rules of the action that is asked about from here on let it pass? */
static bool passes(const struct decision *d, size_t from)
{
    for (size_t i = from; i < d->trace_len; i++) {
        const struct step *step = &d->trace[i];

        if (!is_same_order(step, &d->trace[from]))
            continue;
        if (step->act != ACT_NONE && step->act != d->trace[from].act)
            return true;
        if (step->answer == ANSWER_FAIL)
            return false;
    }
    return true;
}

/* All that was said about one order, action by action; rules that had nothing to say are left out.
 */
static void add_steps(struct buf *b, const struct decision *d, size_t from)
{
    static const char *const words[] = {"", "NEW", "REISSUE", "DUPLICATE", "RENEW"};
    enum act asked = ACT_NONE;

    for (size_t i = from; i < d->trace_len; i++) {
        const struct step *step = &d->trace[i];

        if (!is_same_order(step, &d->trace[from]) || step->answer == ANSWER_SILENT)
            continue;
        if (step->act != ACT_NONE && step->act != asked)
            buf_addf(b, "    %s: %s\n", words[step->act], passes(d, i) ? "yes" : "no");
        if (step->act != ACT_NONE)
            asked = step->act;
        add_step(b, d, step);
    }
}

/* Order by order, as they came up. */
static void add_considered(struct buf *b, const struct facts *facts, const struct decision *d)
{
    buf_add_text(b, "\nConsidered\n");
    for (size_t i = 0; i < d->trace_len; i++) {
        if (was_shown(d, i))
            continue;
        if (d->trace[i].order == NULL)
            buf_add_text(b, "  the request\n");
        else
            add_order_line(b, facts, d->trace[i].order);
        add_steps(b, d, i);
    }
}

static void add_consequences(struct buf *b, const struct decision *d)
{
    const struct effects *effects = &d->effects;

    buf_add_text(b, "\nCost and consequences\n");
    if (d->outcome == OUTCOME_WAIT || d->outcome == OUTCOME_DENY) {
        buf_add_text(b, "  none: nothing is sent to the vendor\n");
        return;
    }
    buf_addf(b, "  cost               %s\n", cost_words[effects->cost]);
    buf_addf(b, "  domain validation  %s\n", proof_words[effects->domain_validation]);
    buf_addf(b, "  approval           %s\n", approval_words[effects->approval]);
    if (effects->not_after_s != 0)
        buf_addf(b, "  expected to end    %s%s\n", date(b->mem, effects->not_after_s),
            effects->truncated ? " (cut short, without refund)" : "");
    if (effects->common_name != NULL)
        buf_addf(b, "  common name        %s\n", effects->common_name);
    if (effects->key_known_to != NULL)
        buf_addf(b, "  the key            is also that of account %s\n", effects->key_known_to);
    if (effects->revokes_len == 0)
        buf_add_text(b, "  revokes            nothing\n");
    for (size_t i = 0; i < effects->revokes_len; i++)
        buf_addf(b, "  revokes            certificate %s, held by %s, %s\n",
            effects->revokes[i].certificate,
            effects->revokes[i].holder == NULL ? "somebody outside ACME"
                                               : effects->revokes[i].holder,
            effects->revokes[i].at_s == 0
                ? "as soon as the vendor goes ahead"
                : mem_printf(b->mem, "by %s", date(b->mem, effects->revokes[i].at_s)));
}

/* `facts`: NULL if they are not known any more. */
static char *tell(
    void *mem, enum vendor vendor, const struct facts *facts, const struct decision *d)
{
    struct buf b;

    buf_init(&b, mem, TEXT_MAX);
    add_headline(&b, d);
    add_why(&b, vendor, d);
    add_considered(&b, facts, d);
    add_consequences(&b, d);
    BUG_ON(b.overflow);
    return buf_text(&b);
}

char *explain_text(void *mem, const struct facts *facts, const struct decision *d)
{
    return tell(mem, facts->vendor, facts, d);
}

char *explain_past(void *mem, enum vendor vendor, const struct decision *d)
{
    return tell(mem, vendor, NULL, d);
}
