/* tencent_sign - see tencent_sign.h. */
#include "tests/vendorsim/tencent_sign.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include "base/key.h"
#include "base/mac.h"
#include "base/mem.h"

#define ALGORITHM     "TC3-HMAC-SHA256"
#define SCOPE_END     "/ssl/tc3_request"
#define CANONICAL_MAX 65536

/* The header. */

/* Goes past a word that has to stand there. */
static bool skip(const char **at, const char *word)
{
    size_t len = strlen(word);

    if (strncmp(*at, word, len) != 0)
        return false;
    *at += len;
    return true;
}

/* Takes up to the character `end`, which is gone past; not empty, and whole in `size`. */
static bool take(const char **at, char end, char *out, size_t size)
{
    const char *stop = strchr(*at, end);
    size_t len = stop == NULL ? strlen(*at) : (size_t)(stop - *at);

    if (len == 0 || len >= size || (stop == NULL && end != '\0'))
        return false;
    memcpy(out, *at, len);
    out[len] = '\0';
    *at += len + (end != '\0');
    return true;
}

static bool is_date(const char *text)
{
    static const char form[] = "dddd-dd-dd";

    for (size_t i = 0; i < sizeof form; i++)
        if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
            return false;
    return true;
}

static bool is_hash(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* Lower-case names in order, each once, and two of them are there. */
static bool headers_are_good(const char *names)
{
    char before[64] = "", name[64];
    bool has_type = false, has_host = false;

    while (*names != '\0') {
        size_t len = strcspn(names, ";");

        if (len == 0 || len >= sizeof name)
            return false;
        memcpy(name, names, len);
        name[len] = '\0';
        if (strcmp(before, name) >= 0 ||
            strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != len)
            return false;
        has_type = has_type || strcmp(name, "content-type") == 0;
        has_host = has_host || strcmp(name, "host") == 0;
        memcpy(before, name, len + 1);
        names += len;
        if (*names == ';' && *++names == '\0')
            return false;
    }
    return has_type && has_host;
}

bool tc_authorization_read(const char *header, struct tc_authorization *out)
{
    return skip(&header, ALGORITHM " Credential=") &&
           take(&header, '/', out->secret_id, sizeof out->secret_id) &&
           strcspn(out->secret_id, " ,") == strlen(out->secret_id) &&
           take(&header, '/', out->date, sizeof out->date) && is_date(out->date) &&
           skip(&header, "ssl/tc3_request, SignedHeaders=") &&
           take(&header, ',', out->signed_headers, sizeof out->signed_headers) &&
           headers_are_good(out->signed_headers) && skip(&header, " Signature=") &&
           take(&header, '\0', out->signature, sizeof out->signature) && is_hash(out->signature);
}

/* Signing. */

static void hash(struct bytes data, char out[TC_HEX_SIZE])
{
    uint8_t digest[32];

    sha256(data, digest);
    hex_encode(digest, sizeof digest, out);
}

static void hmac(struct bytes key, const char *text, uint8_t out[32])
{
    uint8_t mac[MAC_LEN_MAX];

    mac_compute(MAC_SHA256, key, bytes_of(text), mac);
    memcpy(out, mac, 32);
}

/* "name:value\n" without white space around the value, all in lower case. */
static void add_header(struct buf *b, const char *name, const char *value)
{
    size_t len;

    while (isspace((unsigned char)*value))
        value++;
    len = strlen(value);
    while (len > 0 && isspace((unsigned char)value[len - 1]))
        len--;
    buf_add_text(b, name);
    buf_add_char(b, ':');
    for (size_t i = 0; i < len; i++)
        buf_add_char(b, (char)tolower((unsigned char)value[i]));
    buf_add_char(b, '\n');
}

static bool add_headers(struct buf *b, const struct tc_signed *what)
{
    char name[64];

    for (const char *at = what->signed_headers; *at != '\0';) {
        size_t len = strcspn(at, ";");
        const char *value;

        if (len >= sizeof name)
            return false;
        memcpy(name, at, len);
        name[len] = '\0';
        value = what->header(what->arg, name);
        if (value == NULL)
            return false;
        add_header(b, name, value);
        at += len + (at[len] == ';');
    }
    return true;
}

static bool hash_request(void *mem, const struct tc_signed *what, struct tc_signature *out)
{
    struct buf b;

    buf_init(&b, mem, CANONICAL_MAX);
    hash(what->body, out->body_hash);
    buf_add_text(&b, "POST\n/\n\n");
    if (!add_headers(&b, what))
        return false;
    buf_addf(&b, "\n%s\n%s", what->signed_headers, out->body_hash);
    hash(buf_bytes(&b), out->request_hash);
    return !b.overflow;
}

bool tc_sign(const struct tc_signed *what, const char *secret_key, struct tc_signature *out)
{
    void *mem = mem_new(NULL, char);
    char *key = mem_printf(mem, "TC3%s", secret_key);
    uint8_t mac[32];
    bool is_whole = hash_request(mem, what, out);

    hmac(bytes_of(key), what->date, out->date_key);
    hmac((struct bytes){out->date_key, 32}, "ssl", out->service_key);
    hmac((struct bytes){out->service_key, 32}, "tc3_request", out->signing_key);
    hmac((struct bytes){out->signing_key, 32},
        mem_printf(mem, ALGORITHM "\n%s\n%s" SCOPE_END "\n%s", what->timestamp, what->date,
            out->request_hash),
        mac);
    hex_encode(mac, sizeof mac, out->text);
    mem_free(mem);
    return is_whole;
}

void tc_sign_date(int64_t time_s, char date[11])
{
    time_t time = (time_t)time_s;
    struct tm tm;

    gmtime_r(&time, &tm);
    if (strftime(date, 11, "%Y-%m-%d", &tm) == 0)
        date[0] = '\0';
}
