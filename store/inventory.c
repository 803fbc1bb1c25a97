/* inventory - see inventory.h. The members of an order and of a certificate are each a table, in
 * the order of their columns: reading, binding and merging are loops over it. */
#include "store/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/identifiers.h"
#include "store/order.h"
#include "store/store_private.h"

const char *const standing_words[] = {
    "issued", "pending", "rejected", "canceled", "revoked", "expired", "refunded", "prepaid", NULL};
static const char *const level_words[] = {"unknown", "dv", "ov", "ev", "client", NULL};
static const char *const name_kind_words[] = {"unknown", "single", "wildcard", "multi", NULL};
static const char *const kind_words[] = {"original", "reissue", "duplicate", "renewal", NULL};

enum {
    SQL_ORDER_ID,
    SQL_ORDER_GET,
    SQL_ORDER_ADD,
    SQL_ORDER_SET,
    SQL_NAMES_DROP,
    SQL_NAME_ADD,
    SQL_NAMES_BUSY,
    SQL_CERTIFICATE_PUT,
    SQL_CERTIFICATES,
    SQL_ACTIONS_DROP,
    SQL_ACTION_ADD,
    SQL_ACTIONS,
    SQL_BY_NAME,
    SQL_BY_CERTIFICATE,
    SQL_BY_KEY,
    SQL_BY_BUSY_DOMAIN,
    SQL_SLOTS,
    SQL_SEEN,
    SQL_LIST
};

#define ORDER_COLUMNS                                                                              \
    "tenant, uploaded, product, brand, level, name_kind, free, standing, first_issued_s,"          \
    " order_end_s, plan_years, domain_validation_until_s, organization_validation_until_s,"        \
    " automatic_validation, no_duplicates, renewed, names_max, wildcards_max, names, issued_names"
#define CERTIFICATE_COLUMNS                                                                        \
    "vendor_id, kind, spki, holder, not_before_s, not_after_s, revoked, revoke_at_s"

static const char *const inventory_sql[] = {
    [SQL_ORDER_ID] = "SELECT id FROM vendor_order WHERE inventory_id = $1 AND vendor_id = $2",
    [SQL_ORDER_GET] = "SELECT vendor_id, " ORDER_COLUMNS ", seen_s FROM vendor_order WHERE id = $1",
    [SQL_ORDER_ADD] =
        "INSERT INTO vendor_order (" ORDER_COLUMNS ", changed_s, inventory_id, vendor_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
        " $16, $17, $18, $19, $20, $21, $22, $23)"
        " RETURNING id",
    [SQL_ORDER_SET] =
        "UPDATE vendor_order SET tenant = $1, uploaded = $2, product = $3, brand = $4, level = $5,"
        " name_kind = $6, free = $7, standing = $8, first_issued_s = $9, order_end_s = $10,"
        " plan_years = $11, domain_validation_until_s = $12, organization_validation_until_s = $13,"
        " automatic_validation = $14, no_duplicates = $15, renewed = $16,"
        " names_max = $17, wildcards_max = $18, names = $19, issued_names = $20, changed_s = $21"
        " WHERE id = $22",
    [SQL_NAMES_DROP] = "DELETE FROM vendor_order_name WHERE order_id = $1",
    [SQL_NAME_ADD] = "INSERT INTO vendor_order_name (order_id, inventory_id, name, primary_domain,"
                     " busy) VALUES ($1, $2, $3, $4, 0)",
    [SQL_NAMES_BUSY] = "UPDATE vendor_order_name SET busy = $2 WHERE order_id = $1 AND busy <> $2",
    [SQL_CERTIFICATE_PUT] =
        "INSERT INTO vendor_certificate (" CERTIFICATE_COLUMNS ", order_id, inventory_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " ON CONFLICT (order_id, vendor_id) DO UPDATE SET kind = excluded.kind,"
        " spki = excluded.spki, holder = excluded.holder, not_before_s = excluded.not_before_s,"
        " not_after_s = excluded.not_after_s, revoked = excluded.revoked,"
        " revoke_at_s = excluded.revoke_at_s",
    [SQL_CERTIFICATES] = "SELECT " CERTIFICATE_COLUMNS " FROM vendor_certificate"
                         " WHERE order_id = $1"
                         " ORDER BY not_before_s, vendor_id",
    [SQL_ACTIONS_DROP] = "DELETE FROM vendor_action WHERE order_id = $1",
    [SQL_ACTION_ADD] = "INSERT INTO vendor_action (order_id, position, act, spki, account, since_s,"
                       " action_id) VALUES ($1, $2, $3, $4, $5, $6, NULLIF($7, 0))",
    [SQL_ACTIONS] = "SELECT act, spki, account, since_s, action_id FROM vendor_action"
                    " WHERE order_id = $1 ORDER BY position",
    [SQL_BY_NAME] = "SELECT order_id FROM vendor_order_name WHERE inventory_id = $1 AND name = $2",
    [SQL_BY_CERTIFICATE] =
        "SELECT order_id FROM vendor_certificate WHERE inventory_id = $1 AND vendor_id = $2",
    [SQL_BY_KEY] = "SELECT order_id FROM vendor_certificate WHERE inventory_id = $1 AND spki = $2",
    [SQL_BY_BUSY_DOMAIN] = "SELECT order_id FROM vendor_order_name"
                           " WHERE inventory_id = $1 AND primary_domain = $2 AND busy = 1",
    [SQL_SLOTS] = "SELECT id FROM vendor_order WHERE inventory_id = $1 AND standing = 'prepaid'",
    [SQL_SEEN] = "UPDATE vendor_order SET seen_s = $3"
                 " WHERE inventory_id = $1 AND vendor_id = $2 AND seen_s < $3",
    [SQL_LIST] = "SELECT vendor_order.id, upstream, vendor, changed_s FROM vendor_order"
                 " JOIN inventory ON inventory.id = vendor_order.inventory_id"
                 " WHERE vendor_order.id > $1"
                 " AND ($2 = '' OR upstream = $2)"
                 " AND ($3 = '' OR vendor_id = $3)"
                 " AND ($4 = '' OR vendor_order.id IN"
                 " (SELECT order_id FROM vendor_order_name WHERE name = $4))"
                 " AND ($5 = '' OR standing = $5)"
                 " ORDER BY vendor_order.id"
                 " LIMIT $6",
};
const struct store_statements inventory_statements = STORE_STATEMENTS(inventory_sql);

/* Members. */

enum kind { TEXT, NUMBER, FLAG, WORD };

struct member {
    enum kind kind;
    size_t offset;
    unsigned said;            /* its bit; 0: a zero is not known, and a flag once set stays */
    const char *const *words; /* of a WORD */
};
#define O(kind, name, ...)                                                                         \
    {                                                                                              \
        kind, offsetof(struct vendor_order, name), __VA_ARGS__                                     \
    }
#define C(kind, name, ...)                                                                         \
    {                                                                                              \
        kind, offsetof(struct vendor_certificate, name), __VA_ARGS__                               \
    }

static const struct member order_members[] = {
    O(TEXT, tenant, 0, NULL),
    O(FLAG, uploaded, SAID_SOURCE, NULL),
    O(TEXT, product, 0, NULL),
    O(TEXT, brand, 0, NULL),
    O(WORD, level, 0, level_words),
    O(WORD, name_kind, 0, name_kind_words),
    O(FLAG, free, SAID_FREE, NULL),
    O(WORD, standing, SAID_STANDING, standing_words),
    O(NUMBER, first_issued_s, 0, NULL),
    O(NUMBER, order_end_s, 0, NULL),
    O(NUMBER, plan_years, 0, NULL),
    O(NUMBER, domain_validation_until_s, 0, NULL),
    O(NUMBER, organization_validation_until_s, 0, NULL),
    O(FLAG, automatic_validation, SAID_AUTOMATIC, NULL),
    O(FLAG, no_duplicates, SAID_DUPLICATES, NULL),
    O(FLAG, renewed, SAID_RENEWED, NULL),
    O(NUMBER, names_max, 0, NULL),
    O(NUMBER, wildcards_max, 0, NULL),
};
#define ORDER_MEMBERS ((int)(sizeof order_members / sizeof order_members[0]))

static const struct member certificate_members[] = {
    C(TEXT, id, 0, NULL),
    C(WORD, kind, SAID_KIND, kind_words),
    C(TEXT, spki, 0, NULL),
    C(TEXT, holder, 0, NULL),
    C(NUMBER, not_before_s, 0, NULL),
    C(NUMBER, not_after_s, 0, NULL),
    C(FLAG, revoked, 0, NULL),
    C(NUMBER, revoke_at_s, 0, NULL),
};
#define CERTIFICATE_MEMBERS ((int)(sizeof certificate_members / sizeof certificate_members[0]))

/* A member's place; the struct is plain, and its members of these types. */
static const void *place_of(const void *base, const struct member *m)
{
    return (const char *)base + m->offset;
}

static const char *text_of(const void *base, const struct member *m)
{
    return *(const char *const *)place_of(base, m);
}

/* All but texts, as a number. */
static int64_t number_of(const void *base, const struct member *m)
{
    if (m->kind == NUMBER)
        return *(const int64_t *)place_of(base, m);
    return m->kind == FLAG ? *(const bool *)place_of(base, m)
                           : (int64_t) * (const unsigned *)place_of(base, m);
}

static void set_number(void *base, const struct member *m, int64_t value)
{
    void *place = (char *)base + m->offset;

    if (m->kind == NUMBER)
        *(int64_t *)place = value;
    else if (m->kind == FLAG)
        *(bool *)place = value != 0;
    else
        *(unsigned *)place = (unsigned)value;
}

static void bind_member(
    struct store_query *q, int parameter, const void *base, const struct member *m)
{
    if (m->kind == TEXT)
        bind_text(q, parameter, text_of(base, m));
    else if (m->kind == WORD)
        bind_text(q, parameter, word_of(m->words, (int)number_of(base, m)));
    else
        bind_int(q, parameter, number_of(base, m));
}

static void read_member(
    struct store_query *q, void *mem, int column, void *base, const struct member *m)
{
    if (m->kind == TEXT)
        *(const char **)(void *)((char *)base + m->offset) = get_text(q, mem, column);
    else if (m->kind == WORD)
        set_number(base, m, word_parse(m->words, peek_text(q, column)));
    else
        set_number(base, m, get_int(q, column));
}

/* What the report says of the member takes the place of what is known. True if that is new. */
static bool merge_member(void *known, const void *report, unsigned said, const struct member *m)
{
    const char *text;
    int64_t number;

    if (m->kind == TEXT) {
        const char **place = (const char **)(void *)((char *)known + m->offset);

        text = text_of(report, m);
        if (text == NULL || (*place != NULL && strcmp(*place, text) == 0))
            return false;
        *place = text;
        return true;
    }
    number = number_of(report, m);
    if ((m->said != 0 ? (said & m->said) == 0 : number == 0) || number == number_of(known, m))
        return false;
    set_number(known, m, number);
    return true;
}

static bool merge_members(
    void *known, const void *report, unsigned said, const struct member *members, int len)
{
    bool changed = false;

    for (int i = 0; i < len; i++)
        changed |= merge_member(known, report, said, &members[i]);
    return changed;
}

/* Names; none is a NULL in the database. */
static char *names_text(void *mem, const struct identifiers *names)
{
    return names->len == 0 ? NULL : identifiers_to_text(mem, names);
}

static void read_names(struct store_query *q, void *mem, int column, struct identifiers *out)
{
    const char *text = peek_text(q, column);

    if (text[0] != '\0')
        identifiers_from_text(mem, text, out);
}

static bool merge_names(void *mem, struct identifiers *known, const struct identifiers *report)
{
    if (report->len == 0 ||
        (known->len > 0 && strcmp(names_text(mem, known), names_text(mem, report)) == 0))
        return false;
    *known = *report;
    return true;
}

/* Reading an order. */

static enum err_code read_certificates(
    struct store_tx *tx, void *mem, int64_t id, struct vendor_order *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_INVENTORY, SQL_CERTIFICATES);
    struct vendor_certificate *list = NULL;
    size_t len = 0;

    bind_int(q, 1, id);
    while (store_row(q, e)) {
        if (len % 8 == 0)
            list = mem_grow_array(mem, list, sizeof *list, len + 8, "vendor_certificates");
        list[len] = (struct vendor_certificate){.said = SAID_ALL};
        for (int i = 0; i < CERTIFICATE_MEMBERS; i++)
            read_member(q, mem, i, &list[len], &certificate_members[i]);
        len++;
    }
    out->certificates = list;
    out->certificates_len = len;
    return e->code;
}

static enum err_code read_actions(
    struct store_tx *tx, void *mem, int64_t id, struct vendor_order *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_INVENTORY, SQL_ACTIONS);
    struct vendor_action *list = NULL;
    size_t len = 0;

    bind_int(q, 1, id);
    while (store_row(q, e)) {
        if (len % 8 == 0)
            list = mem_grow_array(mem, list, sizeof *list, len + 8, "vendor_actions");
        list[len++] = (struct vendor_action){
            .act = (enum act)word_parse(act_words, peek_text(q, 0)),
            .spki = get_text(q, mem, 1),
            .account = get_text(q, mem, 2),
            .since_s = get_int(q, 3),
            .action_id = get_int(q, 4),
        };
    }
    out->in_process = list;
    out->in_process_len = len;
    return e->code;
}

static enum err_code read_order(
    struct store_tx *tx, void *mem, int64_t id, struct vendor_order *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_INVENTORY, SQL_ORDER_GET);

    *out = (struct vendor_order){.said = SAID_ALL};
    bind_int(q, 1, id);
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code : err_set(e, ERR_NOT_FOUND, "there is no such order");
    out->id = get_text(q, mem, 0);
    for (int i = 0; i < ORDER_MEMBERS; i++)
        read_member(q, mem, 1 + i, out, &order_members[i]);
    read_names(q, mem, 1 + ORDER_MEMBERS, &out->names);
    read_names(q, mem, 2 + ORDER_MEMBERS, &out->issued_names);
    out->seen_s = get_int(q, 3 + ORDER_MEMBERS);
    store_end(q);
    if (read_certificates(tx, mem, id, out, e) != ERR_OK)
        return e->code;
    return read_actions(tx, mem, id, out, e);
}

/* Merging. */

struct merge {
    struct store_tx *tx;
    void *mem;
    int64_t inventory, row; /* row 0: the order is not known yet */
    const struct vendor_order *report;
    const char *const *primary_domains;
    struct vendor_order known; /* becomes what is known afterwards */
    bool names, actions;       /* the report says others */
};

static enum err_code write_order(struct merge *m, int64_t now_s, struct err *e)
{
    bool new = m->row == 0;
    struct store_query *q =
        store_query(m->tx, STORE_INVENTORY, new ? SQL_ORDER_ADD : SQL_ORDER_SET);

    for (int i = 0; i < ORDER_MEMBERS; i++)
        bind_member(q, 1 + i, &m->known, &order_members[i]);
    bind_text(q, ORDER_MEMBERS + 1, names_text(m->mem, &m->known.names));
    bind_text(q, ORDER_MEMBERS + 2, names_text(m->mem, &m->known.issued_names));
    bind_int(q, ORDER_MEMBERS + 3, now_s);
    if (!new) {
        bind_int(q, ORDER_MEMBERS + 4, m->row);
        return store_change_one(q, "there is no such order", e);
    }
    bind_int(q, ORDER_MEMBERS + 4, m->inventory);
    bind_text(q, ORDER_MEMBERS + 5, m->known.id);
    return store_insert(q, &m->row, e);
}

static enum err_code write_names(struct merge *m, struct err *e)
{
    struct store_query *q = store_query(m->tx, STORE_INVENTORY, SQL_NAMES_DROP);

    bind_int(q, 1, m->row);
    if (store_run(q, NULL, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < m->report->names.len; i++) {
        q = store_query(m->tx, STORE_INVENTORY, SQL_NAME_ADD);
        bind_int(q, 1, m->row);
        bind_int(q, 2, m->inventory);
        bind_text(q, 3, m->report->names.list[i].value);
        bind_text(q, 4, m->primary_domains[i]);
        if (store_run(q, NULL, e) != ERR_OK)
            return e->code;
    }
    return ERR_OK;
}

static enum err_code write_busy(struct merge *m, struct err *e)
{
    struct store_query *q = store_query(m->tx, STORE_INVENTORY, SQL_NAMES_BUSY);

    bind_int(q, 1, m->row);
    bind_int(q, 2, m->known.in_process_len > 0 || m->known.standing == STANDING_PENDING);
    return store_run(q, NULL, e);
}

static int compare_certificates(const void *left, const void *right)
{
    const struct vendor_certificate *const *a = left, *const *b = right;

    return strcmp((*a)->id, (*b)->id);
}

/* Those that are known, by id. */
static const struct vendor_certificate **sorted_certificates(const struct merge *m)
{
    const struct vendor_order *known = &m->known;
    const struct vendor_certificate **sorted =
        mem_new_array(m->mem, const struct vendor_certificate *, known->certificates_len + 1);

    for (size_t i = 0; i < known->certificates_len; i++)
        sorted[i] = &known->certificates[i];
    qsort(sorted, known->certificates_len, sizeof *sorted, compare_certificates);
    return sorted;
}

static enum err_code write_certificate(
    struct merge *m, const struct vendor_certificate *certificate, struct err *e)
{
    struct store_query *q = store_query(m->tx, STORE_INVENTORY, SQL_CERTIFICATE_PUT);

    for (int i = 0; i < CERTIFICATE_MEMBERS; i++)
        bind_member(q, 1 + i, certificate, &certificate_members[i]);
    bind_int(q, CERTIFICATE_MEMBERS + 1, m->row);
    bind_int(q, CERTIFICATE_MEMBERS + 2, m->inventory);
    return store_run(q, NULL, e);
}

static enum err_code merge_certificates(struct merge *m, bool *changed, struct err *e)
{
    const struct vendor_certificate **known = sorted_certificates(m);

    for (size_t i = 0; i < m->report->certificates_len; i++) {
        const struct vendor_certificate *report = &m->report->certificates[i],
                                        *const *found =
                                            bsearch(&report, known, m->known.certificates_len,
                                                sizeof *known, compare_certificates);
        struct vendor_certificate merged = found == NULL ? (struct vendor_certificate){0} : **found;

        if (!merge_members(&merged, report, report->said, certificate_members, CERTIFICATE_MEMBERS))
            continue;
        *changed = true;
        if (write_certificate(m, &merged, e) != ERR_OK)
            return e->code;
    }
    return ERR_OK;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_actions(const struct vendor_order *a, const struct vendor_order *b)
{
    for (size_t i = 0; i < a->in_process_len && i < b->in_process_len; i++) {
        const struct vendor_action *x = &a->in_process[i], *y = &b->in_process[i];

        if (x->act != y->act || x->since_s != y->since_s || x->action_id != y->action_id ||
            !same_text(x->spki, y->spki) || !same_text(x->account, y->account))
            return false;
    }
    return a->in_process_len == b->in_process_len;
}

static bool holds_ours(const struct vendor_order *order)
{
    for (size_t i = 0; i < order->in_process_len; i++)
        if (order->in_process[i].action_id != 0)
            return true;
    return false;
}

/* Is what a source tells of one of ours? It may not know for which key. */
static bool is_ours(const struct vendor_order *known, const struct vendor_action *told)
{
    for (size_t i = 0; i < known->in_process_len; i++) {
        const struct vendor_action *own = &known->in_process[i];

        if (own->action_id != 0 && own->act == told->act &&
            (told->spki == NULL || same_text(told->spki, own->spki)))
            return true;
    }
    return false;
}

/* What a source says is under way takes the place of what sources said before. Of what is ours only
 * we know when it ends. */
static bool merge_actions(struct merge *m)
{
    struct vendor_action *list = mem_new_array(
        m->mem, struct vendor_action, m->known.in_process_len + m->report->in_process_len + 1);
    struct vendor_order merged = {.in_process = list};

    if ((m->report->said & SAID_IN_PROCESS) == 0)
        return false;
    for (size_t i = 0; i < m->known.in_process_len; i++)
        if (m->known.in_process[i].action_id != 0)
            list[merged.in_process_len++] = m->known.in_process[i];
    for (size_t i = 0; i < m->report->in_process_len; i++)
        if (!is_ours(&m->known, &m->report->in_process[i]))
            list[merged.in_process_len++] = m->report->in_process[i];
    if (same_actions(&m->known, &merged))
        return false;
    m->known.in_process = list;
    m->known.in_process_len = merged.in_process_len;
    return true;
}

static enum err_code write_actions(struct merge *m, struct err *e)
{
    struct store_query *q = store_query(m->tx, STORE_INVENTORY, SQL_ACTIONS_DROP);

    bind_int(q, 1, m->row);
    if (store_run(q, NULL, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < m->known.in_process_len; i++) {
        const struct vendor_action *action = &m->known.in_process[i];

        q = store_query(m->tx, STORE_INVENTORY, SQL_ACTION_ADD);
        bind_int(q, 1, m->row);
        bind_int(q, 2, (int64_t)i);
        bind_text(q, 3, word_of(act_words, (int)action->act));
        bind_text(q, 4, action->spki);
        bind_text(q, 5, action->account);
        bind_int(q, 6, action->since_s);
        bind_int(q, 7, action->action_id);
        if (store_run(q, NULL, e) != ERR_OK)
            return e->code;
    }
    return ERR_OK;
}

/* The order's row, 0 if it is not known. */
static enum err_code find_row(
    struct store_tx *tx, int64_t inventory, const char *id, int64_t *row, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_INVENTORY, SQL_ORDER_ID);

    *row = 0;
    bind_int(q, 1, inventory);
    bind_text(q, 2, id);
    if (store_row(q, e)) {
        *row = get_int(q, 0);
        store_end(q);
    }
    return e->code;
}

/* Makes m->known what is known afterwards, but for its certificates. True if that is new. */
static bool merge_order(struct merge *m)
{
    const struct vendor_order *report = m->report;
    unsigned said = report->said;
    bool changed;

    if (report->standing == STANDING_PREPAID && holds_ours(&m->known))
        said &= ~(unsigned)SAID_STANDING; /* no more: we are about to fill it */
    changed = merge_members(&m->known, report, said, order_members, ORDER_MEMBERS);
    m->names = merge_names(m->mem, &m->known.names, &report->names);
    m->actions = merge_actions(m);
    changed |= merge_names(m->mem, &m->known.issued_names, &report->issued_names);
    return changed || m->names || m->actions;
}

enum err_code store_inventory_merge(struct store_tx *tx, int64_t inventory,
    const struct vendor_order *report, const char *const *primary_domains, int64_t now_s,
    enum merge_result *result, struct err *e)
{
    struct merge m = {.tx = tx,
        .mem = store_tx_mem(tx),
        .inventory = inventory,
        .report = report,
        .primary_domains = primary_domains,
        .known = {.id = report->id}};
    bool new, changed;

    if (find_row(tx, inventory, report->id, &m.row, e) != ERR_OK ||
        (m.row != 0 && read_order(tx, m.mem, m.row, &m.known, e) != ERR_OK))
        return e->code;
    new = m.row == 0;
    changed = merge_order(&m);
    if ((new &&write_order(&m, now_s, e) != ERR_OK) || (m.names && write_names(&m, e) != ERR_OK) ||
        (m.actions && write_actions(&m, e) != ERR_OK) || write_busy(&m, e) != ERR_OK ||
        merge_certificates(&m, &changed, e) != ERR_OK)
        return e->code;
    *result = new ? MERGE_INSERTED : changed ? MERGE_UPDATED : MERGE_UNCHANGED;
    return *result == MERGE_UPDATED ? write_order(&m, now_s, e) : ERR_OK;
}

enum err_code store_inventory_seen(
    struct store_tx *tx, int64_t inventory, const char *order_id, int64_t now_s, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_INVENTORY, SQL_SEEN);

    bind_int(q, 1, inventory);
    bind_text(q, 2, order_id);
    bind_int(q, 3, now_s);
    return store_run(q, NULL, e);
}

/* Finding. */

struct rows {
    void *mem;
    int64_t *list;
    size_t len;
};

static enum err_code collect(struct store_tx *tx, int statement, int64_t inventory,
    const char *text, struct rows *rows, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_INVENTORY, statement);

    bind_int(q, 1, inventory);
    if (text != NULL)
        bind_text(q, 2, text);
    while (store_row(q, e)) {
        if (rows->len % 64 == 0)
            rows->list =
                mem_grow_array(rows->mem, rows->list, sizeof *rows->list, rows->len + 64, "rows");
        rows->list[rows->len++] = get_int(q, 0);
    }
    return e->code;
}

static int compare_rows(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

static enum err_code read_rows(struct store_tx *tx, void *mem, struct rows *rows,
    struct vendor_order **list, size_t *len, struct err *e)
{
    *list = mem_new_array(mem, struct vendor_order, rows->len + 1);
    *len = 0;
    if (rows->len > 0)
        qsort(rows->list, rows->len, sizeof *rows->list, compare_rows);
    for (size_t i = 0; i < rows->len; i++)
        if ((i == 0 || rows->list[i] != rows->list[i - 1]) &&
            read_order(tx, mem, rows->list[i], &(*list)[(*len)++], e) != ERR_OK)
            return e->code;
    return ERR_OK;
}

enum err_code store_inventory_find(struct store_tx *tx, void *mem, int64_t inventory,
    const struct inventory_search *search, struct vendor_order **list, size_t *len, struct err *e)
{
    const struct {
        int statement;
        const char *text;
    } single[] = {
        {SQL_ORDER_ID, search->order_id},
        {SQL_BY_CERTIFICATE, search->certificate_id},
        {SQL_BY_KEY, search->spki},
    };
    struct rows rows = {.mem = mem};

    for (size_t i = 0; search->names != NULL && i < search->names->len; i++)
        if (collect(tx, SQL_BY_NAME, inventory, search->names->list[i].value, &rows, e) != ERR_OK)
            return e->code;
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
        if (single[i].text != NULL &&
            collect(tx, single[i].statement, inventory, single[i].text, &rows, e) != ERR_OK)
            return e->code;
    for (size_t i = 0; i < search->primary_domains_len; i++)
        if (collect(tx, SQL_BY_BUSY_DOMAIN, inventory, search->primary_domains[i], &rows, e) !=
            ERR_OK)
            return e->code;
    if (search->slots && collect(tx, SQL_SLOTS, inventory, NULL, &rows, e) != ERR_OK)
        return e->code;
    return read_rows(tx, mem, &rows, list, len, e);
}

static void bind_filter(struct store_query *q, int parameter, const char *value)
{
    bind_text(q, parameter, value == NULL ? "" : value);
}

enum err_code store_inventory_list(struct store_tx *tx, void *mem,
    const struct inventory_filter *filter, struct inventory_item **list, size_t *len, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_INVENTORY, SQL_LIST);

    *list = NULL;
    *len = 0;
    bind_int(q, 1, filter->after);
    bind_filter(q, 2, filter->upstream);
    bind_filter(q, 3, filter->order_id);
    bind_filter(q, 4, filter->name);
    bind_filter(q, 5, filter->standing);
    bind_int(q, 6, filter->max);
    while (store_row(q, e)) {
        if (*len % 64 == 0)
            *list = mem_grow_array(mem, *list, sizeof **list, *len + 64, "inventory_items");
        (*list)[(*len)++] = (struct inventory_item){
            .id = get_int(q, 0),
            .upstream = get_text(q, mem, 1),
            .vendor = get_text(q, mem, 2),
            .changed_s = get_int(q, 3),
        };
    }
    for (size_t i = 0; e->code == ERR_OK && i < *len; i++)
        read_order(tx, mem, (*list)[i].id, &(*list)[i].order, e);
    return e->code;
}
