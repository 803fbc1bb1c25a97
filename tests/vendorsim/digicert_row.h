/* digicert_row - the forms that dates have in CertCentral (1.3). */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_ROW_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_ROW_H

#include "tests/vendorsim/row.h"

/* "2026-03-02T10:15:30+00:00" and "2026-03-02" (of UTC); 0: "". */
void format_time(int64_t time_s, char *text, size_t size);
void format_date(int64_t time_s, char *text, size_t size);
/* The same as members; 0 leaves the member out. */
void row_put_time(json_t *row, const char *member, int64_t time_s);
void row_put_date(json_t *row, const char *member, int64_t time_s);

/* Reads "2026-03-02" or "21 DEC 2021" as its first second. */
bool parse_date(const char *text, int64_t *time_s);

#endif
