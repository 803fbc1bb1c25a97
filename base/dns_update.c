/* dns_update - see dns_update.h.
 *
 *     (find the zone: SOA) -> UPDATE -> its answer's signature and rcode
 *     look: a query for the record's type at its name
 */
#include "base/dns_update.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/dns_message.h"
#include "base/mem.h"
#include "base/rand.h"

enum { TYPE_CNAME = 5, TYPE_SOA = 6, TYPE_TXT = 16 };
enum { CLASS_IN = 1, CLASS_NONE = 254 };
enum { OPCODE_UPDATE = 5 << 11, MESSAGE_MAX = 2048 };
enum { RCODE_NXDOMAIN = 3, RCODE_REFUSED = 5, RCODE_NOTAUTH = 9 };

struct dns_update {
    struct dns_update_options options; /* texts are its own */
    struct dns_server server;
    dns_update_on_done on_done;
    void *arg;
    struct dns_exchange *exchange;
    struct loop_timer *round; /* an end that is told in the next round */
    uint16_t id;
    uint8_t mac[MAC_LEN_MAX];
    size_t mac_len;
};

static void finish(struct dns_update *u, const struct dns_update_result *result)
{
    u->on_done(u->arg, result);
    mem_free(u);
}

static void fail(struct dns_update *u, enum err_code code, const char *why)
{
    finish(u, &(struct dns_update_result){.result = code, .why = why});
}

/* Messages. */

static void add_u16(struct buf *b, unsigned value)
{
    uint8_t octets[] = {(uint8_t)(value >> 8), (uint8_t)value};

    buf_add(b, octets, sizeof octets);
}

/* False: it is no name. */
static bool add_name(struct buf *b, const char *text)
{
    uint8_t wire[DNS_NAME_WIRE_MAX];
    size_t len;

    if (!dns_name_to_wire(text, wire, &len))
        return false;
    buf_add(b, wire, len);
    return true;
}

static void begin_message(
    struct dns_update *u, struct buf *b, unsigned flags, unsigned authority_count)
{
    uint8_t id[2];

    rand_bytes(id, sizeof id);
    u->id = (uint16_t)(id[0] << 8 | id[1]);
    buf_init(b, u, MESSAGE_MAX);
    add_u16(b, u->id);
    add_u16(b, flags);
    add_u16(b, 1); /* question, or zone */
    add_u16(b, 0);
    add_u16(b, authority_count); /* updates */
    add_u16(b, 0);
}

static unsigned record_type(const struct dns_update *u)
{
    return u->options.kind == DNS_UPDATE_TXT ? TYPE_TXT : TYPE_CNAME;
}

static bool add_rdata(struct buf *b, const struct dns_update *u)
{
    uint8_t wire[DNS_NAME_WIRE_MAX];
    size_t len = strlen(u->options.value);

    if (u->options.kind == DNS_UPDATE_TXT) {
        if (len > DNS_UPDATE_TEXT_MAX)
            return false;
        add_u16(b, (unsigned)len + 1);
        buf_add_char(b, (char)len);
        buf_add_text(b, u->options.value);
        return true;
    }
    if (!dns_name_to_wire(u->options.value, wire, &len))
        return false;
    add_u16(b, (unsigned)len);
    buf_add(b, wire, len);
    return true;
}

/* The record itself is added, or deleted (RFC 2136, 2.5.1, 2.5.4). */
static bool write_update(struct dns_update *u, struct buf *b)
{
    bool adds = u->options.verb == DNS_UPDATE_ADD;

    begin_message(u, b, OPCODE_UPDATE, 1);
    if (!add_name(b, u->options.zone))
        return false;
    add_u16(b, TYPE_SOA);
    add_u16(b, CLASS_IN);
    if (!add_name(b, u->options.name))
        return false;
    add_u16(b, record_type(u));
    add_u16(b, adds ? CLASS_IN : CLASS_NONE);
    add_u16(b, adds ? u->options.ttl_s >> 16 : 0);
    add_u16(b, adds ? u->options.ttl_s & 0xffff : 0);
    return add_rdata(b, u);
}

static bool write_question(struct dns_update *u, struct buf *b, unsigned type)
{
    begin_message(u, b, 0, 0);
    if (!add_name(b, u->options.name))
        return false;
    add_u16(b, type);
    add_u16(b, CLASS_IN);
    return true;
}

/* Answers. */

/* RFC 1035, 4.1.1; RFC 2136, 2.2. */
static const char *rcode_words(int rcode)
{
    static const char *const words[] = {"NOERROR",
        "FORMERR: the server finds the message malformed", "SERVFAIL: the server failed",
        "NXDOMAIN: there is no such name", "NOTIMP: the server does not take updates",
        "REFUSED: the server refuses it to this key", "YXDOMAIN: a name exists that should not",
        "YXRRSET: records exist that should not", "NXRRSET: records should exist that do not",
        "NOTAUTH: the server does not answer for the zone, or not to this key",
        "NOTZONE: the name is not in the zone"};

    return rcode >= 0 && (size_t)rcode < sizeof words / sizeof words[0] ? words[rcode]
                                                                        : "an unknown rcode";
}

/* False: it has ended. */
static bool read_answer(
    struct dns_update *u, const struct dns_exchange_result *result, struct dns_records *out)
{
    u->exchange = NULL;
    if (result->result != ERR_OK)
        fail(u, result->result, result->why);
    else if (!dns_message_records(u, result->answer, out) || out->id != u->id)
        fail(u, ERR_NETWORK, "the server's answer is no answer to what it was asked");
    else
        return true;
    return false;
}

static void ask(struct dns_update *u, const struct buf *b, dns_exchange_on_done on_done)
{
    dns_exchange_start(
        u->options.loop, &u->server, buf_bytes(b), u->options.timeout_ms, on_done, u, &u->exchange);
}

static void on_updated(void *arg, const struct dns_exchange_result *result)
{
    struct dns_update *u = arg;
    struct dns_records records;
    struct err e = {0};

    if (!read_answer(u, result, &records))
        return;
    if (tsig_verify(u, result->answer, u->options.key, (struct bytes){u->mac, u->mac_len},
            clock_now_s(), &e) != ERR_OK)
        fail(u, ERR_UNAUTHORIZED,
            records.rcode == 0 ? e.detail
                               : mem_printf(u, "%s (%s)", e.detail, rcode_words(records.rcode)));
    else if (records.rcode == 0)
        finish(u, &(struct dns_update_result){.result = ERR_OK, .why = ""});
    else
        fail(u,
            records.rcode == RCODE_REFUSED || records.rcode == RCODE_NOTAUTH ? ERR_UNAUTHORIZED
                                                                             : ERR_DENIED,
            rcode_words(records.rcode));
}

static void update(struct dns_update *u)
{
    struct buf b;

    if (!write_update(u, &b)) {
        fail(u, ERR_INPUT, "the record's name or value cannot stand in a zone");
        return;
    }
    tsig_sign(&b, u->options.key, clock_now_s(), u->mac, &u->mac_len);
    ask(u, &b, on_updated);
}

/* The zone. */

static bool is_within(const char *name, const char *zone)
{
    size_t name_len = strlen(name), zone_len = strlen(zone);

    if (zone_len > name_len || strcasecmp(name + name_len - zone_len, zone) != 0)
        return false;
    return zone_len == name_len || zone_len == 0 || name[name_len - zone_len - 1] == '.';
}

/* With the records of a name, or with the lack of them, comes the SOA of its zone (RFC 2308, 3). */
static void on_soa(void *arg, const struct dns_exchange_result *result)
{
    struct dns_update *u = arg;
    struct dns_records records;

    if (!read_answer(u, result, &records))
        return;
    if (records.rcode != 0 && records.rcode != RCODE_NXDOMAIN) {
        fail(u, ERR_DENIED,
            mem_printf(u, "no zone for %s: %s", u->options.name, rcode_words(records.rcode)));
        return;
    }
    for (size_t i = 0; i < records.len && records.authoritative; i++)
        if (records.list[i].type == TYPE_SOA && is_within(u->options.name, records.list[i].owner)) {
            u->options.zone = mem_strdup(u, records.list[i].owner);
            update(u);
            return;
        }
    fail(u, ERR_DENIED,
        mem_printf(u, "the server is not authoritative for a zone of %s", u->options.name));
}

static void find_zone(struct dns_update *u)
{
    struct buf b;

    if (!write_question(u, &b, TYPE_SOA))
        fail(u, ERR_INPUT, "the record's name cannot stand in a zone");
    else
        ask(u, &b, on_soa);
}

/* Looking. */

/* The record's rdata as we would write it, of which names may be compressed in an answer. */
static bool is_ours(const struct dns_update *u, struct bytes rdata)
{
    struct buf b;

    buf_init(&b, (void *)(uintptr_t)u, MESSAGE_MAX);
    if (!add_rdata(&b, u))
        return false;
    return bytes_equal((struct bytes){(uint8_t *)b.data + 2, b.len - 2}, rdata);
}

static void on_looked(void *arg, const struct dns_exchange_result *result)
{
    struct dns_update *u = arg;
    struct dns_records records;
    struct dns_message message;
    bool found = false;

    if (!read_answer(u, result, &records))
        return;
    if (records.rcode != 0 && records.rcode != RCODE_NXDOMAIN) {
        fail(u, ERR_DENIED, rcode_words(records.rcode));
        return;
    }
    if (dns_message_read(u, result->answer, &message))
        for (size_t i = 0; i < message.records_len && !found; i++)
            found = is_ours(u, message.records[i]);
    finish(u, &(struct dns_update_result){.result = ERR_OK, .why = "", .found = found});
}

static void look(struct dns_update *u)
{
    struct buf b;

    if (!write_question(u, &b, record_type(u)))
        fail(u, ERR_INPUT, "the record's name cannot stand in a zone");
    else
        ask(u, &b, on_looked);
}

static void on_start(void *arg)
{
    struct dns_update *u = arg;

    u->round = NULL;
    if (u->options.verb == DNS_UPDATE_LOOK)
        look(u);
    else if (u->options.zone == NULL)
        find_zone(u);
    else
        update(u);
}

void dns_update_start(const struct dns_update_options *options, dns_update_on_done on_done,
    void *arg, struct dns_update **update_out)
{
    struct dns_update *u = mem_new(NULL, struct dns_update);

    u->options = *options;
    u->server = *options->server;
    u->options.zone = mem_strdup(u, options->zone);
    u->options.name = mem_strdup(u, options->name);
    u->options.value = mem_strdup(u, options->value);
    u->on_done = on_done;
    u->arg = arg;
    u->round = loop_after(options->loop, 0, on_start, u);
    *update_out = u;
}

void dns_update_cancel(struct dns_update **update_out)
{
    struct dns_update *u = *update_out;

    *update_out = NULL;
    if (u == NULL)
        return;
    loop_cancel(&u->round);
    dns_exchange_cancel(&u->exchange);
    mem_free(u);
}
