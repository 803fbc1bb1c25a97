/* fuzz_inventory_csv - any table is refused with a sentence that names a line, or becomes orders
 * that survive being written as JSON and read again. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "policy/inventory_csv.h"
#include "policy/order_json.h"

static const char *as_json(void *mem, const struct inventory_report *report)
{
    struct json_out w;
    struct buf b;

    buf_init(&b, mem, (size_t)64 * 1024 * 1024);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_open(&w, "orders", '[');
    for (size_t i = 0; i < report->orders_len; i++) {
        json_open(&w, NULL, '{');
        order_json_add(&w, &report->orders[i]);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    json_close(&w, '}');
    return buf_text(&b);
}

static void read_again(void *mem, const struct inventory_report *report)
{
    const char *text = as_json(mem, report);
    struct inventory_report again;
    struct err e = {0};
    struct json at;

    BUG_ON(json_parse(mem, bytes_of(text), "the orders", &at, &e) != ERR_OK);
    BUG_ON(inventory_json_read(mem, &at, &again, &e) != ERR_OK);
    BUG_ON(strcmp(text, as_json(mem, &again)) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *mem = mem_pool(NULL, 65536);
    struct inventory_report report;
    struct err e = {0};

    if (inventory_csv_read(mem, (struct bytes){data, size}, &report, &e) == ERR_OK)
        read_again(mem, &report);
    else
        BUG_ON(e.code != ERR_INPUT || strncmp(e.detail, "line ", 5) != 0);
    mem_free(mem);
    return 0;
}
