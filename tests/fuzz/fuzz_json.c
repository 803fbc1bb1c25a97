/* fuzz_json - any text is read or refused with a sentence; what is written is read back as it was.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"

static void ask_for_everything(void *mem, const struct json *at)
{
    struct json object, array, element;
    const char *text;
    int64_t number;
    bool yes;
    struct err e = {0};

    json_read_object(at, "a", JSON_REQUIRED, &object, &e);
    json_read_array(at, "b", JSON_OPTIONAL, &array, &e);
    json_read_string(at, "c", JSON_REQUIRED, &text, &e);
    json_read_bool(at, "d", JSON_OPTIONAL, &yes, &e);
    json_read_int(at, "e", JSON_REQUIRED, &number, &e);
    json_member(at, "b", &array);
    for (size_t i = 0; i < json_len(&array); i++) {
        json_element(&array, i, &element);
        json_as_string(&element, &text, &e);
        BUG_ON(strchr(json_path(mem, &element), '[') == NULL);
    }
    json_member(at, "a", &object);
    if (json_holds_object(&object))
        ask_for_everything(mem, &object);
}

static void write_and_read(void *mem, const char *text)
{
    struct json json, element;
    const char *back;
    struct json_out w;
    struct err e = {0};
    struct buf b;

    buf_init(&b, mem, 6 * strlen(text) + 64); /* an escaped character has six */
    json_begin(&w, &b);
    json_open(&w, NULL, '[');
    json_add_string(&w, NULL, text);
    json_close(&w, ']');
    BUG_ON(b.overflow);
    if (json_parse(mem, buf_bytes(&b), "what we wrote", &json, &e) != ERR_OK)
        return; /* not UTF-8 */
    json_element(&json, 0, &element);
    BUG_ON(json_as_string(&element, &back, &e) != ERR_OK || strcmp(back, text) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *mem = mem_pool(NULL, 16384);
    struct bytes input = {data, size};
    struct json json;
    struct err e = {0};

    if (json_parse(mem, input, "the input", &json, &e) == ERR_OK)
        ask_for_everything(mem, &json);
    else
        BUG_ON(e.code != ERR_INPUT || e.detail[0] == '\0');
    write_and_read(mem, bytes_string(mem, input));
    mem_free(mem);
    return 0;
}
