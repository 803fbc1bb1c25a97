/* tencent_csr - see tencent_csr.h. */
#include "tests/vendorsim/tencent_csr.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "tests/vendorsim/csr.h"

/* Its key, on `mem`; NULL: it is no CSR, does not sign itself, or its key is of no kind that a
 * public CA takes. */
static struct key *key_of(void *mem, const char *csr)
{
    struct err e = {0};
    struct bytes spki;
    bool key_ok;

    if (ca_read_csr(mem, csr, &spki, &key_ok, &e) != ERR_OK)
        return NULL;
    return key_from_spki(mem, spki, &e);
}

static bool is_broken(void *mem, const char *csr)
{
    struct err e = {0};
    struct bytes spki;
    bool key_ok;

    return ca_read_csr(mem, csr, &spki, &key_ok, &e) != ERR_OK;
}

bool tc_csr_check(const struct tc_product *product, const char *csr, const char *common_name,
    bool needs_name, const struct tc_csr_codes *codes, struct tc_refusal *why)
{
    void *mem = mem_new(NULL, char);
    const char *name = csr_common_name(mem, csr);
    struct key *key = key_of(mem, csr);
    bool good = false;

    if (is_broken(mem, csr))
        tc_refuse(why, codes->broken, "The CSR cannot be parsed, or is not signed by its key.");
    else if (name == NULL ? needs_name : strcasecmp(name, common_name) != 0)
        tc_refuse(why, codes->mismatch, "The common name of the CSR is not %s.", common_name);
    else if (key == NULL || !tc_product_takes_key(product, key_type(key), key_bits(key)))
        tc_refuse(why, codes->key, "The key of the CSR is of a kind that %s does not have.",
            product->name);
    else
        good = true;
    mem_free(mem);
    return good;
}

static bool read_type(const char *algorithm, const char *parameter, struct tc_algorithm *out)
{
    if (strcasecmp(algorithm, "RSA") == 0) {
        out->type = KEY_RSA;
        out->bits = parameter != NULL && strcmp(parameter, "4096") == 0 ? 4096 : 2048;
        return parameter == NULL || strcmp(parameter, "2048") == 0 || out->bits == 4096;
    }
    out->bits = 0;
    out->type = parameter != NULL && strcasecmp(parameter, "secp384r1") == 0 ? KEY_P384 : KEY_P256;
    if (strcasecmp(algorithm, "SM2") == 0)
        return true;
    return strcasecmp(algorithm, "ECC") == 0 &&
           (parameter == NULL || strcasecmp(parameter, "prime256v1") == 0 || out->type == KEY_P384);
}

bool tc_algorithm_read(const struct tc_product *product, const char *algorithm,
    const char *parameter, struct tc_algorithm *out, struct tc_refusal *why)
{
    bool wants_sm2 = algorithm != NULL && strcasecmp(algorithm, "SM2") == 0;
    bool is_sm2 = product->brand == TC_SM2;

    if (algorithm == NULL)
        algorithm = is_sm2 ? "SM2" : "RSA";
    if (!read_type(algorithm, parameter, out))
        return tc_refuse(why, "FailedOperation.InvalidParam",
            "There is no key algorithm %s with the parameter %s.", algorithm,
            parameter == NULL ? "" : parameter);
    if (is_sm2 ? out->type == KEY_RSA : wants_sm2)
        return tc_refuse(why, "InvalidParameter.RenewAlgorithmInvalid",
            "%s does not have such keys.", product->name);
    if (!is_sm2 && !tc_product_takes_key(product, out->type, out->bits))
        return tc_refuse(why, "InvalidParameter.RenewAlgorithmInvalid",
            "%s does not have such keys.", product->name);
    return true;
}

void tc_csr_make(json_t *certificate, const struct tc_algorithm *algorithm)
{
    const json_t *names = json_object_get(certificate, "names");
    struct csr_options options = {
        json_string_value(json_array_get(names, 0)), algorithm->type, algorithm->bits};
    void *mem = mem_new(NULL, char);
    char *key;

    row_set_text(certificate, "csr", csr_make(mem, &options, &key));
    row_set_text(certificate, "key", key);
    mem_free(mem);
}

bool tc_csr_equal(const char *a, const char *b)
{
    void *mem = mem_new(NULL, char);
    struct bytes der_a, der_b;
    bool equal = a != NULL && b != NULL && ca_csr_der(mem, a, &der_a) &&
                 ca_csr_der(mem, b, &der_b) && bytes_equal(der_a, der_b);

    mem_free(mem);
    return equal;
}

void tc_csr_describe(const char *csr, char text[16])
{
    void *mem = mem_new(NULL, char);
    const struct key *key = csr == NULL ? NULL : key_of(mem, csr);

    text[0] = '\0';
    if (key != NULL)
        snprintf(text, 16, "%s %d", key_type(key) == KEY_RSA ? "RSA" : "ECC", key_bits(key));
    mem_free(mem);
}

bool tc_csr_is_rsa_2048(const char *csr)
{
    char text[16];

    tc_csr_describe(csr, text);
    return strcmp(text, "RSA 2048") == 0;
}
