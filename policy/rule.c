/* rule - see rule.h. What the vendors' tables have in common. */
#include "policy/rule.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "policy/names.h"

#define COMMON_NAME_MAX 64 /* RFC 5280, A.1: ub-common-name */
#define BECAUSE_MAX     400

const struct vendor_table *vendor_table(enum vendor vendor)
{
    static const struct vendor_table *const tables[VENDORS] = {
        [VENDOR_LOCAL] = &table_local,
        [VENDOR_DIGICERT] = &table_digicert,
        [VENDOR_DIGICERT_CLIENT] = &table_digicert_client,
        [VENDOR_TENCENT] = &table_tencent,
        [VENDOR_HUAWEI] = &table_huawei,
    };

    return tables[vendor];
}

/* Answers. */

static struct verdict answer(
    const struct question *q, enum answer answer, enum hope hope, const char *format, va_list args)
{
    char text[BECAUSE_MAX];

    vsnprintf(text, sizeof text, format, args);
    return (struct verdict){.answer = answer, .hope = hope, .because = mem_strdup(q->mem, text)};
}

#define ANSWER(verdict, kind, hope)                                                                \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, because);                                                                   \
        (verdict) = answer(q, (kind), (hope), because, args);                                      \
        va_end(args);                                                                              \
    } while (0)

struct verdict pass(const struct question *q, const char *because, ...)
{
    struct verdict v;

    ANSWER(v, ANSWER_PASS, HOPE_NONE);
    return v;
}

struct verdict silent(void)
{
    return (struct verdict){.answer = ANSWER_SILENT, .because = ""};
}

struct verdict unfit(const struct question *q, const char *because, ...)
{
    struct verdict v;

    ANSWER(v, ANSWER_FAIL, HOPE_NONE);
    return v;
}

struct verdict closed(const struct question *q, const char *because, ...)
{
    struct verdict v;

    ANSWER(v, ANSWER_FAIL, HOPE_CLOSED);
    return v;
}

struct verdict not_before(const struct question *q, int64_t from_s, const char *because, ...)
{
    struct verdict v;

    ANSWER(v, ANSWER_FAIL, HOPE_TIME);
    v.from_s = from_s;
    return v;
}

struct verdict not_until_done(const struct question *q, const char *because, ...)
{
    struct verdict v;

    ANSWER(v, ANSWER_FAIL, HOPE_EVENT);
    return v;
}

struct verdict not_at_all(const struct question *q, const char *remedy, const char *because, ...)
{
    struct verdict v;

    ANSWER(v, ANSWER_FAIL, HOPE_PERSON);
    v.remedy = remedy;
    return v;
}

struct verdict with_remedy(struct verdict verdict, const char *remedy)
{
    verdict.remedy = remedy;
    return verdict;
}

/* Words. */

const char *text_of(const struct question *q, const char *format, ...)
{
    char text[BECAUSE_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return mem_strdup(q->mem, text);
}

const char *day(const struct question *q, int64_t time_s)
{
    char text[CLOCK_RFC3339_SIZE];

    clock_format(time_s, text);
    return mem_strndup(q->mem, text, time_s % DAY_S == 0 ? strlen("2026-12-17") : strlen(text));
}

const char *span(const struct question *q, int64_t seconds)
{
    int64_t count = seconds / DAY_S;
    const char *unit = "day";

    if (count == 0) {
        count = seconds / 3600;
        unit = "hour";
    }
    return mem_printf(q->mem, "%" PRId64 " %s%s", count, unit, count == 1 ? "" : "s");
}

const char *level_word(enum level level)
{
    static const char *const words[] = {"", "DV", "OV", "EV", "client"};

    return words[level];
}

bool same_word(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

bool same_brand(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcasecmp(a, b) == 0;
}

/* Orders. */

const struct vendor_action *blocking_action(const struct question *q)
{
    const struct vendor_order *order = q->candidate->order;

    for (size_t i = 0; i < order->in_process_len; i++) {
        const struct vendor_action *action = &order->in_process[i];

        if (action->act == ACT_NEW || action->act == ACT_REISSUE ||
            (action->act == ACT_RENEW && q->act == ACT_RENEW))
            return action;
    }
    return NULL;
}

static const char *whose(const struct question *q, const struct vendor_action *action)
{
    const char *account = action->account;

    if (account == NULL)
        return "somebody outside ACME";
    if (same_word(account, q->facts->request.account))
        return "the same account, with another key or other names";
    return mem_printf(q->mem, "account %s", account);
}

struct verdict judge_busy(const struct question *q, struct effects *effects)
{
    static const char *const words[] = {"", "new order", "reissue", "duplicate", "renewal"};
    const struct vendor_order *order = q->candidate->order;
    const struct vendor_action *blocking = blocking_action(q);

    (void)effects;
    if (blocking != NULL)
        return not_until_done(
            q, "a %s for %s is in process on it", words[blocking->act], whose(q, blocking));
    if (order->standing == STANDING_PENDING)
        return not_until_done(q, "it is pending: not issued yet");
    return pass(q, "nothing that blocks it is in process");
}

/* Names and validations. */

const char *common_name_of(const struct identifiers *names)
{
    for (size_t i = 0; i < names->len; i++)
        if (names->list[i].type == IDENTIFIER_DNS &&
            strlen(names->list[i].value) <= COMMON_NAME_MAX)
            return names->list[i].value;
    return NULL;
}

bool has_lapsed(const struct facts *facts, int64_t until_s)
{
    return until_s != 0 && until_s <= facts->now_s;
}

bool domain_is_validated(const struct facts *facts, const struct identifier *name)
{
    const struct validations *known = &facts->validations;

    for (size_t i = 0; i < known->domains_len; i++)
        if (!has_lapsed(facts, known->domains[i].until_s) &&
            name_is_within(name, known->domains[i].name))
            return true;
    return false;
}

bool domains_are_validated(const struct facts *facts, const struct identifiers *names)
{
    for (size_t i = 0; i < names->len; i++)
        if (!domain_is_validated(facts, &names->list[i]))
            return false;
    return true;
}

enum proof usual_proof(const struct identifiers *names)
{
    for (size_t i = 0; i < names->len; i++)
        if (names->list[i].type != IDENTIFIER_IP)
            return PROOF_DNS;
    return PROOF_HTTP;
}
