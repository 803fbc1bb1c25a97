/* test_main - see test_main.h. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(const struct test_suite *suite)
{
    CU_pSuite s = CU_add_suite(suite->name, NULL, NULL);

    for (const struct test *t = suite->tests; t->name != NULL; t++)
        if (CU_add_test(s, t->name, t->run) == NULL)
            exit(2);
}

static const struct test_suite *find(const char *name)
{
    const struct test_suite *const *suite = test_suites;

    while (*suite != NULL && strcmp((*suite)->name, name) != 0)
        suite++;
    return *suite;
}

/* The words choose suites; a word that is none would let nothing run and everything pass. */
int main(int argc, char **argv)
{
    unsigned failed;

    if (CU_initialize_registry() != CUE_SUCCESS)
        return 2;
    for (const struct test_suite *const *suite = test_suites; argc == 1 && *suite != NULL; suite++)
        add(*suite);
    for (int i = 1; i < argc; i++) {
        if (find(argv[i]) == NULL) {
            fprintf(stderr, "no suite is called %s\n", argv[i]);
            return 2;
        }
        add(find(argv[i]));
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    failed = CU_get_number_of_failures() + (CU_get_number_of_asserts() == 0);
    CU_cleanup_registry();
    return failed == 0 ? 0 : 1;
}
