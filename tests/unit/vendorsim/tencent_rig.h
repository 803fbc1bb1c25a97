/* tencent_rig - a simulated Tencent Cloud in memory, and a client that signs. */
#ifndef COUNTERSIGN_TESTS_VENDORSIM_TENCENT_RIG_H
#define COUNTERSIGN_TESTS_VENDORSIM_TENCENT_RIG_H

#include "base/http_client.h"
#include "tests/vendorsim/tencent_private.h"

struct tencent_rig {
    void *mem;
    struct loop *loop;
    struct sim *sim;
    struct tencent *tc;
    struct http_client *client;
    json_t *answer;      /* the last one, whole */
    bool waits, is_done; /* for an answer, or for the clock to be moved */
};

/* `set`: settings as on the command line, ends with NULL; may be NULL. */
void tencent_rig_open(struct tencent_rig *rig, const char *const *set);
void tencent_rig_close(struct tencent_rig *rig);

/* Moves the virtual clock on. */
void tencent_rig_advance(struct tencent_rig *rig, int64_t seconds);

/* The console's purchase by a JSON text; the first record, borrowed. */
json_t *tencent_rig_buy(struct tencent_rig *rig, const char *body);

/* Calls an action with the members of a JSON text, where "$" is that id; the answer's members,
 * borrowed until the next call. */
const json_t *tencent_rig_call(
    struct tencent_rig *rig, const char *action, const char *params, const char *id);
/* The code of the refusal, "" if it was done. */
const char *tencent_rig_code(
    struct tencent_rig *rig, const char *action, const char *params, const char *id);

#endif
