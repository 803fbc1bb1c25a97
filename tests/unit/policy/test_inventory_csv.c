/* Tests of policy/inventory_csv, of inventory_json_read and of policy/order_json: what a table
 * says, that every slip is named by line and column, and that what is written is read as the same.
 */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/mem.h"
#include "policy/inventory_csv.h"
#include "policy/order_json.h"

static void slips_are_named_by_line_and_column(void)
{
    static const struct {
        const char *text, *detail;
    } rows[] = {
        {"", "line 1: there are no columns"},
        {"\n\n", "line 1: there are no columns"},
        {"id,id\n", "line 1: column id stands there twice"},
        {"id,Names\n", "line 1: \"Names\" is no column that is known here"},
        {"names\n", "line 1: there is no column id"},
        {"id,names\n1\n", "line 2: has 1 cells, and there are 2 columns"},
        {"id\n1,2\n", "line 2: has 2 cells, and there are 1 columns"},
        {"id,names\n,a.example\n", "line 2, column id: is missing"},
        {"id,certificate_spki\n1,k\n", "line 2, column certificate_id: is missing"},
        {"id,validation\n1,\n2,ov\n", "line 3, column validation: must be DV, OV, EV, client"},
        {"id,names\n\"1\n1\",\n2,a.example b\xc3\xa4.example\n",
            "line 4, column names: must be a name, in A-labels"},
        {"id,plan_years\n1,two\n", "line 2, column plan_years: must be a whole number"},
        {"id,plan_years\n1,1000001\n", "line 2, column plan_years: must be 0 to 1000000"},
        {"id,renewed\n1,TRUE\n", "line 2, column renewed: must be true or false"},
        {"id,certificate_id,certificate_kind\n1,a,\n1,b,copy\n",
            "line 3, column certificate_kind: must be original, reissue, duplicate, renewal"},
        {"id,certificate_id\n1,a\n1,b\n1,a\n",
            "line 2, in the order that begins there: is that of an earlier one as well"},
        {"id,tenant\n1,a\n1,b\n", "line 3, column tenant: the order has another value on line 2"},
        {"id,tenant\n1,\n1,b\n", "line 3, column tenant: the order has another value on line 2"},
        {"id\n1\n2\n1\n", "line 4, column id: the order has rows from line 2 on"},
        {"id,product\n1,\xff\n", "line 2, column product: must be text in UTF-8"},
        {"id,product\n1,\"a\n\n", "line 2: a quote is not closed"},
        {"id,product\n1,\"a\"b\n", "line 2: after a closing quote comes neither"},
        {"id,product\n1,a\"b\n", "line 2: a cell with a quote or a control in it"},
        {"id,product\n1,a\rb\n", "line 2: a cell with a quote or a control in it"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        void *mem = mem_pool(NULL, 65536);
        struct inventory_report report;
        struct err e = {0};

        CU_ASSERT_EQUAL(inventory_csv_read(mem, bytes_of(rows[i].text), &report, &e), ERR_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, rows[i].detail));
        mem_free(mem);
    }
}

static void a_table_says_what_its_cells_say(void)
{
    static const char text[] =
        "\xef\xbb\xbfnames,id,tenant,status,free,plan_years,order_end,certificate_id,"
        "certificate_revoked,certificate_kind\r\n"
        "WWW.shop.example  shop.example,1,\"web, \"\"old\"\"\",prepaid,false,3,"
        "2027-01-01T00:00:00Z,c1,true,reissue\r\n"
        "\r\n"
        "shop.example,2,,,,,,,,\r\n"
        "shop.example,2,,,,,,c2,,";
    void *mem = mem_pool(NULL, 65536);
    struct inventory_report report;
    const struct vendor_order *o;
    struct err e = {0};

    CU_ASSERT_EQUAL_FATAL(inventory_csv_read(mem, bytes_of(text), &report, &e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(report.orders_len, 2);
    o = &report.orders[0];
    CU_ASSERT_STRING_EQUAL(o->tenant, "web, \"old\"");
    CU_ASSERT(o->standing == STANDING_PREPAID && !o->free && o->plan_years == 3);
    CU_ASSERT_EQUAL(o->said, SAID_STANDING | SAID_FREE);
    CU_ASSERT_EQUAL(o->order_end_s, 1798761600);
    CU_ASSERT_EQUAL_FATAL(o->names.len, 2);
    CU_ASSERT_STRING_EQUAL(o->names.list[1].value, "www.shop.example");
    CU_ASSERT_EQUAL_FATAL(o->certificates_len, 1);
    CU_ASSERT(o->certificates[0].revoked && o->certificates[0].kind == CERTIFICATE_REISSUE);
    CU_ASSERT_EQUAL(o->certificates[0].said, SAID_KIND);
    o = &report.orders[1];
    CU_ASSERT(o->tenant == NULL && o->said == 0);
    CU_ASSERT_EQUAL_FATAL(o->certificates_len, 1);
    CU_ASSERT_EQUAL(o->certificates[0].said, 0);
    mem_free(mem);
}

static enum err_code read_json(
    void *mem, const char *text, struct inventory_report *out, struct err *e)
{
    struct json at;

    CU_ASSERT_EQUAL_FATAL(json_parse(mem, bytes_of(text), "the orders", &at, e), ERR_OK);
    return inventory_json_read(mem, &at, out, e);
}

static const char *written(void *mem, const struct inventory_report *report)
{
    struct json_out w;
    struct buf b;

    buf_init(&b, mem, 65536);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_open(&w, "orders", '[');
    for (size_t i = 0; i < report->orders_len; i++) {
        json_open(&w, NULL, '{');
        order_json_add(&w, &report->orders[i]);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    validations_json_add(&w, "validations", &report->validations);
    json_close(&w, '}');
    return buf_text(&b);
}

/* Each text is what its order would be written as. */
static void what_is_written_is_read_as_the_same(void)
{
    static const char *const rows[] = {
        "{\"orders\":[],\"validations\":{}}",
        "{\"orders\":[{\"id\":\"1\",\"certificates\":[]}],\"validations\":{\"domains\":[]}}",
        "{\"orders\":[{\"id\":\"1\",\"tenant\":\"t\",\"source\":\"upload\",\"product\":\"p\","
        "\"brand\":\"b\",\"validation\":\"EV\",\"name_kind\":\"multi\",\"status\":\"issued\","
        "\"names\":[\"a.example\",\"b.example\"],\"issued_names\":[\"a.example\"],"
        "\"first_issued\":\"2026-01-01T00:00:00Z\",\"order_end\":\"2027-01-01T00:00:00Z\","
        "\"plan_years\":2,\"domain_validation_until\":\"2026-05-01T00:00:00Z\","
        "\"organization_validation_until\":\"2026-06-01T00:00:00Z\",\"free\":false,"
        "\"automatic_validation\":true,\"duplicates_allowed\":false,\"renewed\":true,"
        "\"in_process\":[{\"action\":\"renew\",\"spki\":\"k\",\"account\":\"a\","
        "\"since\":\"2026-02-01T00:00:00Z\"}],\"certificates\":[{\"id\":\"c\","
        "\"kind\":\"original\",\"spki\":\"k\",\"holder\":\"a\","
        "\"not_before\":\"2026-01-01T00:00:00Z\",\"not_after\":\"2026-12-01T00:00:00Z\","
        "\"revoked\":true,\"revoke_at\":\"2026-03-01T00:00:00Z\"}]}],"
        "\"validations\":{\"organization_until\":\"2026-09-01T00:00:00Z\","
        "\"domains\":[{\"name\":\"a.example\",\"until\":\"2026-10-01T00:00:00Z\"}]}}",
        "{\"orders\":[{\"id\":\"1\",\"in_process\":[],\"certificates\":[{\"id\":\"c\"}]}],"
        "\"validations\":{}}",
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        void *mem = mem_pool(NULL, 65536);
        struct inventory_report report;
        struct err e = {0};

        CU_ASSERT_EQUAL(read_json(mem, rows[i], &report, &e), ERR_OK);
        CU_ASSERT_STRING_EQUAL(written(mem, &report), rows[i]);
        mem_free(mem);
    }
}

static void nothing_in_process_is_told_from_nothing_said(void)
{
    void *mem = mem_pool(NULL, 65536);
    struct inventory_report report;
    struct err e = {0};

    read_json(mem,
        "{\"orders\":[{\"id\":\"1\"},{\"id\":\"2\",\"in_process\":null},"
        "{\"id\":\"3\",\"in_process\":[]}]}",
        &report, &e);
    CU_ASSERT_EQUAL_FATAL(report.orders_len, 3);
    CU_ASSERT_EQUAL(report.orders[0].said, 0);
    CU_ASSERT_EQUAL(report.orders[1].said, SAID_IN_PROCESS);
    CU_ASSERT_EQUAL(report.orders[2].said, SAID_IN_PROCESS);
    mem_free(mem);
}

static const struct test tests[] = {
    {"slips are named by line and column", slips_are_named_by_line_and_column},
    {"a table says what its cells say", a_table_says_what_its_cells_say},
    {"what is written is read as the same", what_is_written_is_read_as_the_same},
    {"nothing in process is told from nothing said", nothing_in_process_is_told_from_nothing_said},
    {NULL, NULL},
};
extern const struct test_suite suite_inventory_csv;
const struct test_suite suite_inventory_csv = {"inventory_csv", tests};
