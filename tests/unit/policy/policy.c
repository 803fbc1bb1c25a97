/* The suites of policy/. */
#include "tests/unit/test_main.h"

extern const struct test_suite suite_decide;
extern const struct test_suite suite_decision_json;
extern const struct test_suite suite_digicert;
extern const struct test_suite suite_digicert_list;
extern const struct test_suite suite_digicert_validate;
extern const struct test_suite suite_facts_json;
extern const struct test_suite suite_facts_out;
extern const struct test_suite suite_huawei;
extern const struct test_suite suite_huawei_sign;
extern const struct test_suite suite_invariants;
extern const struct test_suite suite_inventory_csv;
extern const struct test_suite suite_local_ca;
extern const struct test_suite suite_tencent_record;
extern const struct test_suite suite_tencent_sign;
extern const struct test_suite suite_vendor_chain;
extern const struct test_suite suite_vendor_json;
extern const struct test_suite suite_vendor_limit;
extern const struct test_suite suite_window;

const struct test_suite *const test_suites[] = {
    &suite_decide,
    &suite_decision_json,
    &suite_digicert,
    &suite_digicert_list,
    &suite_digicert_validate,
    &suite_facts_json,
    &suite_facts_out,
    &suite_huawei,
    &suite_huawei_sign,
    &suite_invariants,
    &suite_inventory_csv,
    &suite_local_ca,
    &suite_tencent_record,
    &suite_tencent_sign,
    &suite_vendor_chain,
    &suite_vendor_json,
    &suite_vendor_limit,
    &suite_window,
    NULL,
};
