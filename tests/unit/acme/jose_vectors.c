/* jose_vectors - see jose_vectors.h. */
#include "tests/unit/acme/jose_vectors.h"

#include <stdio.h>

#include "base/mem.h"
#include "tests/unit/test_main.h"

struct json jose_vectors(void *mem)
{
    FILE *file = fopen(TEST_DATA "/vectors/jose.json", "rb");
    uint8_t *text = mem_alloc(mem, 16384, "vectors");
    struct json json = {0};
    struct err e = {0};
    size_t len;

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    len = fread(text, 1, 16384, file);
    fclose(file);
    CU_ASSERT_EQUAL(json_parse(mem, (struct bytes){text, len}, "jose.json", &json, &e), ERR_OK);
    CU_ASSERT(json_len(&json) > 0);
    return json;
}
