/* Tests of acme/inventory_flow: a vendor's pages as they come, go wrong and are cut off, and what
 * is known by them afterwards. */
#include "tests/unit/test_main.h"

#include <inttypes.h>
#include <string.h>

#include "acme/inventory_flow.h"
#include "acme/order_step.h"
#include "base/mem.h"
#include "store/inventory.h"
#include "store/inventory_sync.h"
#include "store/job.h"
#include "tests/unit/acme/lab.h"

static const struct flow_kind *const kinds[] = {&inventory_flow, NULL};

/* A page that the vendor has, and what has to be asked to get it. */
struct script {
    const char *from;     /* NULL: the beginning */
    enum err_code result; /* ERR_OK: a page */
    const char *id;       /* of its one order; NULL: no order */
    const char *names;    /* that it is issued with: "a.test b.test" */
    const char *next;
};

struct office {
    struct lab lab;
    struct lab_worker worker;
    struct acme_inventory settings;
    struct acme_inventory *inventories;
    struct upstream upstream;
    const struct script *script; /* what is to be asked next */
    size_t asked;
    char from[64]; /* what was asked last, "" for the beginning */
};

static struct office *office; /* list has no argument of ours */

struct upstream_call {
    upstream_on_page on_page;
    void *arg;
    struct loop_timer *timer;
    const struct script *script;
};

static struct identifiers names_of(void *mem, const char *text)
{
    struct identifiers names = {mem_new_array(mem, struct identifier, 8), 0};

    while (text != NULL && *text != '\0') {
        size_t len = strcspn(text, " ");

        names.list[names.len++] = (struct identifier){IDENTIFIER_DNS, mem_strndup(mem, text, len)};
        text += len + (text[len] == ' ');
    }
    return names;
}

static void on_round(void *arg)
{
    struct upstream_call *call = arg;
    const struct script *script = call->script;
    void *holder = mem_new(NULL, char);
    void *mem = mem_pool(holder, 1024);
    struct vendor_order order = {.id = script->id,
        .standing = STANDING_ISSUED,
        .names = names_of(mem, script->names),
        .issued_names = names_of(mem, script->names),
        .said = SAID_STANDING};
    struct validated_domain domain = {"a.test", 2000000000};
    struct validations validations = {.lists_domains = true, .domains = &domain, .domains_len = 1};
    struct upstream_page page = {.result = script->result,
        .detail = script->result == ERR_OK ? "" : "the vendor sleeps",
        .internal = "",
        .mem = mem,
        .orders = mem_dup(mem, &order, sizeof order),
        .orders_len = script->result == ERR_OK && script->id != NULL,
        .next = mem_strdup(mem, script->next)};

    if (script->result == ERR_OK && script->id == NULL) {
        validations.domains = mem_dup(mem, &domain, sizeof domain);
        page.validations = mem_dup(mem, &validations, sizeof validations);
    }
    call->on_page(call->arg, &page);
    mem_free(holder);
    mem_free(call);
}

static struct upstream_call *list(
    struct upstream *upstream, const char *from, upstream_on_page on_page, void *arg)
{
    struct upstream_call *call = mem_new(NULL, struct upstream_call);
    const struct script *script = office->script++;

    office->asked++;
    snprintf(office->from, sizeof office->from, "%s", from == NULL ? "" : from);
    CU_ASSERT_STRING_EQUAL(office->from, script->from == NULL ? "" : script->from);
    *call = (struct upstream_call){on_page, arg, NULL, script};
    call->timer = loop_after(upstream->loop, 0, on_round, call);
    return call;
}

static void cancel(struct upstream_call *call)
{
    loop_cancel(&call->timer);
    mem_free(call);
}

static const struct upstream_ops ops = {.list = list, .cancel = cancel};

static void start_worker(struct office *v)
{
    lab_worker_start(&v->worker, &v->lab, kinds);
    v->upstream = (struct upstream){.ops = &ops, .name = "dc", .loop = v->worker.loop};
    v->worker.upstreams[0] = &v->upstream;
    v->worker.world.upstreams_len = 1;
}

static void open_vendor(struct office *v, int64_t every_s)
{
    *v = (struct office){.settings = {"dc", "digicert", every_s}};
    office = v;
    lab_open(&v->lab);
    v->lab.settings.inventories = &v->settings;
    v->lab.settings.inventories_len = 1;
    start_worker(v);
}

static void close_vendor(struct office *v)
{
    lab_worker_end(&v->worker);
    lab_close(&v->lab);
}

struct question {
    struct office *office;
    bool full;
    int64_t inventory, until;
};

static enum err_code ask(struct store_tx *tx, void *arg, struct err *e)
{
    struct question *q = arg;

    return inventory_flow_ask(
        &q->office->lab.settings, tx, "dc", q->full, lab_now_ms(), &q->inventory, &q->until, e);
}

static enum err_code want(struct store_tx *tx, void *arg, struct err *e)
{
    return inventory_flow_want(&((struct office *)arg)->lab.settings, tx, lab_now_ms(), e);
}

static void run_due(struct office *v)
{
    lab_worker_take(&v->worker);
    lab_worker_finish(&v->worker);
}

static int64_t sync_number(struct office *v, const char *column)
{
    return lab_number(&v->lab, mem_printf(v->lab.mem, "SELECT %s FROM inventory_sync", column));
}

/* What is asked for now, by an operator. */
static int64_t read_now(struct office *v, bool full, const struct script *script)
{
    struct question q = {.office = v, .full = full};

    v->script = script;
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&v->lab, ask, &q), ERR_OK);
    run_due(v);
    return q.until;
}

static char *since(struct office *v, int64_t time_s)
{
    return mem_printf(v->lab.mem, "since %" PRId64, time_s);
}

static void all_is_read_first_and_then_what_has_changed(void)
{
    struct office v;
    int64_t began_s;

    open_vendor(&v, 0);
    began_s = lab_now_ms() / 1000;
    CU_ASSERT_EQUAL(read_now(&v, false,
                        (struct script[]){{NULL, ERR_OK, "880", "a.test", "orders 1"},
                            {"orders 1", ERR_OK, "881", "b.test", "domains 0"},
                            {"domains 0", ERR_OK, NULL, NULL, NULL}}),
        1);
    CU_ASSERT_EQUAL(v.asked, 3);
    CU_ASSERT_EQUAL(lab_count(&v.lab, "vendor_order"), 2);
    CU_ASSERT_EQUAL(lab_count(&v.lab, "inventory_domain"), 1);
    CU_ASSERT_EQUAL(sync_number(&v, "completed"), 1);
    CU_ASSERT_EQUAL(sync_number(&v, "running"), 0);
    CU_ASSERT_EQUAL(sync_number(&v, "orders"), 2);
    CU_ASSERT_EQUAL(sync_number(&v, "changed"), 2);
    CU_ASSERT_EQUAL(lab_count(&v.lab, "job"), 0); /* nobody wants it again */
    lab_pass(3600 * 1000);
    read_now(&v, false, (struct script[]){{since(&v, began_s), ERR_OK, "881", "b.test", NULL}});
    CU_ASSERT_EQUAL(sync_number(&v, "is_full"), 0);
    CU_ASSERT_EQUAL(sync_number(&v, "orders"), 1);
    CU_ASSERT_EQUAL(sync_number(&v, "changed"), 0);
    CU_ASSERT_EQUAL(
        read_now(&v, true, (struct script[]){{NULL, ERR_OK, "882", "c.test", NULL}}), 3);
    CU_ASSERT_EQUAL(sync_number(&v, "is_full"), 1);
    CU_ASSERT_EQUAL(sync_number(&v, "wants_full"), 0);
    close_vendor(&v);
}

/* An order that waits at the vendor, to be looked at again in an hour. */
static void add_waiting(struct office *v)
{
    struct lab_account account = lab_account(&v->lab);
    long long id = lab_order(&v->lab, &account, "a.test", true);

    lab_run_sql(
        &v->lab, mem_printf(v->lab.mem,
                     "INSERT INTO action (order_id, upstream, kind, state, reference, key_hash,"
                     " not_before_s, not_after_s, created_s)"
                     " VALUES (%lld, 'dc', 'none', 'deciding', x'', x'00', 0, 0, 0)",
                     id));
    lab_run_sql(
        &v->lab, mem_printf(v->lab.mem,
                     "INSERT INTO job (kind, subject, step, attempts, run_at_ms, leased_until_ms)"
                     " VALUES ('order', %lld, %d, 0, %lld, 0)",
                     id, STEP_CHECKS, (long long)lab_now_ms() + 3600 * 1000));
}

static void what_waits_is_decided_again_when_something_is_learned(void)
{
    static const char waiting[] = "SELECT run_at_ms FROM job WHERE kind = 'order'";
    struct office v;

    open_vendor(&v, 0);
    read_now(&v, false, (struct script[]){{NULL, ERR_OK, "880", "a.test", NULL}});
    add_waiting(&v);
    read_now(&v, true, (struct script[]){{NULL, ERR_OK, "880", "a.test", NULL}});
    CU_ASSERT_EQUAL(lab_number(&v.lab, waiting), lab_now_ms() + 3600 * 1000);
    read_now(&v, true, (struct script[]){{NULL, ERR_OK, "881", "a.test", NULL}});
    CU_ASSERT_EQUAL(lab_number(&v.lab, waiting), lab_now_ms());
    close_vendor(&v);
}

static void it_is_read_by_itself_each_time_that_the_configuration_says(void)
{
    struct office v;
    int64_t began_s;

    open_vendor(&v, 900);
    began_s = lab_now_ms() / 1000;
    v.script = (struct script[]){
        {NULL, ERR_OK, "880", "a.test", NULL}, {since(&v, began_s), ERR_OK, "880", "a.test", NULL}};
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&v.lab, want, &v), ERR_OK);
    run_due(&v);
    CU_ASSERT_EQUAL(v.asked, 1);
    lab_pass(899 * 1000);
    run_due(&v);
    CU_ASSERT_EQUAL(v.asked, 1);
    lab_pass(1000);
    run_due(&v);
    CU_ASSERT_EQUAL(v.asked, 2);
    CU_ASSERT_EQUAL(sync_number(&v, "completed"), 2);
    close_vendor(&v);
}

/* The worker dies while the vendor is asked for the second page. */
static void what_was_cut_off_goes_on_and_repeats_no_page(void)
{
    struct office v;
    struct question q = {.office = &v};

    open_vendor(&v, 0);
    v.script = (struct script[]){{NULL, ERR_OK, "880", "a.test", "orders 1"},
        {"orders 1", ERR_OK, "881", "b.test", NULL}, {"orders 1", ERR_OK, "881", "b.test", NULL}};
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&v.lab, ask, &q), ERR_OK);
    lab_worker_take(&v.worker);
    while (v.asked < 2)
        lab_worker_round(&v.worker);
    lab_worker_end(&v.worker);
    CU_ASSERT_EQUAL(lab_count(&v.lab, "vendor_order"), 1);
    CU_ASSERT_EQUAL(sync_number(&v, "running"), 1);
    lab_restart(&v.lab);
    start_worker(&v);
    run_due(&v);
    CU_ASSERT_EQUAL(v.asked, 3);
    CU_ASSERT_EQUAL(lab_count(&v.lab, "vendor_order"), 2);
    CU_ASSERT_EQUAL(sync_number(&v, "completed"), 1);
    CU_ASSERT_EQUAL(sync_number(&v, "orders"), 2);
    close_vendor(&v);
}

static void trouble_is_told_and_the_same_page_asked_for_again(void)
{
    static const enum err_code results[] = {ERR_UPSTREAM_TEMPORARY, ERR_UPSTREAM_REFUSED};

    for (size_t i = 0; i < COUNT(results); i++) {
        struct office v;

        open_vendor(&v, 0);
        read_now(&v, false,
            (struct script[]){{NULL, ERR_OK, "880", "a.test", "orders 1"},
                {"orders 1", results[i], NULL, NULL, NULL},
                {"orders 1", ERR_OK, "881", "b.test", NULL}});
        CU_ASSERT_EQUAL(v.asked, 2);
        CU_ASSERT_EQUAL(lab_count(&v.lab, "inventory_sync WHERE trouble = 'the vendor sleeps'"), 1);
        CU_ASSERT_EQUAL(sync_number(&v, "completed"), 0);
        lab_pass(3600 * 1000);
        run_due(&v);
        CU_ASSERT_EQUAL(v.asked, 3);
        CU_ASSERT_EQUAL(lab_count(&v.lab, "inventory_sync WHERE trouble IS NULL"), 1);
        CU_ASSERT_EQUAL(sync_number(&v, "completed"), 1);
        close_vendor(&v);
    }
}

/* Somebody asks for all of it while what has changed is being read. */
static void what_is_asked_for_meanwhile_comes_next(void)
{
    struct office v;
    struct question q = {.office = &v, .full = true};
    int64_t began_s;

    open_vendor(&v, 0);
    began_s = lab_now_ms() / 1000;
    read_now(&v, false, (struct script[]){{NULL, ERR_OK, "880", "a.test", NULL}});
    lab_pass(1000);
    v.script = (struct script[]){{since(&v, began_s), ERR_OK, "880", "a.test", "domains 0"},
        {"domains 0", ERR_OK, NULL, NULL, NULL}, {NULL, ERR_OK, "880", "a.test", NULL}};
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&v.lab, ask, &(struct question){.office = &v}), ERR_OK);
    lab_worker_take(&v.worker);
    while (v.asked < 3)
        lab_worker_round(&v.worker);
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&v.lab, ask, &q), ERR_OK);
    CU_ASSERT_EQUAL(q.until, 3); /* the one under way is not it */
    lab_worker_finish(&v.worker);
    run_due(&v);
    CU_ASSERT_EQUAL(v.asked, 4);
    CU_ASSERT_EQUAL(sync_number(&v, "completed"), 3);
    CU_ASSERT_EQUAL(sync_number(&v, "is_full"), 1);
    close_vendor(&v);
}

/* Names. */

static struct vendor_order known_order(struct office *v, const char *id)
{
    struct inventory_item *items;
    size_t len;
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(v->lab.reader, v->lab.mem, &e);

    CU_ASSERT_EQUAL_FATAL(
        store_inventory_list(
            tx, v->lab.mem, &(struct inventory_filter){.order_id = id, .max = 1}, &items, &len, &e),
        ERR_OK);
    store_snapshot_end(tx);
    CU_ASSERT_EQUAL_FATAL(len, 1);
    return items[0].order;
}

static const char *names_text(struct office *v, const struct identifiers *names)
{
    const char *text = "";

    for (size_t i = 0; i < names->len; i++)
        text = mem_printf(v->lab.mem, "%s%s%s", text, i == 0 ? "" : " ", names->list[i].value);
    return text;
}

static enum err_code place(struct store_tx *tx, void *arg, struct err *e)
{
    struct office *v = arg;
    struct vendor_order order = {.id = "880",
        .standing = STANDING_ISSUED,
        .names = names_of(v->lab.mem, "www.a.test"),
        .said = SAID_STANDING};
    const char *domain = "a.test";
    enum merge_result result;
    int64_t inventory;

    return store_inventory_open(tx, "dc", "digicert", &inventory, e) == ERR_OK
               ? store_inventory_merge(tx, inventory, &order, &domain, 1, &result, e)
               : e->code;
}

/* The vendor adds names to a certificate, and shows those. */
static void the_names_that_an_order_was_placed_with_stay(void)
{
    struct office v;
    struct vendor_order order;

    open_vendor(&v, 0);
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&v.lab, place, &v), ERR_OK);
    for (int times = 0; times < 2; times++) {
        read_now(&v, true,
            (struct script[]){{NULL, ERR_OK, "880", "www.a.test a.test www.a.test", NULL}});
        order = known_order(&v, "880");
        CU_ASSERT_STRING_EQUAL(names_text(&v, &order.names), "www.a.test");
        CU_ASSERT_STRING_EQUAL(names_text(&v, &order.issued_names), "a.test www.a.test");
    }
    /* It was reissued with other names. */
    read_now(&v, true, (struct script[]){{NULL, ERR_OK, "880", "b.test a.test", NULL}});
    order = known_order(&v, "880");
    CU_ASSERT_STRING_EQUAL(names_text(&v, &order.names), "a.test b.test");
    close_vendor(&v);
}

/* Somebody reissued it with a name more: who reissued it without that would take it from them. */
static void names_that_people_add_to_an_order_are_its_names(void)
{
    static const char *const rows[] = {"www.a.test b.a.test", "www.a.test a.test b.test",
        "*.a.test www.a.test", "w.www.a.test www.a.test"};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct office v;
        struct vendor_order order;

        open_vendor(&v, 0);
        CU_ASSERT_EQUAL_FATAL(lab_in_store(&v.lab, place, &v), ERR_OK);
        read_now(&v, true, (struct script[]){{NULL, ERR_OK, "880", rows[i], NULL}});
        order = known_order(&v, "880");
        CU_ASSERT_STRING_EQUAL(names_text(&v, &order.names), names_text(&v, &order.issued_names));
        close_vendor(&v);
    }
}

/* Ends. */

static void without_its_upstream_it_ends(void)
{
    struct office v;

    open_vendor(&v, 900);
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&v.lab, want, &v), ERR_OK);
    v.worker.world.upstreams_len = 0;
    run_due(&v);
    CU_ASSERT_EQUAL(v.asked, 0);
    CU_ASSERT_EQUAL(lab_count(&v.lab, "job"), 0);
    close_vendor(&v);
}

static enum err_code ask_elsewhere(struct store_tx *tx, void *arg, struct err *e)
{
    struct question *q = arg;

    return inventory_flow_ask(
        &q->office->lab.settings, tx, "house", false, lab_now_ms(), &q->inventory, &q->until, e);
}

static void what_has_no_inventory_cannot_be_asked_for(void)
{
    struct office v;
    struct question q = {.office = &v};

    open_vendor(&v, 0);
    CU_ASSERT_EQUAL(lab_in_store(&v.lab, ask_elsewhere, &q), ERR_INPUT);
    CU_ASSERT_EQUAL(lab_count(&v.lab, "job"), 0);
    close_vendor(&v);
}

static const struct test tests[] = {
    {"all is read first, and then what has changed", all_is_read_first_and_then_what_has_changed},
    {"what waits is decided again when something is learned",
        what_waits_is_decided_again_when_something_is_learned},
    {"it is read by itself each time that the configuration says",
        it_is_read_by_itself_each_time_that_the_configuration_says},
    {"what was cut off goes on and repeats no page", what_was_cut_off_goes_on_and_repeats_no_page},
    {"trouble is told, and the same page asked for again",
        trouble_is_told_and_the_same_page_asked_for_again},
    {"what is asked for meanwhile comes next", what_is_asked_for_meanwhile_comes_next},
    {"the names that an order was placed with stay", the_names_that_an_order_was_placed_with_stay},
    {"names that people add to an order are its names",
        names_that_people_add_to_an_order_are_its_names},
    {"without its upstream it ends", without_its_upstream_it_ends},
    {"what has no inventory cannot be asked for", what_has_no_inventory_cannot_be_asked_for},
    {NULL, NULL},
};

const struct test_suite suite_inventory_flow = {"inventory_flow", tests};
