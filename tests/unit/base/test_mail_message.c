/* Tests of base/mail_message: mails as RFC 5322 and MIME want them. */
#include "tests/unit/test_main.h"

#include <stdbool.h>
#include <string.h>

#include "base/mail_message.h"
#include "base/mail_text.h"
#include "base/mem.h"

static const struct mail_message plain = {
    .from = "acme@ca.example",
    .to = "ann@corp.example",
    .subject = "ACME: LgYemJLy3F1LDkiJrdIGbEzyFJyOyf6v",
    .message_id = "<1@ca.example>",
    .auto_submitted = "auto-generated; type=acme",
    .date_s = 1800000000,
    .text = "Hello,\n\nthis is a test.\n",
};

static void a_mail_of_ascii_goes_as_it_is(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct bytes out;
    struct err e = {0};

    CU_ASSERT_EQUAL_FATAL(mail_message_write(mem, &plain, &out, &e), ERR_OK);
    CU_ASSERT_STRING_EQUAL(bytes_string(mem, out),
        "Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n"
        "From: acme@ca.example\r\n"
        "To: ann@corp.example\r\n"
        "Subject: ACME: LgYemJLy3F1LDkiJrdIGbEzyFJyOyf6v\r\n"
        "Message-ID: <1@ca.example>\r\n"
        "Auto-Submitted: auto-generated; type=acme\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\n"
        "Hello,\r\n\r\nthis is a test.\r\n");
    mem_free(mem);
}

/* No line of a mail has more than 998 octets, or any that is not ASCII. */
static bool is_well_formed(const char *text)
{
    size_t line = 0;
    char last = '\0';

    for (; *text != '\0'; last = *text++) {
        line = *text == '\n' ? 0 : line + 1;
        if (line > 998 || (unsigned char)*text > 126 || (*text == '\n') != (last == '\r'))
            return false;
    }
    return true;
}

static void any_other_text_comes_through_as_base64(void)
{
    void *mem = mem_pool(NULL, 4096);
    char *endless = mem_alloc(mem, 3000, "text");
    const char *const rows[] = {"Gr\xc3\xbc\xc3\x9f"
                                "e, Ann\n",
        memset(endless, 'x', 2999), "control \x01 here\n", "carriage\rreturn\n"};

    mail_text_init();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mail_message message = plain;
        struct mail_text read;
        struct bytes out;
        struct err e = {0};

        message.text = rows[i];
        CU_ASSERT_EQUAL_FATAL(mail_message_write(mem, &message, &out, &e), ERR_OK);
        CU_ASSERT(is_well_formed(bytes_string(mem, out)));
        CU_ASSERT_EQUAL_FATAL(mail_text_read(mem, out, &read, &e), ERR_OK);
        CU_ASSERT_STRING_EQUAL(read.text, rows[i]);
        CU_ASSERT_STRING_EQUAL(read.from, plain.from);
        CU_ASSERT_STRING_EQUAL(mail_text_header(&read, "SUBJECT"), plain.subject);
    }
    mem_free(mem);
}

static void nobody_adds_a_header_by_an_address(void)
{
    static const char *const rows[] = {"ann@corp.example\r\nBcc: all@corp.example",
        "ann@corp.example\n", "ann\r@corp.example", "ann\x7f@corp.example", "\t"};
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mail_message message = plain;
        struct bytes out;
        struct err e = {0};

        message.to = rows[i];
        CU_ASSERT_EQUAL(mail_message_write(mem, &message, &out, &e), ERR_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "header To"));
    }
    mem_free(mem);
}

static const struct test tests[] = {
    {"a mail of ASCII goes as it is", a_mail_of_ascii_goes_as_it_is},
    {"any other text comes through as base64", any_other_text_comes_through_as_base64},
    {"nobody adds a header by an address", nobody_adds_a_header_by_an_address},
    {NULL, NULL},
};

extern const struct test_suite suite_mail_message;
const struct test_suite suite_mail_message = {"mail_message", tests};
