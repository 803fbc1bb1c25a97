/* config_private - what the parts of the configuration's reader share: places and complaints.
 *
 * While a file is read, the line of every key is remembered under its path
 * ("profiles[0].upstream"), so that checks which come later can name it. A complaint marks its
 * place as faulty; what is faulty is not judged again.
 */
#ifndef COUNTERSIGN_SERVER_CONFIG_PRIVATE_H
#define COUNTERSIGN_SERVER_CONFIG_PRIVATE_H

#include <stdbool.h>

#include <yaml.h>

#include "base/bytes.h"
#include "server/config.h"

#define CONFIG_FILE_MAX     (1024 * 1024)
#define CONFIG_PROBLEMS_MAX 100

struct config_place {
    const char *path;
    int line; /* 0: not in the file */
    bool faulty;
};

struct config_problem {
    int line;
    const char *text;
};

struct config_reading {
    void *mem;        /* of the result */
    void *scratch;    /* goes when reading ends */
    const char *file; /* for the sentences */
    struct config_place *places;
    unsigned places_len;
    struct config_problem problems[CONFIG_PROBLEMS_MAX]; /* beyond them, none are added */
    unsigned problems_len;
};

/* Remembers where a key stands. */
void config_place_add(struct config_reading *r, const char *path, int line);
/* Was there a complaint about this key? */
bool config_is_faulty(const struct config_reading *r, const char *path);

/* Notes a problem of a key, in the key's line: "FILE:LINE: PATH: <format>". */
void config_complain(struct config_reading *r, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for something that has no place (path NULL: nothing is said of a key). */
void config_complain_at(struct config_reading *r, int line, const char *path, const char *format,
    ...) __attribute__((format(printf, 4, 5)));

/* A value from the file, fit for a sentence: cut after 60 octets, control characters as '?'; on the
 * scratch. */
const char *config_excerpt(struct config_reading *r, const char *value);

/* config_yaml.c: text to libyaml's tree; false after a complaint. *out must be deleted if true. */
bool config_yaml_parse(struct config_reading *r, struct bytes text, yaml_document_t *out);

/* config_read.c: fills `out` from the tree by the schema, defaults included; complains about all
 * that does not fit. */
void config_read_document(struct config_reading *r, yaml_document_t *document, struct config *out);

/* config_check.c: what no single value shows: references, pairs, files; fills in what follows from
 * other values. */
void config_check(struct config_reading *r, struct config *config);

#endif
