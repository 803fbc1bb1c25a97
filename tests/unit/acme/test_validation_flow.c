/* Tests of acme/validation_flow, acme/revalidation_flow and acme/lapse: what ends before it is
 * needed, who is told, and what a vendor by a script makes of a domain. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <string.h>

#include "acme/lapse.h"
#include "acme/proof_flow.h"
#include "acme/revalidation_flow.h"
#include "acme/validation_flow.h"
#include "base/mem.h"
#include "policy/names.h"
#include "store/inventory.h"
#include "tests/unit/acme/lab.h"

#define DAY_S  INT64_C(86400)
#define DAY_MS (1000 * DAY_S)
#define UNTIL  (LAB_NOW_S + 200 * DAY_S)

static const struct flow_kind *const kinds[] = {
    &validation_flow, &revalidation_flow, &proof_flow, NULL};

/* A letter a call, the last one for all further calls:
 *   'p' says what to publish, once that is there when it ends   't' cannot be reached
 *   'r' refused   'h' hangs   'e' nothing at all */
struct office {
    struct lab lab;
    struct lab_worker worker;
    struct upstream upstream;
    struct acme_watch watch;
    struct proof_method method;
    const char *script;
    int asked, proved;
    int64_t inventory;
};

static struct office *office; /* the vendor's */

struct upstream_call {
    char what;
    bool published;
    upstream_on_result on_result;
    void *arg;
    struct loop_timer *timer;
};

static void on_answer(void *arg)
{
    static const struct upstream_proof proof = {
        VENDOR_PROOF_HTTP, "A.test", "/.well-known/pki-validation/fileauth.txt", "v"};
    struct upstream_call *call = arg;
    struct upstream_result result = {.result = ERR_OK, .detail = "their words", .internal = ""};

    if (call->what == 't')
        result.result = ERR_UPSTREAM_TEMPORARY;
    if (call->what == 'r')
        result.result = ERR_UPSTREAM_REFUSED;
    if (call->what == 'p' && call->published)
        result.validated_until_s = UNTIL;
    if (call->what == 'p' && !call->published) {
        result.proofs = &proof;
        result.proofs_len = 1;
    }
    call->on_result(call->arg, &result);
    mem_free(call);
}

static struct upstream_call *validate(struct upstream *upstream,
    const struct upstream_domain *domain, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call = mem_new(NULL, struct upstream_call);
    int last = (int)strlen(office->script) - 1, at = office->asked + office->proved;

    CU_ASSERT_STRING_EQUAL(domain->name, "a.test");
    *call = (struct upstream_call){.what = office->script[at < last ? at : last],
        .published = domain->published,
        .on_result = on_result,
        .arg = arg};
    if (domain->published)
        office->proved++;
    else
        office->asked++;
    if (call->what != 'h')
        call->timer = loop_after(upstream->loop, 0, on_answer, call);
    return call;
}

static void cancel(struct upstream_call *call)
{
    loop_cancel(&call->timer);
    mem_free(call);
}

static const struct upstream_ops ops = {.validate = validate, .cancel = cancel};

static void start_worker(struct office *o)
{
    lab_worker_start(&o->worker, &o->lab, kinds);
    o->upstream = (struct upstream){.ops = &ops, .name = "lab", .loop = o->worker.loop};
    o->worker.upstreams[0] = &o->upstream;
    o->worker.world.upstreams_len = 1;
}

static enum err_code begin(struct store_tx *tx, void *arg, struct err *e)
{
    struct office *o = arg;

    return validation_flow_want(&o->lab.settings, tx, lab_now_ms(), e) == ERR_OK
               ? store_inventory_open(tx, "lab", NULL, &o->inventory, e)
               : e->code;
}

/* An upstream whose validations are told of 30 days, and renewed 45 days, before their end. */
static void open_office(struct office *o, const char *script)
{
    *o = (struct office){.script = script,
        .watch = {"lab", "digicert", 30 * DAY_S, 45 * DAY_S},
        .method = {.upstream = "lab", .way = PROOF_WAY_HTTP}};
    office = o;
    lab_open(&o->lab);
    o->lab.settings.watches = &o->watch;
    o->lab.settings.watches_len = 1;
    o->lab.settings.proof_methods = (struct proof_methods){&o->method, 1};
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&o->lab, begin, o), ERR_OK);
    start_worker(o);
}

static void close_office(struct office *o)
{
    lab_worker_end(&o->worker);
    lab_close(&o->lab);
}

static void run_after(struct office *o, int64_t ms)
{
    lab_pass(ms);
    for (int i = 0; i < 6; i++) { /* flows wake each other */
        lab_worker_take(&o->worker);
        lab_worker_finish(&o->worker);
    }
}

/* What the vendor has validated, and an order with one certificate. */
struct fact {
    const char *domain;
    int64_t until_s;
    const char *names; /* of the order; NULL: there is none */
    int64_t from_s, to_s;
    enum level level;
    bool revoked, renewed;
    enum standing standing;
};

static struct identifiers split(void *mem, const char *names)
{
    struct identifiers list = {mem_new_array(mem, struct identifier, 8), 0};
    char *copy = mem_strdup(mem, names), *save = NULL;

    for (char *at = strtok_r(copy, " ", &save); at != NULL; at = strtok_r(NULL, " ", &save))
        list.list[list.len++] =
            (struct identifier){strchr(at, '@') != NULL ? IDENTIFIER_EMAIL : IDENTIFIER_DNS, at};
    names_sort(&list);
    return list;
}

static const struct fact *told;

static enum err_code tell(struct store_tx *tx, void *arg, struct err *e)
{
    const struct office *o = arg;
    const struct validated_domain domain = {told->domain, told->until_s};
    const struct validations report = {.lists_domains = true, .domains = &domain, .domains_len = 1};
    struct vendor_certificate certificate = {.id = "c1",
        .not_before_s = told->from_s,
        .not_after_s = told->to_s,
        .revoked = told->revoked};
    struct vendor_order order = {.id = "o1",
        .level = told->level,
        .standing = told->standing,
        .renewed = told->renewed,
        .certificates = &certificate,
        .certificates_len = 1,
        .said = SAID_ALL};
    const char *primary[8];
    enum merge_result merged;
    bool changed;

    if (store_inventory_merge_validations(tx, o->inventory, &report, &changed, e) != ERR_OK ||
        told->names == NULL)
        return e->code;
    order.names = split(store_tx_mem(tx), told->names);
    for (size_t i = 0; i < order.names.len; i++)
        primary[i] = name_primary_domain(o->lab.settings.suffixes, &order.names.list[i]);
    return store_inventory_merge(tx, o->inventory, &order, primary, LAB_NOW_S, &merged, e);
}

static enum err_code wake(struct store_tx *tx, void *arg, struct err *e)
{
    const struct office *o = arg;

    return validation_flow_wake(tx, o->inventory, lab_now_ms(), e);
}

static void tell_of(struct office *o, const struct fact *fact)
{
    told = fact;
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&o->lab, tell, o), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&o->lab, wake, o), ERR_OK);
}

#define FROM (LAB_NOW_S - 10 * DAY_S)
#define TO   (LAB_NOW_S + 190 * DAY_S)

static const struct fact usual = {"a.test", LAB_NOW_S + 20 * DAY_S, "www.a.test", FROM, TO,
    LEVEL_OV, false, false, STANDING_ISSUED};

static size_t lapses_of(struct office *o, struct lapse **list)
{
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(o->lab.reader, o->lab.mem, &e);
    size_t len;

    CU_ASSERT_EQUAL_FATAL(lapses_read(tx, o->lab.mem, o->lab.settings.suffixes, o->inventory,
                              30 * DAY_S, LAB_NOW_S, list, &len, &e),
        ERR_OK);
    store_snapshot_end(tx);
    return len;
}

static void what_renewals_need_lapses(void)
{
    static const struct {
        struct fact fact;
        size_t certificates;
    } rows[] = {
        {{"a.test", LAB_NOW_S + 20 * DAY_S, "www.a.test", FROM, TO, LEVEL_OV, false, false,
             STANDING_ISSUED},
            1},
        {{"a.test", LAB_NOW_S + 20 * DAY_S, "a.test x.y.a.test *.a.test b.test", FROM, TO, LEVEL_EV,
             false, false, STANDING_PENDING},
            1}, /* one certificate, whatever its names */
        {{"a.test", LAB_NOW_S - 20 * DAY_S, "www.a.test", FROM, TO, LEVEL_OV, false, false,
             STANDING_ISSUED},
            1}, /* it has lapsed */
        {{"a.test", 1, "www.a.test", FROM, TO, LEVEL_OV, false, false, STANDING_ISSUED}, 1},
        {{"a.test", LAB_NOW_S + 20 * DAY_S, "me@a.test", FROM, TO, LEVEL_CLIENT, false, false,
             STANDING_ISSUED},
            1},
        {{"a.test", LAB_NOW_S + 20 * DAY_S, "www.a.test", 0, TO, LEVEL_OV, false, false,
             STANDING_ISSUED},
            1}, /* nobody knows since when it lives */
        /* The end is far, or it is not needed. */
        {{"a.test", LAB_NOW_S + 31 * DAY_S, "www.a.test", FROM, TO, LEVEL_OV, false, false,
             STANDING_ISSUED},
            0},
        {{"a.test", 0, "www.a.test", FROM, TO, LEVEL_OV, false, false, STANDING_ISSUED}, 0},
        {{"a.test", LAB_NOW_S + 20 * DAY_S, NULL, 0, 0, LEVEL_OV, false, false, STANDING_ISSUED},
            0},
        {{"a.test", LAB_NOW_S + 20 * DAY_S, "ba.test a.test.b.test", FROM, TO, LEVEL_OV, false,
             false, STANDING_ISSUED},
            0},
        {{"www.a.test", LAB_NOW_S + 20 * DAY_S, "a.test w.a.test", FROM, TO, LEVEL_OV, false, false,
             STANDING_ISSUED},
            0},
        {{"a.test", LAB_NOW_S + 20 * DAY_S, "www.a.test", FROM, TO, LEVEL_DV, false, false,
             STANDING_ISSUED},
            0},
        {{"a.test", LAB_NOW_S + 20 * DAY_S, "www.a.test", FROM, TO, LEVEL_OV, true, false,
             STANDING_ISSUED},
            0},
        {{"a.test", LAB_NOW_S + 20 * DAY_S, "www.a.test", FROM, TO, LEVEL_OV, false, true,
             STANDING_ISSUED},
            0},
        {{"a.test", LAB_NOW_S + 20 * DAY_S, "www.a.test", FROM, TO, LEVEL_OV, false, false,
             STANDING_REVOKED},
            0},
        {{"a.test", LAB_NOW_S + 20 * DAY_S, "www.a.test", FROM, LAB_NOW_S - 1, LEVEL_OV, false,
             false, STANDING_ISSUED},
            0}, /* it has ended */
        {{"a.test", LAB_NOW_S + 20 * DAY_S, "www.a.test", LAB_NOW_S - 90 * DAY_S,
             LAB_NOW_S + 15 * DAY_S, LEVEL_OV, false, false, STANDING_ISSUED},
            0}, /* and is renewed before */
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct office o;
        struct lapse *list;
        size_t len;

        open_office(&o, "h");
        tell_of(&o, &rows[i].fact);
        len = lapses_of(&o, &list);
        CU_ASSERT_EQUAL(len, rows[i].certificates);
        if (len != rows[i].certificates)
            printf("\n    row %zu\n", i);
        if (len == 1) {
            CU_ASSERT_EQUAL(list[0].certificates, 1);
            CU_ASSERT(list[0].next_renewal_s >= list[0].until_s);
        }
        close_office(&o);
    }
}

static void short_lives_have_short_leads(void)
{
    struct lapse lapse = {.until_s = LAB_NOW_S + 5 * DAY_S, .certificates = 1};

    CU_ASSERT(lapse_is_near(&lapse, 5 * DAY_S, LAB_NOW_S));
    CU_ASSERT_FALSE(lapse_is_near(&lapse, 5 * DAY_S - 1, LAB_NOW_S));
    lapse.validation.renewed_s = LAB_NOW_S - 4 * DAY_S; /* they last for nine days */
    CU_ASSERT_FALSE(lapse_is_near(&lapse, 30 * DAY_S, LAB_NOW_S));
    CU_ASSERT(lapse_is_near(&lapse, 30 * DAY_S, LAB_NOW_S + 2 * DAY_S));
}

/* Rows of validation that were told of just now. */
static int64_t alarms(struct office *o)
{
    return lab_count(&o->lab, mem_printf(o->lab.mem, "validation WHERE alarmed_s = %lld",
                                  (long long)(lab_now_ms() / 1000)));
}

static void people_are_told_once_a_day(void)
{
    struct office o;

    open_office(&o, "h");
    o.method.way = PROOF_WAY_OPERATOR;
    tell_of(&o, &usual);
    run_after(&o, 0);
    CU_ASSERT_EQUAL(alarms(&o), 1);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(lab_in_store(&o.lab, wake, &o), ERR_OK);
        run_after(&o, DAY_MS / 5);
        CU_ASSERT_EQUAL(alarms(&o), 0);
    }
    lab_worker_end(&o.worker);
    lab_restart(&o.lab);
    start_worker(&o);
    CU_ASSERT_EQUAL(lab_in_store(&o.lab, wake, &o), ERR_OK);
    run_after(&o, DAY_MS / 5);
    CU_ASSERT_EQUAL(alarms(&o), 0);
    run_after(&o, DAY_MS / 5); /* the day is over, and nobody has woken it */
    CU_ASSERT_EQUAL(alarms(&o), 1);
    CU_ASSERT_EQUAL(o.asked, 0);
    close_office(&o);
}

static int64_t until_of(struct office *o)
{
    return lab_number(&o->lab, "SELECT until_s FROM inventory_domain WHERE name = 'a.test'");
}

static void a_domain_is_validated_in_advance(void)
{
    struct office o;

    open_office(&o, "p");
    tell_of(&o, &usual);
    run_after(&o, 0);
    CU_ASSERT_EQUAL(until_of(&o), UNTIL);
    CU_ASSERT(o.asked == 1 && o.proved == 1);
    CU_ASSERT_EQUAL(alarms(&o), 0);
    run_after(&o, DAY_MS);
    CU_ASSERT_EQUAL(lab_count(&o.lab, "vendor_proof"), 0);
    CU_ASSERT_EQUAL(lab_count(&o.lab, "validation WHERE renewing = 1 OR trouble IS NOT NULL"), 0);
    CU_ASSERT_EQUAL(lab_count(&o.lab, "job WHERE kind <> 'validations'"), 0);
    run_after(&o, DAY_MS);
    CU_ASSERT(o.asked == 1 && o.proved == 1);
    CU_ASSERT_EQUAL(lab_count(&o.lab, "orders") + lab_count(&o.lab, "action"), 0);
    close_office(&o);
}

static void a_refusal_is_told_and_tried_again_the_next_day(void)
{
    struct office o;

    open_office(&o, "rp");
    tell_of(&o, &usual);
    run_after(&o, 0);
    CU_ASSERT_EQUAL(o.asked, 1);
    CU_ASSERT_EQUAL(alarms(&o), 1);
    CU_ASSERT_EQUAL(lab_count(&o.lab, "validation WHERE trouble = 'their words'"), 1);
    run_after(&o, DAY_MS / 2);
    CU_ASSERT_EQUAL(o.asked, 1);
    run_after(&o, DAY_MS / 2);
    CU_ASSERT_EQUAL(o.asked, 2);
    CU_ASSERT_EQUAL(until_of(&o), UNTIL);
    close_office(&o);
}

/* Trouble for a moment is nobody's matter; if it goes on, it is. */
static void trouble_is_told_when_it_goes_on(void)
{
    struct office o;

    open_office(&o, "t");
    tell_of(&o, &usual);
    run_after(&o, 0);
    CU_ASSERT_EQUAL(alarms(&o), 0);
    run_after(&o, DAY_MS / 24);
    CU_ASSERT_EQUAL(alarms(&o), 0);
    run_after(&o, DAY_MS / 24);
    CU_ASSERT_EQUAL(alarms(&o), 1);
    for (int i = 0; i < 30; i++)
        run_after(&o, DAY_MS / 24);
    CU_ASSERT(o.asked > 20 && o.asked < 60);
    CU_ASSERT_EQUAL(until_of(&o), usual.until_s);
    close_office(&o);
}

struct moment {
    struct loop *loop;
    struct loop_timer *timer;
};

static void on_moment(void *arg)
{
    struct moment *moment = arg;

    moment->timer = NULL;
    loop_stop(moment->loop);
}

/* For a moment at most; nothing of that is left behind when the worker dies. */
static void go_on(struct office *o)
{
    struct moment moment = {o->worker.loop, NULL};

    moment.timer = loop_after(moment.loop, 5, on_moment, &moment);
    loop_run(moment.loop);
    loop_cancel(&moment.timer);
}

/* At every moment the process may die: with the vendor asked, the file published, the vendor asked
 * to look. */
static void a_crash_at_any_moment_does_no_harm(void)
{
    static const char *const scripts[] = {"hp", "php", "pp"};
    struct office o;

    for (size_t i = 0; i < COUNT(scripts); i++) {
        open_office(&o, scripts[i]);
        tell_of(&o, &usual);
        while (o.asked + o.proved < (int)strlen(scripts[i]) - (i < 2)) {
            lab_worker_take(&o.worker);
            go_on(&o);
        }
        lab_worker_end(&o.worker);
        lab_restart(&o.lab);
        start_worker(&o);
        run_after(&o, DAY_MS / 24);
        run_after(&o, DAY_MS / 24);
        CU_ASSERT_EQUAL(until_of(&o), UNTIL);
        CU_ASSERT_EQUAL(lab_count(&o.lab, "vendor_proof"), 0);
        close_office(&o);
    }
}

static void it_ends_when_nobody_publishes_any_more(void)
{
    struct office o;

    open_office(&o, "pt");
    tell_of(&o, &usual);
    run_after(&o, 0);
    CU_ASSERT_EQUAL(lab_count(&o.lab, "validation WHERE renewing = 1"), 1);
    o.method.way = PROOF_WAY_OPERATOR; /* a reload */
    run_after(&o, DAY_MS / 24);
    CU_ASSERT_EQUAL(lab_count(&o.lab, "validation WHERE renewing = 1"), 0);
    CU_ASSERT_EQUAL(lab_count(&o.lab, "vendor_proof"), 0);
    CU_ASSERT_EQUAL(lab_count(&o.lab, "validation WHERE alarmed_s > 0"), 1);
    close_office(&o);
}

static void an_upstream_that_is_gone_is_not_watched(void)
{
    struct office o;

    open_office(&o, "h");
    o.lab.settings.watches_len = 0;
    tell_of(&o, &usual);
    run_after(&o, 0);
    CU_ASSERT_EQUAL(lab_count(&o.lab, "job"), 0);
    CU_ASSERT_EQUAL(lab_count(&o.lab, "validation"), 0);
    close_office(&o);
}

static const struct test tests[] = {
    {"what renewals need lapses", what_renewals_need_lapses},
    {"short lives have short leads", short_lives_have_short_leads},
    {"people are told once a day", people_are_told_once_a_day},
    {"a domain is validated in advance", a_domain_is_validated_in_advance},
    {"a refusal is told, and tried again the next day",
        a_refusal_is_told_and_tried_again_the_next_day},
    {"trouble is told when it goes on", trouble_is_told_when_it_goes_on},
    {"a crash at any moment does no harm", a_crash_at_any_moment_does_no_harm},
    {"it ends when nobody publishes any more", it_ends_when_nobody_publishes_any_more},
    {"an upstream that is gone is not watched", an_upstream_that_is_gone_is_not_watched},
    {NULL, NULL},
};
extern const struct test_suite suite_validation_flow;
const struct test_suite suite_validation_flow = {"validation_flow", tests};
