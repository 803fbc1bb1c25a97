/* Tests of tests/vendorsim/sim with a vendor of their own: the wire, the faults on it, the control
 * plane, and what a killed simulator still knows.
 *
 * The shop sells things: POST /things sells one, GET /things shows how many were sold, POST /later
 * has one sold a day later.
 */
#include "tests/unit/test_main.h"

#include <stdio.h>

#include "base/http_client.h"
#include "base/mem.h"
#include "tests/unit/vendorsim/folder.h"
#include "tests/vendorsim/sim.h"

#define PATIENCE_MS 20000

struct shop {
    struct sim *sim;
};

static const struct sim_setting settings[] = {{"open", SIM_BOOL, "yes", "is the shop open?"}, {0}};

static void sell(struct shop *shop)
{
    char id[32];

    snprintf(id, sizeof id, "%lld", (long long)state_next(sim_state(shop->sim), "thing", 1));
    state_put(sim_state(shop->sim), "thing", id, json_pack("{s:s}", "sold", "yes"));
}

static json_t *sold(struct shop *shop)
{
    return json_pack(
        "{s:I}", "sold", (json_int_t)json_object_size(state_all(sim_state(shop->sim), "thing")));
}

static void answer_late(void *request)
{
    sim_note(request, "it took a while");
    sim_answer(request, 202, NULL);
}

static void shop_handle(void *vendor, struct sim_request *request)
{
    struct shop *shop = vendor;
    const char *path = sim_path(request), *name, *value;
    json_t *echo;

    if (!sim_bool(shop->sim, "open")) {
        sim_answer(request, 403, json_pack("{s:s}", "error", "closed"));
    } else if (strcmp(path, "/echo") == 0) {
        echo = json_pack("{s:s,s:s,s:O*}", "method", sim_method(request), "query",
            sim_query(request), "body", sim_json(request));
        for (size_t i = 0; sim_param_at(request, i, &name, &value); i++)
            json_object_set_new(echo, name, json_string(value));
        sim_answer(request, 200, echo);
    } else if (strcmp(sim_method(request), "POST") == 0 && strcmp(path, "/things") == 0) {
        sell(shop);
        sim_note(
            request, "sold number %zu", json_object_size(state_all(sim_state(shop->sim), "thing")));
        sim_answer(request, 201, sold(shop));
    } else if (strcmp(path, "/late") == 0) {
        loop_after(sim_loop(shop->sim), 10, answer_late, request);
    } else if (strcmp(path, "/first") == 0) {
        sim_answer(request, 200, sold(shop));
        sell(shop);
        sim_note(request, "answered %s first", sim_path(request));
    } else if (strcmp(path, "/later") == 0) {
        sim_schedule(shop->sim, sim_now_s(shop->sim) + 86400, "sell", "thing");
        sim_answer(request, 204, NULL);
    } else {
        sim_answer(request, 200, sold(shop));
    }
}

static const char *shop_caller(void *vendor, struct sim_request *request)
{
    (void)vendor;
    return sim_header(request, "X-Key");
}

static void shop_limited(void *vendor, struct sim_request *request)
{
    (void)vendor;
    sim_answer(request, 429, json_pack("{s:s}", "error", "queue up"));
}

static void shop_on_due(void *vendor, const char *what, const char *subject)
{
    CU_ASSERT(strcmp(what, "sell") == 0 && strcmp(subject, "thing") == 0);
    sell(vendor);
}

static void get_stats(void *vendor, struct sim_request *request)
{
    sim_answer(request, 200, sold(vendor));
}

static const struct sim_verb verbs[] = {{"GET", "/stats", "how many were sold", get_stats},
    {"GET", "/under/*", "the same", get_stats}, {0}};

static void *shop_open(void *mem, struct sim *sim, struct err *e)
{
    struct shop *shop = mem_new(mem, struct shop);

    (void)e;
    shop->sim = sim;
    return shop;
}

static const struct sim_vendor vendor = {
    .name = "shop",
    .line = "sells things",
    .settings = settings,
    .verbs = verbs,
    .rates = "3/600",
    .root_name = "Shop Root",
    .intermediate_name = "Shop CA",
    .open = shop_open,
    .handle = shop_handle,
    .caller = shop_caller,
    .limited = shop_limited,
    .on_due = shop_on_due,
};

/* A simulator and a client on one loop. */
struct rig {
    void *mem;
    struct folder folder;
    struct loop *loop;
    struct sim *sim;
    struct http_client *client;
    struct sim_options options;
    /* The last answer. */
    enum err_code result;
    int status;
    char *body;
};

static void rig_start(struct rig *rig)
{
    struct err e = {0};

    rig->loop = loop_new();
    rig->client = http_client_new(rig->loop);
    rig->sim = sim_new(rig->mem, rig->loop, &rig->options, &e);
    if (rig->sim == NULL)
        printf("\n    %s\n", e.detail);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rig->sim);
}

static void rig_open(struct rig *rig)
{
    *rig = (struct rig){.mem = mem_new(NULL, char)};
    folder_open(&rig->folder);
    rig->options = (struct sim_options){.vendor = &vendor,
        .listen = "127.0.0.1:0",
        .control = "127.0.0.1:0",
        .state_file = folder_file(rig->mem, &rig->folder, "state"),
        .ca_file = folder_file(rig->mem, &rig->folder, "ca.pem")};
    rig_start(rig);
}

static void rig_stop(struct rig *rig)
{
    http_client_free(rig->client);
    mem_free(rig->sim);
    loop_free(rig->loop);
}

static void rig_close(struct rig *rig)
{
    rig_stop(rig);
    mem_free(rig->mem);
    folder_close(&rig->folder);
}

static void on_reply(void *arg, const struct http_reply *reply)
{
    struct rig *rig = arg;

    rig->result = reply->result;
    rig->status = reply->status;
    rig->body = bytes_string(rig->mem, reply->body);
    loop_stop(rig->loop);
}

static void ask(struct rig *rig, const char *url, const char *method, const char *body)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL},
                             *const keyed[] = {"X-Key: k", NULL};
    struct http_call_options options = {.method = method,
        .url = url,
        .headers = strstr(url, "keyed") != NULL ? keyed : headers,
        .body = bytes_of(body),
        .reply_max = 100000,
        .timeout_ms = PATIENCE_MS,
        .connect_timeout_ms = PATIENCE_MS,
        .verify_tls = true,
        .fresh_connection = true,
        .ca_file = rig->options.ca_file};
    struct http_call *call;

    http_client_start(rig->client, &options, on_reply, rig, &call);
    loop_run(rig->loop);
}

/* The status of an API call; 0: no whole answer came. */
static int api(struct rig *rig, const char *method, const char *path, const char *body)
{
    char *url = mem_printf(rig->mem, "https://localhost:%u%s", sim_api_port(rig->sim), path);

    ask(rig, url, method, body);
    return rig->result == ERR_OK ? rig->status : 0;
}

static int control(struct rig *rig, const char *method, const char *path, const char *body)
{
    char *url = mem_printf(rig->mem, "http://127.0.0.1:%u%s", sim_control_port(rig->sim), path);

    ask(rig, url, method, body);
    return rig->result == ERR_OK ? rig->status : 0;
}

static bool body_has(const struct rig *rig, const char *part)
{
    bool has = strstr(rig->body, part) != NULL;

    if (!has)
        printf("\n    wanted \"%s\", got: %.400s\n", part, rig->body);
    return has;
}

/* How many were sold, as the control plane says. */
static bool has_sold(struct rig *rig, int count)
{
    char part[32];

    snprintf(part, sizeof part, "{\"sold\":%d}", count);
    CU_ASSERT_EQUAL(control(rig, "GET", "/stats", NULL), 200);
    return body_has(rig, part);
}

static void a_request_reaches_the_vendor_whole(void)
{
    struct rig rig;

    rig_open(&rig);
    CU_ASSERT_EQUAL(api(&rig, "PUT", "/echo?a%5B%5D=b%20c+d&e&f=%zz", "{\"g\": 1}"), 400);
    CU_ASSERT_EQUAL(api(&rig, "PUT", "/echo?a%5B%5D=b%20c+d&e&f=g=h", "{\"i\": 1}"), 200);
    CU_ASSERT(body_has(&rig, "\"method\":\"PUT\""));
    CU_ASSERT(body_has(&rig, "\"a[]\":\"b c d\""));
    CU_ASSERT(body_has(&rig, "\"e\":\"\""));
    CU_ASSERT(body_has(&rig, "\"f\":\"g=h\""));
    CU_ASSERT(body_has(&rig, "\"body\":{\"i\":1}"));
    CU_ASSERT_EQUAL(api(&rig, "DELETE", "/echo", NULL), 200);
    CU_ASSERT(body_has(&rig, "\"method\":\"DELETE\""));
    rig_close(&rig);
}

static void a_request_can_be_answered_later_and_used_after_that(void)
{
    struct rig rig;

    rig_open(&rig);
    CU_ASSERT_EQUAL(api(&rig, "GET", "/late", NULL), 202);
    CU_ASSERT_EQUAL(api(&rig, "POST", "/first", "{}"), 200);
    CU_ASSERT_STRING_EQUAL(rig.body, "{\"sold\":0}");
    control(&rig, "GET", "/calls", NULL);
    CU_ASSERT(body_has(&rig, "it took a while") && body_has(&rig, "answered /first first"));
    rig_stop(&rig);
    rig_start(&rig);
    CU_ASSERT(has_sold(&rig, 1)); /* it was part of the same commit */
    rig_close(&rig);
}

static const struct {
    const char *fault;
    int status; /* what the client sees; 0: no whole answer */
    int sold;
    const char *body, *outcome;
} faults[] = {
    {"{\"kind\":\"drop_before\"}", 0, 0, "", "\"status\":0,\"outcome\":\"drop_before\""},
    {"{\"kind\":\"drop_after\"}", 0, 1, "", "\"status\":0,\"outcome\":\"drop_after\""},
    {"{\"kind\":\"delay\",\"ms\":30}", 201, 1, "{\"sold\":1}",
        "\"status\":201,\"outcome\":\"delay\""},
    {"{\"kind\":\"status\",\"code\":500}", 500, 0, "fault",
        "\"status\":500,\"outcome\":\"status\""},
    {"{\"kind\":\"status\",\"done\":true}", 503, 1, "fault",
        "\"status\":503,\"outcome\":\"status\""},
    {"{\"kind\":\"truncate\"}", 0, 1, "{\"sol", "\"status\":201,\"outcome\":\"truncate\""},
    {"{\"kind\":\"html_502\"}", 502, 0, "<html>", "\"status\":502,\"outcome\":\"html_502\""},
    {"{\"kind\":\"html_502\",\"done\":true}", 502, 1, "<html>",
        "\"status\":502,\"outcome\":\"html_502\""},
    {"{\"kind\":\"rate_limit\"}", 429, 0, "queue up", "\"status\":429,\"outcome\":\"rate_limit\""},
    {"{\"kind\":\"wrong_key\"}", 201, 1, "{\"sold\":1}",
        "\"status\":201,\"outcome\":\"wrong_key\""},
};

static void each_fault_does_what_it_says_and_then_is_over(void)
{
    struct rig rig;
    char *plan;

    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        rig_open(&rig);
        plan = mem_printf(rig.mem, "[%s]", faults[i].fault);
        CU_ASSERT_EQUAL(control(&rig, "POST", "/faults", plan), 200);
        CU_ASSERT_EQUAL(api(&rig, "POST", "/things", "{}"), faults[i].status);
        CU_ASSERT(body_has(&rig, faults[i].body));
        CU_ASSERT(has_sold(&rig, faults[i].sold));
        CU_ASSERT_EQUAL(control(&rig, "GET", "/calls", NULL), 200);
        CU_ASSERT(body_has(&rig, faults[i].outcome));
        CU_ASSERT_EQUAL(api(&rig, "POST", "/things", "{}"), 201);
        rig_close(&rig);
    }
}

static void what_was_answered_outlives_the_process(void)
{
    struct rig rig;

    rig_open(&rig);
    CU_ASSERT_EQUAL(api(&rig, "POST", "/things", "{}"), 201);
    CU_ASSERT_EQUAL(control(&rig, "POST", "/faults", "[{\"kind\":\"drop_after\"}]"), 200);
    CU_ASSERT_EQUAL(api(&rig, "POST", "/things", "{}"), 0);
    CU_ASSERT_EQUAL(api(&rig, "POST", "/later", "{}"), 204);
    CU_ASSERT_EQUAL(control(&rig, "POST", "/clock", "{\"advance_s\":80000}"), 200);
    CU_ASSERT_EQUAL(control(&rig, "POST", "/settings", "{\"open\":false}"), 200);
    rig_stop(&rig); /* nothing is written on the way out */
    rig_start(&rig);
    CU_ASSERT(has_sold(&rig, 2));
    CU_ASSERT_EQUAL(api(&rig, "GET", "/things", NULL), 403); /* and the same CA vouches for it */
    CU_ASSERT_EQUAL(control(&rig, "POST", "/settings", "{\"open\":true}"), 200);
    CU_ASSERT_EQUAL(control(&rig, "POST", "/clock", "{\"advance_s\":10000}"), 200);
    CU_ASSERT(body_has(&rig, "\"events\":1"));
    CU_ASSERT(has_sold(&rig, 3));
    rig_close(&rig);
}

static void callers_are_limited(void)
{
    struct rig rig;

    rig_open(&rig);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(api(&rig, "POST", "/things?keyed", "{}"), 201);
    CU_ASSERT_EQUAL(api(&rig, "POST", "/things?keyed", "{}"), 429);
    CU_ASSERT_EQUAL(api(&rig, "POST", "/things", "{}"), 201); /* nobody's */
    CU_ASSERT(has_sold(&rig, 4));
    rig_stop(&rig);
    rig.options.rates = "off";
    rig_start(&rig);
    for (int i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(api(&rig, "POST", "/things?keyed", "{}"), 201);
    rig_close(&rig);
}

static void the_record_shows_calls_and_is_forgotten(void)
{
    struct rig rig;

    rig_open(&rig);
    api(&rig, "POST", "/things?x=1", "{\"a\":2}");
    CU_ASSERT_EQUAL(control(&rig, "GET", "/calls", NULL), 200);
    CU_ASSERT(body_has(&rig, "\"method\":\"POST\",\"path\":\"/things\",\"query\":\"x=1\","
                             "\"body\":{\"a\":2},\"status\":201,\"outcome\":\"answered\","
                             "\"note\":\"sold number 1\""));
    CU_ASSERT_EQUAL(control(&rig, "DELETE", "/calls", NULL), 204);
    control(&rig, "GET", "/calls", NULL);
    CU_ASSERT_STRING_EQUAL(rig.body, "{\"total\":0,\"calls\":[]}");
    rig_close(&rig);
}

static const struct {
    const char *method, *path, *body;
    int status;
} verbs_asked[] = {
    {"GET", "/", NULL, 200},
    {"GET", "/ca", NULL, 200},
    {"GET", "/clock", NULL, 200},
    {"GET", "/faults", NULL, 200},
    {"GET", "/settings", NULL, 200},
    {"GET", "/under/anything", NULL, 200},
    {"DELETE", "/faults", NULL, 204},
    {"GET", "/nothing", NULL, 404},
    {"GET", "/under", NULL, 404},
    {"POST", "/stats", "{}", 405},
    {"DELETE", "/clock", NULL, 405},
    {"POST", "/clock", "{\"advance_s\":-1}", 400},
    {"POST", "/clock", "{\"advance_s\":\"5\"}", 400},
    {"POST", "/clock", "{\"advance_s\":99999999999}", 400},
    {"POST", "/clock", "no JSON", 400},
    {"POST", "/clock", "", 400},
    {"POST", "/faults", "[{\"kind\":\"none\"}]", 400},
    {"POST", "/settings", "{\"closed\":true}", 400},
};

static void the_control_plane_answers_what_it_cannot_do(void)
{
    struct rig rig;

    rig_open(&rig);
    for (size_t i = 0; i < sizeof verbs_asked / sizeof verbs_asked[0]; i++) {
        CU_ASSERT_EQUAL(
            control(&rig, verbs_asked[i].method, verbs_asked[i].path, verbs_asked[i].body),
            verbs_asked[i].status);
        if (verbs_asked[i].status >= 400)
            CU_ASSERT(body_has(&rig, "{\"error\":\""));
    }
    control(&rig, "GET", "/", NULL);
    CU_ASSERT(body_has(&rig, "how many were sold"));
    rig_close(&rig);
}

static void options_that_cannot_work_are_refused(void)
{
    struct rig rig;
    struct sim_options wrong[6];
    struct err e = {0};

    rig_open(&rig);
    for (size_t i = 0; i < 6; i++) {
        wrong[i] = rig.options;
        wrong[i].state_file = NULL;
    }
    wrong[0].rates = "many";
    wrong[1].dns = "ns.example";
    wrong[2].listen = "nowhere";
    wrong[3].tls_certificate = wrong[3].tls_key = "/nonexistent/file.pem";
    wrong[4].set = (const char *const[]){"opened=yes", NULL};
    wrong[5].state_file = rig.options.state_file; /* which the first one has */
    for (size_t i = 0; i < 6; i++) {
        e = (struct err){0};
        CU_ASSERT_PTR_NULL(sim_new(rig.mem, rig.loop, &wrong[i], &e));
        CU_ASSERT(e.code != ERR_OK && e.detail[0] != '\0');
    }
    rig_close(&rig);
}

static const struct test tests[] = {
    {"a request reaches the vendor whole", a_request_reaches_the_vendor_whole},
    {"a request can be answered later and used after that",
        a_request_can_be_answered_later_and_used_after_that},
    {"each fault does what it says and then is over",
        each_fault_does_what_it_says_and_then_is_over},
    {"what was answered outlives the process", what_was_answered_outlives_the_process},
    {"callers are limited", callers_are_limited},
    {"the record shows calls and is forgotten", the_record_shows_calls_and_is_forgotten},
    {"the control plane answers what it cannot do", the_control_plane_answers_what_it_cannot_do},
    {"options that cannot work are refused", options_that_cannot_work_are_refused},
    {NULL, NULL},
};
extern const struct test_suite suite_sim;
const struct test_suite suite_sim = {"sim", tests};
