/* cmd_order - `countersign order`: what was ordered from the running server, and all that it has
 * thought, seen and done about it. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "policy/decision_json.h"
#include "policy/explain.h"
#include "server/admin_command.h"
#include "server/record_command.h"
#include "server/show_action.h"
#include "server/show_authorization.h"
#include "server/verdict_command.h"

#define NAMES_SHOWN 3

/* list */

static void print_head(void)
{
    printf("%8s  %-10s  %-20s  %7s  %-12s  %-12s  %-14s  %s\n", "NUMBER", "STATUS", "CREATED",
        "ACCOUNT", "TENANT", "PROFILE", "UPSTREAM", "NAMES");
}

static void print_line(void *mem, const struct json *order)
{
    printf("%8lld  %-10s  %-20s  %7lld  %-12s  %-12s  %-14s  %s\n",
        (long long)record_int(order, "id"), admin_command_text(order, "status"),
        admin_command_text(order, "created"), (long long)record_int(order, "account"),
        record_or_dash(admin_command_text(order, "tenant")), admin_command_text(order, "profile"),
        record_or_dash(admin_command_text(order, "upstream")),
        record_names(mem, order, NAMES_SHOWN));
}

/* show */

static void print_wish(const struct json *order)
{
    const char *wish = admin_command_text(order, "wish");
    const char *id = admin_command_text(order, "wish_order_id");

    if (wish[0] != '\0')
        printf("%-14s%s%s%s\n", "asked for", wish, id[0] == '\0' ? "" : " of order ", id);
}

static void print_error(const struct json *order)
{
    struct json error;

    json_member(order, "error", &error);
    if (!json_absent(&error))
        printf("%-14s%s (%s)\n", "error", admin_command_text(&error, "detail"),
            admin_command_text(&error, "type"));
}

static void print_order(void *mem, const struct json *order)
{
    const char *tenant = admin_command_text(order, "tenant");
    const char *upstream = admin_command_text(order, "upstream");

    printf("%-14s%lld\n", "order", (long long)record_int(order, "id"));
    record_print_member(order, "url", "url");
    record_print("names", record_names(mem, order, SIZE_MAX));
    record_print_member(order, "status", "status");
    print_error(order);
    printf("%-14s%s%s%s\n", "profile", admin_command_text(order, "profile"),
        upstream[0] == '\0' ? "" : ", at ", upstream);
    print_wish(order);
    printf("%-14s%lld%s%s\n", "account", (long long)record_int(order, "account"),
        tenant[0] == '\0' ? "" : ", tenant ", tenant);
    record_print_member(order, "created", "created");
    record_print_member(order, "expires", "expires");
    record_print_member(order, "not_before", "wanted from");
    record_print_member(order, "not_after", "wanted until");
    record_print_member(order, "replaces", "replaces");
    if (record_int(order, "certificate") != 0)
        printf("%-14s%lld, %s\n", "certificate", (long long)record_int(order, "certificate"),
            admin_command_text(order, "certificate_url"));
}

static enum vendor vendor_of(const char *word)
{
    for (int i = 0; vendor_words[i] != NULL; i++)
        if (strcmp(word, vendor_words[i]) == 0)
            return (enum vendor)i;
    return VENDORS;
}

static void print_decision(void *mem, const struct json *order)
{
    struct decision decision;
    struct json at, document;
    struct err e = {0};
    int64_t times;

    json_member(order, "decision", &at);
    if (json_absent(&at))
        return;
    times = record_int(&at, "times");
    printf("\nDecided on %s", admin_command_text(&at, "decided"));
    if (times > 1)
        printf(", for the %lldth time", (long long)times);
    puts("");
    json_member(&at, "document", &document);
    if (decision_json_read(mem, &document, &decision, &e) == ERR_OK)
        fputs(explain_past(mem, vendor_of(admin_command_text(&at, "vendor")), &decision), stdout);
    else
        puts(e.detail);
}

static void print_checks(const struct json *order)
{
    struct err none = {0};
    struct json list, element;
    const char *line;

    json_member(order, "caa", &list);
    if (json_len(&list) > 0)
        printf("\nCAA, asked on %s\n", admin_command_text(order, "caa_checked"));
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &element);
        if (json_as_string(&element, &line, &none) == ERR_OK)
            printf("  %s\n", line);
    }
    if (admin_command_text(order, "checks")[0] != '\0')
        printf("\nAll checks ended well on %s\n", admin_command_text(order, "checked"));
    record_print_lines(admin_command_text(order, "checks"));
}

static void print_whole(void *mem, const struct json *order)
{
    struct json action;

    print_order(mem, order);
    json_member(order, "action", &action);
    if (!json_absent(&action)) {
        puts("");
        show_action(&action);
    }
    print_decision(mem, order);
    print_checks(order);
    puts("");
    show_authorizations(order);
    show_observations(mem, order);
}

static const struct record_kind kind = {
    .noun = "order",
    .list = (char[]){"order list"},
    .show = (char[]){"order show"},
    .plural = "orders",
    .filters = RECORD_BY_ACCOUNT | RECORD_BY_TENANT | RECORD_BY_STATUS | RECORD_BY_NAME |
               RECORD_BY_UPSTREAM,
    .which = "NUMBER or URL",
    .print_head = print_head,
    .print_line = print_line,
    .print_whole = print_whole,
};

static int run(int argc, char **argv)
{
    return verdict_command_takes(kind.noun, argc, argv) ? verdict_command_run(kind.noun, argc, argv)
                                                        : record_command_run(&kind, argc, argv);
}

const struct command cmd_order = {
    .name = "order",
    .line = "List orders, show one with what was decided about it and why, approve or reject it",
    .usage = "order list|show|approve|reject|resend [NUMBER|URL] [OPTIONS]",
    .options = "  list           list the newest orders\n"
               "  show           show the order NUMBER, as order=... in the log has it, or of that "
               "URL\n"
               "  approve        approve the order: it waits for that at the embedded CA\n"
               "  reject         reject it: its client is told\n"
               "  resend         have the vendor mail its links once more to the addresses that it "
               "waits for\n"
               "  --config FILE  the server's configuration; without it, the embedded default\n"
               "  --json         print JSON, for scripts\n"
               "  --limit N      (list) so many at most, 1 to 1000; without it, 100\n"
               "  --before N     (list) only those with lower numbers: the next page\n"
               "  --account N    (list) only orders of that account\n"
               "  --tenant WORD  (list) only orders of that tenant\n"
               "  --status WORD  (list) only orders that are pending, ready, processing, valid or "
               "invalid\n"
               "  --name NAME    (list) only orders of that name\n"
               "  --upstream NAME\n"
               "                 (list) only orders that were finalized at that upstream\n"
               "  --reason TEXT  (reject) why, for the client\n",
    .run = run,
};
