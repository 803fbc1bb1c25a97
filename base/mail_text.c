/* mail_text - see mail_text.h. GMime works with types and macros of GLib, which stay in here. */
#include "base/mail_text.h"

#include <string.h>
#include <strings.h>

#include <gmime/gmime.h>

#include "base/mem.h"

enum { HEADERS_MAX = 512, ADDRESSES_MAX = 256 };

void mail_text_init(void)
{
    g_mime_init();
}

/* Lines. */

static struct bytes without_mbox_line(struct bytes message)
{
    const uint8_t *end;

    if (message.len < 5 || memcmp(message.data, "From ", 5) != 0 ||
        (end = memchr(message.data, '\n', message.len)) == NULL)
        return message;
    return (struct bytes){end + 1, message.len - (size_t)(end + 1 - message.data)};
}

struct bytes mail_text_normalise(void *mem, struct bytes message)
{
    struct buf b;

    message = without_mbox_line(message);
    buf_init(&b, mem, 2 * message.len + 1);
    for (size_t i = 0; i < message.len; i++) {
        if (message.data[i] == '\n' && (i == 0 || message.data[i - 1] != '\r'))
            buf_add_char(&b, '\r');
        buf_add_char(&b, (char)message.data[i]);
    }
    buf_text(&b);
    return buf_bytes(&b);
}

/* Headers. */

/* RFC 5322, 3.6; RFC 2045, 3. */
static bool may_stand_once(const char *name)
{
    static const char *const names[] = {"From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date",
        "Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding", "Auto-Submitted"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

const char *mail_text_header(const struct mail_text *mail, const char *name)
{
    for (size_t i = 0; i < mail->headers_len; i++)
        if (strcasecmp(mail->headers[i].name, name) == 0)
            return mail->headers[i].value;
    return NULL;
}

/* GMime keeps the headers Content-* with the part that they describe. */
static enum err_code add_headers(void *mem, GMimeObject *object, bool content,
    struct mail_header *headers, struct mail_text *out, struct err *e)
{
    GMimeHeaderList *list = g_mime_object_get_header_list(object);
    int count = g_mime_header_list_get_count(list);

    for (int i = 0; i < count; i++) {
        GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
        const char *name = g_mime_header_get_name(header);
        const char *value = g_mime_header_get_value(header);

        if ((strncasecmp(name, "Content-", strlen("Content-")) == 0) != content)
            continue;
        if (out->headers_len == HEADERS_MAX)
            return err_set(e, ERR_INPUT, "the mail has more than %d headers", HEADERS_MAX);
        if (may_stand_once(name) && mail_text_header(out, name) != NULL)
            return err_set(e, ERR_INPUT, "the mail has the header %.40s twice", name);
        headers[out->headers_len++] = (struct mail_header){
            mem_strdup(mem, name), mem_strdup(mem, value == NULL ? "" : value)};
    }
    return ERR_OK;
}

static enum err_code read_headers(
    void *mem, GMimeMessage *message, struct mail_text *out, struct err *e)
{
    struct mail_header *headers = mem_new_array(mem, struct mail_header, HEADERS_MAX);
    GMimeObject *whole = g_mime_message_get_mime_part(message);

    out->headers = headers;
    if (add_headers(mem, GMIME_OBJECT(message), false, headers, out, e) != ERR_OK || whole == NULL)
        return e->code;
    return add_headers(mem, whole, true, headers, out, e);
}

/* Addresses, those of groups included; what is more than ADDRESSES_MAX is not looked at. */
static void add_addresses(
    void *mem, InternetAddressList *list, const char **out, size_t *len, unsigned depth)
{
    int count = list == NULL || depth > 4 ? 0 : internet_address_list_length(list);

    for (int i = 0; i < count && *len < ADDRESSES_MAX; i++) {
        InternetAddress *address = internet_address_list_get_address(list, i);

        if (INTERNET_ADDRESS_IS_GROUP(address))
            add_addresses(mem, internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)),
                out, len, depth + 1);
        else
            out[(*len)++] = mem_strdup(
                mem, internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address)));
    }
}

static const char *const *read_addresses(
    void *mem, GMimeMessage *message, GMimeAddressType type, size_t *len)
{
    const char **out = mem_new_array(mem, const char *, ADDRESSES_MAX + 1);

    *len = 0;
    add_addresses(mem, g_mime_message_get_addresses(message, type), out, len, 0);
    return out;
}

/* The text. */

static bool is_plain_text(GMimeObject *part)
{
    return GMIME_IS_TEXT_PART(part) &&
           g_mime_content_type_is_type(g_mime_object_get_content_type(part), "text", "plain");
}

static GMimeObject *find_text(GMimeObject *whole)
{
    GMimeContentType *type = whole == NULL ? NULL : g_mime_object_get_content_type(whole);
    GMimeMultipart *parts;

    if (whole == NULL || is_plain_text(whole))
        return whole;
    if (!GMIME_IS_MULTIPART(whole) ||
        !g_mime_content_type_is_type(type, "multipart", "alternative"))
        return NULL;
    parts = GMIME_MULTIPART(whole);
    for (int i = 0; i < g_mime_multipart_get_count(parts); i++)
        if (is_plain_text(g_mime_multipart_get_part(parts, i)))
            return g_mime_multipart_get_part(parts, i);
    return NULL;
}

/* Lines by "\n", and nothing behind a NUL. */
static char *plain_lines(void *mem, const char *text)
{
    char *copy = mem_strdup(mem, text), *to = copy;

    for (const char *from = copy; *from != '\0'; from++)
        if (from[0] != '\r' || from[1] != '\n')
            *to++ = *from;
    *to = '\0';
    return copy;
}

static void read_body(void *mem, GMimeMessage *message, struct mail_text *out)
{
    GMimeObject *whole = g_mime_message_get_mime_part(message), *part = find_text(whole);
    char *text, *type;

    out->type = "none";
    if (whole != NULL) {
        type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(whole));
        out->type = mem_strdup(mem, type);
        g_free(type);
    }
    if (part == NULL)
        return;
    text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
    if (text != NULL)
        out->text = plain_lines(mem, text);
    g_free(text);
}

static enum err_code read_message(
    void *mem, GMimeMessage *message, struct mail_text *out, struct err *e)
{
    size_t from_len, to_len;
    const char *const *from;

    if (read_headers(mem, message, out, e) != ERR_OK)
        return e->code;
    from = read_addresses(mem, message, GMIME_ADDRESS_TYPE_FROM, &from_len);
    out->from = from_len == 1 ? from[0] : NULL;
    out->to = read_addresses(mem, message, GMIME_ADDRESS_TYPE_TO, &to_len);
    read_body(mem, message, out);
    return ERR_OK;
}

enum err_code mail_text_read(void *mem, struct bytes message, struct mail_text *out, struct err *e)
{
    GMimeStream *stream =
        g_mime_stream_mem_new_with_buffer((const char *)message.data, message.len);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *parsed = g_mime_parser_construct_message(parser, NULL);

    *out = (struct mail_text){.text = NULL};
    if (parsed == NULL)
        err_set(e, ERR_INPUT, "the mail cannot be read");
    else
        read_message(mem, parsed, out, e);
    if (parsed != NULL)
        g_object_unref(parsed);
    g_object_unref(parser);
    g_object_unref(stream);
    return e->code;
}
