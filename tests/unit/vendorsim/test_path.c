/* Tests of tests/vendorsim/path. */
#include "tests/unit/test_main.h"

#include "base/mem.h"
#include "tests/vendorsim/path.h"

static void what_is_an_escape_is_decoded(void)
{
    static const struct {
        const char *text, *is, *as_form;
    } cases[] = {{"a%20b+c", "a b+c", "a b c"}, {"%2A.x", "*.x", "*.x"}, {"%2a", "*", "*"},
        {"%", "%", "%"}, {"%4", "%4", "%4"}, {"%4g", "%4g", "%4g"}, {"%zz%41", "%zzA", "%zzA"},
        {"", "", ""}};
    void *mem = mem_new(NULL, char);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len = strlen(cases[i].text);

        CU_ASSERT_STRING_EQUAL(path_decode(mem, cases[i].text, len, false), cases[i].is);
        CU_ASSERT_STRING_EQUAL(path_decode(mem, cases[i].text, len, true), cases[i].as_form);
    }
    CU_ASSERT_STRING_EQUAL(path_decode(mem, "%41%42", 5, false), "A%4"); /* not beyond its end */
    mem_free(mem);
}

static void all_but_unreserved_characters_are_encoded(void)
{
    void *mem = mem_new(NULL, char);
    struct buf b;

    buf_init(&b, mem, 1000);
    path_encode(&b, "aZ09-_.~ +*/=&%\xc3\xa4");
    CU_ASSERT_STRING_EQUAL(buf_text(&b), "aZ09-_.~%20%2B%2A%2F%3D%26%25%C3%A4");
    mem_free(mem);
}

static void a_pattern_takes_segments_that_are_not_empty(void)
{
    static const struct {
        const char *pattern, *path;
        bool fits;
    } cases[] = {{"/a/{}/b/{}", "/a/1%2F/b/two", true}, {"/a/{}/b/{}", "/a//b/two", false},
        {"/a/{}/b/{}", "/a/1/b/", false}, {"/a/{}/b/{}", "/a/1/b/2/", false},
        {"/a/{}/b/{}", "/a/1/c/2", false}, {"/a", "/a", true}, {"/a", "/ab", false},
        {"/ab", "/a", false}, {"/{}", "/a/b", false}};
    void *mem = mem_new(NULL, char);
    char *args[2] = {0};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_EQUAL(path_fits(mem, cases[i].pattern, cases[i].path, args), cases[i].fits);
    CU_ASSERT(path_fits(mem, cases[0].pattern, cases[0].path, args));
    CU_ASSERT_STRING_EQUAL(args[0], "1/");
    CU_ASSERT_STRING_EQUAL(args[1], "two");
    mem_free(mem);
}

static const struct test tests[] = {
    {"what is an escape is decoded", what_is_an_escape_is_decoded},
    {"all but unreserved characters are encoded", all_but_unreserved_characters_are_encoded},
    {"a pattern takes segments that are not empty", a_pattern_takes_segments_that_are_not_empty},
    {NULL, NULL},
};

const struct test_suite suite_path = {"path", tests};
