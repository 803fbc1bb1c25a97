/* record_command - what the commands have in common that list and show the running server's
 * records: `countersign account|order|certificate|action list|show` (server/admin_record.h). */
#ifndef COUNTERSIGN_SERVER_RECORD_COMMAND_H
#define COUNTERSIGN_SERVER_RECORD_COMMAND_H

#include "base/json.h"
#include "server/command.h"

/* What a list can be bounded by, besides how long it is. */
enum record_filter {
    RECORD_BY_ACCOUNT = 1,
    RECORD_BY_TENANT = 2,
    RECORD_BY_STATUS = 4,
    RECORD_BY_NAME = 8,
    RECORD_BY_UPSTREAM = 16,
    RECORD_BY_STATE = 32 /* what others call their status */
};

struct record_kind {
    const char *noun;   /* "order": the command's name, and its path */
    char *list, *show;  /* "order list", "order show", for complaints; not const: getopt's argv */
    const char *plural; /* "orders": the member of a list */
    unsigned filters;   /* set of enum record_filter */
    const char *which;  /* what `show` takes: "NUMBER or URL" */
    void (*print_head)(void);
    void (*print_line)(void *mem, const struct json *record);
    void (*print_whole)(void *mem, const struct json *record);
};

/* Does what the words say: argv[1] is "list" or "show". The exit status. */
int record_command_run(const struct record_kind *kind, int argc, char **argv);

/* What the word means in the paths of that noun: a number, or the last part of an address. NULL: it
 * is neither. */
const char *record_id(void *mem, const char *noun, const char *word);

/* Members for people. A number: 0 without it. */
int64_t record_int(const struct json *at, const char *name);
bool record_flag(const struct json *at, const char *name);
const char *record_or_dash(const char *text);
/* The names of "identifiers", separated by ", ": `max` of them, then "and 7 more". */
char *record_names(void *mem, const struct json *at, size_t max);
/* "label   text", or nothing without text. */
void record_print(const char *label, const char *text);
/* Text of several lines, each indented. */
void record_print_lines(const char *text);
/* The same as record_print of a member's text. */
void record_print_member(const struct json *at, const char *name, const char *label);

#endif
