/* Tests of acme/perspective_quorum: the table of the Baseline Requirements (3.2.2.9), row by row.
 */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/perspective_quorum.h"
#include "base/mem.h"
#include "tests/unit/acme/lab.h"

#define BALLOTS_MAX 16

/* Rules as a configuration has them when it says nothing. */
static const struct quorum_rules usual = {.dissent_max = 2};

/* A letter a perspective: capital for, small against, '?' before it: open. R ripe-ncc, P apnic,
 * A arin, L lacnic, F afrinic, U unknown. */
static size_t read_ballots(const char *text, struct quorum_ballot out[BALLOTS_MAX])
{
    static const char letters[] = {[REGION_UNKNOWN] = 'U',
        [REGION_AFRINIC] = 'F',
        [REGION_APNIC] = 'P',
        [REGION_ARIN] = 'A',
        [REGION_LACNIC] = 'L',
        [REGION_RIPE_NCC] = 'R'};
    size_t len = 0;

    for (const char *p = text; *p != '\0'; p++) {
        enum vote vote = VOTE_OPEN;
        char letter = *p;

        if (letter == '?')
            letter = *++p;
        else
            vote = letter >= 'a' ? VOTE_AGAINST : VOTE_FOR;
        if (letter >= 'a')
            letter = (char)(letter - 'a' + 'A');
        for (unsigned i = 0; i < REGIONS; i++)
            if (letters[i] == letter)
                out[len++] = (struct quorum_ballot){(enum region)i, vote};
    }
    return len;
}

static void so_many_may_disagree_as_the_table_says(void)
{
    static const size_t allowed[] = {0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2};
    struct quorum_rules rules;

    for (size_t asked = 0; asked < COUNT(allowed); asked++)
        for (unsigned max = 0; max <= 2; max++) {
            rules = (struct quorum_rules){.dissent_max = max};
            CU_ASSERT_EQUAL(
                quorum_dissent(&rules, asked), allowed[asked] < max ? allowed[asked] : max);
        }
}

static void a_quorum_is_met_or_not(void)
{
    static const struct {
        const char *ballots;
        struct quorum_rules rules;
        bool met;
    } rows[] = {
        {"", {2, 0}, true},
        {"U", {2, 0}, true}, /* one: none may disagree */
        {"u", {2, 0}, false},
        {"UU", {2, 0}, true},
        {"Uu", {2, 0}, true},
        {"uu", {2, 0}, false},
        {"UUUUu", {2, 0}, true},
        {"UUUuu", {2, 0}, false},
        {"UUUUuu", {2, 0}, true}, /* six: two may */
        {"UUUuuu", {2, 0}, false},
        {"UUUUUUUUUUuu", {2, 0}, true},
        {"UUUUUUUUUuuu", {2, 0}, false},
        /* The operator may be stricter, never laxer. */
        {"Uu", {0, 0}, false},
        {"UUUUuu", {1, 0}, false},
        {"UUuuu", {9, 0}, false},
        /* Those that agree stand in two regions, if all do. */
        {"RRP", {2, 0}, true},
        {"RRp", {2, 0}, false},
        {"rRP", {2, 0}, true},
        {"RRRRp", {2, 0}, false},
        {"RRRPp", {2, 0}, true},
        {"RRR", {2, 0}, true}, /* there is no second one */
        {"RRr", {2, 0}, true},
        {"RRU", {2, 0}, true}, /* an unknown one is none */
        {"rUU", {2, 0}, true}, /* so none has to stand in the only one that is known */
        {"rUU", {2, 1}, false},
        {"RRRPA", {2, 3}, true},
        {"RRRPa", {2, 3}, false},
        {"RRRRR", {2, 2}, false},
        {"RPALF", {2, 5}, true},
        /* An open vote counts against. */
        {"UU?U", {2, 0}, true},
        {"U?U?U", {2, 0}, false},
    };
    struct quorum_ballot ballots[BALLOTS_MAX];

    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t len = read_ballots(rows[i].ballots, ballots);

        CU_ASSERT_EQUAL(quorum_count(&rows[i].rules, ballots, len).met, rows[i].met);
        if (quorum_count(&rows[i].rules, ballots, len).met != rows[i].met)
            printf("\n    %s\n", rows[i].ballots);
    }
}

static void an_outcome_is_certain_once_no_vote_can_change_it(void)
{
    static const struct {
        const char *ballots;
        bool decided;
    } rows[] = {
        {"", true},
        {"?U", false},
        {"UU?U", true}, /* enough */
        {"U?U?U", false},
        {"u?U?U", false},
        {"uu?U", true},  /* too few, whatever the last one says */
        {"RR?P", false}, /* a second region is missing yet */
        {"rR?P", false},
        {"RP?R", true},
        {"RRp", true},
        {"RRRRR?P?P", false},
        {"RRRRRp?P", false},
        {"RRRRRpp", true},
    };
    struct quorum_ballot ballots[BALLOTS_MAX];

    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t len = read_ballots(rows[i].ballots, ballots);

        CU_ASSERT_EQUAL(quorum_is_decided(&usual, ballots, len), rows[i].decided);
        if (quorum_is_decided(&usual, ballots, len) != rows[i].decided)
            printf("\n    %s\n", rows[i].ballots);
    }
}

/* All ways in which the open votes of up to four perspectives can end. */
static void what_is_certain_stays_so_however_the_rest_votes(void)
{
    static const char *const sets[] = {"RRP", "RPAL", "UUU", "RRR", "RU"};
    struct quorum_ballot ballots[BALLOTS_MAX], ended[BALLOTS_MAX];

    for (size_t s = 0; s < COUNT(sets); s++) {
        size_t len = read_ballots(sets[s], ballots), ways = 1;

        for (size_t i = 0; i < len; i++)
            ways *= 3;
        for (size_t way = 0; way < ways; way++) {
            bool met[2] = {false, false};

            for (size_t i = 0, rest = way; i < len; i++, rest /= 3)
                ballots[i].vote = (enum vote)(rest % 3);
            for (unsigned open = 0; open < 1u << len; open++) {
                memcpy(ended, ballots, sizeof ended);
                for (size_t i = 0; i < len; i++)
                    if (ended[i].vote == VOTE_OPEN)
                        ended[i].vote = (open >> i & 1) != 0 ? VOTE_FOR : VOTE_AGAINST;
                met[quorum_count(&usual, ended, len).met] = true;
            }
            CU_ASSERT_EQUAL(quorum_is_decided(&usual, ballots, len), met[0] != met[1]);
        }
    }
}

static void the_words_say_what_is_missing(void)
{
    static const struct {
        const char *ballots, *text;
    } rows[] = {
        {"", "no other perspectives are configured"},
        {"U", "1 of 1 other perspective agrees"},
        {"UUU", "3 of 3 other perspectives agree"},
        {"Uuu", "1 of 3 other perspectives agrees (2 needed)"},
        {"RRp", "2 of 3 other perspectives agree, in 1 region (2 needed)"},
        {"rrp", "0 of 3 other perspectives agree (2 needed), in 0 regions (2 needed)"},
    };
    struct quorum_ballot ballots[BALLOTS_MAX];
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t len = read_ballots(rows[i].ballots, ballots);
        struct quorum q = quorum_count(&usual, ballots, len);

        CU_ASSERT_STRING_EQUAL(quorum_text(mem, &q), rows[i].text);
    }
    mem_free(mem);
}

static void the_demand_grows_with_time(void)
{
    static const struct {
        int64_t at_s;
        unsigned perspectives;
    } rows[] = {
        {1758000000, 2}, /* 2025-09-16 */
        {1773532799, 2},
        {1773532800, 3}, /* 2026-03-15T00:00:00Z */
        {1781481600, 4}, /* 2026-06-15 */
        {1797292799, 4},
        {1797292800, 5}, /* 2026-12-15 */
        {1900000000, 5},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT_EQUAL(quorum_demanded_perspectives(rows[i].at_s), rows[i].perspectives);
}

static const struct test tests[] = {
    {"so many may disagree as the table says", so_many_may_disagree_as_the_table_says},
    {"a quorum is met or not", a_quorum_is_met_or_not},
    {"an outcome is certain once no vote can change it",
        an_outcome_is_certain_once_no_vote_can_change_it},
    {"what is certain stays so, however the rest votes",
        what_is_certain_stays_so_however_the_rest_votes},
    {"the words say what is missing", the_words_say_what_is_missing},
    {"the demand grows with time", the_demand_grows_with_time},
    {NULL, NULL},
};
extern const struct test_suite suite_perspective_quorum;
const struct test_suite suite_perspective_quorum = {"perspective_quorum", tests};
