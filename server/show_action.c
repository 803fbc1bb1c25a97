/* show_action - see show_action.h. */
#include "server/show_action.h"

#include <stdio.h>
#include <string.h>

#include "server/admin_command.h"
#include "server/record_command.h"

/* What is done, to which of the vendor's orders, and where. */
static void print_what(const struct json *action)
{
    const char *act = admin_command_text(action, "action");
    const char *target = admin_command_text(action, "target");
    bool sends = strcmp(act, "none") != 0;

    printf("%-14s%lld: %s%s%s%s at %s\n", "action", (long long)record_int(action, "id"),
        sends ? act : "nothing is sent", sends && strcmp(act, "new") == 0 ? " order" : "",
        target[0] == '\0' ? "" : ", about order ", target, admin_command_text(action, "upstream"));
}

static void print_state(const struct json *action)
{
    const char *waits_for = admin_command_text(action, "waits_for");
    int64_t adopts = record_int(action, "adopts");

    printf("%-14s%s since %s%s%s\n", "stands", admin_command_text(action, "state"),
        admin_command_text(action, "changed"), waits_for[0] == '\0' ? "" : ", waits for ",
        waits_for);
    if (adopts != 0)
        printf("%-14s%lld, whose certificate it is to get\n", "joins action", (long long)adopts);
}

void show_action(const struct json *action)
{
    static const struct {
        const char *member, *label;
    } members[] = {
        {"product", "product"},
        {"common_name", "common name"},
        {"vendor_order", "vendor order"},
        {"vendor_request", "its request"},
        {"vendor_certificate", "certificate"},
        {"said", "operator"},
        {"said_why", "because"},
        {"reference", "reference"},
        {"key", "key"},
        {"created", "created"},
        {"sent", "sent"},
        {"next", "next look"},
        {"last_error", "last error"},
    };

    print_what(action);
    print_state(action);
    if (record_flag(action, "billable"))
        record_print("cost", "billable");
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        record_print_member(action, members[i].member, members[i].label);
    if (admin_command_text(action, "csr")[0] != '\0')
        printf("%-14s\n%s", "CSR", admin_command_text(action, "csr"));
}
