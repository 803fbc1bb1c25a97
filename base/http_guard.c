/* http_guard - see http_guard.h.
 *
 * The head is gathered line by line in one buffer and judged only at each line's LF or where a
 * limit is passed; chunk framing is judged byte by byte. That is why segmentation cannot matter.
 * Names and values are cut out of the buffer with NULs in place; they are kept as offsets, since
 * the buffer moves when it grows.
 */
#include "base/http_guard.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

#define HEAD_FIRST_SIZE 512

/* In the order of arrival. */
enum stage {
    STAGE_HEAD,
    STAGE_BODY,       /* Content-Length: bytes up to `length` */
    STAGE_CHUNK_SIZE, /* hexadecimal digits, then CR */
    STAGE_CHUNK_SIZE_LF,
    STAGE_CHUNK_DATA, /* bytes up to `length`, which each chunk moves on */
    STAGE_CHUNK_CR,
    STAGE_CHUNK_LF,
    STAGE_LAST_CR, /* the empty line after the chunk of size 0 */
    STAGE_LAST_LF
};

struct header {
    uint32_t name, value; /* offsets into the head */
};

struct http_guard {
    struct http_limits limits;
    enum stage stage;

    char *head;
    size_t head_len, head_size;
    size_t line; /* where the current line starts */
    bool skipped_line, have_request_line;
    enum http_method method;
    uint32_t path, query; /* offsets; the method is at 0, and so is a query that is absent */
    bool is_1_0;
    struct header *headers;
    size_t headers_len, headers_size;

    unsigned seen; /* bit i: single_fields[i] was there */
    bool chunked, has_length, expects_continue, says_close, says_keep_alive;

    uint8_t *body;
    size_t body_len, body_size;
    size_t length; /* of the body, as far as it is announced */
    size_t chunk;  /* size of the chunk whose size line is being read */
    unsigned chunk_digits;

    int status;
    char detail[160];
};

/* What a byte may be part of. */
enum { IN_TOKEN = 1, IN_VALUE = 2, IN_TARGET = 4, IN_HOST = 8 };

/* RFC 9110, 5.6.2: tchar. RFC 9110, 5.5: field-vchar, SP, HTAB and obs-text. RFC 3986, 3.3: pchar
 * without pct-encoded, "/" and "?". Hosts: letters, digits, "-", "." and "_". */
/* clang-format off */
static const uint8_t classes[128] = {
     0,  0,  0,  0,  0,  0,  0,  0,  0,  2,  0,  0,  0,  0,  0,  0, /* controls */
     0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0, /* controls */
     2,  7,  2,  3,  7,  3,  7,  7,  6,  6,  7,  7,  6, 15, 15,  6, /* SP ! " # $ % & ' ( ) * + , - . / */
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15,  6,  6,  2,  6,  2,  6, /* 0-9 : ; < = > ? */
     6, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, /* @ A-O */
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,  2,  2,  2,  3, 15, /* P-Z [ \ ] ^ _ */
     3, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, /* ` a-o */
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,  2,  3,  2,  7,  0, /* p-z { | } ~ DEL */
};
/* clang-format on */

static bool is_in(unsigned char c, uint8_t class)
{
    return c < sizeof classes ? (classes[c] & class) != 0 : class == IN_VALUE;
}

/* How many characters of `text` are of a class. */
static size_t span(const char *text, uint8_t class)
{
    size_t len = 0;

    while (is_in((unsigned char)text[len], class))
        len++;
    return len;
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum http_guard_verdict refuse(struct http_guard *g, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum http_guard_verdict refuse(struct http_guard *g, int status, const char *format, ...)
{
    va_list args;

    g->status = status;
    va_start(args, format);
    vsnprintf(g->detail, sizeof g->detail, format, args);
    va_end(args);
    return HTTP_GUARD_REFUSED;
}

/* The request line. */

static const struct {
    const char *name;
    enum http_method method;
} methods[] = {{"GET", HTTP_GET}, {"HEAD", HTTP_HEAD}, {"POST", HTTP_POST},
    {"OPTIONS", HTTP_OPTIONS}, {"PUT", HTTP_OTHER}, {"DELETE", HTTP_OTHER}, {"PATCH", HTTP_OTHER}};

static enum http_guard_verdict read_method(struct http_guard *g, const char *name)
{
    if (name[0] == '\0' || name[span(name, IN_TOKEN)] != '\0')
        return refuse(g, 400, "the request method is not a token");
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (strcmp(name, methods[i].name) == 0) {
            g->method = methods[i].method;
            return HTTP_GUARD_MORE;
        }
    return refuse(g, 501, "this server does not know the request method");
}

static enum http_guard_verdict read_version(struct http_guard *g, const char *version)
{
    static const char pattern[] = "HTTP/0.0";

    if (strcmp(version, "HTTP/1.1") == 0)
        return HTTP_GUARD_MORE;
    g->is_1_0 = strcmp(version, "HTTP/1.0") == 0;
    if (g->is_1_0)
        return HTTP_GUARD_MORE;
    for (size_t i = 0; i < sizeof pattern; i++)
        if (pattern[i] == '0' ? version[i] < '0' || version[i] > '9' : version[i] != pattern[i])
            return refuse(
                g, 400, "the request line must be: method, one space, target, one space, HTTP/1.1");
    return refuse(g, 505, "this server speaks HTTP/1.1 only");
}

/* Every '%%' must be followed by two hexadecimal digits that are not 00 (RFC 3986, 2.1). */
static enum http_guard_verdict read_target(struct http_guard *g, char *target)
{
    char *p = target;

    if (strcmp(target, "*") == 0 && g->method == HTTP_OPTIONS)
        return HTTP_GUARD_MORE;
    if (target[0] != '/')
        return refuse(g, 400, "the request target must be a path that starts with '/'");
    for (p += span(p, IN_TARGET); *p != '\0'; p += span(p, IN_TARGET)) {
        if (*p != '%')
            return refuse(
                g, 400, "the request target has a character that must be percent-encoded");
        if (hex_digit((uint8_t)p[1]) < 0 || hex_digit((uint8_t)p[2]) < 0)
            return refuse(
                g, 400, "in the request target, '%%' must be followed by two hexadecimal digits");
        if (p[1] == '0' && p[2] == '0')
            return refuse(g, 400, "the request target has an encoded NUL (%%00)");
        p += 3;
    }
    p = strchr(target, '?');
    if (p != NULL) {
        *p = '\0';
        g->query = (uint32_t)(p + 1 - g->head);
    }
    return HTTP_GUARD_MORE;
}

/* `line` ends with a NUL; a NUL inside cuts it short and so leaves a wrong version, method or
 * target. */
static enum http_guard_verdict read_request_line(struct http_guard *g, char *line, size_t len)
{
    char *target = strchr(line, ' '), *version = target == NULL ? NULL : strchr(target + 1, ' ');

    if (version == NULL || strlen(line) != len)
        return refuse(
            g, 400, "the request line must be: method, one space, target, one space, HTTP/1.1");
    *target++ = '\0';
    *version++ = '\0';
    g->have_request_line = true;
    g->path = (uint32_t)(target - g->head);
    if (read_version(g, version) == HTTP_GUARD_REFUSED ||
        read_method(g, line) == HTTP_GUARD_REFUSED || read_target(g, target) == HTTP_GUARD_REFUSED)
        return HTTP_GUARD_REFUSED;
    return HTTP_GUARD_MORE;
}

/* Header fields that the guard itself understands. */

/* host [":" port], where host is a name, an IPv4 address or an IPv6 address in brackets (RFC
 * 9110, 7.2). */
static enum http_guard_verdict read_host(struct http_guard *g, const char *value)
{
    const char *p = value;
    size_t digits;

    if (*p == '[') {
        p += 1 + strspn(p + 1, "0123456789abcdefABCDEF:.");
        p = p - value > 2 && *p == ']' ? p + 1 : value;
    } else {
        p += span(p, IN_HOST);
    }
    if (p != value && *p == ':') {
        digits = strspn(p + 1, "0123456789");
        p = digits <= 5 ? p + 1 + digits : value;
    }
    if (p == value || *p != '\0')
        return refuse(
            g, 400, "the header Host must be a name or an address, with or without a port");
    return HTTP_GUARD_MORE;
}

static enum http_guard_verdict read_content_length(struct http_guard *g, const char *value)
{
    size_t length = 0;

    if (value[0] == '\0' || value[strspn(value, "0123456789")] != '\0')
        return refuse(g, 400, "the header Content-Length must be one decimal number");
    for (const char *p = value; *p != '\0' && length <= g->limits.body_max; p++)
        length = length * 10 + (size_t)(*p - '0');
    g->has_length = true;
    g->length = length;
    return HTTP_GUARD_MORE;
}

static enum http_guard_verdict read_transfer_encoding(struct http_guard *g, const char *value)
{
    if (strcasecmp(value, "chunked") != 0)
        return refuse(g, 501, "the only Transfer-Encoding that this server knows is: chunked");
    g->chunked = true;
    return HTTP_GUARD_MORE;
}

/* RFC 9110, 10.1.1: an HTTP/1.0 client cannot mean it. */
static enum http_guard_verdict read_expect(struct http_guard *g, const char *value)
{
    if (strcasecmp(value, "100-continue") != 0)
        return refuse(g, 417, "the only Expect that this server knows is: 100-continue");
    g->expects_continue = !g->is_1_0;
    return HTTP_GUARD_MORE;
}

static void read_connection(struct http_guard *g, const char *value)
{
    while (*value != '\0') {
        size_t len = strcspn(value, ", \t");

        g->says_close = g->says_close || (len == 5 && strncasecmp(value, "close", 5) == 0);
        g->says_keep_alive =
            g->says_keep_alive || (len == 10 && strncasecmp(value, "keep-alive", 10) == 0);
        value += len;
        value += strspn(value, ", \t");
    }
}

/* Fields whose repetition would let two readers see two requests. */
static const struct {
    const char *name;
    enum http_guard_verdict (*read)(struct http_guard *g, const char *value);
} single_fields[] = {
    {"Host", read_host}, /* SEEN_HOST */
    {"Content-Length", read_content_length},
    {"Transfer-Encoding", read_transfer_encoding},
    {"Expect", read_expect},
    {"Content-Type", NULL},
    {"Authorization", NULL},
};
#define SEEN_HOST 1u

static enum http_guard_verdict read_field(struct http_guard *g, const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof single_fields / sizeof single_fields[0]; i++) {
        if (strcasecmp(name, single_fields[i].name) != 0)
            continue;
        if ((g->seen & 1u << i) != 0)
            return refuse(g, 400, "the header %s is there twice", single_fields[i].name);
        g->seen |= 1u << i;
        return single_fields[i].read == NULL ? HTTP_GUARD_MORE : single_fields[i].read(g, value);
    }
    if (strcasecmp(name, "Connection") == 0)
        read_connection(g, value);
    return HTTP_GUARD_MORE;
}

static void keep_header(struct http_guard *g, const char *name, const char *value)
{
    if (g->headers_len == g->headers_size) {
        g->headers_size = g->headers_size == 0 ? 16 : 2 * g->headers_size;
        g->headers =
            mem_grow_array(g, g->headers, sizeof *g->headers, g->headers_size, "struct header");
    }
    g->headers[g->headers_len++] =
        (struct header){(uint32_t)(name - g->head), (uint32_t)(value - g->head)};
}

static enum http_guard_verdict read_header_line(struct http_guard *g, char *line, size_t len)
{
    char *colon = line + span(line, IN_TOKEN), *value = colon + 1, *end = line + len;

    if (*line == ' ' || *line == '\t')
        return refuse(g, 400, "a header line starts with white space (folded lines are obsolete)");
    if (colon == line || *colon != ':')
        return refuse(
            g, 400, "a header line must be: name, colon, value; with no space before the colon");
    value += strspn(value, " \t");
    if (value + span(value, IN_VALUE) != end)
        return refuse(g, 400, "a header value has a control character");
    if (g->headers_len == g->limits.headers_max)
        return refuse(g, 431, "the request has more than %zu header lines", g->limits.headers_max);
    while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *colon = '\0';
    *end = '\0';
    keep_header(g, line, value);
    return read_field(g, line, value);
}

/* The end of the head, where fields are held against each other. */

static enum http_guard_verdict body_too_large(struct http_guard *g)
{
    return refuse(g, 413, "the request body is larger than %zu bytes", g->limits.body_max);
}

static enum http_guard_verdict check_framing(struct http_guard *g)
{
    if (!g->is_1_0 && (g->seen & SEEN_HOST) == 0)
        return refuse(g, 400, "the header Host is missing");
    if (g->is_1_0 && g->chunked)
        return refuse(g, 400, "HTTP/1.0 knows no Transfer-Encoding");
    if (g->chunked && g->has_length)
        return refuse(g, 400, "Content-Length and Transfer-Encoding exclude each other");
    if ((g->method == HTTP_GET || g->method == HTTP_HEAD) && (g->chunked || g->length > 0))
        return refuse(g, 400, "a GET or HEAD request carries no body");
    if (g->length > g->limits.body_max)
        return body_too_large(g);
    return HTTP_GUARD_MORE;
}

static enum http_guard_verdict end_head(struct http_guard *g)
{
    if (check_framing(g) == HTTP_GUARD_REFUSED)
        return HTTP_GUARD_REFUSED;
    if (!g->chunked && g->length == 0)
        return HTTP_GUARD_WHOLE;
    g->stage = g->chunked ? STAGE_CHUNK_SIZE : STAGE_BODY;
    return g->expects_continue ? HTTP_GUARD_CONTINUE : HTTP_GUARD_MORE;
}

/* Lines of the head. */

/* A line is there up to its LF: checks its end and hands it on. */
static enum http_guard_verdict end_line(struct http_guard *g)
{
    char *line = g->head + g->line;
    size_t len = g->head_len - g->line;

    if (len < 2 || line[len - 2] != '\r')
        return refuse(g, 400, "a line of the request head does not end with CR LF");
    len -= 2;
    line[len] = '\0';
    if (len == 0 && !g->have_request_line && !g->skipped_line) {
        g->skipped_line = true;
        g->head_len = 0;
        return HTTP_GUARD_MORE;
    }
    g->line = g->head_len;
    if (!g->have_request_line)
        return read_request_line(g, line, len);
    if (len > 0)
        return read_header_line(g, line, len);
    return end_head(g);
}

static void gather(struct http_guard *g, const uint8_t *data, size_t len)
{
    size_t want = g->head_len + len;

    if (want > g->head_size) {
        if (g->head_size == 0)
            g->head_size = HEAD_FIRST_SIZE;
        while (g->head_size < want)
            g->head_size *= 2;
        g->head = mem_grow_array(g, g->head, 1, g->head_size, "head");
    }
    memcpy(g->head + g->head_len, data, len);
    g->head_len = want;
}

static enum http_guard_verdict take_head(struct http_guard *g, struct bytes in, size_t *used)
{
    const uint8_t *lf = memchr(in.data, '\n', in.len);
    size_t len = lf == NULL ? in.len : (size_t)(lf - in.data) + 1;

    if (len > g->limits.head_max - g->head_len)
        return refuse(g, g->have_request_line ? 431 : 414, "the request %s larger than %zu bytes",
            g->have_request_line ? "head is" : "line is", g->limits.head_max);
    gather(g, in.data, len);
    *used = len;
    return lf == NULL ? HTTP_GUARD_MORE : end_line(g);
}

/* The body. */

/* Takes what is there up to `length`; the buffer grows with what arrived, never with what was
 * announced. */
static void take_body(struct http_guard *g, struct bytes in, size_t *used)
{
    size_t missing = g->length - g->body_len, len = in.len < missing ? in.len : missing;
    size_t want = g->body_len + len;

    if (want > g->body_size) {
        g->body_size = 2 * g->body_size > want ? 2 * g->body_size : want;
        g->body = mem_grow_array(g, g->body, 1, g->body_size, "body");
    }
    memcpy(g->body + g->body_len, in.data, len);
    g->body_len = want;
    *used = len;
}

static enum http_guard_verdict take_chunk_size(struct http_guard *g, uint8_t c)
{
    int digit = hex_digit(c);

    if (digit >= 0 && g->chunk_digits < 16) {
        g->chunk_digits++;
        g->chunk = g->chunk << 4 | (size_t)digit;
        return HTTP_GUARD_MORE;
    }
    if (c == ';')
        return refuse(g, 400, "chunk extensions are not accepted");
    if (c != '\r' || g->chunk_digits == 0)
        return refuse(g, 400, "a chunk must start with its size in hexadecimal and CR LF");
    if (g->chunk > g->limits.body_max - g->length)
        return body_too_large(g);
    g->stage = STAGE_CHUNK_SIZE_LF;
    return HTTP_GUARD_MORE;
}

static enum http_guard_verdict expect_byte(
    struct http_guard *g, uint8_t got, uint8_t want, enum stage next)
{
    if (got != want && g->stage == STAGE_LAST_CR)
        return refuse(g, 400, "trailer fields are not accepted");
    if (got != want)
        return refuse(g, 400, "a chunk does not end with CR LF where its size says");
    g->stage = next;
    return HTTP_GUARD_MORE;
}

static enum http_guard_verdict begin_chunk(struct http_guard *g, uint8_t c)
{
    enum stage next = g->chunk == 0 ? STAGE_LAST_CR : STAGE_CHUNK_DATA;

    g->length += g->chunk;
    g->chunk = 0;
    g->chunk_digits = 0;
    return expect_byte(g, c, '\n', next);
}

/* One step: takes one byte or more, as the stage wants it. */
static enum http_guard_verdict take(struct http_guard *g, struct bytes in, size_t *used)
{
    *used = 1;
    switch (g->stage) {
    case STAGE_HEAD:
        return take_head(g, in, used);
    case STAGE_BODY:
        take_body(g, in, used);
        return g->body_len < g->length ? HTTP_GUARD_MORE : HTTP_GUARD_WHOLE;
    case STAGE_CHUNK_SIZE:
        return take_chunk_size(g, in.data[0]);
    case STAGE_CHUNK_SIZE_LF:
        return begin_chunk(g, in.data[0]);
    case STAGE_CHUNK_DATA:
        take_body(g, in, used);
        if (g->body_len == g->length)
            g->stage = STAGE_CHUNK_CR;
        return HTTP_GUARD_MORE;
    case STAGE_CHUNK_CR:
        return expect_byte(g, in.data[0], '\r', STAGE_CHUNK_LF);
    case STAGE_CHUNK_LF:
        return expect_byte(g, in.data[0], '\n', STAGE_CHUNK_SIZE);
    case STAGE_LAST_CR:
        return expect_byte(g, in.data[0], '\r', STAGE_LAST_LF);
    case STAGE_LAST_LF:
        if (expect_byte(g, in.data[0], '\n', STAGE_LAST_LF) == HTTP_GUARD_REFUSED)
            return HTTP_GUARD_REFUSED;
        return HTTP_GUARD_WHOLE;
    }
    return refuse(g, 400, "the request cannot be read");
}

struct http_guard *http_guard_new(void *mem, const struct http_limits *limits)
{
    struct http_guard *g = mem_new(mem, struct http_guard);

    g->limits = *limits;
    g->method = HTTP_OTHER;
    return g;
}

enum http_guard_verdict http_guard_feed(struct http_guard *guard, struct bytes in, size_t *used)
{
    enum http_guard_verdict verdict = HTTP_GUARD_MORE;
    size_t step;

    for (*used = 0; verdict == HTTP_GUARD_MORE && *used < in.len; *used += step)
        verdict = take(guard, (struct bytes){in.data + *used, in.len - *used}, &step);
    return verdict;
}

int http_guard_status(const struct http_guard *guard)
{
    return guard->status;
}

const char *http_guard_detail(const struct http_guard *guard)
{
    return guard->detail;
}

enum http_method http_guard_method(const struct http_guard *guard)
{
    return guard->method;
}

const char *http_guard_method_name(const struct http_guard *guard)
{
    return guard->head;
}

const char *http_guard_path(const struct http_guard *guard)
{
    return guard->head + guard->path;
}

const char *http_guard_query(const struct http_guard *guard)
{
    return guard->query == 0 ? NULL : guard->head + guard->query;
}

const char *http_guard_header(const struct http_guard *guard, const char *name)
{
    for (size_t i = 0; i < guard->headers_len; i++)
        if (strcasecmp(guard->head + guard->headers[i].name, name) == 0)
            return guard->head + guard->headers[i].value;
    return NULL;
}

const char *http_guard_header_from_end(
    const struct http_guard *guard, const char *name, unsigned index)
{
    for (size_t i = guard->headers_len; i > 0; i--)
        if (strcasecmp(guard->head + guard->headers[i - 1].name, name) == 0 && index-- == 0)
            return guard->head + guard->headers[i - 1].value;
    return NULL;
}

struct bytes http_guard_body(const struct http_guard *guard)
{
    return (struct bytes){guard->body, guard->body_len};
}

bool http_guard_is_1_0(const struct http_guard *guard)
{
    return guard->is_1_0;
}

bool http_guard_keeps_alive(const struct http_guard *guard)
{
    return !guard->says_close && (!guard->is_1_0 || guard->says_keep_alive);
}
