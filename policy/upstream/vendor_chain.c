/* vendor_chain - see vendor_chain.h. */
#include "policy/upstream/vendor_chain.h"

#include <ctype.h>
#include <string.h>

#include "base/b64url.h"
#include "base/cert.h"
#include "base/cert_chain.h"
#include "base/key.h"
#include "base/mem.h"
#include "base/pkcs10.h"

#define CHAIN_MAX 8            /* certificates above a leaf */
#define TEXT_MAX  (256 * 1024) /* of a chain */
#define CSR_MAX   (64 * 1024)

static bool is_for_key(struct bytes der, const uint8_t key_hash[32])
{
    struct cert_info info;
    struct err unread = {0};
    uint8_t hash[32];

    if (cert_read(der, &info, &unread) != ERR_OK)
        return false;
    sha256(info.spki, hash);
    return memcmp(hash, key_hash, sizeof hash) == 0;
}

/* The one that certifies `child`, or NULL. */
static const struct bytes *issuer_of(struct bytes child, const struct bytes *ders, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        struct bytes pair[] = {child, ders[i]};
        struct err unread = {0};

        if (!bytes_equal(child, ders[i]) && cert_chain_check_links(pair, 2, &unread) == ERR_OK)
            return &ders[i];
    }
    return NULL;
}

enum err_code vendor_chain_read(
    void *mem, const char *pem, const uint8_t key_hash[32], struct vendor_chain *out, struct err *e)
{
    const struct bytes *at = NULL;
    struct bytes *ders;
    struct buf text;
    size_t len;

    *out = (struct vendor_chain){.pem = ""};
    if (cert_pem_read(mem, pem, &ders, &len, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; at == NULL && i < len; i++)
        if (is_for_key(ders[i], key_hash))
            at = &ders[i];
    out->leaf = at != NULL ? *at : len > 0 ? ders[0] : out->leaf;
    if (at == NULL)
        return err_set(e, ERR_NOT_FOUND, "none of the certificates is for the key of the CSR");
    buf_init(&text, mem, TEXT_MAX);
    for (int above = 0; above < CHAIN_MAX && !cert_chain_is_self_signed(*at); above++) {
        at = issuer_of(*at, ders, len);
        if (at == NULL && above == 0)
            return err_set(e, ERR_INPUT, "the certificate of its issuer is missing");
        if (at == NULL || cert_chain_is_self_signed(*at))
            break;
        buf_add_text(&text, cert_pem(mem, "CERTIFICATE", *at));
    }
    out->pem = buf_text(&text);
    return text.overflow ? err_set(e, ERR_INPUT, "the chain is too long") : ERR_OK;
}

/* What stands between the lines of PEM, as base64url. */
static struct bytes base64_of(void *mem, const char *text)
{
    struct buf digits;
    const char *begin = strstr(text, "-----BEGIN "), *end = NULL;

    if (begin != NULL) {
        begin = strstr(begin + strlen("-----BEGIN "), "-----");
        text = begin == NULL ? text : begin + strlen("-----");
        end = strstr(text, "-----END ");
    }
    buf_init(&digits, mem, CSR_MAX);
    for (; *text != '\0' && text != end; text++) {
        if (*text == '+' || *text == '/')
            buf_add_char(&digits, *text == '+' ? '-' : '_');
        else if (*text != '=' && !isspace((unsigned char)*text))
            buf_add_char(&digits, *text);
    }
    return digits.overflow ? (struct bytes){NULL, 0} : buf_bytes(&digits);
}

bool vendor_csr_key_hash(void *mem, const char *csr, uint8_t out[32])
{
    struct pkcs10 request;
    struct bytes der;

    if (!b64url_decode(mem, base64_of(mem, csr), &der) || !pkcs10_read(der, &request))
        return false;
    sha256(request.spki, out);
    return true;
}
