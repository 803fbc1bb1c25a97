/* huawei_rig - a simulated Huawei Cloud in memory, whose parts are called directly. */
#ifndef COUNTERSIGN_TESTS_VENDORSIM_HUAWEI_RIG_H
#define COUNTERSIGN_TESTS_VENDORSIM_HUAWEI_RIG_H

#include "tests/vendorsim/huawei_private.h"

struct huawei_rig {
    void *mem;
    struct loop *loop;
    struct huawei hw;
    const json_t *account; /* acme-account */
    bool moved;            /* the clock, as far as it was to go */
};

/* `set`: settings as on the command line, ends with NULL; may be NULL. */
void huawei_rig_open(struct huawei_rig *rig, const char *const *set);
void huawei_rig_close(struct huawei_rig *rig);

/* Moves the virtual clock on. */
void huawei_rig_advance(struct huawei_rig *rig, int64_t seconds);

/* The console's purchase by a JSON text; the first certificate, borrowed, or NULL and *why. */
json_t *huawei_rig_buy(struct huawei_rig *rig, const char *body, struct hw_refusal *why);

#endif
