/* Tests of acme/order_facts: what a decision sees of the store, and what it then decides. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/mem.h"
#include "policy/inventory.h"
#include "store/action.h"
#include "store/certificate.h"
#include "store/eab.h"
#include "store/purchase.h"
#include "tests/unit/acme/scene.h"

/* An order of the account for these names; its row. */
static int64_t order_of(struct scene *s, const struct account *account, const char *names)
{
    struct lab_account by = {.id = account->id};

    return lab_order(&s->lab, &by, names, true);
}

struct new_certificate {
    struct certificate certificate;
    struct bytes key_hash;
};

static enum err_code add_certificate(struct store_tx *tx, void *arg, struct err *e)
{
    struct new_certificate *new = arg;

    return store_certificate_add(tx, &new->certificate, "lab", new->key_hash, NULL, e);
}

/* A certificate of the account for that key, valid since yesterday for 90 days; its row. */
static int64_t certificate_of(
    struct scene *s, const struct account *account, const char *names, struct bytes hash)
{
    struct new_certificate new = {.certificate = {.account_id = account->id,
                                      .order_id = order_of(s, account, names),
                                      .serial = bytes_of(mem_printf(s->lab.mem, "serial of %lld",
                                          (long long)lab_count(&s->lab, "certificate"))),
                                      .der = bytes_of("leaf"),
                                      .chain = "chain",
                                      .not_before_s = LAB_NOW_S - DAY,
                                      .not_after_s = LAB_NOW_S + 89 * DAY},
        .key_hash = hash};

    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s->lab, add_certificate, &new), ERR_OK);
    return new.certificate.id;
}

static enum err_code add_action(struct store_tx *tx, void *arg, struct err *e)
{
    return store_action_add(tx, arg, e);
}

/* An action for the question's key, under way for an order of the account. */
static struct action action_of(
    struct scene *s, const struct account *account, const char *names, enum action_state state)
{
    struct action action = {.order_id = order_of(s, account, names),
        .upstream = "lab",
        .act = ACT_NEW,
        .state = state,
        .reference = bytes_of("ours"),
        .key_hash = s->question.key_hash,
        .created_s = LAB_NOW_S - 60,
        .sent_s = LAB_NOW_S - 60};

    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s->lab, add_action, &action), ERR_OK);
    return action;
}

static enum err_code find_certificate(struct store_tx *tx, void *arg, struct err *e)
{
    struct scene *s = arg;
    int64_t id = 0;

    if (order_facts_certificate(
            tx, &s->lab.profile, &s->question, s->decision.certificate, &id, e) == ERR_OK)
        s->question.order_id = id;
    return e->code;
}

/* The row of the certificate that was decided to be handed back. */
static int64_t reused_row(struct scene *s)
{
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s->lab, find_certificate, s), ERR_OK);
    return s->question.order_id;
}

static enum err_code find_action(struct store_tx *tx, void *arg, struct err *e)
{
    struct scene *s = arg;
    int64_t id = 0;

    if (order_facts_adopted(tx, &s->lab.profile, &s->question, &id, e) == ERR_OK)
        s->question.order_id = id;
    return e->code;
}

struct purchase {
    int64_t action_id;
    const char *upstream, *tenant;
    int64_t at_s;
};

static enum err_code buy(struct store_tx *tx, void *arg, struct err *e)
{
    const struct purchase *p = arg;

    return store_purchase_add(tx, p->action_id, p->upstream, p->tenant, p->at_s, e);
}

/* An action that was billed. */
static int64_t bought(struct scene *s, const char *upstream, const char *tenant, int64_t at_s)
{
    struct account nobody = scene_account(s, "elsewhere");
    struct purchase p = {
        action_of(s, &nobody, "other.test", ACTION_DONE).id, upstream, tenant, at_s};

    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s->lab, buy, &p), ERR_OK);
    return p.action_id;
}

/* The embedded CA: our own records. */

static void a_new_key_finds_nothing(void)
{
    struct order_list orders;
    struct scene s;

    scene_open(&s, VENDOR_LOCAL);
    certificate_of(&s, &s.account, "www.example.test", bytes_of("another key"));
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    inventory_by_names(s.lab.mem, s.facts.inventory, &s.question.names, &orders);
    CU_ASSERT_EQUAL(orders.len, 0);
    CU_ASSERT_STRING_EQUAL(s.facts.request.tenant, "web");
    CU_ASSERT_EQUAL(s.facts.now_s, LAB_NOW_S);
    scene_close(&s);
}

static void a_living_certificate_of_the_account_for_names_and_key_is_reused(void)
{
    struct scene s;
    int64_t id;

    scene_open(&s, VENDOR_LOCAL);
    id = certificate_of(&s, &s.account, "www.example.test", s.question.key_hash);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_REUSE);
    CU_ASSERT_EQUAL(s.decision.effects.not_after_s, LAB_NOW_S + 89 * DAY);
    CU_ASSERT_EQUAL(reused_row(&s), id);
    scene_close(&s);
}

static void a_revoked_or_old_certificate_or_one_for_other_names_is_not_reused(void)
{
    struct scene s;

    scene_open(&s, VENDOR_LOCAL);
    certificate_of(&s, &s.account, "www.example.test shop.example.test", s.question.key_hash);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    certificate_of(&s, &s.account, "www.example.test", s.question.key_hash);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_REUSE);
    s.question.now_s = LAB_NOW_S + 45 * DAY; /* less than half of its life is left */
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    s.question.now_s = LAB_NOW_S;
    lab_run_sql(&s.lab, "UPDATE certificate SET revoked_s = 1");
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    scene_close(&s);
}

static void the_certificate_that_is_replaced_is_not_reused(void)
{
    struct scene s;

    scene_open(&s, VENDOR_LOCAL);
    certificate_of(&s, &s.account, "www.example.test", s.question.key_hash);
    lab_run_sql(&s.lab, "UPDATE certificate SET serial = X'0A0B'");
    s.question.replaces = "AQI.Cgs"; /* 01 02, 0a 0b */
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    s.question.replaces = "AQI.CgsM"; /* nobody's */
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_REUSE);
    scene_close(&s);
}

static void a_key_of_another_account_is_told_within_the_tenant_only(void)
{
    struct account same, other;
    struct scene s;
    size_t orders;

    scene_open(&s, VENDOR_LOCAL);
    other = scene_account(&s, "mail");
    certificate_of(&s, &other, "www.example.test", s.question.key_hash);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    CU_ASSERT_PTR_NULL(s.decision.effects.key_known_to);
    inventory_orders(s.facts.inventory, &orders);
    CU_ASSERT_EQUAL(orders, 0);
    same = scene_account(&s, "web");
    certificate_of(&s, &same, "www.example.test", s.question.key_hash);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    CU_ASSERT_STRING_EQUAL(s.decision.effects.key_known_to, order_facts_holder(s.lab.mem, same.id));
    scene_close(&s);
}

static void accounts_without_a_tenant_are_apart_from_those_with_one(void)
{
    struct account nobodys;
    struct scene s;

    scene_open(&s, VENDOR_LOCAL);
    nobodys = scene_account(&s, "");
    certificate_of(&s, &nobodys, "www.example.test", s.question.key_hash);
    scene_decide(&s);
    CU_ASSERT_PTR_NULL(s.decision.effects.key_known_to);
    certificate_of(&s, &s.account, "www.example.test", s.question.key_hash);
    s.question.account = &nobodys;
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_REUSE);
    CU_ASSERT_PTR_NULL(s.decision.effects.key_known_to);
    scene_close(&s);
}

static void an_action_under_way_is_joined(void)
{
    static const enum action_state under_way[] = {ACTION_SENDING, ACTION_PENDING, ACTION_IN_DOUBT};

    for (size_t i = 0; i < COUNT(under_way); i++) {
        struct action action;
        struct scene s;

        scene_open(&s, VENDOR_LOCAL);
        action = action_of(&s, &s.account, "www.example.test", under_way[i]);
        CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_ADOPT);
        CU_ASSERT_EQUAL(lab_in_store(&s.lab, find_action, &s), ERR_OK);
        CU_ASSERT_EQUAL(s.question.order_id, action.id);
        scene_close(&s);
    }
}

static void nothing_else_is_joined(void)
{
    struct account other;
    struct scene s;

    scene_open(&s, VENDOR_LOCAL);
    other = scene_account(&s, "web");
    action_of(&s, &other, "www.example.test", ACTION_SENDING);
    action_of(&s, &s.account, "shop.example.test", ACTION_SENDING);
    action_of(&s, &s.account, "www.example.test", ACTION_DECIDING);
    action_of(&s, &s.account, "www.example.test", ACTION_DONE);
    action_of(&s, &s.account, "www.example.test", ACTION_FAILED);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    CU_ASSERT_EQUAL(lab_in_store(&s.lab, find_action, &s), ERR_NOT_FOUND);
    scene_close(&s);
}

static void an_orders_own_action_does_not_count(void)
{
    struct scene s;

    scene_open(&s, VENDOR_LOCAL);
    s.question.order_id = action_of(&s, &s.account, "www.example.test", ACTION_SENDING).order_id;
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    CU_ASSERT_EQUAL(lab_in_store(&s.lab, find_action, &s), ERR_NOT_FOUND);
    scene_close(&s);
}

static void what_was_asked_for_outright_joins_its_own_kind_only(void)
{
    struct scene s;

    scene_open(&s, VENDOR_LOCAL);
    action_of(&s, &s.account, "www.example.test", ACTION_SENDING);
    s.question.wish = ACT_NEW;
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_ADOPT);
    s.question.wish = ACT_REISSUE;
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_DENY);
    CU_ASSERT_EQUAL(lab_in_store(&s.lab, find_action, &s), ERR_NOT_FOUND);
    scene_close(&s);
}

/* Who asks. */

static enum err_code bind_account(struct store_tx *tx, void *arg, struct err *e)
{
    struct scene *s = arg;
    struct eab eab = {.kid = "kid",
        .mac_key = bytes_of("secret"),
        .tenant = "web",
        .label = "",
        .names = "example.test\nexample.org",
        .profiles = "",
        .uses_left = EAB_UNLIMITED,
        .actions = ACT_BIT(ACT_NEW),
        .budget_orders = 1,
        .budget_period_s = 10 * DAY};

    if (store_eab_add(tx, &eab, e) == ERR_OK)
        s->account.eab_id = eab.id;
    return e->code;
}

static void the_external_account_bounds_the_names(void)
{
    struct scene s;

    scene_open(&s, VENDOR_LOCAL);
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s.lab, bind_account, &s), ERR_OK);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    CU_ASSERT_TRUE(s.facts.request.binding.bounds_names);
    CU_ASSERT_EQUAL_FATAL(s.facts.request.binding.names_len, 2);
    CU_ASSERT_STRING_EQUAL(s.facts.request.binding.names[1], "example.org");
    s.question.names = scene_names(&s, "www.elsewhere.test");
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_DENY);
    CU_ASSERT_STRING_EQUAL(s.decision.rule, "eab");
    scene_close(&s);
}

static void the_external_account_bounds_actions_and_budget(void)
{
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s.lab, bind_account, &s), ERR_OK);
    scene_learn(&s, scene_vendor_order(&s, "1001", "web",
                        order_facts_holder(s.lab.mem, s.account.id), SCENE_OTHER));
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_DENY);
    CU_ASSERT_STRING_EQUAL(s.decision.rule, "eab");
    s.question.wish = ACT_NEW;
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    bought(&s, "lab", "web", LAB_NOW_S - 10 * DAY);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    bought(&s, "lab", "web", LAB_NOW_S - 10 * DAY + 1);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_DENY);
    CU_ASSERT_STRING_EQUAL(s.decision.rule, "budget");
    scene_close(&s);
}

static void an_account_that_is_not_valid_gets_nothing(void)
{
    struct scene s;

    scene_open(&s, VENDOR_LOCAL);
    s.account.status = ACCOUNT_DEACTIVATED;
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_DENY);
    CU_ASSERT_STRING_EQUAL(s.decision.rule, "account");
    s.account.status = ACCOUNT_VALID;
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s.lab, bind_account, &s), ERR_OK);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    lab_run_sql(&s.lab, "UPDATE eab SET revoked_s = 1");
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_DENY);
    CU_ASSERT_STRING_EQUAL(s.decision.rule, "account");
    scene_close(&s);
}

/* A vendor's rules: its inventory. */

static void a_vendors_orders_are_found_in_its_inventory(void)
{
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    CU_ASSERT_EQUAL(s.decision.effects.cost, COST_BILLABLE);
    scene_learn(&s, scene_vendor_order(&s, "1001", "web", "someone", SCENE_OTHER));
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_DUPLICATE);
    CU_ASSERT_STRING_EQUAL(s.decision.target, "1001");
    scene_learn(&s, scene_vendor_order(&s, "1001", "web",
                        order_facts_holder(s.lab.mem, s.account.id), SCENE_OTHER));
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_REISSUE);
    scene_close(&s);
}

static void what_other_tenants_have_is_not_among_the_facts(void)
{
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    scene_learn(&s, scene_vendor_order(&s, "1001", "mail", "their account", SCENE_KEY));
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    CU_ASSERT_PTR_NULL(s.decision.effects.key_known_to);
    CU_ASSERT_PTR_NULL(inventory_by_id(s.facts.inventory, "1001"));
    s.question.wish = ACT_REISSUE;
    s.question.wish_order_id = "1001";
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_DENY);
    CU_ASSERT_PTR_NULL(inventory_by_id(s.facts.inventory, "1001"));
    scene_close(&s);
}

static void what_another_tenant_has_reissued_counts_without_its_holder(void)
{
    struct vendor_action action = {
        .act = ACT_REISSUE, .spki = "their key", .account = "their account", .since_s = LAB_NOW_S};
    const struct vendor_order *seen;
    struct vendor_order *busy;
    struct scene s;

    scene_open(&s, VENDOR_TENCENT);
    scene_learn(&s, scene_vendor_order(&s, "1001", "web", NULL, SCENE_OTHER));
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_REISSUE);
    busy = scene_vendor_order(&s, "1002", "mail", "their account", "their key");
    busy->names = scene_names(&s, "mail.example.test");
    scene_learn(&s, busy);
    scene_decide(&s);
    CU_ASSERT_PTR_NULL(inventory_by_id(s.facts.inventory, "1002"));
    busy->in_process = &action;
    busy->in_process_len = 1;
    scene_learn(&s, busy);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_WAIT);
    seen = inventory_by_id(s.facts.inventory, "1002");
    CU_ASSERT_PTR_NOT_NULL_FATAL(seen);
    CU_ASSERT_EQUAL_FATAL(seen->certificates_len, 1);
    CU_ASSERT_PTR_NULL(seen->certificates[0].holder);
    CU_ASSERT_PTR_NULL(seen->certificates[0].spki);
    CU_ASSERT_EQUAL_FATAL(seen->in_process_len, 1);
    CU_ASSERT_PTR_NULL(seen->in_process[0].account);
    scene_close(&s);
}

static void other_tenants_under_a_shared_order_are_not_named(void)
{
    struct account same, other;
    struct vendor_certificate certificates[3];
    struct vendor_order *shared;
    const struct vendor_order *seen;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    same = scene_account(&s, "web");
    other = scene_account(&s, "mail");
    shared = scene_vendor_order(&s, "1001", NULL, NULL, SCENE_KEY);
    for (size_t i = 0; i < COUNT(certificates); i++) {
        certificates[i] = shared->certificates[0];
        certificates[i].id = mem_printf(s.lab.mem, "c%zu", i);
    }
    certificates[0].holder = order_facts_holder(s.lab.mem, other.id);
    certificates[1].holder = order_facts_holder(s.lab.mem, same.id);
    certificates[2].holder = "a word of the source's";
    shared->certificates = certificates;
    shared->certificates_len = COUNT(certificates);
    scene_learn(&s, shared);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_DUPLICATE);
    CU_ASSERT_STRING_EQUAL(s.decision.effects.key_known_to, "another tenant");
    seen = inventory_by_id(s.facts.inventory, "1001");
    CU_ASSERT_PTR_NOT_NULL_FATAL(seen);
    CU_ASSERT_STRING_EQUAL(seen->certificates[0].holder, "another tenant");
    CU_ASSERT_STRING_EQUAL(seen->certificates[1].holder, certificates[1].holder);
    CU_ASSERT_STRING_EQUAL(seen->certificates[2].holder, certificates[2].holder);
    scene_close(&s);
}

/* A source may say that it is the account's; we do not have it. */
static void a_certificate_that_is_not_at_hand_is_not_handed_back(void)
{
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    scene_learn(&s, scene_vendor_order(
                        &s, "1001", "web", order_facts_holder(s.lab.mem, s.account.id), SCENE_KEY));
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_REISSUE);
    scene_close(&s);
}

static void a_certificate_that_the_vendor_issued_for_us_is_handed_back(void)
{
    struct action action;
    struct scene s;
    int64_t id;

    scene_open(&s, VENDOR_DIGICERT);
    id = certificate_of(&s, &s.account, "www.example.test", s.question.key_hash);
    action = action_of(&s, &s.account, "www.example.test", ACTION_DONE);
    lab_run_sql(&s.lab, mem_printf(s.lab.mem, "UPDATE action SET vendor_certificate = 'c-1001'"));
    lab_run_sql(
        &s.lab, mem_printf(s.lab.mem, "UPDATE certificate SET order_id = %lld, serial = X'0A0B'",
                    (long long)action.order_id));
    scene_learn(&s, scene_vendor_order(
                        &s, "1001", "web", order_facts_holder(s.lab.mem, s.account.id), SCENE_KEY));
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_REUSE);
    CU_ASSERT_STRING_EQUAL(s.decision.certificate, "c-1001");
    CU_ASSERT_EQUAL(reused_row(&s), id);

    s.question.order_id = 0;
    s.question.replaces = "AQI.Cgs";
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_REISSUE);
    CU_ASSERT_STRING_EQUAL(s.facts.request.replaces, "c-1001");
    scene_close(&s);
}

/* A source may say that it is the account's; nobody here waits for it. */
static void what_is_under_way_elsewhere_is_not_joined(void)
{
    struct vendor_order order;
    struct vendor_action action = {.act = ACT_NEW, .spki = SCENE_KEY, .since_s = LAB_NOW_S - 60};
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    order = *scene_vendor_order(&s, "1001", "web", NULL, NULL);
    action.account = order_facts_holder(s.lab.mem, s.account.id);
    order.standing = STANDING_PENDING;
    order.certificates_len = 0;
    order.in_process = &action;
    order.in_process_len = 1;
    scene_learn(&s, &order);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_WAIT);
    scene_close(&s);
}

static void an_inventory_of_another_vendor_is_a_conflict(void)
{
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    scene_learn(&s, scene_vendor_order(&s, "1001", "web", NULL, NULL));
    s.lab.profile.vendor = VENDOR_TENCENT;
    CU_ASSERT_EQUAL(scene_read(&s), ERR_CONFLICT);
    scene_close(&s);
}

/* What was bought. */

static void what_was_bought_counts_until_its_period_is_over(void)
{
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    s.lab.profile.preferences.budget = (struct budget){.new_orders = 2, .period_s = 30 * DAY};
    bought(&s, "lab", "web", LAB_NOW_S - 30 * DAY);
    bought(&s, "lab", "mail", LAB_NOW_S - 29 * DAY);
    bought(&s, "another", "web", LAB_NOW_S - DAY);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    CU_ASSERT_EQUAL(s.facts.spent.upstream_len, 1);
    CU_ASSERT_EQUAL(s.facts.spent.tenant_len, 0);
    bought(&s, "lab", "web", LAB_NOW_S - 3);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_DENY);
    CU_ASSERT_STRING_EQUAL(s.decision.rule, "budget");
    CU_ASSERT_EQUAL(s.decision.retry_at_s, LAB_NOW_S + DAY);
    CU_ASSERT_EQUAL(s.facts.spent.tenant_len, 1);
    s.question.now_s = LAB_NOW_S + DAY;
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    scene_close(&s);
}

static void what_was_bought_is_not_forgotten_by_a_restart(void)
{
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    s.lab.profile.preferences.budget = (struct budget){.new_orders = 1, .period_s = 30 * DAY};
    bought(&s, "lab", "web", LAB_NOW_S - DAY);
    lab_restart(&s.lab);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_DENY);
    CU_ASSERT_STRING_EQUAL(s.decision.problem, "rateLimited");
    scene_close(&s);
}

static enum err_code take_back(struct store_tx *tx, void *arg, struct err *e)
{
    return store_purchase_take_back(tx, *(int64_t *)arg, e);
}

static void what_was_refused_is_taken_back_and_nothing_counts_twice(void)
{
    struct purchase again;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    s.lab.profile.preferences.budget = (struct budget){.new_orders = 2, .period_s = 30 * DAY};
    again = (struct purchase){bought(&s, "lab", "web", LAB_NOW_S - DAY), "lab", "web", LAB_NOW_S};
    CU_ASSERT_EQUAL(lab_in_store(&s.lab, buy, &again), ERR_OK);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    CU_ASSERT_EQUAL(s.facts.spent.upstream_len, 1);
    CU_ASSERT_EQUAL(lab_in_store(&s.lab, take_back, &again.action_id), ERR_OK);
    CU_ASSERT_EQUAL(lab_in_store(&s.lab, take_back, &again.action_id), ERR_OK);
    scene_decide(&s);
    CU_ASSERT_EQUAL(s.facts.spent.upstream_len, 0);
    scene_close(&s);
}

static void the_key_of_a_request_is_told_in_words(void)
{
    struct order_question question = {0};
    struct scene s;
    struct csr csr;
    struct err e = {0};

    scene_open(&s, VENDOR_LOCAL);
    CU_ASSERT_EQUAL_FATAL(
        csr_read(s.lab.mem, lab_csr(&s.lab, "www.example.test", NULL), &csr, &e), ERR_OK);
    order_question_set_key(s.lab.mem, &question, &csr);
    CU_ASSERT_STRING_EQUAL(question.key_algorithm, "EC");
    CU_ASSERT_EQUAL(question.key_size, 256);
    CU_ASSERT_EQUAL(strlen(question.spki), 64);
    scene_close(&s);
}

static const struct test tests[] = {
    {"a new key finds nothing", a_new_key_finds_nothing},
    {"a living certificate of the account for names and key is reused",
        a_living_certificate_of_the_account_for_names_and_key_is_reused},
    {"a revoked or old certificate or one for other names is not reused",
        a_revoked_or_old_certificate_or_one_for_other_names_is_not_reused},
    {"the certificate that is replaced is not reused",
        the_certificate_that_is_replaced_is_not_reused},
    {"a key of another account is told within the tenant only",
        a_key_of_another_account_is_told_within_the_tenant_only},
    {"accounts without a tenant are apart from those with one",
        accounts_without_a_tenant_are_apart_from_those_with_one},
    {"an action under way is joined", an_action_under_way_is_joined},
    {"nothing else is joined", nothing_else_is_joined},
    {"an order's own action does not count", an_orders_own_action_does_not_count},
    {"what was asked for outright joins its own kind only",
        what_was_asked_for_outright_joins_its_own_kind_only},
    {"the external account bounds the names", the_external_account_bounds_the_names},
    {"the external account bounds actions and budget",
        the_external_account_bounds_actions_and_budget},
    {"an account that is not valid gets nothing", an_account_that_is_not_valid_gets_nothing},
    {"a vendor's orders are found in its inventory", a_vendors_orders_are_found_in_its_inventory},
    {"what other tenants have is not among the facts",
        what_other_tenants_have_is_not_among_the_facts},
    {"what another tenant has reissued counts without its holder",
        what_another_tenant_has_reissued_counts_without_its_holder},
    {"other tenants under a shared order are not named",
        other_tenants_under_a_shared_order_are_not_named},
    {"a certificate that is not at hand is not handed back",
        a_certificate_that_is_not_at_hand_is_not_handed_back},
    {"a certificate that the vendor issued for us is handed back",
        a_certificate_that_the_vendor_issued_for_us_is_handed_back},
    {"what is under way elsewhere is not joined", what_is_under_way_elsewhere_is_not_joined},
    {"an inventory of another vendor is a conflict", an_inventory_of_another_vendor_is_a_conflict},
    {"what was bought counts until its period is over",
        what_was_bought_counts_until_its_period_is_over},
    {"what was bought is not forgotten by a restart",
        what_was_bought_is_not_forgotten_by_a_restart},
    {"what was refused is taken back and nothing counts twice",
        what_was_refused_is_taken_back_and_nothing_counts_twice},
    {"the key of a request is told in words", the_key_of_a_request_is_told_in_words},
    {NULL, NULL},
};
extern const struct test_suite suite_order_facts;
const struct test_suite suite_order_facts = {"order_facts", tests};
