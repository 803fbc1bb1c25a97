/* Tests of acme/revocation_flow: revocations told to a vendor that does what a script says. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/revocation_flow.h"
#include "base/mem.h"
#include "store/action.h"
#include "store/certificate.h"
#include "store/job.h"
#include "store/revocation.h"
#include "tests/unit/acme/lab.h"

#define MINUTE_MS (60 * INT64_C(1000))
#define HOUR_MS   (60 * MINUTE_MS)

static const struct flow_kind *const kinds[] = {&revocation_flow, NULL};

/* A letter a call, the last one for all further calls:
 *   'o' done   'p' waits for an approval   't' cannot be reached   'w' cannot yet, ask in an hour
 *   'r' refused   'h' hangs */
struct office {
    struct lab lab;
    struct lab_account account;
    struct certificate certificate;
    struct lab_worker worker;
    struct upstream upstream;
    const char *script;
    int calls, cancelled;
    char asked[256]; /* the last question */
};

static struct office *office; /* the vendor's */

struct upstream_call {
    char what;
    upstream_on_result on_result;
    void *arg;
    struct loop_timer *timer;
};

static void on_answer(void *arg)
{
    struct upstream_call *call = arg;
    struct upstream_result result = {
        .result = ERR_OK, .detail = "the vendor's words", .internal = "code 4711"};

    if (call->what == 't' || call->what == 'w')
        result.result = ERR_UPSTREAM_TEMPORARY;
    if (call->what == 'w')
        result.retry_after_s = 3600;
    if (call->what == 'r')
        result.result = ERR_UPSTREAM_REFUSED;
    if (call->what == 'p') {
        result.waits_for = "an approval (request 55)";
        result.request_id = "55";
    }
    call->on_result(call->arg, &result);
    mem_free(call);
}

static const char *or_dash(const char *text)
{
    return text == NULL ? "-" : text;
}

static struct upstream_call *revoke(struct upstream *upstream,
    const struct upstream_revocation *revocation, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call = mem_new(NULL, struct upstream_call);
    int last = (int)strlen(office->script) - 1, at = office->calls++;

    *call = (struct upstream_call){
        .what = office->script[at < last ? at : last], .on_result = on_result, .arg = arg};
    snprintf(office->asked, sizeof office->asked, "%s/%s %02x %d %s: %s",
        or_dash(revocation->vendor_order), or_dash(revocation->vendor_certificate),
        revocation->serial.data[0], revocation->reason, or_dash(revocation->request_id),
        revocation->why);
    if (call->what != 'h')
        call->timer = loop_after(upstream->loop, 0, on_answer, call);
    return call;
}

static void cancel(struct upstream_call *call)
{
    office->cancelled++;
    loop_cancel(&call->timer);
    mem_free(call);
}

static const struct upstream_ops ops = {.revoke = revoke, .cancel = cancel};

/* A certificate that the vendor calls v-1/c-1. */
static enum err_code issue(struct store_tx *tx, void *arg, struct err *e)
{
    static const uint8_t serial = 0x4a;
    struct office *o = arg;
    struct action action = {.order_id = o->certificate.order_id,
        .upstream = "lab",
        .act = ACT_NEW,
        .state = ACTION_SENDING,
        .reference = bytes_of("r"),
        .key_hash = bytes_of("key")};

    o->certificate.serial = (struct bytes){&serial, 1};
    o->certificate.der = bytes_of("der");
    o->certificate.chain = "chain";
    o->certificate.not_before_s = LAB_NOW_S - 1000;
    o->certificate.not_after_s = LAB_NOW_S + 100000;
    if (store_certificate_add(tx, &o->certificate, "lab", action.key_hash, NULL, e) != ERR_OK ||
        store_action_add(tx, &action, e) != ERR_OK)
        return e->code;
    return store_action_end(
        tx, action.id, ACTION_DONE, &(struct vendor_ids){"v-1", "c-1", NULL}, LAB_NOW_S, e);
}

static void start_worker(struct office *o)
{
    lab_worker_start(&o->worker, &o->lab, kinds);
    o->upstream = (struct upstream){.ops = &ops, .name = "lab", .loop = o->worker.loop};
    o->worker.upstreams[0] = &o->upstream;
    o->worker.world.upstreams_len = 1;
}

static void open_office(struct office *o, const char *script)
{
    *o = (struct office){.script = script};
    office = o;
    lab_open(&o->lab);
    o->lab.profile.upstream_ops = &ops;
    o->account = lab_account(&o->lab);
    o->certificate.account_id = o->account.id;
    o->certificate.order_id = lab_order(&o->lab, &o->account, "a.test", true);
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&o->lab, issue, o), ERR_OK);
    lab_run_sql(&o->lab, "UPDATE orders SET certificate_id = 1");
    start_worker(o);
}

static void close_office(struct office *o)
{
    lab_worker_end(&o->worker);
    lab_close(&o->lab);
}

static enum err_code ask(struct store_tx *tx, void *arg, struct err *e)
{
    struct office *o = arg;
    struct revocation_wish wish = {&o->certificate, 4, "account 1"};

    return revocation_flow_start(&o->lab.settings, tx, &wish, lab_now_ms(), e);
}

static enum err_code ask_again(struct store_tx *tx, void *arg, struct err *e)
{
    struct office *o = arg;
    struct revocation_wish wish = {&o->certificate, -1, "the operator"};

    return revocation_flow_repeat(&o->lab.settings, tx, &wish, lab_now_ms(), e);
}

static void run_after(struct office *o, int64_t ms)
{
    lab_pass(ms);
    lab_worker_take(&o->worker);
    lab_worker_finish(&o->worker);
}

/* "pending 55 an approval (request 55), by account 1" */
static const char *standing(struct office *o)
{
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(o->lab.reader, o->lab.mem, &e);
    struct revocation r;

    CU_ASSERT_EQUAL_FATAL(store_revocation_get(tx, o->lab.mem, o->certificate.id, &r, &e), ERR_OK);
    store_snapshot_end(tx);
    return mem_printf(o->lab.mem, "%s %s %s, by %s", revocation_state_words[r.state],
        or_dash(r.vendor_request), or_dash(r.detail), r.asked_by);
}

static void the_vendor_is_told_once(void)
{
    struct office o;

    open_office(&o, "o");
    CU_ASSERT_EQUAL(lab_in_store(&o.lab, ask, &o), ERR_OK);
    CU_ASSERT_STRING_EQUAL(standing(&o), "asked - -, by account 1");
    CU_ASSERT_EQUAL(lab_count(&o.lab, "certificate WHERE revoked_s > 0"), 1);
    CU_ASSERT_EQUAL(lab_in_store(&o.lab, ask, &o), ERR_CONFLICT);
    run_after(&o, 0);
    CU_ASSERT_STRING_EQUAL(o.asked, "v-1/c-1 4a 4 -: asked for by account 1");
    CU_ASSERT_STRING_EQUAL(standing(&o), "done - -, by account 1");
    CU_ASSERT_EQUAL(lab_count(&o.lab, "job"), 0);
    run_after(&o, 48 * HOUR_MS);
    CU_ASSERT_EQUAL(o.calls, 1);
    CU_ASSERT_EQUAL(lab_in_store(&o.lab, ask_again, &o), ERR_CONFLICT);
    close_office(&o);
}

static void where_no_vendor_is_nobody_is_told(void)
{
    static const struct upstream_ops own = {.type = "local"};
    struct office o;

    open_office(&o, "o");
    o.lab.profile.upstream_ops = &own;
    CU_ASSERT_EQUAL(lab_in_store(&o.lab, ask, &o), ERR_OK);
    CU_ASSERT_EQUAL(lab_count(&o.lab, "certificate WHERE revoked_s > 0"), 1);
    CU_ASSERT_EQUAL(lab_count(&o.lab, "revocation"), 0);
    CU_ASSERT_EQUAL(lab_count(&o.lab, "job"), 0);
    CU_ASSERT_EQUAL(lab_in_store(&o.lab, ask_again, &o), ERR_CONFLICT);
    close_office(&o);
}

static void trouble_is_no_end(void)
{
    struct office o;
    int calls;

    open_office(&o, "t");
    lab_in_store(&o.lab, ask, &o);
    for (int i = 0; i < 100; i++)
        run_after(&o, 20 * MINUTE_MS);
    CU_ASSERT_EQUAL(o.calls, 100);
    CU_ASSERT_STRING_EQUAL(standing(&o), "asked - the vendor's words, by account 1");
    run_after(&o, MINUTE_MS); /* not all the time */
    CU_ASSERT_EQUAL(o.calls, 100);
    o.script = "w";
    run_after(&o, 20 * MINUTE_MS);
    calls = o.calls;
    run_after(&o, 59 * MINUTE_MS);
    CU_ASSERT_EQUAL(o.calls, calls);
    o.script = "o";
    run_after(&o, 2 * MINUTE_MS);
    CU_ASSERT_STRING_EQUAL(standing(&o), "done - -, by account 1");
    close_office(&o);
}

static void an_approval_is_waited_for_under_its_number(void)
{
    struct office o;

    open_office(&o, "pptpo");
    lab_in_store(&o.lab, ask, &o);
    run_after(&o, 0);
    CU_ASSERT_STRING_EQUAL(standing(&o), "pending 55 an approval (request 55), by account 1");
    for (int i = 0; i < 3; i++) {
        run_after(&o, 20 * MINUTE_MS);
        CU_ASSERT_STRING_EQUAL(o.asked, "v-1/c-1 4a 4 55: asked for by account 1");
    }
    CU_ASSERT_STRING_EQUAL(standing(&o), "pending 55 an approval (request 55), by account 1");
    CU_ASSERT_EQUAL(lab_in_store(&o.lab, ask_again, &o), ERR_OK); /* looks now */
    run_after(&o, 0);
    CU_ASSERT_STRING_EQUAL(o.asked, "v-1/c-1 4a 4 55: asked for by account 1");
    CU_ASSERT_STRING_EQUAL(standing(&o), "done 55 -, by account 1");
    close_office(&o);
}

static void what_an_approver_rejects_waits_for_the_operator(void)
{
    struct office o;

    open_office(&o, "pro");
    lab_in_store(&o.lab, ask, &o);
    run_after(&o, 0);
    run_after(&o, 20 * MINUTE_MS);
    CU_ASSERT_STRING_EQUAL(standing(&o), "refused 55 the vendor's words, by account 1");
    CU_ASSERT_EQUAL(lab_count(&o.lab, "job"), 0);
    CU_ASSERT_EQUAL(lab_in_store(&o.lab, ask_again, &o), ERR_OK);
    CU_ASSERT_STRING_EQUAL(standing(&o), "asked - -, by the operator");
    run_after(&o, 0);
    CU_ASSERT_STRING_EQUAL(o.asked, "v-1/c-1 4a 4 -: asked for by the operator");
    CU_ASSERT_STRING_EQUAL(standing(&o), "done - -, by the operator");
    close_office(&o);
}

static void a_refusal_is_asked_again_each_day(void)
{
    struct office o;

    open_office(&o, "rro");
    lab_in_store(&o.lab, ask, &o);
    run_after(&o, 0);
    CU_ASSERT_STRING_EQUAL(standing(&o), "refused - the vendor's words, by account 1");
    run_after(&o, 23 * HOUR_MS);
    CU_ASSERT_EQUAL(o.calls, 1);
    run_after(&o, HOUR_MS);
    CU_ASSERT_EQUAL(o.calls, 2);
    CU_ASSERT_EQUAL(lab_in_store(&o.lab, ask_again, &o), ERR_OK);
    run_after(&o, 0);
    CU_ASSERT_STRING_EQUAL(standing(&o), "done - -, by the operator");
    close_office(&o);
}

static void a_crash_forgets_nothing(void)
{
    struct office o;

    open_office(&o, "ho");
    lab_in_store(&o.lab, ask, &o);
    lab_worker_take(&o.worker);
    while (o.calls == 0)
        lab_worker_round(&o.worker);
    lab_worker_end(&o.worker); /* on its way */
    CU_ASSERT_EQUAL(o.cancelled, 1);
    lab_restart(&o.lab);
    start_worker(&o);
    CU_ASSERT_STRING_EQUAL(standing(&o), "asked - -, by account 1");
    run_after(&o, 0);
    CU_ASSERT_STRING_EQUAL(standing(&o), "done - -, by account 1");
    close_office(&o);
}

static void an_upstream_that_is_gone_may_come_back(void)
{
    struct office o;

    open_office(&o, "o");
    lab_in_store(&o.lab, ask, &o);
    o.worker.world.upstreams_len = 0;
    run_after(&o, 0);
    CU_ASSERT_STRING_EQUAL(
        standing(&o), "asked - the certificate authority is no longer configured, by account 1");
    o.worker.world.upstreams_len = 1;
    run_after(&o, 20 * MINUTE_MS);
    CU_ASSERT_STRING_EQUAL(standing(&o), "done - -, by account 1");
    close_office(&o);
}

/* What the vendor says. certificate NULL: all of the order is revoked. */
struct telling {
    struct office *office;
    const char *upstream, *order, *certificate;
};

static enum err_code learn(struct store_tx *tx, void *arg, struct err *e)
{
    const struct telling *said = arg;
    const struct vendor_certificate certificates[] = {
        {.id = "c-1"}, {.id = said->certificate, .revoked = true}};
    struct vendor_order report = {.id = said->order, .standing = STANDING_REVOKED};

    if (said->certificate == NULL)
        report.said = SAID_STANDING;
    else {
        report.certificates = certificates;
        report.certificates_len = 2;
    }
    return revocation_learn(tx, store_tx_mem(tx), said->upstream, &report, lab_now_ms() / 1000, e);
}

static void what_the_vendor_revokes_is_revoked(void)
{
    static const struct {
        const char *upstream, *order, *certificate;
        int revoked;
    } rows[] = {
        {"lab", "v-1", "c-2", 0},
        {"lab", "v-2", "c-1", 0},
        {"lab", "v-2", NULL, 0},
        {"other", "v-1", "c-1", 0},
        {"lab", "v-1", "c-1", 1},
        {"lab", "v-1", NULL, 1},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct office o;
        struct telling said;

        open_office(&o, "o");
        said = (struct telling){&o, rows[i].upstream, rows[i].order, rows[i].certificate};
        CU_ASSERT_EQUAL(lab_in_store(&o.lab, learn, &said), ERR_OK);
        CU_ASSERT_EQUAL(
            lab_count(&o.lab, "certificate WHERE revoked_s > 0 AND revocation_reason = -1"),
            rows[i].revoked);
        CU_ASSERT_EQUAL(lab_count(&o.lab, "revocation WHERE state = 'done'"), rows[i].revoked);
        CU_ASSERT_EQUAL(lab_in_store(&o.lab, learn, &said), ERR_OK); /* again */
        run_after(&o, 0);
        CU_ASSERT_EQUAL(o.calls, 0);
        close_office(&o);
    }
}

/* Its own answer tells of what we asked for. */
static void what_we_asked_for_is_not_taken_for_the_vendors(void)
{
    struct office o;
    struct telling said = {&o, "lab", "v-1", "c-1"};

    open_office(&o, "to");
    lab_in_store(&o.lab, ask, &o);
    run_after(&o, 0);
    CU_ASSERT_EQUAL(lab_in_store(&o.lab, learn, &said), ERR_OK);
    CU_ASSERT_STRING_EQUAL(standing(&o), "asked - the vendor's words, by account 1");
    run_after(&o, MINUTE_MS);
    CU_ASSERT_STRING_EQUAL(standing(&o), "done - -, by account 1");
    CU_ASSERT_EQUAL(lab_number(&o.lab, "SELECT revocation_reason FROM certificate"), 4);
    close_office(&o);
}

static const struct test tests[] = {
    {"the vendor is told once", the_vendor_is_told_once},
    {"where no vendor is nobody is told", where_no_vendor_is_nobody_is_told},
    {"trouble is no end", trouble_is_no_end},
    {"an approval is waited for under its number", an_approval_is_waited_for_under_its_number},
    {"what an approver rejects waits for the operator",
        what_an_approver_rejects_waits_for_the_operator},
    {"a refusal is asked again each day", a_refusal_is_asked_again_each_day},
    {"a crash forgets nothing", a_crash_forgets_nothing},
    {"an upstream that is gone may come back", an_upstream_that_is_gone_may_come_back},
    {"what the vendor revokes is revoked", what_the_vendor_revokes_is_revoked},
    {"what we asked for is not taken for the vendor's",
        what_we_asked_for_is_not_taken_for_the_vendors},
    {NULL, NULL},
};
extern const struct test_suite suite_revocation_flow;
const struct test_suite suite_revocation_flow = {"revocation_flow", tests};
