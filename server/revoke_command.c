/* revoke_command - see revoke_command.h. */
#include "server/revoke_command.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/cert.h"
#include "base/file.h"
#include "base/key.h"
#include "base/mem.h"
#include "server/admin_command.h"
#include "server/command.h"
#include "server/record_command.h"
#include "server/revocation_reason.h"

#define FILE_MAX 65536

enum { OPTION_CONFIG = 1, OPTION_JSON, OPTION_REASON };

static const struct option options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"json", no_argument, NULL, OPTION_JSON},
    {"reason", required_argument, NULL, OPTION_REASON},
    {NULL, 0, NULL, 0},
};

static char command[] = "certificate revoke";

/* What the words on the command line say. */
struct words {
    struct admin_question question;
    const char *id;          /* a number, the last part of an address, or a serial */
    const char *fingerprint; /* of the certificate in a file; NULL: none was named */
    const char *reason;
    bool json;
};

/* The first certificate of a PEM file: what ACME clients call fullchain.pem will do. */
static int read_file(struct words *words, const char *path)
{
    void *mem = words->question.mem;
    struct cert_info info;
    struct bytes *ders;
    struct err e = {0};
    char *text, *serial, *fingerprint;
    uint8_t digest[32];
    size_t len;

    if (file_read(mem, path, FILE_MAX, &text, &e) != ERR_OK ||
        cert_pem_read(mem, text, &ders, &len, &e) != ERR_OK)
        return command_misused(command, "%s: %s", path, e.detail);
    if (len == 0 || cert_read(ders[0], &info, &e) != ERR_OK)
        return command_misused(command, "%s: it has no certificate in PEM", path);
    serial = mem_alloc(mem, 2 * info.serial.len + 1, "serial");
    hex_encode(info.serial.data, info.serial.len, serial);
    sha256(ders[0], digest);
    fingerprint = mem_alloc(mem, 2 * sizeof digest + 1, "fingerprint");
    hex_encode(digest, sizeof digest, fingerprint);
    words->id = serial;
    words->fingerprint = fingerprint;
    return EXIT_SUCCESS;
}

static bool is_hex(const char *word)
{
    return word[strspn(word, "0123456789abcdefABCDEF")] == '\0';
}

/* A number or serial is never a file's name; anything else that is there is. */
static int read_which(struct words *words, const char *word)
{
    if (!is_hex(word) && access(word, F_OK) == 0)
        return read_file(words, word);
    words->id = record_id(words->question.mem, "certificate", word);
    if (words->id == NULL)
        return command_misused(command,
            "\"%s\" is no certificate, and no file; say NUMBER, URL, SERIAL or FILE", word);
    return EXIT_SUCCESS;
}

static int take_option(struct words *words, int option)
{
    int reason;

    switch (option) {
    case OPTION_CONFIG:
        words->question.config = optarg;
        return EXIT_SUCCESS;
    case OPTION_JSON:
        words->json = true;
        return EXIT_SUCCESS;
    case OPTION_REASON:
        words->reason = optarg;
        if (revocation_reason_read(optarg, &reason))
            return EXIT_SUCCESS;
        return command_misused(
            command, "--reason takes %s, not \"%s\"", REVOCATION_REASONS_GIVEN, optarg);
    default:
        return EXIT_USAGE;
    }
}

static const char *body_of(const struct words *words)
{
    struct json_out w;
    struct buf b;

    buf_init(&b, words->question.mem, 1024);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_string(&w, "reason", words->reason);
    json_add_string(&w, "fingerprint", words->fingerprint);
    json_close(&w, '}');
    return buf_text(&b);
}

static void print_answer(const struct json *answer)
{
    const char *upstream = admin_command_text(answer, "upstream");
    long long id = (long long)record_int(answer, "certificate");

    if (upstream[0] == '\0')
        printf("certificate %lld is revoked\n", id);
    else
        printf("certificate %lld is revoked here, and %s is told; countersign certificate show "
               "%lld says what becomes of that\n",
            id, upstream, id);
}

static int ask(struct words *words, int argc, char **argv)
{
    struct json answer;
    const char *text;
    int status;

    if (argc < 2 || argv[1][0] == '-')
        return command_misused(
            command, "say which: certificate revoke NUMBER, URL, SERIAL or FILE");
    status = read_which(words, argv[1]);
    argv[1] = argv[0];
    for (int option;
         status == EXIT_SUCCESS && (option = command_option(argc - 1, argv + 1, options)) != -1;)
        status = take_option(words, option);
    if (status != EXIT_SUCCESS)
        return status;
    words->question.method = "POST";
    words->question.path = mem_printf(words->question.mem, "/certificate/%s/revoke", words->id);
    words->question.body = body_of(words);
    status = admin_command_ask(&words->question, &text, &answer);
    if (status != EXIT_SUCCESS)
        return status;
    if (words->json)
        puts(text);
    else
        print_answer(&answer);
    return EXIT_SUCCESS;
}

int revoke_command_run(int argc, char **argv)
{
    struct words words = {.question.command = command};
    int status;

    words.question.mem = mem_pool(NULL, 65536);
    argv[1] = command;
    status = ask(&words, argc - 1, argv + 1);
    mem_free(words.question.mem);
    return status;
}
