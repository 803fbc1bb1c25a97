/* Tests of tests/vendorsim/settings. */
#include "tests/unit/test_main.h"

#include "base/mem.h"
#include "tests/vendorsim/settings.h"

static const struct sim_setting list[] = {
    {"approval", SIM_BOOL, "no", ""},
    {"delay_s", SIM_INT, "0", ""},
    {"dcv", SIM_TEXT, "dns", ""},
    {0},
};

struct rig {
    void *mem;
    struct state *state;
    struct settings *settings;
};

static void rig_open(struct rig *rig)
{
    struct err e = {0};

    rig->mem = mem_new(NULL, char);
    rig->state = state_open(rig->mem, NULL, "shop", &e);
    rig->settings = settings_new(rig->mem, list, rig->state);
}

static enum err_code set_all(struct rig *rig, const char *text)
{
    json_t *object = json_loads(text, 0, NULL);
    struct err e = {0};
    enum err_code code = settings_set_all(rig->settings, object, &e);

    json_decref(object);
    return code;
}

static void settings_have_defaults_and_are_set(void)
{
    struct rig rig;
    struct err e = {0};
    json_t *shown;

    rig_open(&rig);
    CU_ASSERT_STRING_EQUAL(settings_get(rig.settings, "approval"), "no");
    CU_ASSERT_EQUAL(settings_set_pair(rig.settings, "approval=yes", &e), ERR_OK);
    CU_ASSERT_EQUAL(settings_set_pair(rig.settings, "dcv=a=b", &e), ERR_OK);
    CU_ASSERT_EQUAL(set_all(&rig, "{\"approval\": true, \"delay_s\": -5}"), ERR_OK);
    CU_ASSERT_STRING_EQUAL(settings_get(rig.settings, "approval"), "yes");
    CU_ASSERT_STRING_EQUAL(settings_get(rig.settings, "delay_s"), "-5");
    CU_ASSERT_STRING_EQUAL(settings_get(rig.settings, "dcv"), "a=b");
    shown = settings_json(rig.settings);
    CU_ASSERT(json_is_true(json_object_get(shown, "approval")));
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(shown, "delay_s")), -5);
    json_decref(shown);
    rig.settings = settings_new(rig.mem, list, rig.state); /* another process with that state */
    CU_ASSERT_STRING_EQUAL(settings_get(rig.settings, "delay_s"), "-5");
    mem_free(rig.mem);
}

static void wrong_ones_are_refused(void)
{
    struct rig rig;
    struct err e = {0};

    rig_open(&rig);
    CU_ASSERT_EQUAL(settings_set_pair(rig.settings, "approval", &e), ERR_INPUT);
    CU_ASSERT_EQUAL(settings_set_pair(rig.settings, "approval=maybe", &e), ERR_INPUT);
    CU_ASSERT_EQUAL(settings_set_pair(rig.settings, "delay_s=", &e), ERR_INPUT);
    CU_ASSERT_EQUAL(settings_set_pair(rig.settings, "delay_s=5s", &e), ERR_INPUT);
    CU_ASSERT_EQUAL(settings_set_pair(rig.settings, "aproval=yes", &e), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(set_all(&rig, "[]"), ERR_INPUT);
    CU_ASSERT_EQUAL(set_all(&rig, "{\"delay_s\": 1.5}"), ERR_INPUT);
    CU_ASSERT_EQUAL(set_all(&rig, "{\"delay_s\": true}"), ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(settings_get(rig.settings, "approval"), "no");
    mem_free(rig.mem);
}

static const struct test tests[] = {
    {"settings have defaults and are set", settings_have_defaults_and_are_set},
    {"wrong ones are refused", wrong_ones_are_refused},
    {NULL, NULL},
};
extern const struct test_suite suite_settings;
const struct test_suite suite_settings = {"settings", tests};
