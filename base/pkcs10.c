/* pkcs10 - see pkcs10.h. */
#include "base/pkcs10.h"

#include <openssl/objects.h>

#include "base/der.h"

/* The only version there is: v1, written as 0. Widely used clients write 2, as if it were that of a
 * certificate (ruby-acme-client before 2.0.19, certbot before 1.29), and nothing hangs on it. */
static bool take_version(struct bytes *rest)
{
    struct bytes version;

    return der_take_integer(rest, &version) && version.len == 1 &&
           (version.data[0] == 0 || version.data[0] == 2);
}

/* RFC 2986 wants the attributes always there, if empty; some encoders leave out what is empty, and
 * nothing hangs on it. */
static bool read_info(struct bytes info, struct pkcs10 *out)
{
    out->attributes = (struct bytes){NULL, 0};
    return der_take(&info, DER_SEQUENCE, &info) && take_version(&info) &&
           der_take(&info, DER_SEQUENCE, &out->subject) &&
           der_take_whole(&info, DER_SEQUENCE, &out->spki) &&
           (info.len == 0 || der_take(&info, DER_CONTEXT_CONSTRUCTED(0), &out->attributes)) &&
           info.len == 0;
}

bool pkcs10_read(struct bytes der, struct pkcs10 *out)
{
    struct bytes whole;

    return der_take(&der, DER_SEQUENCE, &whole) && der.len == 0 &&
           der_take_whole(&whole, DER_SEQUENCE, &out->info) &&
           der_take(&whole, DER_SEQUENCE, &out->algorithm) &&
           der_take_bits(&whole, &out->signature) && whole.len == 0 && read_info(out->info, out);
}

static bool find_key_usage(struct bytes list, struct bytes *value)
{
    struct bytes extension, critical;
    int nid;

    while (der_take(&list, DER_SEQUENCE, &extension)) {
        if (!der_take_oid(&extension, &nid) || nid != NID_key_usage)
            continue;
        der_take(&extension, DER_BOOLEAN, &critical);
        return der_take(&extension, DER_OCTET_STRING, value);
    }
    return false;
}

struct bytes pkcs10_key_usage(const struct pkcs10 *request)
{
    struct bytes rest = request->attributes, attribute, values, list, value;
    int nid;

    while (der_take(&rest, DER_SEQUENCE, &attribute))
        if (der_take_oid(&attribute, &nid) && (nid == NID_ext_req || nid == NID_ms_ext_req) &&
            der_take(&attribute, DER_SET, &values) && der_take(&values, DER_SEQUENCE, &list) &&
            find_key_usage(list, &value))
            return value;
    return (struct bytes){NULL, 0};
}
