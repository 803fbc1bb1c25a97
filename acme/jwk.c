/* jwk - see jwk.h. */
#include "acme/jwk.h"

#include <string.h>

#include "acme/problem.h"
#include "base/b64url.h"
#include "base/mem.h"

#define COORDINATE_MAX 66 /* of P-521 */

/* Whatever is wrong with a key, it is the key that the client must change. */
static enum err_code bad_key(struct err *e)
{
    e->kind = PROBLEM_BAD_PUBLIC_KEY;
    return e->code;
}

static enum err_code refuse_private(const struct json *at, struct err *e)
{
    static const char *const members[] = {"d", "p", "q", "dp", "dq", "qi", "oth"};
    struct json member;

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        json_member(at, members[i], &member);
        if (member.node != NULL)
            return err_set(e, ERR_INPUT,
                "the key has the private member \"%s\": send its public part only, and no longer "
                "use a key that was disclosed",
                members[i]);
    }
    return ERR_OK;
}

/* A member of exactly `len` octets. */
static enum err_code read_exactly(const struct json *at, const char *name, size_t len,
    const char **text, uint8_t *out, struct err *e)
{
    if (json_read_string(at, name, JSON_REQUIRED, text, e) != ERR_OK)
        return e->code;
    if (!b64url_decode_exactly(bytes_of(*text), out, len))
        return err_set(e, ERR_INPUT,
            "the key's \"%s\" is not the base64url text of exactly %zu octets", name, len);
    return ERR_OK;
}

static enum err_code read_ec(void *mem, const struct json *at, struct jwk *out, struct err *e)
{
    static const struct {
        const char *name;
        enum key_type type;
        size_t len;
    } curves[] = {{"P-256", KEY_P256, 32}, {"P-384", KEY_P384, 48}, {"P-521", KEY_P521, 66}};
    uint8_t x[COORDINATE_MAX], y[COORDINATE_MAX];
    const char *crv, *x_text, *y_text;
    size_t i, len;

    if (json_read_string(at, "crv", JSON_REQUIRED, &crv, e) != ERR_OK)
        return e->code;
    for (i = 0; i < sizeof curves / sizeof curves[0] && strcmp(crv, curves[i].name) != 0; i++)
        ;
    if (i == sizeof curves / sizeof curves[0])
        return err_set(
            e, ERR_INPUT, "the key's \"crv\" must be P-256, P-384 or P-521, not \"%.32s\"", crv);
    len = curves[i].len;
    if (read_exactly(at, "x", len, &x_text, x, e) != ERR_OK ||
        read_exactly(at, "y", len, &y_text, y, e) != ERR_OK)
        return e->code;
    out->key = key_from_ec(mem, curves[i].type, (struct bytes){x, len}, (struct bytes){y, len}, e);
    if (out->key == NULL)
        return e->code;
    out->canonical = mem_printf(
        mem, "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", crv, x_text, y_text);
    return ERR_OK;
}

static enum err_code read_number(void *mem, const struct json *at, const char *name,
    const char **text, struct bytes *out, struct err *e)
{
    if (json_read_string(at, name, JSON_REQUIRED, text, e) != ERR_OK)
        return e->code;
    if (!b64url_decode(mem, bytes_of(*text), out))
        return err_set(e, ERR_INPUT, "the key's \"%s\" is not base64url without padding", name);
    return ERR_OK;
}

static enum err_code read_rsa(void *mem, const struct json *at, struct jwk *out, struct err *e)
{
    const char *n_text, *e_text;
    struct bytes n, exponent;

    if (read_number(mem, at, "n", &n_text, &n, e) != ERR_OK ||
        read_number(mem, at, "e", &e_text, &exponent, e) != ERR_OK)
        return e->code;
    out->key = key_from_rsa(mem, n, exponent, e);
    if (out->key == NULL)
        return e->code;
    out->canonical = mem_printf(mem, "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}", e_text, n_text);
    return ERR_OK;
}

static enum err_code read_okp(void *mem, const struct json *at, struct jwk *out, struct err *e)
{
    const char *crv, *x_text;
    uint8_t x[32];

    if (json_read_string(at, "crv", JSON_REQUIRED, &crv, e) != ERR_OK)
        return e->code;
    if (strcmp(crv, "Ed25519") != 0)
        return err_set(e, ERR_INPUT, "the key's \"crv\" must be Ed25519, not \"%.32s\"", crv);
    if (read_exactly(at, "x", sizeof x, &x_text, x, e) != ERR_OK)
        return e->code;
    out->key = key_from_ed25519(mem, (struct bytes){x, sizeof x}, e);
    if (out->key == NULL)
        return e->code;
    out->canonical = mem_printf(mem, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}", x_text);
    return ERR_OK;
}

static enum err_code read_by_type(void *mem, const struct json *at, struct jwk *out, struct err *e)
{
    const char *kty;

    if (json_read_string(at, "kty", JSON_REQUIRED, &kty, e) != ERR_OK)
        return e->code;
    if (strcmp(kty, "EC") == 0)
        return read_ec(mem, at, out, e);
    if (strcmp(kty, "RSA") == 0)
        return read_rsa(mem, at, out, e);
    if (strcmp(kty, "OKP") == 0)
        return read_okp(mem, at, out, e);
    return err_set(e, ERR_INPUT, "the key's \"kty\" must be EC, RSA or OKP, not \"%.32s\"", kty);
}

enum err_code jwk_read(void *mem, const struct json *at, struct jwk *out, struct err *e)
{
    const char *alg;

    *out = (struct jwk){0};
    if (!json_holds_object(at)) {
        json_complain(at, e, "must be a JSON Web Key");
        return bad_key(e);
    }
    if (refuse_private(at, e) != ERR_OK || read_by_type(mem, at, out, e) != ERR_OK ||
        json_read_string(at, "alg", JSON_OPTIONAL, &alg, e) != ERR_OK)
        return bad_key(e);
    out->alg = mem_strdup(mem, alg);
    sha256(bytes_of(out->canonical), out->thumbprint);
    return ERR_OK;
}

enum err_code jwk_read_text(void *mem, const char *canonical, struct jwk *out, struct err *e)
{
    struct json json;

    if (json_parse(mem, bytes_of(canonical), "the key", &json, e) != ERR_OK)
        return bad_key(e);
    return jwk_read(mem, &json, out, e);
}
