/* record_command - see record_command.h. */
#include "server/record_command.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/unit.h"
#include "server/admin_command.h"
#include "server/admin_record.h"

#define BODY_MAX 8192

enum {
    OPTION_CONFIG = 1,
    OPTION_JSON,
    OPTION_LIMIT,
    OPTION_BEFORE,
    OPTION_ACCOUNT,
    OPTION_TENANT,
    OPTION_STATUS,
    OPTION_NAME,
    OPTION_UPSTREAM
};

/* What the words on the command line say. */
struct asked {
    struct admin_question question;
    const struct record_kind *kind;
    const char *which; /* the word after `show`, or NULL */
    const char *account, *tenant, *status, *name, *upstream;
    int64_t limit, before;
    bool json;
};

/* Options. */

#define OPTIONS_MAX 12

static void add_option(struct option *options, const char *name, int has_value, int value)
{
    size_t len = 0;

    while (options[len].name != NULL)
        len++;
    options[len] = (struct option){name, has_value, NULL, value};
    options[len + 1] = (struct option){NULL, 0, NULL, 0};
}

/* Those that the command takes, so that any other is a mistake. */
static void make_options(const struct record_kind *kind, bool is_list, struct option *options)
{
    static const struct {
        enum record_filter filter;
        const char *name;
        int value;
    } filters[] = {
        {RECORD_BY_ACCOUNT, "account", OPTION_ACCOUNT},
        {RECORD_BY_TENANT, "tenant", OPTION_TENANT},
        {RECORD_BY_STATUS, "status", OPTION_STATUS},
        {RECORD_BY_STATE, "state", OPTION_STATUS},
        {RECORD_BY_NAME, "name", OPTION_NAME},
        {RECORD_BY_UPSTREAM, "upstream", OPTION_UPSTREAM},
    };

    options[0] = (struct option){NULL, 0, NULL, 0};
    add_option(options, "config", required_argument, OPTION_CONFIG);
    add_option(options, "json", no_argument, OPTION_JSON);
    if (!is_list)
        return;
    add_option(options, "limit", required_argument, OPTION_LIMIT);
    add_option(options, "before", required_argument, OPTION_BEFORE);
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
        if ((kind->filters & filters[i].filter) != 0)
            add_option(options, filters[i].name, required_argument, filters[i].value);
}

static int read_number(
    const struct asked *asked, const char *option, const char *text, int64_t max, int64_t *out)
{
    if (unit_parse_number(text, out) && *out >= 1 && *out <= max)
        return EXIT_SUCCESS;
    return command_misused(asked->question.command, "%s takes a number, 1 to %lld, not \"%s\"",
        option, (long long)max, text);
}

static int take_option(struct asked *asked, int option)
{
    switch (option) {
    case OPTION_CONFIG:
        asked->question.config = optarg;
        return EXIT_SUCCESS;
    case OPTION_JSON:
        asked->json = true;
        return EXIT_SUCCESS;
    case OPTION_LIMIT:
        return read_number(asked, "--limit", optarg, ADMIN_RECORDS_MAX, &asked->limit);
    case OPTION_BEFORE:
        return read_number(asked, "--before", optarg, INT64_MAX, &asked->before);
    case OPTION_ACCOUNT:
        asked->account = optarg;
        return EXIT_SUCCESS;
    case OPTION_TENANT:
        asked->tenant = optarg;
        return EXIT_SUCCESS;
    case OPTION_STATUS:
        asked->status = optarg;
        return EXIT_SUCCESS;
    case OPTION_NAME:
        asked->name = optarg;
        return EXIT_SUCCESS;
    case OPTION_UPSTREAM:
        asked->upstream = optarg;
        return EXIT_SUCCESS;
    default:
        return EXIT_USAGE;
    }
}

static int read_options(struct asked *asked, bool is_list, int argc, char **argv)
{
    struct option options[OPTIONS_MAX];
    int status = EXIT_SUCCESS;

    make_options(asked->kind, is_list, options);
    for (int option;
         status == EXIT_SUCCESS && (option = command_option(argc, argv, options)) != -1;)
        status = take_option(asked, option);
    return status;
}

/* list */

static int write_wanted(struct asked *asked, const char **body)
{
    struct json_out w;
    struct buf b;
    int64_t account = 0;

    if (asked->account != NULL &&
        read_number(asked, "--account", asked->account, INT64_MAX, &account) != EXIT_SUCCESS)
        return EXIT_USAGE;
    buf_init(&b, asked->question.mem, BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_int(&w, "account", account);
    json_add_string(&w, "tenant", asked->tenant);
    json_add_string(
        &w, (asked->kind->filters & RECORD_BY_STATE) != 0 ? "state" : "status", asked->status);
    json_add_string(&w, "name", asked->name);
    json_add_string(&w, "upstream", asked->upstream);
    json_add_int(&w, "before", asked->before);
    json_add_int(&w, "max", asked->limit);
    json_close(&w, '}');
    if (b.overflow)
        return command_misused(asked->question.command, "that is too long to ask");
    *body = buf_text(&b);
    return EXIT_SUCCESS;
}

static void print_list(const struct asked *asked, const struct json *answer)
{
    const struct record_kind *kind = asked->kind;
    int64_t next = record_int(answer, "next");
    struct json list, element;

    json_member(answer, kind->plural, &list);
    kind->print_head();
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &element);
        kind->print_line(asked->question.mem, &element);
    }
    if (next != 0)
        printf("\nThere are more: --before %lld\n", (long long)next);
}

static int list(struct asked *asked, int argc, char **argv)
{
    struct json answer;
    const char *text;
    int status = read_options(asked, true, argc, argv);

    if (status == EXIT_SUCCESS)
        status = write_wanted(asked, &asked->question.body);
    if (status != EXIT_SUCCESS)
        return status;
    asked->question.method = "POST";
    asked->question.path = mem_printf(asked->question.mem, "/%s/list", asked->kind->noun);
    status = admin_command_ask(&asked->question, &text, &answer);
    if (status != EXIT_SUCCESS)
        return status;
    if (asked->json)
        puts(text);
    else
        print_list(asked, &answer);
    return EXIT_SUCCESS;
}

/* show */

/* The number, or what an address has in its place. NULL if it is of something else. */
static const char *id_of(void *mem, const char *noun, const char *word)
{
    const char *place = mem_printf(mem, "/acme/%s/", noun), *at = strstr(word, place);

    if (strchr(word, '/') == NULL)
        return word;
    if (at == NULL)
        return NULL;
    at += strlen(place);
    return mem_strndup(mem, at, strcspn(at, "/"));
}

/* It becomes part of a path. */
static bool is_id(const char *word)
{
    return word[0] != '\0' && strlen(word) <= 100 &&
           word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")] ==
               '\0';
}

const char *record_id(void *mem, const char *noun, const char *word)
{
    const char *id = id_of(mem, noun, word);

    return id != NULL && is_id(id) ? id : NULL;
}

static int show(struct asked *asked, int argc, char **argv)
{
    const struct record_kind *kind = asked->kind;
    struct json answer;
    const char *text;
    int status;

    if (argc < 2 || argv[1][0] == '-')
        return command_misused(kind->show, "say which: %s %s", kind->show, kind->which);
    asked->which = record_id(asked->question.mem, kind->noun, argv[1]);
    if (asked->which == NULL)
        return command_misused(
            kind->show, "\"%s\" is no %s; say %s", argv[1], kind->noun, kind->which);
    argv[1] = argv[0];
    status = read_options(asked, false, argc - 1, argv + 1);
    if (status != EXIT_SUCCESS)
        return status;
    asked->question.method = "GET";
    asked->question.path = mem_printf(asked->question.mem, "/%s/%s", kind->noun, asked->which);
    status = admin_command_ask(&asked->question, &text, &answer);
    if (status != EXIT_SUCCESS)
        return status;
    if (asked->json)
        puts(text);
    else
        kind->print_whole(asked->question.mem, &answer);
    return EXIT_SUCCESS;
}

int record_command_run(const struct record_kind *kind, int argc, char **argv)
{
    bool is_list = argc > 1 && strcmp(argv[1], "list") == 0;
    struct asked asked = {.kind = kind, .limit = 100};
    int status;

    if (!is_list && (argc < 2 || strcmp(argv[1], "show") != 0))
        return command_misused(kind->noun, "say what to do: list or show %s", kind->which);
    asked.question.mem = mem_pool(NULL, 65536);
    asked.question.command = is_list ? kind->list : kind->show;
    argv[1] = is_list ? kind->list : kind->show;
    status = (is_list ? list : show)(&asked, argc - 1, argv + 1);
    mem_free(asked.question.mem);
    return status;
}

/* For people. */

int64_t record_int(const struct json *at, const char *name)
{
    struct err none = {0};
    int64_t value = 0;

    json_read_int(at, name, JSON_OPTIONAL, &value, &none);
    return value;
}

bool record_flag(const struct json *at, const char *name)
{
    struct err none = {0};
    bool value = false;

    json_read_bool(at, name, JSON_OPTIONAL, &value, &none);
    return value;
}

const char *record_or_dash(const char *text)
{
    return text[0] == '\0' ? "-" : text;
}

char *record_names(void *mem, const struct json *at, size_t max)
{
    struct json list, element;
    struct buf b;

    buf_init(&b, mem, 1024 * 1024);
    json_member(at, "identifiers", &list);
    for (size_t i = 0; i < json_len(&list) && i < max; i++) {
        json_element(&list, i, &element);
        buf_addf(&b, "%s%s", i == 0 ? "" : ", ", admin_command_text(&element, "value"));
    }
    if (json_len(&list) > max)
        buf_addf(&b, " and %zu more", json_len(&list) - max);
    return buf_text(&b);
}

void record_print(const char *label, const char *text)
{
    if (text[0] != '\0')
        printf("%-14s%s\n", label, text);
}

void record_print_lines(const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        printf("  %.*s\n", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

void record_print_member(const struct json *at, const char *name, const char *label)
{
    record_print(label, admin_command_text(at, name));
}
