/* config_schema - the table of the configuration's keys: name, form, bounds, default and one
 * sentence each.
 *
 * A section is a list of keys; it ends with a NULL name. `at` and `at_len` are offsets in the
 * struct that the section fills: struct config, or one element of a list of sections.
 */
#ifndef COUNTERSIGN_SERVER_CONFIG_SCHEMA_H
#define COUNTERSIGN_SERVER_CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands in YAML, and what is stored. */
enum config_type {
    CONFIG_TEXT,     /* plain or quoted: const char *, never NULL */
    CONFIG_NUMBER,   /* decimal digits: int */
    CONFIG_BOOL,     /* true or false: bool */
    CONFIG_WORD,     /* one of `words`: enum (int) */
    CONFIG_PART,     /* 0.5: double, 0 to 1 */
    CONFIG_DURATION, /* 30d, 12h, 5m, 90s, 90: int64_t, seconds */
    CONFIG_SIZE,     /* 64KiB, 1MiB, 65536: int64_t, octets */
    CONFIG_RATE,     /* 300/1h, off: struct gcra_rate, its period in RATE_SECOND */
    CONFIG_RANGE,    /* 127.0.0.0/8, ::1: struct address_range */
    CONFIG_SECTION   /* keys with values: fields of the same struct; in a list, an element */
};

struct config_word {
    const char *word; /* NULL ends the list */
    int value;
};

struct config_key {
    const char *name;
    enum config_type type;
    /* A list is stored as a pointer at `at` and an unsigned at `at_len`; but a list of words is a
     * set: their values or-ed in an unsigned at `at`. */
    bool list;
    bool secret; /* complaints never repeat the value: it may hold a password */
    size_t at, at_len;
    const char *fallback; /* the default, as YAML; NULL: must be given (sections have none) */
    int64_t min, max;     /* of a number, duration or size; max of a text's length, 0 for 1024 */
    unsigned items_min, items_max; /* of a list */
    const struct config_word *words;
    const char *const *named; /* of a word, instead: those of an enum of another floor, by value */
    /* Of a text: NULL, or what is wrong, as the rest of a sentence ("is not a URL"). */
    const char *(*fault)(const char *text);
    const struct config_key *keys;               /* of a section */
    const struct config_key *(*make)(void *mem); /* of a section whose keys stand elsewhere */
    size_t size;                                 /* of an element, for a list of sections */
    const char *help;                            /* one sentence */
};

/* The keys of a section; those that stand elsewhere are made on `mem`. */
const struct config_key *config_section_keys(void *mem, const struct config_key *section);

/* The words of a key; those of another floor's enum are made on `mem`, and "" is among them if the
 * default is that nothing was said. */
const struct config_word *config_key_words(void *mem, const struct config_key *key);

/* A profile's preferences, made from the policy's own table (policy/preferences.h). For
 * config_key.make. */
const struct config_key *config_preference_keys(void *mem);

/* The top level. */
extern const struct config_key config_keys[];

#endif
