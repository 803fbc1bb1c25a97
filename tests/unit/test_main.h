/* test_main - runs the CUnit suites of one floor.
 *
 * A floor's test program defines `test_suites`, a list of its files' suites; each file is one
 * suite, each test is named as a sentence ("padding is refused"). Words on the command line choose
 * suites. Exit status 1 if an assertion failed or no test ran, 2 for a word that is no suite.
 */
#ifndef COUNTERSIGN_TESTS_TEST_MAIN_H
#define COUNTERSIGN_TESTS_TEST_MAIN_H

/* CUnit's CU_TEST and CU_pSuite names, without its warnings under ours. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>

struct test {
    const char *name;
    void (*run)(void);
};

struct test_suite {
    const char *name;         /* the file under test */
    const struct test *tests; /* ends with a NULL name */
};

/* Defined by each test program; ends with NULL. */
extern const struct test_suite *const test_suites[];

#endif
