/* Tests of acme/dns01 against a name server on loopback that says what each test wants. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acme/dns01.h"
#include "base/mem.h"
#include "tests/unit/responder.h"

#define KEY_AUTHORIZATION                                                                          \
    "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ.nP1qzpXGymHBrUEepNY9HCsQk7K8KhOypzEt62jcerQ"
/* printf %s $KEY_AUTHORIZATION | openssl dgst -sha256 -binary | basenc --base64url | tr -d = */
#define VALUE "libzYnME2DSbz3Ev2jchevie8CL07tw7o8QneLzPNkI"

/* standards.md 12 */
#define ACCOUNT "https://example.com/acme/acct/ExampleAccount"
#define LABEL   "_ujmmovf2vn55tgye"

enum { WATCHDOG_MS = 30 * 1000, TXT = 16, A_LOT = 1000 };

struct lab {
    struct loop *loop;
    struct resolver *resolver;
    struct responder *dns;
    struct validation_options options;
    struct loop_timer *watchdog;
    unsigned done;
    bool is_starting;
    struct validation_result result;
    char detail[1024];
};

static void on_watchdog(void *arg)
{
    struct lab *lab = arg;

    lab->watchdog = NULL;
    CU_FAIL("a test hangs");
    loop_stop(lab->loop);
}

/* --- the zone --- */

/* One record of the strings that `text` has between bars. */
static void add_txt(struct dns_exchange *exchange, const char *owner, const char *text)
{
    uint8_t rdata[1024];
    size_t at = 0;

    for (;;) {
        size_t len = strcspn(text, "|");

        rdata[at++] = (uint8_t)len;
        memcpy(rdata + at, text, len);
        at += len;
        if (text[len] == '\0')
            break;
        text += len + 1;
    }
    dns_add(exchange, owner, TXT, rdata, at);
}

/* What stands at _acme-challenge.<name>.test. */
static const struct {
    const char *name, *records[4];
} zone[] = {
    {"good", {VALUE}},
    {"second", {"other", VALUE}},
    {"apex-and-wildcard", {"YET-ANOTHER-DIGEST-OF-THE-SAME-LENGTH-AS-OURS-", VALUE, "x"}},
    {"joined", {"libzYnME2DSbz3Ev2jch|evie8CL07tw7o8QneLzPNkI"}},
    {"joined-oddly", {"|libzYnME2DSbz3Ev2jch||evie8CL07tw7o8QneLzPNkI|"}},
    {"spread", {"libzYnME2DSbz3Ev2jch", "evie8CL07tw7o8QneLzPNkI"}},
    {"padded", {VALUE "="}},
    {"space-after", {VALUE " "}},
    {"space-before", {" " VALUE}},
    {"quoted", {"\"" VALUE "\""}},
    {"longer", {VALUE VALUE}},
    {"shorter", {"libzYnME2DSbz3Ev2jchevie8CL07tw7o8QneLzPNk"}},
    {"lower", {"libzynme2dsbz3ev2jchevie8cl07tw7o8qnelzpnki"}},
    {"unhashed", {KEY_AUTHORIZATION}},
    {"empty", {""}},
    {"hostile", {"\x1b[31m\"quoted\"\\\x07\xc3\xa4\r\nSet-Cookie: x\x7f"}},
    {"four", {"first", "second", "third", "fourth"}},
    {"elsewhere", {VALUE}},
};

static void answer_big(struct dns_exchange *exchange, bool with_value)
{
    char text[64];

    if (!exchange->over_tcp) {
        exchange->response[2] |= 0x02;
        return;
    }
    for (unsigned i = 0; i < A_LOT; i++) {
        snprintf(text, sizeof text, "record-%u-abcdefghijklmnopqrstuvwxyz", i);
        add_txt(exchange, NULL, text);
    }
    if (with_value)
        add_txt(exchange, NULL, VALUE);
}

static void answer_special(struct dns_exchange *exchange, const char *name)
{
    static const uint8_t broken[] = {5, 'a', 'b'};

    if (strcmp(name, "thousand.test") == 0)
        answer_big(exchange, true);
    else if (strcmp(name, "thousand-wrong.test") == 0)
        answer_big(exchange, false);
    else if (strcmp(name, "alias.test") == 0)
        dns_add_cname(exchange, NULL, "_acme-challenge.elsewhere.test");
    else if (strcmp(name, "far-alias.test") == 0)
        dns_add_cname(exchange, NULL, "_acme-challenge.alias.test");
    else if (strcmp(name, "dead-alias.test") == 0)
        dns_add_cname(exchange, NULL, "_acme-challenge.none.test");
    else if (strcmp(name, "loop.test") == 0)
        dns_add_cname(exchange, NULL, "_acme-challenge.pool.test");
    else if (strcmp(name, "pool.test") == 0)
        dns_add_cname(exchange, NULL, "_acme-challenge.loop.test");
    else if (strcmp(name, "self.test") == 0)
        dns_add_cname(exchange, NULL, "_acme-challenge.self.test");
    else if (strcmp(name, "broken.test") == 0)
        dns_add(exchange, NULL, TXT, broken, sizeof broken);
    else if (strcmp(name, "other-owner.test") == 0)
        add_txt(exchange, "_acme-challenge.not-asked.test", VALUE);
    else if (strcmp(name, "other-type.test") == 0)
        dns_add_address(exchange, NULL, "127.0.0.1");
    else if (strcmp(name, "garbage.test") == 0)
        exchange->response_len = 5;
}

static void answer_names(void *arg, struct dns_exchange *exchange)
{
    static const char prefix[] = "_acme-challenge.";
    const char *name = exchange->name;

    (void)arg;
    if (strcmp(name, LABEL "._acme-challenge.own.test") == 0) {
        dns_begin(exchange, 0);
        add_txt(exchange, NULL, VALUE);
        return;
    }
    if (strstr(name, "silent") != NULL)
        return;
    dns_begin(exchange, strstr(name, "none") != NULL ? 3 : strstr(name, "fail") != NULL ? 2 : 0);
    if (strncmp(name, prefix, sizeof prefix - 1) != 0 || exchange->type != TXT)
        return;
    name += sizeof prefix - 1;
    for (size_t i = 0; i < sizeof zone / sizeof zone[0]; i++) {
        size_t len = strlen(zone[i].name);

        if (strncmp(name, zone[i].name, len) != 0 || strcmp(name + len, ".test") != 0)
            continue;
        for (size_t j = 0; j < 4 && zone[i].records[j] != NULL; j++)
            add_txt(exchange, NULL, zone[i].records[j]);
        return;
    }
    answer_special(exchange, name);
}

/* --- the lab --- */

static void lab_start(struct lab *lab)
{
    char address[32];
    const char *servers[] = {address};
    struct resolver_options options = {.servers = servers, .servers_len = 1, .timeout_ms = 20000};
    struct err e = {0};

    memset(lab, 0, sizeof *lab);
    lab->loop = loop_new();
    lab->dns = responder_dns(answer_names, lab);
    snprintf(address, sizeof address, "127.0.0.1@%u", responder_port(lab->dns));
    lab->resolver = resolver_new(lab->loop, &options, &e);
    lab->options = (struct validation_options){
        .loop = lab->loop, .resolver = lab->resolver, .timeout_ms = 10000};
    lab->watchdog = loop_after(lab->loop, WATCHDOG_MS, on_watchdog, lab);
}

static void lab_end(struct lab *lab)
{
    resolver_free(lab->resolver);
    responder_stop(lab->dns);
    loop_cancel(&lab->watchdog);
    loop_free(lab->loop);
}

static void on_done(void *arg, const struct validation_result *result)
{
    struct lab *lab = arg;

    CU_ASSERT_FALSE(lab->is_starting);
    lab->done++;
    lab->result = *result;
    snprintf(lab->detail, sizeof lab->detail, "%s", result->detail);
    CU_ASSERT_EQUAL(result->valid, result->problem == PROBLEM_NONE);
    CU_ASSERT_EQUAL(result->valid, lab->detail[0] == '\0');
    CU_ASSERT_STRING_EQUAL(result->address, "");
    for (const char *c = lab->detail; *c != '\0'; c++)
        CU_ASSERT(*c >= ' ' && *c <= '~' && *c != '\\');
    loop_stop(lab->loop);
}

static struct validation *start_by(
    struct lab *lab, const struct validator_ops *method, const char *name)
{
    struct validation_request request = {.identifier = {IDENTIFIER_DNS, name},
        .token = "token",
        .key_authorization = KEY_AUTHORIZATION,
        .account_url = ACCOUNT};
    struct validation *check;

    lab->is_starting = true;
    check = validation_start(method, &lab->options, &request, on_done, lab);
    lab->is_starting = false;
    return check;
}

static struct validation *start(struct lab *lab, const char *name)
{
    return start_by(lab, &dns01, name);
}

static bool is_valid(struct lab *lab, const char *name)
{
    start(lab, name);
    loop_run(lab->loop);
    return lab->result.valid;
}

/* The problem is this one, and its detail has all the words. */
static void check_fails(
    struct lab *lab, const char *name, enum problem problem, const char *words, const char *more)
{
    CU_ASSERT_FALSE(is_valid(lab, name));
    CU_ASSERT_EQUAL(lab->result.problem, problem);
    CU_ASSERT_FALSE(lab->result.cancelled);
    CU_ASSERT_PTR_NOT_NULL(strstr(lab->detail, words));
    CU_ASSERT_PTR_NOT_NULL(strstr(lab->detail, more));
    if (lab->result.problem != problem || strstr(lab->detail, words) == NULL ||
        strstr(lab->detail, more) == NULL)
        printf("\n    %s: %s", name, lab->detail);
}

static void one_right_record_is_enough(void)
{
    static const char *const names[] = {"good.test", "GOOD.test", "second.test",
        "apex-and-wildcard.test", "joined.test", "joined-oddly.test", "thousand.test", "alias.test",
        "far-alias.test"};
    struct lab lab;

    lab_start(&lab);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CU_ASSERT(is_valid(&lab, names[i]));
        if (!lab.result.valid)
            printf("\n    %s: %s", names[i], lab.detail);
    }
    lab_end(&lab);
}

static void wrong_values_are_shown(void)
{
    static const struct {
        const char *name, *shown;
    } rows[] = {
        {"spread.test", "none of the 2 TXT records"},
        {"padded.test", "found: \"" VALUE "=\""},
        {"space-after.test", "found: \"" VALUE " \""},
        {"space-before.test", "found: \" " VALUE "\""},
        {"quoted.test", "found: \"'" VALUE "'\""},
        {"longer.test", "found: \"" VALUE},
        {"shorter.test", "found: \"libzYnME2DSbz3Ev2jchevie8CL07tw7o8QneLzPNk\""},
        {"lower.test", "found: \"libzynme2dsbz3ev2jchevie8cl07tw7o8qnelzpnki\""},
        {"unhashed.test", "found: \"evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ.nP1qzpXGymHBrUEep...\""},
        {"empty.test", "found: \"\""},
        {"hostile.test", "found: \"?[31m'quoted'????\?\?Set-Cookie: x?\""},
        {"four.test", "none of the 4 TXT records at _acme-challenge.four.test is "},
        {"four.test", "found: \"first\", \"second\" and 2 more"},
        {"thousand-wrong.test", "none of the 1000 TXT records"},
    };
    struct lab lab;

    lab_start(&lab);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_fails(&lab, rows[i].name, PROBLEM_UNAUTHORIZED, rows[i].shown, rows[i].name);
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, "is \"" VALUE "\""));
        CU_ASSERT(lab.result.retry);
    }
    lab_end(&lab);
}

static void nothing_there_says_where_it_was_looked_for(void)
{
    static const struct {
        const char *name;
        enum problem problem;
        const char *words, *more;
    } rows[] = {
        {"bare.test", PROBLEM_UNAUTHORIZED, "no TXT record at _acme-challenge.bare.test", VALUE},
        {"other-owner.test", PROBLEM_UNAUTHORIZED, "no TXT record", VALUE},
        {"other-type.test", PROBLEM_UNAUTHORIZED, "no TXT record", VALUE},
        {"none.test", PROBLEM_DNS, "_acme-challenge.none.test does not exist (NXDOMAIN)", VALUE},
        {"dead-alias.test", PROBLEM_DNS, "NXDOMAIN", "_acme-challenge.dead-alias.test"},
        {"fail.test", PROBLEM_DNS, "_acme-challenge.fail.test", "failed or could not be reached"},
        {"silent.test", PROBLEM_DNS, "_acme-challenge.silent.test", "did not answer in time"},
        {"loop.test", PROBLEM_DNS, "_acme-challenge.loop.test", "failed"},
        {"self.test", PROBLEM_DNS, "_acme-challenge.self.test", "failed"},
        {"garbage.test", PROBLEM_DNS, "_acme-challenge.garbage.test", "name servers"},
    };
    struct lab lab;

    lab_start(&lab);
    lab.options.timeout_ms = 1500;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_fails(&lab, rows[i].name, rows[i].problem, rows[i].words, rows[i].more);
        CU_ASSERT(lab.result.retry);
    }
    CU_ASSERT_FALSE(is_valid(&lab, "broken.test"));
    lab_end(&lab);
}

#define L60 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh"

static void names_too_long_for_the_prefix_are_not_asked(void)
{
    static const char longest[] = L60 "." L60 "." L60 "." L60 "abcdefg.xy";
    struct lab lab;

    lab_start(&lab);
    check_fails(&lab, longest, PROBLEM_DNS, "longer than the 253 characters", "dns-01");
    CU_ASSERT_FALSE(lab.result.retry);
    CU_ASSERT_EQUAL(responder_count(lab.dns), 0);
    lab_end(&lab);
}

static void the_accounts_label_is_that_of_the_draft(void)
{
    char label[DNS_ACCOUNT01_LABEL_SIZE];

    dns_account01_label(ACCOUNT, label);
    CU_ASSERT_STRING_EQUAL(label, LABEL);
    dns_account01_label(ACCOUNT "/", label);
    CU_ASSERT_STRING_NOT_EQUAL(label, LABEL);
}

/* By dns-account-01 the accounts' own place counts, and no other. */
static void the_account_has_a_place_of_its_own(void)
{
    static const char longest[] = L60 "." L60 "." L60 ".abcdefghijklmnopqrstuvwxyzabcdefghijk.test";
    struct lab lab;

    lab_start(&lab);
    start_by(&lab, &dns_account01, "own.test");
    loop_run(lab.loop);
    CU_ASSERT(lab.result.valid);
    CU_ASSERT_FALSE(is_valid(&lab, "own.test"));
    start_by(&lab, &dns_account01, "good.test");
    loop_run(lab.loop);
    CU_ASSERT_EQUAL(lab.result.problem, PROBLEM_UNAUTHORIZED);
    CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, "at " LABEL "._acme-challenge.good.test, where"));
    start_by(&lab, &dns_account01, longest);
    loop_run(lab.loop);
    CU_ASSERT_EQUAL(lab.result.problem, PROBLEM_DNS);
    CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, "cannot be validated by dns-account-01"));
    lab_end(&lab);
}

/* The root is signed with a key that the name server does not have. */
static void forged_answers_prove_nothing(void)
{
    static const char anchor[] =
        ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n";
    char path[] = "test-anchor-XXXXXX", address[32];
    const char *servers[] = {address};
    struct resolver_options options = {.servers = servers,
        .servers_len = 1,
        .dnssec = true,
        .trust_anchor_file = path,
        .timeout_ms = 10000};
    int fd = mkstemp(path);
    struct err e = {0};
    struct lab lab;

    CU_ASSERT_EQUAL(write(fd, anchor, sizeof anchor - 1), (ssize_t)sizeof anchor - 1);
    close(fd);
    lab_start(&lab);
    resolver_free(lab.resolver);
    snprintf(address, sizeof address, "127.0.0.1@%u", responder_port(lab.dns));
    lab.resolver = lab.options.resolver = resolver_new(lab.loop, &options, &e);
    check_fails(&lab, "good.test", PROBLEM_DNS, "_acme-challenge.good.test", "DNSSEC");
    CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, "the DS record above it must agree"));
    lab_end(&lab);
    unlink(path);
}

static void on_cancel_time(void *arg)
{
    validation_cancel(arg);
}

static void on_stop_time(void *arg)
{
    struct lab *lab = arg;

    loop_stop(lab->loop);
}

static void a_cancelled_check_is_silent(void)
{
    struct validation *first, *second;
    struct lab lab;

    lab_start(&lab);
    first = start(&lab, "good.test");
    validation_cancel(&first);
    CU_ASSERT_PTR_NULL(first);
    validation_cancel(&first);
    second = start(&lab, "silent.test");
    loop_after(lab.loop, 50, on_cancel_time, &second);
    loop_after(lab.loop, 150, on_stop_time, &lab);
    loop_run(lab.loop);
    CU_ASSERT_EQUAL(lab.done, 0);
    lab_end(&lab);
}

static void on_shutdown_time(void *arg)
{
    struct lab *lab = arg;

    resolver_free(lab->resolver);
    lab->resolver = NULL;
}

static void shutdown_ends_checks_without_a_verdict(void)
{
    struct lab lab;

    lab_start(&lab);
    start(&lab, "silent.test");
    loop_after(lab.loop, 50, on_shutdown_time, &lab);
    loop_run(lab.loop);
    CU_ASSERT_EQUAL(lab.done, 1);
    CU_ASSERT(lab.result.cancelled);
    CU_ASSERT_FALSE(lab.result.valid);
    lab_end(&lab);
}

static const struct test tests[] = {
    {"one right record is enough", one_right_record_is_enough},
    {"wrong values are shown", wrong_values_are_shown},
    {"nothing there says where it was looked for", nothing_there_says_where_it_was_looked_for},
    {"names too long for the prefix are not asked", names_too_long_for_the_prefix_are_not_asked},
    {"the account's label is that of the draft", the_accounts_label_is_that_of_the_draft},
    {"the account has a place of its own", the_account_has_a_place_of_its_own},
    {"forged answers prove nothing", forged_answers_prove_nothing},
    {"a cancelled check is silent", a_cancelled_check_is_silent},
    {"shutdown ends checks without a verdict", shutdown_ends_checks_without_a_verdict},
    {NULL, NULL},
};
extern const struct test_suite suite_dns01;
const struct test_suite suite_dns01 = {"dns01", tests};
