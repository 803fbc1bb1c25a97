/* app - the whole server: what the configuration describes, made in one readable order and ended in
 * reverse.
 *
 *     embedded CAs -> store -> secrets -> TLS -> admin API -> workers
 *
 * All functions run on the main thread.
 */
#ifndef COUNTERSIGN_SERVER_APP_H
#define COUNTERSIGN_SERVER_APP_H

#include "base/err.h"
#include "server/config.h"

struct app;

/* Makes everything and serves. `listen_fd`: a listening socket that was handed over, or -1. NULL
 * and e, for the operator; nothing runs then. The configuration must live until app_stop. */
struct app *app_start(const struct config *config, int listen_fd, struct err *e);

/* Goes on by another configuration. On an error everything stays as it was. What cannot change
 * while running (listen, store, workers) is named in the log and stays. */
enum err_code app_reload(struct app *app, const struct config *config, struct err *e);

/* To be called now and then (each minute): renews our own TLS certificate when its time has come.
 */
void app_tick(struct app *app);

/* Answers what is open, stores what must survive, ends all threads. */
void app_stop(struct app *app);

#endif
