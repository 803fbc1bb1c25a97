/* The suites of store/. */
#include "tests/unit/test_main.h"

extern const struct test_suite suite_account;
extern const struct test_suite suite_store;

const struct test_suite *const test_suites[] = {
    &suite_account,
    &suite_store,
    NULL,
};
