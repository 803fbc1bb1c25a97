/* state - what a simulated vendor knows: JSON objects by kind and id, kept in one file.
 *
 *     ["vendorsim","digicert",1]
 *     ["put","order","1000123",{"status":"issued",...}]
 *     ["gone","due","17"]
 *     ["end"]
 *
 * The file is a journal of lines. A commit appends what changed and an "end" in one go; reading
 * stops after the last "end", so that whatever was being written when the process was killed is as
 * if it had never begun. When the journal has grown to several times what is alive, it is written
 * anew beside the old one and takes its place. A commit costs what it changes, not what there is.
 *
 * Nothing is synced: the file outlives the process, not the machine's loss of power.
 */
#ifndef COUNTERSIGN_VENDORSIM_STATE_H
#define COUNTERSIGN_VENDORSIM_STATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct state;

/* Reads the file, or starts a new one; NULL: nothing is kept. On `mem`. NULL and ERR_INPUT (not a
 * state of that vendor, or broken before its end: the line is named), ERR_CONFLICT (another process
 * has it), ERR_STORE. */
struct state *state_open(void *mem, const char *path, const char *vendor, struct err *e);

/* Was there nothing in it when it was opened? */
bool state_is_new(const struct state *state);

/* An object, borrowed until it is put or removed; NULL if there is none. Who changes it in place
 * says so with state_touch before the next commit. */
json_t *state_get(struct state *state, const char *kind, const char *id);

/* Puts an object, which is taken over; returns it, borrowed. */
json_t *state_put(struct state *state, const char *kind, const char *id, json_t *value);
void state_touch(struct state *state, const char *kind, const char *id);
void state_remove(struct state *state, const char *kind, const char *id);

/* All objects of a kind as one JSON object by id, in the order in which they were first put;
 * borrowed, only to be read. Nothing of the kind may be put or removed while it is gone through. */
json_t *state_all(struct state *state, const char *kind);

/* The next number of a series, which begins with `first`. */
int64_t state_next(struct state *state, const char *series, int64_t first);

/* Makes what changed last. ERR_STORE: the file cannot be written. */
enum err_code state_commit(struct state *state, struct err *e);

#endif
