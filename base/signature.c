/* signature - see signature.h. */
#include "base/signature.h"

#include <openssl/objects.h>

#include "base/der.h"

enum family { FAMILY_RSA, FAMILY_EC, FAMILY_EDWARDS };

static enum family family_of(enum key_type type)
{
    switch (type) {
    case KEY_RSA:
        return FAMILY_RSA;
    case KEY_P256:
    case KEY_P384:
    case KEY_P521:
        return FAMILY_EC;
    case KEY_ED25519:
        return FAMILY_EDWARDS;
    }
    return FAMILY_RSA;
}

static const struct signature_scheme {
    int nid;
    enum family family;
    int digest;
} schemes[] = {
    {NID_sha256WithRSAEncryption, FAMILY_RSA, NID_sha256},
    {NID_sha384WithRSAEncryption, FAMILY_RSA, NID_sha384},
    {NID_sha512WithRSAEncryption, FAMILY_RSA, NID_sha512},
    {NID_ecdsa_with_SHA256, FAMILY_EC, NID_sha256},
    {NID_ecdsa_with_SHA384, FAMILY_EC, NID_sha384},
    {NID_ecdsa_with_SHA512, FAMILY_EC, NID_sha512},
    {NID_ED25519, FAMILY_EDWARDS, NID_undef},
};
#define SCHEMES (sizeof schemes / sizeof schemes[0])

/* Parameters are NULL with RSA and absent else, but nothing hangs on a NULL too many or few. */
const struct signature_scheme *signature_scheme_read(struct bytes algorithm)
{
    struct bytes null;
    int nid;

    if (!der_take_oid(&algorithm, &nid))
        return NULL;
    der_take(&algorithm, DER_NULL, &null);
    if (algorithm.len != 0)
        return NULL;
    for (size_t i = 0; i < SCHEMES; i++)
        if (schemes[i].nid == nid)
            return &schemes[i];
    return NULL;
}

bool signature_verify(const struct signature_scheme *scheme, struct key *key, struct bytes data,
    struct bytes signature)
{
    return scheme->family == family_of(key_type(key)) &&
           key_verify_x509(key, scheme->digest, data, signature);
}
