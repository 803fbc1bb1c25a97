/* dns_message - see dns_message.h. */
#include "base/dns_message.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"

enum { TYPE_CNAME = 5 };
enum { HEADER_LEN = 12, NAME_MAX_LEN = 255, FLAG_RESPONSE = 0x8000, FLAG_TRUNCATED = 0x0200 };
enum { FLAG_AUTHORITATIVE = 0x0400, SECTIONS = 3, LABEL_MAX = 63 };
enum { LABEL_POINTER = 0xc0 };

/* A name in wire form, uncompressed. */
struct name {
    uint8_t wire[NAME_MAX_LEN];
    size_t len;
};

struct reader {
    struct bytes packet;
    size_t at;
};

struct record {
    struct name owner;
    uint16_t type, class;
    size_t rdata_at;
    size_t rdata_len;
};

static bool read_u16(struct reader *r, uint16_t *out)
{
    if (r->packet.len - r->at < 2)
        return false;
    *out = (uint16_t)(r->packet.data[r->at] << 8 | r->packet.data[r->at + 1]);
    r->at += 2;
    return true;
}

static bool skip(struct reader *r, size_t len)
{
    if (r->packet.len - r->at < len)
        return false;
    r->at += len;
    return true;
}

/* Compression pointers (RFC 1035, 4.1.4) must point before the place that they stand for, so there
 * is no way round. */
static bool read_name(struct reader *r, struct name *out)
{
    struct bytes packet = r->packet;
    size_t at = r->at, before = r->at;
    bool jumped = false;

    for (out->len = 0;;) {
        if (at >= packet.len)
            return false;
        size_t label_len = packet.data[at];
        if ((label_len & LABEL_POINTER) == LABEL_POINTER) {
            if (at + 1 >= packet.len)
                return false;
            size_t target = (label_len & ~(size_t)LABEL_POINTER) << 8 | packet.data[at + 1];
            if (target >= before)
                return false;
            if (!jumped)
                r->at = at + 2;
            jumped = true;
            at = before = target;
            continue;
        }
        if (label_len > 63 || packet.len - at <= label_len ||
            out->len + label_len + 1 > sizeof out->wire)
            return false;
        memcpy(out->wire + out->len, packet.data + at, label_len + 1);
        out->len += label_len + 1;
        at += label_len + 1;
        if (label_len == 0)
            break;
    }
    if (!jumped)
        r->at = at;
    return true;
}

/* Length octets are below 64, so they are no letters to fold. */
static bool is_same_name(const struct name *a, const struct name *b)
{
    if (a->len != b->len)
        return false;
    for (size_t i = 0; i < a->len; i++)
        if (tolower(a->wire[i]) != tolower(b->wire[i]))
            return false;
    return true;
}

/* Presentation form (RFC 1035, 5.1): what could be misread is escaped as \DDD. */
static const char *name_text(void *mem, const struct name *name)
{
    struct buf text;

    buf_init(&text, mem, (size_t)NAME_MAX_LEN * 4 + 1);
    for (size_t at = 0; name->wire[at] != 0; at += name->wire[at] + 1U) {
        if (at != 0)
            buf_add_char(&text, '.');
        for (size_t i = at + 1; i <= at + name->wire[at]; i++) {
            uint8_t c = name->wire[i];
            if (isalnum(c) || c == '-' || c == '_' || c == '*')
                buf_add_char(&text, (char)c);
            else
                buf_addf(&text, "\\%03u", c);
        }
    }
    return buf_text(&text);
}

static bool read_record(struct reader *r, struct record *out)
{
    uint16_t len;

    if (!read_name(r, &out->owner) || !read_u16(r, &out->type) || !read_u16(r, &out->class) ||
        !skip(r, 4) || !read_u16(r, &len))
        return false;
    out->rdata_at = r->at;
    out->rdata_len = len;
    return skip(r, len);
}

/* The target of a CNAME record. */
static bool read_target(struct reader r, const struct record *record, struct name *out)
{
    r.at = record->rdata_at;
    return read_name(&r, out) && r.at == record->rdata_at + record->rdata_len;
}

static struct bytes copy_rdata(void *mem, const struct reader *r, const struct record *record)
{
    struct bytes rdata = {r->packet.data + record->rdata_at, record->rdata_len};
    struct name target;

    if (record->type == TYPE_CNAME && read_target(*r, record, &target))
        rdata = (struct bytes){target.wire, target.len};
    return bytes_copy(mem, rdata);
}

/* Goes through the answer section once: it gives aliases before what they stand for. */
static bool read_answers(void *mem, struct reader *r, unsigned count, struct name *name,
    uint16_t type, struct dns_message *out)
{
    struct bytes *records =
        mem_new_array(mem, struct bytes, count < DNS_RECORDS_MAX ? count : DNS_RECORDS_MAX);
    struct record record;
    bool renamed = false;

    out->records = records;
    for (; count > 0; count--) {
        if (!read_record(r, &record))
            return false;
        if (!is_same_name(&record.owner, name))
            continue;
        if (record.type == type) {
            if (out->records_len < DNS_RECORDS_MAX)
                records[out->records_len++] = copy_rdata(mem, r, &record);
            else
                out->truncated = true;
        } else if (record.type == TYPE_CNAME) {
            if (!read_target(*r, &record, name))
                return false;
            renamed = true;
        }
    }
    if (renamed)
        out->canonical_name = name_text(mem, name);
    return true;
}

bool dns_message_read(void *mem, struct bytes packet, struct dns_message *out)
{
    struct reader r = {packet, 0};
    uint16_t id, flags, questions, answers, type;
    struct name name;

    memset(out, 0, sizeof *out);
    if (!read_u16(&r, &id) || !read_u16(&r, &flags) || !read_u16(&r, &questions) ||
        !read_u16(&r, &answers) || !skip(&r, 4))
        return false;
    if ((flags & FLAG_RESPONSE) == 0 || questions != 1 || !read_name(&r, &name) ||
        !read_u16(&r, &type) || !skip(&r, 2))
        return false;
    out->rcode = flags & 0x0f;
    out->truncated = (flags & FLAG_TRUNCATED) != 0;
    return read_answers(mem, &r, answers, &name, type, out);
}

static bool skip_questions(struct reader *r, unsigned count)
{
    struct name name;

    for (; count > 0; count--)
        if (!read_name(r, &name) || !skip(r, 4))
            return false;
    return true;
}

static bool read_section(void *mem, struct reader *r, enum dns_section section, unsigned count,
    struct dns_record *list, size_t *len)
{
    struct record record;

    for (; count > 0; count--) {
        size_t at = r->at;

        if (!read_record(r, &record))
            return false;
        list[(*len)++] = (struct dns_record){
            .section = section,
            .owner = name_text(mem, &record.owner),
            .type = record.type,
            .class = record.class,
            .rdata = {r->packet.data + record.rdata_at, record.rdata_len},
            .at = at,
        };
    }
    return true;
}

bool dns_message_records(void *mem, struct bytes packet, struct dns_records *out)
{
    struct reader r = {packet, 0};
    uint16_t flags, questions, counts[SECTIONS];
    struct dns_record *list;

    memset(out, 0, sizeof *out);
    if (!read_u16(&r, &out->id) || !read_u16(&r, &flags) || !read_u16(&r, &questions) ||
        !read_u16(&r, &counts[0]) || !read_u16(&r, &counts[1]) || !read_u16(&r, &counts[2]) ||
        (flags & FLAG_RESPONSE) == 0 || (flags & FLAG_TRUNCATED) != 0 ||
        counts[0] + counts[1] + counts[2] > DNS_RECORDS_MAX || !skip_questions(&r, questions))
        return false;
    out->rcode = flags & 0x0f;
    out->authoritative = (flags & FLAG_AUTHORITATIVE) != 0;
    list = mem_new_array(mem, struct dns_record, counts[0] + counts[1] + counts[2] + 1);
    out->list = list;
    for (int i = 0; i < SECTIONS; i++)
        if (!read_section(mem, &r, (enum dns_section)i, counts[i], list, &out->len))
            return false;
    return r.at == packet.len;
}

/* The characters of names as they are written down; whatever else could be there needs an escape.
 */
static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '*';
}

bool dns_name_to_wire(const char *text, uint8_t out[DNS_NAME_WIRE_MAX], size_t *len)
{
    *len = 0;
    while (*text != '\0') {
        size_t label = strcspn(text, ".");

        if (label == 0 || label > LABEL_MAX || *len + label + 2 > DNS_NAME_WIRE_MAX)
            return false;
        out[(*len)++] = (uint8_t)label;
        for (size_t i = 0; i < label; i++) {
            if (!is_name_char(text[i]))
                return false;
            out[(*len)++] = (uint8_t)tolower((unsigned char)text[i]);
        }
        text += label;
        if (*text == '.')
            text++;
    }
    out[(*len)++] = 0;
    return true;
}
