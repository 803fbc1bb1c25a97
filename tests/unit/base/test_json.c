/* Tests of base/json: documents laid out for people. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"

static void documents_are_laid_out_down_to_a_depth(void)
{
    static const struct {
        const char *written;
        int depth;
        const char *shown;
    } rows[] = {
        {"{}", 2, "{}"},
        {"{\"a\":1}", 0, "{\"a\": 1}"},
        {"{\"a\":1,\"b\":[1,2]}", 1, "{\n  \"a\": 1,\n  \"b\": [1, 2]\n}"},
        {"{\"a\":[],\"b\":[{\"c\":1,\"d\":{}},{}]}", 2,
            "{\n  \"a\": [],\n  \"b\": [\n    {\"c\": 1, \"d\": {}},\n    {}\n  ]\n}"},
        {"{\"a\":\"{,:]\\\"\\\\\"}", 1, "{\n  \"a\": \"{,:]\\\"\\\\\"\n}"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        void *mem = mem_pool(NULL, 1024);
        char *shown = json_lay_out(mem, rows[i].written, rows[i].depth);

        CU_ASSERT_STRING_EQUAL(shown, rows[i].shown);
        if (strcmp(shown, rows[i].shown) != 0)
            printf("\n%s\n", shown);
        mem_free(mem);
    }
}

static const struct test tests[] = {
    {"documents are laid out down to a depth", documents_are_laid_out_down_to_a_depth},
    {NULL, NULL},
};
extern const struct test_suite suite_json;
const struct test_suite suite_json = {"json", tests};
