/* cmd_action - `countersign action`: what is done upstream for orders, and where it stands. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/unit.h"
#include "server/admin_command.h"
#include "server/record_command.h"
#include "server/show_action.h"
#include "server/verdict_command.h"

/* Since when it stands as it does. */
static const char *age_of(void *mem, const struct json *action)
{
    int64_t since_s, now_s = clock_now_s();

    if (!clock_parse(admin_command_text(action, "changed"), &since_s) || since_s > now_s)
        return "-";
    if (now_s - since_s >= 2 * 86400)
        return unit_duration(mem, (now_s - since_s) / 86400 * 86400);
    if (now_s - since_s >= 2 * 3600)
        return unit_duration(mem, (now_s - since_s) / 3600 * 3600);
    return unit_duration(
        mem, now_s - since_s >= 120 ? (now_s - since_s) / 60 * 60 : now_s - since_s);
}

static void print_head(void)
{
    printf("%8s  %-8s  %-5s  %7s  %-14s  %-9s  %-16s  %s\n", "NUMBER", "STATE", "SINCE", "ORDER",
        "UPSTREAM", "ACTION", "VENDOR'S ORDER", "WAITS FOR");
}

static void print_line(void *mem, const struct json *action)
{
    const char *vendor_order = admin_command_text(action, "vendor_order");
    const char *waits_for = admin_command_text(action, "waits_for");

    if (vendor_order[0] == '\0')
        vendor_order = admin_command_text(action, "target");
    if (record_int(action, "adopts") != 0)
        waits_for = mem_printf(mem, "action %lld", (long long)record_int(action, "adopts"));
    else if (waits_for[0] == '\0')
        waits_for = admin_command_text(action, "last_error");
    printf("%8lld  %-8s  %-5s  %7lld  %-14s  %-9s  %-16s  %s\n",
        (long long)record_int(action, "id"), admin_command_text(action, "state"),
        age_of(mem, action), (long long)record_int(action, "order"),
        admin_command_text(action, "upstream"), admin_command_text(action, "action"),
        record_or_dash(vendor_order), record_or_dash(waits_for));
}

/* A certificate that came of it and is not what was ordered, for who has to look at it. */
static void print_returned(void *mem, const struct json *action)
{
    struct json returned;

    json_member(action, "returned", &returned);
    if (json_absent(&returned))
        return;
    record_print("returned",
        mem_printf(mem, "%s (%lld times, the last at %s)", admin_command_text(&returned, "detail"),
            (long long)record_int(&returned, "times"), admin_command_text(&returned, "last")));
    printf("\n%s", admin_command_text(&returned, "pem"));
}

static void print_whole(void *mem, const struct json *action)
{
    show_action(action);
    printf("%-14s%lld\n", "order", (long long)record_int(action, "order"));
    print_returned(mem, action);
}

static const struct record_kind kind = {
    .noun = "action",
    .list = (char[]){"action list"},
    .show = (char[]){"action show"},
    .plural = "actions",
    .filters = RECORD_BY_STATE | RECORD_BY_UPSTREAM,
    .which = "NUMBER",
    .print_head = print_head,
    .print_line = print_line,
    .print_whole = print_whole,
};

static int run(int argc, char **argv)
{
    return verdict_command_takes(kind.noun, argc, argv) ? verdict_command_run(kind.noun, argc, argv)
                                                        : record_command_run(&kind, argc, argv);
}

const struct command cmd_action = {
    .name = "action",
    .line = "List what is done upstream for orders, show one action, say what became of it",
    .usage = "action list|show|resolve [NUMBER] [OPTIONS]",
    .options =
        "  list           list the newest actions\n"
        "  show           show the action NUMBER\n"
        "  resolve        say what became of an action in doubt, or with a wrong certificate\n"
        "  --config FILE  the server's configuration; without it, the embedded default\n"
        "  --json         print JSON, for scripts\n"
        "  --limit N      (list) so many at most, 1 to 1000; without it, 100\n"
        "  --before N     (list) only those with lower numbers: the next page\n"
        "  --state WORD   (list) only actions that are deciding, sending, pending, in_doubt, "
        "done or failed\n"
        "  --upstream NAME\n"
        "                 (list) only actions at that upstream\n"
        "  --found ORDER  (resolve) the vendor has it, as that order\n"
        "  --not-sent     (resolve) the vendor never got it: it is sent again\n"
        "  --failed       (resolve) nothing comes of it: its order fails\n"
        "  --reason TEXT  (resolve --failed) why, for the client\n",
    .run = run,
};
