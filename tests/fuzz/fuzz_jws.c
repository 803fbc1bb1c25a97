/* fuzz_jws - any body is a JWS whose parts keep jws.h's promises, or refused with a problem
 * document that is JSON.
 *
 * An input is tried as a whole body and, since no mutation gets through base64url alive, as a
 * protected header.
 */
#include "tests/fuzz/fuzz.h"

#include <openssl/err.h>

#include "acme/jws.h"
#include "acme/problem.h"
#include "base/b64url.h"
#include "base/mem.h"

static void check_accepted(const struct jws *jws)
{
    struct err e = {0};

    BUG_ON(jws->alg == NULL || jws->url == NULL || jws->nonce == NULL || jws->nonce[0] == '\0');
    BUG_ON(jws->has_jwk == (jws->kid != NULL));
    if (jws->has_jwk) {
        BUG_ON(jws->jwk.key == NULL || jws->jwk.canonical == NULL);
        jws_verify(jws, jws->jwk.key, &e);
    }
}

static void check_refused(void *mem, const struct err *e)
{
    struct json json;
    struct err none = {0};

    BUG_ON(e->code == ERR_OK || e->detail[0] == '\0' || problem_status(problem_of(e)) != 400);
    BUG_ON(json_parse(mem, bytes_of(problem_json(mem, e, NULL, 0)), "the problem", &json, &none) !=
           ERR_OK);
}

static void try_body(void *mem, struct bytes body)
{
    struct err e = {0};
    struct jws jws;

    if (jws_read(mem, body, &jws, &e) == ERR_OK)
        check_accepted(&jws);
    else
        check_refused(mem, &e);
    BUG_ON(ERR_peek_error() != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *mem = mem_pool(NULL, 16384);
    struct bytes input = {data, size};

    try_body(mem, input);
    try_body(mem, bytes_of(mem_printf(mem,
                      "{\"protected\":\"%s\",\"payload\":\"e30\",\"signature\":\"AAAA\"}",
                      b64url_encode(mem, input))));
    mem_free(mem);
    return 0;
}
