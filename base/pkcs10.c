/* pkcs10 - see pkcs10.h. */
#include "base/pkcs10.h"

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
