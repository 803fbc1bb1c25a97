/* tencent_rig - see tencent_rig.h. */
#include "tests/unit/vendorsim/tencent_rig.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tests/unit/test_main.h"
#include "tests/vendorsim/sim_private.h"
#include "tests/vendorsim/tencent.h"
#include "tests/vendorsim/tencent_portal.h"
#include "tests/vendorsim/tencent_sign.h"

#define SECRET_ID   "AKIDEXAMPLE0000000000000000000000001"
#define SECRET_KEY  "ExampleSecretKeyForTestsOnly0001"
#define PATIENCE_MS 20000
#define ANSWER_MAX  ((size_t)4 * 1024 * 1024)

void tencent_rig_open(struct tencent_rig *rig, const char *const *set)
{
    struct sim_options options = {.vendor = &sim_tencent,
        .listen = "127.0.0.1:0",
        .control = "127.0.0.1:0",
        .plain = true,
        .rates = "off",
        .set = set};
    struct err e = {0};

    *rig = (struct tencent_rig){.mem = mem_new(NULL, char), .loop = loop_new()};
    rig->sim = sim_new(rig->mem, rig->loop, &options, &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rig->sim);
    rig->tc = rig->sim->vendor;
    rig->client = http_client_new(rig->loop);
}

void tencent_rig_close(struct tencent_rig *rig)
{
    http_client_free(rig->client);
    mem_free(rig->sim);
    loop_free(rig->loop);
    json_decref(rig->answer);
    mem_free(rig->mem);
}

static void wait(struct tencent_rig *rig)
{
    rig->waits = true;
    while (!rig->is_done)
        loop_run(rig->loop);
    rig->waits = false;
}

static void on_moved(void *arg, int64_t called)
{
    struct tencent_rig *rig = arg;

    (void)called;
    rig->is_done = true;
    if (rig->waits) /* a stop would be kept for the next run */
        loop_stop(rig->loop);
}

void tencent_rig_advance(struct tencent_rig *rig, int64_t seconds)
{
    rig->is_done = false;
    CU_ASSERT_FATAL(timeline_advance(rig->sim->timeline, seconds, on_moved, rig));
    wait(rig); /* the CA looks for what is not there */
}

json_t *tencent_rig_buy(struct tencent_rig *rig, const char *body)
{
    json_t *form = json_loads(body, 0, NULL), *ids, *certificate;
    struct tc_refusal why = {.message = ""};

    CU_ASSERT_PTR_NOT_NULL_FATAL(form);
    ids = tc_portal_buy(rig->tc, form, &why);
    CU_ASSERT_STRING_EQUAL(why.message, "");
    certificate = tc_certificate_get(rig->tc, json_string_value(json_array_get(ids, 0)));
    CU_ASSERT_PTR_NOT_NULL_FATAL(certificate);
    json_decref(ids);
    json_decref(form);
    return certificate;
}

/* Calls. */

struct signer {
    char *host;
};

static const char *header_of(void *arg, const char *name)
{
    const struct signer *signer = arg;

    return strcmp(name, "host") == 0 ? signer->host : "application/json";
}

static void on_reply(void *arg, const struct http_reply *reply)
{
    struct tencent_rig *rig = arg;

    CU_ASSERT_EQUAL(reply->status, 200);
    json_decref(rig->answer);
    rig->answer = json_loadb((const char *)reply->body.data, reply->body.len, 0, NULL);
    rig->is_done = true;
    loop_stop(rig->loop);
}

static void ask(struct tencent_rig *rig, void *mem, const char *action, const char *body)
{
    struct signer signer = {mem_printf(mem, "127.0.0.1:%u", sim_api_port(rig->sim))};
    char *stamp = mem_printf(mem, "%" PRId64, clock_now_s()), date[11];
    struct tc_signed what = {stamp, date, "content-type;host", header_of, &signer, bytes_of(body)};
    struct http_call_options options = {.method = "POST",
        .url = mem_printf(mem, "http://%s/", signer.host),
        .body = what.body,
        .reply_max = ANSWER_MAX,
        .timeout_ms = PATIENCE_MS,
        .connect_timeout_ms = PATIENCE_MS};
    struct tc_signature signature;
    struct http_call *call;
    const char *headers[6] = {"Content-Type: application/json", "X-TC-Version: 2019-12-05"};

    tc_sign_date(clock_now_s(), date);
    CU_ASSERT_FATAL(tc_sign(&what, SECRET_KEY, &signature));
    headers[2] = mem_printf(mem, "X-TC-Action: %s", action);
    headers[3] = mem_printf(mem, "X-TC-Timestamp: %s", stamp);
    headers[4] = mem_printf(mem,
        "Authorization: TC3-HMAC-SHA256 Credential=" SECRET_ID
        "/%s/ssl/tc3_request, SignedHeaders=content-type;host, Signature=%s",
        date, signature.text);
    options.headers = headers;
    rig->is_done = false;
    http_client_start(rig->client, &options, on_reply, rig, &call);
    wait(rig);
}

/* The text with "$" replaced, on `mem`. */
static char *filled(void *mem, const char *text, const char *id)
{
    const char *at = strchr(text, '$');

    return at == NULL ? mem_strdup(mem, text)
                      : mem_printf(mem, "%.*s%s%s", (int)(at - text), text, id, at + 1);
}

const json_t *tencent_rig_call(
    struct tencent_rig *rig, const char *action, const char *params, const char *id)
{
    void *mem = mem_new(NULL, char);
    const json_t *response;

    ask(rig, mem, action, filled(mem, params, id));
    mem_free(mem);
    response = json_object_get(rig->answer, "Response");
    CU_ASSERT_PTR_NOT_NULL_FATAL(response);
    return response;
}

const char *tencent_rig_code(
    struct tencent_rig *rig, const char *action, const char *params, const char *id)
{
    const char *code =
        row_text(json_object_get(tencent_rig_call(rig, action, params, id), "Error"), "Code");

    return code == NULL ? "" : code;
}
