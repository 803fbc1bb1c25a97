/* wal_check - is the log beside a database one that SQLite will take up in whole?
 *
 * SQLite takes a log that it cannot read for the remains of an interrupted write and silently goes
 * on without it, and with an empty database if the file itself is gone. What was answered would be
 * lost without a word; so the server asks here before SQLite opens the file.
 */
#ifndef COUNTERSIGN_STORE_WAL_CHECK_H
#define COUNTERSIGN_STORE_WAL_CHECK_H

#include "base/err.h"

/* Only reads, one frame at a time. ERR_STORE with a sentence for the operator if the database at
 * `path` is missing or empty while its log is not, if the log's header is wrong, or if a frame is
 * damaged that was flushed once. The torn end that a power cut leaves is no damage. */
enum err_code wal_check(const char *path, struct err *e);

#endif
