/* order_books - see order_books.h. */
#include "acme/order_books.h"

#include <inttypes.h>
#include <string.h>

#include "acme/issued.h"
#include "acme/order_facts.h"
#include "base/cert.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "policy/decision_json.h"
#include "policy/names.h"
#include "store/decision.h"
#include "store/inventory.h"
#include "store/inventory_action.h"
#include "store/purchase.h"
#include "store/unfit.h"

/* What is rehearsed lasts as long as what is bought in earnest. */
#define REHEARSAL_S (365 * DAY_S)

static char *id_of(void *mem, const char *word, const struct action *action)
{
    return mem_printf(mem, "%s-%" PRId64, word, action->id);
}

/* What our order is called while the vendor has not named it. */
static char *own_id(void *mem, const struct action *action)
{
    return id_of(mem, "action", action);
}

static bool fills_slot(const struct action *action)
{
    return action->act == ACT_NEW && action->target != NULL;
}

/* Is a new order made, at the vendor too? */
static bool makes_order(const struct action *action)
{
    return action->act == ACT_RENEW || (action->act == ACT_NEW && action->target == NULL);
}

/* An entry that is being made. */
struct entry {
    void *mem;
    struct store_tx *tx;
    const struct acme_settings *settings;
    int64_t inventory; /* 0: none knows the action */
    const struct order *order;
    const struct action *action;
    int64_t now_s;
    struct err *e;
};

/* Merges an order, all of whose names are the ACME order's or none. */
static enum err_code merge(const struct entry *n, const struct vendor_order *report)
{
    const char **domains = mem_new_array(n->mem, const char *, report->names.len + 1);
    enum merge_result result;

    for (size_t i = 0; i < report->names.len; i++)
        domains[i] = name_primary_domain(n->settings->suffixes, &report->names.list[i]);
    return store_inventory_merge(n->tx, n->inventory, report, domains, n->now_s, &result, n->e);
}

/* intend */

/* A new order, or a slot that is being filled. */
static enum err_code add_order(const struct entry *n, const struct acme_profile *profile,
    const char *tenant, const struct vendor_action *in_process)
{
    const struct action *action = n->action;
    struct vendor_order report = {
        .id = fills_slot(action) ? action->target : own_id(n->mem, action),
        .tenant = tenant,
        .product = action->product != NULL ? action->product : profile->wanted.product,
        .brand = profile->wanted.brand,
        .level = profile->wanted.level,
        .free = profile->wanted.free,
        .name_kind = names_kind(&n->order->identifiers),
        .standing = STANDING_PENDING,
        .names = names_folded(n->mem, &n->order->identifiers),
        .in_process = in_process,
        .in_process_len = 1,
        .said = SAID_FREE | SAID_STANDING | SAID_IN_PROCESS,
    };

    return merge(n, &report);
}

enum err_code order_books_intend(struct store_tx *tx, const struct acme_settings *settings,
    const struct acme_profile *profile, const struct order *order, const struct account *account,
    const struct action *action, struct err *e)
{
    struct entry n = {store_tx_mem(tx), tx, settings, 0, order, action, action->sent_s, e};
    struct vendor_action in_process = {
        .act = action->act,
        .spki = order_facts_spki(n.mem, action->key_hash),
        .account = order_facts_holder(n.mem, account->id),
        .since_s = action->sent_s,
        .action_id = action->id,
    };

    if (action->billable && store_purchase_add(tx, action->id, action->upstream, account->tenant,
                                action->sent_s, e) != ERR_OK)
        return e->code;
    if (profile->vendor == VENDOR_LOCAL)
        return ERR_OK;
    if (store_inventory_open(
            tx, action->upstream, vendor_words[profile->vendor], &n.inventory, e) != ERR_OK)
        return e->code;
    if ((makes_order(action) || fills_slot(action)) &&
        add_order(&n, profile, account->tenant, &in_process) != ERR_OK)
        return e->code;
    return action->act == ACT_NEW
               ? ERR_OK
               : store_inventory_begin(tx, n.inventory, action->target, &in_process, n.now_s, e);
}

/* What follows. */

/* In which inventory the action is in process; 0: in none. */
static enum err_code find_inventory(
    struct store_tx *tx, const struct action *action, int64_t *inventory, struct err *e)
{
    const char **orders;
    size_t len;

    *inventory = 0;
    return store_inventory_of_action(tx, store_tx_mem(tx), action->id, inventory, &orders, &len, e);
}

static enum err_code name_order(const struct entry *n, const char *id)
{
    if (!makes_order(n->action))
        return ERR_OK;
    return store_inventory_rename(
        n->tx, n->inventory, own_id(n->mem, n->action), id, n->now_s, n->e);
}

enum err_code order_books_named(struct store_tx *tx, const struct action *action,
    const struct vendor_ids *ids, int64_t now_s, struct err *e)
{
    struct entry n = {store_tx_mem(tx), tx, NULL, 0, NULL, action, now_s, e};

    if (ids->order == NULL || find_inventory(tx, action, &n.inventory, e) != ERR_OK ||
        n.inventory == 0)
        return e->code;
    return name_order(&n, ids->order);
}

/* What nobody has named gets names of ours. */
static void complete_ids(void *mem, const struct action *action, struct vendor_ids *ids)
{
    if (ids->order == NULL)
        ids->order = action->vendor_order;
    if (ids->order == NULL)
        ids->order = makes_order(action) ? id_of(mem, "rehearsal", action) : action->target;
    if (ids->certificate == NULL)
        ids->certificate = action->vendor_certificate;
    if (ids->certificate == NULL)
        ids->certificate = id_of(mem, "rehearsal", action);
}

static enum certificate_kind kind_of(enum act act)
{
    switch (act) {
    case ACT_REISSUE:
        return CERTIFICATE_REISSUE;
    case ACT_DUPLICATE:
        return CERTIFICATE_DUPLICATE;
    case ACT_RENEW:
        return CERTIFICATE_RENEWAL;
    case ACT_NONE:
    case ACT_NEW:
        break;
    }
    return CERTIFICATE_ORIGINAL;
}

/* What is rehearsed ends like what is bought for a year; of the rest the vendor tells. */
static void set_end(
    const struct entry *n, const struct certificate *certificate, struct vendor_order *report)
{
    int64_t end_s = n->now_s + REHEARSAL_S;

    report->order_end_s = end_s > certificate->not_after_s ? end_s : certificate->not_after_s;
    report->plan_years = 1;
}

/* As the vendor issued it, perhaps with names of its own; none if it cannot be read. */
static struct identifiers names_of(const struct entry *n, const struct certificate *certificate)
{
    struct identifiers names;
    struct cert_info info;
    struct err unread = {0};

    if (cert_read(certificate->der, &info, &unread) != ERR_OK ||
        issued_names(n->mem, &info, &names, &unread) != ERR_OK)
        return (struct identifiers){NULL, 0};
    return names_folded(n->mem, &names);
}

static enum err_code merge_issued(const struct entry *n, const struct certificate *certificate,
    const struct vendor_ids *ids, bool rehearsed)
{
    const struct action *action = n->action;
    bool bought = action->act == ACT_NEW || action->act == ACT_RENEW;
    struct vendor_certificate issued = {
        .id = ids->certificate,
        .kind = kind_of(action->act),
        .spki = order_facts_spki(n->mem, action->key_hash),
        .holder = order_facts_holder(n->mem, n->order->account_id),
        .not_before_s = certificate->not_before_s,
        .not_after_s = certificate->not_after_s,
        .said = SAID_KIND,
    };
    struct vendor_order report = {
        .id = ids->order,
        .standing = STANDING_ISSUED,
        .first_issued_s = bought ? n->now_s : 0,
        .certificates = &issued,
        .certificates_len = 1,
        .said = SAID_STANDING,
    };

    if (action->act != ACT_DUPLICATE) { /* which may have more names than its order */
        report.names = names_folded(n->mem, &n->order->identifiers);
        report.issued_names = names_of(n, certificate);
    }
    if (bought && rehearsed)
        set_end(n, certificate, &report);
    if (merge(n, &report) != ERR_OK)
        return n->e->code;
    if (bought && !rehearsed) /* its end only the vendor knows, who is asked before it is chosen */
        return ERR_OK;
    return store_inventory_seen(n->tx, n->inventory, report.id, n->now_s, n->e);
}

static enum err_code note_renewed(const struct entry *n)
{
    struct vendor_order report = {.id = n->action->target, .renewed = true, .said = SAID_RENEWED};

    return n->action->act == ACT_RENEW ? merge(n, &report) : ERR_OK;
}

/* What the decision said that dies by the action. What cannot be read is logged, and none: the
 * certificate that is there must not be lost over it. */
static void read_losses(const struct entry *n, const struct loss **list, size_t *len)
{
    struct order_decision row;
    struct decision decision;
    struct json document;
    struct err e = {0};

    *len = 0;
    if (store_decision_get(n->tx, n->mem, n->order->id, &row, &e) != ERR_OK ||
        json_parse(n->mem, bytes_of(row.document), "the decision", &document, &e) != ERR_OK ||
        decision_json_read(n->mem, &document, &decision, &e) != ERR_OK) {
        log_warning("decision_unread", LOG_INT("order", n->order->id), LOG_STR("detail", e.detail));
        return;
    }
    *list = decision.effects.revokes;
    *len = decision.effects.revokes_len;
}

/* What dies by it: its holders have to know before it does, and nobody gets it back. */
static enum err_code note_losses(const struct entry *n)
{
    struct vendor_order report = {.id = n->action->target};
    struct vendor_certificate *lost;
    const struct loss *losses;
    size_t len;

    if (n->action->act != ACT_REISSUE)
        return ERR_OK;
    read_losses(n, &losses, &len);
    if (len == 0)
        return ERR_OK;
    lost = mem_new_array(n->mem, struct vendor_certificate, len);
    for (size_t i = 0; i < len; i++)
        lost[i] = (struct vendor_certificate){.id = losses[i].certificate,
            .revoked = losses[i].at_s == 0, /* it was cancelled before this one came */
            .revoke_at_s = losses[i].at_s};
    report.certificates = lost;
    report.certificates_len = len;
    return merge(n, &report);
}

enum err_code order_books_issued(void *mem, struct store_tx *tx,
    const struct acme_settings *settings, const struct order *order, const struct action *action,
    const struct certificate *certificate, struct vendor_ids *ids, int64_t now_s, struct err *e)
{
    struct entry n = {store_tx_mem(tx), tx, settings, 0, order, action, now_s, e};
    bool rehearsed = ids->order == NULL && action->vendor_order == NULL;

    if (find_inventory(tx, action, &n.inventory, e) != ERR_OK || n.inventory == 0)
        return e->code;
    complete_ids(mem, action, ids);
    if (name_order(&n, ids->order) != ERR_OK ||
        store_inventory_end(tx, action->id, now_s, e) != ERR_OK ||
        merge_issued(&n, certificate, ids, rehearsed) != ERR_OK || note_losses(&n) != ERR_OK)
        return e->code;
    return note_renewed(&n);
}

/* It was issued, though not as it was ordered: the vendor is not at work on it any more. */
static enum err_code note_unfit(const struct entry *n)
{
    struct vendor_order report = {
        .id = n->action->vendor_order, .standing = STANDING_ISSUED, .said = SAID_STANDING};
    struct unfit_certificate unfit;

    if (!makes_order(n->action) || report.id == NULL)
        return ERR_OK;
    if (store_unfit_get(n->tx, n->mem, n->action->id, &unfit, n->e) != ERR_OK) {
        if (n->e->code == ERR_NOT_FOUND)
            *n->e = (struct err){0};
        return n->e->code;
    }
    return merge(n, &report);
}

enum err_code order_books_failed(
    struct store_tx *tx, const struct action *action, bool bought, int64_t now_s, struct err *e)
{
    struct entry n = {store_tx_mem(tx), tx, NULL, 0, NULL, action, now_s, e};

    if ((!bought && store_purchase_take_back(tx, action->id, e) != ERR_OK) ||
        find_inventory(tx, action, &n.inventory, e) != ERR_OK || n.inventory == 0 ||
        store_inventory_end(tx, action->id, now_s, e) != ERR_OK || note_unfit(&n) != ERR_OK)
        return e->code;
    if (fills_slot(action))
        return bought ? ERR_OK : store_inventory_empty(tx, n.inventory, action->target, now_s, e);
    return store_inventory_forget(tx, n.inventory, own_id(n.mem, action), e);
}
