/* Tests of acme/email_reply: what a mail says as a reply to a challenge by mail. */
#include "tests/unit/test_main.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "acme/email_reply.h"
#include "base/mem.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define US     "acme@ca.example"
#define TOKEN  "LgYemJLy3F1LDkiJrdIGbEzyFJyOyf6v"
#define DIGEST "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0"
#define BEGIN  "-----BEGIN ACME RESPONSE-----\r\n"
#define END    "-----END ACME RESPONSE-----\r\n"
#define FROM   "From: Alexey <alexey@example.com>\r\n"
#define TO     "To: acme@ca.example\r\n"
#define ABOUT  "Subject: Re: ACME: " TOKEN "\r\n"
#define PLAIN  "Content-Type: text/plain\r\n"
#define BLOCK  BEGIN DIGEST "\r\n" END

static enum err_code read(void *mem, const char *text, struct email_reply *out, struct err *e)
{
    mail_text_init();
    return email_reply_read(mem, mail_text_normalise(mem, bytes_of(text)), US, out, e);
}

static void replies_are_read_in_all_their_forms(void)
{
    static const char *const rows[] = {
        FROM TO ABOUT PLAIN "\r\n" BLOCK,
        FROM TO ABOUT "\r\n" BLOCK, /* text/plain is what a mail is without a type */
        /* RFC 8823, 3.2: text around it, a digest of several lines, padding */
        FROM TO ABOUT PLAIN "\r\nHello,\r\n\r\n" BEGIN "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowy\r\n"
                            "jxAjEuX0=\r\n" END "Yours\r\n",
        FROM TO ABOUT PLAIN "\r\n" BEGIN "  LoqXcYV8q5ONbJQxbmR7SCTNo3ti \r\n\r\n"
                            "AXDfowyjxAjEuX0\t\r\n" END,
        /* lines by LF, the line of an mbox */
        "From alexey Sat Nov 21 21:00:00 2026\nFrom: alexey@example.com\nTo: " US
        "\nSubject: Re: ACME: " TOKEN "\n\n-----BEGIN ACME RESPONSE-----\n" DIGEST
        "\n-----END ACME RESPONSE-----\n",
        /* subjects: folded, padded, with prefixes, encoded */
        FROM TO
        "Subject: AW: [extern] Re: ACME:\r\n LgYemJLy3F1LDkiJ\r\n rdIGbEzyFJyOyf6v\r\n" PLAIN
        "\r\n" BLOCK,
        FROM TO "Subject: ACME:" TOKEN "\r\n" PLAIN "\r\n" BLOCK,
        FROM TO "Subject: =?US-ASCII?Q?Re:_ACME:_LgYemJLy3F1LDkiJ?=\r\n"
                " =?utf-8?B?cmRJR2JFenlGSnlPeWY2dg==?=\r\n" PLAIN "\r\n" BLOCK,
        FROM TO "Subject: re: ACME: " TOKEN "=\r\n" PLAIN "\r\n" BLOCK,
        /* bodies: encoded, one of several alternatives */
        FROM TO ABOUT PLAIN
        "Content-Transfer-Encoding: base64\r\n\r\n"
        "LS0tLS1CRUdJTiBBQ01FIFJFU1BPTlNFLS0tLS0NCkxvcVhjWVY4cTVPTmJKUXhibVI3U0NUTm8z\r\n"
        "dGlBWERmb3d5anhBakV1WDANCi0tLS0tRU5EIEFDTUUgUkVTUE9OU0UtLS0tLQ0K\r\n",
        FROM TO ABOUT "Content-Type: text/plain; charset=iso-8859-1\r\n"
                      "Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe\r\n" BEGIN
                      "LoqXcYV8q5ONbJQxbmR7SCT=\r\nNo3tiAXDfowyjxAjEuX0\r\n" END,
        FROM TO ABOUT "Content-Type: multipart/alternative; "
                      "boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html\r\n"
                      "\r\n<p>no</p>\r\n--b\r\nContent-Type: text/plain\r\n\r\n" BLOCK "--b--\r\n",
        /* people: names, case, others in To and Cc */
        "From: \"A. M.\" <Alexey@EXAMPLE.com>\r\nTo: x@y.example, CA <ACME@CA.example>\r\n"
        "Cc: a@b, c@d\r\n" ABOUT PLAIN "\r\n" BLOCK,
        "From: alexey@example.com (A, M)\r\n" TO ABOUT PLAIN "\r\n" BLOCK,
        /* a program that answers by itself (RFC 3834, 5) */
        FROM TO ABOUT "Auto-Submitted: auto-generated; type=acme\r\n" PLAIN "\r\n" BLOCK,
        /* the first block counts; a quoted one does not */
        FROM TO ABOUT PLAIN "\r\n> -----BEGIN ACME RESPONSE-----\r\n> xyz\r\n" BLOCK BEGIN
                            "x\r\n" END,
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        void *mem = mem_pool(NULL, 8192);
        struct email_reply reply;
        struct err e = {0};

        CU_ASSERT_EQUAL(read(mem, rows[i], &reply, &e), ERR_OK);
        if (e.code != ERR_OK) {
            fprintf(stderr, "row %zu: %s\n", i, e.detail);
        } else {
            CU_ASSERT_STRING_EQUAL(reply.token_part1, TOKEN);
            CU_ASSERT_STRING_EQUAL(reply.digest, DIGEST);
            CU_ASSERT_STRING_EQUAL(reply.domain, "example.com");
            CU_ASSERT(email_address_equal(reply.from, "alexey@example.com"));
        }
        mem_free(mem);
    }
}

struct row {
    const char *text;
    enum err_code code;
    const char *words;
};

static void expect(const struct row *rows, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        void *mem = mem_pool(NULL, 8192);
        struct email_reply reply;
        struct err e = {0};

        CU_ASSERT_EQUAL(read(mem, rows[i].text, &reply, &e), rows[i].code);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, rows[i].words));
        if (e.code != rows[i].code || strstr(e.detail, rows[i].words) == NULL)
            fprintf(stderr, "row %zu: %d %s\n", i, e.code, e.detail);
        /* A fault that is told belongs to a challenge. */
        CU_ASSERT(e.code != ERR_DENIED || reply.token_part1 != NULL);
        mem_free(mem);
    }
}

static void what_answers_nothing_is_told_to_nobody(void)
{
    static const struct row rows[] = {
        {"", ERR_NOT_FOUND, ""},
        {"\r\n", ERR_NOT_FOUND, "no \"ACME:\""},
        {FROM TO "Subject: hello\r\n\r\n" BLOCK, ERR_NOT_FOUND, "no \"ACME:\""},
        {FROM TO "\r\n" BLOCK, ERR_NOT_FOUND, "no \"ACME:\""},
        {FROM TO "Subject: ACME: short\r\n\r\n" BLOCK, ERR_NOT_FOUND, "no \"ACME:\""},
        {FROM TO "Subject: ACME: " TOKEN "A\r\n\r\n" BLOCK, ERR_NOT_FOUND, "no \"ACME:\""},
        {FROM TO "Subject: ACME: LgYemJLy3F1LDkiJ+dIGbEzyFJyOyf6v\r\n\r\n" BLOCK, ERR_NOT_FOUND,
            "no \"ACME:\""},
        /* headers twice: others may have looked at the other one */
        {FROM FROM TO ABOUT PLAIN "\r\n" BLOCK, ERR_NOT_FOUND, "cannot be read"},
        {FROM TO ABOUT ABOUT PLAIN "\r\n" BLOCK, ERR_NOT_FOUND, "cannot be read"},
        {FROM TO ABOUT PLAIN "content-type: text/html\r\n\r\n" BLOCK, ERR_NOT_FOUND,
            "cannot be read"},
        {FROM TO ABOUT "In-Reply-To: <a@b>\r\nIN-REPLY-TO: <c@d>\r\n\r\n" BLOCK, ERR_NOT_FOUND,
            "cannot be read"},
        /* nobody wrote these */
        {FROM TO ABOUT "Auto-Submitted: auto-replied\r\n" PLAIN "\r\nI am away.\r\n", ERR_NOT_FOUND,
            "automatic"},
        {"Return-Path: <>\r\n" FROM TO ABOUT PLAIN "\r\nundeliverable\r\n", ERR_NOT_FOUND,
            "automatic"},
        {FROM TO ABOUT
            "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
            ERR_NOT_FOUND, "automatic"},
    };

    expect(rows, COUNT(rows));
}

static void what_is_no_good_reply_is_told_to_who_wrote_it(void)
{
    static const struct row rows[] = {
        {FROM TO ABOUT PLAIN "\r\nHere: " DIGEST "\r\n", ERR_DENIED, "has no lines"},
        {FROM TO ABOUT PLAIN "\r\n" BEGIN DIGEST "\r\n", ERR_DENIED, "has no lines"},
        {FROM TO ABOUT PLAIN "\r\n> -----BEGIN ACME RESPONSE-----\r\n> " DIGEST
                             "\r\n> -----END ACME RESPONSE-----\r\n",
            ERR_DENIED, "has no lines"},
        {FROM TO ABOUT PLAIN "\r\n" BEGIN END, ERR_DENIED, "not the base64url"},
        {FROM TO ABOUT PLAIN "\r\n" BEGIN DIGEST "A\r\n" END, ERR_DENIED, "not the base64url"},
        {FROM TO ABOUT PLAIN "\r\n" BEGIN "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEu/0\r\n" END,
            ERR_DENIED, "not the base64url"},
        /* the last character has bits that count for nothing: one text an octet string */
        {FROM TO ABOUT PLAIN "\r\n" BEGIN "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX1\r\n" END,
            ERR_DENIED, "not the base64url"},
        {FROM TO ABOUT "Content-Type: text/html\r\n\r\n<pre>" BLOCK "</pre>", ERR_DENIED,
            "reply in plain text"},
        {FROM TO ABOUT "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" BLOCK
                       "--b--\r\n",
            ERR_DENIED, "multipart/mixed"},
        {FROM TO ABOUT "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
                       "Content-Type: text/html\r\n\r\n" BLOCK "--b--\r\n",
            ERR_DENIED, "multipart/alternative"},
        {"From: a@example.com, b@example.com\r\n" TO ABOUT PLAIN "\r\n" BLOCK, ERR_DENIED,
            "one address in From"},
        {"From: all: a@example.com, b@example.com;\r\n" TO ABOUT PLAIN "\r\n" BLOCK, ERR_DENIED,
            "one address in From"},
        {"From: alexey\r\n" TO ABOUT PLAIN "\r\n" BLOCK, ERR_DENIED, "one address in From"},
        {"From: a@exa mple.com\r\n" TO ABOUT PLAIN "\r\n" BLOCK, ERR_DENIED, "one address in From"},
        {TO ABOUT PLAIN "\r\n" BLOCK, ERR_DENIED, "one address in From"},
        {FROM ABOUT PLAIN "\r\n" BLOCK, ERR_DENIED, "not addressed To"},
        {FROM "To: acme@ca.example.org\r\n" ABOUT PLAIN "\r\n" BLOCK, ERR_DENIED,
            "not addressed To"},
        {FROM "Cc: acme@ca.example\r\n" ABOUT PLAIN "\r\n" BLOCK, ERR_DENIED, "not addressed To"},
        {FROM TO ABOUT PLAIN "List-Unsubscribe: <x>\r\n\r\n" BLOCK, ERR_DENIED, "List-Unsubscribe"},
    };

    expect(rows, COUNT(rows));
}

static void bounds_hold_for_what_is_endless(void)
{
    void *mem = mem_pool(NULL, 8192);
    struct email_reply reply;
    struct err e = {0};
    struct buf text;

    buf_init(&text, mem, 1 << 20);
    for (int i = 0; i < 2000; i++)
        buf_addf(&text, "X-Header-%d: x\r\n", i);
    buf_add_text(&text, FROM TO ABOUT PLAIN "\r\n" BLOCK);
    CU_ASSERT_EQUAL(read(mem, buf_text(&text), &reply, &e), ERR_NOT_FOUND);
    buf_reset(&text);
    e = (struct err){0};
    buf_add_text(&text, FROM TO ABOUT);
    for (int i = 0; i < 1000; i++) /* a part in a part in a part */
        buf_addf(&text, "Content-Type: multipart/alternative; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
    CU_ASSERT_NOT_EQUAL(read(mem, buf_text(&text), &reply, &e), ERR_OK);
    buf_reset(&text);
    e = (struct err){0};
    buf_add_text(&text, FROM "To: ");
    for (int i = 0; i < 10000; i++)
        buf_addf(&text, "a%d@b.example, ", i);
    buf_add_text(&text, US "\r\n" ABOUT PLAIN "\r\n" BLOCK);
    CU_ASSERT_EQUAL(read(mem, buf_text(&text), &reply, &e), ERR_DENIED);
    mem_free(mem);
}

static bool names(const char *const *list, const char *name)
{
    for (; *list != NULL; list++)
        if (strcasecmp(*list, name) == 0)
            return true;
    return false;
}

static void what_a_signature_must_cover_is_what_the_operator_says(void)
{
    void *mem = mem_pool(NULL, 8192);
    struct email_reply reply;
    struct err e = {0};
    const char *const *list;

    CU_ASSERT_EQUAL(read(mem, FROM TO ABOUT PLAIN "\r\n" BLOCK, &reply, &e), ERR_OK);
    list = email_signed_headers(mem, &reply.mail, EMAIL_SIGNED_PRESENT);
    CU_ASSERT(names(list, "From") && names(list, "To") && names(list, "Subject"));
    CU_ASSERT(names(list, "Content-Type"));
    CU_ASSERT(!names(list, "Sender") && !names(list, "Cc") && !names(list, "In-Reply-To"));
    list = email_signed_headers(mem, &reply.mail, EMAIL_SIGNED_ALL);
    CU_ASSERT(names(list, "Sender") && names(list, "Cc") && names(list, "In-Reply-To"));
    list = email_signed_headers(mem, &reply.mail, EMAIL_SIGNED_CORE);
    CU_ASSERT(names(list, "From") && names(list, "Subject") && !names(list, "To"));
    mem_free(mem);
}

static const struct test tests[] = {
    {"replies are read in all their forms", replies_are_read_in_all_their_forms},
    {"what answers nothing is told to nobody", what_answers_nothing_is_told_to_nobody},
    {"what is no good reply is told to who wrote it",
        what_is_no_good_reply_is_told_to_who_wrote_it},
    {"bounds hold for what is endless", bounds_hold_for_what_is_endless},
    {"what a signature must cover is what the operator says",
        what_a_signature_must_cover_is_what_the_operator_says},
    {NULL, NULL},
};

extern const struct test_suite suite_email_reply;
const struct test_suite suite_email_reply = {"email_reply", tests};
