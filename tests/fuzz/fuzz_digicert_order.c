/* fuzz_digicert_order - any JSON is an order of DigiCert's, a list of orders or of certificates, or
 * is not; what is reported of it is whole, and can be written down. */
#include "tests/fuzz/fuzz.h"

#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "policy/names.h"
#include "policy/order_json.h"
#include "policy/upstream/digicert_report.h"

#define REPORT_MAX (4 * 1024 * 1024)

static void check_names(struct identifiers names)
{
    names_sort(&names);
    for (size_t i = 0; i < names.len; i++)
        for (const char *at = names.list[i].value; *at != '\0'; at++)
            BUG_ON(isupper((unsigned char)*at));
}

static void check_certificates(const struct vendor_order *order)
{
    for (size_t i = 0; i < order->certificates_len; i++) {
        const struct vendor_certificate *c = &order->certificates[i];

        BUG_ON(c->id == NULL);
        BUG_ON(c->spki != NULL && strlen(c->spki) != 64);
        BUG_ON(c->kind != CERTIFICATE_ORIGINAL && (c->said & SAID_KIND) == 0);
        for (size_t j = 0; j < i; j++)
            BUG_ON(strcmp(order->certificates[j].id, c->id) == 0);
    }
}

/* What an operator may see of it is JSON. */
static void check_written(void *mem, const struct vendor_order *order)
{
    struct json_out w;
    struct json at;
    struct err e = {0};
    struct buf b;

    buf_init(&b, mem, REPORT_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    order_json_add(&w, order);
    json_close(&w, '}');
    BUG_ON(!b.overflow && json_parse(mem, buf_bytes(&b), "the report", &at, &e) != ERR_OK);
}

static void report(void *mem, struct digicert_facts *facts)
{
    struct vendor_order order;

    for (int detailed = 0; detailed < 2; detailed++) {
        facts->detailed = detailed != 0;
        digicert_report(mem, facts, &order);
        BUG_ON(order.id == NULL);
        BUG_ON(detailed == 0 && order.in_process_len > 0);
        BUG_ON(order.in_process_len > facts->order.requests_len + facts->reissues_len + 2);
        check_names(order.names);
        check_certificates(&order);
        check_written(mem, &order);
    }
}

/* The certificates of the document are reissues and duplicates of the order. */
static void read_order(void *mem, const struct json *document, const struct json *at)
{
    struct digicert_facts facts = {.order = {.id = "1", .status = "issued"}};
    struct digicert_certificate *list;
    struct err e = {0};

    if (at != NULL && digicert_order_read(mem, at, &facts.order, &e) != ERR_OK) {
        BUG_ON(e.code != ERR_INPUT || e.detail[0] == '\0');
        return;
    }
    digicert_certificates_read(mem, document, &list, &facts.reissues_len);
    facts.reissues = facts.duplicates = list;
    facts.duplicates_len = facts.reissues_len;
    report(mem, &facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *mem = mem_pool(NULL, 65536);
    struct json document, orders, one;
    struct err e = {0};

    if (json_parse(mem, (struct bytes){data, size}, "the answer", &document, &e) == ERR_OK &&
        json_holds_object(&document)) {
        json_member(&document, "orders", &orders);
        for (size_t i = 0; i < json_len(&orders); i++) {
            json_element(&orders, i, &one);
            read_order(mem, &document, &one);
        }
        read_order(mem, &document, &document);
        read_order(mem, &document, NULL);
    }
    mem_free(mem);
    return 0;
}
