/* pack - several PEM certificates as one text, one PKCS#7 or one ZIP archive. */
#ifndef COUNTERSIGN_VENDORSIM_PACK_H
#define COUNTERSIGN_VENDORSIM_PACK_H

#include <stddef.h>

#include "base/bytes.h"

struct pack_file {
    const char *name;
    const char *pem;
};

/* All on `mem`. */
struct bytes pack_bundle(void *mem, const struct pack_file *files, size_t len);
/* "-----BEGIN PKCS7-----": certificates only, nothing signed (RFC 5652, 5.2). */
struct bytes pack_pkcs7(void *mem, const struct pack_file *files, size_t len);
/* Files are stored, not compressed. `extension` is added to their names ("pem"), unless it is NULL.
 */
struct bytes pack_zip(void *mem, const struct pack_file *files, size_t len, const char *extension);

/* RFC 1952, of stored blocks. */
struct bytes pack_gzip(void *mem, struct bytes data);

#endif
