/* setting - named values of the installation: secrets and counters that must survive restarts. */
#ifndef COUNTERSIGN_STORE_SETTING_H
#define COUNTERSIGN_STORE_SETTING_H

#include "store/store.h"

/* *value is on `mem`; ERR_NOT_FOUND without one. */
enum err_code store_setting_get(
    struct store_tx *tx, void *mem, const char *name, struct bytes *value, struct err *e);
enum err_code store_setting_put(
    struct store_tx *tx, const char *name, struct bytes value, struct err *e);
enum err_code store_setting_delete(struct store_tx *tx, const char *name, struct err *e);

#endif
