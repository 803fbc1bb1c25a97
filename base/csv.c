/* csv - see csv.h. */
#include "base/csv.h"

#include <string.h>

#include "base/mem.h"

void csv_begin(struct csv *csv, void *mem, struct bytes text)
{
    static const char mark[] = "\xef\xbb\xbf";

    *csv = (struct csv){mem, text, 1};
    if (text.len >= 3 && memcmp(text.data, mark, 3) == 0)
        csv->rest = (struct bytes){text.data + 3, text.len - 3};
}

/* The next octet; -1 at the end. */
static int peek(const struct csv *csv)
{
    return csv->rest.len == 0 ? -1 : csv->rest.data[0];
}

static int take(struct csv *csv)
{
    int c = peek(csv);

    if (c < 0)
        return c;
    csv->rest.data++;
    csv->rest.len--;
    csv->line += c == '\n';
    return c;
}

/* At the end of a line: "\n", "\r\n" or the end of the text. */
static bool at_line_end(const struct csv *csv)
{
    int c = peek(csv);

    return c < 0 || c == '\n' || (c == '\r' && csv->rest.len > 1 && csv->rest.data[1] == '\n');
}

static void take_line_end(struct csv *csv)
{
    if (peek(csv) == '\r')
        take(csv);
    take(csv);
}

static enum err_code read_quoted(struct csv *csv, struct buf *cell, struct err *e)
{
    size_t line = csv->line;

    take(csv);
    for (int c; (c = take(csv)) >= 0;) {
        if (c == '"' && peek(csv) != '"') {
            if (peek(csv) == ',' || at_line_end(csv))
                return ERR_OK;
            return err_set(e, ERR_INPUT,
                "line %zu: after a closing quote comes neither a comma nor "
                "the end of the line",
                csv->line);
        }
        if (c == '"')
            take(csv);
        if (c == '\0')
            return err_set(e, ERR_INPUT, "line %zu: a NUL is no text", csv->line);
        buf_add_char(cell, (char)c);
    }
    return err_set(e, ERR_INPUT, "line %zu: a quote is not closed", line);
}

static enum err_code read_plain(struct csv *csv, struct buf *cell, struct err *e)
{
    while (peek(csv) != ',' && !at_line_end(csv)) {
        int c = take(csv);

        if (c == '"' || c == '\r' || c == '\0')
            return err_set(e, ERR_INPUT,
                "line %zu: a cell with a quote or a control in it must stand "
                "in quotes",
                csv->line);
        buf_add_char(cell, (char)c);
    }
    return ERR_OK;
}

static enum err_code read_cell(struct csv *csv, char **out, struct err *e)
{
    struct buf cell;

    buf_init(&cell, csv->mem, csv->rest.len + 1);
    if ((peek(csv) == '"' ? read_quoted(csv, &cell, e) : read_plain(csv, &cell, e)) != ERR_OK)
        return e->code;
    *out = buf_text(&cell);
    return ERR_OK;
}

bool csv_next(struct csv *csv, struct csv_row *row, struct err *e)
{
    while (csv->rest.len > 0 && at_line_end(csv))
        take_line_end(csv);
    if (csv->rest.len == 0)
        return false;
    *row = (struct csv_row){.line = csv->line};
    for (;;) {
        if (row->len == CSV_CELLS_MAX) {
            err_set(e, ERR_INPUT, "line %zu: has more than %d cells", row->line, CSV_CELLS_MAX);
            return false;
        }
        if (read_cell(csv, &row->cells[row->len++], e) != ERR_OK)
            return false;
        if (peek(csv) != ',')
            break;
        take(csv);
    }
    take_line_end(csv);
    return true;
}
