/* Tests of policy_decide over all of an abstract state space, and over inventories made up at
 * random: what must hold whatever the facts are. */
#include "tests/unit/test_main.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "policy/inventory.h"
#include "policy/names.h"
#include "policy/policy.h"

#define NOW          INT64_C(1795219200) /* 2026-11-21 */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One point of the space; each member counts up to the number beside it. */
struct point {
    unsigned vendor;     /* VENDORS */
    unsigned level;      /* DV, OV */
    unsigned standing;   /* issued, pending, canceled, prepaid */
    unsigned age;        /* ages */
    unsigned in_process; /* processes */
    unsigned same_key;   /* 2 */
    unsigned holder;     /* the requester, another account, nobody in ACME */
    unsigned names;      /* name_sets: of the order; the request asks for the first */
    unsigned replaces;   /* 2 */
    unsigned free;       /* 2 */
    unsigned renewed;    /* 2 */
    unsigned outright;   /* none, enroll, reissue, duplicate, renew */
    unsigned same_holder, additional_holder, when_closed; /* their values but "unsaid" */
    unsigned destructive, extend, mode;
    unsigned acts;  /* bindings */
    unsigned spent; /* 2: the budget */
};

/* Days since the first issue, left of the certificate, left of the order. */
static const struct {
    int first, certificate_left, order_left;
} ages[] = {{2, 197, 363}, {100, 99, 265}, {180, 19, 25}, {360, 4, 5}};

static const struct {
    enum act act;
    const char *spki, *account;
} processes[] = {{ACT_NONE, NULL, NULL}, {ACT_REISSUE, "k-mine", "me"},
    {ACT_REISSUE, "k-other", "other"}, {ACT_DUPLICATE, "k-other", "other"},
    {ACT_NEW, "k-other", "other"}, {ACT_RENEW, "k-other", "other"}};

static const char *const name_sets[][2] = {{"*.example.com", "www.example.com"},
    {"*.example.com", NULL}, {"www.example.com", NULL}, {"www.example.com", "old.example.com"}};
static const char *const mail_sets[][2] = {{"ada@example.com", "bea@example.com"},
    {"ada@example.com", NULL}, {"bea@example.com", NULL}, {"bea@example.com", "old@example.com"}};

static const unsigned bindings[] = {
    0, ACT_BIT(ACT_REISSUE) | ACT_BIT(ACT_DUPLICATE) | ACT_BIT(ACT_RENEW), ACT_BIT(ACT_NEW)};

#define ORDERS_MAX 4

/* The facts of a point, in place. */
struct scene {
    void *mem;
    struct facts facts;
    struct identifier asked[2], ordered[ORDERS_MAX][2];
    struct vendor_order orders[ORDERS_MAX];
    struct vendor_certificate certificates[ORDERS_MAX];
    struct vendor_action actions[ORDERS_MAX];
    int64_t spent_s;
    struct decision decision;
};

static void set_names(
    struct identifiers *names, struct identifier *list, const struct point *p, unsigned set)
{
    bool mail = p->vendor == VENDOR_DIGICERT_CLIENT;

    names->list = list;
    names->len = 0;
    for (unsigned i = 0; i < 2; i++) {
        const char *value = mail ? mail_sets[set][i] : name_sets[set][i];

        if (value != NULL)
            list[names->len++] =
                (struct identifier){mail ? IDENTIFIER_EMAIL : IDENTIFIER_DNS, value};
    }
    names_sort(names);
}

static enum level level_of(const struct point *p)
{
    if (p->vendor == VENDOR_DIGICERT_CLIENT)
        return LEVEL_CLIENT;
    return p->level == 0 ? LEVEL_DV : LEVEL_OV;
}

static void set_order(struct scene *s, unsigned i, const struct point *p)
{
    static const char *const ids[ORDERS_MAX] = {"o1", "o2", "o3", "o4"};
    static const char *const certificates[ORDERS_MAX] = {"c1", "c2", "c3", "c4"};
    static const char *const holders[] = {"me", "other", NULL};
    static const enum standing standings[] = {
        STANDING_ISSUED, STANDING_PENDING, STANDING_CANCELED, STANDING_PREPAID};
    struct vendor_order *o = &s->orders[i];

    s->certificates[i] = (struct vendor_certificate){.id = certificates[i],
        .spki = p->same_key ? "k-mine" : "k-old",
        .holder = holders[p->holder],
        .not_before_s = NOW - ages[p->age].first * DAY_S,
        .not_after_s = NOW + ages[p->age].certificate_left * DAY_S};
    s->actions[i] = (struct vendor_action){.act = processes[p->in_process].act,
        .spki = processes[p->in_process].spki,
        .account = processes[p->in_process].account};
    *o = (struct vendor_order){.id = ids[i],
        .tenant = "web",
        .brand = "geotrust",
        .level = level_of(p),
        .free = p->free,
        .standing = standings[p->standing],
        .first_issued_s = NOW - ages[p->age].first * DAY_S,
        .order_end_s = NOW + ages[p->age].order_left * DAY_S,
        .renewed = p->renewed,
        .in_process = &s->actions[i],
        .in_process_len = s->actions[i].act != ACT_NONE,
        .certificates = &s->certificates[i],
        .certificates_len = standings[p->standing] == STANDING_ISSUED ||
                            standings[p->standing] == STANDING_CANCELED};
    if (p->standing == 3)
        o->in_process_len = 0;
    set_names(&o->names, s->ordered[i], p, p->names);
    if (p->standing == 3)
        o->names.len = 0;
}

static void set_request(struct scene *s, const struct point *p)
{
    struct request *r = &s->facts.request;

    *r = (struct request){.tenant = "web",
        .account = "me",
        .spki = "k-mine",
        .key_algorithm = "RSA",
        .key_size = 2048,
        .outright = (enum act)p->outright,
        .replaces = p->replaces ? "c1" : NULL,
        .binding = {.acts = bindings[p->acts], .budget = {-1, 0}}};
    set_names(&r->names, s->asked, p, 0);
}

static void set_preferences(struct scene *s, const struct point *p)
{
    static const enum holder_choice same[] = {CHOICE_REISSUE, CHOICE_RENEW, CHOICE_NEW};
    static const enum holder_choice additional[] = {
        CHOICE_UNSAID, CHOICE_REISSUE, CHOICE_NEW, CHOICE_DENY};
    struct preferences *w = &s->facts.preferences;

    preferences_init(w);
    w->same_holder = same[p->same_holder];
    w->additional_holder = additional[p->additional_holder];
    w->when_closed = (enum when_closed)(CLOSED_WAIT + p->when_closed);
    w->allow_destructive = p->destructive;
    w->extend_orders = p->extend;
    w->reissue_mode = (enum reissue_mode)(MODE_DENY + p->mode);
    w->budget.new_orders = 1;
    preferences_complete((enum vendor)p->vendor, w);
}

static void set_scene(struct scene *s, const struct point *points, unsigned orders)
{
    const struct point *p = &points[0];

    s->facts = (struct facts){.now_s = NOW,
        .vendor = (enum vendor)p->vendor,
        .profile = {.brand = "geotrust", .level = level_of(p)}};
    s->spent_s = NOW - DAY_S;
    s->facts.spent.upstream_s = &s->spent_s;
    s->facts.spent.upstream_len = p->spent;
    set_preferences(s, p);
    set_request(s, p);
    for (unsigned i = 0; i < orders; i++)
        set_order(s, i, &points[i]);
    s->facts.inventory = inventory_new(s->mem, s->orders, orders, NULL);
}

/* What must hold. */

static const char *violated;
#define HOLDS(condition)                                                                           \
    do {                                                                                           \
        if (!(condition) && violated == NULL)                                                      \
            violated = #condition;                                                                 \
    } while (0)

static const struct vendor_order *target_of(const struct scene *s)
{
    return s->decision.target == NULL ? NULL
                                      : inventory_by_id(s->facts.inventory, s->decision.target);
}

/* The outcome has the form of its kind, and explains itself. */
static void check_form(const struct scene *s)
{
    const struct decision *d = &s->decision;
    bool explained = false, refused = d->outcome >= OUTCOME_WAIT;

    for (size_t i = 0; i < d->trace_len; i++) {
        explained |= strcmp(d->trace[i].rule, d->rule) == 0;
        HOLDS(d->trace[i].answer == ANSWER_SILENT || d->trace[i].because[0] != '\0');
    }
    HOLDS(explained);
    HOLDS(d->because[0] != '\0');
    HOLDS(refused == (d->problem != NULL));
    HOLDS(refused == (d->detail != NULL));
    HOLDS(!refused || d->target == NULL);
    HOLDS(!refused || strstr(d->detail, "; ") != NULL); /* what a person can do */
    HOLDS((d->outcome == OUTCOME_REUSE) == (d->certificate != NULL));
    HOLDS(refused || d->outcome == OUTCOME_NEW || target_of(s) != NULL);
    HOLDS(d->outcome != OUTCOME_WAIT || (d->retry_at_s == 0) == (d->problem[0] == 'u'));
    HOLDS(d->retry_at_s == 0 || d->retry_at_s > s->facts.now_s);
}

/* Money: only what buys costs; never beyond the budget, nor for a key without enroll. */
static void check_money(const struct scene *s)
{
    const struct decision *d = &s->decision;
    const struct vendor_order *target = target_of(s);
    unsigned acts = s->facts.request.binding.acts;
    bool slot = d->outcome == OUTCOME_NEW && target != NULL;

    HOLDS(d->effects.cost != COST_BILLABLE || s->facts.spent.upstream_len == 0);
    HOLDS(d->effects.cost == COST_FREE || acts == 0 || (acts & ACT_BIT(ACT_NEW)) != 0);
    HOLDS((d->effects.cost == COST_PREPAID) == slot);
    HOLDS(!slot || target->standing == STANDING_PREPAID);
    if (s->facts.vendor == VENDOR_LOCAL)
        HOLDS(d->effects.cost == COST_FREE);
    else if ((d->outcome == OUTCOME_NEW && !slot) || d->outcome == OUTCOME_RENEW)
        HOLDS(d->effects.cost == COST_BILLABLE);
    else if (d->outcome != OUTCOME_REISSUE && !slot)
        HOLDS(d->effects.cost == COST_FREE);
}

/* A wish is fulfilled or refused, never turned into something else. */
static void check_wish(const struct scene *s)
{
    static const enum outcome wished[] = {[ACT_NEW] = OUTCOME_NEW,
        [ACT_REISSUE] = OUTCOME_REISSUE,
        [ACT_DUPLICATE] = OUTCOME_DUPLICATE,
        [ACT_RENEW] = OUTCOME_RENEW};
    enum act act = s->facts.request.outright;
    enum outcome outcome = s->decision.outcome;

    HOLDS(act == ACT_NONE || outcome == wished[act] || outcome == OUTCOME_ADOPT ||
          outcome >= OUTCOME_WAIT);
}

/* Nobody's living certificate dies by another's order. */
static void check_harm(const struct scene *s)
{
    const struct facts *facts = &s->facts;
    const struct effects *effects = &s->decision.effects;
    const struct vendor_order *target = target_of(s);

    HOLDS(effects->revokes_len == 0 || s->decision.outcome == OUTCOME_REISSUE);
    if (facts->preferences.allow_destructive || s->decision.outcome != OUTCOME_REISSUE)
        return;
    HOLDS(names_contain(&facts->request.names, &target->names));
    for (size_t i = 0; i < effects->revokes_len; i++) {
        const struct loss *loss = &effects->revokes[i];
        bool named = facts->request.replaces != NULL &&
                     strcmp(loss->certificate, facts->request.replaces) == 0 &&
                     loss->holder == NULL;

        HOLDS(named || (loss->holder != NULL && strcmp(loss->holder, "me") == 0));
    }
}

/* The vendor's sentences, once more and by themselves. */
static void check_vendor(const struct scene *s)
{
    const struct facts *facts = &s->facts;
    const struct vendor_order *o = target_of(s);
    enum outcome outcome = s->decision.outcome;
    bool equal, acts = outcome >= OUTCOME_DUPLICATE && outcome <= OUTCOME_RENEW;

    if (!acts)
        return;
    equal = names_equal(&o->names, &facts->request.names);
    HOLDS(o->standing == STANDING_ISSUED); /* nothing is done under what is pending or over */
    HOLDS(facts->vendor != VENDOR_LOCAL);
    for (size_t i = 0; i < o->in_process_len; i++)
        HOLDS(o->in_process[i].act == ACT_DUPLICATE || o->in_process[i].act == ACT_RENEW);
    HOLDS(outcome != OUTCOME_RENEW || !o->renewed);
    if (outcome == OUTCOME_DUPLICATE)
        HOLDS(facts->vendor == VENDOR_DIGICERT && o->level != LEVEL_DV);
    if (facts->vendor == VENDOR_TENCENT && outcome == OUTCOME_REISSUE)
        HOLDS(equal && !o->free && o->certificates[0].not_after_s - NOW > 30 * DAY_S);
    if (facts->vendor == VENDOR_TENCENT && outcome == OUTCOME_RENEW)
        HOLDS(!o->free && o->certificates[0].not_after_s - NOW <= 30 * DAY_S);
    if (facts->vendor == VENDOR_HUAWEI && outcome == OUTCOME_REISSUE)
        HOLDS(facts->preferences.reissue_mode == MODE_CONSOLE && !o->free &&
              NOW - o->first_issued_s <= 25 * DAY_S && o->names.len == 1);
    if (facts->vendor == VENDOR_HUAWEI && outcome == OUTCOME_RENEW)
        HOLDS(facts->request.outright == ACT_RENEW);
    if (facts->vendor == VENDOR_DIGICERT && outcome == OUTCOME_RENEW)
        HOLDS(o->order_end_s - NOW <= 90 * DAY_S);
}

/* What is here is not bought. */
static void check_thrift(const struct scene *s, unsigned orders)
{
    const struct request *r = &s->facts.request;
    bool came_in =
        s->decision.problem == NULL || strcmp(s->decision.problem, "rejectedIdentifier") != 0;

    for (unsigned i = 0; came_in && i < orders && r->outright == ACT_NONE; i++) {
        const struct vendor_order *o = &s->orders[i];
        const struct vendor_certificate *c = &s->certificates[i];
        bool matches = o->standing != STANDING_CANCELED && o->standing != STANDING_PREPAID &&
                       o->level == s->facts.profile.level && names_equal(&o->names, &r->names);
        int64_t life_s = c->not_after_s - c->not_before_s;

        if (matches && o->certificates_len > 0 && strcmp(c->spki, r->spki) == 0 &&
            c->holder != NULL && strcmp(c->holder, r->account) == 0 &&
            2 * (c->not_after_s - NOW) > life_s &&
            (r->replaces == NULL || strcmp(r->replaces, c->id) != 0))
            HOLDS(s->decision.outcome == OUTCOME_REUSE);
        if (matches && o->in_process_len > 0 && strcmp(o->in_process[0].spki, r->spki) == 0)
            HOLDS(s->decision.outcome == OUTCOME_REUSE || s->decision.outcome == OUTCOME_ADOPT);
    }
}

static void report(const struct scene *s, const struct point *p)
{
    fprintf(stderr,
        "%s: %s by %s: %s (vendor %u level %u standing %u age %u process %u key %u holder %u names "
        "%u replaces %u free %u renewed %u outright %u same %u additional %u closed %u destructive "
        "%u extend %u mode %u acts %u spent %u)\n",
        violated, outcome_words[s->decision.outcome], s->decision.rule, s->decision.because,
        p->vendor, p->level, p->standing, p->age, p->in_process, p->same_key, p->holder, p->names,
        p->replaces, p->free, p->renewed, p->outright, p->same_holder, p->additional_holder,
        p->when_closed, p->destructive, p->extend, p->mode, p->acts, p->spent);
    CU_FAIL("an invariant does not hold");
}

/* False once something does not hold. */
static bool check(struct scene *s, const struct point *points, unsigned orders)
{
    violated = NULL;
    mem_free(s->mem);
    s->mem = mem_pool(NULL, 16384);
    set_scene(s, points, orders);
    policy_decide(s->mem, &s->facts, &s->decision);
    check_form(s);
    check_money(s);
    check_wish(s);
    check_harm(s);
    check_vendor(s);
    check_thrift(s, orders);
    if (violated != NULL)
        report(s, &points[0]);
    return violated == NULL;
}

/* The whole space: every order that there may be, and every preference that has a say in it. */

struct dimension {
    size_t offset;
    unsigned values;
};
#define DIMENSION(member, values)                                                                  \
    {                                                                                              \
        offsetof(struct point, member), (values)                                                   \
    }

static const struct dimension of_the_order[] = {DIMENSION(level, 2), DIMENSION(standing, 4),
    DIMENSION(age, COUNT(ages)), DIMENSION(in_process, COUNT(processes)), DIMENSION(same_key, 2),
    DIMENSION(holder, 3), DIMENSION(names, COUNT(name_sets))};
static const struct dimension of_preferences[] = {DIMENSION(same_holder, 3),
    DIMENSION(additional_holder, 4), DIMENSION(when_closed, 4), DIMENSION(destructive, 2)};
static const struct dimension of_the_request[] = {DIMENSION(replaces, 2), DIMENSION(free, 2),
    DIMENSION(renewed, 2), DIMENSION(destructive, 2), DIMENSION(extend, 2), DIMENSION(acts, 3)};
static const struct dimension of_wishes[] = {DIMENSION(outright, 5), DIMENSION(replaces, 2),
    DIMENSION(destructive, 2), DIMENSION(extend, 2), DIMENSION(spent, 2)};

/* The next point along these dimensions; false after the last. */
static bool next(struct point *p, const struct dimension *dimensions, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned *value = (unsigned *)((char *)p + dimensions[i].offset);

        if (++*value < dimensions[i].values)
            return true;
        *value = 0;
    }
    return false;
}

/* An order without certificates has no age, key or holder; one that is over or empty has nothing in
 * process either. */
static bool is_said_before(const struct point *p)
{
    bool no_certificate = p->standing > 0, idle = p->standing > 1;

    return (no_certificate && (p->age > 0 || p->same_key > 0 || p->holder > 0)) ||
           (idle && p->in_process > 0);
}

/* Every order, with every combination of these dimensions, at every vendor. The number of points.
 */
static unsigned long walk(const struct dimension *others, size_t others_len)
{
    struct scene scene = {0};
    unsigned long points = 0;

    for (unsigned vendor = 0; vendor < VENDORS; vendor++) {
        unsigned modes = vendor == VENDOR_HUAWEI ? 3 : 1;

        for (unsigned mode = 0; mode < modes; mode++) {
            struct point p = {.vendor = vendor, .mode = mode};

            do {
                if (is_said_before(&p))
                    continue;
                do {
                    points++;
                    if (!check(&scene, &p, 1)) {
                        mem_free(scene.mem);
                        return points;
                    }
                } while (next(&p, others, others_len));
            } while (next(&p, of_the_order, COUNT(of_the_order)));
        }
    }
    mem_free(scene.mem);
    return points;
}

/* Issued with everything, pending with what is in process, over, empty; by level and names. */
#define ORDERS (2UL * 4 * (4 * 6 * 2 * 3 + 6 + 1 + 1))

static void every_order_with_every_preference(void)
{
    CU_ASSERT_EQUAL(walk(of_preferences, COUNT(of_preferences)), 7UL * ORDERS * 96);
}

static void every_order_with_every_request(void)
{
    CU_ASSERT_EQUAL(walk(of_the_request, COUNT(of_the_request)), 7UL * ORDERS * 96);
}

static void every_order_with_every_wish(void)
{
    CU_ASSERT_EQUAL(walk(of_wishes, COUNT(of_wishes)), 7UL * ORDERS * 80);
}

/* Random inventories. */

static uint64_t random_state;

static unsigned roll(unsigned values)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)((random_state >> 20) % values);
}

static struct point random_point(void)
{
    struct point p = {.vendor = roll(VENDORS),
        .outright = roll(2) ? 0 : roll(5),
        .same_holder = roll(3),
        .additional_holder = roll(4),
        .when_closed = roll(4),
        .destructive = roll(2),
        .extend = roll(2),
        .mode = roll(3),
        .acts = roll(3),
        .spent = roll(2),
        .replaces = roll(2)};

    return p;
}

static void fill_order(struct point *p)
{
    p->level = roll(2);
    p->standing = roll(8) > 3 ? 0 : roll(4);
    p->age = roll(COUNT(ages));
    p->in_process = roll(2) ? 0 : roll(COUNT(processes));
    p->same_key = roll(2);
    p->holder = roll(3);
    p->names = roll(2) ? 0 : roll(COUNT(name_sets));
    p->free = roll(8) == 0;
    p->renewed = roll(4) == 0;
}

static void inventories_at_random(void)
{
    struct scene scene = {0};

    random_state = 88172645463325252;
    for (int i = 0; i < 300000; i++) {
        struct point points[ORDERS_MAX];

        points[0] = random_point();
        for (unsigned j = 0; j < ORDERS_MAX; j++) {
            points[j].vendor = points[0].vendor;
            fill_order(&points[j]);
        }
        if (!check(&scene, points, 1 + roll(ORDERS_MAX)))
            break;
    }
    mem_free(scene.mem);
}

/* The same facts, the same decision, whatever else is in memory; and in whatever order the
 * inventory has the orders, if none are equal. */
static void the_same_facts_have_the_same_decision(void)
{
    struct scene a = {0}, b = {0};

    random_state = 362436069;
    for (int i = 0; i < 20000; i++) {
        struct point points[2];

        points[0] = random_point();
        points[1].vendor = points[0].vendor;
        fill_order(&points[0]);
        fill_order(&points[1]);
        if (!check(&a, points, 2) || !check(&b, points, 2))
            break;
        CU_ASSERT_EQUAL(a.decision.outcome, b.decision.outcome);
        CU_ASSERT_STRING_EQUAL(a.decision.rule, b.decision.rule);
        CU_ASSERT_EQUAL(a.decision.trace_len, b.decision.trace_len);
        CU_ASSERT(a.decision.target == b.decision.target);
    }
    mem_free(a.mem);
    mem_free(b.mem);
}

/* Monotony. */

static bool is_allowed(enum outcome outcome, unsigned acts, const struct effects *effects)
{
    static const enum act acts_of[] = {[OUTCOME_DUPLICATE] = ACT_DUPLICATE,
        [OUTCOME_REISSUE] = ACT_REISSUE,
        [OUTCOME_RENEW] = ACT_RENEW,
        [OUTCOME_NEW] = ACT_NEW};

    if (outcome < OUTCOME_DUPLICATE)
        return true;
    return outcome < OUTCOME_WAIT && (acts & ACT_BIT(acts_of[outcome])) != 0 &&
           (effects->cost == COST_FREE || (acts & ACT_BIT(ACT_NEW)) != 0);
}

static void a_binding_only_takes_away(void)
{
    struct scene free = {0}, bound = {0};

    random_state = 521288629;
    for (int i = 0; i < 100000; i++) {
        struct point p = random_point();

        p.acts = 0;
        fill_order(&p);
        if (!check(&free, &p, 1))
            break;
        p.acts = 1 + roll(2);
        if (!check(&bound, &p, 1))
            break;
        if (is_allowed(free.decision.outcome, bindings[p.acts], &free.decision.effects))
            CU_ASSERT_EQUAL(free.decision.outcome, bound.decision.outcome);
        if (!is_allowed(free.decision.outcome, bindings[p.acts], &free.decision.effects) &&
            bound.decision.outcome < OUTCOME_WAIT)
            CU_ASSERT_EQUAL(bound.decision.effects.cost, COST_FREE);
    }
    mem_free(free.mem);
    mem_free(bound.mem);
}

static void a_spent_budget_only_stops_what_is_billable(void)
{
    struct scene rich = {0}, poor = {0};

    random_state = 5783321;
    for (int i = 0; i < 100000; i++) {
        struct point p = random_point();

        p.spent = 0;
        fill_order(&p);
        if (!check(&rich, &p, 1))
            break;
        p.spent = 1;
        if (!check(&poor, &p, 1))
            break;
        CU_ASSERT(rich.decision.effects.cost == COST_BILLABLE
                      ? strcmp(poor.decision.rule, "budget") == 0
                      : rich.decision.outcome == poor.decision.outcome);
    }
    mem_free(rich.mem);
    mem_free(poor.mem);
}

static const struct test tests[] = {
    {"every order with every preference", every_order_with_every_preference},
    {"every order with every request", every_order_with_every_request},
    {"every order with every wish", every_order_with_every_wish},
    {"inventories at random", inventories_at_random},
    {"the same facts have the same decision", the_same_facts_have_the_same_decision},
    {"a binding only takes away", a_binding_only_takes_away},
    {"a spent budget only stops what is billable", a_spent_budget_only_stops_what_is_billable},
    {NULL, NULL},
};
extern const struct test_suite suite_invariants;
const struct test_suite suite_invariants = {"invariants", tests};
