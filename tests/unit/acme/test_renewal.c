/* Tests of acme/renewal: certificate names (RFC 9773, 4.1); and of acme/renewal_window: when to
 * come back, at the embedded CA and under a vendor's orders. */
#include "tests/unit/acme/lab.h"
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/order_facts.h"
#include "acme/renewal.h"
#include "base/mem.h"
#include "store/action.h"
#include "store/certificate.h"
#include "store/inventory.h"

/* RFC 9773, 4.1: the example's key identifier and serial. */
static const uint8_t example_key_id[] = {0x69, 0x88, 0x5b, 0x6b, 0x87, 0x46, 0x40, 0x41, 0xe1, 0xb3,
    0x7b, 0x84, 0x7b, 0xa0, 0xae, 0x2c, 0xde, 0x01, 0xc8, 0xd4};
static const uint8_t example_serial[] = {0x00, 0x87, 0x65, 0x43, 0x21};

static void the_rfcs_example_goes_both_ways(void)
{
    struct cert_info info = {.aki = {example_key_id, sizeof example_key_id},
        .serial = {example_serial, sizeof example_serial}};
    void *mem = mem_pool(NULL, 4096);
    struct bytes key_id, serial;

    CU_ASSERT_STRING_EQUAL(renewal_id(mem, &info), "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
    CU_ASSERT(renewal_id_parse(mem, "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE", &key_id, &serial));
    CU_ASSERT(bytes_equal(key_id, info.aki));
    CU_ASSERT(bytes_equal(serial, info.serial));
    mem_free(mem);
}

static void a_certificate_without_key_identifier_has_no_name(void)
{
    struct cert_info info = {.serial = {example_serial, sizeof example_serial}};

    CU_ASSERT_PTR_NULL(renewal_id(NULL, &info));
}

static void what_is_no_name_is_refused(void)
{
    static const char *const rows[] = {"", ".", "a", "aYhb", "aYhb.", ".AIdl", "aYhb.AIdl.AIdl",
        "aYhb=.AIdl", "aY+b.AIdl", "aYhb.A"};
    void *mem = mem_pool(NULL, 4096);
    struct bytes key_id, serial;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_FALSE(renewal_id_parse(mem, rows[i], &key_id, &serial));
    mem_free(mem);
}

static struct certificate certificate_of(uint32_t serial[1], int64_t life_s)
{
    return (struct certificate){
        .serial = {(const uint8_t *)serial, sizeof *serial},
        .not_before_s = 1000000,
        .not_after_s = 1000000 + life_s - 1,
    };
}

static void a_window_lies_in_the_last_third_and_ends_before_the_certificate(void)
{
    static const int64_t lives[] = {
        2 * 3600, DAY_S, 6 * DAY_S, 90 * DAY_S, 199 * DAY_S, 398 * DAY_S};

    for (size_t l = 0; l < sizeof lives / sizeof lives[0]; l++)
        for (uint32_t serial = 0; serial < 500; serial++) {
            struct certificate c = certificate_of(&serial, lives[l]);
            struct renewal_window w = renewal_window_of(&c);

            CU_ASSERT(w.start_s >= c.not_before_s + lives[l] * 2 / 3);
            CU_ASSERT(w.end_s > w.start_s);
            if (lives[l] >= DAY_S)
                CU_ASSERT(w.end_s < c.not_after_s);
        }
}

static void holders_are_spread_and_each_keeps_its_window(void)
{
    uint32_t first = 1, second = 2;
    struct certificate a = certificate_of(&first, 90 * DAY_S),
                       b = certificate_of(&second, 90 * DAY_S);

    CU_ASSERT_NOT_EQUAL(renewal_window_of(&a).start_s, renewal_window_of(&b).start_s);
    CU_ASSERT_EQUAL(renewal_window_of(&a).start_s, renewal_window_of(&a).start_s);
}

static void a_revoked_certificate_is_due_now(void)
{
    uint32_t serial = 7;
    struct certificate c = certificate_of(&serial, 90 * DAY_S);

    struct renewal_window before = renewal_window_of(&c), after;

    c.revoked_s = 1000000 + DAY_S;
    after = renewal_window_of(&c);
    CU_ASSERT(after.end_s <= c.revoked_s && after.start_s < after.end_s);
    CU_ASSERT_EQUAL(after.reason, WINDOW_REVOKED);
    CU_ASSERT_EQUAL(after.revoked_s, c.revoked_s);
    /* Who revokes a young one does not make its replacement a renewal. */
    CU_ASSERT_EQUAL(before.reason, WINDOW_ORDINARY);
    CU_ASSERT(before.due_s == before.start_s && after.due_s == before.due_s);
}

/* Behind a vendor. */

#define KEY_WORD  "0707070707070707070707070707070707070707070707070707070707070707"
#define OTHER_KEY "0808080808080808080808080808080808080808080808080808080808080808"

static const uint8_t key_hash[32] = {
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};

static const uint8_t other_key_hash[32] = {
    8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8};

/* A certificate of ours that was issued 10 days ago for 90, and what the vendor has. */
struct scene {
    struct lab lab;
    struct certificate certificate;
    struct action action;
    struct vendor_ids ids; /* that the vendor told with it */
    struct vendor_certificate known[2];
    struct vendor_order order;
    struct renewal_window window;
};

static enum err_code add_all(struct store_tx *tx, void *arg, struct err *e)
{
    struct scene *s = arg;
    struct bytes key = {key_hash, sizeof key_hash};

    if (store_certificate_add(tx, &s->certificate, "lab", key, NULL, e) != ERR_OK ||
        store_action_add(tx, &s->action, e) != ERR_OK)
        return e->code;
    return s->ids.order == NULL
               ? ERR_OK
               : store_action_pending(tx, s->action.id, &s->ids, NULL, LAB_NOW_S, e);
}

static void scene_open(struct scene *s, enum vendor vendor)
{
    struct lab_account account;

    *s = (struct scene){0};
    lab_open(&s->lab);
    s->lab.profile.vendor = vendor;
    preferences_init(&s->lab.profile.preferences);
    preferences_complete(vendor, &s->lab.profile.preferences);
    account = lab_account(&s->lab);
    s->certificate = (struct certificate){
        .account_id = account.id,
        .order_id = lab_order(&s->lab, &account, "www.example.test", true),
        .serial = bytes_of("serial"),
        .der = bytes_of("leaf"),
        .chain = "chain",
        .not_before_s = LAB_NOW_S - 10 * DAY_S,
        .not_after_s = LAB_NOW_S + 80 * DAY_S,
    };
    s->action = (struct action){
        .order_id = s->certificate.order_id,
        .upstream = "lab",
        .act = ACT_NEW,
        .state = ACTION_SENDING,
        .reference = bytes_of("ours"),
        .key_hash = {key_hash, sizeof key_hash},
        .created_s = LAB_NOW_S,
    };
    s->ids = (struct vendor_ids){.order = "1001", .certificate = "c1"};
    s->known[0] = (struct vendor_certificate){.id = "c1",
        .spki = KEY_WORD,
        .not_before_s = s->certificate.not_before_s,
        .not_after_s = s->certificate.not_after_s};
    s->order = (struct vendor_order){.id = "1001",
        .certificates = s->known,
        .certificates_len = 1,
        .order_end_s = LAB_NOW_S + 80 * DAY_S,
        .said = SAID_STANDING};
}

static enum err_code learn(struct store_tx *tx, void *arg, struct err *e)
{
    struct scene *s = arg;
    enum merge_result result;
    int64_t inventory;

    if (store_inventory_open(tx, "lab", vendor_words[s->lab.profile.vendor], &inventory, e) !=
        ERR_OK)
        return e->code;
    return store_inventory_merge(tx, inventory, &s->order, NULL, LAB_NOW_S, &result, e);
}

static enum err_code read_window(struct store_tx *tx, void *arg, struct err *e)
{
    struct scene *s = arg;

    return renewal_window_read(
        s->lab.mem, tx, &s->lab.settings, &s->certificate, LAB_NOW_S, &s->window, e);
}

/* Writes ours down, and the order if it is to be known; then asks. */
static struct renewal_window ask(struct scene *s, bool known)
{
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s->lab, add_all, s), ERR_OK);
    if (known)
        CU_ASSERT_EQUAL_FATAL(lab_in_store(&s->lab, learn, s), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s->lab, read_window, s), ERR_OK);
    return s->window;
}

static int days_from_now(int64_t time_s)
{
    return (int)((time_s - LAB_NOW_S) / DAY_S);
}

static void the_order_decides_where_it_ends(void)
{
    struct scene s;
    struct renewal_window window;

    scene_open(&s, VENDOR_DIGICERT);
    window = ask(&s, true);
    CU_ASSERT_EQUAL(window.reason, WINDOW_RENEWAL);
    CU_ASSERT_EQUAL(days_from_now(window.start_s), 50);
    CU_ASSERT_EQUAL(days_from_now(window.end_s), 70);
    CU_ASSERT_EQUAL(window.due_s, window.start_s);
    lab_close(&s.lab);

    scene_open(&s, VENDOR_DIGICERT);
    s.lab.profile.preferences.renew_before_order_end_s = 60 * DAY_S;
    window = ask(&s, true);
    CU_ASSERT_EQUAL(days_from_now(window.start_s), 20);
    lab_close(&s.lab);

    scene_open(&s, VENDOR_DIGICERT);
    s.order.order_end_s = LAB_NOW_S + 300 * DAY_S;
    window = ask(&s, true);
    CU_ASSERT_EQUAL(window.reason, WINDOW_ORDINARY);
    CU_ASSERT_EQUAL(days_from_now(window.start_s), 50);
    CU_ASSERT_EQUAL(days_from_now(window.end_s), 65);
    lab_close(&s.lab);

    scene_open(&s, VENDOR_TENCENT);
    s.certificate.not_after_s = s.known[0].not_after_s = LAB_NOW_S + 189 * DAY_S;
    window = ask(&s, true);
    CU_ASSERT_EQUAL(window.reason, WINDOW_BEFORE_CLOSING);
    CU_ASSERT(window.end_s < s.certificate.not_after_s - 30 * DAY_S);
    lab_close(&s.lab);
}

static void holders_of_one_order_come_one_after_the_other(void)
{
    struct scene s;
    struct renewal_window first, second;

    scene_open(&s, VENDOR_DIGICERT);
    s.known[1] = s.known[0];
    s.known[1].id = "c2";
    s.known[1].spki = OTHER_KEY;
    s.order.certificates_len = 2;
    first = ask(&s, true);
    s.certificate.serial = bytes_of("another");
    s.certificate.order_id =
        lab_order(&s.lab, &(struct lab_account){.id = s.certificate.account_id}, "b.test", true);
    s.action.order_id = s.certificate.order_id;
    s.ids.certificate = "c2";
    s.action.key_hash = (struct bytes){other_key_hash, sizeof other_key_hash};
    s.action.reference = bytes_of("the other's");
    second = ask(&s, false);
    CU_ASSERT(first.end_s <= second.start_s || second.end_s <= first.start_s);
    CU_ASSERT_EQUAL(first.end_s - first.start_s, second.end_s - second.start_s);
    lab_close(&s.lab);
}

static void it_is_found_by_its_key_where_the_vendor_has_not_named_it(void)
{
    static const struct {
        const char *situation, *id, *spki;
        int days; /* after ours, it ends */
        bool found;
    } rows[] = {
        {"the same key and end", "17", KEY_WORD, 0, true},
        {"an end as days are written", "17", KEY_WORD, -1, true},
        {"no end is told", "17", KEY_WORD, -9999, true},
        {"another certificate for the same key", "17", KEY_WORD, 30, false},
        {"another key", "17", OTHER_KEY, 0, false},
        {"our row's number, and the vendor's for another key", "1", OTHER_KEY, 0, false},
        {"no key is told", "1", NULL, 0, true},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct scene s;
        struct renewal_window window;

        scene_open(&s, VENDOR_DIGICERT);
        s.ids = (struct vendor_ids){0};
        s.known[0].id = rows[i].id;
        s.known[0].spki = rows[i].spki;
        s.known[0].not_after_s =
            rows[i].days == -9999 ? 0 : s.certificate.not_after_s + rows[i].days * DAY_S;
        s.known[0].revoke_at_s = LAB_NOW_S + DAY_S;
        window = ask(&s, true);
        CU_ASSERT_EQUAL(window.reason == WINDOW_REVOKED, rows[i].found);
        if ((window.reason == WINDOW_REVOKED) != rows[i].found)
            fprintf(stderr, "%s\n", rows[i].situation);
        lab_close(&s.lab);
    }
}

/* An order that was known before has one for the same key that ends with it. */
static void the_vendors_name_for_it_counts_more_than_its_key(void)
{
    struct scene s;
    struct vendor_order ours;
    struct renewal_window window;

    scene_open(&s, VENDOR_DIGICERT);
    ours = s.order;
    s.order.id = "0999";
    s.order.order_end_s = LAB_NOW_S + 300 * DAY_S;
    s.known[0].id = "c0";
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s.lab, learn, &s), ERR_OK);
    s.order = ours;
    s.known[0].id = "c1";
    window = ask(&s, true);
    CU_ASSERT_EQUAL(window.reason, WINDOW_RENEWAL);
    lab_close(&s.lab);
}

static void what_the_vendor_will_revoke_is_due_now(void)
{
    struct scene s;
    struct renewal_window window;

    scene_open(&s, VENDOR_DIGICERT);
    s.known[0].revoke_at_s = LAB_NOW_S + 2 * DAY_S;
    window = ask(&s, true);
    CU_ASSERT_EQUAL(window.reason, WINDOW_REVOKED);
    CU_ASSERT(window.start_s < window.end_s && window.end_s <= LAB_NOW_S);
    CU_ASSERT_EQUAL(window.revoked_s, LAB_NOW_S + 2 * DAY_S);
    CU_ASSERT_EQUAL(days_from_now(window.due_s), 50);
    lab_close(&s.lab);

    scene_open(&s, VENDOR_DIGICERT);
    s.known[0].revoked = true;
    window = ask(&s, true);
    CU_ASSERT_EQUAL(window.reason, WINDOW_REVOKED);
    CU_ASSERT_EQUAL(window.revoked_s, 0);
    lab_close(&s.lab);

    scene_open(&s, VENDOR_DIGICERT);
    s.certificate.revoked_s = LAB_NOW_S - DAY_S;
    window = ask(&s, true);
    CU_ASSERT_EQUAL(window.reason, WINDOW_REVOKED);
    CU_ASSERT_EQUAL(window.end_s, LAB_NOW_S - DAY_S);
    lab_close(&s.lab);
}

static void what_the_inventory_does_not_have_is_an_order_of_its_own(void)
{
    struct scene s;
    struct renewal_window window;

    scene_open(&s, VENDOR_DIGICERT);
    window = ask(&s, false);
    CU_ASSERT_EQUAL(window.reason, WINDOW_ORDINARY);
    CU_ASSERT_EQUAL(days_from_now(window.start_s), 50);
    lab_close(&s.lab);

    scene_open(&s, VENDOR_HUAWEI);
    window = ask(&s, false);
    CU_ASSERT_EQUAL(window.reason, WINDOW_RENEWAL);
    CU_ASSERT_EQUAL(days_from_now(window.start_s), 50);
    lab_close(&s.lab);
}

static void at_the_embedded_ca_no_inventory_is_asked(void)
{
    struct scene s;
    struct renewal_window window, alone;

    scene_open(&s, VENDOR_LOCAL);
    s.known[0].revoked = true;
    window = ask(&s, true);
    alone = renewal_window_of(&s.certificate);
    CU_ASSERT_EQUAL(window.start_s, alone.start_s);
    CU_ASSERT_EQUAL(window.end_s, alone.end_s);
    CU_ASSERT_EQUAL(window.reason, WINDOW_ORDINARY);
    lab_close(&s.lab);
}

static const struct test tests[] = {
    {"the RFC's example goes both ways", the_rfcs_example_goes_both_ways},
    {"a certificate without key identifier has no name",
        a_certificate_without_key_identifier_has_no_name},
    {"what is no name is refused", what_is_no_name_is_refused},
    {"a window lies in the last third and ends before the certificate",
        a_window_lies_in_the_last_third_and_ends_before_the_certificate},
    {"holders are spread and each keeps its window", holders_are_spread_and_each_keeps_its_window},
    {"a revoked certificate is due now", a_revoked_certificate_is_due_now},
    {"the order decides where it ends", the_order_decides_where_it_ends},
    {"holders of one order come one after the other",
        holders_of_one_order_come_one_after_the_other},
    {"it is found by its key where the vendor has not named it",
        it_is_found_by_its_key_where_the_vendor_has_not_named_it},
    {"the vendor's name for it counts more than its key",
        the_vendors_name_for_it_counts_more_than_its_key},
    {"what the vendor will revoke is due now", what_the_vendor_will_revoke_is_due_now},
    {"what the inventory does not have is an order of its own",
        what_the_inventory_does_not_have_is_an_order_of_its_own},
    {"at the embedded CA no inventory is asked", at_the_embedded_ca_no_inventory_is_asked},
    {NULL, NULL},
};
extern const struct test_suite suite_renewal;
const struct test_suite suite_renewal = {"renewal", tests};
