/* fuzz_email_reply - any octets are a mail that answers a challenge, with a token, a digest and a
 * sender in good form, or they are not, and then it is said why. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "acme/email_reply.h"
#include "base/b64url.h"
#include "base/mem.h"

static void check_reply(void *mem, const struct email_reply *reply)
{
    uint8_t token[EMAIL_TOKEN_OCTETS], digest[32];

    BUG_ON(!b64url_decode_exactly(bytes_of(reply->token_part1), token, sizeof token));
    BUG_ON(!b64url_decode_exactly(bytes_of(reply->digest), digest, sizeof digest));
    BUG_ON(strchr(reply->from, '@') == NULL || strchr(reply->domain, '@') != NULL);
    BUG_ON(email_signed_headers(mem, &reply->mail, EMAIL_SIGNED_PRESENT)[1] == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *mem = mem_pool(NULL, 16384);
    struct email_reply reply;
    struct err e = {0};

    mail_text_init();
    if (email_reply_read(mem, mail_text_normalise(mem, (struct bytes){data, size}),
            "acme@ca.example", &reply, &e) == ERR_OK)
        check_reply(mem, &reply);
    else
        BUG_ON(e.detail[0] == '\0' || (e.code != ERR_NOT_FOUND && e.code != ERR_DENIED) ||
               (e.code == ERR_DENIED && reply.token_part1 == NULL));
    mem_free(mem);
    return 0;
}
