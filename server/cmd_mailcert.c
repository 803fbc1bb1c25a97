/* cmd_mailcert - `countersign mailcert`: a certificate for an address of mail, for people. It makes
 * a key, orders by ACME (RFC 8823), says what to reply to the challenge that comes by mail, and
 * writes files that mail programs import. It needs no server of its own and no configuration.
 */
#include "server/command.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/b64url.h"
#include "base/cert.h"
#include "base/cert_parts.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mail_text.h"
#include "base/mem.h"
#include "base/pkcs10.h"
#include "base/pkcs12.h"
#include "base/unit.h"
#include "server/mailcert_acme.h"
#include "server/mailcert_letter.h"

#define COMMAND       "mailcert"
#define ADDRESSES_MAX 20
#define KEY_MAX       (64 * 1024)
#define LINE_MAX_LEN  4096
#define PAUSE_S       2 /* between two looks */
#define PAUSE_MAX_S   30

enum {
    OPTION_SERVER = 1,
    OPTION_CA_FILE,
    OPTION_FOLDER,
    OPTION_KEY,
    OPTION_KEY_TYPE,
    OPTION_USE,
    OPTION_PROFILE,
    OPTION_EAB_KID,
    OPTION_EAB_KEY_FILE,
    OPTION_MAIL,
    OPTION_REPLY_FILE,
    OPTION_PASSWORD_FILE,
    OPTION_WAIT
};

static const struct option options[] = {
    {"server", required_argument, NULL, OPTION_SERVER},
    {"ca-file", required_argument, NULL, OPTION_CA_FILE},
    {"folder", required_argument, NULL, OPTION_FOLDER},
    {"key", required_argument, NULL, OPTION_KEY},
    {"key-type", required_argument, NULL, OPTION_KEY_TYPE},
    {"use", required_argument, NULL, OPTION_USE},
    {"profile", required_argument, NULL, OPTION_PROFILE},
    {"eab-kid", required_argument, NULL, OPTION_EAB_KID},
    {"eab-key-file", required_argument, NULL, OPTION_EAB_KEY_FILE},
    {"mail", required_argument, NULL, OPTION_MAIL},
    {"reply-file", required_argument, NULL, OPTION_REPLY_FILE},
    {"password-file", required_argument, NULL, OPTION_PASSWORD_FILE},
    {"wait", required_argument, NULL, OPTION_WAIT},
    {NULL, 0, NULL, 0},
};

static const struct {
    const char *word;
    enum key_type type;
    int bits;
} key_types[] = {
    {"rsa-3072", KEY_RSA, 3072},
    {"rsa-2048", KEY_RSA, 2048},
    {"rsa-4096", KEY_RSA, 4096},
    {"ec-p256", KEY_P256, 0},
    {"ec-p384", KEY_P384, 0},
};
#define KEY_TYPES (sizeof key_types / sizeof key_types[0])

/* What the words on the command line say, and what comes of it. */
struct errand {
    void *mem;
    const char *addresses[ADDRESSES_MAX];
    size_t addresses_len;
    const char *server, *ca_file, *folder, *key_file, *profile, *kid, *mac_file, *mail;
    const char *reply_file, *password_file;
    size_t key_type;
    unsigned use; /* set of enum cert_mail_use */
    int64_t wait_s, until_s;
    const char *password; /* NULL: no PKCS#12 file is wanted */
    struct key *key;
    struct mailcert_acme *acme;
    const char *order_url;
    struct err e;
};

static int fail(const struct errand *errand)
{
    fprintf(stderr, "countersign " COMMAND ": %s\n", errand->e.detail);
    return EXIT_FAILURE;
}

static const char *path_in(const struct errand *errand, const char *file)
{
    return mem_printf(errand->mem, "%s/%s", errand->folder, file);
}

/* The command line. */

static int take_key_type(struct errand *errand)
{
    for (size_t i = 0; i < KEY_TYPES; i++)
        if (strcmp(key_types[i].word, optarg) == 0) {
            errand->key_type = i;
            return EXIT_SUCCESS;
        }
    return command_misused(COMMAND,
        "--key-type \"%.40s\" is not one of rsa-3072, rsa-2048, rsa-4096, ec-p256, ec-p384",
        optarg);
}

static int take_use(struct errand *errand)
{
    static const char *const words[] = {
        [CERT_MAIL_SIGN] = "sign", [CERT_MAIL_ENCRYPT] = "encrypt", [CERT_MAIL_BOTH] = "both"};

    for (unsigned use = CERT_MAIL_SIGN; use <= CERT_MAIL_BOTH; use++)
        if (strcmp(words[use], optarg) == 0) {
            errand->use = use;
            return EXIT_SUCCESS;
        }
    return command_misused(COMMAND, "--use \"%.40s\" is not sign, encrypt or both", optarg);
}

static int take_wait(struct errand *errand)
{
    return unit_parse_duration(optarg, &errand->wait_s) && errand->wait_s > 0
               ? EXIT_SUCCESS
               : command_misused(COMMAND, "--wait \"%.40s\" is not a time such as 1h", optarg);
}

static int take_option(struct errand *errand, int option)
{
    const struct {
        int option;
        const char **value;
    } texts[] = {{OPTION_SERVER, &errand->server}, {OPTION_CA_FILE, &errand->ca_file},
        {OPTION_FOLDER, &errand->folder}, {OPTION_KEY, &errand->key_file},
        {OPTION_PROFILE, &errand->profile}, {OPTION_EAB_KID, &errand->kid},
        {OPTION_EAB_KEY_FILE, &errand->mac_file}, {OPTION_MAIL, &errand->mail},
        {OPTION_REPLY_FILE, &errand->reply_file}, {OPTION_PASSWORD_FILE, &errand->password_file}};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].option == option) {
            *texts[i].value = optarg;
            return EXIT_SUCCESS;
        }
    switch (option) {
    case OPTION_KEY_TYPE:
        return take_key_type(errand);
    case OPTION_USE:
        return take_use(errand);
    case OPTION_WAIT:
        return take_wait(errand);
    default:
        return EXIT_USAGE;
    }
}

static int check_words(struct errand *errand)
{
    if (errand->addresses_len == 0)
        return command_misused(COMMAND, "say for which address: " COMMAND " you@example.org");
    for (size_t i = 0; i < errand->addresses_len; i++)
        if (strchr(errand->addresses[i], '@') == NULL ||
            strpbrk(errand->addresses[i], " <>\"\\/") != NULL)
            return command_misused(
                COMMAND, "\"%.80s\" is no address of mail", errand->addresses[i]);
    if (errand->server == NULL)
        return command_misused(COMMAND, "say from whom: --server https://HOST/acme/directory");
    if ((errand->kid == NULL) != (errand->mac_file == NULL))
        return command_misused(COMMAND, "--eab-kid and --eab-key-file go together");
    if (errand->folder == NULL)
        errand->folder = errand->addresses[0];
    return EXIT_SUCCESS;
}

static int read_words(struct errand *errand, int argc, char **argv)
{
    int status = EXIT_SUCCESS, skipped = 0;

    while (1 + skipped < argc && argv[1 + skipped][0] != '-') {
        if (skipped == ADDRESSES_MAX)
            return command_misused(COMMAND, "at most %d addresses", ADDRESSES_MAX);
        errand->addresses[skipped] = argv[1 + skipped];
        skipped++;
    }
    errand->addresses_len = (size_t)skipped;
    argv[skipped] = argv[0];
    for (int option; status == EXIT_SUCCESS &&
                     (option = command_option(argc - skipped, argv + skipped, options)) != -1;)
        status = take_option(errand, option);
    return status == EXIT_SUCCESS ? check_words(errand) : status;
}

/* Secrets. */

/* The first line of a file that nobody else may read. */
static enum err_code read_line_of(
    struct errand *errand, const char *path, const char **out, struct err *e)
{
    char *text;

    if (file_read_secret(errand->mem, path, LINE_MAX_LEN, &text, e) != ERR_OK)
        return e->code;
    text[strcspn(text, "\r\n")] = '\0';
    *out = text;
    return text[0] != '\0' ? ERR_OK : err_set(e, ERR_INPUT, "%.150s is empty", path);
}

/* A line from the terminal without showing it; "" if there is none. */
static const char *ask_hidden(struct errand *errand, const char *question)
{
    struct termios usual, hidden;
    char line[LINE_MAX_LEN] = "";
    bool is_changed = tcgetattr(STDIN_FILENO, &usual) == 0;

    printf("%s", question);
    fflush(stdout);
    hidden = usual;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    if (is_changed)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    if (fgets(line, sizeof line, stdin) == NULL)
        line[0] = '\0';
    if (is_changed)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual);
    puts("");
    line[strcspn(line, "\r\n")] = '\0';
    return mem_strdup(errand->mem, line);
}

/* Before anything else, so that nobody waits for hours to be asked for it. */
static enum err_code choose_password(struct errand *errand)
{
    const char *again;

    if (errand->password_file != NULL)
        return read_line_of(errand, errand->password_file, &errand->password, &errand->e);
    if (!isatty(STDIN_FILENO))
        return ERR_OK;
    puts("Mail programs import key and certificate from one file, which a password protects.");
    errand->password = ask_hidden(errand, "A password for it (none: no such file): ");
    if (errand->password[0] == '\0') {
        errand->password = NULL;
        return ERR_OK;
    }
    again = ask_hidden(errand, "Once more: ");
    return strcmp(errand->password, again) == 0
               ? ERR_OK
               : err_set(&errand->e, ERR_INPUT, "these were two different passwords");
}

/* Keys. */

/* The key in a file; made and written first if there is none. */
static struct key *keep_key(struct errand *errand, const char *path, enum key_type type, int bits)
{
    struct key *key;
    char *pem;

    if (access(path, F_OK) == 0)
        return file_read_secret(errand->mem, path, KEY_MAX, &pem, &errand->e) == ERR_OK
                   ? key_from_pem(errand->mem, pem, &errand->e)
                   : NULL;
    key = key_generate(errand->mem, type, bits);
    if (file_write(path, key_to_pem(errand->mem, key), FILE_SECRET, &errand->e) != ERR_OK)
        return NULL;
    printf("A new key: %s\n", path);
    return key;
}

static enum err_code choose_key(struct errand *errand)
{
    const char *path = errand->key_file != NULL ? errand->key_file : path_in(errand, "mail.key");
    char *pem;

    if (errand->key_file == NULL)
        errand->key = keep_key(
            errand, path, key_types[errand->key_type].type, key_types[errand->key_type].bits);
    else if (file_read_secret(errand->mem, path, KEY_MAX, &pem, &errand->e) == ERR_OK)
        errand->key = key_from_pem(errand->mem, pem, &errand->e);
    if (errand->key == NULL)
        return errand->e.code;
    if (key_type(errand->key) == KEY_ED25519 || key_type(errand->key) == KEY_P521)
        return err_set(&errand->e, ERR_INPUT, "the key in %.150s is %s; use RSA, P-256 or P-384",
            path, key_type_name(key_type(errand->key)));
    return ERR_OK;
}

/* The account. */

static enum err_code open_account(struct errand *errand)
{
    struct mailcert_acme_options wish = {
        .directory = errand->server, .ca_file = errand->ca_file, .kid = errand->kid};

    wish.key = keep_key(errand, path_in(errand, "account.key"), KEY_P256, 0);
    if (wish.key == NULL)
        return errand->e.code;
    if (key_type(wish.key) != KEY_P256)
        return err_set(&errand->e, ERR_INPUT, "account.key is not a P-256 key");
    if (errand->mac_file != NULL &&
        read_line_of(errand, errand->mac_file, &wish.mac_key, &errand->e) != ERR_OK)
        return errand->e.code;
    errand->acme = mailcert_acme_new(errand->mem, &wish, &errand->e);
    return errand->e.code;
}

/* Answers of the server. */

static const char *text_of(const struct json *at, const char *name)
{
    struct err none = {0};
    const char *text = NULL;

    if (at->node == NULL || !json_holds_object(at) ||
        json_read_string(at, name, JSON_OPTIONAL, &text, &none) != ERR_OK)
        return "";
    return text == NULL ? "" : text;
}

static enum err_code get(struct errand *errand, const char *url, struct mailcert_answer *out)
{
    return mailcert_acme_post(errand->acme, url, "", out, &errand->e);
}

static bool is_status(const struct mailcert_answer *answer, const char *status)
{
    return strcmp(text_of(&answer->json, "status"), status) == 0;
}

/* Waits before another look. ERR_TIMEOUT: it has been long enough. */
static enum err_code pause_for(struct errand *errand, int64_t wanted_s)
{
    int64_t wait_s = wanted_s < PAUSE_S ? PAUSE_S : wanted_s;
    struct timespec time = {.tv_sec = wait_s < PAUSE_MAX_S ? wait_s : PAUSE_MAX_S};

    if (clock_now_s() >= errand->until_s)
        return err_set(&errand->e, ERR_TIMEOUT,
            "it took longer than %s (--wait); run the same command again later",
            unit_duration(errand->mem, errand->wait_s));
    nanosleep(&time, NULL);
    return ERR_OK;
}

static enum err_code place_order(struct errand *errand, struct mailcert_answer *out)
{
    struct json_out w;
    struct buf b;

    buf_init(&b, errand->mem, KEY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_open(&w, "identifiers", '[');
    for (size_t i = 0; i < errand->addresses_len; i++) {
        json_open(&w, NULL, '{');
        json_add_string(&w, "type", "email");
        json_add_string(&w, "value", errand->addresses[i]);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    json_add_string(&w, "profile", errand->profile);
    json_close(&w, '}');
    if (mailcert_acme_post(errand->acme, mailcert_acme_url(errand->acme, "newOrder"), buf_text(&b),
            out, &errand->e) != ERR_OK)
        return errand->e.code;
    errand->order_url = out->location;
    return errand->order_url != NULL
               ? ERR_OK
               : err_set(&errand->e, ERR_INPUT, "the server made an order without an address");
}

/* The challenge. */

static enum err_code ask_for_letter(
    struct errand *errand, const char *address, struct mailcert_letter *out)
{
    char line[LINE_MAX_LEN];

    printf("\nA mail from %s is on its way to %s. Its subject begins with \"ACME:\".\n"
           "Paste the whole subject here, or what follows \"ACME:\", and press Enter.\n> ",
        out->reply_to, address);
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        const char *subject =
            strstr(line, "ACME:") != NULL ? line : mem_printf(errand->mem, "ACME:%s", line);

        out->token_part1 = mailcert_letter_token(errand->mem, subject);
        if (out->token_part1 != NULL)
            return ERR_OK;
        printf("That has no token in it. The subject, please:\n> ");
        fflush(stdout);
    }
    return err_set(
        &errand->e, ERR_INPUT, "nobody told the mail's subject; --mail says where mail arrives");
}

static enum err_code find_letter(
    struct errand *errand, const char *address, struct mailcert_letter *out)
{
    const char *from = out->reply_to;

    if (errand->mail == NULL)
        return ask_for_letter(errand, address, out);
    printf("Waiting for the mail from %s to %s in %s%s ...\n", from, address, errand->mail,
        access(errand->mail, F_OK) == 0 || strcmp(errand->mail, "-") == 0
            ? ""
            : ", which is not there yet");
    fflush(stdout);
    for (;;) {
        void *mem = mem_pool(errand->mem, 65536);
        struct err e = {0};

        if (mailcert_letter_find(mem, errand->mail, from, address, out, &e) == ERR_OK)
            return ERR_OK;
        mem_free(mem);
        if (e.code != ERR_NOT_FOUND || strcmp(errand->mail, "-") == 0) {
            errand->e = e;
            return e.code;
        }
        if (pause_for(errand, 0) != ERR_OK)
            return errand->e.code;
    }
}

/* What the person has to do. */
static enum err_code show_reply(struct errand *errand, const struct mailcert_letter *letter,
    const char *address, const char *block)
{
    const char *reply = mailcert_letter_reply(errand->mem, letter, address, block, clock_now_s());

    if (errand->reply_file != NULL) {
        printf("The reply is in %s; send it: sendmail -t < %s\n", errand->reply_file,
            errand->reply_file);
        fflush(stdout);
        return file_write(errand->reply_file, reply, FILE_PUBLIC, &errand->e);
    }
    printf("\nReply to that mail, in your mail program:\n"
           "\n"
           "  - from %s, to %s,\n"
           "  - with its subject (Re: ACME: %s),\n"
           "  - as plain text, without a signature, with these three lines and nothing else:\n"
           "\n%s\n",
        address, letter->reply_to, letter->token_part1, block);
    if (isatty(STDIN_FILENO)) {
        printf("Press Enter when it is sent. ");
        fflush(stdout);
        while (getchar() != '\n' && !feof(stdin)) {
        }
    }
    return ERR_OK;
}

/* What went wrong with a challenge. */
static enum err_code refuse_proof(
    struct errand *errand, const struct mailcert_answer *authz, const char *address)
{
    struct json list, one, error;

    json_member(&authz->json, "challenges", &list);
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &one);
        json_member(&one, "error", &error);
        if (!json_absent(&error))
            return err_set(&errand->e, ERR_DENIED, "%.80s was not proven: %.150s", address,
                text_of(&error, "detail"));
    }
    return err_set(&errand->e, ERR_DENIED, "%.100s was not proven; run the command again", address);
}

static enum err_code wait_proven(struct errand *errand, const char *url, const char *address)
{
    struct mailcert_answer answer;

    printf("Waiting until the server has your reply ...\n");
    fflush(stdout);
    for (;;) {
        if (get(errand, url, &answer) != ERR_OK)
            return errand->e.code;
        if (is_status(&answer, "valid")) {
            printf("%s is proven.\n", address);
            return ERR_OK;
        }
        if (!is_status(&answer, "pending"))
            return refuse_proof(errand, &answer, address);
        if (pause_for(errand, answer.retry_after_s) != ERR_OK)
            return errand->e.code;
    }
}

static bool find_challenge(const struct mailcert_answer *authz, struct json *out)
{
    struct json list;

    json_member(&authz->json, "challenges", &list);
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, out);
        if (strcmp(text_of(out, "type"), "email-reply-00") == 0)
            return true;
    }
    return false;
}

static enum err_code prove(struct errand *errand, const char *url)
{
    struct mailcert_answer authz, answered;
    struct json challenge, identifier;
    struct mailcert_letter letter = {0};
    const char *address, *block;

    if (get(errand, url, &authz) != ERR_OK)
        return errand->e.code;
    json_member(&authz.json, "identifier", &identifier);
    address = text_of(&identifier, "value");
    if (is_status(&authz, "valid"))
        return ERR_OK;
    if (!is_status(&authz, "pending") || !find_challenge(&authz, &challenge))
        return refuse_proof(errand, &authz, address);
    letter.reply_to = text_of(&challenge, "from");
    if (find_letter(errand, address, &letter) != ERR_OK)
        return errand->e.code;
    block = mailcert_letter_block(errand->mem, letter.token_part1, text_of(&challenge, "token"),
        mailcert_acme_thumbprint(errand->acme));
    if (show_reply(errand, &letter, address, block) != ERR_OK ||
        mailcert_acme_post(errand->acme, text_of(&challenge, "url"), "{}", &answered, &errand->e) !=
            ERR_OK)
        return errand->e.code;
    return wait_proven(errand, url, address);
}

static enum err_code prove_all(struct errand *errand, const struct mailcert_answer *order)
{
    struct err none = {0};
    struct json list, one;
    const char *url;

    json_member(&order->json, "authorizations", &list);
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &one);
        if (json_as_string(&one, &url, &none) == ERR_OK && prove(errand, url) != ERR_OK)
            return errand->e.code;
    }
    return ERR_OK;
}

/* The certificate. */

static uint8_t usage_of(const struct errand *errand)
{
    uint8_t encrypts = key_type(errand->key) == KEY_RSA ? KEY_ENCIPHERMENT : KEY_AGREEMENT;

    return (uint8_t)(((errand->use & CERT_MAIL_SIGN) != 0 ? DIGITAL_SIGNATURE : 0) |
                     ((errand->use & CERT_MAIL_ENCRYPT) != 0 ? encrypts : 0));
}

static enum err_code finalize(struct errand *errand, const char *url)
{
    struct mailcert_answer answer;
    struct bytes der;

    if (pkcs10_make(errand->mem, errand->key, errand->addresses, errand->addresses_len,
            usage_of(errand), &der, &errand->e) != ERR_OK)
        return errand->e.code;
    return mailcert_acme_post(errand->acme, url,
        mem_printf(errand->mem, "{\"csr\":\"%s\"}", b64url_encode(errand->mem, der)), &answer,
        &errand->e);
}

static enum err_code wait_issued(struct errand *errand, struct mailcert_answer *order)
{
    bool told = false;

    for (;;) {
        struct json error;

        if (get(errand, errand->order_url, order) != ERR_OK)
            return errand->e.code;
        if (is_status(order, "valid"))
            return ERR_OK;
        json_member(&order->json, "error", &error);
        if (is_status(order, "invalid"))
            return err_set(
                &errand->e, ERR_DENIED, "the order was refused: %.200s", text_of(&error, "detail"));
        if (!told && is_status(order, "processing"))
            puts("The certificate is being made. A link may come by mail as well: follow it.");
        told = true;
        fflush(stdout);
        if (pause_for(errand, order->retry_after_s) != ERR_OK)
            return errand->e.code;
    }
}

static enum err_code write_files(struct errand *errand, const char *chain)
{
    const char *pem = path_in(errand, "mail.pem"), *p12 = path_in(errand, "mail.p12");
    struct bytes packed;

    if (file_write(pem, chain, FILE_PUBLIC, &errand->e) != ERR_OK)
        return errand->e.code;
    printf("\nThe certificate: %s\n", pem);
    if (errand->password == NULL)
        return ERR_OK;
    if (pkcs12_make(errand->mem, errand->key, chain, errand->addresses[0], errand->password,
            &packed, &errand->e) != ERR_OK ||
        file_write_bytes(p12, packed, FILE_SECRET, &errand->e) != ERR_OK)
        return errand->e.code;
    printf("To import into your mail program, with your password: %s\n", p12);
    return ERR_OK;
}

static enum err_code obtain(struct errand *errand)
{
    struct mailcert_answer order, chain;

    if (place_order(errand, &order) != ERR_OK || prove_all(errand, &order) != ERR_OK ||
        get(errand, errand->order_url, &order) != ERR_OK)
        return errand->e.code;
    if (is_status(&order, "ready") && finalize(errand, text_of(&order.json, "finalize")) != ERR_OK)
        return errand->e.code;
    if (wait_issued(errand, &order) != ERR_OK ||
        get(errand, text_of(&order.json, "certificate"), &chain) != ERR_OK)
        return errand->e.code;
    return write_files(errand, chain.text);
}

static int carry_out(struct errand *errand)
{
    errand->until_s = clock_now_s() + errand->wait_s;
    if (choose_password(errand) != ERR_OK ||
        file_make_folder(errand->folder, &errand->e) != ERR_OK || choose_key(errand) != ERR_OK ||
        open_account(errand) != ERR_OK || obtain(errand) != ERR_OK) {
        mailcert_acme_free(errand->acme);
        return fail(errand);
    }
    mailcert_acme_free(errand->acme);
    return EXIT_SUCCESS;
}

static int run(int argc, char **argv)
{
    struct errand errand = {.mem = mem_pool(NULL, 65536), .use = CERT_MAIL_BOTH, .wait_s = 60 * 60};
    int status = read_words(&errand, argc, argv);

    mail_text_init();
    if (status == EXIT_SUCCESS)
        status = carry_out(&errand);
    mem_free(errand.mem);
    return status;
}

const struct command cmd_mailcert = {
    .name = COMMAND,
    .line =
        "Get a certificate for an address of mail (S/MIME), from any server that knows RFC 8823",
    .usage = "mailcert ADDRESS... --server URL [OPTIONS]",
    .options =
        "  --server URL   the server's ACME directory\n"
        "  --ca-file FILE the authorities (PEM) that the server's certificate may come from; "
        "without "
        "it, the system's\n"
        "  --folder DIR   where keys and certificate are kept; without it, a folder named after "
        "the "
        "address\n"
        "  --key FILE     the private key (PEM) to certify; without it, the one in the folder, "
        "which "
        "is made\n"
        "  --key-type TYPE\n"
        "                 of a key that is made: rsa-3072 (without it), rsa-2048, rsa-4096, "
        "ec-p256, "
        "ec-p384\n"
        "  --use WORD     what the key is for: sign, encrypt or both; without it, both\n"
        "  --profile NAME the server's profile; without it, the server chooses\n"
        "  --eab-kid KID  the external account that the server's operator gave you\n"
        "  --eab-key-file FILE\n"
        "                 the file with its key\n"
        "  --mail PLACE   where the server's mail arrives: an mbox file, a Maildir folder, or - "
        "for "
        "one on standard\n"
        "                 input; without it, you are asked for its subject\n"
        "  --reply-file FILE\n"
        "                 write the whole reply there, for a program that sends it\n"
        "  --password-file FILE\n"
        "                 the file with the password of mail.p12; without it, you are asked\n"
        "  --wait TIME    how long to wait for mail and certificate; without it, 1h\n",
    .run = run,
};
