/* bench_policy - what a decision costs, among few orders and among many.
 *
 *     bench_policy [ORDERS]     microseconds of CPU, for each vendor: a decision among one order
 * and among ORDERS (100000) of one tenant; and what the index of them costs
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/public_suffix.h"
#include "policy/inventory.h"
#include "policy/names.h"
#include "policy/policy.h"

#define NOW     INT64_C(1795219200)
#define REPEATS 20000
#define ROUNDS  5

static double cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* Order i: its own name, under one of a hundred domains; every thousandth is being reissued. */
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
        .in_process_len = i % 1000 == 999,
        .certificates = c,
        .certificates_len = 1};
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
    mem_free(mem);
    return 0;
}
