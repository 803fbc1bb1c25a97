/* Tests of base/http_guard: what is accepted, what is refused and how, and that segmentation never
 * matters. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <string.h>

#include "base/http_guard.h"
#include "base/mem.h"

static const struct http_limits limits = {.head_max = 1024, .headers_max = 8, .body_max = 64};

/* What became of the first request in a stream. */
struct outcome {
    enum http_guard_verdict verdict;
    size_t taken;
    bool continued;
    int status;
    char detail[200];
};

/* Feeds `in` in pieces of the given sizes: the first, then the rest in pieces of `step` bytes. */
static struct http_guard *feed(
    void *mem, struct bytes in, size_t first, size_t step, struct outcome *out)
{
    struct http_guard *guard = http_guard_new(mem, &limits);
    size_t piece = first, used;

    *out = (struct outcome){.verdict = HTTP_GUARD_MORE};
    while (out->taken < in.len) {
        /* A piece of its own memory, so that reading beyond it is seen by AddressSanitizer. */
        size_t left = in.len - out->taken, len = piece < left ? piece : left;
        void *copy = mem_dup(mem, in.data + out->taken, len);

        out->verdict = http_guard_feed(guard, (struct bytes){copy, len}, &used);
        mem_free(copy);
        CU_ASSERT(used <= len);
        if (out->verdict == HTTP_GUARD_CONTINUE)
            out->continued = true;
        if (out->verdict == HTTP_GUARD_REFUSED) {
            out->status = http_guard_status(guard);
            snprintf(out->detail, sizeof out->detail, "%s", http_guard_detail(guard));
            return guard;
        }
        out->taken += used;
        if (out->verdict == HTTP_GUARD_WHOLE)
            return guard;
        piece = out->verdict == HTTP_GUARD_CONTINUE && used < len ? len - used : step;
    }
    return guard;
}

static struct http_guard *feed_whole(void *mem, struct bytes in, struct outcome *out)
{
    return feed(mem, in, in.len, in.len, out);
}

/* The same bytes cut at every place, and byte by byte, end the same way. */
static void check_segmentation(struct bytes in)
{
    struct outcome whole, cut;
    void *mem = mem_pool(NULL, 65536);

    feed_whole(mem, in, &whole);
    for (size_t first = 0; first <= in.len; first++) {
        void *one = mem_pool(mem, 4096);

        if (first == 0)
            feed(one, in, 1, 1, &cut);
        else
            feed(one, in, first, in.len, &cut);
        if (cut.verdict != whole.verdict || cut.status != whole.status ||
            strcmp(cut.detail, whole.detail) != 0 || cut.continued != whole.continued ||
            (whole.verdict != HTTP_GUARD_REFUSED && cut.taken != whole.taken)) {
            printf("\n    cut at %zu of: %.*s\n", first, (int)in.len, (const char *)in.data);
            CU_FAIL("a cut changed the verdict");
        }
        mem_free(one);
    }
    mem_free(mem);
}

#define BYTES(text)                                                                                \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }
#define HOST "Host: a.example\r\n"

struct refused {
    struct bytes in;
    int status;
    const char *says; /* a word of the sentence */
};

static const struct refused refused[] = {
    /* The laxities of evhttp, row by row. */
    {BYTES("POST / HTTP/1.1\r\n" HOST
           "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        400, "exclude"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501,
        "chunked"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde"), 400,
        "twice"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Content-Length: +3\r\n\r\nabc"), 400, "decimal"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Content-Length: 9223372036854775808\r\n\r\n"), 413, "64"},
    {BYTES("GET / HTTP/1.1\r\n" HOST ": v\r\n\r\n"), 400, "name, colon"},
    {BYTES("GET / HTTP/1.1\r\n" HOST "X-A : v\r\n\r\n"), 400, "before the colon"},
    {BYTES("GET / HTTP/1.1\nHost: a.example\n\n"), 400, "CR LF"},
    {BYTES("GET / HTTP/1.1\r\nHost: a.example\n\r\n"), 400, "CR LF"},
    {BYTES("GET / HTTP/1.1\r\n" HOST "X-A: v\r\n folded\r\n\r\n"), 400, "white space"},
    {BYTES("GET / HTTP/1.1\r\n" HOST "X-A: v\r\n\tfolded\r\n\r\n"), 400, "white space"},
    {BYTES("GET / HTTP/1.1\r\n\r\n"), 400, "Host is missing"},
    {BYTES("GET / HTTP/1.1\r\n" HOST HOST "\r\n"), 400, "twice"},
    {BYTES("GET / HTTP/1.9\r\n" HOST "\r\n"), 505, "HTTP/1.1"},
    {BYTES("GET / HTTP/1.1\r\n" HOST "X-A: a\0b\r\n\r\n"), 400, "control"},
    {BYTES("GET /a%00b HTTP/1.1\r\n" HOST "\r\n"), 400, "%00"},
    {BYTES("GET /a b HTTP/1.1\r\n" HOST "\r\n"), 400, "one space"},
    {BYTES("GET http://b.example/ HTTP/1.1\r\n" HOST "\r\n"), 400, "path"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n"),
        400, "hexadecimal"},
    {BYTES("GET / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"), 400, "no body"},
    /* The request line. */
    {BYTES("GET /\r\n"), 400, "one space"},
    {BYTES("GET  / HTTP/1.1\r\n"), 400, "one space"},
    {BYTES("GET / HTTP/1.1 \r\n"), 400, "one space"},
    {BYTES(" GET / HTTP/1.1\r\n"), 400, "one space"},
    {BYTES("GET\t/\tHTTP/1.1\r\n"), 400, "one space"},
    {BYTES("GET / HTTP/1.1\r\r\n"), 400, "one space"},
    {BYTES("GET / http/1.1\r\n"), 400, "one space"},
    {BYTES("GET / HTTP/11\r\n"), 400, "one space"},
    {BYTES("GET / HTTP/1.10\r\n"), 400, "one space"},
    {BYTES("GET /\0 HTTP/1.1\r\n"), 400, "one space"},
    {BYTES("GET / HTTP/0.9\r\n"), 505, "HTTP/1.1"},
    {BYTES("PRI * HTTP/2.0\r\n"), 505, "HTTP/1.1"},
    {BYTES("G(T / HTTP/1.1\r\n"), 400, "token"},
    {BYTES("get / HTTP/1.1\r\n"), 501, "method"},
    {BYTES("BREW / HTTP/1.1\r\n"), 501, "method"},
    {BYTES("TRACE / HTTP/1.1\r\n"), 501, "method"},
    {BYTES("CONNECT a.example:443 HTTP/1.1\r\n"), 501, "method"},
    {BYTES("GET * HTTP/1.1\r\n"), 400, "path"},
    {BYTES("OPTIONS *a HTTP/1.1\r\n"), 400, "path"},
    {BYTES("GET a HTTP/1.1\r\n"), 400, "path"},
    {BYTES("GET /a#b HTTP/1.1\r\n"), 400, "percent-encoded"},
    {BYTES("GET /a\\b HTTP/1.1\r\n"), 400, "percent-encoded"},
    {BYTES("GET /a\x01 HTTP/1.1\r\n"), 400, "percent-encoded"},
    {BYTES("GET /a\x7f HTTP/1.1\r\n"), 400, "percent-encoded"},
    {BYTES("GET /\xc3\xa9 HTTP/1.1\r\n"), 400, "percent-encoded"},
    {BYTES("GET /a?b=<c> HTTP/1.1\r\n"), 400, "percent-encoded"},
    {BYTES("GET /%4 HTTP/1.1\r\n"), 400, "two hexadecimal"},
    {BYTES("GET /%g1 HTTP/1.1\r\n"), 400, "two hexadecimal"},
    {BYTES("GET /? % HTTP/1.1\r\n"), 400, "one space"},
    {BYTES("GET /?a=%00 HTTP/1.1\r\n"), 400, "%00"},
    {BYTES("\r\n\r\nGET / HTTP/1.1\r\n"), 400, "one space"},
    {BYTES("\nGET / HTTP/1.1\r\n"), 400, "CR LF"},
    {BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n"), 400, "CR LF"},
    /* Header lines. */
    {BYTES("GET / HTTP/1.1\r\n" HOST "no colon\r\n\r\n"), 400, "name, colon"},
    {BYTES("GET / HTTP/1.1\r\n" HOST "X(A): v\r\n\r\n"), 400, "name, colon"},
    {BYTES("GET / HTTP/1.1\r\n" HOST "X\0A: v\r\n\r\n"), 400, "name, colon"},
    {BYTES("GET / HTTP/1.1\r\n" HOST "X\xe9: v\r\n\r\n"), 400, "name, colon"},
    {BYTES("GET / HTTP/1.1\r\n" HOST "X-A: a\rb\r\n\r\n"), 400, "control"},
    {BYTES("GET / HTTP/1.1\r\n" HOST "X-A: a\x0b\r\n\r\n"), 400, "control"},
    {BYTES("GET / HTTP/1.1\r\n" HOST "X-A: a\x7f\r\n\r\n"), 400, "control"},
    {BYTES("GET / HTTP/1.1\r\n" HOST "X-A: a\r\r\n\r\n"), 400, "control"},
    {BYTES("GET / HTTP/1.1\r\n" HOST "\n"), 400, "CR LF"},
    {BYTES("GET / HTTP/1.1\r\n Host: a.example\r\n\r\n"), 400, "white space"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Content-Type: a/b\r\ncontent-type: c/d\r\n\r\n"), 400,
        "twice"},
    {BYTES("GET / HTTP/1.1\r\n" HOST "Authorization: a\r\nAuthorization: b\r\n\r\n"), 400, "twice"},
    /* Host. */
    {BYTES("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 400, "Host must"},
    {BYTES("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400, "Host must"},
    {BYTES("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"), 400, "Host must"},
    {BYTES("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400, "Host must"},
    {BYTES("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"), 400, "Host must"},
    {BYTES("GET / HTTP/1.1\r\nHost: :80\r\n\r\n"), 400, "Host must"},
    {BYTES("GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n"), 400, "Host must"},
    {BYTES("GET / HTTP/1.1\r\nHost: a:123456\r\n\r\n"), 400, "Host must"},
    {BYTES("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"), 400, "Host must"},
    {BYTES("GET / HTTP/1.1\r\nHost: []\r\n\r\n"), 400, "Host must"},
    {BYTES("GET / HTTP/1.1\r\nHost: [::g]\r\n\r\n"), 400, "Host must"},
    {BYTES("GET / HTTP/1.0\r\n" HOST "host: b\r\n\r\n"), 400, "twice"},
    /* Framing. */
    {BYTES("POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"), 400,
        "twice"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Content-Length: 3, 3\r\n\r\nabc"), 400, "decimal"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n"), 400, "decimal"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Content-Length: 0x3\r\n\r\n"), 400, "decimal"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n"), 400, "decimal"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Content-Length: 65\r\n\r\n"), 413, "64"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551619\r\n\r\nabc"), 413,
        "64"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999999999999999\r\n\r\n"),
        413, "64"},
    {BYTES("POST / HTTP/1.1\r\n" HOST
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        400, "twice"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, chunked\r\n\r\n"), 501,
        "chunked"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n"), 501, "chunked"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked;a=b\r\n\r\n"), 501, "chunked"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n\r\n"), 501, "chunked"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: \x0b"
           "chunked\r\n\r\n"),
        400, "control"},
    {BYTES("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400, "HTTP/1.0"},
    {BYTES("HEAD / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400,
        "no body"},
/* Chunks. */
#define CHUNKED "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
    {BYTES(CHUNKED "\r\n"), 400, "hexadecimal"},
    {BYTES(CHUNKED "-3\r\nabc\r\n0\r\n\r\n"), 400, "hexadecimal"},
    {BYTES(CHUNKED " 3\r\nabc\r\n0\r\n\r\n"), 400, "hexadecimal"},
    {BYTES(CHUNKED "3 \r\nabc\r\n0\r\n\r\n"), 400, "hexadecimal"},
    {BYTES(CHUNKED "3\nabc\r\n0\r\n\r\n"), 400, "hexadecimal"},
    {BYTES(CHUNKED "3\r\rabc\r\n0\r\n\r\n"), 400, "where its size says"},
    {BYTES(CHUNKED "3\r\nabcd\r\n0\r\n\r\n"), 400, "where its size says"},
    {BYTES(CHUNKED "3\r\nab\r\n0\r\n\r\n"), 400, "where its size says"},
    {BYTES(CHUNKED "3\r\nabc\n0\r\n\r\n"), 400, "where its size says"},
    {BYTES(CHUNKED "3;a=b\r\nabc\r\n0\r\n\r\n"), 400, "extensions"},
    {BYTES(CHUNKED "0;a\r\n\r\n"), 400, "extensions"},
    {BYTES(CHUNKED "00000000000000003\r\nabc\r\n0\r\n\r\n"), 400, "hexadecimal"},
    {BYTES(CHUNKED "41\r\n"), 413, "64"},
    {BYTES(CHUNKED "ffffffffffffffff\r\n"), 413, "64"},
    {BYTES(CHUNKED "20\r\n................................\r\n21\r\n"), 413, "64"},
    {BYTES(CHUNKED "0\r\nX-Trailer: a\r\n\r\n"), 400, "trailer"},
    {BYTES(CHUNKED "0\r\n\n"), 400, "trailer"},
    {BYTES(CHUNKED "0\r\n\r\r"), 400, "where its size says"},
    /* Expect. */
    {BYTES("POST / HTTP/1.1\r\n" HOST "Expect: 200-ok\r\nContent-Length: 1\r\n\r\n"), 417,
        "Expect"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Expect: 100-continue, 100-continue\r\n\r\n"), 417, "Expect"},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 65\r\n\r\n"), 413,
        "64"},
    /* Number of headers. */
    {BYTES("GET / HTTP/1.1\r\n" HOST
           "B: b\r\nC: c\r\nD: d\r\nE: e\r\nF: f\r\nG: g\r\nH: h\r\nI: i\r\n\r\n"),
        431, "more than 8"},
};

static void refusals_have_the_right_status_and_a_sentence(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        void *mem = mem_pool(NULL, 8192);
        struct outcome got;

        feed_whole(mem, refused[i].in, &got);
        if (got.verdict != HTTP_GUARD_REFUSED || got.status != refused[i].status ||
            strstr(got.detail, refused[i].says) == NULL)
            printf("\n    row %zu: verdict %d, status %d, \"%s\" for: %.*s\n", i, got.verdict,
                got.status, got.detail, (int)refused[i].in.len, (const char *)refused[i].in.data);
        CU_ASSERT_EQUAL(got.verdict, HTTP_GUARD_REFUSED);
        CU_ASSERT_EQUAL(got.status, refused[i].status);
        CU_ASSERT_PTR_NOT_NULL(strstr(got.detail, refused[i].says));
        mem_free(mem);
    }
}

struct accepted {
    struct bytes in;
    size_t len; /* of the request; what follows is not taken */
    const char *method, *path, *query, *body;
    bool keeps_alive;
};

#define WHOLE(text) BYTES(text), sizeof(text) - 1

static const struct accepted accepted[] = {
    {WHOLE("GET / HTTP/1.1\r\n" HOST "\r\n"), "GET", "/", NULL, "", true},
    {WHOLE("\r\nGET / HTTP/1.1\r\n" HOST "\r\n"), "GET", "/", NULL, "", true},
    {WHOLE("HEAD /n?a=b&c HTTP/1.1\r\n" HOST "\r\n"), "HEAD", "/n", "a=b&c", "", true},
    {WHOLE("GET /? HTTP/1.1\r\n" HOST "\r\n"), "GET", "/", "", "", true},
    {WHOLE("GET /a?b?c HTTP/1.1\r\n" HOST "\r\n"), "GET", "/a", "b?c", "", true},
    {WHOLE("GET //-._~!$&'()*+,;=:@%20%fF HTTP/1.1\r\n" HOST "\r\n"), "GET",
        "//-._~!$&'()*+,;=:@%20%fF", NULL, "", true},
    {WHOLE("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), "OPTIONS", "*", NULL, "", true},
    {WHOLE("DELETE /x HTTP/1.1\r\n" HOST "\r\n"), "DELETE", "/x", NULL, "", true},
    {WHOLE("GET / HTTP/1.1\r\nhOST:a.example:14000\r\n\r\n"), "GET", "/", NULL, "", true},
    {WHOLE("GET / HTTP/1.1\r\nHost: \t[2001:db8::7]:443 \t\r\n\r\n"), "GET", "/", NULL, "", true},
    {WHOLE("GET / HTTP/1.1\r\nHost: a.example:\r\n\r\n"), "GET", "/", NULL, "", true},
    {WHOLE("GET / HTTP/1.1\r\n" HOST "X: \t\xc3\xa9 \"b\"\tc \r\nY:\r\n\r\n"), "GET", "/", NULL, "",
        true},
    {WHOLE("GET / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n"), "GET", "/", NULL, "", true},
    {WHOLE("POST / HTTP/1.1\r\n" HOST "\r\n"), "POST", "/", NULL, "", true},
    {WHOLE("POST / HTTP/1.1\r\n" HOST "Content-Length: 003\r\n\r\nabc"), "POST", "/", NULL, "abc",
        true},
    {WHOLE("POST / HTTP/1.1\r\n" HOST "Content-Length: 64\r\n\r\n"
           "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        "POST", "/", NULL, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        true},
    {WHOLE(CHUNKED "0\r\n\r\n"), "POST", "/", NULL, "", true},
    {WHOLE(CHUNKED "3\r\nabc\r\n0000000A\r\n\r\n0\r\n\r\n...\r\n0\r\n\r\n"), "POST", "/", NULL,
        "abc\r\n0\r\n\r\n...", true},
    {WHOLE(CHUNKED "20\r\n................................\r\n20\r\n..............................."
                   ".\r\n0\r\n\r\n"),
        "POST", "/", NULL, "................................................................",
        true},
    {WHOLE("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n1\r\na\r\n00\r\n\r\n"),
        "POST", "/", NULL, "a", true},
    /* What follows a request is the next one's. */
    {BYTES("GET / HTTP/1.1\r\n" HOST "\r\nGET /2 HTTP/1.1\r\n"), 35, "GET", "/", NULL, "", true},
    {BYTES("POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nabc"), 56, "POST", "/", NULL, "a",
        true},
    /* Persistence (RFC 9112, 9.3). */
    {WHOLE("GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"), "GET", "/", NULL, "", false},
    {WHOLE("GET / HTTP/1.1\r\n" HOST "Connection: TE, Close\r\n\r\n"), "GET", "/", NULL, "", false},
    {WHOLE("GET / HTTP/1.1\r\n" HOST "Connection: closer\r\nConnection: upgrade\r\n\r\n"), "GET",
        "/", NULL, "", true},
    {WHOLE("GET / HTTP/1.0\r\n\r\n"), "GET", "/", NULL, "", false},
    {WHOLE("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), "GET", "/", NULL, "", true},
    {WHOLE("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"), "GET", "/", NULL, "", false},
};

static void good_requests_are_read_as_sent(void)
{
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        const struct accepted *row = &accepted[i];
        void *mem = mem_pool(NULL, 8192);
        struct outcome got;
        struct http_guard *guard = feed_whole(mem, row->in, &got);

        CU_ASSERT_EQUAL(got.verdict, HTTP_GUARD_WHOLE);
        if (got.verdict != HTTP_GUARD_WHOLE) {
            printf("\n    row %zu: %d %s\n", i, got.status, got.detail);
            mem_free(mem);
            continue;
        }
        CU_ASSERT_EQUAL(got.taken, row->len);
        CU_ASSERT_STRING_EQUAL(http_guard_method_name(guard), row->method);
        CU_ASSERT_STRING_EQUAL(http_guard_path(guard), row->path);
        if (row->query == NULL)
            CU_ASSERT_PTR_NULL(http_guard_query(guard))
        else
            CU_ASSERT_STRING_EQUAL(http_guard_query(guard), row->query);
        CU_ASSERT(bytes_equal(http_guard_body(guard), bytes_of(row->body)));
        CU_ASSERT_EQUAL(http_guard_keeps_alive(guard), row->keeps_alive);
        mem_free(mem);
    }
}

static void headers_are_found_by_name_in_any_case(void)
{
    static const struct bytes in = BYTES(
        "GET / HTTP/1.1\r\n" HOST "X-One: \t first value \t\r\nX-Two:\r\nx-one: second\r\n\r\n");
    void *mem = mem_pool(NULL, 8192);
    struct outcome got;
    struct http_guard *guard = feed_whole(mem, in, &got);

    CU_ASSERT_EQUAL(got.verdict, HTTP_GUARD_WHOLE);
    CU_ASSERT_STRING_EQUAL(http_guard_header(guard, "host"), "a.example");
    CU_ASSERT_STRING_EQUAL(http_guard_header(guard, "x-ONE"), "first value");
    CU_ASSERT_STRING_EQUAL(http_guard_header(guard, "X-Two"), "");
    CU_ASSERT_PTR_NULL(http_guard_header(guard, "X-Three"));
    CU_ASSERT_PTR_NULL(http_guard_header(guard, "X-One:"));
    mem_free(mem);
}

static void a_continue_is_asked_for_once_and_only_before_a_body(void)
{
    static const struct {
        struct bytes in;
        bool continued;
    } rows[] = {
        {BYTES("POST / HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\nContent-Length: 3\r\n\r\nabc"),
            true},
        {BYTES("POST / HTTP/1.1\r\n" HOST
               "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            true},
        {BYTES("POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n\r\n"), false},
        {BYTES("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"), false},
        {BYTES("POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"), false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        void *mem = mem_pool(NULL, 8192);
        struct outcome got;

        feed_whole(mem, rows[i].in, &got);
        CU_ASSERT_EQUAL(got.verdict, HTTP_GUARD_WHOLE);
        CU_ASSERT_EQUAL(got.continued, rows[i].continued);
        mem_free(mem);
        check_segmentation(rows[i].in);
    }
}

static void cuts_never_change_the_verdict(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        check_segmentation(refused[i].in);
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++)
        check_segmentation(accepted[i].in);
}

/* Every prefix of a good request is neither whole nor refused. */
static void a_part_of_a_request_is_waited_for(void)
{
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        for (size_t len = 0; len < accepted[i].len; len++) {
            void *mem = mem_pool(NULL, 8192);
            struct outcome got;

            feed_whole(mem, (struct bytes){accepted[i].in.data, len}, &got);
            CU_ASSERT_EQUAL(got.verdict, HTTP_GUARD_MORE);
            mem_free(mem);
        }
    }
}

/* A head of exactly `head_len` bytes, or one whose request line alone has them. */
static struct outcome feed_head(size_t head_len, bool in_request_line)
{
    void *mem = mem_pool(NULL, 8192);
    char *text = mem_alloc(mem, head_len + 1, "text");
    const char *end = in_request_line ? " HTTP/1.1\r\n" HOST "\r\n" : "\r\n\r\n";
    const char *begin = in_request_line ? "GET /" : "GET / HTTP/1.1\r\n" HOST "X: ";
    struct outcome got;

    memset(text, 'a', head_len);
    memcpy(text, begin, strlen(begin));
    memcpy(text + head_len - strlen(end), end, strlen(end));
    check_segmentation((struct bytes){(uint8_t *)text, head_len});
    feed_whole(mem, (struct bytes){(uint8_t *)text, head_len}, &got);
    mem_free(mem);
    return got;
}

static void heads_are_bounded_to_the_byte(void)
{
    CU_ASSERT_EQUAL(feed_head(1024, false).verdict, HTTP_GUARD_WHOLE);
    CU_ASSERT_EQUAL(feed_head(1025, false).status, 431);
    CU_ASSERT_EQUAL(feed_head(1024, true).verdict, HTTP_GUARD_WHOLE);
    CU_ASSERT_EQUAL(feed_head(1100, true).status, 414);
}

static void the_number_of_headers_is_bounded(void)
{
    static const struct bytes eight = BYTES(
        "GET / HTTP/1.1\r\n" HOST "B: b\r\nC: c\r\nD: d\r\nE: e\r\nF: f\r\nG: g\r\nH: h\r\n\r\n");
    void *mem = mem_pool(NULL, 8192);
    struct outcome got;

    feed_whole(mem, eight, &got);
    CU_ASSERT_EQUAL(got.verdict, HTTP_GUARD_WHOLE);
    mem_free(mem);
}

/* Each single byte in each place of interest, against the rules written down once more. */
static void every_byte_is_judged_by_its_place(void)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char target[] = "-._~!$&'()*+,;=:@/?0123456789abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    for (int c = 0; c < 256; c++) {
        char name[] = "GET / HTTP/1.1\r\n" HOST "X_: v\r\n\r\n",
             value[] = "GET / HTTP/1.1\r\n" HOST "X: a_b\r\n\r\n";
        char path[] = "GET /_a HTTP/1.1\r\n" HOST "\r\n";
        bool is_token = c != 0 && strchr(token, c) != NULL,
             is_target = c != 0 && strchr(target, c) != NULL;
        void *mem = mem_pool(NULL, 16384);
        struct outcome got;

        *strrchr(name, '_') = (char)c;
        feed_whole(mem, (struct bytes){(uint8_t *)name, sizeof name - 1}, &got);
        /* "X:: v" is the name X with the value ": v". */
        CU_ASSERT_EQUAL(got.verdict == HTTP_GUARD_WHOLE, is_token || c == ':');
        *strrchr(value, '_') = (char)c;
        feed_whole(mem, (struct bytes){(uint8_t *)value, sizeof value - 1}, &got);
        CU_ASSERT_EQUAL(got.verdict == HTTP_GUARD_WHOLE, c == '\t' || (c >= ' ' && c != 0x7f));
        *strrchr(path, '_') = (char)c;
        feed_whole(mem, (struct bytes){(uint8_t *)path, sizeof path - 1}, &got);
        CU_ASSERT_EQUAL(got.verdict == HTTP_GUARD_WHOLE, is_target);
        mem_free(mem);
    }
}

static const struct test tests[] = {
    {"refusals have the right status and a sentence",
        refusals_have_the_right_status_and_a_sentence},
    {"good requests are read as sent", good_requests_are_read_as_sent},
    {"headers are found by name in any case", headers_are_found_by_name_in_any_case},
    {"a continue is asked for once and only before a body",
        a_continue_is_asked_for_once_and_only_before_a_body},
    {"cuts never change the verdict", cuts_never_change_the_verdict},
    {"a part of a request is waited for", a_part_of_a_request_is_waited_for},
    {"heads are bounded to the byte", heads_are_bounded_to_the_byte},
    {"the number of headers is bounded", the_number_of_headers_is_bounded},
    {"every byte is judged by its place", every_byte_is_judged_by_its_place},
    {NULL, NULL},
};
extern const struct test_suite suite_http_guard;
const struct test_suite suite_http_guard = {"http_guard", tests};
