/* cmd_account - `countersign account`: who has an account on the running server. */
#include <stdio.h>

#include "base/mem.h"
#include "server/admin_command.h"
#include "server/record_command.h"

static char *contacts_of(void *mem, const struct json *account)
{
    struct err none = {0};
    struct json list, element;
    const char *contact;
    struct buf b;

    buf_init(&b, mem, 65536);
    json_member(account, "contacts", &list);
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &element);
        if (json_as_string(&element, &contact, &none) == ERR_OK)
            buf_addf(&b, "%s%s", i == 0 ? "" : ", ", contact);
    }
    return buf_text(&b);
}

static void print_head(void)
{
    printf("%8s  %-11s  %-20s  %-16s  %-24s  %s\n", "NUMBER", "STATUS", "CREATED", "TENANT",
        "EXTERNAL ACCOUNT", "CONTACTS");
}

static void print_line(void *mem, const struct json *account)
{
    printf("%8lld  %-11s  %-20s  %-16s  %-24s  %s\n", (long long)record_int(account, "id"),
        admin_command_text(account, "status"), admin_command_text(account, "created"),
        record_or_dash(admin_command_text(account, "tenant")),
        record_or_dash(admin_command_text(account, "eab")),
        record_or_dash(contacts_of(mem, account)));
}

static void print_whole(void *mem, const struct json *account)
{
    struct json former, element;

    printf("%-14s%lld\n", "account", (long long)record_int(account, "id"));
    record_print_member(account, "url", "url");
    record_print_member(account, "status", "status");
    record_print_member(account, "tenant", "tenant");
    record_print_member(account, "eab", "external");
    record_print("contacts", contacts_of(mem, account));
    record_print_member(account, "created", "created");
    record_print_member(account, "thumbprint", "key");
    json_member(account, "former_keys", &former);
    for (size_t i = 0; i < json_len(&former); i++) {
        json_element(&former, i, &element);
        printf("%-14s%s until %s\n", "former key", admin_command_text(&element, "thumbprint"),
            admin_command_text(&element, "until"));
    }
    record_print_member(account, "terms", "terms");
    record_print_member(account, "terms_agreed_at", "agreed");
}

static const struct record_kind kind = {
    .noun = "account",
    .list = (char[]){"account list"},
    .show = (char[]){"account show"},
    .plural = "accounts",
    .filters = RECORD_BY_TENANT | RECORD_BY_STATUS,
    .which = "NUMBER or URL",
    .print_head = print_head,
    .print_line = print_line,
    .print_whole = print_whole,
};

static int run(int argc, char **argv)
{
    return record_command_run(&kind, argc, argv);
}

const struct command cmd_account = {
    .name = "account",
    .line = "List accounts, or show one",
    .usage = "account list|show [NUMBER|URL] [OPTIONS]",
    .options = "  list           list the newest accounts\n"
               "  show           show the account NUMBER, as account=... in the log has it, or of "
               "that URL\n"
               "  --config FILE  the server's configuration; without it, the embedded default\n"
               "  --json         print JSON, for scripts\n"
               "  --limit N      (list) so many at most, 1 to 1000; without it, 100\n"
               "  --before N     (list) only those with lower numbers: the next page\n"
               "  --tenant WORD  (list) only accounts of that tenant\n"
               "  --status WORD  (list) only accounts that are valid, deactivated or revoked\n",
    .run = run,
};
