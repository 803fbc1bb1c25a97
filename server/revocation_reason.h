/* revocation_reason - the words for the reasons of a revocation (RFC 5280, 5.3.1). */
#ifndef COUNTERSIGN_SERVER_REVOCATION_REASON_H
#define COUNTERSIGN_SERVER_REVOCATION_REASON_H

#include <stdbool.h>
#include <stdint.h>

/* "keyCompromise" for 1; NULL for what is no reason. */
const char *revocation_reason_word(int64_t reason);

/* Of those that a holder may give, as in ACME (RFC 8555, 7.6). */
bool revocation_reason_read(const char *word, int *reason);

#define REVOCATION_REASONS_GIVEN                                                                   \
    "unspecified, keyCompromise, affiliationChanged, superseded or cessationOfOperation"

#endif
