/* validators - see validators.h. */
#include "acme/validators.h"

#include "acme/dns01.h"
#include "acme/dns_persist01.h"
#include "acme/http01.h"
#include "acme/tlsalpn01.h"

/* In no order. */
static const struct validator_ops *const validators[] = {
    &http01, &dns01, &tlsalpn01, &dns_account01, &dns_persist01};

const struct validator_ops *validator_of(unsigned type)
{
    for (size_t i = 0; i < sizeof validators / sizeof validators[0]; i++)
        if (validators[i]->type == type)
            return validators[i];
    return NULL;
}
