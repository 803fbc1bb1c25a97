/* settings - the vendor's switches: their defaults, what the command line and POST /settings made
 * of them. What was set stands in the state.
 */
#ifndef COUNTERSIGN_VENDORSIM_SETTINGS_H
#define COUNTERSIGN_VENDORSIM_SETTINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "tests/vendorsim/sim.h"
#include "tests/vendorsim/state.h"

struct settings;

/* `list` ends with a NULL name and lives as long as the settings. */
struct settings *settings_new(void *mem, const struct sim_setting *list, struct state *state);

/* ERR_NOT_FOUND: no such setting; ERR_INPUT: not a value of its kind. */
enum err_code settings_set(
    struct settings *settings, const char *name, const char *value, struct err *e);
/* "NAME=VALUE" */
enum err_code settings_set_pair(struct settings *settings, const char *pair, struct err *e);
/* Each member of an object; the value is of the setting's kind, or its text form. Those before a
 * wrong one are set. */
enum err_code settings_set_all(struct settings *settings, const json_t *object, struct err *e);

/* The name must be one of the list. */
const char *settings_get(const struct settings *settings, const char *name);

/* All by name, with their values. A new reference. */
json_t *settings_json(const struct settings *settings);

#endif
