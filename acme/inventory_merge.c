/* inventory_merge - see inventory_merge.h. */
#include "acme/inventory_merge.h"

#include <string.h>

#include "acme/revocation_flow.h"
#include "base/mem.h"
#include "policy/names.h"
#include "store/inventory.h"

struct upstream_page *inventory_page_keep(void *mem, const struct upstream_page *page)
{
    struct upstream_page *kept = mem_dup(mem, page, sizeof *page);

    if (page->mem != NULL)
        mem_move(mem, page->mem);
    kept->detail = mem_strdup(mem, page->detail);
    kept->internal = mem_strdup(mem, page->internal);
    return kept;
}

static bool is_with(const char *label, const char *name, const char *than)
{
    return strncmp(name, label, strlen(label)) == 0 && strcmp(name + strlen(label), than) == 0;
}

/* The domain to "www." and the other way round, and to a wildcard. */
static bool may_be_added(const char *name, const struct identifiers *ordered)
{
    for (size_t i = 0; i < ordered->len; i++) {
        const char *one = ordered->list[i].value;

        if (is_with("www.", name, one) || is_with("www.", one, name) || is_with("*.", one, name))
            return true;
    }
    return false;
}

/* Has it the names that were ordered, and none but what vendors add to them? */
static bool shows_names(const struct identifiers *shown, const struct identifiers *ordered)
{
    for (size_t i = 0; i < shown->len; i++) {
        const struct identifiers one = {&shown->list[i], 1};

        if (!names_contain(ordered, &one) && !may_be_added(shown->list[i].value, ordered))
            return false;
    }
    return names_contain(shown, ordered);
}

/* Vendors add names, and show those of the certificate: as long as that has not changed, the names
 * that are known here are those that were ordered. A name more may be another's, who reissued the
 * order: it would be lost by a reissue without it, and every certificate of the order with it. */
static void keep_names(const struct vendor_order *known, struct vendor_order *report)
{
    bool unchanged = known->issued_names.len == 0
                         ? shows_names(&report->issued_names, &known->names)
                         : names_equal(&known->issued_names, &report->issued_names);

    if (known->names.len > 0 && unchanged)
        report->names = (struct identifiers){NULL, 0};
}

static enum err_code keep_known(
    struct inventory_merge *m, struct vendor_order *report, struct err *e)
{
    struct inventory_search search = {
        .names = &(struct identifiers){NULL, 0}, .order_id = report->id};
    struct vendor_order *list;
    size_t len;

    if (store_inventory_find(m->tx, m->mem, m->inventory, &search, &list, &len, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < len; i++)
        if (strcmp(list[i].id, report->id) == 0)
            keep_names(&list[i], report);
    return ERR_OK;
}

static struct identifiers sorted_copy(void *mem, const struct identifiers *names)
{
    struct identifiers copy = {mem_new_array(mem, struct identifier, names->len + 1), names->len};

    for (size_t i = 0; i < names->len; i++)
        copy.list[i] = names->list[i];
    names_sort(&copy);
    return copy;
}

/* has_seen: the vendor has told all that it knows. */
static enum err_code merge(
    struct inventory_merge *m, const struct vendor_order *order, bool has_seen, struct err *e)
{
    struct vendor_order report = *order;
    enum merge_result result;
    const char **domains;

    report.names = sorted_copy(m->mem, &order->names);
    report.issued_names = sorted_copy(m->mem, &order->issued_names);
    if (keep_known(m, &report, e) != ERR_OK)
        return e->code;
    domains = mem_new_array(m->mem, const char *, report.names.len + 1);
    for (size_t i = 0; i < report.names.len; i++)
        domains[i] = name_primary_domain(m->settings->suffixes, &report.names.list[i]);
    if (store_inventory_merge(m->tx, m->inventory, &report, domains, m->now_s, &result, e) !=
            ERR_OK ||
        (has_seen && store_inventory_seen(m->tx, m->inventory, report.id, m->now_s, e) != ERR_OK))
        return e->code;
    m->orders++;
    m->changed += result != MERGE_UNCHANGED;
    return revocation_learn(m->tx, m->mem, m->upstream, &report, m->now_s, e);
}

enum err_code inventory_merge_page(
    struct inventory_merge *m, const struct upstream_page *page, struct err *e)
{
    for (size_t i = 0; i < page->orders_len; i++)
        if (merge(m, &page->orders[i], !page->is_outline, e) != ERR_OK)
            return e->code;
    if (page->validations != NULL)
        store_inventory_merge_validations(
            m->tx, m->inventory, page->validations, &m->validations_changed, e);
    return e->code;
}
