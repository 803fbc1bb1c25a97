/* pkcs10 - see pkcs10.h. */
#include "base/pkcs10.h"

#include <openssl/evp.h>
#include <openssl/objects.h>

#include "base/cert_parts.h"
#include "base/der.h"
#include "base/mem.h"

#define REQUEST_MAX (64 * 1024)

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

/* Making one. */

static enum err_code put_extensions(
    struct buf *b, const char *const *addresses, size_t len, uint8_t usage, struct err *e)
{
    struct cert_name *names = mem_new_array(b->mem, struct cert_name, len + 1);
    struct cert_leaf leaf = {.names = names, .names_len = len, .common_name = ""};
    size_t attributes = der_open(b, DER_CONTEXT_CONSTRUCTED(0));
    size_t attribute = der_open(b, DER_SEQUENCE), values, list;

    for (size_t i = 0; i < len; i++)
        names[i] = (struct cert_name){CERT_NAME_EMAIL, addresses[i]};
    der_put_oid(b, NID_ext_req);
    values = der_open(b, DER_SET);
    list = der_open(b, DER_SEQUENCE);
    if (cert_put_subject_alt_name(b, &leaf, e) != ERR_OK)
        return e->code;
    if (usage != 0)
        cert_put_key_usage(b, usage);
    der_close(b, list);
    der_close(b, values);
    der_close(b, attribute);
    der_close(b, attributes);
    return ERR_OK;
}

/* SHA-256 with either kind of key; P-384 with SHA-384. */
static void put_algorithm(struct buf *b, enum key_type type)
{
    size_t algorithm = der_open(b, DER_SEQUENCE);

    if (type == KEY_RSA) {
        der_put_oid(b, NID_sha256WithRSAEncryption);
        der_put(b, DER_NULL, (struct bytes){NULL, 0});
    } else {
        der_put_oid(b, type == KEY_P384 ? NID_ecdsa_with_SHA384 : NID_ecdsa_with_SHA256);
    }
    der_close(b, algorithm);
}

static bool put_signature(struct buf *b, const struct key *key, const void *info, size_t info_len)
{
    const EVP_MD *digest = key_type(key) == KEY_P384 ? EVP_sha384() : EVP_sha256();
    uint8_t signature[1 + KEY_RSA_MAX_BITS / 8] = {0}; /* after the count of unused bits */
    size_t len = sizeof signature - 1;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL && EVP_DigestSignInit(ctx, NULL, digest, NULL, key_evp(key)) == 1 &&
              EVP_DigestSign(ctx, signature + 1, &len, info, info_len) == 1;

    EVP_MD_CTX_free(ctx);
    if (ok)
        der_put(b, DER_BIT_STRING, (struct bytes){signature, 1 + len});
    return ok;
}

enum err_code pkcs10_make(void *mem, const struct key *key, const char *const *addresses,
    size_t addresses_len, uint8_t usage, struct bytes *der, struct err *e)
{
    struct bytes spki = key_spki(mem, key);
    size_t whole, info, end;
    struct buf b;

    buf_init(&b, mem, REQUEST_MAX);
    whole = der_open(&b, DER_SEQUENCE);
    info = der_open(&b, DER_SEQUENCE);
    cert_put_small_integer(&b, DER_INTEGER, 0);
    cert_put_name(&b, NULL, NULL);
    buf_add(&b, spki.data, spki.len);
    if (put_extensions(&b, addresses, addresses_len, usage, e) != ERR_OK)
        return e->code;
    der_close(&b, info);
    end = b.len;
    info -= 2; /* its identifier octet */
    put_algorithm(&b, key_type(key));
    if (b.overflow)
        return err_set(e, ERR_TOO_LARGE, "the request exceeds %d bytes", REQUEST_MAX);
    if (!put_signature(&b, key, b.data + info, end - info))
        return err_set(e, ERR_BUG, "the request could not be signed");
    der_close(&b, whole);
    *der = buf_bytes(&b);
    return ERR_OK;
}
