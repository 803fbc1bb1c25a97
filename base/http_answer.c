/* http_answer - see http_answer.h. */
#include "base/http_answer.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"

#define TEXT_MAX  (64 * 1024 * 1024) /* all answers are our own handlers'; more is a bug */
#define TEXT_KEEP (256 * 1024)

static const struct {
    int status;
    const char *line;
} status_lines[] = {
    {200, "HTTP/1.1 200 OK\r\n"},
    {201, "HTTP/1.1 201 Created\r\n"},
    {202, "HTTP/1.1 202 Accepted\r\n"},
    {204, "HTTP/1.1 204 No Content\r\n"},
    {301, "HTTP/1.1 301 Moved Permanently\r\n"},
    {302, "HTTP/1.1 302 Found\r\n"},
    {303, "HTTP/1.1 303 See Other\r\n"},
    {304, "HTTP/1.1 304 Not Modified\r\n"},
    {307, "HTTP/1.1 307 Temporary Redirect\r\n"},
    {308, "HTTP/1.1 308 Permanent Redirect\r\n"},
    {400, "HTTP/1.1 400 Bad Request\r\n"},
    {401, "HTTP/1.1 401 Unauthorized\r\n"},
    {403, "HTTP/1.1 403 Forbidden\r\n"},
    {404, "HTTP/1.1 404 Not Found\r\n"},
    {405, "HTTP/1.1 405 Method Not Allowed\r\n"},
    {406, "HTTP/1.1 406 Not Acceptable\r\n"},
    {408, "HTTP/1.1 408 Request Timeout\r\n"},
    {409, "HTTP/1.1 409 Conflict\r\n"},
    {410, "HTTP/1.1 410 Gone\r\n"},
    {412, "HTTP/1.1 412 Precondition Failed\r\n"},
    {413, "HTTP/1.1 413 Content Too Large\r\n"},
    {414, "HTTP/1.1 414 URI Too Long\r\n"},
    {415, "HTTP/1.1 415 Unsupported Media Type\r\n"},
    {417, "HTTP/1.1 417 Expectation Failed\r\n"},
    {422, "HTTP/1.1 422 Unprocessable Content\r\n"},
    {429, "HTTP/1.1 429 Too Many Requests\r\n"},
    {431, "HTTP/1.1 431 Request Header Fields Too Large\r\n"},
    {500, "HTTP/1.1 500 Internal Server Error\r\n"},
    {501, "HTTP/1.1 501 Not Implemented\r\n"},
    {502, "HTTP/1.1 502 Bad Gateway\r\n"},
    {503, "HTTP/1.1 503 Service Unavailable\r\n"},
    {504, "HTTP/1.1 504 Gateway Timeout\r\n"},
    {505, "HTTP/1.1 505 HTTP Version Not Supported\r\n"},
};

static void put_status(struct buf *text, int status)
{
    for (size_t i = 0; i < sizeof status_lines / sizeof status_lines[0]; i++)
        if (status_lines[i].status == status) {
            buf_add_text(text, status_lines[i].line);
            return;
        }
    buf_addf(text, "HTTP/1.1 %03d \r\n", status);
}

/* RFC 9110, 5.6.7: always English, whatever the locale is. */
static void put_date(struct http_answer *answer, time_t now_s)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm tm;

    if (now_s != answer->date_s) {
        answer->date_s = now_s;
        gmtime_r(&now_s, &tm);
        snprintf(answer->date, sizeof answer->date, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
            days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour,
            tm.tm_min, tm.tm_sec);
    }
    buf_add_text(&answer->text, answer->date);
}

static void put_content_length(struct buf *text, size_t len)
{
    char line[48] = "Content-Length: ", digits[24];
    size_t at = strlen(line), count = 0;

    do
        digits[count++] = (char)('0' + len % 10);
    while ((len /= 10) > 0);
    while (count > 0)
        line[at++] = digits[--count];
    line[at++] = '\r';
    line[at++] = '\n';
    buf_add(text, line, at);
}

void http_answer_init(struct http_answer *answer, void *mem)
{
    *answer = (struct http_answer){0};
    buf_init(&answer->text, mem, TEXT_MAX);
}

/* RFC 9110, 6.4.1 and 8.6. */
void http_answer_begin(struct http_answer *answer, int status, time_t now_s, size_t body_len)
{
    answer->has_body = status != 204 && status != 304;
    buf_reset(&answer->text);
    put_status(&answer->text, status);
    put_date(answer, now_s);
    if (answer->has_body)
        put_content_length(&answer->text, body_len);
}

void http_answer_add(struct http_answer *answer, const char *name, const char *value)
{
    if (strpbrk(value, "\r\n") != NULL) {
        log_error("http_header_dropped", LOG_STR("name", name));
        return;
    }
    buf_add_text(&answer->text, name);
    buf_add(&answer->text, ": ", 2);
    buf_add_text(&answer->text, value);
    buf_add(&answer->text, "\r\n", 2);
}

void http_answer_end(struct http_answer *answer, struct bytes body)
{
    buf_add(&answer->text, "\r\n", 2);
    if (answer->has_body)
        buf_add(&answer->text, body.data, body.len);
    BUG_ON(answer->text.overflow);
}

void http_answer_trim(struct http_answer *answer)
{
    void *mem = answer->text.mem;

    if (answer->text.size <= TEXT_KEEP)
        return;
    mem_free(answer->text.data);
    buf_init(&answer->text, mem, TEXT_MAX);
}
