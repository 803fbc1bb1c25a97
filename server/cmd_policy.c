/* cmd_policy - `countersign policy`: what an order would mean at the vendor, and why; asked of the
 * running server, or without server, store or network from a file of facts. */
#include "server/command.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/b64url.h"
#include "base/cert.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/public_suffix.h"
#include "base/unit.h"
#include "policy/explain.h"
#include "policy/facts_json.h"
#include "policy/policy.h"
#include "server/admin_command.h"

#define FACTS_FILE_MAX ((size_t)128 * 1024 * 1024)
#define CSR_FILE_MAX   ((size_t)64 * 1024)
#define QUESTION_MAX   ((size_t)256 * 1024)

enum {
    OPTION_FACTS = 1,
    OPTION_JSON,
    OPTION_SHOW_FACTS,
    OPTION_CONFIG,
    OPTION_NAMES,
    OPTION_CSR,
    OPTION_ACCOUNT,
    OPTION_TENANT,
    OPTION_PROFILE,
    OPTION_ACTION,
    OPTION_ORDER_ID,
    OPTION_REPLACES,
    OPTION_AT,
    OPTIONS
};

static const struct option explain_options[] = {
    {"facts", required_argument, NULL, OPTION_FACTS},
    {"json", no_argument, NULL, OPTION_JSON},
    {"show-facts", no_argument, NULL, OPTION_SHOW_FACTS},
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"names", required_argument, NULL, OPTION_NAMES},
    {"csr", required_argument, NULL, OPTION_CSR},
    {"account", required_argument, NULL, OPTION_ACCOUNT},
    {"tenant", required_argument, NULL, OPTION_TENANT},
    {"profile", required_argument, NULL, OPTION_PROFILE},
    {"action", required_argument, NULL, OPTION_ACTION},
    {"order-id", required_argument, NULL, OPTION_ORDER_ID},
    {"replaces", required_argument, NULL, OPTION_REPLACES},
    {"at", required_argument, NULL, OPTION_AT},
    {NULL, 0, NULL, 0},
};

/* What the words on the command line say, by option; NULL: nothing. */
struct wish {
    void *mem;
    const char *said[OPTIONS];
};

/* From a file. */

static int explain_file(const struct wish *wish)
{
    const char *path = wish->said[OPTION_FACTS];
    struct decision decision;
    struct facts facts;
    struct err e = {0};
    char *text;

    if (file_read(wish->mem, path, FACTS_FILE_MAX, &text, &e) != ERR_OK) {
        fprintf(stderr, "countersign policy explain: %s\n", e.detail);
        return EXIT_USAGE;
    }
    if (facts_read(wish->mem, bytes_of(text), public_suffixes_new(wish->mem), &facts, &e) !=
        ERR_OK) {
        fprintf(stderr, "countersign policy explain: %s: %s\n", path, e.detail);
        return EXIT_USAGE;
    }
    policy_decide(wish->mem, &facts, &decision);
    if (wish->said[OPTION_JSON] != NULL)
        puts(explain_json(wish->mem, &decision));
    else
        fputs(explain_text(wish->mem, &facts, &decision), stdout);
    return EXIT_SUCCESS;
}

/* From the running server. */

static void add_names(struct json_out *w, const struct wish *wish)
{
    const char *from = wish->said[OPTION_NAMES];

    if (from == NULL)
        return;
    json_open(w, "names", '[');
    while (*from != '\0') {
        size_t len = strcspn(from, ", ");

        if (len > 0)
            json_add_string(w, NULL, mem_strndup(wish->mem, from, len));
        from += len + (from[len] != '\0');
    }
    json_close(w, ']');
}

/* The request that a PEM file holds, as the server takes it. NULL after a complaint. */
static const char *read_csr(const struct wish *wish)
{
    struct err e = {0};
    struct bytes der;
    char *text;

    if (file_read(wish->mem, wish->said[OPTION_CSR], CSR_FILE_MAX, &text, &e) == ERR_OK &&
        cert_pem_read_request(wish->mem, text, &der, &e) == ERR_OK)
        return b64url_encode(wish->mem, der);
    fprintf(stderr, "countersign policy explain: %s: %s\n", wish->said[OPTION_CSR], e.detail);
    return NULL;
}

static const char *answer_of(const struct wish *wish)
{
    if (wish->said[OPTION_SHOW_FACTS] != NULL)
        return "facts";
    return wish->said[OPTION_JSON] != NULL ? "decision" : "text";
}

/* The question as the server takes it. The exit status; unless it is 0, a sentence says why. */
static int make_question(const struct wish *wish, const char **body)
{
    const char *csr = NULL;
    int64_t account = 0;
    struct json_out w;
    struct buf b;

    if (wish->said[OPTION_ACCOUNT] != NULL &&
        !unit_parse_number(wish->said[OPTION_ACCOUNT], &account))
        return command_misused("policy explain",
            "\"%s\" is no number of an account, as account=... in the log is",
            wish->said[OPTION_ACCOUNT]);
    if (wish->said[OPTION_CSR] != NULL && (csr = read_csr(wish)) == NULL)
        return EXIT_USAGE;
    buf_init(&b, wish->mem, QUESTION_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_string(&w, "profile", wish->said[OPTION_PROFILE]);
    add_names(&w, wish);
    json_add_string(&w, "csr", csr);
    if (wish->said[OPTION_ACCOUNT] != NULL)
        json_add_int(&w, "account", account);
    json_add_string(&w, "tenant", wish->said[OPTION_TENANT]);
    json_add_string(&w, "action", wish->said[OPTION_ACTION]);
    json_add_string(&w, "order_id", wish->said[OPTION_ORDER_ID]);
    json_add_string(&w, "replaces", wish->said[OPTION_REPLACES]);
    json_add_string(&w, "at", wish->said[OPTION_AT]);
    json_add_string(&w, "answer", answer_of(wish));
    json_close(&w, '}');
    if (b.overflow)
        return command_misused("policy explain", "there are too many names");
    *body = buf_text(&b);
    return EXIT_SUCCESS;
}

static int explain_live(const struct wish *wish)
{
    struct admin_question question = {
        wish->mem, "policy explain", wish->said[OPTION_CONFIG], "POST", "/policy/explain", NULL};
    struct json answer;
    const char *text;
    int status = make_question(wish, &question.body);

    if (status == EXIT_SUCCESS)
        status = admin_command_ask(&question, &text, &answer);
    if (status != EXIT_SUCCESS)
        return status;
    if (wish->said[OPTION_CSR] == NULL)
        fputs("Without --csr, a new P-256 key is assumed.\n", stderr);
    if (strcmp(answer_of(wish), "text") == 0)
        fputs(admin_command_text(&answer, "text"), stdout);
    else
        puts(text);
    return EXIT_SUCCESS;
}

/* A file says all that the other options would. */
static int check_file_alone(const struct wish *wish)
{
    for (int i = 0; explain_options[i].name != NULL; i++) {
        int option = explain_options[i].val;

        if (wish->said[option] != NULL && option != OPTION_FACTS && option != OPTION_JSON)
            return command_misused("policy explain",
                "--facts FILE says all; --%s is for questions to the running server",
                explain_options[i].name);
    }
    return EXIT_SUCCESS;
}

static int explain(const struct wish *wish)
{
    int status;

    if (wish->said[OPTION_FACTS] != NULL) {
        status = check_file_alone(wish);
        return status == EXIT_SUCCESS ? explain_file(wish) : status;
    }
    if (wish->said[OPTION_NAMES] == NULL && wish->said[OPTION_CSR] == NULL)
        return command_misused("policy explain",
            "say for what: --names a.example,b.example or --csr FILE; or --facts FILE");
    return explain_live(wish);
}

static int run_explain(int argc, char **argv)
{
    struct wish wish = {0};
    int status;

    for (int option; (option = command_option(argc, argv, explain_options)) != -1;) {
        if (option == '?')
            return EXIT_USAGE;
        wish.said[option] = optarg == NULL ? "" : optarg;
    }
    wish.mem = mem_pool(NULL, 64 * 1024);
    status = explain(&wish);
    mem_free(wish.mem);
    return status;
}

/* Does the line say what one before it says? A rule that is asked at two points has two. */
static bool is_repeated(size_t index, const struct rule_line *line)
{
    struct rule_line before;

    for (size_t i = 0; i < index && policy_rule_line(i, &before); i++)
        if (before.vendor == line->vendor && strcmp(before.id, line->id) == 0 &&
            strcmp(before.sentence, line->sentence) == 0)
            return true;
    return false;
}

static int list_rules(int argc, char **argv)
{
    static const struct option none[] = {{NULL, 0, NULL, 0}};
    enum vendor vendor = VENDOR_LOCAL;
    struct rule_line line;

    if (command_option(argc, argv, none) != -1)
        return EXIT_USAGE;
    for (size_t i = 0; policy_rule_line(i, &line); i++) {
        if (line.vendor != vendor)
            printf("%s### %s\n\n| rule | what it says | where that stands |\n|---|---|---|\n",
                i == 0 ? "" : "\n",
                line.vendor == VENDORS ? "The house" : vendor_words[line.vendor]);
        vendor = line.vendor;
        if (!is_repeated(i, &line))
            printf("| %s | %s | %s |\n", line.id, line.sentence, line.source);
    }
    return EXIT_SUCCESS;
}

static int run(int argc, char **argv)
{
    static char explain_name[] = "policy explain", rules_name[] = "policy rules";

    if (argc > 1 && strcmp(argv[1], "explain") == 0) {
        argv[1] = explain_name;
        return run_explain(argc - 1, argv + 1);
    }
    if (argc > 1 && strcmp(argv[1], "rules") == 0) {
        argv[1] = rules_name;
        return list_rules(argc - 1, argv + 1);
    }
    return command_misused("policy", "say what to do: explain or rules");
}

const struct command cmd_policy = {
    .name = "policy",
    .line = "Explain what an order would mean at the vendor, and why",
    .usage = "policy explain|rules [OPTIONS]",
    .options =
        "  explain        ask the running server what an order would mean now, and why; or, with\n"
        "                 --facts, decide on the facts of a file; nothing is ordered\n"
        "  rules          print all rules, vendor by vendor (Markdown)\n"
        "  --names NAMES  the names to be ordered, with commas between; default: those of --csr\n"
        "  --csr FILE     the certificate request, PEM; without it, a new P-256 key is assumed\n"
        "  --account K    the account that orders, by its number; default: a new one\n"
        "  --tenant T     the tenant of a new account; default: none\n"
        "  --profile P    the profile that is ordered from; default: the first\n"
        "  --action A     enroll, reissue, duplicate or renew, asked for outright\n"
        "  --order-id N   the vendor's order that --action is about\n"
        "  --replaces C   the certificate that is replaced: its ARI name, or as the inventory "
        "has it\n"
        "  --at TIME      as if the order came then: 2027-01-01T00:00:00Z\n"
        "  --show-facts   print the facts that it would be decided by, as --facts takes them\n"
        "  --facts FILE   request, inventory and preferences, in JSON: see policy.md\n"
        "  --config FILE  the server's configuration; without it, the embedded default\n"
        "  --json         print JSON, for scripts\n",
    .run = run,
};
