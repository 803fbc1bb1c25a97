/* migrate - brings a database to the schema of this program, forward only.
 *
 * schema/NNNN_name.sql are embedded at build time and run in order, each in a transaction with the
 * row in schema_version that says so. A database that is newer than this program is refused
 * untouched.
 */
#ifndef COUNTERSIGN_STORE_MIGRATE_H
#define COUNTERSIGN_STORE_MIGRATE_H

#include "store/driver.h"

/* The scripts, in order; [0] makes version 1. Made by the build from store/schema/. */
extern const char *const schema_scripts[];
extern const int schema_scripts_len;

/* Claims the database for this program and migrates it. ERR_STORE with a sentence for the operator.
 */
enum err_code migrate(const struct driver *driver, struct driver_db *db, struct err *e);

#endif
