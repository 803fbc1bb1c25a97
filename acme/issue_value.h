/* issue_value - the text in which a record names an issuer: "ca.example; tag=value; tag=value" (RFC
 * 8659, 4.2). CAA's issue properties are written so, and dns-persist-01's TXT records.
 *
 * Pure; whatever the octets are. Blanks may stand around every part; one semicolon at the end is
 * passed over. What the tags mean, and that one stands twice, is for the caller to judge.
 */
#ifndef COUNTERSIGN_ACME_ISSUE_VALUE_H
#define COUNTERSIGN_ACME_ISSUE_VALUE_H

#include <stdbool.h>

#include "base/bytes.h"

/* A place in a value; opaque. */
struct issue_value {
    const char *at, *end;
};

/* Begins to read: *issuer is the name in front, perhaps empty. False if that is no name of labels;
 * then nothing more can be read. */
bool issue_value_begin(struct issue_value *at, struct bytes text, struct bytes *issuer);

enum issue_value_next { ISSUE_VALUE_PARAMETER, ISSUE_VALUE_END, ISSUE_VALUE_BROKEN };

/* The next parameter; its value may be empty. BROKEN: the rest does not follow the grammar. */
enum issue_value_next issue_value_next(
    struct issue_value *at, struct bytes *tag, struct bytes *value);

/* Equal but for the case of letters: how issuers and tags are compared. */
bool issue_word_is(struct bytes text, const char *word);

#endif
