/* huawei_sign - see huawei_sign.h. */
#include "tests/vendorsim/huawei_sign.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/key.h"
#include "base/mac.h"
#include "base/mem.h"
#include "tests/vendorsim/path.h"

#define CANONICAL_MAX (64 * 1024)
#define PAIRS_MAX     256

/* The header. */

/* The value of "NAME=value" up to the next comma, on `mem`; NULL. */
static char *part_of(void *mem, const char *text, const char *name)
{
    const char *at = strstr(text, name);
    size_t len;

    if (at == NULL)
        return NULL;
    at += strlen(name);
    len = strcspn(at, ", ");
    return len == 0 ? NULL : mem_strndup(mem, at, len);
}

bool hw_authorization_read(void *mem, const char *text, struct hw_authorization *out)
{
    size_t len = strlen(HW_SIGN_ALGORITHM);

    if (strncmp(text, HW_SIGN_ALGORITHM " ", len + 1) != 0)
        return false;
    text += len;
    out->access = part_of(mem, text, " Access=");
    out->signed_headers = part_of(mem, text, " SignedHeaders=");
    out->signature = part_of(mem, text, " Signature=");
    return out->access != NULL && out->signed_headers != NULL && out->signature != NULL;
}

bool hw_signs(const struct hw_authorization *authorization, const char *header)
{
    const char *at = authorization->signed_headers;
    size_t len;

    for (;; at += len + 1) {
        len = strcspn(at, ";");
        if (len == strlen(header) && strncmp(at, header, len) == 0)
            return true;
        if (at[len] == '\0')
            return false;
    }
}

/* The canonical request. */

/* Each segment decoded and encoded again, with a slash at the end. */
static void put_path(struct buf *b, const char *path)
{
    size_t len;
    char *segment;

    for (;;) {
        len = strcspn(path, "/");
        segment = path_decode(b->mem, path, len, false);
        path_encode(b, segment);
        if (path[len] == '\0')
            break;
        buf_add_char(b, '/');
        path += len + 1;
    }
    if (len > 0)
        buf_add_char(b, '/');
}

struct pair {
    char *name, *value;
};

static int compare(const void *a, const void *b)
{
    const struct pair *left = a, *right = b;
    int names = strcmp(left->name, right->name);

    return names != 0 ? names : strcmp(left->value, right->value);
}

static void put_query(struct buf *b, const char *query)
{
    struct pair *pairs = mem_new_array(b->mem, struct pair, PAIRS_MAX);
    size_t len, name_len, count = 0;

    while (*query != '\0' && count < PAIRS_MAX) {
        len = strcspn(query, "&");
        name_len = strcspn(query, "=&");
        pairs[count].name = path_decode(b->mem, query, name_len, true);
        pairs[count++].value =
            name_len < len ? path_decode(b->mem, query + name_len + 1, len - name_len - 1, true)
                           : mem_strdup(b->mem, "");
        query += len;
        query += *query == '&';
    }
    qsort(pairs, count, sizeof *pairs, compare);
    for (size_t i = 0; i < count; i++) {
        buf_add_text(b, i == 0 ? "" : "&");
        path_encode(b, pairs[i].name);
        buf_add_char(b, '=');
        path_encode(b, pairs[i].value);
    }
}

static void put_trimmed(struct buf *b, const char *text)
{
    size_t len = strlen(text);

    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    while (len > 0 && isspace((unsigned char)*text)) {
        text++;
        len--;
    }
    buf_add(b, text, len);
}

/* False: one of them is not there. */
static bool put_headers(struct buf *b, const struct hw_signed *request, const char *signed_headers)
{
    const char *value;
    char *name;
    size_t len;

    for (;; signed_headers += len + 1) {
        len = strcspn(signed_headers, ";");
        name = mem_strndup(b->mem, signed_headers, len);
        value = request->header(request->arg, name);
        if (value == NULL)
            return false;
        buf_add_text(b, name);
        buf_add_char(b, ':');
        put_trimmed(b, value);
        buf_add_char(b, '\n');
        if (signed_headers[len] == '\0')
            return true;
    }
}

static void put_hash(struct buf *b, const struct hw_signed *request)
{
    const char *told = request->header(request->arg, "X-Sdk-Content-Sha256");
    uint8_t digest[32];
    char text[2 * sizeof digest + 1];

    if (told != NULL && request->body.len > 0) {
        buf_add_text(b, told);
        return;
    }
    sha256(request->body, digest);
    hex_encode(digest, sizeof digest, text);
    buf_add_text(b, text);
}

char *hw_canonical_request(void *mem, const struct hw_signed *request, const char *signed_headers)
{
    struct buf b;

    buf_init(&b, mem, CANONICAL_MAX);
    buf_add_text(&b, request->method);
    buf_add_char(&b, '\n');
    put_path(&b, request->path);
    buf_add_char(&b, '\n');
    put_query(&b, request->query);
    buf_add_char(&b, '\n');
    if (!put_headers(&b, request, signed_headers))
        return NULL;
    buf_add_char(&b, '\n');
    buf_add_text(&b, signed_headers);
    buf_add_char(&b, '\n');
    put_hash(&b, request);
    return b.overflow ? NULL : buf_text(&b);
}

void hw_signature(const char *secret_key, const char *sdk_date, const char *canonical_request,
    char out[HW_SIGNATURE_SIZE])
{
    void *mem = mem_pool(NULL, 1024);
    uint8_t digest[32], mac[MAC_LEN_MAX];
    char hash[2 * sizeof digest + 1];
    char *to_sign;

    sha256(bytes_of(canonical_request), digest);
    hex_encode(digest, sizeof digest, hash);
    to_sign = mem_printf(mem, HW_SIGN_ALGORITHM "\n%s\n%s", sdk_date, hash);
    mac_compute(MAC_SHA256, bytes_of(secret_key), bytes_of(to_sign), mac);
    hex_encode(mac, mac_len(MAC_SHA256), out);
    mem_free(mem);
}

bool hw_sdk_date_read(const char *text, int64_t *time_s)
{
    char written[CLOCK_RFC3339_SIZE];

    if (strlen(text) != strlen("20260115T083000Z") || text[8] != 'T' || text[15] != 'Z')
        return false;
    snprintf(written, sizeof written, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", text, text + 4, text + 6,
        text + 9, text + 11, text + 13);
    return clock_parse(written, time_s);
}
