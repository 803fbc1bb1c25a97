/* jws - see jws.h.
 *
 * Reading goes from the outside in: the three members of the flattened form, then the protected
 * header's members in groups (how it is signed, what for, by whom), each group a function that says
 * what is wrong with it.
 */
#include "acme/jws.h"

#include <string.h>

#include "acme/problem.h"
#include "base/b64url.h"
#include "base/mem.h"

static const struct algorithm {
    const char *name;
    enum key_scheme scheme;
    enum key_type key;
    size_t signature_len; /* 0: as long as the modulus */
} algorithms[] = {
    {"ES256", KEY_ES256, KEY_P256, 64},
    {"ES384", KEY_ES384, KEY_P384, 96},
    {"ES512", KEY_ES512, KEY_P521, 132},
    {"EdDSA", KEY_EDDSA, KEY_ED25519, 64},
    {"Ed25519", KEY_EDDSA, KEY_ED25519, 64}, /* the same by its full name (RFC 9864, 2.2) */
    {"RS256", KEY_RS256, KEY_RSA, 0},
    {"PS256", KEY_PS256, KEY_RSA, 0},
};
#define ALGORITHMS      (sizeof algorithms / sizeof algorithms[0])
#define ALGORITHM_NAMES "ES256, ES384, ES512, EdDSA, Ed25519, RS256, PS256"

const char jws_algorithms_json[] =
    "[\"ES256\",\"ES384\",\"ES512\",\"EdDSA\",\"Ed25519\",\"RS256\",\"PS256\"]";

static const struct {
    const char *name;
    enum mac_hash hash;
} macs[] = {{"HS256", MAC_SHA256}, {"HS384", MAC_SHA384}, {"HS512", MAC_SHA512}};

/* The members of the flattened form, still encoded. */
struct envelope {
    const char *protected, *payload, *signature;
};

static bool has(const struct json *at, const char *name)
{
    struct json member;

    json_member(at, name, &member);
    return member.node != NULL;
}

static enum err_code read_envelope(const struct json *json, struct envelope *out, struct err *e)
{
    if (has(json, "signatures"))
        return problem_set(e, PROBLEM_MALFORMED,
            "the JWS has \"signatures\": use the flattened JSON form with a single \"signature\"");
    if (has(json, "header"))
        return problem_set(e, PROBLEM_MALFORMED,
            "the JWS has an unprotected \"header\": put everything into the protected header");
    if (json_read_string(json, "protected", JSON_REQUIRED, &out->protected, e) != ERR_OK ||
        json_read_string(json, "payload", JSON_REQUIRED, &out->payload, e) != ERR_OK)
        return e->code;
    return json_read_string(json, "signature", JSON_REQUIRED, &out->signature, e);
}

static enum err_code decode(
    void *mem, const char *text, const char *name, struct bytes *out, struct err *e)
{
    if (!b64url_decode(mem, bytes_of(text), out))
        return problem_set(e, PROBLEM_MALFORMED,
            "the \"%s\" of the JWS is not base64url (RFC 4648, 5, without padding or white space)",
            name);
    return ERR_OK;
}

/* The payload and the signature, and what was signed (RFC 7515, 5.2): the texts themselves, not
 * their decoded meaning. */
static enum err_code read_parts(
    void *mem, const struct envelope *envelope, struct jws *out, struct err *e)
{
    if (decode(mem, envelope->payload, "payload", &out->payload, e) != ERR_OK ||
        decode(mem, envelope->signature, "signature", &out->signature, e) != ERR_OK)
        return e->code;
    out->signed_text = bytes_of(mem_printf(mem, "%s.%s", envelope->protected, envelope->payload));
    return ERR_OK;
}

static enum err_code read_header(
    void *mem, const struct envelope *envelope, struct json *out, struct err *e)
{
    struct bytes text;

    if (decode(mem, envelope->protected, "protected", &text, e) != ERR_OK ||
        json_parse(mem, text, "the protected header", out, e) != ERR_OK)
        return e->code;
    if (!json_holds_object(out))
        return problem_set(e, PROBLEM_MALFORMED, "the protected header must be a JSON object");
    return ERR_OK;
}

/* We understand no extension, so any demand to do so is refused, as RFC 7515, 4.1.11 wants; and no
 * payload that is not encoded (RFC 7797). */
static enum err_code refuse_extensions(const struct json *header, struct err *e)
{
    static const char *const names[] = {"crit", "b64"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (has(header, names[i]))
            return problem_set(
                e, PROBLEM_MALFORMED, "the protected header must not have \"%s\"", names[i]);
    return ERR_OK;
}

static enum err_code read_algorithm(const struct json *header, struct jws *out, struct err *e)
{
    if (json_read_string(header, "alg", JSON_REQUIRED, &out->alg, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < ALGORITHMS; i++)
        if (strcmp(out->alg, algorithms[i].name) == 0) {
            out->scheme = algorithms[i].scheme;
            return ERR_OK;
        }
    return problem_set(e, PROBLEM_BAD_SIGNATURE_ALGORITHM,
        "the signature algorithm \"%.32s\" is not accepted; use one of " ALGORITHM_NAMES, out->alg);
}

static enum err_code read_mac_algorithm(const struct json *header, struct jws *out, struct err *e)
{
    if (json_read_string(header, "alg", JSON_REQUIRED, &out->alg, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < sizeof macs / sizeof macs[0]; i++)
        if (strcmp(out->alg, macs[i].name) == 0) {
            out->mac = macs[i].hash;
            return ERR_OK;
        }
    return problem_set(e, PROBLEM_MALFORMED,
        "an external account is bound by HS256, HS384 or HS512, not by \"%.32s\"", out->alg);
}

static enum err_code read_url(const struct json *header, struct jws *out, struct err *e)
{
    return json_read_string(header, "url", JSON_REQUIRED, &out->url, e);
}

/* RFC 8555, 6.5.1: 1*base64url, which is about characters only; whether the nonce is one of ours is
 * asked later. The sentence for an absent one is the one that acme.sh looks for before it tries
 * again with a nonce. */
static enum err_code read_nonce(const struct json *header, struct jws *out, struct err *e)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    if (json_read_string(header, "nonce", JSON_OPTIONAL, &out->nonce, e) != ERR_OK)
        return e->code;
    if (out->nonce == NULL)
        return problem_set(e, PROBLEM_BAD_NONCE,
            "JWS has an invalid anti-replay nonce: the protected header has none");
    if (out->nonce[0] == '\0' || out->nonce[strspn(out->nonce, alphabet)] != '\0')
        return problem_set(
            e, PROBLEM_MALFORMED, "the \"nonce\" of the protected header is not base64url");
    return ERR_OK;
}

/* The nonce of the request around it is enough (RFC 8555, 7.3.4 and 7.3.5). */
static enum err_code refuse_nonce(const struct json *header, struct err *e)
{
    return has(header, "nonce")
               ? problem_set(e, PROBLEM_MALFORMED,
                     "the protected header of a JWS within a payload must not have a \"nonce\"")
               : ERR_OK;
}

/* Who signed: an account by its URL, or a key that is given whole (RFC 8555, 6.2). */
static enum err_code read_signer(
    void *mem, const struct json *header, struct jws *out, struct err *e)
{
    struct json jwk, kid;

    json_member(header, "jwk", &jwk);
    json_member(header, "kid", &kid);
    out->has_jwk = !json_absent(&jwk);
    if (out->has_jwk != json_absent(&kid))
        return problem_set(e, PROBLEM_MALFORMED,
            "the protected header must have either \"jwk\" or \"kid\", %s",
            out->has_jwk ? "not both" : "and has neither");
    if (!out->has_jwk)
        return json_read_string(header, "kid", JSON_REQUIRED, &out->kid, e);
    if (jwk_read(mem, &jwk, &out->jwk, e) != ERR_OK)
        return e->code;
    if (out->jwk.alg != NULL && strcmp(out->jwk.alg, out->alg) != 0)
        return problem_set(e, PROBLEM_BAD_PUBLIC_KEY,
            "the key is for the algorithm \"%.32s\", but the JWS says \"%s\"", out->jwk.alg,
            out->alg);
    return ERR_OK;
}

static enum err_code read_fitting_signer(
    void *mem, const struct json *header, enum jws_use use, struct jws *out, struct err *e)
{
    if (read_signer(mem, header, out, e) != ERR_OK)
        return e->code;
    if (use == JWS_NEW_KEY && !out->has_jwk)
        return problem_set(
            e, PROBLEM_MALFORMED, "the inner JWS must carry the new key as \"jwk\", not a \"kid\"");
    if (use == JWS_BINDING && out->has_jwk)
        return problem_set(e, PROBLEM_MALFORMED,
            "the inner JWS must name the external account as \"kid\", not carry a \"jwk\"");
    return ERR_OK;
}

static enum err_code read_members(
    void *mem, const struct json *header, enum jws_use use, struct jws *out, struct err *e)
{
    if (refuse_extensions(header, e) != ERR_OK ||
        (use == JWS_BINDING ? read_mac_algorithm : read_algorithm)(header, out, e) != ERR_OK ||
        read_url(header, out, e) != ERR_OK ||
        (use == JWS_REQUEST ? read_nonce(header, out, e) : refuse_nonce(header, e)) != ERR_OK)
        return e->code;
    return read_fitting_signer(mem, header, use, out, e);
}

static enum err_code read_jws(
    void *mem, const struct json *at, enum jws_use use, struct jws *out, struct err *e)
{
    struct envelope envelope;
    struct json header;

    *out = (struct jws){0};
    if (read_envelope(at, &envelope, e) != ERR_OK ||
        read_header(mem, &envelope, &header, e) != ERR_OK)
        return e->code;
    if (read_members(mem, &header, use, out, e) != ERR_OK) {
        if (e->kind == 0) /* base/json knows the member, not where it stands */
            problem_set(e, PROBLEM_MALFORMED, "in the protected header, %s", e->detail);
        return e->code;
    }
    return read_parts(mem, &envelope, out, e);
}

enum err_code jws_read(void *mem, struct bytes body, struct jws *out, struct err *e)
{
    struct json json;

    if (json_parse(mem, body, "the request's body", &json, e) != ERR_OK)
        return e->code;
    if (!json_holds_object(&json))
        return problem_set(e, PROBLEM_MALFORMED,
            "the request's body must be a JWS in flattened JSON form, which is an object");
    return read_jws(mem, &json, JWS_REQUEST, out, e);
}

enum err_code jws_read_nested(
    void *mem, const struct json *at, enum jws_use use, struct jws *out, struct err *e)
{
    if (!json_holds_object(at))
        return json_complain(at, e, "must be a JWS in flattened JSON form");
    return read_jws(mem, at, use, out, e);
}

static const struct algorithm *algorithm_of(enum key_scheme scheme)
{
    const struct algorithm *a = algorithms;

    while (a->scheme != scheme)
        a++;
    return a;
}

enum err_code jws_verify(const struct jws *jws, struct key *key, struct err *e)
{
    const struct algorithm *algorithm = algorithm_of(jws->scheme);
    size_t len = algorithm->signature_len;

    if (key_type(key) != algorithm->key)
        return problem_set(e, PROBLEM_MALFORMED,
            "the algorithm %s is for %s keys, but the key that signs is %s", jws->alg,
            key_type_name(algorithm->key), key_type_name(key_type(key)));
    if (len != 0 && jws->signature.len != len)
        return problem_set(e, PROBLEM_MALFORMED,
            "a signature by %s has %zu octets (RFC 7518, 3.4), this one has %zu%s", jws->alg, len,
            jws->signature.len, algorithm->key == KEY_ED25519 ? "" : "; DER is not accepted");
    if (!key_verify(key, jws->scheme, jws->signed_text, jws->signature))
        return problem_set(e, PROBLEM_MALFORMED,
            "the signature of the JWS does not match: it was made by another key, or over other "
            "data");
    return ERR_OK;
}

enum err_code jws_verify_mac(const struct jws *jws, struct bytes key, struct err *e)
{
    uint8_t mac[MAC_LEN_MAX];
    size_t len = mac_len(jws->mac);

    if (key.len < len)
        return problem_set(e, PROBLEM_UNAUTHORIZED,
            "the external account's key has %zu octets, too few for %s; use one of fewer bits",
            key.len, jws->alg);
    mac_compute(jws->mac, key, jws->signed_text, mac);
    if (!bytes_equal_secret((struct bytes){mac, len}, jws->signature))
        return problem_set(e, PROBLEM_UNAUTHORIZED,
            "the external account binding was not made with the key of \"%.64s\"", jws->kid);
    return ERR_OK;
}
