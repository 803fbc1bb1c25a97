/* dns_message - see dns_message.h. */
#include "base/dns_message.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"

enum { TYPE_CNAME = 5 };
enum { HEADER_LEN = 12, NAME_MAX_LEN = 255, FLAG_RESPONSE = 0x8000, FLAG_TRUNCATED = 0x0200 };
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
    uint16_t type;
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
    uint16_t class, len;

    if (!read_name(r, &out->owner) || !read_u16(r, &out->type) || !read_u16(r, &class) ||
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
