/* facts_out - facts as facts_read takes them (policy/facts_json.h): a question that was asked of a
 * live server, to be kept, changed and asked again from the file. Pure. */
#ifndef COUNTERSIGN_POLICY_FACTS_OUT_H
#define COUNTERSIGN_POLICY_FACTS_OUT_H

#include "policy/facts.h"

/* JSON on `mem`, laid out to be edited. Preferences that mean nothing to the vendor are left out;
 * an account that is not valid cannot be said. NULL: there is more than FACTS_OUT_MAX. */
#define FACTS_OUT_MAX (8 * 1024 * 1024)
char *facts_write(void *mem, const struct facts *facts);

#endif
