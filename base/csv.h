/* csv - comma-separated values (RFC 4180), strictly: rows of cells with the lines that they begin
 * on.
 *
 * Lines end with LF or CRLF; a cell with a comma, a quote or a line end stands in quotes, with the
 * quotes in it doubled. Empty lines are skipped, a byte order mark at the start as well. Pure.
 */
#ifndef COUNTERSIGN_BASE_CSV_H
#define COUNTERSIGN_BASE_CSV_H

#include <stddef.h>

#include "base/bytes.h"
#include "base/err.h"

#define CSV_CELLS_MAX 256

struct csv_row {
    char *cells[CSV_CELLS_MAX];
    size_t len;
    size_t line; /* on which it begins, from 1 */
};

struct csv {
    void *mem;
    struct bytes rest;
    size_t line;
};

void csv_begin(struct csv *csv, void *mem, struct bytes text);

/* The next row, its cells on `mem`. False: none is left (e->code is ERR_OK), or ERR_INPUT with the
 * line. */
bool csv_next(struct csv *csv, struct csv_row *row, struct err *e);

#endif
