/* process - a program run beside the loop: no shell, a clean environment, bounded time.
 *
 * It gets the arguments, an empty standard input, PATH and nothing else of ours. What it writes is
 * kept up to a bound. It leads a process group of its own, which is killed when its time is over,
 * when it is cancelled, and when it ends and leaves others behind.
 */
#ifndef COUNTERSIGN_BASE_PROCESS_H
#define COUNTERSIGN_BASE_PROCESS_H

#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"

/* Of what it writes, so much is kept. */
#define PROCESS_OUTPUT_MAX 1024

struct process;

struct process_result {
    enum err_code result; /* ERR_OK: it exited with 0; ERR_DENIED: with another status, or by a
                             signal; ERR_TIMEOUT; ERR_INPUT: it cannot be started */
    const char *why;      /* our words: "exit status 3" */
    const char *output;   /* printable, one line; or "" */
};

/* The result is valid during the call only. */
typedef void (*process_on_done)(void *arg, const struct process_result *result);

/* argv[0] is the path of the program; a NULL ends the list. The promises are those of base/loop.h.
 * *process is the handle for process_cancel and is gone once on_done was called. */
void process_start(struct loop *loop, const char *const *argv, int64_t timeout_ms,
    process_on_done on_done, void *arg, struct process **process);

/* Kills it. No callback comes after this; sets the handle to NULL; NULL is fine. */
void process_cancel(struct process **process);

#endif
