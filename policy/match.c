/* match - see match.h. */
#include "policy/match.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "policy/names.h"
#include "policy/rule.h"

/* Vendors write some dates as days: what is off by less than one is no contradiction. */
#define SLACK_S DAY_S

int64_t order_end_s(const struct vendor_order *order)
{
    int64_t end_s = order->order_end_s;

    for (size_t i = 0; order->order_end_s == 0 && i < order->certificates_len; i++)
        if (order->certificates[i].not_after_s > end_s)
            end_s = order->certificates[i].not_after_s;
    return end_s;
}

int64_t order_first_issued_s(const struct vendor_order *order)
{
    int64_t first_s = order->first_issued_s;

    for (size_t i = 0; order->first_issued_s == 0 && i < order->certificates_len; i++) {
        int64_t from_s = order->certificates[i].not_before_s;

        if (from_s != 0 && (first_s == 0 || from_s < first_s))
            first_s = from_s;
    }
    return first_s;
}

bool certificate_lives(const struct facts *facts, const struct vendor_certificate *c)
{
    return !c->revoked && c->revoke_at_s == 0 && c->not_before_s <= facts->now_s &&
           facts->now_s < c->not_after_s;
}

bool certificate_may_live(const struct facts *facts, const struct vendor_certificate *c)
{
    return !c->revoked && c->revoke_at_s == 0 &&
           (c->not_after_s == 0 || facts->now_s < c->not_after_s);
}

const struct vendor_certificate *order_living(
    const struct facts *facts, const struct vendor_order *order)
{
    const struct vendor_certificate *longest = NULL;

    for (size_t i = 0; i < order->certificates_len; i++) {
        const struct vendor_certificate *c = &order->certificates[i];

        if (certificate_lives(facts, c) &&
            (longest == NULL || c->not_after_s > longest->not_after_s))
            longest = c;
    }
    return longest;
}

static const char *over_word(enum standing standing)
{
    switch (standing) {
    case STANDING_REJECTED:
        return "rejected";
    case STANDING_CANCELED:
        return "canceled";
    case STANDING_REVOKED:
        return "revoked";
    case STANDING_EXPIRED:
        return "expired";
    case STANDING_REFUNDED:
        return "refunded";
    case STANDING_ISSUED:
    case STANDING_PENDING:
    case STANDING_PREPAID:
        break;
    }
    return NULL;
}

/* A plan of several years is not over when the certificate of one year is. */
static bool is_past_its_end(const struct facts *facts, const struct vendor_order *order)
{
    int64_t end_s = order->order_end_s;

    if (end_s == 0 && order->plan_years <= 1)
        end_s = order_end_s(order);
    return end_s != 0 && end_s <= facts->now_s;
}

bool order_is_over(const struct facts *facts, const struct vendor_order *order)
{
    return over_word(order->standing) != NULL || is_past_its_end(facts, order);
}

bool order_is_tenants(const struct facts *facts, const struct vendor_order *order)
{
    const char *asker = facts->request.tenant == NULL ? "" : facts->request.tenant;

    return order->tenant == NULL || strcmp(order->tenant, asker) == 0;
}

const char *order_misfit(void *mem, const struct facts *facts, const struct vendor_order *order)
{
    const struct profile *p = &facts->profile;

    if (p->level != LEVEL_UNKNOWN && order->level != LEVEL_UNKNOWN && order->level != p->level)
        return mem_printf(
            mem, "%s, and the profile is %s", level_word(order->level), level_word(p->level));
    if (p->brand != NULL && order->brand != NULL && !same_brand(p->brand, order->brand))
        return mem_printf(mem, "of brand %s, and the profile names %s", order->brand, p->brand);
    if (p->product != NULL && order->product != NULL && !same_brand(p->product, order->product))
        return mem_printf(mem, "product %s, and the profile names %s", order->product, p->product);
    return NULL;
}

/* What cannot be true of it. */

static const char *certificate_contradiction(
    void *mem, const struct vendor_order *order, const struct vendor_certificate *c)
{
    if (c->not_before_s != 0 && c->not_after_s != 0 && c->not_before_s >= c->not_after_s)
        return mem_printf(mem, "certificate %s ends before it begins", c->id);
    if (order->order_end_s != 0 && c->not_after_s > order->order_end_s + SLACK_S)
        return mem_printf(mem, "certificate %s outlives its order", c->id);
    if (order->first_issued_s != 0 && c->not_before_s != 0 &&
        c->not_before_s < order->first_issued_s - SLACK_S)
        return mem_printf(mem, "certificate %s is older than its order", c->id);
    return NULL;
}

/* A reissue or a duplicate, of nothing? At Tencent Cloud a reissue is a record of its own, and its
 * original stands under another. */
static const char *kind_contradiction(enum vendor vendor, const struct vendor_order *order)
{
    bool copies = false, originals = false;

    for (size_t i = 0; i < order->certificates_len; i++) {
        enum certificate_kind kind = order->certificates[i].kind;
        bool copy = kind == CERTIFICATE_REISSUE || kind == CERTIFICATE_DUPLICATE;

        copies |= copy;
        originals |= !copy;
    }
    if (vendor == VENDOR_TENCENT)
        return NULL;
    if (copies && !originals)
        return "it holds a reissue or duplicate, and no certificate that this could be of";
    for (size_t i = 0; i < order->in_process_len && order->certificates_len == 0; i++)
        if (order->in_process[i].act == ACT_REISSUE || order->in_process[i].act == ACT_DUPLICATE)
            return "a reissue or duplicate is in process, and there is no certificate that it "
                   "could be of";
    return NULL;
}

const char *order_contradiction(void *mem, enum vendor vendor, const struct vendor_order *order)
{
    if (order->first_issued_s != 0 && order->order_end_s != 0 &&
        order->order_end_s < order->first_issued_s)
        return "it ends before it was issued";
    for (size_t i = 0; i < order->certificates_len; i++) {
        const char *found = certificate_contradiction(mem, order, &order->certificates[i]);

        if (found != NULL)
            return found;
    }
    return kind_contradiction(vendor, order);
}

/* Names. */

static bool grows_below_wildcard(const struct facts *facts, const struct vendor_order *order)
{
    const struct identifiers *names = &facts->request.names;
    bool deeper = facts->preferences.wildcard_duplicate_names == WILDCARD_SUBDOMAINS;

    for (size_t i = 0; i < names->len; i++) {
        const struct identifier *name = &names->list[i];
        struct identifiers one = {(struct identifier *)(uintptr_t)name, 1};
        bool below = names_contain(&order->names, &one);

        for (size_t j = 0; j < order->names.len && !below; j++)
            below = name_is_wildcard(&order->names.list[j]) &&
                    name_is_below_wildcard(name, order->names.list[j].value, deeper);
        if (!below)
            return false;
    }
    return true;
}

static enum relation relation_to(const struct facts *facts, const struct vendor_order *order)
{
    const struct identifiers *names = &facts->request.names;

    if (names_equal(names, &order->names))
        return RELATION_EQUAL;
    if (!names_contain(names, &order->names))
        return RELATION_OTHER;
    return grows_below_wildcard(facts, order) ? RELATION_BELOW_WILDCARD : RELATION_MORE;
}

/* Holders. */

static bool is_account(const struct facts *facts, const char *holder)
{
    return same_word(facts->request.account, holder);
}

static const struct vendor_certificate *certificate_named(
    const struct vendor_order *order, const char *id)
{
    for (size_t i = 0; i < order->certificates_len; i++)
        if (same_word(order->certificates[i].id, id))
            return &order->certificates[i];
    return NULL;
}

/* The order whose certificate `replaces` names, if that counts: the certificate is the requester's,
 * or lies outside ACME. */
static const struct vendor_order *replaced_order(
    const struct facts *facts, const struct vendor_certificate **certificate)
{
    const char *id = facts->request.replaces;
    const struct vendor_order *order =
        id == NULL ? NULL : inventory_by_certificate(facts->inventory, id);

    *certificate = order == NULL ? NULL : certificate_named(order, id);
    if (*certificate == NULL || !order_is_tenants(facts, order) ||
        ((*certificate)->holder != NULL && !is_account(facts, (*certificate)->holder))) {
        *certificate = NULL;
        return NULL;
    }
    return order;
}

static bool holds_one(const struct facts *facts, const struct vendor_order *order)
{
    for (size_t i = 0; i < order->certificates_len; i++)
        if (is_account(facts, order->certificates[i].holder))
            return true;
    return false;
}

/* What a new certificate for the requester takes the place of: what `replaces` names, else the
 * newest one that the requester has and may lose. */
static const struct vendor_certificate *taken_over(
    const struct facts *facts, const struct vendor_order *order)
{
    const struct vendor_certificate *named = NULL, *newest = NULL;

    if (replaced_order(facts, &named) == order && named != NULL)
        return named;
    for (size_t i = 0; i < order->certificates_len; i++) {
        const struct vendor_certificate *c = &order->certificates[i];

        if (is_account(facts, c->holder) && certificate_may_live(facts, c) &&
            (newest == NULL || c->not_before_s > newest->not_before_s))
            newest = c;
    }
    return newest;
}

void match_one(
    void *mem, const struct facts *facts, const struct vendor_order *order, struct candidate *out)
{
    const struct vendor_certificate *named;

    *out = (struct candidate){
        .order = order,
        .relation = relation_to(facts, order),
        .by_replaces = replaced_order(facts, &named) == order,
        .replaced = taken_over(facts, order),
        .contradiction = order_contradiction(mem, facts->vendor, order),
    };
    out->same_holder =
        out->by_replaces || (out->relation == RELATION_EQUAL && holds_one(facts, order));
}

/* Matching. */

/* Why the order is none that could serve the request; NULL: it is one. */
static const char *dismissal(
    void *mem, const struct facts *facts, bool extends, const struct candidate *c)
{
    const char *misfit = order_misfit(mem, facts, c->order);
    const char *over = over_word(c->order->standing);

    if (misfit != NULL)
        return misfit;
    if (over != NULL)
        return mem_printf(mem, "it is %s", over);
    if (is_past_its_end(facts, c->order))
        return "it is past its end";
    if (c->order->standing == STANDING_PREPAID)
        return "it is an empty slot";
    if (c->by_replaces || c->relation == RELATION_EQUAL ||
        (c->relation == RELATION_BELOW_WILDCARD && facts->vendor == VENDOR_DIGICERT) ||
        (c->relation == RELATION_MORE && extends))
        return NULL;
    return c->relation == RELATION_MORE ? "names would be added to it, and extend_orders is off"
                                        : "it has names that are not asked for";
}

/* A renewed order is followed by its renewal: the next order of the same names, with a later end.
 */
static bool follows(const struct vendor_order *later, const struct vendor_order *renewed)
{
    return later != renewed && renewed->renewed && names_equal(&later->names, &renewed->names) &&
           order_end_s(later) > order_end_s(renewed);
}

/* A renewal stands in the place of what it renewed: who held that, holds this. */
static void hand_over(void *mem, const struct facts *facts, const struct vendor_order *renewed,
    struct matches *matches)
{
    struct candidate old;

    match_one(mem, facts, renewed, &old);
    for (size_t i = 0; i < matches->candidates_len; i++) {
        struct candidate *heir = &matches->candidates[i];

        if (!follows(heir->order, renewed))
            continue;
        heir->by_replaces |= old.by_replaces;
        heir->same_holder |= old.same_holder;
        if (heir->replaced == NULL)
            heir->replaced = old.replaced;
    }
}

/* Of the renewed orders with just these names that the requester held, the one that ends first: all
 * later ones stand in its place. NULL: there is none. */
static const struct vendor_order *first_held(
    const struct facts *facts, const struct order_list *orders)
{
    const struct vendor_order *first = NULL;

    for (size_t i = 0; i < orders->len; i++) {
        const struct vendor_order *order = orders->list[i];

        if (order->renewed && order_is_tenants(facts, order) && holds_one(facts, order) &&
            names_equal(&order->names, &facts->request.names) &&
            (first == NULL || order_end_s(order) < order_end_s(first)))
            first = order;
    }
    return first;
}

/* Renewed orders are not asked when an order with the same names and a later end is. */
static void stand_down(struct matches *matches)
{
    const struct vendor_order *latest = NULL;

    for (size_t i = 0; i < matches->candidates_len; i++)
        if (matches->candidates[i].relation == RELATION_EQUAL &&
            (latest == NULL || order_end_s(matches->candidates[i].order) > order_end_s(latest)))
            latest = matches->candidates[i].order;
    for (size_t i = 0; latest != NULL && i < matches->candidates_len; i++)
        matches->candidates[i].followed = follows(latest, matches->candidates[i].order);
}

static void settle_renewals(
    void *mem, const struct facts *facts, const struct order_list *orders, struct matches *matches)
{
    const struct vendor_certificate *named;
    const struct vendor_order *held = first_held(facts, orders);
    const struct vendor_order *replaced = replaced_order(facts, &named);

    if (held != NULL)
        hand_over(mem, facts, held, matches);
    if (replaced != NULL && replaced->renewed)
        hand_over(mem, facts, replaced, matches);
    stand_down(matches);
}

static int by_number(int64_t a, int64_t b)
{
    return (a < b) - (a > b);
}

/* The better first; the inventory's order between equals. */
static int compare_candidates(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    int order = by_number(b->followed, a->followed);

    if (order == 0)
        order = by_number(a->by_replaces, b->by_replaces);
    if (order == 0)
        order = by_number(a->relation == RELATION_EQUAL, b->relation == RELATION_EQUAL);
    if (order == 0)
        order = by_number(!a->order->free, !b->order->free);
    if (order == 0)
        order = by_number(order_end_s(a->order), order_end_s(b->order));
    if (order == 0)
        order = by_number(order_first_issued_s(a->order), order_first_issued_s(b->order));
    return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

static void note_contradiction(const struct candidate *c, struct matches *out)
{
    if (c->contradiction == NULL || out->contradictory != NULL ||
        over_word(c->order->standing) != NULL)
        return;
    if (c->relation == RELATION_OTHER && !c->by_replaces)
        return;
    out->contradictory = c->order;
    out->contradiction = c->contradiction;
}

static void consider(void *mem, const struct facts *facts, bool extends,
    const struct vendor_order *order, struct matches *out)
{
    struct candidate *c = &out->candidates[out->candidates_len];
    const char *why;

    match_one(mem, facts, order, c);
    note_contradiction(c, out);
    why = dismissal(mem, facts, extends, c);
    if (why == NULL)
        out->candidates_len++;
    else
        out->dismissed[out->dismissed_len++] = (struct dismissed){order, why};
}

/* The orders that share a name, and that of `replaces`. */
static void gather(void *mem, const struct facts *facts, struct order_list *out)
{
    const struct vendor_certificate *named;
    const struct vendor_order *replaced = replaced_order(facts, &named);

    inventory_by_names(mem, facts->inventory, &facts->request.names, out);
    if (replaced == NULL || names_meet(&replaced->names, &facts->request.names))
        return;
    out->list = mem_grow_array(mem, out->list, sizeof *out->list, out->len + 1, "order_list");
    out->list[out->len++] = replaced;
}

void match_orders(void *mem, const struct facts *facts, bool extends, struct matches *out)
{
    struct order_list orders;

    *out = (struct matches){0};
    gather(mem, facts, &orders);
    out->candidates = mem_new_array(mem, struct candidate, orders.len + 1);
    out->dismissed = mem_new_array(mem, struct dismissed, orders.len + 1);
    for (size_t i = 0; i < orders.len; i++)
        if (order_is_tenants(facts, orders.list[i]))
            consider(mem, facts, extends, orders.list[i], out);
    settle_renewals(mem, facts, &orders, out);
    qsort(out->candidates, out->candidates_len, sizeof out->candidates[0], compare_candidates);
}

void match_siblings(void *mem, const struct facts *facts, struct order_list *out)
{
    size_t kept = 0;

    inventory_busy_nearby(mem, facts->inventory, &facts->request.names, out);
    for (size_t i = 0; i < out->len; i++) {
        const struct vendor_order *order = out->list[i];
        bool reissued = false;

        for (size_t j = 0; j < order->in_process_len; j++)
            reissued |= order->in_process[j].act == ACT_REISSUE;
        if (reissued && !order_is_over(facts, order))
            out->list[kept++] = order;
    }
    out->len = kept;
}
