/* Tests of acme/order_books: what the next decision knows of what we do. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/order_books.h"
#include "base/mem.h"
#include "policy/inventory.h"
#include "store/unfit.h"
#include "tests/unit/acme/scene.h"

/* One action for the question of a scene. */
struct doing {
    struct scene *scene;
    struct order order;
    struct action action;
    struct vendor_ids ids;
    bool bought;
    int64_t not_after_s;
};

static enum err_code run_intend(struct store_tx *tx, void *arg, struct err *e)
{
    struct doing *d = arg;
    struct scene *s = d->scene;

    if (store_action_add(tx, &d->action, e) != ERR_OK)
        return e->code;
    return order_books_intend(
        tx, &s->lab.settings, &s->lab.profile, &d->order, s->question.account, &d->action, e);
}

/* The intent for what the scene's question asks. */
static struct doing intend(struct scene *s, enum act act, const char *target)
{
    struct lab_account by = {.id = s->question.account->id};
    struct doing d = {.scene = s, .not_after_s = s->question.now_s + 90 * DAY};
    int64_t order_id = lab_order(&s->lab, &by, "www.example.test", true);

    d.order = (struct order){.id = order_id, .account_id = by.id, .identifiers = s->question.names};
    d.action = (struct action){.order_id = order_id,
        .upstream = "lab",
        .act = act,
        .state = ACTION_SENDING,
        .target = target,
        .billable = act == ACT_RENEW || (act == ACT_NEW && target == NULL),
        .reference = bytes_of("ours"),
        .key_hash = s->question.key_hash,
        .created_s = s->question.now_s,
        .sent_s = s->question.now_s};
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s->lab, run_intend, &d), ERR_OK);
    return d;
}

static enum err_code run_named(struct store_tx *tx, void *arg, struct err *e)
{
    struct doing *d = arg;

    return order_books_named(tx, &d->action, &d->ids, d->scene->question.now_s, e);
}

static void name(struct doing *d, const char *order_id)
{
    d->ids.order = order_id;
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&d->scene->lab, run_named, d), ERR_OK);
    d->action.vendor_order = order_id;
    d->ids.order = NULL;
}

static enum err_code run_issued(struct store_tx *tx, void *arg, struct err *e)
{
    struct doing *d = arg;
    struct certificate certificate = {
        .not_before_s = d->scene->question.now_s - 3600, .not_after_s = d->not_after_s};

    if (order_books_issued(d->scene->lab.mem, tx, &d->scene->lab.settings, &d->order, &d->action,
            &certificate, &d->ids, d->scene->question.now_s, e) != ERR_OK)
        return e->code;
    return store_action_end(tx, d->action.id, ACTION_DONE, &d->ids, d->scene->question.now_s, e);
}

static void issue(struct doing *d)
{
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&d->scene->lab, run_issued, d), ERR_OK);
}

static enum err_code run_failed(struct store_tx *tx, void *arg, struct err *e)
{
    struct doing *d = arg;

    return order_books_failed(tx, &d->action, d->bought, d->scene->question.now_s, e);
}

static void fail(struct doing *d, bool bought)
{
    d->bought = bought;
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&d->scene->lab, run_failed, d), ERR_OK);
}

static int64_t spent(struct scene *s)
{
    return lab_count(&s->lab, "purchase");
}

static const char *own(struct scene *s)
{
    return order_facts_holder(s->lab.mem, s->account.id);
}

/* A new order. */

static void a_new_order_is_pending_from_its_intent_on(void)
{
    struct account same, other;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    same = scene_account(&s, "web");
    other = scene_account(&s, "mail");
    intend(&s, ACT_NEW, NULL);
    CU_ASSERT_EQUAL(spent(&s), 1);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_ADOPT);
    scene_other_key(&s);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_WAIT);
    s.question.account = &same;
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_WAIT);
    s.question.account = &other;
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    s.question.account = &same;
    s.question.names = scene_names(&s, "shop.example.test");
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    scene_close(&s);
}

static void a_rehearsed_order_is_there_for_the_next_request(void)
{
    const struct vendor_order *known;
    struct account same;
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    same = scene_account(&s, "web");
    d = intend(&s, ACT_NEW, NULL);
    issue(&d);
    CU_ASSERT_STRING_EQUAL(d.ids.order, mem_printf(s.lab.mem, "rehearsal-%d", (int)d.action.id));
    CU_ASSERT_STRING_EQUAL(d.ids.certificate, d.ids.order);
    CU_ASSERT_PTR_NULL(scene_known(&s, mem_printf(s.lab.mem, "action-%d", (int)d.action.id)));
    known = scene_known(&s, d.ids.order);
    CU_ASSERT_PTR_NOT_NULL_FATAL(known);
    CU_ASSERT_EQUAL(known->standing, STANDING_ISSUED);
    CU_ASSERT_EQUAL(known->first_issued_s, LAB_NOW_S);
    CU_ASSERT_EQUAL(known->order_end_s, LAB_NOW_S + 365 * DAY);
    CU_ASSERT_EQUAL(known->in_process_len, 0);
    CU_ASSERT_EQUAL_FATAL(known->certificates_len, 1);
    CU_ASSERT_EQUAL(known->certificates[0].kind, CERTIFICATE_ORIGINAL);
    CU_ASSERT_STRING_EQUAL(known->certificates[0].spki, SCENE_KEY);
    CU_ASSERT_STRING_EQUAL(known->certificates[0].holder, own(&s));
    scene_other_key(&s);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_REISSUE);
    CU_ASSERT_STRING_EQUAL(s.decision.target, d.ids.order);
    s.question.account = &same;
    s.lab.profile.wanted.level = LEVEL_OV;
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_DUPLICATE);
    scene_close(&s);
}

static void what_lives_longer_than_a_year_does_not_outlive_its_order(void)
{
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    d = intend(&s, ACT_NEW, NULL);
    d.not_after_s = LAB_NOW_S + 397 * DAY;
    issue(&d);
    CU_ASSERT_EQUAL(scene_known(&s, d.ids.order)->order_end_s, LAB_NOW_S + 397 * DAY);
    scene_close(&s);
}

static void a_failure_removes_what_the_intent_put_there(void)
{
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    d = intend(&s, ACT_NEW, NULL);
    fail(&d, false);
    CU_ASSERT_EQUAL(spent(&s), 0);
    CU_ASSERT_EQUAL(lab_count(&s.lab, "vendor_order"), 0);
    CU_ASSERT_EQUAL(lab_count(&s.lab, "vendor_action"), 0);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    scene_close(&s);
}

static void what_may_be_paid_for_stays_counted(void)
{
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    d = intend(&s, ACT_NEW, NULL);
    fail(&d, true);
    CU_ASSERT_EQUAL(spent(&s), 1);
    CU_ASSERT_EQUAL(lab_count(&s.lab, "vendor_order"), 0);
    scene_close(&s);
}

/* The vendor's own id. */

static void the_vendors_id_takes_the_place_of_ours(void)
{
    struct vendor_order *told;
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    d = intend(&s, ACT_NEW, NULL);
    name(&d, "1001");
    CU_ASSERT_EQUAL(lab_count(&s.lab, "vendor_order"), 1);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_ADOPT);
    CU_ASSERT_STRING_EQUAL(s.decision.target, "1001");

    /* The same, from a list of the vendor's. */
    told = scene_vendor_order(&s, "1001", NULL, NULL, NULL);
    told->standing = STANDING_PENDING;
    told->certificates_len = 0;
    scene_learn(&s, told);
    CU_ASSERT_EQUAL(lab_count(&s.lab, "vendor_order"), 1);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_ADOPT);

    d.ids.certificate = "c-1001";
    issue(&d);
    CU_ASSERT_STRING_EQUAL(d.ids.order, "1001");
    scene_learn(&s, scene_vendor_order(&s, "1001", NULL, NULL, NULL));
    CU_ASSERT_EQUAL(lab_count(&s.lab, "vendor_order"), 1);
    CU_ASSERT_EQUAL(lab_count(&s.lab, "vendor_certificate"), 1);
    CU_ASSERT_STRING_EQUAL(scene_known(&s, "1001")->certificates[0].holder, own(&s));
    CU_ASSERT_EQUAL(scene_known(&s, "1001")->order_end_s, LAB_NOW_S + 300 * DAY);
    scene_close(&s);
}

static void a_source_may_tell_of_the_order_before_its_answer_comes(void)
{
    struct account other;
    struct vendor_order *told;
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    other = scene_account(&s, "mail");
    d = intend(&s, ACT_NEW, NULL);
    told = scene_vendor_order(&s, "1001", NULL, NULL, NULL);
    told->standing = STANDING_PENDING;
    told->certificates_len = 0;
    scene_learn(&s, told);
    CU_ASSERT_EQUAL(lab_count(&s.lab, "vendor_order"), 2);
    name(&d, "1001");
    CU_ASSERT_EQUAL(lab_count(&s.lab, "vendor_order"), 1);
    CU_ASSERT_EQUAL(lab_count(&s.lab, "vendor_action"), 1);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_ADOPT);
    s.question.account = &other; /* the vendor did not know whose it is */
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    scene_close(&s);
}

static void an_order_that_the_vendor_has_named_stays_when_it_fails(void)
{
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    d = intend(&s, ACT_NEW, NULL);
    name(&d, "1001");
    fail(&d, true);
    CU_ASSERT_PTR_NOT_NULL(scene_known(&s, "1001"));
    CU_ASSERT_EQUAL(lab_count(&s.lab, "vendor_action"), 0);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_WAIT);
    scene_close(&s);
}

static enum err_code put_unfit(struct store_tx *tx, void *arg, struct err *e)
{
    const struct doing *d = arg;
    const struct unfit_certificate unfit = {.action_id = d->action.id,
        .der = bytes_of("leaf"),
        .chain = "",
        .detail = "a certificate for another key",
        .last_s = d->scene->question.now_s};
    int64_t times;

    return store_unfit_put(tx, &unfit, &times, e);
}

/* The vendor has issued, though nobody can use it: it is not at work on it any more. */
static void an_order_whose_certificate_is_unfit_is_there_when_it_fails(void)
{
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    d = intend(&s, ACT_NEW, NULL);
    name(&d, "1001");
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s.lab, put_unfit, &d), ERR_OK);
    fail(&d, true);
    CU_ASSERT_EQUAL(scene_known(&s, "1001")->standing, STANDING_ISSUED);
    CU_ASSERT_EQUAL(lab_count(&s.lab, "vendor_action"), 0);
    CU_ASSERT_EQUAL(spent(&s), 1);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_REISSUE);
    scene_close(&s);
}

/* When it ends only the vendor knows: it is asked before the order is chosen. */
static void what_the_vendor_has_not_told_of_is_not_taken_for_seen(void)
{
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    d = intend(&s, ACT_NEW, NULL);
    name(&d, "1001");
    d.ids.certificate = "c-1";
    issue(&d);
    CU_ASSERT_EQUAL(scene_known(&s, "1001")->seen_s, 0);
    d = intend(&s, ACT_DUPLICATE, "1001");
    name(&d, "1001");
    d.ids.certificate = "c-2";
    issue(&d);
    CU_ASSERT_EQUAL(scene_known(&s, "1001")->seen_s, s.question.now_s);
    scene_close(&s);
}

/* Under an order that is there. */

static void a_reissue_is_in_process_on_its_order(void)
{
    const struct vendor_order *known;
    struct account same;
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    same = scene_account(&s, "web");
    scene_learn(&s, scene_vendor_order(&s, "1001", "web", own(&s), SCENE_OTHER));
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_REISSUE);
    d = intend(&s, ACT_REISSUE, "1001");
    CU_ASSERT_EQUAL(spent(&s), 0);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_ADOPT);
    s.question.account = &same;
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_WAIT);
    issue(&d);
    CU_ASSERT_STRING_EQUAL(d.ids.order, "1001");
    known = scene_known(&s, "1001");
    CU_ASSERT_EQUAL(known->in_process_len, 0);
    CU_ASSERT_EQUAL(known->first_issued_s, LAB_NOW_S - 10 * DAY);
    CU_ASSERT_EQUAL(known->order_end_s, LAB_NOW_S + 300 * DAY);
    CU_ASSERT_EQUAL_FATAL(known->certificates_len, 2);
    CU_ASSERT_EQUAL(known->certificates[1].kind, CERTIFICATE_REISSUE);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_DUPLICATE);
    scene_close(&s);
}

static void a_duplicate_that_fails_leaves_the_order_as_it_was(void)
{
    const struct vendor_order *known;
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    scene_learn(&s, scene_vendor_order(&s, "1001", "web", "someone", SCENE_OTHER));
    d = intend(&s, ACT_DUPLICATE, "1001");
    CU_ASSERT_EQUAL(lab_count(&s.lab, "vendor_order_name WHERE busy = 1"), 1);
    fail(&d, false);
    known = scene_known(&s, "1001");
    CU_ASSERT_EQUAL(known->in_process_len, 0);
    CU_ASSERT_EQUAL(known->certificates_len, 1);
    CU_ASSERT_EQUAL(lab_count(&s.lab, "vendor_order_name WHERE busy = 1"), 0);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_DUPLICATE);
    scene_close(&s);
}

static void a_duplicate_with_more_names_does_not_change_those_of_its_order(void)
{
    struct vendor_order *wildcard;
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    wildcard = scene_vendor_order(&s, "1001", "web", own(&s), SCENE_OTHER);
    wildcard->names = scene_names(&s, "*.example.test");
    scene_learn(&s, wildcard);
    s.question.names = scene_names(&s, "*.example.test www.example.test");
    d = intend(&s, ACT_DUPLICATE, "1001");
    issue(&d);
    CU_ASSERT_EQUAL(scene_known(&s, "1001")->names.len, 1);
    scene_close(&s);
}

static void a_renewal_follows_its_order(void)
{
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    scene_learn(&s, scene_vendor_order(&s, "1001", "web", own(&s), SCENE_OTHER));
    s.question.now_s = LAB_NOW_S + 290 * DAY;
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_RENEW);
    d = intend(&s, ACT_RENEW, "1001");
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_ADOPT);
    CU_ASSERT_FALSE(scene_known(&s, "1001")->renewed);
    issue(&d);
    CU_ASSERT_TRUE(scene_known(&s, "1001")->renewed);
    CU_ASSERT_EQUAL(scene_known(&s, "1001")->in_process_len, 0);
    CU_ASSERT_EQUAL(scene_known(&s, d.ids.order)->certificates[0].kind, CERTIFICATE_RENEWAL);
    scene_other_key(&s);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_REISSUE);
    CU_ASSERT_STRING_EQUAL(s.decision.target, d.ids.order);
    scene_close(&s);
}

static void a_renewal_that_fails_may_be_asked_for_again(void)
{
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    scene_learn(&s, scene_vendor_order(&s, "1001", "web", own(&s), SCENE_OTHER));
    s.question.now_s = LAB_NOW_S + 290 * DAY;
    d = intend(&s, ACT_RENEW, "1001");
    fail(&d, false);
    CU_ASSERT_EQUAL(lab_count(&s.lab, "vendor_order"), 1);
    CU_ASSERT_FALSE(scene_known(&s, "1001")->renewed);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_RENEW);
    scene_close(&s);
}

/* Slots. */

static struct vendor_order *slot_of(struct scene *s)
{
    struct vendor_order *slot = scene_vendor_order(s, "s1", NULL, NULL, NULL);

    slot->standing = STANDING_PREPAID;
    slot->names.len = 0;
    slot->certificates_len = 0;
    slot->first_issued_s = 0;
    return slot;
}

static void a_slot_is_filled_once_whatever_is_told_meanwhile(void)
{
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_TENCENT);
    scene_learn(&s, slot_of(&s));
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    CU_ASSERT_STRING_EQUAL(s.decision.target, "s1");
    d = intend(&s, ACT_NEW, "s1");
    CU_ASSERT_EQUAL(spent(&s), 0);
    scene_learn(&s, slot_of(&s)); /* as it was a moment ago */
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_ADOPT);
    s.question.names = scene_names(&s, "www.example.org");
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    CU_ASSERT_PTR_NULL(s.decision.target);
    issue(&d);
    CU_ASSERT_STRING_EQUAL(d.ids.order, "s1");
    CU_ASSERT_EQUAL(scene_known(&s, "s1")->standing, STANDING_ISSUED);
    scene_close(&s);
}

static void a_slot_that_was_not_filled_is_empty_again(void)
{
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_TENCENT);
    scene_learn(&s, slot_of(&s));
    d = intend(&s, ACT_NEW, "s1");
    fail(&d, false);
    CU_ASSERT_EQUAL(scene_known(&s, "s1")->standing, STANDING_PREPAID);
    CU_ASSERT_EQUAL(scene_known(&s, "s1")->names.len, 0);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_NEW);
    CU_ASSERT_STRING_EQUAL(s.decision.target, "s1");
    scene_close(&s);
}

/* Sources. */

static void a_source_does_not_end_what_is_ours_and_does_not_double_it(void)
{
    struct vendor_action theirs[2] = {{.act = ACT_REISSUE, .since_s = LAB_NOW_S},
        {.act = ACT_DUPLICATE, .spki = "theirs", .since_s = LAB_NOW_S}};
    struct vendor_order *told;
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    told = scene_vendor_order(&s, "1001", "web", own(&s), SCENE_OTHER);
    scene_learn(&s, told);
    d = intend(&s, ACT_REISSUE, "1001");
    scene_learn(&s, told); /* "in_process": [] */
    CU_ASSERT_EQUAL(scene_known(&s, "1001")->in_process_len, 1);
    told->in_process = theirs;
    told->in_process_len = 2;
    scene_learn(&s, told);
    CU_ASSERT_EQUAL(scene_known(&s, "1001")->in_process_len, 2);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_ADOPT);
    issue(&d);
    CU_ASSERT_EQUAL_FATAL(scene_known(&s, "1001")->in_process_len, 1);
    CU_ASSERT_STRING_EQUAL(scene_known(&s, "1001")->in_process[0].spki, "theirs");
    scene_close(&s);
}

static void in_front_of_the_embedded_ca_nothing_is_kept(void)
{
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_LOCAL);
    d = intend(&s, ACT_NEW, NULL);
    name(&d, "1001");
    d.action.vendor_order = NULL;
    issue(&d);
    CU_ASSERT_PTR_NULL(d.ids.order);
    CU_ASSERT_PTR_NULL(d.ids.certificate);
    CU_ASSERT_EQUAL(lab_count(&s.lab, "inventory"), 0);
    scene_close(&s);
}

static void what_we_do_is_known_after_a_restart(void)
{
    struct doing d;
    struct scene s;

    scene_open(&s, VENDOR_DIGICERT);
    d = intend(&s, ACT_NEW, NULL);
    lab_restart(&s.lab);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_ADOPT);
    issue(&d);
    lab_restart(&s.lab);
    scene_other_key(&s);
    CU_ASSERT_EQUAL(scene_decide(&s), OUTCOME_REISSUE);
    CU_ASSERT_EQUAL(spent(&s), 1);
    scene_close(&s);
}

static const struct test tests[] = {
    {"a new order is pending from its intent on", a_new_order_is_pending_from_its_intent_on},
    {"a rehearsed order is there for the next request",
        a_rehearsed_order_is_there_for_the_next_request},
    {"what lives longer than a year does not outlive its order",
        what_lives_longer_than_a_year_does_not_outlive_its_order},
    {"a failure removes what the intent put there", a_failure_removes_what_the_intent_put_there},
    {"what may be paid for stays counted", what_may_be_paid_for_stays_counted},
    {"the vendor's id takes the place of ours", the_vendors_id_takes_the_place_of_ours},
    {"a source may tell of the order before its answer comes",
        a_source_may_tell_of_the_order_before_its_answer_comes},
    {"an order that the vendor has named stays when it fails",
        an_order_that_the_vendor_has_named_stays_when_it_fails},
    {"an order whose certificate is unfit is there when it fails",
        an_order_whose_certificate_is_unfit_is_there_when_it_fails},
    {"what the vendor has not told of is not taken for seen",
        what_the_vendor_has_not_told_of_is_not_taken_for_seen},
    {"a reissue is in process on its order", a_reissue_is_in_process_on_its_order},
    {"a duplicate that fails leaves the order as it was",
        a_duplicate_that_fails_leaves_the_order_as_it_was},
    {"a duplicate with more names does not change those of its order",
        a_duplicate_with_more_names_does_not_change_those_of_its_order},
    {"a renewal follows its order", a_renewal_follows_its_order},
    {"a renewal that fails may be asked for again", a_renewal_that_fails_may_be_asked_for_again},
    {"a slot is filled once whatever is told meanwhile",
        a_slot_is_filled_once_whatever_is_told_meanwhile},
    {"a slot that was not filled is empty again", a_slot_that_was_not_filled_is_empty_again},
    {"a source does not end what is ours and does not double it",
        a_source_does_not_end_what_is_ours_and_does_not_double_it},
    {"in front of the embedded CA nothing is kept", in_front_of_the_embedded_ca_nothing_is_kept},
    {"what we do is known after a restart", what_we_do_is_known_after_a_restart},
    {NULL, NULL},
};
extern const struct test_suite suite_order_books;
const struct test_suite suite_order_books = {"order_books", tests};
