/* inventory - see inventory.h. One sorted array of (hash of what is looked for, order); a lookup is
 * a binary search, and what it finds is compared in full. */
#include "policy/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "policy/names.h"

/* What an order can be found by. */
enum handle { BY_NAME, BY_ID, BY_CERTIFICATE, BY_KEY, BY_BUSY_DOMAIN, BY_SLOT };

struct entry {
    uint64_t hash;
    uint32_t order;
};

struct inventory {
    const struct vendor_order *orders;
    size_t orders_len;
    const struct public_suffixes *suffixes;
    struct entry *entries;
    size_t entries_len;
};

/* FNV-1a: the texts are the operator's own, and equal hashes only cost a comparison. */
static uint64_t hash_of(enum handle handle, const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)handle;

    for (const char *p = text; *p != '\0'; p++)
        hash = (hash ^ (uint8_t)*p) * UINT64_C(1099511628211);
    return hash;
}

static bool is_busy(const struct vendor_order *order)
{
    return order->in_process_len > 0 || order->standing == STANDING_PENDING;
}

static size_t handles_of(const struct vendor_order *order)
{
    return 2 + order->names.len * 2 + order->certificates_len * 2;
}

static void add(struct inventory *inventory, enum handle handle, const char *text, size_t order)
{
    if (text != NULL)
        inventory->entries[inventory->entries_len++] =
            (struct entry){hash_of(handle, text), (uint32_t)order};
}

static void add_order(struct inventory *inventory, size_t index)
{
    const struct vendor_order *order = &inventory->orders[index];

    add(inventory, BY_ID, order->id, index);
    if (order->standing == STANDING_PREPAID)
        add(inventory, BY_SLOT, "", index);
    for (size_t i = 0; i < order->names.len; i++) {
        const struct identifier *name = &order->names.list[i];

        add(inventory, BY_NAME, name->value, index);
        if (is_busy(order))
            add(inventory, BY_BUSY_DOMAIN, name_primary_domain(inventory->suffixes, name), index);
    }
    for (size_t i = 0; i < order->certificates_len; i++) {
        add(inventory, BY_CERTIFICATE, order->certificates[i].id, index);
        add(inventory, BY_KEY, order->certificates[i].spki, index);
    }
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;

    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

struct inventory *inventory_new(void *mem, const struct vendor_order *orders, size_t len,
    const struct public_suffixes *suffixes)
{
    struct inventory *inventory = mem_new(mem, struct inventory);
    size_t handles = 0;

    BUG_ON(len > UINT32_MAX);
    for (size_t i = 0; i < len; i++)
        handles += handles_of(&orders[i]);
    *inventory = (struct inventory){orders, len, suffixes, NULL, 0};
    inventory->entries = mem_new_array(inventory, struct entry, handles + 1);
    for (size_t i = 0; i < len; i++)
        add_order(inventory, i);
    qsort(inventory->entries, inventory->entries_len, sizeof(struct entry), compare_entries);
    return inventory;
}

const struct vendor_order *inventory_orders(const struct inventory *inventory, size_t *len)
{
    *len = inventory->orders_len;
    return inventory->orders;
}

/* The first entry with that hash or a later one. */
static size_t first_of(const struct inventory *inventory, uint64_t hash)
{
    size_t low = 0, high = inventory->entries_len;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (inventory->entries[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Does the order really have what its hash promised? */
static bool has(const struct inventory *inventory, const struct vendor_order *order,
    enum handle handle, const char *text)
{
    switch (handle) {
    case BY_ID:
        return strcmp(order->id, text) == 0;
    case BY_SLOT:
        return order->standing == STANDING_PREPAID;
    case BY_NAME:
        for (size_t i = 0; i < order->names.len; i++)
            if (strcmp(order->names.list[i].value, text) == 0)
                return true;
        return false;
    case BY_BUSY_DOMAIN:
        for (size_t i = 0; i < order->names.len; i++)
            if (strcmp(name_primary_domain(inventory->suffixes, &order->names.list[i]), text) == 0)
                return is_busy(order);
        return false;
    case BY_CERTIFICATE:
    case BY_KEY:
        for (size_t i = 0; i < order->certificates_len; i++) {
            const struct vendor_certificate *c = &order->certificates[i];
            const char *own = handle == BY_KEY ? c->spki : c->id;

            if (own != NULL && strcmp(own, text) == 0)
                return true;
        }
        return false;
    }
    return false;
}

/* Room for `more` orders beyond those that are there. */
static void make_room(void *mem, struct order_list *out, size_t more)
{
    out->list = mem_grow_array(mem, out->list, sizeof *out->list, out->len + more, "order_list");
}

static void find(void *mem, const struct inventory *inventory, enum handle handle, const char *text,
    struct order_list *out)
{
    uint64_t hash = hash_of(handle, text);
    size_t from = first_of(inventory, hash), to = from;

    while (to < inventory->entries_len && inventory->entries[to].hash == hash)
        to++;
    if (to == from)
        return;
    make_room(mem, out, to - from);
    for (size_t i = from; i < to; i++) {
        const struct vendor_order *order = &inventory->orders[inventory->entries[i].order];

        if (has(inventory, order, handle, text))
            out->list[out->len++] = order;
    }
}

static int compare_orders(const void *left, const void *right)
{
    const struct vendor_order *const *a = left, *const *b = right;

    return (*a > *b) - (*a < *b);
}

/* In the inventory's order, each once. */
static void tidy(struct order_list *out)
{
    size_t kept = 0;

    if (out->len == 0)
        return;
    qsort(out->list, out->len, sizeof out->list[0], compare_orders);
    for (size_t i = 1; i < out->len; i++)
        if (out->list[i] != out->list[kept])
            out->list[++kept] = out->list[i];
    out->len = kept + 1;
}

void inventory_by_names(void *mem, const struct inventory *inventory,
    const struct identifiers *names, struct order_list *out)
{
    *out = (struct order_list){NULL, 0};
    for (size_t i = 0; i < names->len; i++)
        find(mem, inventory, BY_NAME, names->list[i].value, out);
    tidy(out);
}

void inventory_busy_nearby(void *mem, const struct inventory *inventory,
    const struct identifiers *names, struct order_list *out)
{
    *out = (struct order_list){NULL, 0};
    for (size_t i = 0; i < names->len; i++)
        find(mem, inventory, BY_BUSY_DOMAIN,
            name_primary_domain(inventory->suffixes, &names->list[i]), out);
    tidy(out);
}

void inventory_slots(void *mem, const struct inventory *inventory, struct order_list *out)
{
    *out = (struct order_list){NULL, 0};
    find(mem, inventory, BY_SLOT, "", out);
    tidy(out);
}

void inventory_by_key(
    void *mem, const struct inventory *inventory, const char *spki, struct order_list *out)
{
    *out = (struct order_list){NULL, 0};
    find(mem, inventory, BY_KEY, spki, out);
    tidy(out);
}

static const struct vendor_order *only(
    const struct inventory *inventory, enum handle handle, const char *text)
{
    uint64_t hash = hash_of(handle, text);

    for (size_t i = first_of(inventory, hash);
         i < inventory->entries_len && inventory->entries[i].hash == hash; i++) {
        const struct vendor_order *order = &inventory->orders[inventory->entries[i].order];

        if (has(inventory, order, handle, text))
            return order;
    }
    return NULL;
}

const struct vendor_order *inventory_by_id(const struct inventory *inventory, const char *id)
{
    return only(inventory, BY_ID, id);
}

const struct vendor_order *inventory_by_certificate(
    const struct inventory *inventory, const char *certificate)
{
    return only(inventory, BY_CERTIFICATE, certificate);
}
