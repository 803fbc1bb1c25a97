/* inventory_csv - see inventory_csv.h. Rows become the JSON that they stand for, which is then read
 * by the one reader of orders; what that refuses is tried cell by cell, to name line and column. */
#include "policy/inventory_csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/mem.h"
#include "base/unit.h"

enum kind { TEXT, FLAG, NUMBER, NAMES };

static const struct column {
    const char *name; /* in the first row */
    const char *member;
    enum kind kind;
    bool certificate;
} columns[] = {
    {"id", "id", TEXT, false},
    {"tenant", "tenant", TEXT, false},
    {"source", "source", TEXT, false},
    {"product", "product", TEXT, false},
    {"validation", "validation", TEXT, false},
    {"brand", "brand", TEXT, false},
    {"name_kind", "name_kind", TEXT, false},
    {"free", "free", FLAG, false},
    {"status", "status", TEXT, false},
    {"names", "names", NAMES, false},
    {"issued_names", "issued_names", NAMES, false},
    {"first_issued", "first_issued", TEXT, false},
    {"order_end", "order_end", TEXT, false},
    {"plan_years", "plan_years", NUMBER, false},
    {"names_max", "names_max", NUMBER, false},
    {"wildcards_max", "wildcards_max", NUMBER, false},
    {"domain_validation_until", "domain_validation_until", TEXT, false},
    {"organization_validation_until", "organization_validation_until", TEXT, false},
    {"automatic_validation", "automatic_validation", FLAG, false},
    {"duplicates_allowed", "duplicates_allowed", FLAG, false},
    {"renewed", "renewed", FLAG, false},
    {"certificate_id", "id", TEXT, true},
    {"certificate_kind", "kind", TEXT, true},
    {"certificate_spki", "spki", TEXT, true},
    {"certificate_holder", "holder", TEXT, true},
    {"certificate_not_before", "not_before", TEXT, true},
    {"certificate_not_after", "not_after", TEXT, true},
    {"certificate_revoked", "revoked", FLAG, true},
    {"certificate_revoke_at", "revoke_at", TEXT, true},
};
#define COLUMNS (sizeof columns / sizeof columns[0])

/* A row, its cells by column; those that are empty or not in the file are NULL. */
struct line {
    size_t number;
    const char *cells[COLUMNS];
};

struct table {
    void *mem;
    const struct column *in_file[CSV_CELLS_MAX];
    size_t width;
    struct line *lines;
    size_t len;
};

/* Reading the table. */

static const struct column *find_column(const char *name)
{
    for (size_t i = 0; i < COLUMNS; i++)
        if (strcmp(columns[i].name, name) == 0)
            return &columns[i];
    return NULL;
}

static enum err_code read_header(struct table *t, struct csv *csv, struct err *e)
{
    bool seen[COLUMNS] = {false};
    struct csv_row row;

    if (!csv_next(csv, &row, e))
        return e->code != ERR_OK ? e->code : err_set(e, ERR_INPUT, "line 1: there are no columns");
    for (size_t i = 0; i < row.len; i++) {
        const struct column *column = find_column(row.cells[i]);

        if (column == NULL)
            return err_set(e, ERR_INPUT, "line %zu: \"%.60s\" is no column that is known here",
                row.line, row.cells[i]);
        if (seen[column - columns])
            return err_set(
                e, ERR_INPUT, "line %zu: column %s stands there twice", row.line, column->name);
        seen[column - columns] = true;
        t->in_file[i] = column;
    }
    t->width = row.len;
    return seen[0] ? ERR_OK : err_set(e, ERR_INPUT, "line %zu: there is no column id", row.line);
}

/* May the row stand below the one before as another certificate of the same order? Its cells of the
 * order are taken out then. */
static enum err_code continue_order(const struct line *first, struct line *line, struct err *e)
{
    for (size_t i = 1; i < COLUMNS; i++) {
        if (columns[i].certificate || line->cells[i] == NULL)
            continue;
        if (first->cells[i] == NULL || strcmp(first->cells[i], line->cells[i]) != 0)
            return err_set(e, ERR_INPUT,
                "line %zu, column %s: the order has another value on line %zu", line->number,
                columns[i].name, first->number);
        line->cells[i] = NULL;
    }
    return ERR_OK;
}

static enum err_code check_line(const struct line *line, struct err *e)
{
    const size_t certificate_id = (size_t)(find_column("certificate_id") - columns);

    if (line->cells[0] == NULL)
        return err_set(e, ERR_INPUT, "line %zu, column id: is missing", line->number);
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns[i].certificate && line->cells[i] != NULL && line->cells[certificate_id] == NULL)
            return err_set(
                e, ERR_INPUT, "line %zu, column certificate_id: is missing", line->number);
    return ERR_OK;
}

static bool same_order(const struct line *a, const struct line *b)
{
    return strcmp(a->cells[0], b->cells[0]) == 0;
}

static enum err_code read_lines(struct table *t, struct csv *csv, struct err *e)
{
    size_t first = 0; /* of the order that the last row is of */
    struct csv_row row;

    while (csv_next(csv, &row, e)) {
        struct line *line;

        if (t->len % 256 == 0)
            t->lines =
                mem_grow_array(t->mem, t->lines, sizeof *t->lines, t->len + 256, "csv_lines");
        line = &t->lines[t->len];
        *line = (struct line){.number = row.line};
        if (row.len != t->width)
            return err_set(e, ERR_INPUT, "line %zu: has %zu cells, and there are %zu columns",
                row.line, row.len, t->width);
        for (size_t i = 0; i < row.len; i++)
            if (row.cells[i][0] != '\0')
                line->cells[t->in_file[i] - columns] = row.cells[i];
        if (check_line(line, e) != ERR_OK)
            return e->code;
        if (t->len == 0 || !same_order(&t->lines[first], line))
            first = t->len;
        else if (continue_order(&t->lines[first], line, e) != ERR_OK)
            return e->code;
        t->len++;
    }
    return e->code;
}

/* Writing it as JSON. */

static void add_names(struct json_out *w, void *mem, const char *name, const char *cell)
{
    json_open(w, name, '[');
    while (*cell != '\0') {
        size_t len = strcspn(cell, " ");

        if (len > 0)
            json_add_string(w, NULL, mem_strndup(mem, cell, len));
        cell += len + (cell[len] == ' ');
    }
    json_close(w, ']');
}

/* What is no number and no flag stands there as a text, which the reader then refuses. */
static void add_cell(struct json_out *w, void *mem, const struct column *c, const char *cell)
{
    int64_t number;

    if (c->kind == NAMES)
        add_names(w, mem, c->member, cell);
    else if (c->kind == NUMBER && unit_parse_number(cell, &number))
        json_add_int(w, c->member, number);
    else if (c->kind == FLAG && (strcmp(cell, "true") == 0 || strcmp(cell, "false") == 0))
        json_add_bool(w, c->member, cell[0] == 't');
    else
        json_add_string(w, c->member, cell);
}

static void add_cells(struct json_out *w, void *mem, const struct line *line, bool certificate)
{
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns[i].certificate == certificate && line->cells[i] != NULL)
            add_cell(w, mem, &columns[i], line->cells[i]);
}

/* The rows `from` to `to`, which are of one order. */
static void add_order(struct json_out *w, const struct table *t, size_t from, size_t to)
{
    const size_t certificate_id = (size_t)(find_column("certificate_id") - columns);

    json_open(w, NULL, '{');
    add_cells(w, t->mem, &t->lines[from], false);
    json_open(w, "certificates", '[');
    for (size_t i = from; i < to; i++) {
        if (t->lines[i].cells[certificate_id] == NULL)
            continue;
        json_open(w, NULL, '{');
        add_cells(w, t->mem, &t->lines[i], true);
        json_close(w, '}');
    }
    json_close(w, ']');
    json_close(w, '}');
}

/* The first row of the next order. */
static size_t next_order(const struct table *t, size_t from)
{
    size_t to = from + 1;

    while (to < t->len && same_order(&t->lines[from], &t->lines[to]))
        to++;
    return to;
}

/* Reads the rows from `from` on, up to `to`. */
static enum err_code read_orders(const struct table *t, void *mem, size_t from, size_t to,
    struct inventory_report *out, struct err *e)
{
    struct json_out w;
    struct json at;
    struct buf b;

    buf_init(&b, mem, SIZE_MAX / 2);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_open(&w, "orders", '[');
    for (size_t i = from; i < to; i = next_order(t, i))
        add_order(&w, t, i, next_order(t, i));
    json_close(&w, ']');
    json_close(&w, '}');
    if (json_parse(mem, buf_bytes(&b), "the table", &at, e) != ERR_OK)
        return err_set(e, ERR_INPUT, "must be text in UTF-8");
    return inventory_json_read(mem, &at, out, e);
}

/* What is wrong, and where. */

/* The reader's sentence, without the path in front. */
static const char *without_path(void *mem, const char *detail)
{
    const char *end = detail[0] == '"' ? strchr(detail + 1, '"') : NULL;

    return mem_strdup(mem, end == NULL ? detail : end + (end[1] == ' ' ? 2 : 1));
}

/* A line with this cell alone, and what must stand beside it. */
static struct line single_cell(const struct line *line, size_t column)
{
    struct line single = {.number = line->number};

    single.cells[0] = "x";
    if (columns[column].certificate)
        single.cells[find_column("certificate_id") - columns] = "x";
    single.cells[column] = line->cells[column];
    return single;
}

static enum err_code complain_of_cell(const struct table *t, const struct line *line, struct err *e)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        struct line single = single_cell(line, i);
        struct table alone = {.mem = t->mem, .lines = &single, .len = 1};
        struct inventory_report report;
        struct err why = {0};

        if (line->cells[i] != NULL && read_orders(&alone, t->mem, 0, 1, &report, &why) != ERR_OK)
            return err_set(e, ERR_INPUT, "line %zu, column %s: %s", line->number, columns[i].name,
                without_path(t->mem, why.detail));
    }
    return ERR_OK;
}

static enum err_code complain_of_order(const struct table *t, size_t from, size_t to, struct err *e)
{
    struct inventory_report report;
    struct err why = {0};

    if (read_orders(t, t->mem, from, to, &report, &why) == ERR_OK)
        return ERR_OK;
    for (size_t i = from; i < to; i++)
        if (complain_of_cell(t, &t->lines[i], e) != ERR_OK)
            return e->code;
    return err_set(e, ERR_INPUT, "line %zu, in the order that begins there: %s",
        t->lines[from].number, without_path(t->mem, why.detail));
}

static int compare_lines(const void *left, const void *right)
{
    const struct line *const *a = left, *const *b = right;
    int order = strcmp((*a)->cells[0], (*b)->cells[0]);

    return order != 0 ? order : ((*a)->number > (*b)->number) - ((*a)->number < (*b)->number);
}

/* Orders that stand in two places of the file. */
static enum err_code complain_of_twins(const struct table *t, struct err *e)
{
    const struct line **firsts = mem_new_array(t->mem, const struct line *, t->len + 1);
    size_t len = 0;

    for (size_t i = 0; i < t->len; i = next_order(t, i))
        firsts[len++] = &t->lines[i];
    qsort(firsts, len, sizeof *firsts, compare_lines);
    for (size_t i = 1; i < len; i++)
        if (same_order(firsts[i - 1], firsts[i]))
            return err_set(e, ERR_INPUT,
                "line %zu, column id: the order has rows from line %zu on, and other orders "
                "between",
                firsts[i]->number, firsts[i - 1]->number);
    return ERR_OK;
}

static enum err_code complain(const struct table *t, const struct err *why, struct err *e)
{
    if (complain_of_twins(t, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < t->len; i = next_order(t, i))
        if (complain_of_order(t, i, next_order(t, i), e) != ERR_OK)
            return e->code;
    return err_set(e, ERR_INPUT, "%s", why->detail);
}

enum err_code inventory_csv_read(
    void *mem, struct bytes text, struct inventory_report *out, struct err *e)
{
    struct table t = {.mem = mem};
    struct err why = {0};
    struct csv csv;

    csv_begin(&csv, mem, text);
    if (read_header(&t, &csv, e) != ERR_OK || read_lines(&t, &csv, e) != ERR_OK)
        return e->code;
    return read_orders(&t, mem, 0, t.len, out, &why) == ERR_OK ? ERR_OK : complain(&t, &why, e);
}
