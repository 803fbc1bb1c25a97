/* fuzz_cert - any bytes are a certificate whose parts lie within them, or refused; what is read
 * from a PEM text reads the same after it was written again. */
#include "tests/fuzz/fuzz.h"

#include <openssl/err.h>

#include "base/cert.h"
#include "base/mem.h"

static void check_within(struct bytes whole, struct bytes part)
{
    BUG_ON(
        part.len > 0 && (part.data < whole.data || part.data + part.len > whole.data + whole.len));
}

static void read_der(struct bytes der)
{
    struct err e = {0};
    struct cert_info info;

    if (cert_read(der, &info, &e) != ERR_OK) {
        BUG_ON(e.code != ERR_INPUT || e.detail[0] == '\0');
        return;
    }
    BUG_ON(info.serial.len == 0 || info.issuer_name.len == 0 || info.spki.len == 0);
    check_within(der, info.serial);
    check_within(der, info.issuer_name);
    check_within(der, info.subject_name);
    check_within(der, info.spki);
    check_within(der, info.aki);
}

static void read_pem(void *mem, const char *text)
{
    struct err e = {0};
    struct bytes *ders, *again;
    size_t len, again_len;

    if (cert_pem_read(mem, text, &ders, &len, &e) != ERR_OK) {
        BUG_ON(e.code != ERR_INPUT || e.detail[0] == '\0');
        return;
    }
    for (size_t i = 0; i < len; i++) {
        BUG_ON(cert_pem_read(mem, cert_pem(mem, "CERTIFICATE", ders[i]), &again, &again_len, &e) !=
               ERR_OK);
        BUG_ON(again_len != 1 || !bytes_equal(again[0], ders[i]));
        read_der(ders[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *mem = mem_pool(NULL, 16384);

    read_der((struct bytes){data, size});
    read_pem(mem, mem_strndup(mem, (const char *)data, size));
    BUG_ON(ERR_peek_error() != 0);
    mem_free(mem);
    return 0;
}
