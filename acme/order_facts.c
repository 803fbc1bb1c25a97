/* order_facts - see order_facts.h. */
#include "acme/order_facts.h"

#include <inttypes.h>
#include <string.h>

#include "acme/renewal.h"
#include "base/mem.h"
#include "base/unit.h"
#include "policy/inventory.h"
#include "policy/match.h"
#include "policy/names.h"
#include "policy/rule.h"
#include "store/account.h"
#include "store/action.h"
#include "store/certificate.h"
#include "store/eab.h"
#include "store/holding.h"
#include "store/inventory.h"
#include "store/purchase.h"

/* So many purchases are read at least, so that facts which are shown can be asked about again with
 * a larger budget. */
#define SPENT_SHOWN 1000

/* What all that read a part of the facts need. */
struct reading {
    void *mem;
    struct store_tx *tx;
    const struct acme_settings *settings;
    const struct acme_profile *profile;
    const struct order_question *question;
    struct facts *out;
    struct err *e;
};

char *order_facts_holder(void *mem, int64_t account_id)
{
    return account_id == 0 ? NULL : mem_printf(mem, "%" PRId64, account_id);
}

char *order_facts_spki(void *mem, struct bytes key_hash)
{
    char *text = mem_alloc_array(mem, 1, 2 * key_hash.len + 1, "spki");

    hex_encode(key_hash.data, key_hash.len, text);
    return text;
}

/* The question. */

static const char *algorithm_of(enum key_type type)
{
    switch (type) {
    case KEY_RSA:
        return "RSA";
    case KEY_P256:
    case KEY_P384:
    case KEY_P521:
        return "EC";
    case KEY_ED25519:
        return "Ed25519";
    }
    return NULL;
}

void order_question_set_key(void *mem, struct order_question *question, const struct csr *csr)
{
    question->key_hash = (struct bytes){csr->spki_hash, sizeof csr->spki_hash};
    question->spki = order_facts_spki(mem, question->key_hash);
    question->key_algorithm = algorithm_of(key_type(csr->key));
    question->key_size = key_bits(csr->key);
}

void order_question_set_order(struct order_question *question, const struct order *order)
{
    question->names = order->identifiers;
    question->wish = order->wish;
    question->wish_order_id = order->wish_order_id;
    question->replaces = order->replaces;
    question->order_id = order->id;
}

/* Who asks. */

/* A list that is one a line in the store. */
static size_t split_lines(void *mem, const char *lines, const char *const **out)
{
    const char **list = NULL;
    size_t len = 0;

    while (lines[0] != '\0') {
        size_t line = strcspn(lines, "\n");

        if (len % 16 == 0)
            list = mem_grow_array(mem, list, sizeof *list, len + 16, "lines");
        list[len++] = mem_strndup(mem, lines, line);
        lines += line + (lines[line] == '\n');
    }
    *out = list;
    return len;
}

static enum err_code read_binding(struct reading *r, struct request *request)
{
    const struct order_question *q = r->question;
    struct binding *out = &request->binding;
    const struct eab *eab = q->eab;
    struct eab own;

    *out = (struct binding){.budget = {.new_orders = -1}};
    if (eab == NULL && q->account->eab_id != 0) {
        if (store_eab_get(r->tx, r->mem, q->account->eab_id, &own, r->e) != ERR_OK)
            return r->e->code;
        eab = &own;
    }
    if (eab == NULL || eab->id == 0)
        return ERR_OK;
    if (eab->revoked_s != 0) /* and with it all that was made with it */
        request->account_status = ACCOUNT_REVOKED;
    out->bounds_names = eab->names[0] != '\0';
    out->names_len = split_lines(r->mem, eab->names, &out->names);
    out->acts = eab->actions;
    out->budget = (struct budget){eab->budget_orders, eab->budget_period_s};
    return ERR_OK;
}

static bool is_local(const struct acme_profile *profile)
{
    return profile->vendor == VENDOR_LOCAL;
}

static enum err_code read_request(struct reading *r)
{
    const struct order_question *q = r->question;
    struct request *out = &r->out->request;

    *out = (struct request){
        .tenant = q->account->tenant,
        .account = order_facts_holder(r->mem, q->account->id),
        .account_status = q->account->status,
        .names = is_local(r->profile) ? q->names : names_folded(r->mem, &q->names),
        .spki = q->spki,
        .key_algorithm = q->key_algorithm,
        .key_size = q->key_size,
        .outright = q->wish,
        .order_id = q->wish_order_id,
    };
    return read_binding(r, out);
}

/* What the certificate that is to be replaced is called among the facts. */
static enum err_code read_replaces(struct reading *r, const char **out)
{
    const char *name = r->question->replaces;
    struct bytes key_id, serial;
    struct certificate certificate;
    struct action action = {0};

    *out = name;
    if (name == NULL || !renewal_id_parse(r->mem, name, &key_id, &serial))
        return ERR_OK;
    if (store_certificate_by_serial(r->tx, r->mem, serial, &certificate, r->e) == ERR_OK &&
        !is_local(r->profile))
        store_action_of_order(r->tx, r->mem, certificate.order_id, &action, r->e);
    if (r->e->code == ERR_NOT_FOUND)
        *r->e = (struct err){0};
    else if (r->e->code == ERR_OK)
        *out = action.vendor_certificate != NULL ? action.vendor_certificate
                                                 : mem_printf(r->mem, "%" PRId64, certificate.id);
    return r->e->code;
}

static struct holding_search search_of(
    const struct acme_profile *profile, const struct order_question *question)
{
    return (struct holding_search){.upstream = profile->upstream,
        .key_hash = question->key_hash,
        .account_id = question->account->id,
        .names = &question->names,
        .profile = profile->name};
}

/* Our own records, where the embedded CA's rules hold. */

static void show_action(struct reading *r, const struct holding *h, struct vendor_order *out)
{
    struct vendor_action *action = mem_new(r->mem, struct vendor_action);

    *action = (struct vendor_action){
        .act = h->act,
        .spki = r->question->spki,
        .account = order_facts_holder(r->mem, h->account_id),
        .since_s = h->since_s,
    };
    out->standing = STANDING_PENDING;
    out->in_process = action;
    out->in_process_len = 1;
}

static void show_certificate(struct reading *r, const struct holding *h, struct vendor_order *out)
{
    struct vendor_certificate *certificate = mem_new(r->mem, struct vendor_certificate);

    *certificate = (struct vendor_certificate){
        .id = mem_printf(r->mem, "%" PRId64, h->certificate_id),
        .kind = CERTIFICATE_ORIGINAL,
        .spki = r->question->spki,
        .holder = order_facts_holder(r->mem, h->account_id),
        .not_before_s = h->not_before_s,
        .not_after_s = h->not_after_s,
        .revoked = h->revoked_s != 0,
        .said = SAID_ALL,
    };
    out->standing = STANDING_ISSUED;
    out->first_issued_s = h->not_before_s;
    out->certificates = certificate;
    out->certificates_len = 1;
}

static enum err_code read_own_records(
    struct reading *r, struct vendor_order **orders, size_t *orders_len)
{
    const struct holding_search search = search_of(r->profile, r->question);
    struct holding *list;
    size_t len;

    *orders = NULL;
    *orders_len = 0;
    if (r->question->key_hash.len == 0)
        return ERR_OK;
    if (store_holding_list(r->tx, r->mem, &search, r->question->now_s, &list, &len, r->e) != ERR_OK)
        return r->e->code;
    *orders = mem_new_array(r->mem, struct vendor_order, len + 1);
    for (size_t i = 0; i < len; i++) {
        struct vendor_order *order = &(*orders)[*orders_len];

        if (list[i].order_id == r->question->order_id ||
            strcmp(list[i].tenant, r->question->account->tenant) != 0)
            continue;
        *order = (struct vendor_order){
            .id = mem_printf(r->mem, "%" PRId64, list[i].order_id),
            .tenant = list[i].tenant,
            .free = true,
            .names = list[i].names,
            .name_kind = names_kind(&list[i].names),
            .said = SAID_ALL,
        };
        if (list[i].certificate_id != 0)
            show_certificate(r, &list[i], order);
        else
            show_action(r, &list[i], order);
        (*orders_len)++;
    }
    return ERR_OK;
}

/* The vendor's inventory. */

static bool is_askers(const struct reading *r, const char *spki, const char *account)
{
    return same_word(spki, r->question->spki) && same_word(account, r->out->request.account);
}

/* A certificate of the requester's for this key that cannot be handed back, because it is not among
 * ours or is for other names than are asked for (its order's may have grown): its key is not told.
 */
static enum err_code check_at_hand(struct reading *r, struct vendor_certificate *c)
{
    const struct holding_search search = search_of(r->profile, r->question);
    int64_t id;

    if (!is_askers(r, c->spki, c->holder))
        return ERR_OK;
    if (store_holding_certificate(r->tx, &search, c->id, &id, r->e) == ERR_NOT_FOUND) {
        *r->e = (struct err){0};
        c->spki = NULL;
    }
    return r->e->code;
}

/* The same of what is under way. */
static enum err_code check_joinable(struct reading *r, struct vendor_action *action)
{
    int64_t id = 0;

    if (!is_askers(r, action->spki, action->account))
        return ERR_OK;
    if (action->action_id == 0) { /* a source told of it */
        action->account = NULL;
        return ERR_OK;
    }
    if (order_facts_adopted(r->tx, r->profile, r->question, &id, r->e) == ERR_NOT_FOUND)
        *r->e = (struct err){0};
    action->for_request = id == action->action_id;
    if (!action->for_request)
        action->spki = NULL;
    return r->e->code;
}

/* Who holds something under an order of the whole organisation is told within its tenant. */
static enum err_code hide_stranger(struct reading *r, const char **holder)
{
    struct account account;
    int64_t id;

    if (*holder == NULL || same_word(*holder, r->out->request.account) ||
        !unit_parse_number(*holder, &id))
        return ERR_OK;
    if (store_account_get(r->tx, r->mem, id, &account, r->e) == ERR_NOT_FOUND)
        *r->e = (struct err){0};
    else if (r->e->code == ERR_OK && strcmp(account.tenant, r->question->account->tenant) != 0)
        *holder = "another tenant";
    return r->e->code;
}

/* An order that may serve the requester. */
static enum err_code tidy_own(struct reading *r, const struct vendor_order *order,
    struct vendor_certificate *certificates, struct vendor_action *actions)
{
    bool shared = order->tenant == NULL;

    for (size_t i = 0; i < order->certificates_len; i++)
        if (check_at_hand(r, &certificates[i]) != ERR_OK ||
            (shared && hide_stranger(r, &certificates[i].holder) != ERR_OK))
            return r->e->code;
    for (size_t i = 0; i < order->in_process_len; i++) {
        if (check_joinable(r, &actions[i]) != ERR_OK ||
            (shared && hide_stranger(r, &actions[i].account) != ERR_OK))
            return r->e->code;
    }
    return ERR_OK;
}

/* Another tenant's, which only counts because something is in process on it. */
static void tidy_stranger(const struct vendor_order *order, struct vendor_certificate *certificates,
    struct vendor_action *actions)
{
    for (size_t i = 0; i < order->certificates_len; i++)
        certificates[i].holder = certificates[i].spki = NULL;
    for (size_t i = 0; i < order->in_process_len; i++)
        actions[i].account = actions[i].spki = NULL;
}

static enum err_code tidy_order(struct reading *r, struct vendor_order *order)
{
    struct vendor_certificate *certificates =
        mem_dup(r->mem, order->certificates, order->certificates_len * sizeof *certificates);
    struct vendor_action *actions =
        mem_dup(r->mem, order->in_process, order->in_process_len * sizeof *actions);

    if (!order_is_tenants(r->out, order))
        tidy_stranger(order, certificates, actions);
    else if (tidy_own(r, order, certificates, actions) != ERR_OK)
        return r->e->code;
    order->certificates = certificates;
    order->in_process = actions;
    return ERR_OK;
}

/* What other tenants have does not matter, unless the vendor takes one at a time of all. */
static enum err_code tidy(struct reading *r, struct vendor_order *orders, size_t *len)
{
    bool siblings = vendor_table(r->profile->vendor)->siblings;
    size_t kept = 0;

    for (size_t i = 0; i < *len; i++) {
        if (!order_is_tenants(r->out, &orders[i]) && (!siblings || orders[i].in_process_len == 0))
            continue;
        orders[kept] = orders[i];
        if (tidy_order(r, &orders[kept++]) != ERR_OK)
            return r->e->code;
    }
    *len = kept;
    return ERR_OK;
}

static const char **domains_of(struct reading *r, const struct identifiers *names)
{
    const char **domains = mem_new_array(r->mem, const char *, names->len + 1);

    for (size_t i = 0; i < names->len; i++)
        domains[i] = name_primary_domain(r->settings->suffixes, &names->list[i]);
    return domains;
}

static enum err_code read_inventory(
    struct reading *r, struct vendor_order **orders, size_t *orders_len)
{
    const struct request *request = &r->out->request;
    const struct vendor_table *table = vendor_table(r->profile->vendor);
    struct inventory_search search = {
        .names = &request->names,
        .primary_domains = domains_of(r, &request->names),
        .primary_domains_len = table->siblings ? request->names.len : 0,
        .order_id = request->order_id,
        .certificate_id = request->replaces,
        .spki = request->spki,
        .slots = table->slots,
    };
    int64_t inventory;

    *orders = NULL;
    *orders_len = 0;
    if (store_inventory_open(r->tx, r->profile->upstream, NULL, &inventory, r->e) != ERR_OK) {
        if (r->e->code == ERR_NOT_FOUND) /* nothing was ever learned of it */
            *r->e = (struct err){0};
        return r->e->code;
    }
    /* It exists, so this adds none. */
    if (store_inventory_open(r->tx, r->profile->upstream, vendor_words[r->profile->vendor],
            &inventory, r->e) != ERR_OK ||
        store_inventory_validations(r->tx, r->mem, inventory, &r->out->validations, r->e) !=
            ERR_OK ||
        store_inventory_find(r->tx, r->mem, inventory, &search, orders, orders_len, r->e) != ERR_OK)
        return r->e->code;
    return tidy(r, *orders, orders_len);
}

/* What was bought. */

static enum err_code read_times(struct reading *r, const char *tenant, const struct budget *budget,
    const int64_t **out, size_t *len)
{
    int64_t *times;

    if (budget->new_orders < 0)
        return ERR_OK;
    store_purchase_times(r->tx, r->mem, r->profile->upstream, tenant,
        r->question->now_s - budget->period_s,
        budget->new_orders > SPENT_SHOWN ? budget->new_orders : SPENT_SHOWN, &times, len, r->e);
    *out = times;
    return r->e->code;
}

static enum err_code read_spent(struct reading *r)
{
    const struct budget *budget = &r->profile->preferences.budget;
    const struct budget *own = &r->out->request.binding.budget;
    struct spent *spent = &r->out->spent;

    if (read_times(r, NULL, budget, &spent->upstream_s, &spent->upstream_len) != ERR_OK)
        return r->e->code;
    return read_times(r, r->question->account->tenant, own->new_orders < 0 ? budget : own,
        &spent->tenant_s, &spent->tenant_len);
}

enum err_code order_facts_read(void *mem, struct store_tx *tx, const struct acme_settings *settings,
    const struct acme_profile *profile, const struct order_question *question, struct facts *out,
    struct err *e)
{
    struct reading r = {mem, tx, settings, profile, question, out, e};
    struct vendor_order *orders;
    size_t len;

    *out = (struct facts){
        .now_s = question->now_s,
        .vendor = profile->vendor,
        .profile = profile->wanted,
        .preferences = profile->preferences,
        .suffixes = settings->suffixes,
    };
    if (read_request(&r) != ERR_OK || read_replaces(&r, &out->request.replaces) != ERR_OK)
        return e->code;
    if (is_local(profile))
        read_own_records(&r, &orders, &len); /* which cost nothing */
    else if (read_inventory(&r, &orders, &len) == ERR_OK)
        read_spent(&r);
    if (e->code != ERR_OK)
        return e->code;
    out->inventory = inventory_new(mem, orders, len, settings->suffixes);
    return ERR_OK;
}

/* What a decision points to. */

enum err_code order_facts_certificate(struct store_tx *tx, const struct acme_profile *profile,
    const struct order_question *question, const char *certificate, int64_t *id, struct err *e)
{
    const struct holding_search search = search_of(profile, question);

    if (!is_local(profile))
        return store_holding_certificate(tx, &search, certificate, id, e);
    return unit_parse_number(certificate, id)
               ? ERR_OK
               : err_set(e, ERR_NOT_FOUND, "there is no such certificate here");
}

enum err_code order_facts_adopted(struct store_tx *tx, const struct acme_profile *profile,
    const struct order_question *question, int64_t *action_id, struct err *e)
{
    const struct holding_search search = search_of(profile, question);
    struct holding *list;
    size_t len;

    if (store_holding_list(tx, store_tx_mem(tx), &search, question->now_s, &list, &len, e) !=
        ERR_OK)
        return e->code;
    for (size_t i = 0; i < len; i++)
        if (list[i].action_id != 0 && list[i].order_id != question->order_id &&
            list[i].account_id == question->account->id &&
            (question->wish == ACT_NONE || question->wish == list[i].act) &&
            names_equal(&list[i].names, &question->names)) {
            *action_id = list[i].action_id;
            return ERR_OK;
        }
    return err_set(e, ERR_NOT_FOUND, "nothing is under way for these names and this key");
}
