/* huawei_rig - see huawei_rig.h. */
#include "tests/unit/vendorsim/huawei_rig.h"

#include "base/mem.h"
#include "tests/unit/test_main.h"
#include "tests/vendorsim/huawei.h"
#include "tests/vendorsim/huawei_console.h"
#include "tests/vendorsim/sim_private.h"

void huawei_rig_open(struct huawei_rig *rig, const char *const *set)
{
    struct sim_options options = {.vendor = &sim_huawei,
        .listen = "127.0.0.1:0",
        .control = "127.0.0.1:0",
        .plain = true,
        .set = set};
    struct err e = {0};
    struct sim *sim;

    *rig = (struct huawei_rig){.mem = mem_new(NULL, char), .loop = loop_new()};
    sim = sim_new(rig->mem, rig->loop, &options, &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(sim);
    rig->hw = (struct huawei){sim, sim_state(sim)};
    rig->account = state_get(rig->hw.state, ACCOUNT, "9a8b7c6d5e4f49e0a1b2c3d4e5f60718");
    CU_ASSERT_PTR_NOT_NULL_FATAL(rig->account);
}

void huawei_rig_close(struct huawei_rig *rig)
{
    mem_free(rig->hw.sim);
    loop_free(rig->loop);
    mem_free(rig->mem);
}

static void on_moved(void *arg, int64_t called)
{
    struct huawei_rig *rig = arg;

    (void)called;
    rig->moved = true;
    loop_stop(rig->loop);
}

void huawei_rig_advance(struct huawei_rig *rig, int64_t seconds)
{
    rig->moved = false;
    CU_ASSERT_FATAL(timeline_advance(rig->hw.sim->timeline, seconds, on_moved, rig));
    while (!rig->moved) /* the CA looks for what is not there */
        loop_run(rig->loop);
}

json_t *huawei_rig_buy(struct huawei_rig *rig, const char *body, struct hw_refusal *why)
{
    json_t *form = json_loads(body, 0, NULL), *answer;
    const char *id;
    json_t *certificate = NULL;

    CU_ASSERT_PTR_NOT_NULL_FATAL(form);
    answer = hw_console_buy(&rig->hw, form, why);
    id = json_string_value(json_array_get(json_object_get(answer, "certificates"), 0));
    if (id != NULL)
        certificate = state_get(rig->hw.state, CERTIFICATE, id);
    json_decref(form);
    json_decref(answer);
    return certificate;
}
