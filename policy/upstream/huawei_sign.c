/* huawei_sign - see huawei_sign.h. */
#include "policy/upstream/huawei_sign.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/key.h"
#include "base/mac.h"
#include "base/mem.h"

#define ALGORITHM     "SDK-HMAC-SHA256"
#define CANONICAL_MAX ((size_t)64 * 1024)
#define PAIR          '\x01'

/* An array of texts that grows no more than the URL has parts. */
struct texts {
    const char **list;
    size_t len;
};

void huawei_date(int64_t time_s, char out[HUAWEI_DATE_SIZE])
{
    time_t when = (time_t)time_s;
    struct tm parts;

    gmtime_r(&when, &parts);
    strftime(out, HUAWEI_DATE_SIZE, "%Y%m%dT%H%M%SZ", &parts);
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* Decoded and encoded again, so that it has one spelling. */
static void add_encoded(struct buf *out, const char *text, size_t len)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";

    for (size_t i = 0; i < len; i++) {
        unsigned char octet = (unsigned char)text[i];

        if (octet == '%' && i + 2 < len && hex_value(text[i + 1]) >= 0 &&
            hex_value(text[i + 2]) >= 0) {
            octet = (unsigned char)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        }
        if (octet != '\0' && strchr(plain, octet) != NULL)
            buf_add_char(out, (char)octet);
        else
            buf_addf(out, "%%%02X", (unsigned)octet);
    }
}

/* What follows the authority; "" if nothing does. */
static const char *path_of(const char *url)
{
    const char *at = strstr(url, "://");

    at = at == NULL ? url : at + strlen("://");
    return at + strcspn(at, "/?");
}

static void add_path(struct buf *out, const char *path)
{
    const char *end = path + strcspn(path, "?");

    while (path < end) {
        size_t len;

        path += *path == '/';
        len = strcspn(path, "/?");
        if (path == end)
            break;
        buf_add_char(out, '/');
        add_encoded(out, path, len);
        path += len;
    }
    buf_add_char(out, '/');
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Name and value, each encoded, with what sorts before all that can stand in them between. */
static const char *pair_of(void *mem, const char *text, size_t len)
{
    const char *equals = memchr(text, '=', len);
    size_t name_len = equals == NULL ? len : (size_t)(equals - text);
    struct buf pair;

    buf_init(&pair, mem, CANONICAL_MAX);
    add_encoded(&pair, text, name_len);
    buf_add_char(&pair, PAIR);
    if (equals != NULL)
        add_encoded(&pair, equals + 1, len - name_len - 1);
    return buf_text(&pair);
}

static struct texts pairs_of(void *mem, const char *query)
{
    struct texts pairs = {mem_new_array(mem, const char *, strlen(query) + 1), 0};

    while (*query != '\0') {
        size_t len = strcspn(query, "&");

        if (len > 0)
            pairs.list[pairs.len++] = pair_of(mem, query, len);
        query += len + (query[len] == '&');
    }
    qsort(pairs.list, pairs.len, sizeof pairs.list[0], compare);
    return pairs;
}

static void add_query(void *mem, struct buf *out, const char *path)
{
    const char *query = path + strcspn(path, "?");
    struct texts pairs = pairs_of(mem, *query == '?' ? query + 1 : query);

    for (size_t i = 0; i < pairs.len; i++) {
        const char *split = strchr(pairs.list[i], PAIR);

        if (i > 0)
            buf_add_char(out, '&');
        buf_add(out, pairs.list[i], (size_t)(split - pairs.list[i]));
        buf_add_char(out, '=');
        buf_add_text(out, split + 1);
    }
}

static void add_signed_names(struct buf *out, const struct huawei_request *request)
{
    for (size_t i = 0; i < request->headers_len; i++)
        buf_addf(out, "%s%s", i == 0 ? "" : ";", request->headers[i].name);
}

static void add_hash(struct buf *out, struct bytes text)
{
    uint8_t hash[32];
    char digits[2 * sizeof hash + 1];

    sha256(text, hash);
    hex_encode(hash, sizeof hash, digits);
    buf_add_text(out, digits);
}

const char *huawei_canonical(void *mem, const struct huawei_request *request)
{
    const char *path = path_of(request->url);
    struct buf out;

    buf_init(&out, mem, CANONICAL_MAX);
    buf_addf(&out, "%s\n", request->method);
    add_path(&out, path);
    buf_add_char(&out, '\n');
    add_query(mem, &out, path);
    buf_add_char(&out, '\n');
    for (size_t i = 0; i < request->headers_len; i++)
        buf_addf(&out, "%s:%s\n", request->headers[i].name, request->headers[i].value);
    buf_add_char(&out, '\n');
    add_signed_names(&out, request);
    buf_add_char(&out, '\n');
    add_hash(&out, request->body);
    return buf_text(&out);
}

const char *huawei_authorization(
    void *mem, const char *access_key, const char *secret_key, const struct huawei_request *request)
{
    uint8_t mac[MAC_LEN_MAX];
    char signature[2 * MAC_LEN_MAX + 1];
    struct buf text;

    buf_init(&text, mem, CANONICAL_MAX);
    buf_addf(&text, "%s\n%s\n", ALGORITHM, request->date);
    add_hash(&text, bytes_of(huawei_canonical(mem, request)));
    mac_compute(MAC_SHA256, bytes_of(secret_key), buf_bytes(&text), mac);
    hex_encode(mac, mac_len(MAC_SHA256), signature);
    buf_reset(&text);
    buf_addf(&text, "%s Access=%s, SignedHeaders=", ALGORITHM, access_key);
    add_signed_names(&text, request);
    buf_addf(&text, ", Signature=%s", signature);
    return buf_text(&text);
}

const char *huawei_host(void *mem, const char *url)
{
    const char *host = strstr(url, "://"), *usual;
    size_t len;

    usual = strncmp(url, "https", strlen("https")) == 0 ? ":443" : ":80";
    host = host == NULL ? url : host + strlen("://");
    len = strcspn(host, "/?");
    if (len > strlen(usual) && strncmp(host + len - strlen(usual), usual, strlen(usual)) == 0)
        len -= strlen(usual);
    return mem_strndup(mem, host, len);
}
