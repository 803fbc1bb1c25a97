/* budget - see budget.h. */
#include "policy/budget.h"

#include <stdlib.h>

#include "base/mem.h"

static int compare_times(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

/* Is another one within the budget? If not, *frees_s says from when one is; 0: never. A time that
 * is exactly a period ago counts no more. */
static bool is_within_budget(struct thought *t, const struct budget *budget, const int64_t *spent_s,
    size_t spent_len, int64_t *frees_s)
{
    int64_t *counted = mem_new_array(t->mem, int64_t, spent_len + 1);
    size_t len = 0, most = budget->new_orders < 0 ? 0 : (size_t)budget->new_orders;

    *frees_s = 0;
    if (budget->new_orders < 0)
        return true;
    for (size_t i = 0; i < spent_len; i++)
        if (t->facts->now_s - spent_s[i] < budget->period_s)
            counted[len++] = spent_s[i];
    if (len < most)
        return true;
    qsort(counted, len, sizeof counted[0], compare_times);
    if (most > 0)
        *frees_s = counted[len - most] + budget->period_s;
    return false;
}

bool over_budget(struct thought *t, const struct vendor_order *about)
{
    const struct facts *facts = t->facts;
    const struct budget *own = &facts->request.binding.budget;
    int64_t upstream_s, tenant_s;
    bool upstream = is_within_budget(t, &facts->preferences.budget, facts->spent.upstream_s,
        facts->spent.upstream_len, &upstream_s);
    bool tenant = is_within_budget(t, own->new_orders < 0 ? &facts->preferences.budget : own,
        facts->spent.tenant_s, facts->spent.tenant_len, &tenant_s);
    struct question q = thought_question(t, NULL, ACT_NONE);
    const char *whose = upstream ? "tenant's" : "upstream's";
    bool never = (!upstream && upstream_s == 0) || (!tenant && tenant_s == 0);

    if (upstream && tenant) {
        thought_note(t, about, "budget", ANSWER_PASS, "billable, and within the budget");
        return false;
    }
    if (never)
        return thought_deny(t, about, "budget", "rateLimited",
            text_of(&q, "the %s budget allows no billable action", whose),
            "raise new_orders, or pay at the vendor's portal");
    t->out->retry_at_s = upstream_s > tenant_s ? upstream_s : tenant_s;
    return thought_deny(t, about, "budget", "rateLimited",
        text_of(&q, "the %s budget of billable actions is spent until %s", whose,
            day(&q, t->out->retry_at_s)),
        "ask again then, or raise new_orders");
}
