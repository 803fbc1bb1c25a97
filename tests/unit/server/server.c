/* The suites of server/. */
#include "tests/unit/test_main.h"

extern const struct test_suite suite_admin;
extern const struct test_suite suite_app;
extern const struct test_suite suite_config;
extern const struct test_suite suite_config_form;
extern const struct test_suite suite_forwarded;
extern const struct test_suite suite_mailcert_letter;
extern const struct test_suite suite_nearest;
extern const struct test_suite suite_routes;
extern const struct test_suite suite_worker;

const struct test_suite *const test_suites[] = {
    &suite_admin,
    &suite_app,
    &suite_config,
    &suite_config_form,
    &suite_forwarded,
    &suite_mailcert_letter,
    &suite_nearest,
    &suite_routes,
    &suite_worker,
    NULL,
};
