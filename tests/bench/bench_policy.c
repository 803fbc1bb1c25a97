/* bench_policy - what a decision costs, among few orders and among many.
 *
 *     bench_policy [ORDERS]
 *
 * Prints for each vendor: microseconds of CPU for a decision among one order and among ORDERS
 * (100000) of one tenant in memory, and what the index of them costs; then, for the same orders in
 * a new store in the current folder, the search for all that a decision looks at, the index of what
 * was found, and the decision: by the clock, and of CPU.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/public_suffix.h"
#include "policy/inventory.h"
#include "policy/names.h"
#include "policy/policy.h"
#include "store/inventory.h"
#include "store/store.h"

#define NOW     INT64_C(1795219200)
#define REPEATS 20000
#define ROUNDS  5
#define ASKED   5000 /* of the store, for each vendor */

static double read_us(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double cpu_us(void)
{
    return read_us(CLOCK_PROCESS_CPUTIME_ID);
}

/* Order i: its own name, under one of a hundred domains. About one in a thousand is being reissued,
 * and one in five thousand is a slot that is paid and empty. */
static void make_order(void *mem, struct vendor_order *order, size_t i)
{
    struct vendor_certificate *c = mem_new(mem, struct vendor_certificate);
    struct vendor_action *action = mem_new(mem, struct vendor_action);
    struct identifier *name = mem_new(mem, struct identifier);

    *name =
        (struct identifier){IDENTIFIER_DNS, mem_printf(mem, "host%zu.example%zu.com", i, i % 100)};
    *c = (struct vendor_certificate){.id = mem_printf(mem, "c%zu", i),
        .spki = mem_printf(mem, "k%zu", i),
        .holder = mem_printf(mem, "a%zu", i % 50),
        .not_before_s = NOW - 100 * DAY_S,
        .not_after_s = NOW + 99 * DAY_S};
    *action = (struct vendor_action){.act = ACT_REISSUE, .spki = "k", .account = "a"};
    *order = (struct vendor_order){.id = mem_printf(mem, "%zu", i),
        .tenant = "web",
        .level = LEVEL_OV,
        .brand = "geotrust",
        .names = {name, 1},
        .first_issued_s = NOW - 100 * DAY_S,
        .order_end_s = NOW + 265 * DAY_S,
        .in_process = action,
        .in_process_len = i % 997 == 996,
        .certificates = c,
        .certificates_len = 1,
        .said = SAID_STANDING | SAID_IN_PROCESS};
    if (i % 5003 == 5002) {
        order->standing = STANDING_PREPAID;
        order->names.len = order->certificates_len = order->in_process_len = 0;
    }
}

static double decision_us(const struct facts *facts)
{
    double best = 0;

    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_us(), cost;

        for (int i = 0; i < REPEATS; i++) {
            void *mem = mem_pool(NULL, 16384);
            struct decision decision;

            policy_decide(mem, facts, &decision);
            mem_free(mem);
        }
        cost = (cpu_us() - start) / REPEATS;
        if (round == 0 || cost < best)
            best = cost;
    }
    return best;
}

static struct facts facts_for(enum vendor vendor, const struct inventory *inventory,
    const struct public_suffixes *suffixes, struct identifier *name)
{
    struct facts facts = {.now_s = NOW,
        .vendor = vendor,
        .profile = {.level = LEVEL_OV, .brand = "geotrust"},
        .request = {.tenant = "web",
            .account = "new",
            .names = {name, 1},
            .spki = "k-new",
            .key_algorithm = "RSA",
            .key_size = 2048,
            .binding = {.budget = {-1, 0}}},
        .inventory = inventory,
        .suffixes = suffixes};

    preferences_init(&facts.preferences);
    preferences_complete(vendor, &facts.preferences);
    return facts;
}

/* The same orders in a store. */

struct bench {
    void *mem;
    const struct public_suffixes *suffixes;
    const struct vendor_order *orders;
    size_t orders_len;
    size_t from; /* of those that the next transaction merges */
    int64_t inventory;
};

#define ORDERS_AT_ONCE 1000

static enum err_code fill(struct store_tx *tx, void *arg, struct err *e)
{
    struct bench *b = arg;

    if (store_inventory_open(tx, "ca", "digicert", &b->inventory, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < ORDERS_AT_ONCE && b->from < b->orders_len; i++, b->from++) {
        const struct vendor_order *order = &b->orders[b->from];
        const char *domain = NULL;
        enum merge_result result;

        if (order->names.len > 0)
            domain = name_primary_domain(b->suffixes, &order->names.list[0]);
        if (store_inventory_merge(tx, b->inventory, order, &domain, NOW, &result, e) != ERR_OK)
            return e->code;
    }
    return ERR_OK;
}

struct spell {
    double clock_us, cpu_us;
};

/* One question as a live order asks it: for order i's name and with what else can be named. */
static struct spell ask_once(
    struct bench *b, struct store_reader *reader, enum vendor vendor, size_t i, size_t *found)
{
    void *mem = mem_pool(NULL, 65536);
    struct identifier name = {
        IDENTIFIER_DNS, mem_printf(mem, "host%zu.example%zu.com", i, i % 100)};
    struct identifiers names = {&name, 1};
    const char *domain = name_primary_domain(b->suffixes, &name);
    const struct inventory_search search = {.names = &names,
        .primary_domains = &domain,
        .primary_domains_len = 1,
        .order_id = mem_printf(mem, "%zu", (i + 1) % b->orders_len),
        .certificate_id = mem_printf(mem, "c%zu", (i + 2) % b->orders_len),
        .spki = mem_printf(mem, "k%zu", (i + 3) % b->orders_len),
        .slots = true};
    struct facts facts = facts_for(vendor, NULL, b->suffixes, &name);
    struct decision decision;
    struct vendor_order *orders;
    struct store_tx *tx;
    struct err e = {0};
    struct spell spell = {read_us(CLOCK_MONOTONIC), read_us(CLOCK_THREAD_CPUTIME_ID)};

    tx = store_snapshot_begin(reader, mem, &e);
    BUG_ON(tx == NULL ||
           store_inventory_find(tx, mem, b->inventory, &search, &orders, found, &e) != ERR_OK);
    store_snapshot_end(tx);
    facts.inventory = inventory_new(mem, orders, *found, b->suffixes);
    policy_decide(mem, &facts, &decision);
    spell.clock_us = read_us(CLOCK_MONOTONIC) - spell.clock_us;
    spell.cpu_us = read_us(CLOCK_THREAD_CPUTIME_ID) - spell.cpu_us;
    mem_free(mem);
    return spell;
}

static int compare_times(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static void print_times(const char *what, double times[ASKED])
{
    qsort(times, ASKED, sizeof times[0], compare_times);
    printf("  %s  min %.0f us, median %.0f us, 99 %% %.0f us, max %.0f us\n", what, times[0],
        times[ASKED / 2], times[ASKED * 99 / 100], times[ASKED - 1]);
}

static void ask_store(struct bench *b, struct store_reader *reader, enum vendor vendor)
{
    static double clock_us[ASKED], thread_us[ASKED];
    size_t found, most = 0;

    for (size_t i = 0; i < ASKED; i++) {
        struct spell spell = ask_once(b, reader, vendor, i * 7919 % b->orders_len, &found);

        clock_us[i] = spell.clock_us;
        thread_us[i] = spell.cpu_us;
        most = found > most ? found : most;
    }
    printf("%-16s search in the store, index and decision; at most %zu orders found\n",
        vendor_words[vendor], most);
    print_times("clock", clock_us);
    print_times("CPU  ", thread_us);
}

static void bench_store(struct bench *b)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    char folder[] = "bench-policy-XXXXXX";
    const char *path;
    struct store_reader *reader;
    struct store *store;
    struct err e = {0};
    double start = read_us(CLOCK_MONOTONIC);

    BUG_ON(mkdtemp(folder) == NULL);
    path = mem_printf(b->mem, "%s/inventory.db", folder);
    store = store_open(mem_printf(b->mem, "sqlite:%s", path), &e);
    BUG_ON(store == NULL);
    while (b->from < b->orders_len)
        BUG_ON(store_run_and_wait(store, fill, b, &e) != ERR_OK);
    printf("%zu orders merged into the store: %.1f s\n", b->orders_len,
        (read_us(CLOCK_MONOTONIC) - start) / 1e6);
    reader = store_reader_open(store, &e);
    BUG_ON(reader == NULL);
    for (enum vendor vendor = VENDOR_LOCAL; vendor < VENDORS; vendor++)
        ask_store(b, reader, vendor);
    store_reader_close(reader);
    store_close(store);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        unlink(mem_printf(b->mem, "%s%s", path, suffixes[i]));
    rmdir(folder);
}

int main(int argc, char **argv)
{
    size_t len = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
    void *mem = mem_pool(NULL, 1024 * 1024);
    const struct public_suffixes *suffixes = public_suffixes_new(mem);
    struct vendor_order *orders = mem_new_array(mem, struct vendor_order, len + 1);
    struct identifier name = {IDENTIFIER_DNS, "host7.example7.com"};
    const struct inventory *few, *many;
    double start;

    for (size_t i = 0; i < len; i++)
        make_order(mem, &orders[i], i);
    few = inventory_new(mem, orders + 7, len > 7 ? 1 : 0, suffixes);
    start = cpu_us();
    many = inventory_new(mem, orders, len, suffixes);
    printf("index of %zu orders  %.0f us\n", len, cpu_us() - start);
    for (enum vendor vendor = VENDOR_LOCAL; vendor < VENDORS; vendor++) {
        struct facts among_few = facts_for(vendor, few, suffixes, &name);
        struct facts among_many = facts_for(vendor, many, suffixes, &name);

        printf("%-16s among 1  %.2f us   among %zu  %.2f us\n", vendor_words[vendor],
            decision_us(&among_few), len, decision_us(&among_many));
    }
    bench_store(&(struct bench){mem, suffixes, orders, len, 0, 0});
    mem_free(mem);
    return 0;
}
