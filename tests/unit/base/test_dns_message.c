/* Tests of base/dns_message: responses as name servers write them, and bytes that only look like
 * one. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/dns_message.h"
#include "base/mem.h"

/* Header (id 1, a response, one question), and the question a.test with its type. */
#define HEAD(answers, flags) "\0\1\x81" flags "\0\1\0" answers "\0\0\0\0"
#define QUESTION_A           "\1a\4test\0\0\1\0\1"
#define QUESTION_CNAME       "\1a\4test\0\0\5\0\1"
/* The answer's class IN and a time to live. */
#define IN_60   "\0\1\0\0\0\x3c"
#define SELF    "\xc0\x0c"
#define TEST    "\xc0\x0e"
#define ADDRESS "\0\1" IN_60 "\0\4\xc0\0\2\1"
/* A literal with its length, without its NUL. */
#define BYTES(text)                                                                                \
    (struct bytes)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

static void responses_are_read(void)
{
    const struct {
        struct bytes packet, first;
        int rcode;
        size_t records_len;
        const char *canonical_name;
    } rows[] = {
        {BYTES(HEAD("\0", "\x80") QUESTION_A), {NULL, 0}, 0, 0, NULL},
        {BYTES(HEAD("\0", "\x83") QUESTION_A), {NULL, 0}, 3, 0, NULL},
        {BYTES(HEAD("\1", "\x80") QUESTION_A SELF ADDRESS), BYTES("\xc0\0\2\1"), 0, 1, NULL},
        {BYTES(HEAD("\1", "\x80") QUESTION_A "\1A\4TEST\0" ADDRESS), BYTES("\xc0\0\2\1"), 0, 1,
            NULL},
        {BYTES(HEAD("\1", "\x80") QUESTION_A "\1b" TEST ADDRESS), {NULL, 0}, 0, 0, NULL},
        {BYTES(HEAD("\2", "\x80") QUESTION_A SELF "\0\5" IN_60 "\0\4\1b" TEST "\1b" TEST ADDRESS),
            BYTES("\xc0\0\2\1"), 0, 1, "b.test"},
        {BYTES(HEAD("\1", "\x83") QUESTION_A SELF "\0\5" IN_60 "\0\4\1b" TEST), {NULL, 0}, 3, 0,
            "b.test"},
        {BYTES(HEAD("\1", "\x80") QUESTION_A SELF "\0\5" IN_60 "\0\6\4\0.\\ \0"), {NULL, 0}, 0, 0,
            "\\000\\046\\092\\032"},
        {BYTES(HEAD("\1", "\x80") QUESTION_CNAME SELF "\0\5" IN_60 "\0\4\1b" TEST),
            BYTES("\1b\4test\0"), 0, 1, NULL},
        /* A signature beside the address, and whatever stands behind the answers. */
        {BYTES(HEAD("\2", "\x80") QUESTION_A SELF "\0\x2e" IN_60 "\0\1x" SELF ADDRESS "junk"),
            BYTES("\xc0\0\2\1"), 0, 1, NULL},
    };
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dns_message message;
        CU_ASSERT(dns_message_read(mem, rows[i].packet, &message));
        CU_ASSERT_EQUAL(message.rcode, rows[i].rcode);
        CU_ASSERT_EQUAL(message.records_len, rows[i].records_len);
        CU_ASSERT_FALSE(message.truncated);
        if (message.records_len > 0)
            CU_ASSERT(bytes_equal(message.records[0], rows[i].first));
        CU_ASSERT_EQUAL(message.canonical_name == NULL, rows[i].canonical_name == NULL);
        if (message.canonical_name != NULL && rows[i].canonical_name != NULL)
            CU_ASSERT_STRING_EQUAL(message.canonical_name, rows[i].canonical_name);
    }
    mem_free(mem);
}

static void broken_messages_are_refused(void)
{
    const struct bytes rows[] = {
        BYTES("\0\1\x01\x00\0\1\0\0\0\0\0\0" QUESTION_A), /* a query */
        BYTES("\0\1\x81\x80\0\0\0\0\0\0\0\0"),            /* no question */
        BYTES("\0\1\x81\x80\0\2\0\0\0\0\0\0" QUESTION_A QUESTION_A),
        BYTES(HEAD("\1", "\x80") QUESTION_A), /* no answer where one is counted */
        BYTES(HEAD("\1", "\x80") QUESTION_A SELF "\0\1" IN_60
                                                 "\0\5\xc0\0\2\1"), /* rdata beyond the end */
        BYTES(HEAD("\1", "\x80") QUESTION_A "\xc0\x18" ADDRESS),    /* points to itself */
        BYTES(HEAD("\1", "\x80") QUESTION_A "\xc0\x20" ADDRESS),    /* points forward */
        BYTES(HEAD("\1", "\x80") QUESTION_A "\1b\xc0\x18" ADDRESS), /* points to its own start */
        BYTES(HEAD("\1", "\x80") QUESTION_A "\x40\x0c" ADDRESS),    /* a label type of nobody */
        BYTES(HEAD("\1", "\x80") QUESTION_A "\xc0"),                /* half a pointer */
        BYTES(HEAD("\1", "\x80") QUESTION_A SELF "\0\5" IN_60 "\0\5\1b" TEST
                                                 "x"),                    /* more than a name */
        BYTES(HEAD("\1", "\x80") QUESTION_A SELF "\0\5" IN_60 "\0\2\1b"), /* less than one */
        BYTES("\0\1\x81\x80\0\1\0\0\0\0\0\0\5short"),
    };
    void *mem = mem_pool(NULL, 4096);
    struct dns_message message;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_FALSE(dns_message_read(mem, rows[i], &message));
    mem_free(mem);
}

/* Every beginning of a good message, in memory that ends where it does. */
static void no_beginning_is_read_beyond_its_end(void)
{
    static const char good[] =
        HEAD("\2", "\x80") QUESTION_A SELF "\0\5" IN_60 "\0\4\1b" TEST "\1b" TEST ADDRESS;
    struct dns_message message;

    for (size_t len = 0; len < sizeof good - 1; len++) {
        void *mem = mem_pool(NULL, 4096);
        uint8_t *copy = mem_dup(NULL, good, len);
        CU_ASSERT_FALSE(dns_message_read(mem, (struct bytes){copy, len}, &message));
        mem_free(copy);
        mem_free(mem);
    }
}

/* 128 labels of one octet are 257 octets, two more than a name may have. */
static void names_have_a_longest_length(void)
{
    uint8_t packet[600] = {0, 1, 0x81, 0x80, 0, 1};
    void *mem = mem_pool(NULL, 4096);
    struct dns_message message;

    for (size_t labels = 126; labels <= 128; labels++) {
        size_t len = 12;
        for (size_t i = 0; i < labels; i++) {
            packet[len++] = 1;
            packet[len++] = 'a';
        }
        packet[len++] = 0;
        memcpy(packet + len, "\0\1\0\1", 4);
        CU_ASSERT_EQUAL(
            dns_message_read(mem, (struct bytes){packet, len + 4}, &message), labels <= 127);
    }
    mem_free(mem);
}

static void records_beyond_the_maximum_are_counted_out(void)
{
    static const char record[] = SELF ADDRESS;
    uint8_t head[] = HEAD("\0", "\x80") QUESTION_A;
    unsigned count = DNS_RECORDS_MAX + 1;
    void *mem = mem_pool(NULL, 256 * 1024);
    struct dns_message message;
    struct buf packet;

    head[6] = (uint8_t)(count >> 8);
    head[7] = (uint8_t)count;
    buf_init(&packet, mem, 64 * 1024);
    buf_add(&packet, head, sizeof head - 1);
    for (unsigned i = 0; i < count; i++)
        buf_add(&packet, record, sizeof record - 1);
    CU_ASSERT(dns_message_read(mem, buf_bytes(&packet), &message));
    CU_ASSERT_EQUAL(message.records_len, DNS_RECORDS_MAX);
    CU_ASSERT(message.truncated);
    mem_free(mem);
}

static const struct test tests[] = {
    {"responses are read", responses_are_read},
    {"broken messages are refused", broken_messages_are_refused},
    {"no beginning is read beyond its end", no_beginning_is_read_beyond_its_end},
    {"names have a longest length", names_have_a_longest_length},
    {"records beyond the maximum are counted out", records_beyond_the_maximum_are_counted_out},
    {NULL, NULL},
};
extern const struct test_suite suite_dns_message;
const struct test_suite suite_dns_message = {"dns_message", tests};
