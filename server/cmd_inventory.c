/* cmd_inventory - `countersign inventory`: tells the running server what a vendor has, from a file,
 * and shows what it knows. */
#include "server/command.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "policy/inventory_csv.h"
#include "policy/inventory_json.h"
#include "policy/order_json.h"
#include "server/admin_command.h"
#include "server/admin_inventory.h"
#include "server/cmd_inventory_sync.h"

#define FILE_MAX    ((size_t)128 * 1024 * 1024)
#define PART_ORDERS 100
#define PART_FULL   ((size_t)128 * 1024) /* a part ends when it is so long */

enum {
    OPTION_CONFIG = 1,
    OPTION_JSON,
    OPTION_UPSTREAM,
    OPTION_VENDOR,
    OPTION_NAME,
    OPTION_STATUS,
    OPTION_FULL
};

#define COMMON                                                                                     \
    {"config", required_argument, NULL, OPTION_CONFIG}, {"json", no_argument, NULL, OPTION_JSON},  \
    {                                                                                              \
        "upstream", required_argument, NULL, OPTION_UPSTREAM                                       \
    }
static const struct option import_options[] = {
    COMMON,
    {"vendor", required_argument, NULL, OPTION_VENDOR},
    {NULL, 0, NULL, 0},
};
static const struct option list_options[] = {
    COMMON,
    {"name", required_argument, NULL, OPTION_NAME},
    {"status", required_argument, NULL, OPTION_STATUS},
    {NULL, 0, NULL, 0},
};
static const struct option show_options[] = {COMMON, {NULL, 0, NULL, 0}};
static const struct option sync_options[] = {
    COMMON,
    {"full", no_argument, NULL, OPTION_FULL},
    {NULL, 0, NULL, 0},
};

struct wish {
    void *mem;
    const char *command; /* "inventory import" */
    const char *config;  /* NULL: the embedded default */
    const char *subject; /* the FILE or ID */
    const char *upstream, *vendor, *name, *status;
    bool json, full;
};

static int read_options(struct wish *wish, int argc, char **argv, const struct option *options)
{
    for (int option; (option = command_option(argc, argv, options)) != -1;) {
        switch (option) {
        case OPTION_CONFIG:
            wish->config = optarg;
            break;
        case OPTION_JSON:
            wish->json = true;
            break;
        case OPTION_UPSTREAM:
            wish->upstream = optarg;
            break;
        case OPTION_VENDOR:
            wish->vendor = optarg;
            break;
        case OPTION_NAME:
            wish->name = optarg;
            break;
        case OPTION_STATUS:
            wish->status = optarg;
            break;
        case OPTION_FULL:
            wish->full = true;
            break;
        default:
            return EXIT_USAGE;
        }
    }
    return EXIT_SUCCESS;
}

/* Does the next word belong to this one? */
static bool takes_next(const char *word, const struct option *options)
{
    for (; options->name != NULL; options++)
        if (strcmp(word + strspn(word, "-"), options->name) == 0)
            return options->has_arg == required_argument;
    return false;
}

/* The same, with one word among them that is no option. */
static int read_subject(
    struct wish *wish, int argc, char **argv, const struct option *options, const char *otherwise)
{
    int at = 1;

    while (at < argc && argv[at][0] == '-')
        at += takes_next(argv[at], options) ? 2 : 1;
    if (at >= argc)
        return command_misused(wish->command, "%s", otherwise);
    wish->subject = argv[at];
    memmove(argv + 1, argv, (size_t)at * sizeof *argv);
    return read_options(wish, argc - 1, argv + 1, options);
}

/* import */

static bool is_csv(const char *path)
{
    size_t len = strlen(path);

    return len > 4 && strcmp(path + len - 4, ".csv") == 0;
}

static enum err_code read_file(const struct wish *wish, struct inventory_report *out, struct err *e)
{
    struct json at;
    char *text;

    if (file_read(wish->mem, wish->subject, FILE_MAX, &text, e) != ERR_OK)
        return e->code;
    if (is_csv(wish->subject))
        return inventory_csv_read(wish->mem, bytes_of(text), out, e);
    if (json_parse(wish->mem, bytes_of(text), "the inventory", &at, e) != ERR_OK)
        return e->code;
    return inventory_json_read(wish->mem, &at, out, e);
}

struct counts {
    int64_t inserted, updated, unchanged;
    bool validations_changed;
};

static void count(struct counts *counts, const struct json *answer)
{
    struct err none = {0};
    int64_t number = 0;
    bool changed = false;

    json_read_int(answer, "inserted", JSON_OPTIONAL, &number, &none);
    counts->inserted += number;
    json_read_int(answer, "updated", JSON_OPTIONAL, &number, &none);
    counts->updated += number;
    json_read_int(answer, "unchanged", JSON_OPTIONAL, &number, &none);
    counts->unchanged += number;
    json_read_bool(answer, "validations_changed", JSON_OPTIONAL, &changed, &none);
    counts->validations_changed |= changed;
}

/* Sends the orders from *from on, as many as make a part; the validations go with the first. */
static int send_part(const struct wish *wish, const struct inventory_report *report, size_t *from,
    struct counts *counts)
{
    void *mem = mem_pool(NULL, 65536);
    struct admin_question question = {
        mem, wish->command, wish->config, "POST", "/inventory/import", NULL};
    size_t end = *from + PART_ORDERS;
    struct json_out w;
    struct json answer;
    struct buf b;
    const char *text;
    int status;

    buf_init(&b, mem, ADMIN_INVENTORY_BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_string(&w, "upstream", wish->upstream);
    json_add_string(&w, "vendor", wish->vendor);
    json_open(&w, "inventory", '{');
    if (*from == 0)
        validations_json_add(&w, "validations", &report->validations);
    json_open(&w, "orders", '[');
    for (; *from < end && *from < report->orders_len && b.len < PART_FULL; ++*from) {
        json_open(&w, NULL, '{');
        order_json_add(&w, &report->orders[*from]);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    json_close(&w, '}');
    json_close(&w, '}');
    question.body = buf_text(&b);
    status = b.overflow ? command_misused(
                              wish->command, "order %s is too large", report->orders[*from - 1].id)
                        : admin_command_ask(&question, &text, &answer);
    if (status == EXIT_SUCCESS)
        count(counts, &answer);
    mem_free(mem);
    return status;
}

static void print_counts(const struct wish *wish, const struct counts *counts)
{
    if (wish->json) {
        printf("{\"inserted\":%" PRId64 ",\"updated\":%" PRId64 ",\"unchanged\":%" PRId64
               ",\"validations_changed\":%s}\n",
            counts->inserted, counts->updated, counts->unchanged,
            counts->validations_changed ? "true" : "false");
        return;
    }
    printf("%s: %" PRId64 " orders are new, %" PRId64 " were updated, %" PRId64
           " were known already%s\n",
        wish->upstream, counts->inserted, counts->updated, counts->unchanged,
        counts->validations_changed ? "; validations were updated" : "");
    if (counts->inserted == 0 && counts->updated == 0 && !counts->validations_changed)
        puts("Nothing was changed.");
}

static int import(struct wish *wish, int argc, char **argv)
{
    int status = read_subject(
        wish, argc, argv, import_options, "say from what: inventory import FILE --upstream NAME");
    struct inventory_report report;
    struct counts counts = {0};
    struct err e = {0};
    size_t sent = 0;

    if (status != EXIT_SUCCESS)
        return status;
    if (wish->upstream == NULL)
        return command_misused(wish->command, "--upstream NAME is missing");
    if (read_file(wish, &report, &e) != ERR_OK) {
        fprintf(stderr, "countersign %s: %s: %s\n", wish->command, wish->subject, e.detail);
        return EXIT_USAGE;
    }
    do
        status = send_part(wish, &report, &sent, &counts);
    while (status == EXIT_SUCCESS && sent < report.orders_len);
    if (status == EXIT_SUCCESS)
        print_counts(wish, &counts);
    return status;
}

/* list */

/* What is validated apart from orders, at the upstream or, for NULL, all. */
static int ask_validations(const struct wish *wish, void *mem, const char *upstream,
    struct json *inventories, const char **text)
{
    struct admin_question question = {
        mem, wish->command, wish->config, "POST", "/inventory/validations", "{}"};
    struct json *answer = mem_new(mem, struct json);
    struct json_out w;
    struct buf b;
    int status;

    buf_init(&b, mem, 4096);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_string(&w, "upstream", upstream);
    json_close(&w, '}');
    question.body = buf_text(&b);
    status = admin_command_ask(&question, text, answer);
    if (status == EXIT_SUCCESS)
        json_member(answer, "inventories", inventories);
    return status;
}

/* One page of what the options ask for; *next: after which order the next begins, 0: none. */
static int ask_page(const struct wish *wish, void *mem, const char *id, int64_t *next,
    struct json *orders, const char **text)
{
    struct admin_question question = {
        mem, wish->command, wish->config, "POST", "/inventory/list", NULL};
    struct err none = {0};
    struct json *answer = mem_new(mem, struct json);
    struct json_out w;
    struct buf b;
    int status;

    buf_init(&b, mem, ADMIN_INVENTORY_BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_string(&w, "upstream", wish->upstream);
    json_add_string(&w, "id", id);
    json_add_string(&w, "name", wish->name);
    json_add_string(&w, "status", wish->status);
    json_add_int(&w, "after", *next);
    json_close(&w, '}');
    question.body = buf_text(&b);
    status = admin_command_ask(&question, text, answer);
    *next = 0;
    if (status != EXIT_SUCCESS)
        return status;
    json_read_int(answer, "next", JSON_OPTIONAL, next, &none);
    json_member(answer, "orders", orders);
    return EXIT_SUCCESS;
}

static const char *or_dash(const char *text)
{
    return text[0] == '\0' ? "-" : text;
}

/* "a.example, b.example" */
static const char *names_of(void *mem, const struct json *order, const char *member)
{
    struct json list, element;
    struct err none = {0};
    const char *text;
    struct buf b;

    buf_init(&b, mem, FILE_MAX);
    json_member(order, member, &list);
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &element);
        if (json_as_string(&element, &text, &none) == ERR_OK)
            buf_addf(&b, "%s%s", b.len == 0 ? "" : ", ", text);
    }
    return buf_text(&b);
}

static void print_row(void *mem, const struct json *item)
{
    struct json order, certificates;

    json_member(item, "order", &order);
    json_member(&order, "certificates", &certificates);
    printf("%-12s  %-20s  %-8s  %-10s  %-6s  %-20s  %5zu  %s%s\n",
        admin_command_text(item, "upstream"), admin_command_text(&order, "id"),
        admin_command_text(&order, "status"), or_dash(admin_command_text(&order, "tenant")),
        or_dash(admin_command_text(&order, "validation")),
        or_dash(admin_command_text(&order, "order_end")), json_len(&certificates),
        or_dash(names_of(mem, &order, "names")),
        admin_command_text(item, "contradiction")[0] == '\0' ? "" : "  (contradictory)");
}

/* Pages follow each other in one list. */
static void print_page(void *mem, const struct wish *wish, const struct json *orders, bool first)
{
    struct json item;

    if (first && !wish->json)
        printf("%-12s  %-20s  %-8s  %-10s  %-6s  %-20s  %5s  %s\n", "UPSTREAM", "ORDER", "STATUS",
            "TENANT", "LEVEL", "ENDS", "CERTS", "NAMES");
    for (size_t i = 0; i < json_len(orders); i++) {
        json_element(orders, i, &item);
        print_row(mem, &item);
    }
}

/* Is the name the domain, below it, or an address there? */
static bool covers(const char *domain, const char *name)
{
    size_t domain_len = strlen(domain), name_len = strlen(name);
    const char *tail = name + name_len - domain_len;

    return name_len >= domain_len && strcmp(tail, domain) == 0 &&
           (tail == name || tail[-1] == '.' || tail[-1] == '@');
}

static bool covers_any(const char *domain, const char *const *names)
{
    bool any = names == NULL || names[0] == NULL;

    for (; names != NULL && *names != NULL; names++)
        any |= covers(domain, *names);
    return any;
}

/* That it ends before renewals need it. */
static void print_lapse(const struct json *lapse)
{
    const char *trouble = admin_command_text(lapse, "trouble");
    struct err none = {0};
    int64_t certificates = 0;
    bool renewing = false;

    json_read_int(lapse, "certificates", JSON_OPTIONAL, &certificates, &none);
    json_read_bool(lapse, "renewing", JSON_OPTIONAL, &renewing, &none);
    printf("  LAPSES before %lld certificate%s renew%s, the first from %s%s%s%s",
        (long long)certificates, certificates == 1 ? "" : "s", certificates == 1 ? "s" : "",
        admin_command_text(lapse, "next_renewal"), renewing ? "; being validated anew" : "",
        trouble[0] == '\0' ? "" : "; ", trouble);
}

/* What it is, of which kind ("organization", "domain", ...) and name; marked if it is among the
 * item's lapses. */
static void print_validation(const struct json *item, const char *until, const char *what,
    const char *kind, const char *name, bool *first)
{
    struct json lapses, lapse;

    if (*first)
        printf("\n%-12s  %-20s  %s\n", "UPSTREAM", "VALID UNTIL", "VALIDATED");
    printf("%-12s  %-20s  %s", admin_command_text(item, "upstream"), or_dash(until), what);
    json_member(item, "lapses", &lapses);
    for (size_t i = 0; i < json_len(&lapses); i++) {
        json_element(&lapses, i, &lapse);
        if (strcmp(admin_command_text(&lapse, "what"), kind) == 0 &&
            strcmp(admin_command_text(&lapse, "name"), name) == 0)
            print_lapse(&lapse);
    }
    putchar('\n');
    *first = false;
}

/* The organisation, and the domains that cover one of the names; NULL: all. */
static void print_validations(const struct json *inventories, const char *const *names)
{
    struct json item, validations, domains, domain;
    bool first = true;

    for (size_t i = 0; i < json_len(inventories); i++) {
        const char *until, *name;

        json_element(inventories, i, &item);
        json_member(&item, "validations", &validations);
        until = admin_command_text(&validations, "organization_until");
        if (until[0] != '\0')
            print_validation(&item, until, "the organisation", "organization", "", &first);
        json_member(&validations, "domains", &domains);
        for (size_t j = 0; j < json_len(&domains); j++) {
            json_element(&domains, j, &domain);
            name = admin_command_text(&domain, "name");
            if (covers_any(name, names))
                print_validation(
                    &item, admin_command_text(&domain, "until"), name, "domain", name, &first);
        }
    }
}

/* Behind the orders; a list of those of one status is about nothing else. */
static int list_validations(const struct wish *wish)
{
    const char *const names[] = {wish->name, NULL};
    struct json inventories = {0};
    const char *text = "";
    int status = EXIT_SUCCESS;

    if (wish->status == NULL)
        status = ask_validations(wish, wish->mem, wish->upstream, &inventories, &text);
    if (status != EXIT_SUCCESS)
        return status;
    if (wish->json)
        printf("]%s%s\n", wish->status == NULL ? "," : "}", wish->status == NULL ? text + 1 : "");
    else if (wish->status == NULL)
        print_validations(&inventories, names);
    return EXIT_SUCCESS;
}

/* The elements of the answer's list, as they came: {"orders":[...] and what is behind. */
static void print_elements(const char *text, bool first)
{
    const char *from = strchr(text, '[') + 1, *to = strrchr(text, ']');

    if (to > from)
        printf("%s%.*s", first ? "" : ",", (int)(to - from), from);
}

static int list(struct wish *wish, int argc, char **argv)
{
    int status = read_options(wish, argc, argv, list_options);
    bool first = true;
    int64_t next = 0;

    while (status == EXIT_SUCCESS) {
        void *mem = mem_pool(NULL, 65536);
        struct json orders;
        const char *text;

        status = ask_page(wish, mem, NULL, &next, &orders, &text);
        if (status == EXIT_SUCCESS && wish->json) {
            fputs(first ? "{\"orders\":[" : "", stdout);
            print_elements(text, first);
        } else if (status == EXIT_SUCCESS) {
            print_page(mem, wish, &orders, first);
        }
        mem_free(mem);
        first = false;
        if (next == 0)
            break;
    }
    return status == EXIT_SUCCESS ? list_validations(wish) : status;
}

/* show */

static void print_member(const struct json *at, const char *member, const char *label)
{
    const char *text = admin_command_text(at, member);

    if (text[0] != '\0')
        printf("%-16s%s\n", label, text);
}

static void print_flag(const struct json *at, const char *member, const char *sentence)
{
    struct err none = {0};
    bool set = false;

    json_read_bool(at, member, JSON_OPTIONAL, &set, &none);
    if (set)
        printf("%-16s%s\n", "", sentence);
}

static void print_certificate(const struct json *c)
{
    struct err none = {0};
    bool revoked = false;
    const char *revoke_at = admin_command_text(c, "revoke_at");

    json_read_bool(c, "revoked", JSON_OPTIONAL, &revoked, &none);
    printf("%-20s  %-9s  %-20s  %-20s  %-16s  %s%s%s\n", admin_command_text(c, "id"),
        or_dash(admin_command_text(c, "kind")), or_dash(admin_command_text(c, "not_before")),
        or_dash(admin_command_text(c, "not_after")), or_dash(admin_command_text(c, "holder")),
        or_dash(admin_command_text(c, "spki")),
        revoked                ? "  revoked"
        : revoke_at[0] != '\0' ? "  will be revoked "
                               : "",
        revoked ? "" : revoke_at);
}

static void print_lists(const struct json *order)
{
    struct json list, element;

    json_member(order, "in_process", &list);
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &element);
        printf("%-16s%s since %s, for %s\n", "in process", admin_command_text(&element, "action"),
            or_dash(admin_command_text(&element, "since")),
            or_dash(admin_command_text(&element, "account")));
    }
    json_member(order, "certificates", &list);
    if (json_len(&list) > 0)
        printf("\n%-20s  %-9s  %-20s  %-20s  %-16s  %s\n", "CERTIFICATE", "KIND", "FROM", "UNTIL",
            "HOLDER", "KEY");
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &element);
        print_certificate(&element);
    }
}

/* Of the order's own validations; those of the upstream follow below. */
static void print_order_lapses(const struct json *item)
{
    struct json lapses, lapse;

    json_member(item, "lapses", &lapses);
    for (size_t i = 0; i < json_len(&lapses); i++) {
        const char *what;

        json_element(&lapses, i, &lapse);
        what = admin_command_text(&lapse, "what");
        if (strncmp(what, "order_", 6) != 0)
            continue;
        printf("%-16s%s", "", strcmp(what, "order_domain") == 0 ? "domains:" : "organisation:");
        print_lapse(&lapse);
        putchar('\n');
    }
}

static void print_order(void *mem, const struct json *item)
{
    static const struct {
        const char *member, *label;
    } members[] = {
        {"status", "status"},
        {"tenant", "tenant"},
        {"product", "product"},
        {"brand", "brand"},
        {"validation", "validation"},
        {"first_issued", "first issued"},
        {"order_end", "ends"},
        {"domain_validation_until", "domains until"},
        {"organization_validation_until", "organisation"},
    };
    struct json order;

    json_member(item, "order", &order);
    printf("%-16s%s at %s (%s)\n", "order", admin_command_text(&order, "id"),
        admin_command_text(item, "upstream"), admin_command_text(item, "vendor"));
    printf("%-16s%s\n", "names", or_dash(names_of(mem, &order, "names")));
    if (names_of(mem, &order, "issued_names")[0] != '\0')
        printf("%-16s%s\n", "as issued", names_of(mem, &order, "issued_names"));
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        print_member(&order, members[i].member, members[i].label);
    print_order_lapses(item);
    print_flag(&order, "free", "free of charge");
    print_flag(&order, "renewed", "renewed by another order");
    print_flag(&order, "automatic_validation", "the vendor validates it by itself");
    print_member(item, "changed", "last news");
    print_member(item, "contradiction", "contradictory");
    print_lists(&order);
}

/* Those of its upstream that concern its names. */
static int show_validations(const struct wish *wish, const struct json *item)
{
    struct json order, list, element, inventories;
    struct err none = {0};
    const char **names, *text;
    int status;

    json_member(item, "order", &order);
    json_member(&order, "names", &list);
    names = mem_new_array(wish->mem, const char *, json_len(&list) + 1);
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &element);
        json_as_string(&element, &names[i], &none);
    }
    status =
        ask_validations(wish, wish->mem, admin_command_text(item, "upstream"), &inventories, &text);
    if (status == EXIT_SUCCESS && names[0] != NULL)
        print_validations(&inventories, names);
    return status;
}

static int show_one(struct wish *wish, const struct json *orders)
{
    struct json item;

    if (json_len(orders) == 0) {
        fprintf(stderr, "countersign %s: no order %s is known\n", wish->command, wish->subject);
        return EXIT_FAILURE;
    }
    if (json_len(orders) > 1)
        return command_misused(wish->command,
            "several upstreams have an order %s: say which, with --upstream", wish->subject);
    json_element(orders, 0, &item);
    print_order(wish->mem, &item);
    return show_validations(wish, &item);
}

static int show(struct wish *wish, int argc, char **argv)
{
    int status = read_subject(wish, argc, argv, show_options, "say which: inventory show ID");
    struct json orders;
    const char *text;
    int64_t next = 0;

    if (status == EXIT_SUCCESS)
        status = ask_page(wish, wish->mem, wish->subject, &next, &orders, &text);
    if (status != EXIT_SUCCESS)
        return status;
    if (wish->json && json_len(&orders) > 0) {
        puts(text);
        return EXIT_SUCCESS;
    }
    return show_one(wish, &orders);
}

/* sync */

static int sync_now(struct wish *wish, int argc, char **argv)
{
    int status = read_options(wish, argc, argv, sync_options);

    if (status != EXIT_SUCCESS)
        return status;
    if (wish->upstream == NULL)
        return command_misused(wish->command, "--upstream NAME is missing");
    return inventory_sync_run(
        wish->mem, wish->command, wish->config, wish->upstream, wish->full, wish->json);
}

static const struct verb {
    const char *name;
    char *command; /* for complaints */
    int (*run)(struct wish *wish, int argc, char **argv);
} actions[] = {
    {"import", (char[]){"inventory import"}, import},
    {"list", (char[]){"inventory list"}, list},
    {"show", (char[]){"inventory show"}, show},
    {"sync", (char[]){"inventory sync"}, sync_now},
};

static int run(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof actions / sizeof actions[0]; i++) {
        struct wish wish = {.command = actions[i].command};
        int status;

        if (strcmp(argv[1], actions[i].name) != 0)
            continue;
        wish.mem = mem_pool(NULL, 65536);
        argv[1] = actions[i].command;
        status = actions[i].run(&wish, argc - 1, argv + 1);
        mem_free(wish.mem);
        return status;
    }
    return command_misused("inventory", "say what to do: import FILE, list, show ID or sync");
}

const struct command cmd_inventory = {
    .name = "inventory",
    .line = "Tell the running server what a vendor has, or show what it knows",
    .usage = "inventory import|list|show|sync [FILE|ID] [OPTIONS]",
    .options =
        "  import         merge the orders of FILE, JSON or (named .csv) CSV: see inventory.md\n"
        "  list           show all orders that are known, and what is validated\n"
        "  show           show the order ID, as the vendor calls it, with its certificates\n"
        "  sync           have the server read a vendor's inventory now, and wait for it\n"
        "  --config FILE  the server's configuration; without it, the embedded default\n"
        "  --json         print JSON, for scripts\n"
        "  --upstream NAME\n"
        "                 whose orders; needed to import and to sync\n"
        "  --full         (sync) all of it, not only what has changed since the last time\n"
        "  --vendor WORD  (import) whose upstream it is: local, digicert, digicert-client, tencent "
        "or huawei; needed\n"
        "                 the first time\n"
        "  --name NAME    (list) only orders that have the name, and domains that cover it\n"
        "  --status WORD  (list) only orders that are issued, pending, rejected, canceled, "
        "revoked, "
        "expired,\n"
        "                 refunded or prepaid\n",
    .run = run,
};
