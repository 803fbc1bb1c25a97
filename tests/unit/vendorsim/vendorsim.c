/* The suites of tests/vendorsim. */
#include "tests/unit/test_main.h"

extern const struct test_suite suite_ca;
extern const struct test_suite suite_calls;
extern const struct test_suite suite_csr;
extern const struct test_suite suite_dcv;
extern const struct test_suite suite_digicert_row;
extern const struct test_suite suite_faults;
extern const struct test_suite suite_huawei_certificate;
extern const struct test_suite suite_huawei_form;
extern const struct test_suite suite_huawei_order;
extern const struct test_suite suite_huawei_sign;
extern const struct test_suite suite_names;
extern const struct test_suite suite_path;
extern const struct test_suite suite_rate;
extern const struct test_suite suite_settings;
extern const struct test_suite suite_sim;
extern const struct test_suite suite_state;
extern const struct test_suite suite_tencent_fields;
extern const struct test_suite suite_tencent_product;
extern const struct test_suite suite_tencent_reissue;
extern const struct test_suite suite_tencent_rules;
extern const struct test_suite suite_tencent_sign;
extern const struct test_suite suite_timeline;

const struct test_suite *const test_suites[] = {
    &suite_ca,
    &suite_calls,
    &suite_csr,
    &suite_dcv,
    &suite_digicert_row,
    &suite_faults,
    &suite_huawei_certificate,
    &suite_huawei_form,
    &suite_huawei_order,
    &suite_huawei_sign,
    &suite_names,
    &suite_path,
    &suite_rate,
    &suite_settings,
    &suite_sim,
    &suite_state,
    &suite_tencent_fields,
    &suite_tencent_product,
    &suite_tencent_reissue,
    &suite_tencent_rules,
    &suite_tencent_sign,
    &suite_timeline,
    NULL,
};
