/* Tests of base/dns_update: what is asked of a server, octet by octet, and that no answer counts
 * but the server's own. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/dns_message.h"
#include "base/dns_update.h"
#include "base/mem.h"
#include "tests/unit/base/dns_desk.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SECRET       "bGFib3JhdG9yeSBzZWNyZXQsIG5vdGhpbmcgaXMgc2VjcmV0IGhlcmU="
#define OTHER_SECRET "YW5vdGhlciBzZWNyZXQ="

enum { WATCHDOG_MS = 30 * 1000, TIMEOUT_MS = 5000, SHORT_MS = 150 };
enum { TYPE_CNAME = 5, TYPE_SOA = 6, TYPE_TXT = 16 };
enum { NXDOMAIN = 3, REFUSED = 5, NOTAUTH = 9, NOTZONE = 10 };

/* How the server answers. */
struct manners {
    enum desk_manner manner;
    int soa_rcode, rcode; /* of a query for SOA; of anything else */
    const char *zone;     /* owner of the SOA; NULL: there is none */
    bool not_authoritative, wrong_id, unsigned_, other_key;
    const char *record; /* what a look finds: text, or the name of a CNAME; NULL: nothing */
};

struct lab {
    void *mem;
    struct loop *loop;
    struct loop_timer *watchdog;
    struct dns_desk *desk;
    struct dns_server server;
    struct tsig_key *key, *other_key;
    struct dns_update_options options;
    struct manners manners;
    char asked[8][1200]; /* messages from their flags on, in hexadecimal; the desk's thread */
    unsigned asked_len;
    bool is_starting;
    unsigned done;
    struct dns_update_result result;
    char why[256];
};

/* The server. */

static void add_u16(struct buf *b, unsigned value)
{
    buf_add_char(b, (char)(value >> 8));
    buf_add_char(b, (char)value);
}

static void add_name(struct buf *b, const char *text)
{
    uint8_t wire[DNS_NAME_WIRE_MAX];
    size_t len;

    CU_ASSERT_FATAL(dns_name_to_wire(text, wire, &len));
    buf_add(b, wire, len);
}

/* Header, and the question or zone of what was asked. */
static void begin_answer(const struct lab *lab, struct bytes message, unsigned flags, int rcode,
    unsigned answers, unsigned authorities, struct buf *out)
{
    size_t end = 12;

    while (end < message.len && message.data[end] != 0)
        end += (size_t)message.data[end] + 1;
    end += 5;
    add_u16(out, (unsigned)(message.data[0] << 8 | message.data[1]) ^ lab->manners.wrong_id);
    add_u16(out, 0x8000 | flags | (unsigned)rcode);
    add_u16(out, 1);
    add_u16(out, answers);
    add_u16(out, authorities);
    add_u16(out, 0);
    buf_add(out, message.data + 12, end - 12);
}

static void add_record(struct buf *b, const char *owner, unsigned type, struct bytes rdata)
{
    add_name(b, owner);
    add_u16(b, type);
    add_u16(b, 1);
    add_u16(b, 0);
    add_u16(b, 60);
    add_u16(b, (unsigned)rdata.len);
    buf_add(b, rdata.data, rdata.len);
}

static void add_zone(const struct lab *lab, struct buf *out)
{
    static const uint8_t rdata[22] = {0}; /* of the root, by the root */

    if (lab->manners.zone != NULL)
        add_record(out, lab->manners.zone, TYPE_SOA, (struct bytes){rdata, sizeof rdata});
}

/* RFC 8945, 4.2 and 4.3, written down once more. */
static void sign(const struct lab *lab, struct bytes message, struct buf *out)
{
    const struct tsig_key *key = lab->manners.other_key ? lab->other_key : lab->key;
    struct bytes request_mac = {message.data + message.len - 38, 32};
    uint8_t mac[MAC_LEN_MAX];
    uint64_t now_s = (uint64_t)time(NULL);
    struct buf digest, variables;

    buf_init(&digest, out->mem, 4096);
    buf_init(&variables, out->mem, 512);
    add_u16(&variables, (unsigned)(now_s >> 32));
    add_u16(&variables, (unsigned)(now_s >> 16));
    add_u16(&variables, (unsigned)now_s);
    add_u16(&variables, 300);
    add_u16(&digest, 32);
    buf_add(&digest, request_mac.data, 32);
    buf_add(&digest, out->data, out->len);
    add_name(&digest, "lab");
    add_u16(&digest, 255);
    add_u16(&digest, 0);
    add_u16(&digest, 0);
    add_name(&digest, "hmac-sha256");
    buf_add(&digest, variables.data, variables.len);
    add_u16(&digest, 0);
    add_u16(&digest, 0);
    mac_compute(MAC_SHA256, key->secret, buf_bytes(&digest), mac);

    out->data[11] = 1;
    add_name(out, "lab");
    add_u16(out, 250);
    add_u16(out, 255);
    add_u16(out, 0);
    add_u16(out, 0);
    add_u16(out, 13 + 8 + 2 + 32 + 6);
    add_name(out, "hmac-sha256");
    buf_add(out, variables.data, variables.len);
    add_u16(out, 32);
    buf_add(out, mac, 32);
    buf_add(out, out->data, 2);
    add_u16(out, 0);
    add_u16(out, 0);
}

static void answer_look(const struct lab *lab, struct bytes message, struct buf *out)
{
    uint8_t rdata[300] = {0};
    size_t len = 0;

    if (lab->manners.record != NULL && lab->options.kind == DNS_UPDATE_CNAME) {
        CU_ASSERT_FATAL(dns_name_to_wire(lab->manners.record, rdata, &len));
    } else if (lab->manners.record != NULL) {
        len = strlen(lab->manners.record) + 1;
        rdata[0] = (uint8_t)(len - 1);
        memcpy(rdata + 1, lab->manners.record, len - 1);
    }
    begin_answer(lab, message, 0, lab->manners.rcode, len > 0 ? 2 : 0, 0, out);
    if (len == 0)
        return;
    add_record(out, lab->options.name, lab->options.kind == DNS_UPDATE_TXT ? TYPE_TXT : TYPE_CNAME,
        (struct bytes){rdata, len});
    add_record(out, lab->options.name, TYPE_TXT, bytes_of("\005other"));
}

static enum desk_manner on_message(void *arg, struct bytes message, unsigned nth, struct buf *out)
{
    struct lab *lab = arg;
    bool is_update = (message.data[2] & 0x78) == 5 << 3;

    if (nth < COUNT(lab->asked) && message.len < 600)
        hex_encode(message.data + 2, message.len - 2, lab->asked[nth]);
    lab->asked_len = nth + 1;
    if (is_update) {
        begin_answer(lab, message, 5 << 11, lab->manners.rcode, 0, 0, out);
        if (!lab->manners.unsigned_)
            sign(lab, message, out);
    } else if (lab->options.verb == DNS_UPDATE_LOOK)
        answer_look(lab, message, out);
    else {
        begin_answer(lab, message, lab->manners.not_authoritative ? 0 : 0x0400,
            lab->manners.soa_rcode, 0, lab->manners.zone != NULL, out);
        add_zone(lab, out);
    }
    return lab->manners.manner;
}

/* The lab. */

static void on_watchdog(void *arg)
{
    struct lab *lab = arg;

    lab->watchdog = NULL;
    CU_FAIL("a test hangs");
    loop_stop(lab->loop);
}

static struct tsig_key *key_of(void *mem, const char *text)
{
    struct tsig_key *key;
    struct err e = {0};

    CU_ASSERT_EQUAL_FATAL(tsig_key_read(mem, text, &key, &e), ERR_OK);
    return key;
}

/* Puts the text "token" into weaver.example. */
static void open_lab(struct lab *lab)
{
    memset(lab, 0, sizeof *lab);
    lab->mem = mem_pool(NULL, 4096);
    lab->loop = loop_new();
    lab->watchdog = loop_after(lab->loop, WATCHDOG_MS, on_watchdog, lab);
    lab->key = key_of(lab->mem, "hmac-sha256:lab:" SECRET);
    lab->other_key = key_of(lab->mem, "hmac-sha256:lab:" OTHER_SECRET);
    lab->options = (struct dns_update_options){.loop = lab->loop,
        .server = &lab->server,
        .key = lab->key,
        .zone = "weaver.example",
        .timeout_ms = TIMEOUT_MS,
        .verb = DNS_UPDATE_ADD,
        .kind = DNS_UPDATE_TXT,
        .name = "weaver.example",
        .value = "token",
        .ttl_s = 60};
}

static void close_lab(struct lab *lab)
{
    loop_cancel(&lab->watchdog);
    loop_free(lab->loop);
    mem_free(lab->mem);
}

static void on_done(void *arg, const struct dns_update_result *result)
{
    struct lab *lab = arg;

    CU_ASSERT_FALSE(lab->is_starting);
    lab->done++;
    lab->result = *result;
    snprintf(lab->why, sizeof lab->why, "%s", result->why);
    CU_ASSERT_EQUAL(result->result == ERR_OK, lab->why[0] == '\0');
    loop_stop(lab->loop);
}

static struct dns_update *start(struct lab *lab)
{
    struct dns_update *update;

    lab->desk = dns_desk_open("127.0.0.1", on_message, lab);
    lab->server.port = dns_desk_port(lab->desk);
    CU_ASSERT_FATAL(address_parse("127.0.0.1", &lab->server.address));
    lab->is_starting = true;
    dns_update_start(&lab->options, on_done, lab, &update);
    lab->is_starting = false;
    return update;
}

/* To its end; what the desk has noted is the test's then. */
static enum err_code run(struct lab *lab)
{
    start(lab);
    loop_run(lab->loop);
    CU_ASSERT_EQUAL(lab->done, 1);
    dns_desk_close(lab->desk);
    return lab->result.result;
}

static bool begins(const char *text, const char *part)
{
    bool does = strncmp(text, part, strlen(part)) == 0;

    if (!does)
        printf("\n    %s does not begin with\n    %s\n", text, part);
    return does;
}

static bool holds(const char *text, const char *part)
{
    bool does = strstr(text, part) != NULL;

    if (!does)
        printf("\n    \"%s\" is not in \"%s\"\n", part, text);
    return does;
}

#define WEAVER "06776561766572076578616d706c6500" /* weaver.example */
#define HEAD   "28000001000000010001" WEAVER "00060001"
#define TSIG   "036c61620000fa00ff00000000003d0b686d61632d73686132353600"

/* RFC 2136, 2.5.1 and 2.5.4. */
static void updates_are_what_the_rfc_says(void)
{
    static const struct {
        enum dns_update_verb verb;
        enum dns_update_kind kind;
        const char *value, *expect;
    } rows[] = {
        {DNS_UPDATE_ADD, DNS_UPDATE_TXT, "token",
            HEAD WEAVER "001000010000003c000605746f6b656e" TSIG},
        {DNS_UPDATE_REMOVE, DNS_UPDATE_TXT, "token",
            HEAD WEAVER "001000fe00000000000605746f6b656e" TSIG},
        {DNS_UPDATE_ADD, DNS_UPDATE_TXT, "", HEAD WEAVER "001000010000003c000100" TSIG},
        {DNS_UPDATE_ADD, DNS_UPDATE_CNAME, "Weaver.Example.",
            HEAD WEAVER "000500010000003c0010" WEAVER TSIG},
        {DNS_UPDATE_REMOVE, DNS_UPDATE_CNAME, "weaver.example",
            HEAD WEAVER "000500fe000000000010" WEAVER TSIG},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lab lab;

        open_lab(&lab);
        lab.options.verb = rows[i].verb;
        lab.options.kind = rows[i].kind;
        lab.options.value = rows[i].value;
        CU_ASSERT_EQUAL(run(&lab), ERR_OK);
        CU_ASSERT_EQUAL(lab.asked_len, 1);
        CU_ASSERT(begins(lab.asked[0], rows[i].expect));
        close_lab(&lab);
    }
}

static void the_zone_is_the_one_that_the_server_shows(void)
{
    static const struct {
        const char *name;
        struct manners manners;
        enum err_code result;
        const char *why; /* or NULL */
    } rows[] = {
        {"_dnsauth.weaver.example", {.zone = "weaver.example", .soa_rcode = NXDOMAIN}, ERR_OK,
            NULL},
        {"weaver.example", {.zone = "weaver.example"}, ERR_OK, NULL},
        {"www.weaver.example", {.zone = "Weaver.EXAMPLE"}, ERR_OK, NULL},
        {"weaver.example", {.zone = ""}, ERR_OK, NULL},
        {"weaver.example", {.zone = NULL}, ERR_DENIED, "not authoritative for a zone of weaver"},
        {"weaver.example", {.zone = "aver.example"}, ERR_DENIED, "not authoritative"},
        {"weaver.example", {.zone = "www.weaver.example"}, ERR_DENIED, "not authoritative"},
        {"weaver.example", {.zone = "weaver.example", .not_authoritative = true}, ERR_DENIED,
            "not authoritative"},
        {"weaver.example", {.zone = "weaver.example", .soa_rcode = REFUSED}, ERR_DENIED,
            "no zone for weaver.example: REFUSED"},
        {"weaver.example", {.zone = "weaver.example", .wrong_id = true}, ERR_NETWORK,
            "no answer to what it was asked"},
        {"weaver.example", {.manner = DESK_CLOSES}, ERR_NETWORK, "closed the connection"},
        {"a..example", {.zone = "example"}, ERR_INPUT, "name cannot stand in a zone"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lab lab;

        open_lab(&lab);
        lab.options.zone = NULL;
        lab.options.name = rows[i].name;
        lab.manners = rows[i].manners;
        CU_ASSERT_EQUAL(run(&lab), rows[i].result);
        CU_ASSERT(rows[i].why == NULL || holds(lab.why, rows[i].why));
        CU_ASSERT_EQUAL(lab.asked_len, rows[i].result == ERR_OK ? 2 : rows[i].result != ERR_INPUT);
        if (rows[i].result == ERR_OK)
            CU_ASSERT(begins(lab.asked[0], "00000001000000000000")); /* a query */
        close_lab(&lab);
    }
}

static void no_answer_counts_but_the_servers_own(void)
{
    static const struct {
        struct manners manners;
        enum err_code result;
        const char *why;
    } rows[] = {
        {{.unsigned_ = true}, ERR_UNAUTHORIZED, "not signed by the key"},
        {{.unsigned_ = true, .rcode = REFUSED}, ERR_UNAUTHORIZED,
            "not signed by the key (REFUSED: the server refuses it to this key)"},
        {{.other_key = true}, ERR_UNAUTHORIZED, "the signature of the server's answer is wrong"},
        {{.wrong_id = true}, ERR_NETWORK, "no answer to what it was asked"},
        {{.rcode = REFUSED}, ERR_UNAUTHORIZED, "REFUSED"},
        {{.rcode = NOTAUTH}, ERR_UNAUTHORIZED, "NOTAUTH"},
        {{.rcode = NOTZONE}, ERR_DENIED, "NOTZONE: the name is not in the zone"},
        {{.rcode = 15}, ERR_DENIED, "an unknown rcode"},
        {{.manner = DESK_BREAKS_OFF}, ERR_NETWORK, "closed the connection"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lab lab;

        open_lab(&lab);
        lab.manners = rows[i].manners;
        CU_ASSERT_EQUAL(run(&lab), rows[i].result);
        CU_ASSERT(holds(lab.why, rows[i].why));
        close_lab(&lab);
    }
}

static void what_cannot_stand_in_a_zone_is_not_sent(void)
{
    char long_text[DNS_UPDATE_TEXT_MAX + 2];
    const struct {
        enum dns_update_kind kind;
        const char *name, *value;
    } rows[] = {
        {DNS_UPDATE_TXT, "weaver.example", long_text},
        {DNS_UPDATE_TXT, "a..weaver.example", "token"},
        {DNS_UPDATE_TXT, "we aver\\.example", "token"},
        {DNS_UPDATE_CNAME, "weaver.example", "to..ken"},
    };

    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lab lab;

        open_lab(&lab);
        lab.options.kind = rows[i].kind;
        lab.options.name = rows[i].name;
        lab.options.value = rows[i].value;
        if (run(&lab) != ERR_INPUT)
            printf("\n    row %zu\n", i);
        CU_ASSERT_EQUAL(lab.result.result, ERR_INPUT);
        CU_ASSERT_EQUAL(lab.asked_len, 0);
        close_lab(&lab);
    }
    long_text[DNS_UPDATE_TEXT_MAX] = '\0';
    for (size_t i = 0; i < 1; i++) {
        struct lab lab;

        open_lab(&lab);
        lab.options.value = long_text;
        CU_ASSERT_EQUAL(run(&lab), ERR_OK);
        close_lab(&lab);
    }
}

static void a_record_is_found_among_others(void)
{
    static const struct {
        enum dns_update_kind kind;
        const char *value;
        struct manners manners;
        enum err_code result;
        bool found;
    } rows[] = {
        {DNS_UPDATE_TXT, "token", {.record = "token"}, ERR_OK, true},
        {DNS_UPDATE_TXT, "token", {.record = "Token"}, ERR_OK, false},
        {DNS_UPDATE_TXT, "token", {.record = "tokens"}, ERR_OK, false},
        {DNS_UPDATE_TXT, "other", {.record = "token"}, ERR_OK, true},
        {DNS_UPDATE_TXT, "token", {.record = NULL}, ERR_OK, false},
        {DNS_UPDATE_TXT, "token", {.rcode = NXDOMAIN}, ERR_OK, false},
        {DNS_UPDATE_TXT, "token", {.rcode = REFUSED}, ERR_DENIED, false},
        {DNS_UPDATE_TXT, "token", {.record = "token", .wrong_id = true}, ERR_NETWORK, false},
        {DNS_UPDATE_CNAME, "dcv.vendor.example", {.record = "dcv.vendor.example"}, ERR_OK, true},
        {DNS_UPDATE_CNAME, "dcv.vendor.example", {.record = "dcv.vendor.test"}, ERR_OK, false},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lab lab;

        open_lab(&lab);
        lab.options.verb = DNS_UPDATE_LOOK;
        lab.options.kind = rows[i].kind;
        lab.options.value = rows[i].value;
        lab.manners = rows[i].manners;
        CU_ASSERT_EQUAL(run(&lab), rows[i].result);
        CU_ASSERT_EQUAL(lab.result.found, rows[i].found);
        CU_ASSERT(begins(lab.asked[0], rows[i].kind == DNS_UPDATE_TXT
                                           ? "00000001000000000000" WEAVER "00100001"
                                           : "00000001000000000000" WEAVER "00050001"));
        close_lab(&lab);
    }
}

static void a_silent_server_is_not_waited_for_without_end(void)
{
    struct lab lab;

    open_lab(&lab);
    lab.options.timeout_ms = SHORT_MS;
    lab.manners.manner = DESK_SILENT;
    CU_ASSERT_EQUAL(run(&lab), ERR_TIMEOUT);
    CU_ASSERT(holds(lab.why, "no answer in time"));
    close_lab(&lab);
}

static void on_later(void *arg)
{
    loop_stop(((struct lab *)arg)->loop);
}

static void what_is_cancelled_never_answers(void)
{
    for (int i = 0; i < 2; i++) {
        struct dns_update *update;
        struct lab lab;

        open_lab(&lab);
        lab.manners.manner = DESK_SILENT;
        update = start(&lab);
        if (i == 1) {
            loop_after(lab.loop, SHORT_MS, on_later, &lab);
            loop_run(lab.loop);
        }
        dns_update_cancel(&update);
        CU_ASSERT_PTR_NULL(update);
        dns_update_cancel(&update);
        loop_after(lab.loop, SHORT_MS, on_later, &lab);
        loop_run(lab.loop);
        CU_ASSERT_EQUAL(lab.done, 0);
        dns_desk_close(lab.desk);
        CU_ASSERT_EQUAL(lab.asked_len, (unsigned)i);
        close_lab(&lab);
    }
}

static const struct test tests[] = {
    {"updates are what the RFC says", updates_are_what_the_rfc_says},
    {"the zone is the one that the server shows", the_zone_is_the_one_that_the_server_shows},
    {"no answer counts but the server's own", no_answer_counts_but_the_servers_own},
    {"what cannot stand in a zone is not sent", what_cannot_stand_in_a_zone_is_not_sent},
    {"a record is found among others", a_record_is_found_among_others},
    {"a silent server is not waited for without end",
        a_silent_server_is_not_waited_for_without_end},
    {"what is cancelled never answers", what_is_cancelled_never_answers},
    {NULL, NULL},
};
extern const struct test_suite suite_dns_update;
const struct test_suite suite_dns_update = {"dns_update", tests};
