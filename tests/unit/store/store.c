/* The suites of store/. */
#include "tests/unit/test_main.h"

extern const struct test_suite suite_account;
extern const struct test_suite suite_inventory;
extern const struct test_suite suite_listing;
extern const struct test_suite suite_proof;
extern const struct test_suite suite_statements;
extern const struct test_suite suite_store;
extern const struct test_suite suite_wal_check;

const struct test_suite *const test_suites[] = {
    &suite_account,
    &suite_inventory,
    &suite_listing,
    &suite_proof,
    &suite_statements,
    &suite_store,
    &suite_wal_check,
    NULL,
};
