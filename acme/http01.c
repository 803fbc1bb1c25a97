/* http01 - see http01.h.
 *
 *     lookup -> fetch -> compare            one hop
 *                 |-> fetch the next address (could not connect)
 *                 '-> lookup (redirect), at most REDIRECTS_MAX times
 *
 * begin_ starts the one thing that a state waits for, on_ takes its end down, settle_ decides what
 * comes next. Every way out is validation_pass, _fail or _give_up.
 */
#include "acme/http01.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "acme/candidates.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "base/url.h"

enum { REDIRECTS_MAX = 10, LOCATION_MAX_LEN = 2000, BODY_MAX_LEN = 512 };
enum { URL_SHOWN_LEN = 140, BODY_SHOWN_LEN = 60 };

static const char user_agent[] = "User-Agent: Countersign (http-01 validation)";

struct check {
    struct validation v;
    struct url url;                         /* of this hop */
    const char *visited[REDIRECTS_MAX + 1]; /* this hop's and those before it */
    unsigned visited_len;
    struct candidates candidates; /* of this hop's host */
    struct candidates_lookup *lookup;
    struct http_call *call;
};

static void begin_fetch(struct check *check);

static void stop(struct validation *v)
{
    struct check *check = (struct check *)v;

    candidates_cancel(&check->lookup);
    http_call_cancel(&check->call);
}

static const char *shown(struct check *check, struct bytes text, size_t len)
{
    return validation_excerpt(check, text, len);
}

static const char *shown_url(struct check *check)
{
    return shown(check, bytes_of(check->url.text), URL_SHOWN_LEN);
}

/* --- one hop --- */

static void on_found(void *arg, const struct candidates_found *found)
{
    struct check *check = arg;

    check->lookup = NULL;
    check->candidates = found->candidates;
    if (found->cancelled)
        validation_give_up(&check->v);
    else if (found->candidates.len == 0)
        validation_fail(&check->v, found->problem, found->retry, "%s", found->detail);
    else
        begin_fetch(check);
}

/* Half of the time must do for the names. */
static void begin_hop(struct check *check)
{
    candidates_find(&check->v.options, check->url.host, validation_time_left_ms(&check->v) / 2,
        on_found, check, &check->lookup);
}

static bool was_visited(const struct check *check, const char *url)
{
    for (unsigned i = 0; i < check->visited_len; i++)
        if (strcmp(check->visited[i], url) == 0)
            return true;
    return false;
}

/* Why a redirect is not followed, or NULL. */
static const char *redirect_objection(const struct check *check, const struct url *to)
{
    if (to->port != 80 && to->port != 443 && to->port != check->v.options.http_port)
        return "only ports 80 and 443 are";
    if (was_visited(check, to->text))
        return "it is a loop";
    if (check->visited_len > REDIRECTS_MAX)
        return "there were 10 before it";
    return NULL;
}

static void follow(struct check *check, const char *location)
{
    struct err e = {0};
    struct url to;
    const char *objection = NULL;

    if (location == NULL || location[0] == '\0') {
        validation_fail(&check->v, PROBLEM_INCORRECT_RESPONSE, false,
            "%s (%s) answered with a redirect that has no Location", shown_url(check),
            check->v.address);
        return;
    }
    if (strlen(location) > LOCATION_MAX_LEN)
        objection = "it is longer than 2000 characters";
    else if (url_parse(check, check->url.text, location, &to, &e) != ERR_OK)
        objection = e.detail;
    else
        objection = redirect_objection(check, &to);
    if (objection != NULL) {
        validation_fail(&check->v, PROBLEM_INCORRECT_RESPONSE, false,
            "%s (%s) redirects to \"%s\", which is not followed: %s", shown_url(check),
            check->v.address, shown(check, bytes_of(location), BODY_SHOWN_LEN), objection);
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

/* What another host shows is not told: a redirect may lead to one that only this server can reach.
 */
static const char *shown_body(struct check *check, struct bytes body)
{
    if (strcasecmp(check->url.host, check->v.request.identifier.value) != 0)
        return "another text";
    return mem_printf(check, "\"%s\"", shown(check, body, BODY_SHOWN_LEN));
}

static void settle_body(struct check *check, const struct http_reply *reply)
{
    struct bytes body = without_trailing_space(reply->body);

    if (!reply->cut && bytes_equal_secret(body, bytes_of(check->v.request.key_authorization))) {
        validation_pass(&check->v);
        return;
    }
    validation_fail(&check->v, PROBLEM_UNAUTHORIZED, true,
        "%s (%s) shows %s where the key authorization \"%s\" was expected. The web server must "
        "answer with exactly that text",
        shown_url(check), check->v.address, shown_body(check, body),
        shown(check, bytes_of(check->v.request.key_authorization), 24));
}

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 307 || status == 308;
}

static void settle_answer(struct check *check, const struct http_reply *reply)
{
    if (is_redirect(reply->status))
        follow(check, reply->location);
    else if (reply->status >= 200 && reply->status < 300)
        settle_body(check, reply);
    else
        validation_fail(&check->v, PROBLEM_UNAUTHORIZED, true,
            "%s (%s) answered with status %d where the key authorization was expected. The web "
            "server must show it there, for every client, while the challenge runs",
            shown_url(check), check->v.address, reply->status);
}

static void settle_failure(struct check *check, const struct http_reply *reply)
{
    const char *address = reply->address[0] != '\0' ? reply->address : check->v.address;

    if (reply->result == ERR_DENIED)
        validation_fail(&check->v, PROBLEM_CONNECTION, false, "%s was not fetched: %s",
            shown_url(check), reply->why);
    else if (reply->tls_failed)
        validation_fail(&check->v, PROBLEM_TLS, true,
            "%s could not be fetched from %s, to which http-01 was redirected: %s",
            shown_url(check), address, reply->why);
    else
        validation_fail(&check->v, PROBLEM_CONNECTION, true,
            "%s could not be fetched: %s (%s port %u). A web server must answer there; firewalls "
            "on the way must let this server through",
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
    struct check *check = arg;

    check->call = NULL;
    if (reply->address[0] != '\0')
        memcpy(check->v.address, reply->address, sizeof check->v.address);
    if (reply->result == ERR_OK)
        settle_answer(check, reply);
    else if (reply->result == ERR_CANCELLED)
        validation_give_up(&check->v);
    else if (could_not_connect(reply) && check->candidates.len > 0)
        begin_fetch(check);
    else
        settle_failure(check, reply);
}

static void begin_fetch(struct check *check)
{
    static const char *const headers[] = {user_agent, NULL};
    int64_t left = validation_time_left_ms(&check->v), share;
    struct address pin = candidates_take(&check->candidates, left, &share);
    struct http_call_options options = {.url = check->url.text,
        .pin = &pin,
        .filter = check->v.options.filter,
        .headers = headers,
        .reply_max = BODY_MAX_LEN,
        .timeout_ms = left,
        .connect_timeout_ms = share,
        .fresh_connection = true};

    address_format(&pin, check->v.address);
    http_client_start(check->v.options.http, &options, on_reply, check, &check->call);
}

/* --- start --- */

/* http://<name>[:<port>]/.well-known/acme-challenge/<token> */
static void begin(struct validation *v)
{
    struct check *check = (struct check *)v;
    const char *name = v->request.identifier.value;
    bool is_v6 = strchr(name, ':') != NULL;
    const char *host = is_v6 ? mem_printf(check, "[%s]", name) : name;
    const char *port =
        v->options.http_port == 80 ? "" : mem_printf(check, ":%u", v->options.http_port);

    check->url.text = mem_printf(
        check, "http://%s%s/.well-known/acme-challenge/%s", host, port, v->request.token);
    check->url.host = name;
    check->url.port = v->options.http_port;
    check->visited[check->visited_len++] = check->url.text;
    begin_hop(check);
}

const struct validator_ops http01 = {
    .type = CHALLENGE_HTTP_01,
    .name = "http-01",
    .size = sizeof(struct check),
    .begin = begin,
    .stop = stop,
};
