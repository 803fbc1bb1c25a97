/* identifiers - how identifiers stand in a text column: "dns www.example.com", one a line. */
#ifndef COUNTERSIGN_STORE_IDENTIFIERS_H
#define COUNTERSIGN_STORE_IDENTIFIERS_H

#include "store/model.h"

extern const char *const identifier_type_words[];

char *identifier_to_text(void *mem, const struct identifier *identifier);
char *identifiers_to_text(void *mem, const struct identifiers *identifiers);

/* From a text that the two above wrote; anything else is damage and ends the process. */
void identifier_from_text(void *mem, const char *text, struct identifier *out);
void identifiers_from_text(void *mem, const char *text, struct identifiers *out);

#endif
