/* tsig - see tsig.h. */
#include "base/tsig.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/dns_message.h"
#include "base/mem.h"

enum { TYPE_TSIG = 250, CLASS_ANY = 255, FUDGE_S = 300 };
enum { COUNT_AT = 10, KEY_WORDS_MAX = 64, SECRET_MAX = 512 };
enum { BADSIG = 16, BADKEY = 17, BADTIME = 18 };

static const char *const algorithms[] = {
    [MAC_SHA256] = "hmac-sha256", [MAC_SHA384] = "hmac-sha384", [MAC_SHA512] = "hmac-sha512"};
#define ALGORITHMS (sizeof algorithms / sizeof algorithms[0])

/* Keys. */

static int find_algorithm(const char *word)
{
    for (size_t i = 0; i < ALGORITHMS; i++)
        if (strcasecmp(word, algorithms[i]) == 0)
            return (int)i;
    return -1;
}

/* What a file of keys is made of: words, whatever stands between them. */
static bool is_between(char c)
{
    return isspace((unsigned char)c) || strchr("{};:\"", c) != NULL;
}

/* Comments stand on lines of their own. */
static void blank_comments(char *text)
{
    for (char *line = text; line != NULL;) {
        char *end = strchr(line, '\n');
        size_t at = strspn(line, " \t");

        if (line[at] == '#' || strncmp(line + at, "//", 2) == 0)
            memset(line, ' ', end == NULL ? strlen(line) : (size_t)(end - line));
        line = end == NULL ? NULL : end + 1;
    }
}

static size_t split(char *text, const char *words[KEY_WORDS_MAX])
{
    size_t len = 0;

    blank_comments(text);
    for (char *at = text; *at != '\0' && len < KEY_WORDS_MAX;) {
        size_t word;

        while (*at != '\0' && is_between(*at))
            at++;
        for (word = 0; at[word] != '\0' && !is_between(at[word]);)
            word++;
        if (word > 0 && !(word == 1 && *at == '-'))
            words[len++] = at;
        at += word;
        if (*at != '\0')
            *at++ = '\0';
    }
    return len;
}

struct key_words {
    const char *name, *algorithm, *secret;
    bool twice;
};

static void take(struct key_words *out, const char **member, const char *word)
{
    out->twice |= *member != NULL;
    *member = word;
}

static void read_words(const char *const *words, size_t len, struct key_words *out)
{
    if (len == 3 && find_algorithm(words[0]) >= 0) {
        *out = (struct key_words){words[1], words[0], words[2], false};
        return;
    }
    for (size_t i = 0; i + 1 < len; i++)
        if (strcmp(words[i], "algorithm") == 0)
            take(out, &out->algorithm, words[++i]);
        else if (strcmp(words[i], "secret") == 0)
            take(out, &out->secret, words[++i]);
        else if (strcmp(words[i], "id") == 0 ||
                 (strcmp(words[i], "key") == 0 && strcmp(words[i + 1], "id") != 0))
            take(out, &out->name, words[++i]);
}

static int cleanse_key(void *ptr)
{
    const struct tsig_key *key = ptr;

    OPENSSL_cleanse((void *)(uintptr_t)key->secret.data, key->secret.len);
    return 0;
}

static bool decode_secret(struct tsig_key *key, const char *text)
{
    size_t len = strlen(text);
    uint8_t *secret;
    int got;

    if (len == 0 || len % 4 != 0 || len > SECRET_MAX)
        return false;
    secret = mem_alloc(key, len, "tsig secret");
    got = EVP_DecodeBlock(secret, (const unsigned char *)text, (int)len);
    for (size_t i = len; i > 0 && text[i - 1] == '='; i--)
        got--;
    if (got <= 0)
        return false;
    key->secret = (struct bytes){secret, (size_t)got};
    return true;
}

enum err_code tsig_key_read(void *mem, const char *text, struct tsig_key **out, struct err *e)
{
    const char *words[KEY_WORDS_MAX];
    struct key_words found = {0};
    char *copy = mem_strdup(mem, text);
    size_t text_len = strlen(text), wire_len;
    uint8_t wire[DNS_NAME_WIRE_MAX];
    struct tsig_key *key = mem_new(mem, struct tsig_key);

    read_words(words, split(copy, words), &found);
    mem_on_free(key, cleanse_key);
    *out = NULL;
    if (found.name == NULL || found.algorithm == NULL || found.secret == NULL)
        err_set(e, ERR_INPUT, "holds no key with name, algorithm and secret");
    else if (found.twice)
        err_set(e, ERR_INPUT, "holds more than one key");
    else if (find_algorithm(found.algorithm) < 0)
        err_set(e, ERR_INPUT,
            "holds a key whose algorithm is none of hmac-sha256, hmac-sha384, hmac-sha512");
    else if (!dns_name_to_wire(found.name, wire, &wire_len))
        err_set(e, ERR_INPUT, "holds a key whose name is no domain name");
    else if (!decode_secret(key, found.secret))
        err_set(e, ERR_INPUT, "holds a key whose secret is not base64");
    else {
        key->name = mem_strdup(key, found.name);
        key->hash = (enum mac_hash)find_algorithm(found.algorithm);
        *out = key;
    }
    OPENSSL_cleanse(copy, text_len);
    return e->code;
}

/* What is signed (RFC 8945, 4.3). */

struct variables {
    const struct tsig_key *key;
    uint64_t time_s; /* 48 bits */
    uint16_t fudge, error;
    struct bytes other;
};

static void add_u16(struct buf *b, unsigned value)
{
    uint8_t octets[] = {(uint8_t)(value >> 8), (uint8_t)value};

    buf_add(b, octets, sizeof octets);
}

static void add_u48(struct buf *b, uint64_t value)
{
    add_u16(b, (unsigned)(value >> 32) & 0xffff);
    add_u16(b, (unsigned)(value >> 16) & 0xffff);
    add_u16(b, (unsigned)value & 0xffff);
}

/* The names of keys were read by dns_name_to_wire before. */
static void add_name(struct buf *b, const char *text)
{
    uint8_t wire[DNS_NAME_WIRE_MAX];
    size_t len;

    BUG_ON(!dns_name_to_wire(text, wire, &len));
    buf_add(b, wire, len);
}

static void add_variables(struct buf *b, const struct variables *v)
{
    add_name(b, v->key->name);
    add_u16(b, CLASS_ANY);
    add_u16(b, 0); /* TTL */
    add_u16(b, 0);
    add_name(b, algorithms[v->key->hash]);
    add_u48(b, v->time_s);
    add_u16(b, v->fudge);
    add_u16(b, v->error);
    add_u16(b, (unsigned)v->other.len);
    buf_add(b, v->other.data, v->other.len);
}

/* Signing. */

static unsigned additional_count(struct bytes message)
{
    return (unsigned)(message.data[COUNT_AT] << 8 | message.data[COUNT_AT + 1]);
}

static void add_record(
    struct buf *message, const struct variables *v, const uint8_t *mac, size_t mac_len)
{
    size_t length_at;

    add_name(message, v->key->name);
    add_u16(message, TYPE_TSIG);
    add_u16(message, CLASS_ANY);
    add_u16(message, 0);
    add_u16(message, 0);
    length_at = message->len;
    add_u16(message, 0);
    add_name(message, algorithms[v->key->hash]);
    add_u48(message, v->time_s);
    add_u16(message, v->fudge);
    add_u16(message, (unsigned)mac_len);
    buf_add(message, mac, mac_len);
    buf_add(message, message->data, 2); /* original ID */
    add_u16(message, 0);
    add_u16(message, 0);
    if (message->overflow)
        return;
    message->data[length_at] = (char)((message->len - length_at - 2) >> 8);
    message->data[length_at + 1] = (char)(message->len - length_at - 2);
}

void tsig_sign(struct buf *message, const struct tsig_key *key, int64_t now_s,
    uint8_t mac[MAC_LEN_MAX], size_t *signed_len)
{
    struct variables v = {.key = key, .time_s = (uint64_t)now_s, .fudge = FUDGE_S};
    unsigned count = additional_count(buf_bytes(message)) + 1;
    struct buf digest;

    buf_init(&digest, message->mem, message->len + 1024);
    buf_add(&digest, message->data, message->len);
    add_variables(&digest, &v);
    *signed_len = mac_len(key->hash);
    mac_compute(key->hash, key->secret, buf_bytes(&digest), mac);
    message->data[COUNT_AT] = (char)(count >> 8);
    message->data[COUNT_AT + 1] = (char)count;
    add_record(message, &v, mac, *signed_len);
}

/* Verifying (RFC 8945, 5.2, 5.3). */

struct reader {
    struct bytes rest;
};

static bool read_bytes(struct reader *r, size_t len, struct bytes *out)
{
    if (r->rest.len < len)
        return false;
    *out = (struct bytes){r->rest.data, len};
    r->rest = (struct bytes){r->rest.data + len, r->rest.len - len};
    return true;
}

static bool read_u16(struct reader *r, uint16_t *out)
{
    struct bytes octets;

    if (!read_bytes(r, 2, &octets))
        return false;
    *out = (uint16_t)(octets.data[0] << 8 | octets.data[1]);
    return true;
}

static bool read_u48(struct reader *r, uint64_t *out)
{
    uint16_t high, middle, low;

    if (!read_u16(r, &high) || !read_u16(r, &middle) || !read_u16(r, &low))
        return false;
    *out = (uint64_t)high << 32 | (uint64_t)middle << 16 | low;
    return true;
}

/* The algorithm's name is never compressed (RFC 8945, 4.2). */
static bool read_algorithm(struct reader *r, const struct tsig_key *key)
{
    uint8_t wire[DNS_NAME_WIRE_MAX];
    struct bytes name;
    size_t len;

    BUG_ON(!dns_name_to_wire(algorithms[key->hash], wire, &len));
    if (!read_bytes(r, len, &name))
        return false;
    for (size_t i = 0; i < len; i++)
        if (tolower(name.data[i]) != wire[i])
            return false;
    return true;
}

struct signature {
    struct variables variables;
    struct bytes mac;
    struct bytes id;
};

static bool read_signature(
    const struct dns_record *record, const struct tsig_key *key, struct signature *out)
{
    struct reader r = {record->rdata};
    struct variables *v = &out->variables;
    uint16_t mac_len, other_len;

    v->key = key;
    return read_algorithm(&r, key) && read_u48(&r, &v->time_s) && read_u16(&r, &v->fudge) &&
           read_u16(&r, &mac_len) && read_bytes(&r, mac_len, &out->mac) &&
           read_bytes(&r, 2, &out->id) && read_u16(&r, &v->error) && read_u16(&r, &other_len) &&
           read_bytes(&r, other_len, &v->other) && r.rest.len == 0;
}

/* The record that ends the message, if it is a TSIG of that key. */
static const struct dns_record *find_record(
    const struct dns_records *records, const struct tsig_key *key)
{
    const struct dns_record *last = records->len == 0 ? NULL : &records->list[records->len - 1];
    size_t len = strlen(key->name);

    if (last == NULL || last->section != DNS_SECTION_ADDITIONAL || last->type != TYPE_TSIG ||
        last->class != CLASS_ANY)
        return NULL;
    if (len > 0 && key->name[len - 1] == '.')
        len--;
    return strlen(last->owner) == len && strncasecmp(last->owner, key->name, len) == 0 ? last
                                                                                       : NULL;
}

/* As it was signed: without the record, with the ID that the server was asked by. */
static void compute(void *mem, struct bytes answer, const struct dns_record *record,
    const struct signature *s, struct bytes request_mac, uint8_t mac[MAC_LEN_MAX])
{
    unsigned count = additional_count(answer) - 1;
    struct buf digest;

    buf_init(&digest, mem, answer.len + request_mac.len + 1024 + s->variables.other.len);
    add_u16(&digest, (unsigned)request_mac.len);
    buf_add(&digest, request_mac.data, request_mac.len);
    buf_add(&digest, s->id.data, s->id.len);
    buf_add(&digest, answer.data + 2, COUNT_AT - 2);
    add_u16(&digest, count);
    buf_add(&digest, answer.data + COUNT_AT + 2, record->at - COUNT_AT - 2);
    add_variables(&digest, &s->variables);
    mac_compute(s->variables.key->hash, s->variables.key->secret, buf_bytes(&digest), mac);
}

/* What the server says of our own signature. */
static const char *error_words(unsigned error)
{
    switch (error) {
    case BADSIG:
        return "the server says that our signature is wrong (BADSIG): the secrets differ";
    case BADKEY:
        return "the server does not know the key (BADKEY)";
    case BADTIME:
        return "the server's clock and ours differ by minutes (BADTIME)";
    default:
        return "the server refuses our signature";
    }
}

static bool is_in_time(const struct variables *v, int64_t now_s)
{
    int64_t differs_s = now_s - (int64_t)v->time_s;

    return differs_s <= v->fudge && -differs_s <= v->fudge;
}

enum err_code tsig_verify(void *mem, struct bytes answer, const struct tsig_key *key,
    struct bytes request_mac, int64_t now_s, struct err *e)
{
    struct dns_records records;
    const struct dns_record *record;
    struct signature signature = {0};
    uint8_t mac[MAC_LEN_MAX];

    if (!dns_message_records(mem, answer, &records))
        return err_set(e, ERR_UNAUTHORIZED, "the server's answer is no DNS message");
    record = find_record(&records, key);
    if (record == NULL || !read_signature(record, key, &signature))
        return err_set(e, ERR_UNAUTHORIZED, "the server's answer is not signed by the key");
    if (signature.variables.error == BADSIG || signature.variables.error == BADKEY)
        return err_set(e, ERR_UNAUTHORIZED, "%s", error_words(signature.variables.error));
    compute(mem, answer, record, &signature, request_mac, mac);
    if (!bytes_equal_secret(signature.mac, (struct bytes){mac, mac_len(key->hash)}))
        return err_set(e, ERR_UNAUTHORIZED, "the signature of the server's answer is wrong");
    if (signature.variables.error != 0)
        return err_set(e, ERR_UNAUTHORIZED, "%s", error_words(signature.variables.error));
    if (!is_in_time(&signature.variables, now_s))
        return err_set(e, ERR_UNAUTHORIZED,
            "the server's clock and ours differ by more than %u seconds",
            signature.variables.fudge);
    return ERR_OK;
}
