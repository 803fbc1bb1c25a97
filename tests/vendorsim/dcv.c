/* dcv - see dcv.h. */
#include "tests/vendorsim/dcv.h"

#include <string.h>
#include <strings.h>

#include <netinet/in.h>

#include "base/address.h"
#include "base/http_client.h"
#include "base/mem.h"
#include "base/resolver.h"

#define TIMEOUT_MS 5000
#define BODY_MAX   4096

static const char wrong_records[] = "there are records, and none of them is right";
static const char wrong_file[] = "the file does not hold the value";

struct dcv {
    struct loop *loop;
    struct resolver *resolver; /* NULL: there is no DNS server */
    struct http_client *http;
    unsigned http_port;
    size_t looks; /* that are under way */
    void (*on_idle)(void *arg);
    void *on_idle_arg;
    bool ends; /* nobody is told any more */
};

/* One look-up. */
struct look {
    struct dcv *dcv;
    char *host, *path, *value; /* host: of a file */
    bool (*fits)(const struct look *look, struct bytes rdata);
    dcv_on_result on_result;
    void *arg;
};

static void tell_idle(void *arg)
{
    struct dcv *dcv = arg;

    if (dcv->looks == 0)
        dcv->on_idle(dcv->on_idle_arg);
}

static void finish(struct look *look, bool found, const char *why)
{
    struct dcv *dcv = look->dcv;

    if (!dcv->ends)
        look->on_result(look->arg, found, why);
    mem_free(look);
    if (--dcv->looks == 0 && dcv->on_idle != NULL && !dcv->ends)
        loop_after(dcv->loop, 0, tell_idle, dcv);
}

static void finish_without_dns(void *arg)
{
    finish(arg, false, "there is no DNS server to ask (--dns)");
}

static struct look *look_new(struct dcv *dcv, const char *value, dcv_on_result on_result, void *arg)
{
    struct look *look = mem_new(dcv, struct look);

    dcv->looks++;
    look->dcv = dcv;
    look->value = mem_strdup(look, value);
    look->on_result = on_result;
    look->arg = arg;
    return look;
}

static void ask(
    struct look *look, const char *name, enum dns_type type, resolver_on_answer on_answer)
{
    struct resolver_query *query;

    if (look->dcv->resolver == NULL)
        loop_after(look->dcv->loop, 0, finish_without_dns, look);
    else
        resolver_ask(look->dcv->resolver, name, type, on_answer, look, &query);
}

/* Records. */

/* The strings of a TXT record, joined (RFC 1035, 3.3.14). */
static bool txt_fits(const struct look *look, struct bytes rdata)
{
    size_t len = strlen(look->value), at = 0, piece;
    const uint8_t *data = rdata.data, *end = rdata.data + rdata.len;

    for (; data < end; data += piece) {
        piece = *data++;
        if (piece > (size_t)(end - data) || piece > len - at ||
            memcmp(data, look->value + at, piece) != 0)
            return false;
        at += piece;
    }
    return at == len;
}

/* A name in wire format against one in text, without its final dot. */
static bool cname_fits(const struct look *look, struct bytes rdata)
{
    const char *value = look->value;
    size_t at = 0, label;

    while (at < rdata.len && (label = rdata.data[at++]) > 0) {
        if (label > rdata.len - at || strlen(value) < label ||
            strncasecmp(value, (const char *)rdata.data + at, label) != 0)
            return false;
        value += label;
        at += label;
        if (*value == '.')
            value++;
        else if (*value != '\0')
            return false;
    }
    return *value == '\0';
}

static void on_records(void *arg, const struct dns_answer *answer)
{
    struct look *look = arg;

    for (size_t i = 0; answer->status == DNS_OK && i < answer->records_len; i++)
        if (look->fits(look, answer->records[i])) {
            finish(look, true, "the record is there");
            return;
        }
    finish(look, false, answer->status == DNS_OK ? wrong_records : dns_status_name(answer->status));
}

void dcv_find_txt(
    struct dcv *dcv, const char *name, const char *value, dcv_on_result on_result, void *arg)
{
    struct look *look = look_new(dcv, value, on_result, arg);

    look->fits = txt_fits;
    ask(look, name, DNS_TXT, on_records);
}

void dcv_find_cname(
    struct dcv *dcv, const char *name, const char *target, dcv_on_result on_result, void *arg)
{
    struct look *look = look_new(dcv, target, on_result, arg);

    look->fits = cname_fits;
    ask(look, name, DNS_CNAME, on_records);
}

/* Files. */

static bool holds(struct bytes body, const char *value)
{
    size_t len = strlen(value);

    for (size_t i = 0; i + len <= body.len; i++)
        if (memcmp(body.data + i, value, len) == 0)
            return true;
    return false;
}

static void on_file(void *arg, const struct http_reply *reply)
{
    struct look *look = arg;

    if (reply->result != ERR_OK)
        finish(look, false, reply->why);
    else if (reply->status != 200)
        finish(look, false, "the file is not there");
    else if (!holds(reply->body, look->value))
        finish(look, false, wrong_file);
    else
        finish(look, true, "the file is there");
}

static void fetch(struct look *look, const struct address *address)
{
    bool in_brackets = strchr(look->host, ':') != NULL;
    char *url = mem_printf(look, in_brackets ? "http://[%s]:%u%s" : "http://%s:%u%s", look->host,
        look->dcv->http_port, look->path);
    struct http_call_options options = {.url = url,
        .pin = address,
        .reply_max = BODY_MAX,
        .timeout_ms = TIMEOUT_MS,
        .connect_timeout_ms = TIMEOUT_MS,
        .fresh_connection = true};
    struct http_call *call;

    http_client_start(look->dcv->http, &options, on_file, look, &call);
}

static void on_address(void *arg, const struct dns_answer *answer)
{
    struct look *look = arg;
    struct address address = {.family = AF_INET};

    if (answer->status != DNS_OK || answer->records[0].len != 4) {
        finish(look, false, "the host has no address");
        return;
    }
    memcpy(address.bytes, answer->records[0].data, 4);
    fetch(look, &address);
}

void dcv_find_file(struct dcv *dcv, const char *host, const char *path, const char *value,
    dcv_on_result on_result, void *arg)
{
    struct look *look = look_new(dcv, value, on_result, arg);
    struct address address;

    look->host = mem_strdup(look, host);
    look->path = mem_strdup(look, path);
    if (address_parse(host, &address))
        fetch(look, &address);
    else
        ask(look, host, DNS_A, on_address);
}

bool dcv_was_wrong(const char *why)
{
    return why == wrong_records || why == wrong_file;
}

bool dcv_is_busy(const struct dcv *dcv)
{
    return dcv->looks > 0;
}

void dcv_tell_idle(struct dcv *dcv, void (*on_idle)(void *arg), void *arg)
{
    dcv->on_idle = on_idle;
    dcv->on_idle_arg = arg;
}

static int dcv_free(void *ptr)
{
    struct dcv *dcv = ptr;

    dcv->ends = true;
    resolver_free(dcv->resolver);
    http_client_free(dcv->http);
    return 0;
}

struct dcv *dcv_new(
    void *mem, struct loop *loop, const char *dns, unsigned http_port, struct err *e)
{
    struct resolver_options options = {.servers = &dns, .servers_len = 1, .timeout_ms = TIMEOUT_MS};
    struct dcv *dcv = mem_new(mem, struct dcv);

    dcv->loop = loop;
    dcv->http = http_client_new(loop);
    dcv->http_port = http_port == 0 ? 80 : http_port;
    mem_on_free(dcv, dcv_free);
    if (dns == NULL)
        return dcv;
    dcv->resolver = resolver_new(loop, &options, e);
    if (dcv->resolver != NULL)
        return dcv;
    mem_free(dcv);
    return NULL;
}
