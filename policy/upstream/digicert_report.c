/* digicert_report - see digicert_report.h. */
#include "policy/upstream/digicert_report.h"

#include <string.h>

#include "base/mem.h"

static bool is(const char *text, const char *word)
{
    return text != NULL && strcmp(text, word) == 0;
}

/* The word of the inventory for a key: SHA-256 of its SPKI. */
static const char *key_word(void *mem, const struct digicert_certificate *c)
{
    char digits[2 * sizeof c->key_hash + 1];

    if (!c->has_key)
        return NULL;
    hex_encode(c->key_hash, sizeof c->key_hash, digits);
    return mem_strdup(mem, digits);
}

static enum level level_of(const struct digicert_order *order)
{
    if (is(order->product_type, "client_certificate"))
        return LEVEL_CLIENT;
    if (is(order->validation_type, "dv"))
        return LEVEL_DV;
    if (is(order->validation_type, "ov"))
        return LEVEL_OV;
    return is(order->validation_type, "ev") ? LEVEL_EV : LEVEL_UNKNOWN;
}

/* 5.1; false: a word that is not known here. */
static bool standing_of(const char *status, enum standing *out)
{
    static const struct {
        const char *status;
        enum standing standing;
    } rows[] = {
        {"issued", STANDING_ISSUED},
        {"reissue_pending", STANDING_ISSUED},
        {"needs_approval", STANDING_PENDING},
        {"pending", STANDING_PENDING},
        {"processing", STANDING_PENDING},
        {"waiting_pickup", STANDING_PENDING},
        {"needs_csr", STANDING_PENDING},
        {"rejected", STANDING_REJECTED},
        {"denied", STANDING_REJECTED},
        {"canceled", STANDING_CANCELED},
        {"revoked", STANDING_REVOKED},
        {"expired", STANDING_EXPIRED},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].status, status) == 0) {
            *out = rows[i].standing;
            return true;
        }
    return false;
}

/* Certificates. */

struct certificates {
    struct vendor_certificate *list;
    size_t len;
};

static bool is_listed(const struct certificates *all, const char *id)
{
    for (size_t i = 0; i < all->len; i++)
        if (strcmp(all->list[i].id, id) == 0)
            return true;
    return false;
}

static void add_certificate(void *mem, struct certificates *all,
    const struct digicert_certificate *c, enum certificate_kind kind)
{
    bool is_issued = c->is_issued || is(c->status, "issued") || is(c->status, "approved");

    if (c->id == NULL || !is_issued || c->is_rejected || is_listed(all, c->id))
        return;
    all->list[all->len++] = (struct vendor_certificate){
        .id = c->id,
        .kind = kind,
        .spki = key_word(mem, c),
        .not_before_s = c->valid_from_s != 0 ? c->valid_from_s : c->issued_s,
        .not_after_s = c->valid_till_s,
        .revoked = c->is_revoked,
        .revoke_at_s = c->revoke_at_s,
        .said = SAID_KIND,
    };
}

/* Copies are of something: where the original shows nowhere, what kind the oldest reissue is stays
 * unsaid, and it counts as the original. */
static void settle_original(struct certificates *all)
{
    struct vendor_certificate *oldest = NULL;

    for (size_t i = 0; i < all->len; i++) {
        struct vendor_certificate *c = &all->list[i];

        if (c->kind == CERTIFICATE_ORIGINAL)
            return;
        if (c->kind == CERTIFICATE_REISSUE &&
            (oldest == NULL || c->not_before_s < oldest->not_before_s))
            oldest = c;
    }
    if (oldest != NULL) {
        oldest->kind = CERTIFICATE_ORIGINAL;
        oldest->said = 0;
    }
}

static void report_certificates(
    void *mem, const struct digicert_facts *facts, struct vendor_order *out)
{
    struct certificates all = {mem_new_array(mem, struct vendor_certificate,
                                   facts->reissues_len + facts->duplicates_len + 1),
        0};

    for (size_t i = 0; i < facts->reissues_len; i++)
        add_certificate(mem, &all, &facts->reissues[i], CERTIFICATE_REISSUE);
    for (size_t i = 0; i < facts->duplicates_len; i++)
        add_certificate(mem, &all, &facts->duplicates[i], CERTIFICATE_DUPLICATE);
    add_certificate(mem, &all, &facts->order.primary,
        facts->order.reissues > 0 ? CERTIFICATE_REISSUE : CERTIFICATE_ORIGINAL);
    settle_original(&all);
    out->certificates = all.list;
    out->certificates_len = all.len;
}

/* What is under way. */

static int64_t created_s(const struct digicert_certificate *c, const struct digicert_order *order)
{
    return c->created_s != 0 ? c->created_s : order->created_s;
}

static void report_requests(
    const struct digicert_order *order, struct vendor_action *actions, size_t *len)
{
    for (size_t i = 0; i < order->requests_len; i++) {
        const struct digicert_request *r = &order->requests[i];
        bool is_open = is(r->status, "pending") || is(r->status, "submitted");

        if (is_open && is(r->type, "duplicate"))
            actions[(*len)++] = (struct vendor_action){.act = ACT_DUPLICATE, .since_s = r->date_s};
        else if (is_open && is(r->type, "reissue") && !is(order->status, "reissue_pending"))
            actions[(*len)++] = (struct vendor_action){.act = ACT_REISSUE, .since_s = r->date_s};
    }
}

static void report_in_process(
    void *mem, const struct digicert_facts *facts, struct vendor_order *out)
{
    const struct digicert_order *order = &facts->order;
    struct vendor_action *actions =
        mem_new_array(mem, struct vendor_action, order->requests_len + facts->reissues_len + 2);
    size_t len = 0;

    for (size_t i = 0; i < facts->reissues_len; i++) {
        const struct digicert_certificate *c = &facts->reissues[i];

        if (is(c->status, "pending"))
            actions[len++] = (struct vendor_action){
                .act = ACT_REISSUE, .spki = key_word(mem, c), .since_s = created_s(c, order)};
    }
    if (len == 0 && is(order->status, "reissue_pending"))
        actions[len++] = (struct vendor_action){.act = ACT_REISSUE};
    if (out->standing == STANDING_PENDING && (out->said & SAID_STANDING) != 0)
        actions[len++] = (struct vendor_action){
            .act = ACT_NEW, .spki = key_word(mem, &order->primary), .since_s = order->created_s};
    report_requests(order, actions, &len);
    out->in_process = actions;
    out->in_process_len = len;
    out->said |= SAID_IN_PROCESS;
}

void digicert_report(void *mem, const struct digicert_facts *facts, struct vendor_order *out)
{
    const struct digicert_order *order = &facts->order;

    *out = (struct vendor_order){
        .id = order->id,
        .product = order->product,
        .level = level_of(order),
        .names = order->primary.names,
        .issued_names = order->primary.names,
        .order_end_s = order->valid_till_s,
        .plan_years = order->years,
        .no_duplicates = order->says_duplicates && !order->allows_duplicates,
        .renewed = order->is_renewed,
        .said = SAID_SOURCE,
    };
    if (standing_of(order->status, &out->standing))
        out->said |= SAID_STANDING;
    if (order->says_duplicates)
        out->said |= SAID_DUPLICATES;
    if (order->says_renewed)
        out->said |= SAID_RENEWED;
    if (order->reissues == 0)
        out->first_issued_s = order->primary.issued_s;
    report_certificates(mem, facts, out);
    if (facts->detailed)
        report_in_process(mem, facts, out);
}
