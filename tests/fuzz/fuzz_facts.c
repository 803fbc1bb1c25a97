/* fuzz_facts - any text is refused with a sentence, or decided and explained, twice alike. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "policy/explain.h"
#include "policy/facts_json.h"
#include "policy/policy.h"

static void decide(void *mem, const struct facts *facts)
{
    struct decision first, second;
    struct json json;
    struct err e = {0};
    const char *text;

    policy_decide(mem, facts, &first);
    policy_decide(mem, facts, &second);
    text = explain_json(mem, &first);
    BUG_ON(strcmp(text, explain_json(mem, &second)) != 0);
    BUG_ON(json_parse(mem, bytes_of(text), "the decision", &json, &e) != ERR_OK);
    BUG_ON(explain_text(mem, facts, &first)[0] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *mem = mem_pool(NULL, 65536);
    struct bytes input = {data, size};
    struct facts facts;
    struct err e = {0};

    if (facts_read(mem, input, NULL, &facts, &e) == ERR_OK)
        decide(mem, &facts);
    else
        BUG_ON(e.code != ERR_INPUT || e.detail[0] == '\0');
    mem_free(mem);
    return 0;
}
