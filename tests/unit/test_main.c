/* test_main - see test_main.h. */
#include "tests/unit/test_main.h"

#include <stdlib.h>

static void add(const struct test_suite *suite)
{
    CU_pSuite s = CU_add_suite(suite->name, NULL, NULL);

    for (const struct test *t = suite->tests; t->name != NULL; t++)
        if (CU_add_test(s, t->name, t->run) == NULL)
            exit(2);
}

int main(void)
{
    unsigned failed;

    if (CU_initialize_registry() != CUE_SUCCESS)
        return 2;
    for (const struct test_suite *const *suite = test_suites; *suite != NULL; suite++)
        add(*suite);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    failed = CU_get_number_of_failures() + (CU_get_number_of_asserts() == 0);
    CU_cleanup_registry();
    return failed == 0 ? 0 : 1;
}
