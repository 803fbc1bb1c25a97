/* trust_anchor - files of the keys that DNSSEC validation starts from: DS or DNSKEY records, one a
 * line, as zone files have them (RFC 1035, 5.1).
 *
 * libunbound takes a file without any key for one that trusts nobody, and then validates nothing;
 * so files are looked at here before it gets them.
 */
#ifndef COUNTERSIGN_BASE_TRUST_ANCHOR_H
#define COUNTERSIGN_BASE_TRUST_ANCHOR_H

#include "base/err.h"

/* Reads a file and checks that it holds a DS or DNSKEY record; *text is on `mem`. ERR_INPUT or
 * ERR_NOT_FOUND, in words that name the file. */
enum err_code trust_anchor_read(void *mem, const char *file, char **text, struct err *e);

#endif
