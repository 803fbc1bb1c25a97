/* http01 - see http01.h.
 *
 *     lookup -> fetch -> compare            one hop; both addresses' lookups run at once
 *                 |-> fetch the next address (could not connect)
 *                 '-> lookup (redirect), at most REDIRECTS_MAX times
 *
 * begin_ starts the one thing that a state waits for, on_ takes its end down, settle_ decides what
 * comes next. Every way out is pass, fail or give_up.
 */
#include "acme/http01.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/url.h"

enum { REDIRECTS_MAX = 10, LOCATION_MAX_LEN = 2000, BODY_MAX_LEN = 512 };
enum { ADDRESSES_MAX = 2 }; /* tried of each family */
enum { URL_SHOWN_LEN = 140, BODY_SHOWN_LEN = 60 };

static const char user_agent[] = "User-Agent: Countersign (http-01 validation)";

/* The addresses of one family. */
struct lookup {
    struct http01 *check;
    enum dns_type type;
    struct resolver_query *query; /* while it runs */
    const char *why;              /* of a failure, on the check; else NULL */
    struct address addresses[ADDRESSES_MAX];
    unsigned addresses_len;
};

struct http01 {
    struct http01_options options;
    const char *key_authorization;
    http01_on_done on_done;
    void *arg;
    int64_t deadline_ms;

    struct url url;                         /* of this hop */
    const char *visited[REDIRECTS_MAX + 1]; /* this hop's and those before it */
    unsigned visited_len;
    struct lookup lookups[2];       /* AAAA, A: in the order of trying */
    char denied[ADDRESS_TEXT_SIZE]; /* an address that the filter refused, "" if there was none */
    const char *denied_why;

    struct address candidates[2 * ADDRESSES_MAX]; /* allowed, still to be tried */
    unsigned candidates_len;

    struct loop_timer *timer; /* starts the check; then: patience with the name servers */
    struct http_call *call;
    char address[ADDRESS_TEXT_SIZE];
};

static void begin_hop(struct http01 *check);
static void begin_fetch(struct http01 *check);

/* Ends whatever would still touch the check. */
static void stop(struct http01 *check)
{
    loop_cancel(&check->timer);
    resolver_cancel(&check->lookups[0].query);
    resolver_cancel(&check->lookups[1].query);
    http_call_cancel(&check->call);
}

static void finish(struct http01 *check, const struct http01_result *result)
{
    stop(check);
    check->on_done(check->arg, result);
    mem_free(check);
}

static void pass(struct http01 *check)
{
    struct http01_result result = {.valid = true, .problem = PROBLEM_NONE, .detail = ""};

    memcpy(result.address, check->address, sizeof result.address);
    finish(check, &result);
}

static void fail(struct http01 *check, enum problem problem, bool retry, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void fail(struct http01 *check, enum problem problem, bool retry, const char *format, ...)
{
    char detail[sizeof((struct err *)NULL)->detail];
    struct http01_result result = {.problem = problem, .detail = detail, .retry = retry};
    va_list args;

    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    memcpy(result.address, check->address, sizeof result.address);
    finish(check, &result);
}

/* The parts below are shutting down. */
static void give_up(struct http01 *check)
{
    struct http01_result result = {.cancelled = true,
        .problem = PROBLEM_SERVER_INTERNAL,
        .detail = "the server is shutting down",
        .retry = true};

    finish(check, &result);
}

static int64_t time_left_ms(const struct http01 *check)
{
    int64_t left = check->deadline_ms - clock_monotonic_ms();

    return left > 1 ? left : 1;
}

/* What others wrote, cut and made safe for terminals, logs and JSON. */
static const char *excerpt(struct http01 *check, struct bytes text, size_t shown_len)
{
    size_t len = text.len < shown_len ? text.len : shown_len;
    char *copy = mem_strndup(check, (const char *)text.data, len);

    for (size_t i = 0; i < len; i++) {
        unsigned char c = text.data[i];
        if (c == '"')
            copy[i] = '\'';
        else if (c < ' ' || c > '~' || c == '\\')
            copy[i] = '?';
    }
    return text.len > len ? mem_printf(check, "%s...", copy) : copy;
}

static const char *shown_url(struct http01 *check)
{
    return excerpt(check, bytes_of(check->url.text), URL_SHOWN_LEN);
}

/* --- lookup --- */

/* An address of this hop's host: one to try, or one to blame. */
static void add_address(struct http01 *check, struct lookup *lookup, const struct address *address)
{
    const char *why = NULL;

    if (!address_allowed(check->options.filter, address, &why)) {
        address_format(address, check->denied);
        check->denied_why = why;
    } else if (lookup->addresses_len < ADDRESSES_MAX) {
        lookup->addresses[lookup->addresses_len++] = *address;
    }
}

static void take_records(struct lookup *lookup, const struct dns_answer *answer)
{
    struct address address = {.family = lookup->type == DNS_AAAA ? AF_INET6 : AF_INET};
    size_t len = lookup->type == DNS_AAAA ? 16 : 4;

    for (size_t i = 0; i < answer->records_len; i++) {
        if (answer->records[i].len != len)
            continue;
        memcpy(address.bytes, answer->records[i].data, len);
        add_address(lookup->check, lookup, &address);
    }
}

static void fail_lookup(struct http01 *check)
{
    const struct lookup *aaaa = &check->lookups[0], *a = &check->lookups[1];

    if (check->denied[0] != '\0')
        fail(check, PROBLEM_CONNECTION, false,
            "%s points to %s, and this server does not connect there (%s). The name needs an "
            "address that can be reached from here",
            check->url.host, check->denied, check->denied_why);
    else
        fail(check, PROBLEM_DNS, true,
            "no address was found for %s (AAAA: %s; A: %s). Check its A and AAAA records and that "
            "its name servers answer",
            check->url.host, aaaa->why != NULL ? aaaa->why : "no usable record",
            a->why != NULL ? a->why : "no usable record");
}

static void settle_lookup(struct http01 *check)
{
    loop_cancel(&check->timer);
    check->candidates_len = 0;
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < check->lookups[i].addresses_len; j++)
            check->candidates[check->candidates_len++] = check->lookups[i].addresses[j];
    if (check->candidates_len == 0)
        fail_lookup(check);
    else
        begin_fetch(check);
}

static void on_answer(void *arg, const struct dns_answer *answer)
{
    struct lookup *lookup = arg;
    struct http01 *check = lookup->check;

    lookup->query = NULL;
    if (answer->status == DNS_CANCELLED) {
        give_up(check);
        return;
    }
    if (answer->status == DNS_OK)
        take_records(lookup, answer);
    else
        lookup->why = excerpt(check, bytes_of(answer->why), URL_SHOWN_LEN);
    if (check->lookups[0].query == NULL && check->lookups[1].query == NULL)
        settle_lookup(check);
}

/* Half of the time is gone: what is known must do. */
static void on_patience_end(void *arg)
{
    struct http01 *check = arg;

    check->timer = NULL;
    for (size_t i = 0; i < 2; i++)
        if (check->lookups[i].query != NULL) {
            resolver_cancel(&check->lookups[i].query);
            check->lookups[i].why = "the name servers did not answer in time";
        }
    settle_lookup(check);
}

static void begin_lookup(struct http01 *check)
{
    check->timer = loop_after(check->options.loop, time_left_ms(check) / 2, on_patience_end, check);
    for (size_t i = 0; i < 2; i++)
        resolver_ask(check->options.resolver, check->url.host, check->lookups[i].type, on_answer,
            &check->lookups[i], &check->lookups[i].query);
}

/* --- one hop --- */

static void begin_hop(struct http01 *check)
{
    struct address literal;

    check->denied[0] = '\0';
    for (size_t i = 0; i < 2; i++)
        check->lookups[i] = (struct lookup){.check = check, .type = i == 0 ? DNS_AAAA : DNS_A};
    if (address_parse(check->url.host, &literal)) {
        add_address(check, &check->lookups[literal.family == AF_INET6 ? 0 : 1], &literal);
        settle_lookup(check);
    } else {
        begin_lookup(check);
    }
}

static bool was_visited(const struct http01 *check, const char *url)
{
    for (unsigned i = 0; i < check->visited_len; i++)
        if (strcmp(check->visited[i], url) == 0)
            return true;
    return false;
}

/* Why a redirect is not followed, or NULL. */
static const char *redirect_objection(const struct http01 *check, const struct url *to)
{
    if (to->port != 80 && to->port != 443 && to->port != check->options.port)
        return "only ports 80 and 443 are";
    if (was_visited(check, to->text))
        return "it is a loop";
    if (check->visited_len > REDIRECTS_MAX)
        return "there were 10 before it";
    return NULL;
}

static void follow(struct http01 *check, const char *location)
{
    struct err e = {0};
    struct url to;
    const char *objection = NULL;

    if (location == NULL || location[0] == '\0') {
        fail(check, PROBLEM_INCORRECT_RESPONSE, false,
            "%s (%s) answered with a redirect that has no Location", shown_url(check),
            check->address);
        return;
    }
    if (strlen(location) > LOCATION_MAX_LEN)
        objection = "it is longer than 2000 characters";
    else if (url_parse(check, check->url.text, location, &to, &e) != ERR_OK)
        objection = e.detail;
    else
        objection = redirect_objection(check, &to);
    if (objection != NULL) {
        fail(check, PROBLEM_INCORRECT_RESPONSE, false,
            "%s (%s) redirects to \"%s\", which is not followed: %s", shown_url(check),
            check->address, excerpt(check, bytes_of(location), BODY_SHOWN_LEN), objection);
        return;
    }
    check->url = to;
    check->visited[check->visited_len++] = to.text;
    begin_hop(check);
}

/* --- fetch and compare --- */

static struct bytes without_trailing_space(struct bytes body)
{
    while (body.len > 0 && isspace(body.data[body.len - 1]))
        body.len--;
    return body;
}

static void settle_body(struct http01 *check, const struct http_reply *reply)
{
    struct bytes body = without_trailing_space(reply->body);

    if (!reply->cut && bytes_equal_secret(body, bytes_of(check->key_authorization))) {
        pass(check);
        return;
    }
    fail(check, PROBLEM_UNAUTHORIZED, true,
        "%s (%s) shows \"%s\" where the key authorization \"%s\" was expected. The web server must "
        "answer with exactly that text",
        shown_url(check), check->address, excerpt(check, body, BODY_SHOWN_LEN),
        excerpt(check, bytes_of(check->key_authorization), 24));
}

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 307 || status == 308;
}

static void settle_answer(struct http01 *check, const struct http_reply *reply)
{
    if (is_redirect(reply->status))
        follow(check, reply->location);
    else if (reply->status >= 200 && reply->status < 300)
        settle_body(check, reply);
    else
        fail(check, PROBLEM_UNAUTHORIZED, true,
            "%s (%s) answered with status %d where the key authorization was expected. The web "
            "server must show it there, for every client, while the challenge runs",
            shown_url(check), check->address, reply->status);
}

static void settle_failure(struct http01 *check, const struct http_reply *reply)
{
    const char *address = reply->address[0] != '\0' ? reply->address : check->address;

    if (reply->result == ERR_DENIED)
        fail(check, PROBLEM_CONNECTION, false, "%s was not fetched: %s", shown_url(check),
            reply->why);
    else if (reply->tls_failed)
        fail(check, PROBLEM_TLS, true,
            "%s could not be fetched from %s, to which http-01 was redirected: %s",
            shown_url(check), address, reply->why);
    else
        fail(check, PROBLEM_CONNECTION, true,
            "%s could not be fetched: %s (%s port %u). A web server must answer there; firewalls "
            "on "
            "the way must let this server through",
            shown_url(check), reply->why, address, check->url.port);
}

/* Another address may help only if this one took no connection. */
static bool could_not_connect(const struct http_reply *reply)
{
    return !reply->sent && !reply->tls_failed &&
           (reply->result == ERR_NETWORK || reply->result == ERR_TIMEOUT);
}

static void on_reply(void *arg, const struct http_reply *reply)
{
    struct http01 *check = arg;

    check->call = NULL;
    if (reply->address[0] != '\0')
        memcpy(check->address, reply->address, sizeof check->address);
    if (reply->result == ERR_OK)
        settle_answer(check, reply);
    else if (reply->result == ERR_CANCELLED)
        give_up(check);
    else if (could_not_connect(reply) && check->candidates_len > 0)
        begin_fetch(check);
    else
        settle_failure(check, reply);
}

/* Takes the first candidate. Those behind it keep their share of the time. */
static void begin_fetch(struct http01 *check)
{
    static const char *const headers[] = {user_agent, NULL};
    struct address pin = check->candidates[0];
    int64_t left = time_left_ms(check);
    struct http_call_options options = {.url = check->url.text,
        .pin = &pin,
        .filter = check->options.filter,
        .headers = headers,
        .reply_max = BODY_MAX_LEN,
        .timeout_ms = left,
        .connect_timeout_ms = left / check->candidates_len + 1,
        .fresh_connection = true};

    check->candidates_len--;
    memmove(check->candidates, check->candidates + 1,
        check->candidates_len * sizeof check->candidates[0]);
    address_format(&pin, check->address);
    http_client_start(check->options.http, &options, on_reply, check, &check->call);
}

/* --- start and end --- */

static void on_start(void *arg)
{
    struct http01 *check = arg;

    check->timer = NULL;
    begin_hop(check);
}

/* http://<name>[:<port>]/.well-known/acme-challenge/<token> */
static void set_first_url(struct http01 *check, const char *name, const char *token)
{
    bool is_v6 = strchr(name, ':') != NULL;
    const char *host = is_v6 ? mem_printf(check, "[%s]", name) : mem_strdup(check, name);
    const char *port =
        check->options.port == 80 ? "" : mem_printf(check, ":%u", check->options.port);

    check->url.text =
        mem_printf(check, "http://%s%s/.well-known/acme-challenge/%s", host, port, token);
    check->url.host = mem_strdup(check, name);
    check->url.port = check->options.port;
    check->visited[check->visited_len++] = check->url.text;
}

struct http01 *http01_start(const struct http01_options *options, const char *name,
    const char *token, const char *key_authorization, http01_on_done on_done, void *arg)
{
    struct http01 *check = mem_new(NULL, struct http01);

    check->options = *options;
    check->key_authorization = mem_strdup(check, key_authorization);
    check->on_done = on_done;
    check->arg = arg;
    check->deadline_ms = clock_monotonic_ms() + options->timeout_ms;
    set_first_url(check, name, token);
    check->timer = loop_after(options->loop, 0, on_start, check);
    return check;
}

void http01_cancel(struct http01 **handle)
{
    struct http01 *check = *handle;

    *handle = NULL;
    if (check == NULL)
        return;
    stop(check);
    mem_free(check);
}
