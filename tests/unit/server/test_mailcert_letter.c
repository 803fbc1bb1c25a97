/* Tests of server/mailcert_letter: which mail is the challenge, and what answers it (RFC 8823). */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mail_text.h"
#include "base/mem.h"
#include "server/mailcert_letter.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define CHALLENGE(from, to, subject, more)                                                         \
    "From: " from "\nTo: " to "\nSubject: " subject "\nMessage-ID: <m1@ca.example>\n" more         \
    "Auto-Submitted: auto-generated; type=acme\nMIME-Version: 1.0\nContent-Type: text/plain\n\n"   \
    "Answer me.\n"

#define DIGEST "lM70HZqT_9EqtreZ0XNyOrngCr8dKItp3drYGBTZ-DA"
#define OURS   CHALLENGE("acme@ca.example", "ann@corp.example", "ACME: part-one", "")

static void a_subject_holds_the_token_without_white_space(void)
{
    static const struct {
        const char *subject, *token; /* NULL: none */
    } rows[] = {
        {"ACME: abc", "abc"},
        {"ACME:abc\n", "abc"},
        {"Re: ACME: a b\tc\r\n d", "abcd"},
        {"Aw: Re: ACME: A-_9", "A-_9"},
        {"ACME:", NULL},
        {"ACME:  \n", NULL},
        {"ACME: a+b", NULL},
        {"ACME: a/b=", NULL},
        {"acme: abc", NULL},
        {"Hello", NULL},
        {"", NULL},
        {NULL, NULL},
    };
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *token = mailcert_letter_token(mem, rows[i].subject);

        CU_ASSERT((token == NULL) == (rows[i].token == NULL));
        if (token != NULL && rows[i].token != NULL)
            CU_ASSERT_STRING_EQUAL(token, rows[i].token);
    }
    mem_free(mem);
}

static void the_newest_challenge_of_an_mbox_counts(void)
{
    static const struct {
        const char *text, *token, *reply_to; /* token NULL: there is none */
    } rows[] = {
        {OURS, "part-one", "acme@ca.example"},
        {"From acme@ca.example Sat Nov 21 22:00:00 2026\n" OURS
         "\nFrom x Sat Nov 21 22:01:00 2026\n" CHALLENGE(
             "acme@ca.example", "ann@corp.example", "ACME: two", ""),
            "two", "acme@ca.example"},
        {"From x Sat Nov 21 22:00:00 2026\n" OURS "\nFrom y Sat Nov 21 22:01:00 2026\n" CHALLENGE(
             "eve@else.example", "ann@corp.example", "ACME: forged", ""),
            "part-one", "acme@ca.example"},
        {CHALLENGE("ACME server <Acme@CA.example>", "Ann <ANN@corp.example>, bob@corp.example",
             "ACME: =?us-ascii?Q?en?=\n coded", "Reply-To: answers@ca.example\n"),
            "encoded", "answers@ca.example"},
        {CHALLENGE("acme@ca.example", "bob@corp.example", "ACME: his", ""), NULL, NULL},
        {CHALLENGE("acme@ca.example", "ann@corp.example", "Hello", ""), NULL, NULL},
        {"not a mail at all", NULL, NULL},
        {"", NULL, NULL},
    };
    void *mem = mem_pool(NULL, 65536);

    mail_text_init();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct mailcert_letter letter = {0};
        struct err e = {0};
        enum err_code code;

        CU_ASSERT_EQUAL(file_write("test_mailcert.mbox", rows[i].text, FILE_PUBLIC, &e), ERR_OK);
        code = mailcert_letter_find(
            mem, "test_mailcert.mbox", "acme@ca.example", "ann@corp.example", &letter, &e);
        CU_ASSERT_EQUAL(code, rows[i].token == NULL ? ERR_NOT_FOUND : ERR_OK);
        if (code != ERR_OK || rows[i].token == NULL)
            continue;
        CU_ASSERT_STRING_EQUAL(letter.token_part1, rows[i].token);
        CU_ASSERT_STRING_EQUAL(letter.reply_to, rows[i].reply_to);
        CU_ASSERT_STRING_EQUAL(letter.message_id, "<m1@ca.example>");
    }
    unlink("test_mailcert.mbox");
    mem_free(mem);
}

static void a_maildir_is_looked_through(void)
{
    char folder[] = "test_mailcert.XXXXXX";
    void *mem = mem_pool(NULL, 65536);
    struct mailcert_letter letter;
    struct err e = {0};
    const char *file;

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    CU_ASSERT_EQUAL(
        mailcert_letter_find(mem, folder, "acme@ca.example", "ann@corp.example", &letter, &e),
        ERR_NOT_FOUND);
    file_make_folder(mem_printf(mem, "%s/new", folder), &e);
    file = mem_printf(mem, "%s/new/1.mail", folder);
    e = (struct err){0};
    CU_ASSERT_EQUAL(file_write(file, OURS, FILE_PUBLIC, &e), ERR_OK);
    CU_ASSERT_EQUAL(
        mailcert_letter_find(mem, folder, "acme@ca.example", "ann@corp.example", &letter, &e),
        ERR_OK);
    CU_ASSERT_STRING_EQUAL(letter.token_part1, "part-one");
    CU_ASSERT_EQUAL(mailcert_letter_find(
                        mem, "no-such-place", "acme@ca.example", "ann@corp.example", &letter, &e),
        ERR_NOT_FOUND);
    unlink(file);
    rmdir(mem_printf(mem, "%s/new", folder));
    rmdir(folder);
    mem_free(mem);
}

/* SHA-256("ab.t"), computed by another program. */
static void the_reply_has_the_digest_and_what_threads_it(void)
{
    static const struct mailcert_letter letter = {
        "a", "ACME: a", "<m1@ca.example>", "acme@ca.example"};
    static const struct mailcert_letter unknown = {"a", "ACME: a", NULL, "acme@ca.example"};
    void *mem = mem_pool(NULL, 4096);
    const char *block = mailcert_letter_block(mem, "a", "b", "t");
    const char *reply = mailcert_letter_reply(mem, &letter, "ann@corp.example", block, 0);

    CU_ASSERT_STRING_EQUAL(
        block, "-----BEGIN ACME RESPONSE-----\n" DIGEST "\n-----END ACME RESPONSE-----\n");
    CU_ASSERT_PTR_NOT_NULL(strstr(reply, "From: ann@corp.example\nTo: acme@ca.example\n"
                                         "Subject: Re: ACME: a\n"
                                         "Date: Thu, 1 Jan 1970 00:00:00 +0000\n"
                                         "In-Reply-To: <m1@ca.example>\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(reply, "\n\n-----BEGIN ACME RESPONSE-----\n"));
    reply = mailcert_letter_reply(mem, &unknown, "ann@corp.example", block, 0);
    CU_ASSERT_PTR_NULL(strstr(reply, "In-Reply-To"));
    mem_free(mem);
}

static const struct test tests[] = {
    {"a subject holds the token without white space",
        a_subject_holds_the_token_without_white_space},
    {"the newest challenge of an mbox counts", the_newest_challenge_of_an_mbox_counts},
    {"a Maildir is looked through", a_maildir_is_looked_through},
    {"the reply has the digest and what threads it", the_reply_has_the_digest_and_what_threads_it},
    {NULL, NULL},
};
extern const struct test_suite suite_mailcert_letter;
const struct test_suite suite_mailcert_letter = {"mailcert_letter", tests};
