/* Tests of base/csv: rows, cells and the lines that they begin on (RFC 4180). */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/csv.h"
#include "base/mem.h"

/* "LINE[cell|cell]" for each row; the complaint behind them. */
static const char *as_text(void *mem, struct bytes text)
{
    struct csv_row row;
    struct err e = {0};
    struct csv csv;
    struct buf b;

    buf_init(&b, mem, 65536);
    csv_begin(&csv, mem, text);
    while (csv_next(&csv, &row, &e)) {
        buf_addf(&b, "%zu[", row.line);
        for (size_t i = 0; i < row.len; i++)
            buf_addf(&b, "%s%s", i == 0 ? "" : "|", row.cells[i]);
        buf_add_char(&b, ']');
    }
    if (e.code != ERR_OK)
        buf_addf(&b, "%s", e.detail);
    return buf_text(&b);
}

static void rows_are_read_with_their_lines(void)
{
    static const struct {
        const char *text, *rows;
    } rows[] = {
        {"", ""},
        {"\n\r\n", ""},
        {"a", "1[a]"},
        {"a,b\nc,d\n", "1[a|b]2[c|d]"},
        {"a,b\r\nc,d", "1[a|b]2[c|d]"},
        {",\n,,", "1[|]2[||]"},
        {"\xef\xbb\xbf"
         "a\n",
            "1[a]"},
        {"\n\na\n\nb\n", "3[a]5[b]"},
        {"\"a,b\",\"c\"\"d\"\n", "1[a,b|c\"d]"},
        {"\"\",\"\"\"\"\n", "1[|\"]"},
        {"\"a\nb\r\nc\"\nd\n", "1[a\nb\r\nc]4[d]"},
        {" a , b ", "1[ a | b ]"},
        {"a\n\"b", "1[a]line 2: a quote is not closed"},
        {"\"b\n\n", "line 1: a quote is not closed"},
        {"a\n\"b\" ,c",
            "1[a]line 2: after a closing quote comes neither a comma nor the end of the line"},
        {"a\"b", "line 1: a cell with a quote or a control in it must stand in quotes"},
        {"a\rb", "line 1: a cell with a quote or a control in it must stand in quotes"},
        {"a\r", "line 1: a cell with a quote or a control in it must stand in quotes"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        void *mem = mem_pool(NULL, 65536);

        CU_ASSERT_STRING_EQUAL(as_text(mem, bytes_of(rows[i].text)), rows[i].rows);
        mem_free(mem);
    }
}

static void octets_that_are_no_text_are_refused(void)
{
    void *mem = mem_pool(NULL, 65536);

    CU_ASSERT_STRING_EQUAL(as_text(mem, (struct bytes){(const uint8_t *)"a\n\"b\0\"", 6}),
        "1[a]line 2: a NUL is no text");
    CU_ASSERT_STRING_EQUAL(as_text(mem, (struct bytes){(const uint8_t *)"b\0c", 3}),
        "line 1: a cell with a quote or a control in it must stand in quotes");
    mem_free(mem);
}

static void a_row_has_so_many_cells_at_most(void)
{
    void *mem = mem_pool(NULL, 65536);
    char text[CSV_CELLS_MAX + 1];

    memset(text, ',', sizeof text);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(as_text(mem, (struct bytes){(const uint8_t *)text, CSV_CELLS_MAX - 1}), "1[|"));
    CU_ASSERT_STRING_EQUAL(as_text(mem, (struct bytes){(const uint8_t *)text, CSV_CELLS_MAX}),
        "line 1: has more than 256 cells");
    mem_free(mem);
}

static const struct test tests[] = {
    {"rows are read with their lines", rows_are_read_with_their_lines},
    {"octets that are no text are refused", octets_that_are_no_text_are_refused},
    {"a row has so many cells at most", a_row_has_so_many_cells_at_most},
    {NULL, NULL},
};
extern const struct test_suite suite_csv;
const struct test_suite suite_csv = {"csv", tests};
