/* Tests of acme/authz_flow: from an answered challenge to a valid or invalid authorization, with a
 * web server and a name server on loopback. */
#include "tests/unit/test_main.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "acme/authz.h"
#include "acme/authz_flow.h"
#include "base/b64url.h"
#include "base/mem.h"
#include "tests/unit/acme/lab.h"
#include "tests/unit/responder.h"

static const struct flow_kind *const kinds[] = {&authz_flow, NULL};

/* An order for a.test whose challenge was answered, and the world to look for the answer in. */
struct site {
    struct lab lab;
    struct lab_account account;
    struct lab_worker worker;
    struct responder *dns, *web;
    struct address_range allowed;
    int64_t order, authz;
    char key_authorization[128];
    atomic_int wrong;          /* so many requests are answered wrongly first */
    atomic_bool holds, silent; /* the web server says nothing; the name server does not */
};

static void on_question(void *arg, struct dns_exchange *exchange)
{
    struct site *site = arg;

    if (site->silent)
        return;
    dns_begin(exchange, 0);
    if (exchange->type == 1)
        dns_add_address(exchange, NULL, "127.0.0.1");
}

static enum responder_then on_request(void *arg, int fd, const char *request, unsigned nth)
{
    struct site *site = arg;
    const char *body =
        atomic_fetch_sub(&site->wrong, 1) > 0 ? "something else" : site->key_authorization;
    char reply[512];

    (void)request;
    (void)nth;
    if (site->holds)
        return RESPONDER_HOLD;
    snprintf(reply, sizeof reply, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(body),
        body);
    responder_send(fd, reply);
    return RESPONDER_CLOSE;
}

static void make_resolver(struct site *site)
{
    const char *servers[] = {mem_printf(site->lab.mem, "127.0.0.1@%u", responder_port(site->dns))};
    struct resolver_options options = {.servers = servers, .servers_len = 1, .timeout_ms = 5000};
    struct err e = {0};

    site->worker.world.resolver = resolver_new(site->worker.loop, &options, &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(site->worker.world.resolver);
}

static void start_worker(struct site *site)
{
    lab_restart(&site->lab);
    lab_worker_start(&site->worker, &site->lab, kinds);
    make_resolver(site);
    site->worker.world.http = http_client_new(site->worker.loop);
}

static void end_worker(struct site *site)
{
    flow_engine_stop(site->worker.engine);
    resolver_free(site->worker.world.resolver);
    http_client_free(site->worker.world.http);
    lab_worker_end(&site->worker);
}

static void answer(struct site *site)
{
    struct acme_req *req = lab_request(&site->lab, &site->account, site->authz, "{}");
    char thumbprint[B64URL_LEN(JWK_THUMBPRINT_LEN) + 1];
    struct lab_answer answer;

    req->rest = "http-01";
    answer = lab_write(&site->lab, req, acme_prepare_object, challenge_answer);
    lab_expect_status(&answer, 0);
    b64url_write(site->account.jwk.thumbprint, JWK_THUMBPRINT_LEN, thumbprint);
    snprintf(site->key_authorization, sizeof site->key_authorization, "%s.%s\n",
        lab_get_authz(&site->lab, site->authz).token, thumbprint);
}

static void open_site(struct site *site, int wrong)
{
    *site = (struct site){.wrong = wrong};
    lab_open(&site->lab);
    site->account = lab_account(&site->lab);
    site->dns = responder_dns(on_question, site);
    site->web = responder_http("127.0.0.1", 0, on_request, site);
    CU_ASSERT_FATAL(address_range_parse("127.0.0.0/8", &site->allowed));
    site->lab.settings.http01_port = responder_port(site->web);
    site->lab.settings.filter = (struct address_filter){.allow = &site->allowed, .allow_len = 1};
    site->order = lab_order(&site->lab, &site->account, "a.test", false);
    site->authz = lab_authz_of(&site->lab, site->order, 0);
    answer(site);
    start_worker(site);
}

static void close_site(struct site *site)
{
    end_worker(site);
    responder_stop(site->web);
    responder_stop(site->dns);
    lab_close(&site->lab);
}

static void run_due(struct site *site)
{
    lab_worker_take(&site->worker);
    lab_worker_finish(&site->worker);
}

static void a_right_answer_makes_the_order_ready(void)
{
    struct authz authz;
    struct site site;

    open_site(&site, 0);
    run_due(&site);
    authz = lab_get_authz(&site.lab, site.authz);
    CU_ASSERT_EQUAL(authz.status, AUTHZ_VALID);
    CU_ASSERT_EQUAL(authz.validated_s, LAB_NOW_S);
    CU_ASSERT_EQUAL(authz.expires_s, LAB_NOW_S + 7 * 86400);
    CU_ASSERT_STRING_EQUAL(authz.validated_address, "127.0.0.1");
    CU_ASSERT_EQUAL(lab_get_order(&site.lab, site.order).status, ORDER_READY);
    CU_ASSERT_EQUAL(lab_count(&site.lab, "authz WHERE checked_s = 1800000000 AND checks ="
                                         " 'http-01 seen from here; no other perspectives are"
                                         " configured'"),
        1);
    CU_ASSERT_EQUAL(lab_count(&site.lab, "observation WHERE outcome = 'agrees' AND perspective = ''"
                                         " AND checked = 'http-01' AND address = '127.0.0.1'"),
        1);
    CU_ASSERT_EQUAL(lab_count(&site.lab, "job"), 0);
    CU_ASSERT_EQUAL(site.worker.progressed, 1);
    close_site(&site);
}

static void an_order_of_two_names_waits_for_both(void)
{
    struct site site;
    int64_t both, first;

    open_site(&site, 0);
    both = lab_order(&site.lab, &site.account, "a.test b.test", false);
    first = site.authz = lab_authz_of(&site.lab, both, 0);
    end_worker(&site);
    answer(&site);
    start_worker(&site);
    run_due(&site);
    CU_ASSERT_EQUAL(lab_get_authz(&site.lab, first).status, AUTHZ_VALID);
    CU_ASSERT_EQUAL(lab_get_order(&site.lab, both).status, ORDER_PENDING);
    end_worker(&site);
    site.authz = lab_authz_of(&site.lab, both, 1);
    answer(&site);
    start_worker(&site);
    run_due(&site);
    CU_ASSERT_EQUAL(lab_get_order(&site.lab, both).status, ORDER_READY);
    close_site(&site);
}

/* RFC 8555, 8.2: again after some seconds; the client's web server may be slow to learn of it. What
 * was found so far is shown. */
static void a_wrong_answer_has_another_look(void)
{
    struct site site;

    open_site(&site, 2);
    run_due(&site);
    for (int tries = 1; tries <= 2; tries++) {
        struct authz authz = lab_get_authz(&site.lab, site.authz);

        CU_ASSERT_EQUAL(authz.status, AUTHZ_PENDING);
        CU_ASSERT_PTR_NOT_NULL_FATAL(authz.error);
        CU_ASSERT_PTR_NOT_NULL(strstr(authz.error, "something else"));
        CU_ASSERT_EQUAL(responder_count(site.web), (unsigned)tries);
        CU_ASSERT_EQUAL(site.worker.progressed, (unsigned)tries); /* its client need not wait */
        lab_pass(4000);
        run_due(&site);
        CU_ASSERT_EQUAL(responder_count(site.web), (unsigned)tries);
        lab_pass(8000);
        run_due(&site);
    }
    CU_ASSERT_EQUAL(lab_get_authz(&site.lab, site.authz).status, AUTHZ_VALID);
    CU_ASSERT_EQUAL(lab_get_order(&site.lab, site.order).status, ORDER_READY);
    close_site(&site);
}

static void the_third_wrong_answer_ends_the_order_and_says_what_was_found(void)
{
    struct order order;
    struct authz authz;
    struct site site;

    open_site(&site, 100);
    for (int i = 0; i < 5; i++) {
        run_due(&site);
        lab_pass(60000);
    }
    CU_ASSERT_EQUAL(responder_count(site.web), 3);
    CU_ASSERT_EQUAL(lab_count(&site.lab, "observation WHERE outcome = 'disagrees'"), 3);
    CU_ASSERT_EQUAL(lab_count(&site.lab, "authz WHERE checked_s > 0"), 0);
    authz = lab_get_authz(&site.lab, site.authz);
    CU_ASSERT_EQUAL(authz.status, AUTHZ_INVALID);
    CU_ASSERT_STRING_EQUAL(authz.validated_address, "127.0.0.1");
    CU_ASSERT_PTR_NOT_NULL_FATAL(authz.error);
    CU_ASSERT_PTR_NOT_NULL(strstr(authz.error, "urn:ietf:params:acme:error:unauthorized"));
    CU_ASSERT_PTR_NOT_NULL(strstr(authz.error, "something else"));
    order = lab_get_order(&site.lab, site.order);
    CU_ASSERT_EQUAL(order.status, ORDER_INVALID);
    CU_ASSERT_PTR_NOT_NULL_FATAL(order.error);
    CU_ASSERT_PTR_NOT_NULL(strstr(order.error, "control over \\\"a.test\\\" was not proven: "));
    CU_ASSERT_EQUAL(lab_count(&site.lab, "job"), 0);
    close_site(&site);
}

/* Its client gave it up while it was being looked at: nothing is wrong, nothing is left. */
static void an_authorization_that_is_deactivated_meanwhile_stays_so(void)
{
    for (int wrong = 0; wrong <= 100; wrong += 100) {
        struct lab_answer answer;
        struct site site;

        open_site(&site, wrong);
        lab_worker_take(&site.worker);
        answer = lab_write(&site.lab,
            lab_request(&site.lab, &site.account, site.authz, "{\"status\":\"deactivated\"}"),
            authz_prepare_deactivate, authz_deactivate);
        lab_expect_status(&answer, 0);
        lab_worker_finish(&site.worker);
        if (wrong > 0) { /* it was to be looked at again */
            lab_pass(60000);
            run_due(&site);
        }
        CU_ASSERT_EQUAL(responder_count(site.web), 1);
        CU_ASSERT_EQUAL(lab_get_authz(&site.lab, site.authz).status, AUTHZ_DEACTIVATED);
        CU_ASSERT_EQUAL(lab_get_order(&site.lab, site.order).status, ORDER_INVALID);
        CU_ASSERT_EQUAL(lab_count(&site.lab, "job"), 0);
        close_site(&site);
    }
}

static void a_check_that_is_cut_off_is_made_again(void)
{
    struct site site;

    open_site(&site, 0);
    site.holds = true;
    lab_worker_take(&site.worker);
    while (responder_count(site.web) == 0) /* it hangs in the web server */
        lab_worker_pause(&site.worker);
    end_worker(&site);
    CU_ASSERT_EQUAL(lab_get_authz(&site.lab, site.authz).status, AUTHZ_PENDING);
    CU_ASSERT_EQUAL(lab_count(&site.lab, "job"), 1);
    site.holds = false;
    start_worker(&site);
    run_due(&site);
    CU_ASSERT_EQUAL(lab_get_authz(&site.lab, site.authz).status, AUTHZ_VALID);
    close_site(&site);
}

/* What a shutdown of the parts below says is no answer. */
static void a_resolver_that_goes_costs_no_authorization(void)
{
    struct site site;

    open_site(&site, 0);
    site.silent = true;
    lab_worker_take(&site.worker);
    while (responder_count(site.dns) == 0)
        lab_worker_pause(&site.worker);
    resolver_free(site.worker.world.resolver);
    make_resolver(&site);
    site.silent = false;
    lab_worker_finish(&site.worker);
    CU_ASSERT_EQUAL(lab_get_authz(&site.lab, site.authz).status, AUTHZ_PENDING);
    CU_ASSERT_EQUAL(lab_count(&site.lab, "job"), 1);
    run_due(&site);
    CU_ASSERT_EQUAL(lab_get_authz(&site.lab, site.authz).status, AUTHZ_VALID);
    close_site(&site);
}

static const struct test tests[] = {
    {"a right answer makes the order ready", a_right_answer_makes_the_order_ready},
    {"an order of two names waits for both", an_order_of_two_names_waits_for_both},
    {"a wrong answer has another look", a_wrong_answer_has_another_look},
    {"the third wrong answer ends the order and says what was found",
        the_third_wrong_answer_ends_the_order_and_says_what_was_found},
    {"an authorization that is deactivated meanwhile stays so",
        an_authorization_that_is_deactivated_meanwhile_stays_so},
    {"a check that is cut off is made again", a_check_that_is_cut_off_is_made_again},
    {"a resolver that goes costs no authorization", a_resolver_that_goes_costs_no_authorization},
    {NULL, NULL},
};
extern const struct test_suite suite_authz_flow;
const struct test_suite suite_authz_flow = {"authz_flow", tests};
