/* validators - the table of all methods of validation, for those who know a method by its number:
 * the flow of authorizations, and a perspective that is asked to look. */
#ifndef COUNTERSIGN_ACME_VALIDATORS_H
#define COUNTERSIGN_ACME_VALIDATORS_H

#include "acme/validator.h"

/* By enum challenge_type; NULL if nothing is looked at for it (prevalidated), or if it is no
 * method. */
const struct validator_ops *validator_of(unsigned type);

#endif
