/* cmd_eab - `countersign eab`: makes, lists and revokes external account keys (RFC 8555, 7.3.4) on
 * the running server, and prints what its clients are to be told. */
#include "server/command.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/unit.h"
#include "server/admin_command.h"
#include "server/config_form.h"

#define REQUEST_MAX (1024 * 1024)

enum {
    OPTION_CONFIG = 1,
    OPTION_JSON,
    OPTION_TENANT,
    OPTION_LABEL,
    OPTION_NAME,
    OPTION_PROFILE,
    OPTION_USES,
    OPTION_EXPIRES,
    OPTION_PREVALIDATED,
    OPTION_ACTIONS,
    OPTION_BUDGET,
    OPTION_GIVEN_NAME,
    OPTION_SURNAME,
    OPTION_ORGANIZATION
};

static const struct option create_options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"json", no_argument, NULL, OPTION_JSON},
    {"tenant", required_argument, NULL, OPTION_TENANT},
    {"label", required_argument, NULL, OPTION_LABEL},
    {"name", required_argument, NULL, OPTION_NAME},
    {"profile", required_argument, NULL, OPTION_PROFILE},
    {"uses", required_argument, NULL, OPTION_USES},
    {"expires", required_argument, NULL, OPTION_EXPIRES},
    {"prevalidated", no_argument, NULL, OPTION_PREVALIDATED},
    {"actions", required_argument, NULL, OPTION_ACTIONS},
    {"budget", required_argument, NULL, OPTION_BUDGET},
    {"given-name", required_argument, NULL, OPTION_GIVEN_NAME},
    {"surname", required_argument, NULL, OPTION_SURNAME},
    {"organization", required_argument, NULL, OPTION_ORGANIZATION},
    {NULL, 0, NULL, 0},
};

/* list, revoke */
static const struct option plain_options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"json", no_argument, NULL, OPTION_JSON},
    {NULL, 0, NULL, 0},
};

/* What the words on the command line say. Lists are JSON texts in the making. */
struct wish {
    void *mem;
    const char *command; /* "eab create" */
    const char *config;  /* NULL: the embedded default */
    bool json;
    const char *tenant, *label;
    const char *given_name, *surname, *organization;
    struct buf names, profiles, actions;
    int64_t uses; /* 0: not said */
    int64_t lifetime_s;
    bool prevalidated;
    int64_t budget_orders, budget_period_s; /* period 0: not said */
};

static void add_to_list(struct buf *list, const char *word)
{
    struct json_out w;

    json_begin(&w, list);
    w.comma = list->len > 0;
    json_add_string(&w, NULL, word);
}

static int take_number(struct wish *wish, int option)
{
    if (option == OPTION_EXPIRES)
        return unit_parse_duration(optarg, &wish->lifetime_s) && wish->lifetime_s > 0
                   ? EXIT_SUCCESS
                   : command_misused(wish->command,
                         "--expires \"%s\" is not a time such as 30d or 12h", optarg);
    if (strcmp(optarg, "unlimited") == 0)
        wish->uses = -1;
    else if (!unit_parse_number(optarg, &wish->uses) || wish->uses < 1)
        return command_misused(
            wish->command, "--uses \"%s\" is neither a number nor unlimited", optarg);
    return EXIT_SUCCESS;
}

/* "enroll,reissue" */
static void take_actions(struct wish *wish, const char *words)
{
    for (;;) {
        size_t len = strcspn(words, ",");

        add_to_list(&wish->actions, mem_strndup(wish->mem, words, len));
        if (words[len] == '\0')
            return;
        words += len + 1;
    }
}

/* "5/30d", "0/30d" */
static int take_budget(struct wish *wish, const char *text)
{
    size_t len = strcspn(text, "/");

    return text[len] == '/' &&
                   unit_parse_number(mem_strndup(wish->mem, text, len), &wish->budget_orders) &&
                   unit_parse_duration(text + len + 1, &wish->budget_period_s) &&
                   wish->budget_period_s > 0
               ? EXIT_SUCCESS
               : command_misused(wish->command,
                     "--budget \"%s\" is not a number and a time such as 5/30d", text);
}

static int take_option(struct wish *wish, int option)
{
    switch (option) {
    case OPTION_CONFIG:
        wish->config = optarg;
        return EXIT_SUCCESS;
    case OPTION_JSON:
        wish->json = true;
        return EXIT_SUCCESS;
    case OPTION_TENANT:
        wish->tenant = optarg;
        return EXIT_SUCCESS;
    case OPTION_LABEL:
        wish->label = optarg;
        return EXIT_SUCCESS;
    case OPTION_NAME:
        add_to_list(&wish->names, optarg);
        return EXIT_SUCCESS;
    case OPTION_PROFILE:
        add_to_list(&wish->profiles, optarg);
        return EXIT_SUCCESS;
    case OPTION_PREVALIDATED:
        wish->prevalidated = true;
        return EXIT_SUCCESS;
    case OPTION_ACTIONS:
        take_actions(wish, optarg);
        return EXIT_SUCCESS;
    case OPTION_BUDGET:
        return take_budget(wish, optarg);
    case OPTION_GIVEN_NAME:
        wish->given_name = optarg;
        return EXIT_SUCCESS;
    case OPTION_SURNAME:
        wish->surname = optarg;
        return EXIT_SUCCESS;
    case OPTION_ORGANIZATION:
        wish->organization = optarg;
        return EXIT_SUCCESS;
    case OPTION_USES:
    case OPTION_EXPIRES:
        return take_number(wish, option);
    default:
        return EXIT_USAGE;
    }
}

static int read_options(struct wish *wish, int argc, char **argv, const struct option *options)
{
    for (int option; (option = command_option(argc, argv, options)) != -1;) {
        int status = take_option(wish, option);

        if (status != EXIT_SUCCESS)
            return status;
    }
    return EXIT_SUCCESS;
}

static int ask(const struct wish *wish, const char *method, const char *path, const char *body,
    const char **text, struct json *answer)
{
    struct admin_question question = {wish->mem, wish->command, wish->config, method, path, body};

    return admin_command_ask(&question, text, answer);
}

/* The members of a list, "a, b". */
static const char *list_of(void *mem, const struct json *at, const char *name)
{
    struct json list, element;
    struct err none = {0};
    const char *text;
    struct buf b;

    buf_init(&b, mem, REQUEST_MAX);
    json_member(at, name, &list);
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &element);
        if (json_as_string(&element, &text, &none) == ERR_OK)
            buf_addf(&b, "%s%s", b.len == 0 ? "" : ", ", text);
    }
    return buf_text(&b);
}

/* create */

static void add_budget(struct json_out *w, const struct wish *wish)
{
    if (wish->budget_period_s == 0)
        return;
    json_open(w, "budget", '{');
    json_add_int(w, "new_orders", wish->budget_orders);
    json_add_int(w, "period_s", wish->budget_period_s);
    json_close(w, '}');
}

static const char *create_body(struct wish *wish)
{
    struct json_out w;
    struct buf b;

    buf_init(&b, wish->mem, REQUEST_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_string(&w, "tenant", wish->tenant);
    json_add_string(&w, "label", wish->label);
    json_add_raw(&w, "names", mem_printf(wish->mem, "[%s]", buf_text(&wish->names)));
    json_add_raw(&w, "profiles", mem_printf(wish->mem, "[%s]", buf_text(&wish->profiles)));
    if (wish->uses != 0)
        json_add_int(&w, "uses", wish->uses);
    json_add_int(&w, "lifetime_s", wish->lifetime_s);
    json_add_bool(&w, "prevalidated", wish->prevalidated);
    if (wish->actions.len > 0)
        json_add_raw(&w, "actions", mem_printf(wish->mem, "[%s]", buf_text(&wish->actions)));
    add_budget(&w, wish);
    json_add_string(&w, "given_name", wish->given_name);
    json_add_string(&w, "surname", wish->surname);
    json_add_string(&w, "organization", wish->organization);
    json_close(&w, '}');
    return buf_text(&b);
}

/* A name to show how the key is used: the first that it is for, if a host has it. */
static const char *example_of(const struct json *made)
{
    struct err none = {0};
    struct json names, first;
    const char *name;

    json_member(made, "names", &names);
    for (size_t i = 0; i < json_len(&names); i++) {
        json_element(&names, i, &first);
        if (json_as_string(&first, &name, &none) == ERR_OK && strchr(name, '@') == NULL)
            return name;
    }
    return "www.example.com";
}

/* What to paste. */
static void print_commands(
    const char *directory, const char *kid, const char *key, const char *name)
{
    printf("certbot:\n"
           "  certbot certonly --server %s --eab-kid %s --eab-hmac-key %s \\\n"
           "    --agree-tos --email you@example.com --standalone --domain %s\n\n",
        directory, kid, key, name);
    printf("acme.sh:\n"
           "  acme.sh --register-account --server %s --eab-kid %s --eab-hmac-key %s\n\n",
        directory, kid, key);
    printf("lego:\n"
           "  lego --server %s --eab --kid %s --hmac %s \\\n"
           "    --accept-tos --email you@example.com --domains %s --http run\n\n",
        directory, kid, key, name);
    printf("Caddy (Caddyfile, at the top):\n"
           "  {\n"
           "      acme_ca %s\n"
           "      acme_eab {\n"
           "          key_id %s\n"
           "          mac_key %s\n"
           "      }\n"
           "  }\n\n",
        directory, kid, key);
    printf("Traefik (static configuration):\n"
           "  certificatesResolvers:\n"
           "    countersign:\n"
           "      acme:\n"
           "        caServer: %s\n"
           "        email: you@example.com\n"
           "        storage: acme.json\n"
           "        eab:\n"
           "          kid: %s\n"
           "          hmacEncoded: %s\n"
           "        httpChallenge:\n"
           "          entryPoint: web\n",
        directory, kid, key);
}

static int create(struct wish *wish, int argc, char **argv)
{
    int status = read_options(wish, argc, argv, create_options);
    const char *text, *kid, *key;
    struct json made;

    if (status == EXIT_SUCCESS)
        status = ask(wish, "POST", "/eab", create_body(wish), &text, &made);
    if (status != EXIT_SUCCESS)
        return status;
    if (wish->json) {
        puts(text);
        return EXIT_SUCCESS;
    }
    kid = admin_command_text(&made, "kid");
    key = admin_command_text(&made, "key");
    printf("kid   %s\nkey   %s\n", kid, key);
    puts("\nThe key is shown this once. Give both to the client, in one of these ways:\n");
    print_commands(admin_command_text(&made, "directory"), kid, key, example_of(&made));
    return EXIT_SUCCESS;
}

/* list */

#define ACTIONS_ALL "enroll, reissue, duplicate, renew"

static const char *actions_of(void *mem, const struct json *key)
{
    const char *actions = list_of(mem, key, "actions");

    return strcmp(actions, ACTIONS_ALL) == 0 ? "all" : actions;
}

static const char *budget_of(void *mem, const struct json *key)
{
    int64_t new_orders = 0, period_s = 0;
    struct err none = {0};
    struct json budget;

    if (json_read_object(key, "budget", JSON_REQUIRED, &budget, &none) != ERR_OK)
        return "profile's";
    json_read_int(&budget, "new_orders", JSON_OPTIONAL, &new_orders, &none);
    json_read_int(&budget, "period_s", JSON_OPTIONAL, &period_s, &none);
    return mem_printf(mem, "%lld/%s", (long long)new_orders, unit_duration(mem, period_s));
}

static void print_row(void *mem, const struct json *key)
{
    struct err none = {0};
    int64_t uses, accounts;
    struct json member;
    const char *names = list_of(mem, key, "names");
    bool prevalidated;

    json_read_int(key, "uses_left", JSON_OPTIONAL, &uses, &none);
    json_read_int(key, "accounts", JSON_OPTIONAL, &accounts, &none);
    json_read_bool(key, "prevalidated", JSON_OPTIONAL, &prevalidated, &none);
    json_member(key, "uses_left", &member);
    printf("%-24s  %-7s  %8lld  %9s  %-20s  %-18s  %-9s  %-12s  %s%s  %s\n",
        admin_command_text(key, "kid"), admin_command_text(key, "state"), (long long)accounts,
        json_absent(&member) ? "unlimited" : mem_printf(mem, "%lld", (long long)uses),
        admin_command_text(key, "expires")[0] == '\0' ? "never"
                                                      : admin_command_text(key, "expires"),
        actions_of(mem, key), budget_of(mem, key), admin_command_text(key, "tenant"),
        names[0] == '\0' ? "any name" : names, prevalidated ? " (prevalidated)" : "",
        admin_command_text(key, "label"));
}

static int list(struct wish *wish, int argc, char **argv)
{
    int status = read_options(wish, argc, argv, plain_options);
    struct json answer, keys, key;
    const char *text;

    if (status == EXIT_SUCCESS)
        status = ask(wish, "GET", "/eab", NULL, &text, &answer);
    if (status != EXIT_SUCCESS)
        return status;
    if (wish->json) {
        puts(text);
        return EXIT_SUCCESS;
    }
    json_member(&answer, "keys", &keys);
    printf("%-24s  %-7s  %8s  %9s  %-20s  %-18s  %-9s  %-12s  %s\n", "KID", "STATE", "ACCOUNTS",
        "USES LEFT", "EXPIRES", "ACTIONS", "BUDGET", "TENANT", "NAMES, LABEL");
    for (size_t i = 0; i < json_len(&keys); i++) {
        json_element(&keys, i, &key);
        print_row(wish->mem, &key);
    }
    return EXIT_SUCCESS;
}

/* revoke */

/* It becomes part of a path. */
static bool is_kid(const char *word)
{
    return word[0] != '\0' && strlen(word) <= 64 &&
           word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789")] == '\0';
}

static int revoke(struct wish *wish, int argc, char **argv)
{
    const char *kid, *text;
    struct json answer;
    int status;

    if (argc < 2 || argv[1][0] == '-')
        return command_misused(wish->command, "say which: eab revoke KID");
    kid = argv[1];
    if (!is_kid(kid))
        return command_misused(wish->command, "\"%s\" is no kid of eab list", kid);
    argv[1] = argv[0];
    status = read_options(wish, argc - 1, argv + 1, plain_options);
    if (status == EXIT_SUCCESS)
        status =
            ask(wish, "POST", mem_printf(wish->mem, "/eab/%s/revoke", kid), NULL, &text, &answer);
    if (status != EXIT_SUCCESS)
        return status;
    if (wish->json)
        puts(text);
    else
        printf("%s is revoked: it makes no more accounts, and those that it made get no more "
               "certificates\n",
            kid);
    return EXIT_SUCCESS;
}

static const struct action {
    const char *name;
    char *command; /* for complaints */
    int (*run)(struct wish *wish, int argc, char **argv);
} actions[] = {
    {"create", (char[]){"eab create"}, create},
    {"list", (char[]){"eab list"}, list},
    {"revoke", (char[]){"eab revoke"}, revoke},
};

static int run_action(const struct action *action, int argc, char **argv)
{
    struct wish wish = {.mem = mem_pool(NULL, 8192), .command = action->command};
    int status;

    buf_init(&wish.names, wish.mem, REQUEST_MAX);
    buf_init(&wish.profiles, wish.mem, REQUEST_MAX);
    buf_init(&wish.actions, wish.mem, REQUEST_MAX);
    argv[0] = action->command;
    status = action->run(&wish, argc, argv);
    mem_free(wish.mem);
    return status;
}

static int run(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(argv[1], actions[i].name) == 0)
            return run_action(&actions[i], argc - 1, argv + 1);
    return command_misused("eab", "say what to do: create, list or revoke KID");
}

const struct command cmd_eab = {
    .name = "eab",
    .line = "Make, list or revoke external account keys on the running server",
    .usage = "eab create|list|revoke [KID] [OPTIONS]",
    .options =
        "  create         make a key and print it, once, with commands for clients\n"
        "  list           show all keys\n"
        "  revoke         revoke the key KID: no more accounts by it, no more certificates for "
        "those it made\n"
        "  --config FILE  the server's configuration; without it, the embedded default\n"
        "  --json         print JSON, for scripts\n"
        "  --tenant WORD  (create) whose accounts they are\n"
        "  --label WORD   (create) a word for people\n"
        "  --name NAME    (create) a name that its accounts may order, with all names below it and "
        "all addresses of\n"
        "                 mail there, or one address; again for more; without it, anything\n"
        "  --profile NAME (create) a profile that they may order from; again for more; without it, "
        "all\n"
        "  --uses NUMBER  (create) how many accounts may be made, or unlimited; without it, one\n"
        "  --expires TIME (create) how long accounts may be made with it: 30d, 12h; without it, "
        "for ever\n"
        "  --prevalidated (create) the names given need no challenge\n"
        "  --actions LIST (create) what its accounts may have done at a vendor: enroll, reissue, "
        "duplicate, renew,\n"
        "                 with commas between; without it, all\n"
        "  --budget N/TIME (create) how many billable actions its tenant may have in a time, such "
        "as 5/30d; without\n"
        "                 it, the profile's\n"
        "  --given-name NAME\n"
        "                 (create) the person whom its accounts order certificates of mail for; "
        "with --surname\n"
        "  --surname NAME (create) that person's family name\n"
        "  --organization NUMBER\n"
        "                 (create) the vendor's number of that person's organization; without it, "
        "the upstream's\n",
    .run = run,
};
