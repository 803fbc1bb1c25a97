/* tencent_sign - see tencent_sign.h. */
#include "policy/upstream/tencent_sign.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/key.h"
#include "base/mac.h"
#include "base/mem.h"

#define ALGORITHM   "TC3-HMAC-SHA256"
#define SERVICE     "ssl"
#define SCOPE_END   "tc3_request"
#define DATE_SIZE   sizeof "2026-01-01"
#define DIGEST_LEN  32
#define DIGEST_SIZE (2 * DIGEST_LEN + 1) /* as hexadecimal digits */

static void hash_text(struct bytes data, char out[DIGEST_SIZE])
{
    uint8_t digest[DIGEST_LEN];

    sha256(data, digest);
    hex_encode(digest, sizeof digest, out);
}

static void date_text(int64_t time_s, char out[DATE_SIZE])
{
    time_t when = (time_t)time_s;
    struct tm parts;

    gmtime_r(&when, &parts);
    strftime(out, DATE_SIZE, "%Y-%m-%d", &parts);
}

static const char *lower(void *mem, const char *text)
{
    char *copy = mem_strdup(mem, text);

    for (char *at = copy; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return copy;
}

static const char *signed_headers(const struct tencent_request *request)
{
    return request->action == NULL ? "content-type;host" : "content-type;host;x-tc-action";
}

const char *tencent_canonical(void *mem, const struct tencent_request *request)
{
    char body[DIGEST_SIZE];
    const char *action = "";

    hash_text(request->body, body);
    if (request->action != NULL)
        action = mem_printf(mem, "x-tc-action:%s\n", lower(mem, request->action));
    return mem_printf(mem, "POST\n/\n\ncontent-type:%s\nhost:%s\n%s\n%s\n%s",
        lower(mem, request->content_type), lower(mem, request->host), action,
        signed_headers(request), body);
}

static void derive(uint8_t key[MAC_LEN_MAX], const char *text)
{
    uint8_t next[MAC_LEN_MAX];

    mac_compute(MAC_SHA256, (struct bytes){key, DIGEST_LEN}, bytes_of(text), next);
    memcpy(key, next, DIGEST_LEN);
}

const char *tencent_authorization(
    void *mem, const char *secret_id, const char *secret_key, const struct tencent_request *request)
{
    const char *first = mem_printf(mem, "TC3%s", secret_key);
    char date[DATE_SIZE], hash[DIGEST_SIZE], signature[DIGEST_SIZE];
    uint8_t key[MAC_LEN_MAX];

    date_text(request->time_s, date);
    hash_text(bytes_of(tencent_canonical(mem, request)), hash);
    mac_compute(MAC_SHA256, bytes_of(first), bytes_of(date), key);
    derive(key, SERVICE);
    derive(key, SCOPE_END);
    derive(key, mem_printf(mem, ALGORITHM "\n%" PRId64 "\n%s/" SERVICE "/" SCOPE_END "\n%s",
                    request->time_s, date, hash));
    hex_encode(key, DIGEST_LEN, signature);
    return mem_printf(mem,
        ALGORITHM " Credential=%s/%s/" SERVICE "/" SCOPE_END ", SignedHeaders=%s, Signature=%s",
        secret_id, date, signed_headers(request), signature);
}
