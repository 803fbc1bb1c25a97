/* rules_local - the embedded CA: it only enrolls, free and at once. Reuse, adoption and `replaces`
 * work as they do in front of any vendor, so that a policy can be tried on it. */
#include "policy/rule.h"

static const struct rule rules[] = {
    {NULL, NULL, NULL, 0, NULL},
};

static bool always(const struct question *q)
{
    (void)q;
    return true;
}

static const struct row rows[] = {
    {"whatever it issued before, the embedded CA issues anew", always, {{ACT_NEW, "no-match"}}},
};

const struct vendor_table table_local = {
    .title = "Embedded CA",
    .can = ACT_BIT(ACT_NEW),
    .free = true,
    .cannot = "the embedded CA only enrolls",
    .rules = rules,
    .rules_len = 0,
    .rows = rows,
    .rows_len = 1,
};
