/* mail_message - see mail_message.h. */
#include "base/mail_message.h"

#include <string.h>
#include <time.h>

#include <openssl/evp.h>

#include "base/mem.h"

enum { LINE_MAX_LEN = 76, MESSAGE_MAX = 256 * 1024, BASE64_LINE_OCTETS = 57 };

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    return false;
}

/* Can the text go as it is? */
static bool is_plain(const char *text)
{
    size_t line = 0;

    for (; *text != '\0'; text++) {
        line = *text == '\n' ? 0 : line + 1;
        if (line > LINE_MAX_LEN || (unsigned char)*text > '~' ||
            ((unsigned char)*text < ' ' && *text != '\n' && *text != '\t'))
            return false;
    }
    return true;
}

/* "Sat, 21 Nov 2026 21:03:00 +0000", whatever the locale. */
static void add_date(struct buf *b, int64_t date_s)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t at = (time_t)date_s;
    struct tm tm;

    gmtime_r(&at, &tm);
    buf_addf(b, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday], tm.tm_mday,
        months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void add_lines(struct buf *b, const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '\n')
            buf_add_text(b, "\r\n");
        else
            buf_add_char(b, *text);
}

static void add_base64(struct buf *b, struct bytes text)
{
    unsigned char line[BASE64_LINE_OCTETS / 3 * 4 + 1];

    for (size_t at = 0; at < text.len; at += BASE64_LINE_OCTETS) {
        size_t len =
            text.len - at < BASE64_LINE_OCTETS ? text.len - at : (size_t)BASE64_LINE_OCTETS;
        int written = EVP_EncodeBlock(line, text.data + at, (int)len);

        buf_add(b, line, (size_t)written);
        buf_add_text(b, "\r\n");
    }
}

static void add_text(struct buf *b, const char *text)
{
    struct buf lines;

    if (is_plain(text)) {
        buf_add_text(b, "Content-Type: text/plain; charset=us-ascii\r\n"
                        "Content-Transfer-Encoding: 7bit\r\n\r\n");
        add_lines(b, text);
        return;
    }
    buf_add_text(b, "Content-Type: text/plain; charset=utf-8\r\n"
                    "Content-Transfer-Encoding: base64\r\n\r\n");
    buf_init(&lines, b->mem, MESSAGE_MAX);
    add_lines(&lines, text);
    b->overflow |= lines.overflow;
    add_base64(b, buf_bytes(&lines));
}

enum err_code mail_message_write(
    void *mem, const struct mail_message *message, struct bytes *out, struct err *e)
{
    const struct {
        const char *name, *value;
    } headers[] = {
        {"From", message->from},
        {"To", message->to},
        {"Subject", message->subject},
        {"Message-ID", message->message_id},
        {"Auto-Submitted", message->auto_submitted},
    };
    struct buf b;

    buf_init(&b, mem, MESSAGE_MAX);
    add_date(&b, message->date_s);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        if (has_control(headers[i].value))
            return err_set(e, ERR_INPUT, "the header %s of a mail would have a control character",
                headers[i].name);
        buf_addf(&b, "%s: %s\r\n", headers[i].name, headers[i].value);
    }
    buf_add_text(&b, "MIME-Version: 1.0\r\n");
    add_text(&b, message->text);
    if (b.overflow)
        return err_set(e, ERR_TOO_LARGE, "the text of a mail is too long");
    *out = buf_bytes(&b);
    return ERR_OK;
}
