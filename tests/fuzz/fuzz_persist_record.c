/* fuzz_persist_record - any octets are a record that proves, and then hold the account's URI, or
 * they do not, and then it is said in printable words why. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "acme/persist_record.h"
#include "base/err.h"
#include "base/mem.h"

#define ACCOUNT "https://ca.example/acct/123"

static bool holds(struct bytes text, const char *words)
{
    size_t len = strlen(words);

    for (size_t i = 0; i + len <= text.len; i++)
        if (memcmp(text.data + i, words, len) == 0)
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const issuers[] = {"ca.example", NULL};
    static const char *const uris[] = {ACCOUNT, NULL};
    /* Of its own size: what is read beyond the end is found. */
    uint8_t *copy = mem_dup(NULL, data, size);
    struct bytes value = {copy, size};

    for (int wildcard = 0; wildcard < 2; wildcard++) {
        struct persist_question question = {issuers, uris, wildcard != 0, 1800000000};
        int64_t until_s;
        const char *why;
        enum persist_verdict verdict = persist_record_judge(value, &question, &until_s, &why);

        BUG_ON(verdict == PERSIST_PROVES && !holds(value, ACCOUNT));
        BUG_ON(verdict == PERSIST_PROVES && until_s != 0 && until_s < question.now_s);
        BUG_ON((verdict == PERSIST_REFUSED || verdict == PERSIST_MALFORMED) != (why[0] != '\0'));
        for (; *why != '\0'; why++)
            BUG_ON(*why < ' ' || *why > '~');
    }
    mem_free(copy);
    return 0;
}
