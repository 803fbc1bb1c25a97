/* Tests of base/trust_anchor, with files below the working directory. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/trust_anchor.h"

#define DIGEST "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"

static enum err_code read_of(void *mem, const char *content, struct err *e)
{
    static const char path[] = "test-trust-anchor";
    FILE *file = fopen(path, "w");
    enum err_code code;
    char *text;

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(content, file);
    fclose(file);
    *e = (struct err){0};
    code = trust_anchor_read(mem, path, &text, e);
    if (code == ERR_OK)
        CU_ASSERT_STRING_EQUAL(text, content);
    unlink(path);
    return code;
}

static void files_with_a_key_are_taken(void)
{
    static const char *const rows[] = {
        ". IN DS 20326 8 2 " DIGEST "\n",
        ". IN DS 20326 8 2 " DIGEST,
        "; the root's\n\n.\t172800\tIN\tDNSKEY\t257 3 8 AwEAAa== ; keytag 20326\r\n",
        "example. ds 1 13 2 " DIGEST " ; own\n",
        "example. 3600 IN MX 10 a.\nexample. DNSKEY 257 3 13 (\n  AAAA\n)\n",
        " IN DS 1 13 2 " DIGEST "\n",
    };
    void *mem = mem_pool(NULL, 4096);
    struct err e;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_EQUAL(read_of(mem, rows[i], &e), ERR_OK);
    mem_free(mem);
}

/* libunbound would trust nobody with these, and validate nothing. */
static void files_without_a_key_are_refused(void)
{
    static const char *const rows[] = {"", "\n\n", "; DS\n", "example. IN A 192.0.2.1\n", "DS\n",
        "DNSKEY IN A 192.0.2.1\n", "example. ; IN DS 1 13 2 " DIGEST "\n", "example.;DS\n",
        "example. IN DSX 1 13 2 " DIGEST "\n", "hello world", "example. IN TXT \"DS"};
    void *mem = mem_pool(NULL, 4096);
    struct err e;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_EQUAL(read_of(mem, rows[i], &e), ERR_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "\"test-trust-anchor\" holds no DS or DNSKEY"));
    }
    mem_free(mem);
}

static void what_is_no_file_is_refused(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct err e = {0};
    char *text;

    CU_ASSERT_EQUAL(trust_anchor_read(mem, "none", &text, &e), ERR_NOT_FOUND);
    e = (struct err){0};
    CU_ASSERT_EQUAL(trust_anchor_read(mem, ".", &text, &e), ERR_INPUT);
    e = (struct err){0};
    CU_ASSERT_EQUAL(trust_anchor_read(mem, "/dev/zero", &text, &e), ERR_TOO_LARGE);
    mem_free(mem);
}

static const struct test tests[] = {
    {"files with a key are taken", files_with_a_key_are_taken},
    {"files without a key are refused", files_without_a_key_are_refused},
    {"what is no file is refused", what_is_no_file_is_refused},
    {NULL, NULL},
};
extern const struct test_suite suite_trust_anchor;
const struct test_suite suite_trust_anchor = {"trust_anchor", tests};
