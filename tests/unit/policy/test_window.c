/* Tests of policy/window: when each vendor's certificates are to be renewed (ARI). */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/mem.h"
#include "policy/window.h"

#define NOW         INT64_C(1795219200) /* 2026-11-21 */
#define HOLDERS_MAX 100

struct setting {
    struct facts facts;
    struct vendor_order order;
    struct vendor_certificate certificates[HOLDERS_MAX];
    char ids[HOLDERS_MAX][24];
    struct identifier name;
};

/* A certificate that began and ends so many days from now, under an order of which both are known.
 */
static void set_up(struct setting *s, enum vendor vendor, int began, int ends, int order_ends)
{
    *s = (struct setting){.facts = {.now_s = NOW, .vendor = vendor}};
    s->name = (struct identifier){IDENTIFIER_DNS, "www.example.com"};
    preferences_init(&s->facts.preferences);
    s->certificates[0] = (struct vendor_certificate){
        .id = "c1", .not_before_s = NOW + began * DAY_S, .not_after_s = NOW + ends * DAY_S};
    s->order = (struct vendor_order){.id = "o1",
        .brand = "geotrust",
        .names = {&s->name, 1},
        .first_issued_s = NOW + began * DAY_S,
        .order_end_s = NOW + order_ends * DAY_S,
        .certificates = s->certificates,
        .certificates_len = 1};
}

static struct window of(const struct setting *s)
{
    return window_of(&s->facts, &s->order, &s->certificates[0]);
}

static void each_vendor_has_its_own(void)
{
    static const struct {
        const char *situation;
        enum vendor vendor;
        int began, ends, order_ends; /* days from now */
        int start, end;              /* likewise */
        enum window_reason reason;
    } rows[] = {
        {"embedded CA: a third of the life before the end", VENDOR_LOCAL, -30, 60, 60, 30, 45,
            WINDOW_ORDINARY},
        {"DigiCert: the order goes on", VENDOR_DIGICERT, -18, 180, 400, 114, 147, WINDOW_ORDINARY},
        {"DigiCert: the order ends with the certificate", VENDOR_DIGICERT, -18, 180, 180, 150, 170,
            WINDOW_RENEWAL},
        {"DigiCert: the order ends a day later, as days are written", VENDOR_DIGICERT, -18, 180,
            181, 151, 171, WINDOW_RENEWAL},
        {"DigiCert client: likewise", VENDOR_DIGICERT_CLIENT, -18, 180, 180, 150, 170,
            WINDOW_RENEWAL},
        {"Tencent: it ends before the last 30 days begin", VENDOR_TENCENT, 0, 192, 192, 144, 160,
            WINDOW_BEFORE_CLOSING},
        {"Tencent: too short to be reissued ever", VENDOR_TENCENT, 0, 30, 30, 20, 25,
            WINDOW_ORDINARY},
        {"Huawei: in the last 30 days", VENDOR_HUAWEI, -5, 360, 360, 330, 345, WINDOW_RENEWAL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct setting s;
        struct window w;

        set_up(&s, rows[i].vendor, rows[i].began, rows[i].ends, rows[i].order_ends);
        w = of(&s);
        CU_ASSERT_EQUAL(w.start_s, NOW + rows[i].start * DAY_S);
        CU_ASSERT_EQUAL(w.end_s, NOW + rows[i].end * DAY_S);
        CU_ASSERT_EQUAL(w.reason, rows[i].reason);
        if (w.start_s != NOW + rows[i].start * DAY_S || w.end_s != NOW + rows[i].end * DAY_S)
            fprintf(stderr, "%s: day %.2f to %.2f\n", rows[i].situation,
                (double)(w.start_s - NOW) / DAY_S, (double)(w.end_s - NOW) / DAY_S);
    }
}

static void in_the_console_huawei_closes_early(void)
{
    struct setting s;
    struct window w;

    set_up(&s, VENDOR_HUAWEI, -5, 360, 360);
    s.facts.preferences.reissue_mode = MODE_CONSOLE;
    w = of(&s);
    CU_ASSERT_EQUAL(w.reason, WINDOW_BEFORE_CLOSING);
    CU_ASSERT_EQUAL(w.start_s, NOW + 10 * DAY_S);
    CU_ASSERT_EQUAL(w.end_s, NOW + 15 * DAY_S);
    s.order.brand = "globalsign"; /* 5 days, and today is the fifth */
    CU_ASSERT_EQUAL(of(&s).reason, WINDOW_RENEWAL);
    s.order.brand = "geotrust";
    s.order.free = true;
    CU_ASSERT_EQUAL(of(&s).reason, WINDOW_RENEWAL);
}

static void preferences_move_the_renewal(void)
{
    struct setting s;

    set_up(&s, VENDOR_DIGICERT, -18, 180, 180);
    s.facts.preferences.renew_before_order_end_s = 60 * DAY_S;
    CU_ASSERT_EQUAL(of(&s).start_s, NOW + 120 * DAY_S);
    s.facts.preferences.renewal_window_s = 45 * DAY_S; /* no earlier than the vendor takes it */
    CU_ASSERT_EQUAL(of(&s).start_s, NOW + 135 * DAY_S);
}

static void what_is_revoked_lies_in_the_past(void)
{
    struct setting s;

    set_up(&s, VENDOR_DIGICERT, -18, 180, 400);
    s.certificates[0].revoke_at_s = NOW + 3 * DAY_S;
    CU_ASSERT_EQUAL(of(&s).reason, WINDOW_REVOKED);
    CU_ASSERT(of(&s).end_s < NOW);
    CU_ASSERT(of(&s).start_s < of(&s).end_s);
    s.certificates[0].revoke_at_s = 0;
    s.certificates[0].revoked = true;
    CU_ASSERT_EQUAL(of(&s).reason, WINDOW_REVOKED);
}

static void add_holders(struct setting *s, size_t holders)
{
    for (size_t i = 0; i < holders; i++) {
        s->certificates[i] = s->certificates[0];
        snprintf(s->ids[i], sizeof s->ids[i], "c%zu", i);
        s->certificates[i].id = s->ids[i];
    }
    s->order.certificates_len = holders;
}

/* Within the whole window, and no two of them overlap. */
static void expect_apart(const struct setting *s, const struct window *whole, size_t holders)
{
    for (size_t i = 0; i < holders; i++) {
        struct window a = window_of(&s->facts, &s->order, &s->certificates[i]);

        CU_ASSERT(a.start_s >= whole->start_s && a.end_s <= whole->end_s && a.start_s < a.end_s);
        for (size_t j = 0; j < i; j++) {
            struct window b = window_of(&s->facts, &s->order, &s->certificates[j]);

            CU_ASSERT(a.end_s <= b.start_s || b.end_s <= a.start_s);
        }
    }
}

static void holders_never_come_at_the_same_moment(void)
{
    static const size_t holders[] = {2, 3, 17, HOLDERS_MAX};

    for (enum vendor vendor = VENDOR_LOCAL; vendor < VENDORS; vendor++)
        for (size_t i = 0; i < sizeof holders / sizeof holders[0]; i++) {
            struct setting s;
            struct window whole;

            set_up(&s, vendor, -18, 180, 180);
            whole = of(&s);
            add_holders(&s, holders[i]);
            expect_apart(&s, &whole, holders[i]);
        }
}

static void a_dead_sibling_takes_no_room(void)
{
    struct setting s;
    struct window alone;

    set_up(&s, VENDOR_DIGICERT, -18, 180, 400);
    alone = of(&s);
    add_holders(&s, 2);
    s.certificates[1].revoked = true;
    CU_ASSERT_EQUAL(of(&s).start_s, alone.start_s);
    CU_ASSERT_EQUAL(of(&s).end_s, alone.end_s);
}

/* At every vendor, for every life from an hour to four years: it begins after the certificate, ends
 * before it, and at Tencent before the reissue closes, where the life is long enough for that. */
static void every_life_has_a_window(void)
{
    for (enum vendor vendor = VENDOR_LOCAL; vendor < VENDORS; vendor++)
        for (int64_t life_s = 2 * 3600; life_s < 4 * 365 * DAY_S; life_s += life_s / 9 + 1) {
            struct setting s;
            struct window w;

            set_up(&s, vendor, 0, 0, 0);
            s.certificates[0].not_after_s = NOW + life_s;
            s.order.order_end_s = NOW + life_s;
            w = of(&s);
            CU_ASSERT(w.start_s >= NOW && w.end_s > w.start_s && w.end_s < NOW + life_s);
            if (vendor == VENDOR_TENCENT && life_s > 60 * DAY_S)
                CU_ASSERT(w.end_s < NOW + life_s - 30 * DAY_S);
        }
}

static const struct test tests[] = {
    {"each vendor has its own", each_vendor_has_its_own},
    {"in the console Huawei closes early", in_the_console_huawei_closes_early},
    {"preferences move the renewal", preferences_move_the_renewal},
    {"what is revoked lies in the past", what_is_revoked_lies_in_the_past},
    {"holders never come at the same moment", holders_never_come_at_the_same_moment},
    {"a dead sibling takes no room", a_dead_sibling_takes_no_room},
    {"every life has a window", every_life_has_a_window},
    {NULL, NULL},
};
extern const struct test_suite suite_window;
const struct test_suite suite_window = {"window", tests};
