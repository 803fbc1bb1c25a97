/* resolver - see resolver.h.
 *
 * libunbound calls back from deep within itself, sometimes before ub_resolve_event has returned,
 * and must not be deleted from there. So its callback only takes the answer down; our caller hears
 * of it from a timer, in the next round of the loop, when libunbound is off the stack.
 */
#include "base/resolver.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <unbound-event.h>
#include <unbound.h>

#include "base/address.h"
#include "base/dns_message.h"
#include "base/loop_private.h"
#include "base/mem.h"
#include "base/trust_anchor.h"

enum { CLASS_IN = 1, NAME_MAX_LEN = 253, LABEL_MAX_LEN = 63, CONFIG_MAX_LEN = 60 * 1024 };
enum { DEFAULT_TIMEOUT_MS = 10 * 1000 };
enum { SECURITY_BOGUS = 1, SECURITY_SECURE = 2 }; /* unbound-event.h, `sec` */

struct resolver {
    struct loop *loop;
    struct ub_ctx *unbound;
    int64_t timeout_ms;
    struct resolver_query *open; /* every question whose callback is still to come */
    bool is_closing;
};

struct resolver_query {
    struct resolver *resolver;
    struct resolver_query *next, **link;
    resolver_on_answer on_answer;
    void *arg;
    bool is_asking; /* libunbound works on it, under this id */
    int id;
    struct loop_timer *timer; /* while asking: gives up; then: delivers */
    struct dns_answer answer;
};

/* Forwarders answer from caches of their own and are asked anew each time, while DNSSEC keys are
 * kept as long as they may be. Full resolution has no such switch, there all times to live are
 * nothing. Servers that failed are tried again after a second. "test." and "home.arpa." are for a
 * laboratory's servers to answer. */
static const char config_always[] = "server:\n"
                                    "  verbosity: 0\n"
                                    "  outgoing-range: 256\n"
                                    "  infra-cache-numhosts: 200\n"
                                    "  key-cache-size: 256k\n"
                                    "  neg-cache-size: 64k\n"
                                    "  outgoing-num-tcp: 8\n"
                                    "  msg-cache-size: 64k\n"
                                    "  rrset-cache-size: 128k\n"
                                    "  infra-host-ttl: 1\n"
                                    "  infra-cache-max-rtt: 3000\n"
                                    "  val-bogus-ttl: 0\n"
                                    "  aggressive-nsec: no\n"
                                    "  trust-anchor-signaling: no\n"
                                    "  root-key-sentinel: no\n"
                                    "  minimal-responses: yes\n"
                                    "  rrset-roundrobin: no\n"
                                    "  unblock-lan-zones: yes\n"
                                    "  local-zone: \"localhost.\" redirect\n"
                                    "  local-data: \"localhost. A 127.0.0.1\"\n"
                                    "  local-data: \"localhost. AAAA ::1\"\n"
                                    "  local-zone: \"test.\" nodefault\n"
                                    "  local-zone: \"home.arpa.\" nodefault\n";
static const char config_recursion[] = "  do-not-query-localhost: yes\n"
                                       "  target-fetch-policy: \"0 0 0 0 0\"\n"
                                       "  cache-max-ttl: 0\n"
                                       "  cache-max-negative-ttl: 0\n";
static const char config_forwarding[] = "  do-not-query-localhost: no\n"
                                        "forward-zone:\n"
                                        "  name: \".\"\n"
                                        "  forward-no-cache: yes\n";

static const char *const trust_anchor_files[] = {
    "/usr/share/dns/root.key", /* Debian, dns-root-data */
    "/var/lib/unbound/root.key",
};

const char *dns_status_name(enum dns_status status)
{
    static const char *const names[] = {[DNS_OK] = "ok",
        [DNS_NO_DATA] = "no data",
        [DNS_NO_NAME] = "no such name",
        [DNS_BOGUS] = "bogus",
        [DNS_FAILED] = "failed",
        [DNS_TIMED_OUT] = "timed out",
        [DNS_CANCELLED] = "cancelled"};

    return names[status];
}

/* "address" or "address@port". */
static bool is_server(const char *text)
{
    const char *at = strchr(text, '@');
    size_t len = at != NULL ? (size_t)(at - text) : strlen(text);
    char host[ADDRESS_TEXT_SIZE];
    struct address address;

    if (len >= sizeof host)
        return false;
    memcpy(host, text, len);
    host[len] = '\0';
    if (!address_parse(host, &address))
        return false;
    if (at == NULL)
        return true;
    size_t digits = strspn(at + 1, "0123456789");
    long port = strtol(at + 1, NULL, 10);
    return digits > 0 && digits <= 5 && at[1 + digits] == '\0' && port > 0 && port <= 65535;
}

static bool is_opened(const struct address_filter *filter, const struct address_range *range)
{
    for (unsigned i = 0; i < filter->allow_len; i++)
        if (address_ranges_overlap(&filter->allow[i], range))
            return true;
    return false;
}

static void bar(
    struct buf *config, const struct address_filter *filter, const struct address_range *range)
{
    char base[ADDRESS_TEXT_SIZE];

    address_format(&range->base, base);
    if (!is_opened(filter, range))
        buf_addf(config, "  do-not-query-address: %s/%u\n", base, range->prefix_len);
}

/* Whoever owns a zone says where its name servers are. */
static void bar_denied(struct buf *config, const struct address_filter *filter)
{
    const struct address_range *range;

    for (size_t i = 0; (range = address_special_range(i)) != NULL; i++)
        bar(config, filter, range);
    for (unsigned i = 0; i < filter->deny_len; i++)
        bar(config, filter, &filter->deny[i]);
}

static enum err_code write_config(
    const struct resolver_options *options, struct buf *config, struct err *e)
{
    buf_add_text(config, config_always);
    buf_addf(
        config, "  module-config: \"%s\"\n", options->dnssec ? "validator iterator" : "iterator");
    buf_add_text(config, options->servers_len > 0 ? config_forwarding : config_recursion);
    if (options->servers_len == 0 && options->filter != NULL)
        bar_denied(config, options->filter);
    for (size_t i = 0; i < options->servers_len; i++) {
        if (!is_server(options->servers[i]))
            return err_set(e, ERR_INPUT,
                "\"%s\" is no DNS server: an IP address is expected, with @port if it is not 53",
                options->servers[i]);
        buf_addf(config, "  forward-addr: %s\n", options->servers[i]);
    }
    if (config->overflow)
        return err_set(e, ERR_INPUT, "there are too many DNS servers or denied ranges");
    return ERR_OK;
}

/* libunbound takes forwarders without their options by function, and with them from a file only:
 * ours is a pipe, which holds 64 KiB. */
static bool load_config(struct ub_ctx *unbound, struct bytes config)
{
    char path[32];
    int pipe_fds[2];
    bool loaded;

    if (pipe(pipe_fds) != 0)
        return false;
    loaded = write(pipe_fds[1], config.data, config.len) == (ssize_t)config.len;
    close(pipe_fds[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", pipe_fds[0]);
    loaded = loaded && ub_ctx_config(unbound, path) == 0;
    close(pipe_fds[0]);
    return loaded;
}

static enum err_code add_trust_anchor(
    void *mem, struct ub_ctx *unbound, const char *file, struct err *e)
{
    char *text;

    for (size_t i = 0; file == NULL && i < sizeof trust_anchor_files / sizeof *trust_anchor_files;
         i++)
        if (access(trust_anchor_files[i], R_OK) == 0)
            file = trust_anchor_files[i];
    if (file == NULL)
        return err_set(e, ERR_INPUT,
            "DNSSEC needs the root's trust anchor: install the package dns-root-data, or switch "
            "DNSSEC off");
    if (trust_anchor_read(mem, file, &text, e) != ERR_OK)
        return err_set(e, ERR_INPUT, "the DNSSEC trust anchor is not usable: %s", e->detail);
    if (ub_ctx_add_ta_file(unbound, file) != 0)
        return err_set(e, ERR_INPUT, "the DNSSEC trust anchor %s is not usable", file);
    return ERR_OK;
}

static void on_first_answer(
    void *arg, int rcode, void *packet, int packet_len, int security, char *why, int rate_limited)
{
    (void)rcode;
    (void)packet;
    (void)packet_len;
    (void)security;
    (void)why;
    (void)rate_limited;
    *(bool *)arg = true;
}

/* What libunbound thinks of its configuration shows at the first question; "localhost" is answered
 * at once. */
static enum err_code start_unbound(struct resolver *resolver,
    const struct resolver_options *options, struct bytes config, struct err *e)
{
    struct ub_ctx *unbound = resolver->unbound;
    bool answered = false;

    if (ub_ctx_debugout(unbound, NULL) != 0 || !load_config(unbound, config))
        return err_set(e, ERR_INPUT, "the DNS resolver refuses its configuration");
    if (options->dnssec &&
        add_trust_anchor(resolver, unbound, options->trust_anchor_file, e) != ERR_OK)
        return e->code;
    if (ub_resolve_event(unbound, "localhost", DNS_A, CLASS_IN, &answered, on_first_answer, NULL) !=
            0 ||
        !answered)
        return err_set(e, ERR_INPUT, "the DNS resolver does not start%s",
            options->dnssec ? ": is the DNSSEC trust anchor a file of DS or DNSKEY records?" : "");
    return ERR_OK;
}

struct resolver *resolver_new(
    struct loop *loop, const struct resolver_options *options, struct err *e)
{
    /* libunbound parses its configuration and sets up its log in variables of the whole process. */
    static pthread_mutex_t set_up = PTHREAD_MUTEX_INITIALIZER;
    struct resolver *resolver = mem_new(NULL, struct resolver);
    struct buf config;
    enum err_code code;

    buf_init(&config, resolver, CONFIG_MAX_LEN);
    if (write_config(options, &config, e) != ERR_OK) {
        mem_free(resolver);
        return NULL;
    }
    pthread_mutex_lock(&set_up);
    resolver->loop = loop;
    resolver->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : DEFAULT_TIMEOUT_MS;
    resolver->unbound = ub_ctx_create_event(loop_base(loop));
    BUG_ON(resolver->unbound == NULL);
    code = start_unbound(resolver, options, buf_bytes(&config), e);
    pthread_mutex_unlock(&set_up);
    if (code != ERR_OK) {
        resolver_free(resolver);
        return NULL;
    }
    return resolver;
}

static void unlink_query(struct resolver_query *query)
{
    *query->link = query->next;
    if (query->next != NULL)
        query->next->link = query->link;
}

static void link_query(struct resolver *resolver, struct resolver_query *query)
{
    query->next = resolver->open;
    query->link = &resolver->open;
    if (query->next != NULL)
        query->next->link = &query->next;
    resolver->open = query;
}

/* Ends whatever would still touch the question. */
static void stop(struct resolver_query *query)
{
    loop_cancel(&query->timer);
    if (query->is_asking)
        ub_cancel(query->resolver->unbound, query->id);
    query->is_asking = false;
}

static void deliver(struct resolver_query *query)
{
    unlink_query(query);
    query->on_answer(query->arg, &query->answer);
    mem_free(query);
}

static void on_delivery_time(void *arg)
{
    struct resolver_query *query = arg;

    query->timer = NULL;
    deliver(query);
}

/* The answer stands; its owner hears of it in the next round. */
static void settle(struct resolver_query *query, enum dns_status status, const char *why)
{
    stop(query);
    query->answer.status = status;
    query->answer.why = why;
    query->timer = loop_after(query->resolver->loop, 0, on_delivery_time, query);
}

/* libunbound's words carry names and texts of others: "validation failure <a.test. A IN>: key for
 * validation test. is marked as invalid because of a previous validation failure <other.test. TXT
 * IN>: signature expired". The question was shown already, and others' questions are nobody's
 * business: what is said last is the reason. */
static const char *bogus_why(struct resolver_query *query, const char *unbounds)
{
    const char *at = unbounds, *reason = NULL;
    char *why;

    while (at != NULL && (at = strstr(at, ">: ")) != NULL)
        reason = at += 3;
    why = mem_printf(query, "DNSSEC validation failed%s%.200s", reason != NULL ? ": " : "",
        reason != NULL ? reason : "");
    for (char *c = why; *c != '\0'; c++)
        if (!isprint((unsigned char)*c) || *c == '"' || *c == '\\')
            *c = '?';
    return why;
}

static void settle_message(struct resolver_query *query, const struct dns_message *message)
{
    query->answer.canonical_name = message->canonical_name;
    query->answer.truncated = message->truncated;
    if (message->rcode == DNS_RCODE_NO_NAME) {
        settle(query, DNS_NO_NAME, "the name does not exist");
    } else if (message->rcode != DNS_RCODE_OK) {
        settle(query, DNS_FAILED, "the name servers answered with an error");
    } else if (message->records_len == 0) {
        settle(query, DNS_NO_DATA, "the name has no such records");
    } else {
        query->answer.records = message->records;
        query->answer.records_len = message->records_len;
        settle(query, DNS_OK, "");
    }
}

static void on_result(
    void *arg, int rcode, void *packet, int packet_len, int security, char *why, int rate_limited)
{
    struct resolver_query *query = arg;
    struct dns_message message;

    (void)rate_limited;
    query->is_asking = false;
    query->answer.secure = rcode == 0 && security == SECURITY_SECURE;
    if (rcode == DNS_RCODE_NO_NAME)
        settle(query, DNS_NO_NAME, "the name does not exist");
    else if (rcode != 0)
        settle(query, DNS_FAILED,
            "the name servers failed or could not be reached, or CNAME records lead in a circle");
    else if (security == SECURITY_BOGUS)
        settle(query, DNS_BOGUS, bogus_why(query, why));
    else if (!dns_message_read(query, (struct bytes){packet, (size_t)packet_len}, &message))
        settle(query, DNS_FAILED, "the name servers sent an answer that cannot be read");
    else
        settle_message(query, &message);
}

static void on_timeout(void *arg)
{
    struct resolver_query *query = arg;

    query->timer = NULL;
    stop(query);
    query->answer.status = DNS_TIMED_OUT;
    query->answer.why = "the name servers did not answer in time";
    deliver(query);
}

/* Letters, digits and what else stands in names unescaped; libunbound loses memory over names that
 * it cannot read. */
static bool is_name(const char *name)
{
    size_t len = strlen(name), label_len = 0;

    if (len > 0 && name[len - 1] == '.')
        len--;
    if (len == 0 || len > NAME_MAX_LEN)
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c == '.' && label_len == 0)
            return false;
        label_len = c == '.' ? 0 : label_len + 1;
        if (label_len > LABEL_MAX_LEN || c <= ' ' || c >= 0x7f || strchr("\\\"@();$", c) != NULL)
            return false;
    }
    return label_len > 0;
}

void resolver_ask(struct resolver *resolver, const char *name, enum dns_type type,
    resolver_on_answer on_answer, void *arg, struct resolver_query **handle)
{
    struct resolver_query *query = mem_new(NULL, struct resolver_query);

    query->resolver = resolver;
    query->on_answer = on_answer;
    query->arg = arg;
    link_query(resolver, query);
    *handle = query;
    if (resolver->is_closing)
        return; /* resolver_free goes through the list until it is empty */
    if (!is_name(name)) {
        settle(query, DNS_FAILED, "this is no domain name");
        return;
    }
    query->is_asking = true;
    if (ub_resolve_event(resolver->unbound, name, type, CLASS_IN, query, on_result, &query->id) !=
        0) {
        query->is_asking = false;
        settle(query, DNS_FAILED, "the resolver could not ask");
    } else if (query->is_asking) {
        query->timer = loop_after(resolver->loop, resolver->timeout_ms, on_timeout, query);
    }
}

void resolver_cancel(struct resolver_query **handle)
{
    struct resolver_query *query = *handle;

    *handle = NULL;
    if (query == NULL)
        return;
    stop(query);
    unlink_query(query);
    mem_free(query);
}

void resolver_free(struct resolver *resolver)
{
    struct resolver_query *query;

    if (resolver == NULL)
        return;
    resolver->is_closing = true;
    while ((query = resolver->open) != NULL) {
        if (query->is_asking || query->timer == NULL)
            query->answer =
                (struct dns_answer){.status = DNS_CANCELLED, .why = "the server is shutting down"};
        stop(query);
        deliver(query);
    }
    ub_ctx_delete(resolver->unbound);
    mem_free(resolver);
}
