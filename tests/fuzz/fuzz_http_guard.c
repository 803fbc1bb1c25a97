/* Fuzzes base/http_guard: a stream of requests is fed whole and in pieces; both must end the same
 * way, and what is handed on must be as clean as the header promises. The first byte chooses the
 * size of the pieces. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/http_guard.h"
#include "base/mem.h"

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct http_limits limits = {.head_max = 2048, .headers_max = 16, .body_max = 512};

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Feeds one request in pieces; *in moves behind it. */
static enum http_guard_verdict feed(struct http_guard *guard, struct bytes *in, size_t piece)
{
    enum http_guard_verdict verdict = HTTP_GUARD_MORE;
    size_t used;

    while (in->len > 0 && (verdict == HTTP_GUARD_MORE || verdict == HTTP_GUARD_CONTINUE)) {
        size_t len = piece < in->len ? piece : in->len;

        verdict = http_guard_feed(guard, (struct bytes){in->data, len}, &used);
        must(used <= len && (used == len || verdict != HTTP_GUARD_MORE));
        *in = (struct bytes){in->data + used, in->len - used};
    }
    /* A continue with nothing behind it and no continue are the same: more is wanted. */
    return verdict == HTTP_GUARD_CONTINUE ? HTTP_GUARD_MORE : verdict;
}

static void check_request(const struct http_guard *guard)
{
    const char *path = http_guard_path(guard), *host = http_guard_header(guard, "Host");

    must(path[0] == '/' || strcmp(path, "*") == 0);
    must(strpbrk(path, " \t\r\n?#") == NULL);
    must(http_guard_is_1_0(guard) || (host != NULL && host[0] != '\0'));
    must(http_guard_body(guard).len <= limits.body_max);
    must((http_guard_method(guard) != HTTP_GET && http_guard_method(guard) != HTTP_HEAD) ||
         http_guard_body(guard).len == 0);
}

static void check_same(
    const struct http_guard *a, const struct http_guard *b, enum http_guard_verdict verdict)
{
    if (verdict == HTTP_GUARD_REFUSED) {
        must(http_guard_status(a) >= 400 && http_guard_status(a) == http_guard_status(b));
        must(strcmp(http_guard_detail(a), http_guard_detail(b)) == 0);
    } else if (verdict == HTTP_GUARD_WHOLE) {
        must(bytes_equal(http_guard_body(a), http_guard_body(b)));
        must(strcmp(http_guard_path(a), http_guard_path(b)) == 0);
        check_request(a);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes whole, pieces;
    enum http_guard_verdict verdict = HTTP_GUARD_WHOLE;

    if (size == 0)
        return 0;
    whole = pieces = (struct bytes){data + 1, size - 1};
    while (verdict == HTTP_GUARD_WHOLE && whole.len > 0) {
        void *mem = mem_pool(NULL, 16384);
        struct http_guard *a = http_guard_new(mem, &limits), *b = http_guard_new(mem, &limits);

        verdict = feed(a, &whole, whole.len);
        must(feed(b, &pieces, 1 + data[0] % 16) == verdict);
        must(verdict == HTTP_GUARD_REFUSED || whole.len == pieces.len);
        check_same(a, b, verdict);
        mem_free(mem);
    }
    return 0;
}
