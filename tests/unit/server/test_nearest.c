/* Tests of server/nearest: near words are offered, far ones are not. */
#include "tests/unit/test_main.h"

#include "server/nearest.h"

static const char *nearest_of(const char *word)
{
    static const char *const known[] = {
        "listen", "log", "level", "format", "external_url", "http_port"};
    struct nearest n = {.word = word};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        nearest_offer(&n, known[i]);
    return n.best == NULL ? "" : n.best;
}

static void slips_of_the_hand_are_understood(void)
{
    static const struct {
        const char *word, *meant;
    } rows[] = {{"lsiten", "listen"}, {"listn", "listen"}, {"listeen", "listen"}, {"lig", "log"},
        {"levle", "level"}, {"externalurl", "external_url"}, {"external-url", "external_url"},
        {"htpp_port", "http_port"}, {"log", "log"}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_STRING_EQUAL(nearest_of(rows[i].word), rows[i].meant);
}

static void other_words_are_not_guessed_at(void)
{
    static const char *const rows[] = {
        "", "x", "foo", "colour", "dir", "a_word_that_is_longer_than_any_key_will_ever_be"};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_STRING_EQUAL(nearest_of(rows[i]), "");
}

static void the_nearest_wins_not_the_first(void)
{
    struct nearest n = {.word = "certificates"};

    nearest_offer(&n, "certify_date");
    nearest_offer(&n, "certificate");
    nearest_offer(&n, "certificatos");
    CU_ASSERT_STRING_EQUAL(n.best, "certificate");
}

static const struct test tests[] = {
    {"slips of the hand are understood", slips_of_the_hand_are_understood},
    {"other words are not guessed at", other_words_are_not_guessed_at},
    {"the nearest wins, not the first", the_nearest_wins_not_the_first},
    {NULL, NULL},
};
extern const struct test_suite suite_nearest;
const struct test_suite suite_nearest = {"nearest", tests};
