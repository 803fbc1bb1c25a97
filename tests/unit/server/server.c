/* The suites of server/. */
#include "tests/unit/test_main.h"

extern const struct test_suite suite_config, suite_config_form, suite_nearest;

const struct test_suite *const test_suites[] = {
    &suite_config,
    &suite_config_form,
    &suite_nearest,
    NULL,
};
