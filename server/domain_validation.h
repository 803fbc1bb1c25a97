/* domain_validation - the configuration's ways to publish what vendors want to see of their own
 * domain validation, with keys read (acme/proof_method.h). */
#ifndef COUNTERSIGN_SERVER_DOMAIN_VALIDATION_H
#define COUNTERSIGN_SERVER_DOMAIN_VALIDATION_H

#include "acme/proof_method.h"
#include "server/config.h"

/* On `mem`. Errors name the upstream and the file of a key that cannot be read. */
enum err_code domain_validation_make(
    void *mem, const struct config *config, struct proof_methods *out, struct err *e);

#endif
