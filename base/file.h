/* file - small text files, read and written whole.
 *
 * Writing is atomic and durable: a crash leaves the old file or the new one, never half of one.
 * Errors name the file, and why, in words for the operator: ERR_NOT_FOUND (no such file),
 * ERR_TOO_LARGE, ERR_DENIED (a secret that others may read), ERR_INPUT (cannot be read), ERR_STORE
 * (cannot be written).
 */
#ifndef COUNTERSIGN_BASE_FILE_H
#define COUNTERSIGN_BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/err.h"

/* Who may read a file that is written. */
enum file_kind { FILE_PUBLIC, FILE_SECRET };

/* Reads at most `max` bytes as a string on `mem`; a NUL inside is refused. */
enum err_code file_read(void *mem, const char *path, size_t max, char **text, struct err *e);

/* The same for a private key: refused if its permissions let the group or others at it; cleansed
 * when freed. */
enum err_code file_read_secret(void *mem, const char *path, size_t max, char **text, struct err *e);

/* Writes a file by way of PATH.new, synced before it takes the name; the folder is synced too. One
 * writer at a time: what an earlier one left at PATH.new when it was cut off is removed. */
enum err_code file_write(const char *path, const char *text, enum file_kind kind, struct err *e);
enum err_code file_write_bytes(
    const char *path, struct bytes data, enum file_kind kind, struct err *e);

/* Makes a folder that only we may enter, unless it is there. Its parent must be. */
enum err_code file_make_folder(const char *path, struct err *e);

/* Waits until this process is the only one that holds the folder's lock; *lock goes to file_unlock.
 * The lock goes with the process as well. */
enum err_code file_lock_folder(const char *path, int *lock, struct err *e);
void file_unlock(int lock);

#endif
