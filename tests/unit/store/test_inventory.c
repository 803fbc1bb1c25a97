/* Tests of store/inventory: what merging keeps and replaces, and that a search finds what walking
 * through all orders finds (policy/inventory.h is the measure). */
#include "tests/unit/test_main.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "policy/inventory.h"
#include "policy/names.h"
#include "store/inventory.h"

struct place {
    void *mem;
    char *dir, *path;
    struct store *store;
};

static void place_new(struct place *place)
{
    char dir[] = "countersign-test-XXXXXX";
    struct err e = {0};

    place->mem = mem_pool(NULL, 65536);
    place->dir = mem_strdup(place->mem, mkdtemp(dir));
    place->path = mem_printf(place->mem, "%s/test.db", place->dir);
    place->store = store_open(mem_printf(place->mem, "sqlite:%s", place->path), &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(place->store);
}

static void place_end(struct place *place)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};

    store_close(place->store);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        unlink(mem_printf(place->mem, "%s%s", place->path, suffixes[i]));
    rmdir(place->dir);
    mem_free(place->mem);
}

static void in_store(
    struct place *place, enum err_code (*run)(struct store_tx *, void *, struct err *))
{
    struct err e = {0};

    CU_ASSERT_EQUAL(store_run_and_wait(place->store, run, place->mem, &e), ERR_OK);
}

static struct identifiers names_of(void *mem, const char *const *values, size_t len)
{
    struct identifiers names = {mem_new_array(mem, struct identifier, len + 1), len};

    for (size_t i = 0; i < len; i++)
        names.list[i] = (struct identifier){IDENTIFIER_DNS, values[i]};
    names_sort(&names);
    return names;
}

static const char **domains_of(void *mem, const struct identifiers *names)
{
    const char **domains = mem_new_array(mem, const char *, names->len + 1);

    for (size_t i = 0; i < names->len; i++)
        domains[i] = name_primary_domain(NULL, &names->list[i]);
    return domains;
}

static enum merge_result merge(
    struct store_tx *tx, void *mem, int64_t inventory, const struct vendor_order *order)
{
    enum merge_result result = MERGE_UNCHANGED;
    struct err e = {0};

    CU_ASSERT_EQUAL(
        store_inventory_merge(tx, inventory, order, domains_of(mem, &order->names), 7, &result, &e),
        ERR_OK);
    return result;
}

static struct vendor_order stored(struct store_tx *tx, void *mem, int64_t inventory, const char *id)
{
    struct inventory_search search = {.order_id = id};
    struct vendor_order *list;
    struct err e = {0};
    size_t len;

    CU_ASSERT_EQUAL(store_inventory_find(tx, mem, inventory, &search, &list, &len, &e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(len, 1);
    return list[0];
}

/* Merging. */

static const char *const two_names[] = {"www.shop.example", "shop.example"};

static struct vendor_order whole_order(void *mem)
{
    static const struct vendor_certificate certificates[] = {
        {.id = "c1", .spki = "k1", .holder = "a1", .not_before_s = 100, .not_after_s = 900},
        {.id = "c2", .kind = CERTIFICATE_REISSUE, .spki = "k2", .said = SAID_KIND},
    };
    static const struct vendor_action action = {
        .act = ACT_DUPLICATE, .spki = "k3", .account = "a2", .since_s = 300};

    return (struct vendor_order){.id = "1001",
        .tenant = "web",
        .product = "ssl_basic",
        .brand = "digicert",
        .level = LEVEL_OV,
        .name_kind = NAMES_MULTI,
        .standing = STANDING_ISSUED,
        .names = names_of(mem, two_names, 2),
        .issued_names = names_of(mem, two_names, 1),
        .first_issued_s = 100,
        .order_end_s = 1000,
        .plan_years = 2,
        .names_max = 5,
        .wildcards_max = 1,
        .domain_validation_until_s = 500,
        .organization_validation_until_s = 600,
        .automatic_validation = true,
        .no_duplicates = true,
        .renewed = true,
        .free = true,
        .uploaded = true,
        .in_process = &action,
        .in_process_len = 1,
        .certificates = certificates,
        .certificates_len = 2,
        .said = SAID_ALL};
}

/* All that `whole_order` says is there. */
static void check_whole(const struct vendor_order *o)
{
    CU_ASSERT_STRING_EQUAL(o->tenant, "web");
    CU_ASSERT_STRING_EQUAL(o->product, "ssl_basic");
    CU_ASSERT_STRING_EQUAL(o->brand, "digicert");
    CU_ASSERT_EQUAL(o->level, LEVEL_OV);
    CU_ASSERT_EQUAL(o->name_kind, NAMES_MULTI);
    CU_ASSERT_EQUAL(o->standing, STANDING_ISSUED);
    CU_ASSERT_EQUAL_FATAL(o->names.len, 2);
    CU_ASSERT_STRING_EQUAL(o->names.list[0].value, "shop.example");
    CU_ASSERT_EQUAL_FATAL(o->issued_names.len, 1);
    CU_ASSERT_STRING_EQUAL(o->issued_names.list[0].value, "www.shop.example");
    CU_ASSERT(o->first_issued_s == 100 && o->order_end_s == 1000 && o->plan_years == 2);
    CU_ASSERT(o->names_max == 5 && o->wildcards_max == 1);
    CU_ASSERT(o->domain_validation_until_s == 500 && o->organization_validation_until_s == 600);
    CU_ASSERT(o->automatic_validation && o->no_duplicates && o->renewed && o->free && o->uploaded);
    CU_ASSERT_EQUAL_FATAL(o->in_process_len, 1);
    CU_ASSERT(o->in_process[0].act == ACT_DUPLICATE && o->in_process[0].since_s == 300);
    CU_ASSERT_STRING_EQUAL(o->in_process[0].spki, "k3");
    CU_ASSERT_STRING_EQUAL(o->in_process[0].account, "a2");
    CU_ASSERT_EQUAL_FATAL(o->certificates_len, 2);
}

static enum err_code keep_what_is_not_said(struct store_tx *tx, void *mem, struct err *e)
{
    struct vendor_order order = whole_order(mem), nothing = {.id = "1001"}, found;
    int64_t inventory = 0;

    CU_ASSERT_EQUAL(store_inventory_open(tx, "main", "digicert", &inventory, e), ERR_OK);
    CU_ASSERT_EQUAL(merge(tx, mem, inventory, &order), MERGE_INSERTED);
    CU_ASSERT_EQUAL(merge(tx, mem, inventory, &order), MERGE_UNCHANGED);
    CU_ASSERT_EQUAL(merge(tx, mem, inventory, &nothing), MERGE_UNCHANGED);
    found = stored(tx, mem, inventory, "1001");
    check_whole(&found);
    CU_ASSERT_EQUAL(merge(tx, mem, inventory, &found), MERGE_UNCHANGED);
    return e->code;
}

static void what_a_source_does_not_say_stays(void)
{
    struct place place;

    place_new(&place);
    in_store(&place, keep_what_is_not_said);
    place_end(&place);
}

static enum err_code replace_what_is_said(struct store_tx *tx, void *mem, struct err *e)
{
    static const char *const others[] = {"other.example"};
    static const struct vendor_certificate news[] = {
        {.id = "c1", .revoked = true, .not_after_s = 950},
        {.id = "c3", .kind = CERTIFICATE_DUPLICATE, .said = SAID_KIND},
    };
    struct vendor_order order = whole_order(mem), found,
                        said = {.id = "1001",
                            .names = names_of(mem, others, 1),
                            .standing = STANDING_REVOKED,
                            .order_end_s = 2000,
                            .certificates = news,
                            .certificates_len = 2,
                            .said = SAID_STANDING | SAID_IN_PROCESS | SAID_FREE};
    struct inventory_search by_old_name = {.names = &order.names}, by_name = {.names = &said.names};
    struct vendor_order *list;
    int64_t inventory = 0;
    size_t len;

    store_inventory_open(tx, "main", "digicert", &inventory, e);
    merge(tx, mem, inventory, &order);
    CU_ASSERT_EQUAL(merge(tx, mem, inventory, &said), MERGE_UPDATED);
    CU_ASSERT_EQUAL(merge(tx, mem, inventory, &said), MERGE_UNCHANGED);
    found = stored(tx, mem, inventory, "1001");
    CU_ASSERT(found.standing == STANDING_REVOKED && found.order_end_s == 2000);
    CU_ASSERT(found.in_process_len == 0 && !found.free && found.renewed);
    CU_ASSERT_EQUAL_FATAL(found.certificates_len, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct vendor_certificate *c = &found.certificates[i];

        if (strcmp(c->id, "c1") == 0)
            CU_ASSERT(c->revoked && c->not_after_s == 950 && strcmp(c->spki, "k1") == 0);
        if (strcmp(c->id, "c2") == 0)
            CU_ASSERT(c->kind == CERTIFICATE_REISSUE && !c->revoked);
        if (strcmp(c->id, "c3") == 0)
            CU_ASSERT(c->kind == CERTIFICATE_DUPLICATE);
    }
    CU_ASSERT_EQUAL(store_inventory_find(tx, mem, inventory, &by_old_name, &list, &len, e), ERR_OK);
    CU_ASSERT_EQUAL(len, 0);
    CU_ASSERT_EQUAL(store_inventory_find(tx, mem, inventory, &by_name, &list, &len, e), ERR_OK);
    CU_ASSERT_EQUAL(len, 1);
    /* A source that takes a revocation back is not believed. */
    said.certificates_len = 1;
    said.certificates = &(struct vendor_certificate){.id = "c1", .not_after_s = 950};
    CU_ASSERT_EQUAL(merge(tx, mem, inventory, &said), MERGE_UNCHANGED);
    return e->code;
}

static void what_a_source_says_replaces_what_is_known(void)
{
    struct place place;

    place_new(&place);
    in_store(&place, replace_what_is_said);
    place_end(&place);
}

static enum err_code open_twice(struct store_tx *tx, void *mem, struct err *e)
{
    struct vendor_order order = whole_order(mem);
    struct inventory_search search = {.order_id = "1001"};
    struct err refused = {0};
    struct vendor_order *list;
    int64_t one = 0, two = 0, again = 0;
    size_t len;

    CU_ASSERT_EQUAL(store_inventory_open(tx, "one", NULL, &one, &refused), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(store_inventory_open(tx, "one", "digicert", &one, e), ERR_OK);
    CU_ASSERT_EQUAL(store_inventory_open(tx, "two", "tencent", &two, e), ERR_OK);
    CU_ASSERT_EQUAL(store_inventory_open(tx, "one", NULL, &again, e), ERR_OK);
    CU_ASSERT(one == again && one != two);
    CU_ASSERT_EQUAL(store_inventory_open(tx, "one", "tencent", &again, &refused), ERR_CONFLICT);
    /* The same id is two orders at two upstreams. */
    CU_ASSERT_EQUAL(merge(tx, mem, one, &order), MERGE_INSERTED);
    CU_ASSERT_EQUAL(store_inventory_find(tx, mem, two, &search, &list, &len, e), ERR_OK);
    CU_ASSERT_EQUAL(len, 0);
    CU_ASSERT_EQUAL(merge(tx, mem, two, &order), MERGE_INSERTED);
    return e->code;
}

static void each_upstream_has_an_inventory_of_its_own(void)
{
    struct place place;

    place_new(&place);
    in_store(&place, open_twice);
    place_end(&place);
}

static enum err_code merge_validations(struct store_tx *tx, void *mem, struct err *e)
{
    static const struct validated_domain first[] = {{"a.example", 50}, {"b.example", 60}},
                                         second[] = {{"b.example", 70}, {"a.example", 0}};
    struct validations report = {10, true, first, 2}, less = {0, false, NULL, 0},
                       more = {20, true, second, 2}, found;
    bool changed = false;
    int64_t inventory = 0;

    store_inventory_open(tx, "main", "digicert", &inventory, e);
    store_inventory_merge_validations(tx, inventory, &report, &changed, e);
    CU_ASSERT(changed);
    store_inventory_merge_validations(tx, inventory, &report, &changed, e);
    CU_ASSERT(!changed);
    store_inventory_merge_validations(tx, inventory, &less, &changed, e);
    CU_ASSERT(!changed);
    store_inventory_merge_validations(tx, inventory, &more, &changed, e);
    CU_ASSERT(changed);
    CU_ASSERT_EQUAL(store_inventory_validations(tx, mem, inventory, &found, e), ERR_OK);
    CU_ASSERT(found.organization_until_s == 20 && found.lists_domains);
    CU_ASSERT_EQUAL_FATAL(found.domains_len, 2);
    CU_ASSERT(found.domains[0].until_s == 50 && found.domains[1].until_s == 70);
    return e->code;
}

static void validations_are_merged_by_domain(void)
{
    struct place place;

    place_new(&place);
    in_store(&place, merge_validations);
    place_end(&place);
}

/* Finding. */

#define ORDERS 400
#define POOL   60

static const char *pick_key(void *mem, unsigned *seed)
{
    return mem_printf(mem, "k%d", rand_r(seed) % POOL);
}

static void make_order(void *mem, unsigned *seed, int number, struct vendor_order *out)
{
    size_t names = (size_t)(rand_r(seed) % 4), certificates = (size_t)(rand_r(seed) % 3);
    struct vendor_certificate *list = mem_new_array(mem, struct vendor_certificate, 3);
    static const struct vendor_action reissue = {.act = ACT_REISSUE};
    const char *values[4];

    for (size_t i = 0; i < names; i++)
        values[i] = mem_printf(
            mem, "%s.d%d.example", rand_r(seed) % 2 == 0 ? "www" : "*", rand_r(seed) % POOL);
    for (size_t i = 0; i < certificates; i++)
        list[i] = (struct vendor_certificate){
            .id = mem_printf(mem, "c%d-%zu", number, i), .spki = pick_key(mem, seed)};
    *out = (struct vendor_order){.id = mem_printf(mem, "o%d", number),
        .names = names_of(mem, values, names),
        .standing = (enum standing)(rand_r(seed) % (STANDING_PREPAID + 1)),
        .certificates = list,
        .certificates_len = certificates,
        .in_process = &reissue,
        .in_process_len = rand_r(seed) % 5 == 0,
        .said = SAID_ALL};
}

/* Another state of an order that is known: what it says counts, but for no names. */
static void change_order(void *mem, unsigned *seed, int number, struct vendor_order *known)
{
    struct vendor_order other;

    make_order(mem, seed, number, &other);
    other.certificates = known->certificates;
    other.certificates_len = known->certificates_len;
    if (other.names.len == 0)
        other.names = known->names;
    *known = other;
}

static void add_all(void *mem, struct order_list *all, const struct order_list *more)
{
    all->list =
        mem_grow_array(mem, all->list, sizeof *all->list, all->len + more->len + 1, "order_list");
    if (more->len > 0)
        memcpy(all->list + all->len, more->list, more->len * sizeof *all->list);
    all->len += more->len;
}

/* What the decision would look up in the whole inventory, one after another. */
static struct order_list walk(
    void *mem, const struct inventory *whole, const struct inventory_search *search)
{
    struct order_list all = {NULL, 0}, found;
    const struct vendor_order *one;

    inventory_by_names(mem, whole, search->names, &found);
    add_all(mem, &all, &found);
    inventory_busy_nearby(mem, whole, search->names, &found);
    add_all(mem, &all, &found);
    inventory_by_key(mem, whole, search->spki, &found);
    add_all(mem, &all, &found);
    if (search->slots) {
        inventory_slots(mem, whole, &found);
        add_all(mem, &all, &found);
    }
    one = inventory_by_id(whole, search->order_id);
    if (one != NULL)
        add_all(mem, &all, &(struct order_list){&one, 1});
    one = inventory_by_certificate(whole, search->certificate_id);
    if (one != NULL)
        add_all(mem, &all, &(struct order_list){&one, 1});
    return all;
}

static bool holds(const struct order_list *all, const char *id)
{
    for (size_t i = 0; i < all->len; i++)
        if (strcmp(all->list[i]->id, id) == 0)
            return true;
    return false;
}

static void compare(const struct order_list *walked, const struct vendor_order *list, size_t len)
{
    for (size_t i = 0; i < len; i++)
        CU_ASSERT(holds(walked, list[i].id));
    for (size_t i = 0; i < walked->len; i++) {
        size_t times = 0;

        for (size_t k = 0; k < len; k++)
            times += strcmp(list[k].id, walked->list[i]->id) == 0;
        CU_ASSERT_EQUAL(times, 1);
    }
}

static void search_once(struct store_tx *tx, void *mem, int64_t inventory,
    const struct inventory *whole, unsigned *seed, struct err *e)
{
    struct vendor_order asked;
    struct inventory_search search = {
        .order_id = mem_printf(mem, "o%d", rand_r(seed) % (2 * ORDERS)),
        .certificate_id = mem_printf(mem, "c%d-0", rand_r(seed) % (2 * ORDERS)),
        .spki = pick_key(mem, seed),
        .slots = rand_r(seed) % 2 == 0,
    };
    struct order_list walked;
    struct vendor_order *list;
    size_t len = 0;

    make_order(mem, seed, 0, &asked);
    search.names = &asked.names;
    search.primary_domains = domains_of(mem, &asked.names);
    search.primary_domains_len = asked.names.len;
    walked = walk(mem, whole, &search);
    CU_ASSERT_EQUAL(store_inventory_find(tx, mem, inventory, &search, &list, &len, e), ERR_OK);
    compare(&walked, list, len);
}

static enum err_code search_often(struct store_tx *tx, void *mem, struct err *e)
{
    struct vendor_order *orders = mem_new_array(mem, struct vendor_order, ORDERS);
    int64_t inventory = 0, other = 0;
    struct inventory *whole;
    unsigned seed = 4;

    store_inventory_open(tx, "other", "digicert", &other, e);
    store_inventory_open(tx, "main", "tencent", &inventory, e);
    for (int i = 0; i < ORDERS; i++) {
        make_order(mem, &seed, i, &orders[i]);
        CU_ASSERT_EQUAL(merge(tx, mem, i % 7 == 0 ? other : inventory, &orders[i]), MERGE_INSERTED);
        CU_ASSERT_EQUAL(
            merge(tx, mem, inventory, &orders[i]), i % 7 == 0 ? MERGE_INSERTED : MERGE_UNCHANGED);
    }
    for (int i = 0; i < ORDERS; i += 3) {
        change_order(mem, &seed, i, &orders[i]);
        merge(tx, mem, inventory, &orders[i]);
        CU_ASSERT_EQUAL(merge(tx, mem, inventory, &orders[i]), MERGE_UNCHANGED);
    }
    whole = inventory_new(mem, orders, ORDERS, NULL);
    for (int i = 0; i < 300; i++)
        search_once(tx, mem, inventory, whole, &seed, e);
    return e->code;
}

static void a_search_finds_what_walking_through_all_orders_finds(void)
{
    struct place place;

    place_new(&place);
    in_store(&place, search_often);
    place_end(&place);
}

static enum err_code list_in_pages(struct store_tx *tx, void *mem, struct err *e)
{
    struct inventory_filter filter = {.upstream = "main", .max = 7};
    struct inventory_item *list;
    int64_t inventory = 0, other = 0;
    size_t len = 1, seen = 0;
    unsigned seed = 9;

    store_inventory_open(tx, "main", "digicert", &inventory, e);
    store_inventory_open(tx, "other", "digicert", &other, e);
    for (int i = 0; i < 40; i++) {
        struct vendor_order order;

        make_order(mem, &seed, i, &order);
        merge(tx, mem, inventory, &order);
        merge(tx, mem, other, &order);
    }
    while (len > 0) {
        CU_ASSERT_EQUAL(store_inventory_list(tx, mem, &filter, &list, &len, e), ERR_OK);
        for (size_t i = 0; i < len; i++, seen++) {
            CU_ASSERT_STRING_EQUAL(list[i].order.id, mem_printf(mem, "o%zu", seen));
            CU_ASSERT_STRING_EQUAL(list[i].upstream, "main");
            filter.after = list[i].id;
        }
    }
    CU_ASSERT_EQUAL(seen, 40);
    filter = (struct inventory_filter){.order_id = "o3", .max = 10};
    CU_ASSERT_EQUAL(store_inventory_list(tx, mem, &filter, &list, &len, e), ERR_OK);
    CU_ASSERT_EQUAL(len, 2);
    filter = (struct inventory_filter){.standing = "prepaid", .max = 100};
    CU_ASSERT_EQUAL(store_inventory_list(tx, mem, &filter, &list, &len, e), ERR_OK);
    CU_ASSERT(len > 0);
    for (size_t i = 0; i < len; i++)
        CU_ASSERT_EQUAL(list[i].order.standing, STANDING_PREPAID);
    return e->code;
}

static void orders_are_listed_page_by_page(void)
{
    struct place place;

    place_new(&place);
    in_store(&place, list_in_pages);
    place_end(&place);
}

static const struct test tests[] = {
    {"what a source does not say stays", what_a_source_does_not_say_stays},
    {"what a source says replaces what is known", what_a_source_says_replaces_what_is_known},
    {"each upstream has an inventory of its own", each_upstream_has_an_inventory_of_its_own},
    {"validations are merged by domain", validations_are_merged_by_domain},
    {"a search finds what walking through all orders finds",
        a_search_finds_what_walking_through_all_orders_finds},
    {"orders are listed page by page", orders_are_listed_page_by_page},
    {NULL, NULL},
};
extern const struct test_suite suite_inventory;
const struct test_suite suite_inventory = {"inventory", tests};
