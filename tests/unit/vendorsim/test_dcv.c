/* Tests of tests/vendorsim/dcv against a DNS and an HTTP server on loopback. */
#include "tests/unit/test_main.h"

#include <stdio.h>

#include "base/mem.h"
#include "tests/unit/responder.h"
#include "tests/vendorsim/dcv.h"

struct rig {
    void *mem;
    struct loop *loop;
    struct responder *dns, *http;
    struct dcv *dcv;
    bool told, found;
    char why[128];
};

static const uint8_t txt_right[] = "\x05tok-1", txt_other[] = "\x05other",
                     txt_split[] = "\x03tok\x02-1", txt_longer[] = "\x06tok-12";

static void on_question(void *arg, struct dns_exchange *exchange)
{
    (void)arg;
    dns_begin(exchange, strcmp(exchange->name, "none.test") == 0 ? 3 : 0);
    if (strcmp(exchange->name, "txt.test") == 0) {
        dns_add(exchange, NULL, 16, txt_other, sizeof txt_other - 1);
        dns_add(exchange, NULL, 16, txt_right, sizeof txt_right - 1);
    } else if (strcmp(exchange->name, "split.test") == 0) {
        dns_add(exchange, NULL, 16, txt_split, sizeof txt_split - 1);
    } else if (strcmp(exchange->name, "longer.test") == 0) {
        dns_add(exchange, NULL, 16, txt_longer, sizeof txt_longer - 1);
    } else if (strcmp(exchange->name, "tok-1.cname.test") == 0) {
        dns_add_cname(exchange, NULL, "dcv.vendor.test");
    } else if (strcmp(exchange->name, "www.test") == 0) {
        dns_add_address(exchange, NULL, "127.0.0.1");
    }
}

static enum responder_then on_http(void *arg, int fd, const char *request, unsigned nth)
{
    (void)arg;
    (void)nth;
    if (strncmp(request, "GET /right ", 11) == 0)
        responder_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ntok-1\n");
    else if (strncmp(request, "GET /other ", 11) == 0)
        responder_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother");
    else
        responder_send(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\ntok-1");
    return RESPONDER_CLOSE;
}

static void rig_open(struct rig *rig, bool with_dns)
{
    struct err e = {0};
    char *server;

    *rig = (struct rig){.mem = mem_new(NULL, char), .loop = loop_new()};
    rig->dns = responder_dns(on_question, NULL);
    rig->http = responder_http("127.0.0.1", 0, on_http, NULL);
    server = mem_printf(rig->mem, "127.0.0.1@%u", responder_port(rig->dns));
    rig->dcv =
        dcv_new(rig->mem, rig->loop, with_dns ? server : NULL, responder_port(rig->http), &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rig->dcv);
}

static void rig_close(struct rig *rig)
{
    mem_free(rig->mem);
    loop_free(rig->loop);
    responder_stop(rig->dns);
    responder_stop(rig->http);
}

static void on_result(void *arg, bool found, const char *why)
{
    struct rig *rig = arg;

    CU_ASSERT_FALSE(rig->told);
    rig->told = true;
    rig->found = found;
    snprintf(rig->why, sizeof rig->why, "%s", why);
    loop_stop(rig->loop);
}

/* Waits for the result of what was begun. */
static bool result(struct rig *rig)
{
    CU_ASSERT_FALSE(rig->told); /* never before returning */
    loop_run(rig->loop);
    CU_ASSERT(rig->told && rig->why[0] != '\0');
    rig->told = false;
    return rig->found;
}

static bool has_txt(struct rig *rig, const char *name)
{
    dcv_find_txt(rig->dcv, name, "tok-1", on_result, rig);
    return result(rig);
}

static bool has_cname(struct rig *rig, const char *name, const char *target)
{
    dcv_find_cname(rig->dcv, name, target, on_result, rig);
    return result(rig);
}

static bool has_file(struct rig *rig, const char *host, const char *path)
{
    dcv_find_file(rig->dcv, host, path, "tok-1", on_result, rig);
    return result(rig);
}

static void a_txt_record_must_be_the_value(void)
{
    struct rig rig;

    rig_open(&rig, true);
    CU_ASSERT(has_txt(&rig, "txt.test"));
    CU_ASSERT(has_txt(&rig, "split.test"));
    CU_ASSERT_FALSE(has_txt(&rig, "longer.test"));
    CU_ASSERT_FALSE(has_txt(&rig, "www.test"));
    CU_ASSERT_FALSE(has_txt(&rig, "none.test"));
    rig_close(&rig);
}

static void a_cname_must_lead_to_the_target(void)
{
    struct rig rig;

    rig_open(&rig, true);
    CU_ASSERT(has_cname(&rig, "tok-1.cname.test", "dcv.vendor.test"));
    CU_ASSERT(has_cname(&rig, "tok-1.cname.test", "DCV.vendor.test"));
    CU_ASSERT_FALSE(has_cname(&rig, "tok-1.cname.test", "dcv.vendor"));
    CU_ASSERT_FALSE(has_cname(&rig, "tok-1.cname.test", "dcv.vendor.test.org"));
    CU_ASSERT_FALSE(has_cname(&rig, "tok-1.cname.test", "dcvvendor.test"));
    CU_ASSERT_FALSE(has_cname(&rig, "txt.test", "dcv.vendor.test"));
    rig_close(&rig);
}

static void a_file_must_hold_the_value(void)
{
    struct rig rig;

    rig_open(&rig, true);
    CU_ASSERT(has_file(&rig, "www.test", "/right"));
    CU_ASSERT_FALSE(has_file(&rig, "www.test", "/other"));
    CU_ASSERT_FALSE(has_file(&rig, "www.test", "/missing"));
    CU_ASSERT_FALSE(has_file(&rig, "none.test", "/right"));
    rig_close(&rig);
}

static void without_a_dns_server_nothing_is_found(void)
{
    struct rig rig;

    rig_open(&rig, false);
    CU_ASSERT_FALSE(has_txt(&rig, "txt.test"));
    CU_ASSERT_PTR_NOT_NULL(strstr(rig.why, "--dns"));
    CU_ASSERT_FALSE(has_file(&rig, "www.test", "/right"));
    rig_close(&rig);
}

static void on_two_results(void *arg, bool found, const char *why)
{
    struct rig *rig = arg;

    (void)found;
    (void)why;
    CU_ASSERT(dcv_is_busy(rig->dcv));
}

static void on_idle(void *arg)
{
    struct rig *rig = arg;

    CU_ASSERT_FALSE(rig->told);
    rig->told = true;
    loop_stop(rig->loop);
}

static void it_says_when_no_look_is_under_way(void)
{
    struct rig rig;

    rig_open(&rig, true);
    dcv_tell_idle(rig.dcv, on_idle, &rig);
    CU_ASSERT_FALSE(dcv_is_busy(rig.dcv));
    dcv_find_txt(rig.dcv, "txt.test", "tok-1", on_two_results, &rig);
    dcv_find_file(rig.dcv, "www.test", "/right", "tok-1", on_two_results, &rig);
    CU_ASSERT(dcv_is_busy(rig.dcv));
    loop_run(rig.loop);
    CU_ASSERT(rig.told && !dcv_is_busy(rig.dcv));
    rig_close(&rig);
}

static void the_server_must_be_an_address(void)
{
    void *mem = mem_new(NULL, char);
    struct loop *loop = loop_new();
    struct err e = {0};

    CU_ASSERT_PTR_NULL(dcv_new(mem, loop, "ns.example", 80, &e));
    CU_ASSERT_EQUAL(e.code, ERR_INPUT);
    mem_free(mem);
    loop_free(loop);
}

static const struct test tests[] = {
    {"a TXT record must be the value", a_txt_record_must_be_the_value},
    {"a CNAME must lead to the target", a_cname_must_lead_to_the_target},
    {"a file must hold the value", a_file_must_hold_the_value},
    {"without a DNS server nothing is found", without_a_dns_server_nothing_is_found},
    {"it says when no look is under way", it_says_when_no_look_is_under_way},
    {"the server must be an address", the_server_must_be_an_address},
    {NULL, NULL},
};
extern const struct test_suite suite_dcv;
const struct test_suite suite_dcv = {"dcv", tests};
