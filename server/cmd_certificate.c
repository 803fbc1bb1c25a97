/* cmd_certificate - `countersign certificate`: what the running server has issued. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "server/admin_command.h"
#include "server/record_command.h"
#include "server/revocation_reason.h"
#include "server/revoke_command.h"

#define NAMES_SHOWN 3

static void print_head(void)
{
    printf("%8s  %-7s  %-20s  %7s  %7s  %-12s  %-14s  %-40s  %s\n", "NUMBER", "STATUS", "UNTIL",
        "ORDER", "ACCOUNT", "TENANT", "UPSTREAM", "SERIAL", "NAMES");
}

static void print_line(void *mem, const struct json *certificate)
{
    printf("%8lld  %-7s  %-20s  %7lld  %7lld  %-12s  %-14s  %-40s  %s\n",
        (long long)record_int(certificate, "id"), admin_command_text(certificate, "status"),
        admin_command_text(certificate, "not_after"), (long long)record_int(certificate, "order"),
        (long long)record_int(certificate, "account"),
        record_or_dash(admin_command_text(certificate, "tenant")),
        admin_command_text(certificate, "upstream"), admin_command_text(certificate, "serial"),
        record_names(mem, certificate, NAMES_SHOWN));
}

static void print_revocation(const struct json *certificate)
{
    const char *reason = revocation_reason_word(record_int(certificate, "revocation_reason"));
    const char *revoked = admin_command_text(certificate, "revoked");
    bool says = reason != NULL && record_int(certificate, "revocation_reason") > 0;

    if (revoked[0] != '\0')
        printf("%-14s%s%s%s\n", "revoked", revoked, says ? ", " : "", says ? reason : "");
    record_print_member(certificate, "revoke_at", "to be revoked");
}

/* What became of a revocation at the vendor, and what a person must do. */
static void print_vendor(const struct json *certificate)
{
    const char *state, *detail;
    struct json revocation;

    json_member(certificate, "revocation", &revocation);
    if (json_absent(&revocation))
        return;
    state = admin_command_text(&revocation, "state");
    detail = admin_command_text(&revocation, "detail");
    record_print_member(&revocation, "by", "revoked by");
    if (strcmp(state, "done") == 0)
        printf("%-14s%s\n", "at the vendor", "revoked");
    else if (strcmp(state, "pending") == 0)
        printf("%-14swaits for %s\n", "at the vendor", detail);
    else if (strcmp(state, "refused") == 0)
        printf("%-14sREFUSED: %s. Revoke it in the vendor's console, or clear what is in the way "
               "and say: countersign certificate revoke %lld\n",
            "at the vendor", detail, (long long)record_int(certificate, "id"));
    else
        printf("%-14sbeing told%s%s\n", "at the vendor", detail[0] == '\0' ? "" : ": ", detail);
}

static void print_whole(void *mem, const struct json *certificate)
{
    printf("%-14s%lld\n", "certificate", (long long)record_int(certificate, "id"));
    record_print_member(certificate, "url", "url");
    record_print("names", record_names(mem, certificate, SIZE_MAX));
    record_print_member(certificate, "status", "status");
    record_print_member(certificate, "serial", "serial");
    record_print_member(certificate, "not_before", "from");
    record_print_member(certificate, "not_after", "until");
    print_revocation(certificate);
    print_vendor(certificate);
    record_print_member(certificate, "upstream", "upstream");
    printf("%-14s%lld\n", "order", (long long)record_int(certificate, "order"));
    printf("%-14s%lld\n", "account", (long long)record_int(certificate, "account"));
    record_print_member(certificate, "tenant", "tenant");
    record_print_member(certificate, "renewal_id", "renewal id");
    if (record_int(certificate, "alternate_chains") != 0)
        printf(
            "%-14s%lld\n", "other chains", (long long)record_int(certificate, "alternate_chains"));
}

static const struct record_kind kind = {
    .noun = "certificate",
    .list = (char[]){"certificate list"},
    .show = (char[]){"certificate show"},
    .plural = "certificates",
    .filters = RECORD_BY_ACCOUNT | RECORD_BY_TENANT | RECORD_BY_STATUS | RECORD_BY_NAME |
               RECORD_BY_UPSTREAM,
    .which = "NUMBER, URL or SERIAL",
    .print_head = print_head,
    .print_line = print_line,
    .print_whole = print_whole,
};

static int run(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "revoke") == 0)
        return revoke_command_run(argc, argv);
    return record_command_run(&kind, argc, argv);
}

const struct command cmd_certificate = {
    .name = "certificate",
    .line = "List certificates that were issued, show or revoke one",
    .usage = "certificate list|show|revoke [NUMBER|URL|SERIAL|FILE] [OPTIONS]",
    .options =
        "  list           list the newest certificates\n"
        "  show           show the certificate NUMBER, of that URL, or with that SERIAL "
        "(hexadecimal)\n"
        "  revoke         revoke it, here and at the vendor that issued it; or the one in the "
        "PEM file FILE\n"
        "  --config FILE  the server's configuration; without it, the embedded default\n"
        "  --json         print JSON, for scripts; show: with the certificate and its chain\n"
        "  --limit N      (list) so many at most, 1 to 1000; without it, 100\n"
        "  --before N     (list) only those with lower numbers: the next page\n"
        "  --account N    (list) only certificates of that account\n"
        "  --tenant WORD  (list) only certificates of that tenant\n"
        "  --status WORD  (list) only certificates that are valid, expired or revoked\n"
        "  --name NAME    (list) only certificates for that name, as it was ordered\n"
        "  --upstream NAME\n"
        "                 (list) only certificates from that upstream\n"
        "  --reason WORD  (revoke) unspecified, keyCompromise, affiliationChanged, superseded or\n"
        "                 cessationOfOperation; without it, unspecified\n",
    .run = run,
};
