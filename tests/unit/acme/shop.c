/* shop - see shop.h. */
#include "tests/unit/acme/shop.h"

#include <string.h>

#include "acme/order.h"
#include "acme/order_flow.h"
#include "base/mem.h"
#include "store/action.h"
#include "store/certificate.h"
#include "store/decision.h"
#include "tests/unit/test_main.h"

static const struct flow_kind *const kinds[] = {&order_flow, NULL};

static struct identifier added[] = {{IDENTIFIER_DNS, "added.test"}};
static const struct identifiers addition = {added, 1};

struct upstream_call {
    struct scripted *scripted;
    upstream_on_result on_result;
    upstream_on_page on_page;
    const char *order_id; /* of fetch */
    void *arg;
    char what;
    struct loop_timer *timer;
    void *of_ca; /* the CA's own call */
};

static void on_ca_result(void *arg, const struct upstream_result *result)
{
    const char *const alternates[] = {result->chain, "broken", NULL};
    struct upstream_call *call = arg;
    struct upstream_result changed = *result;

    if (call->what == 'g')
        changed.leaf = bytes_of("<html>certificate</html>");
    if (call->what == 'v')
        changed.extra_names = &addition;
    if (call->what == 'o')
        changed.chain = "";
    if (call->what == 'a')
        changed.alternates = alternates;
    call->on_result(call->arg, &changed);
    mem_free(call);
}

static const struct upstream_proof proof = {
    VENDOR_PROOF_TXT, "a.test", "_dnsauth.a.test", "a-random-value"};

static void on_answer(void *arg)
{
    static const enum err_code codes[] = {['t'] = ERR_UPSTREAM_TEMPORARY,
        ['c'] = ERR_CANCELLED,
        ['r'] = ERR_UPSTREAM_REFUSED,
        ['n'] = ERR_UPSTREAM_REFUSED,
        ['x'] = ERR_UPSTREAM_REFUSED,
        ['d'] = ERR_UPSTREAM_IN_DOUBT,
        ['D'] = ERR_UPSTREAM_IN_DOUBT,
        ['f'] = ERR_NOT_FOUND};
    struct upstream_call *call = arg;
    struct upstream_result result = {.result = codes[(int)call->what],
        .detail = "the organisation is not validated",
        .internal = "code 4711"};

    if (call->what == 'n')
        result.detail = result.internal = NULL;
    if (call->what == 'x')
        result.problem = "rejectedIdentifier";
    if (call->what == 'p')
        result.waits_for = "the vendor's approver";
    if (call->what == 'P') {
        result.proofs = &proof;
        result.proofs_len = 1;
    }
    if (result.result == ERR_OK)
        result.order_id = "v-1";
    call->on_result(call->arg, &result);
    mem_free(call);
}

static const struct identifiers *with_addition(void *mem, const struct identifiers *names)
{
    struct identifiers *more = mem_new(mem, struct identifiers);

    more->list = mem_new_array(mem, struct identifier, names->len + 1);
    memcpy(more->list, names->list, names->len * sizeof *names->list);
    more->len = names->len + 1;
    more->list[names->len] = added[0];
    return more;
}

static struct scripted *of(struct upstream *upstream)
{
    return (struct scripted *)(void *)upstream;
}

static char letter(const char *script, int *calls)
{
    int last = (int)strlen(script) - 1, at = (*calls)++;

    return script[at < last ? at : last];
}

static struct upstream_call *begin(struct scripted *s, char what,
    const struct upstream_request *request, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call = mem_new(NULL, struct upstream_call);
    struct upstream_request changed = *request;

    if (what == '?')
        what = s->bought > 0 ? 'i' : 'f';
    *call = (struct upstream_call){.scripted = s, .on_result = on_result, .arg = arg, .what = what};
    if (what == 'k')
        changed.csr = lab_csr(s->lab, "a.test", NULL);
    if (what == 'w' || what == 'v')
        changed.identifiers = with_addition(s->lab->mem, request->identifiers);
    if (strchr("ikgwvoa", what) != NULL)
        call->of_ca = s->ca->ops->submit(s->ca, &changed, on_ca_result, call);
    else if (what != 'h')
        call->timer = loop_after(s->upstream.loop, 0, on_answer, call);
    return call;
}

static struct upstream_call *submit(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg)
{
    struct scripted *s = of(upstream);
    char what = letter(s->script, &s->calls);

    s->bought += strchr("trnxdcf", what) == NULL;
    return begin(s, what, request, on_result, arg);
}

static struct upstream_call *poll(struct upstream *upstream, const struct upstream_request *request,
    upstream_on_result on_result, void *arg)
{
    struct scripted *s = of(upstream);

    return begin(s, letter(s->polls, &s->polled), request, on_result, arg);
}

static struct upstream_call *find(struct upstream *upstream, const struct upstream_request *request,
    upstream_on_result on_result, void *arg)
{
    struct scripted *s = of(upstream);

    return begin(s, letter(s->finds, &s->found), request, on_result, arg);
}

static struct upstream_call *prove(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg)
{
    struct scripted *s = of(upstream);

    return begin(s, letter(s->proves, &s->proved), request, on_result, arg);
}

static void on_fetched(void *arg)
{
    static const enum err_code codes[] = {['t'] = ERR_UPSTREAM_TEMPORARY,
        ['c'] = ERR_CANCELLED,
        ['r'] = ERR_UPSTREAM_REFUSED,
        ['f'] = ERR_NOT_FOUND,
        ['x'] = ERR_OK};
    struct upstream_call *call = arg;
    void *mem = mem_pool(NULL, 1024);
    struct identifier name = {IDENTIFIER_DNS, "a.test"};
    struct identifiers names = {mem_dup(mem, &name, sizeof name), 1};
    struct vendor_certificate certificate = {.id = mem_printf(mem, "c-%s", call->order_id),
        .not_before_s = LAB_NOW_S - 86400,
        .not_after_s = LAB_NOW_S + 90 * 86400};
    struct vendor_order order = {.id = call->order_id,
        .standing = call->what == 'x' ? STANDING_CANCELED : STANDING_ISSUED,
        .names = names,
        .issued_names = names,
        .first_issued_s = certificate.not_before_s,
        .order_end_s = LAB_NOW_S + 300 * INT64_C(86400),
        .plan_years = 1,
        .certificates = mem_dup(mem, &certificate, sizeof certificate),
        .certificates_len = 1,
        .said = SAID_STANDING | SAID_IN_PROCESS};
    struct upstream_page page = {.result = codes[(int)call->what],
        .detail = "",
        .internal = "",
        .mem = mem,
        .orders = mem_dup(mem, &order, sizeof order),
        .orders_len = strchr("ix", call->what) != NULL};

    call->on_page(call->arg, &page);
    mem_free(call);
}

static struct upstream_call *fetch(
    struct upstream *upstream, const char *order_id, upstream_on_page on_page, void *arg)
{
    struct upstream_call *call = mem_new(NULL, struct upstream_call);
    struct scripted *s = of(upstream);

    *call = (struct upstream_call){
        .scripted = s, .on_page = on_page, .arg = arg, .what = letter(s->fetches, &s->fetched)};
    call->order_id = s->last_fetched = mem_strdup(s->lab->mem, order_id);
    if (call->what != 'h')
        call->timer = loop_after(s->upstream.loop, 0, on_fetched, call);
    return call;
}

static void cancel(struct upstream_call *call)
{
    call->scripted->cancelled++;
    loop_cancel(&call->timer);
    if (call->of_ca != NULL)
        call->scripted->ca->ops->cancel(call->of_ca);
    mem_free(call);
}

static void new_reference(uint8_t out[32], size_t *len)
{
    local_ca_ops.new_reference(out, len);
}

static const struct upstream_ops scripted_ops[] = {
    [SHOP_REPEATABLE] = {.repeatable = true, .submit = submit, .poll = poll, .cancel = cancel},
    [SHOP_VENDOR] =
        {.submit = submit, .poll = poll, .find = find, .prove = prove, .cancel = cancel},
    [SHOP_BLIND_VENDOR] = {.submit = submit, .poll = poll, .cancel = cancel},
    [SHOP_TELLING_VENDOR] = {.new_reference = new_reference,
        .submit = submit,
        .poll = poll,
        .find = find,
        .prove = prove,
        .fetch = fetch,
        .cancel = cancel},
};

void shop_open(struct shop *shop, const char *script)
{
    struct err e = {0};

    lab_open(&shop->lab);
    shop->ca_options = (struct local_ca_options){.name = "lab",
        .directory = mem_printf(shop->lab.mem, "%s/data", shop->lab.folder),
        .key_type = KEY_P256};
    CU_ASSERT_EQUAL_FATAL(local_ca_prepare(&shop->ca_options, &e), ERR_OK);
    shop->account = lab_account(&shop->lab);
    shop->kind = SHOP_REPEATABLE;
    shop->scripted = (struct scripted){.script = script,
        .polls = "i",
        .finds = "?",
        .proves = "i",
        .fetches = "i",
        .lab = &shop->lab};
}

void shop_telling(struct shop *shop)
{
    struct acme_profile *profile = &shop->lab.profile;

    shop->kind = SHOP_TELLING_VENDOR;
    profile->upstream_ops = &scripted_ops[SHOP_TELLING_VENDOR];
    profile->vendor = VENDOR_DIGICERT;
    profile->refresh_s = 15 * 60;
    preferences_init(&profile->preferences);
    preferences_complete(VENDOR_DIGICERT, &profile->preferences);
}

void shop_close(struct shop *shop)
{
    lab_close(&shop->lab);
}

void shop_start_worker(struct shop *shop)
{
    struct lab_worker *worker = &shop->worker;
    struct err e = {0};

    lab_restart(&shop->lab); /* no lease is left of what was before */
    lab_worker_start(worker, &shop->lab, kinds);
    shop->scripted.ca = local_ca_new(shop->lab.mem, worker->loop, &shop->ca_options, &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(shop->scripted.ca);
    shop->scripted.upstream = (struct upstream){
        &scripted_ops[shop->kind], "lab", worker->loop, .poll_s = 60, .doubt_s = 120};
    worker->upstreams[0] = &shop->scripted.upstream;
    worker->world.upstreams_len = 1;
}

void shop_run_due(struct shop *shop)
{
    lab_worker_take(&shop->worker);
    lab_worker_finish(&shop->worker);
}

void shop_run_after(struct shop *shop, int64_t minutes)
{
    lab_pass(minutes * 60 * 1000);
    shop_run_due(shop);
}

struct lab_answer shop_finalize_csr(struct shop *shop, const struct lab_account *account,
    const char *names, struct bytes csr, int64_t *id)
{
    *id = lab_order(&shop->lab, account, names, true);
    return lab_write(&shop->lab,
        lab_request(&shop->lab, account, *id, lab_csr_payload(&shop->lab, csr)),
        order_prepare_finalize, order_finalize);
}

int64_t shop_finalize(struct shop *shop, const char *names, struct key **key)
{
    int64_t id;
    struct bytes csr = lab_csr(&shop->lab, names, key);
    struct lab_answer answer = shop_finalize_csr(shop, &shop->account, names, csr, &id);

    lab_expect_status(&answer, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"processing\""));
    CU_ASSERT(answer.resp.retry_after_s > 0);
    return id;
}

struct certificate shop_certificate(struct shop *shop, int64_t order_id)
{
    struct order order = lab_get_order(&shop->lab, order_id);
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(shop->lab.reader, shop->lab.mem, &e);
    struct certificate certificate;

    CU_ASSERT_EQUAL_FATAL(
        store_certificate_get(tx, shop->lab.mem, order.certificate_id, &certificate, &e), ERR_OK);
    store_snapshot_end(tx);
    return certificate;
}

struct action shop_action(struct shop *shop, int64_t order_id)
{
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(shop->lab.reader, shop->lab.mem, &e);
    struct action action;

    CU_ASSERT_EQUAL_FATAL(store_action_of_order(tx, shop->lab.mem, order_id, &action, &e), ERR_OK);
    store_snapshot_end(tx);
    return action;
}

struct order_decision shop_decision(struct shop *shop, int64_t order_id)
{
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(shop->lab.reader, shop->lab.mem, &e);
    struct order_decision decision;

    CU_ASSERT_EQUAL_FATAL(store_decision_get(tx, shop->lab.mem, order_id, &decision, &e), ERR_OK);
    store_snapshot_end(tx);
    return decision;
}
