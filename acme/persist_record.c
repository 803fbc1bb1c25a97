/* persist_record - see persist_record.h. */
#include "acme/persist_record.h"

#include <string.h>

#include "acme/issue_value.h"
#include "base/b64url.h"
#include "base/key.h"
#include "base/mem.h"

/* So many digits fit into 64 bits, whatever they are. */
enum { DIGITS_MAX = 18, HASHED_MAX_LEN = 8192 };

/* <prefix>sha-256/<base64url of SHA-256(length of domain, domain, thumbprint, account URL)>
 * (draft -02). */
static const char *hashed_uri(
    void *mem, const char *prefix, const char *domain, const char *thumbprint, const char *url)
{
    char text[B64URL_LEN(32) + 1];
    uint8_t digest[32];
    struct buf b;

    buf_init(&b, mem, HASHED_MAX_LEN);
    buf_add_char(&b, (char)strlen(domain));
    buf_add_text(&b, domain);
    buf_add_text(&b, thumbprint);
    buf_add_text(&b, url);
    sha256(buf_bytes(&b), digest);
    b64url_write(digest, sizeof digest, text);
    return mem_printf(mem, "%ssha-256/%s", prefix, text);
}

static size_t count(const char *const *list)
{
    size_t len = 0;

    while (list[len] != NULL)
        len++;
    return len;
}

const char *const *persist_account_uris(
    void *mem, const struct persist_terms *terms, const char *account_url, const char *domain)
{
    const char **uris = mem_new_array(mem, const char *, 2 * count(terms->thumbprints) + 2);
    size_t len = 0;

    for (size_t i = 0; terms->hash_prefix != NULL && terms->thumbprints[i] != NULL; i++) {
        uris[len++] =
            hashed_uri(uris, terms->hash_prefix, domain, terms->thumbprints[i], account_url);
        /* A record for any domain. */
        uris[len++] = hashed_uri(uris, terms->hash_prefix, "*", terms->thumbprints[i], account_url);
    }
    if (terms->by_url)
        uris[len++] = mem_strdup(uris, account_url);
    return uris;
}

/* The parameters that mean something; NULL data: not there. */
struct parameters {
    struct bytes account_uri, policy, until;
};

static struct bytes *place_of(struct parameters *p, struct bytes tag)
{
    if (issue_word_is(tag, "accounturi"))
        return &p->account_uri;
    if (issue_word_is(tag, "policy"))
        return &p->policy;
    return issue_word_is(tag, "persistuntil") ? &p->until : NULL;
}

/* What is wrong with the parameters, or NULL. Unknown ones are passed over. */
static const char *read_parameters(struct issue_value *at, struct parameters *out)
{
    enum issue_value_next next;
    struct bytes tag, value;

    while ((next = issue_value_next(at, &tag, &value)) == ISSUE_VALUE_PARAMETER) {
        struct bytes *place = place_of(out, tag);

        if (place == NULL)
            continue;
        if (place->data != NULL)
            return "has accounturi, policy or persistUntil twice";
        *place = value;
    }
    if (next == ISSUE_VALUE_BROKEN)
        return "does not follow the grammar \"issuer; tag=value; tag=value\"";
    return out->account_uri.len == 0 ? "has no accounturi" : NULL;
}

static bool read_time(struct bytes text, int64_t *out)
{
    int64_t time_s = 0;

    if (text.len == 0 || text.len > DIGITS_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        time_s = time_s * 10 + (text.data[i] - '0');
    }
    *out = time_s;
    return true;
}

static bool is_among(struct bytes text, const char *const *list)
{
    for (; *list != NULL; list++)
        if (bytes_equal(text, bytes_of(*list)))
            return true;
    return false;
}

static bool names_us(struct bytes issuer, const char *const *issuers)
{
    for (; *issuers != NULL; issuers++)
        if (issue_word_is(issuer, *issuers))
            return true;
    return false;
}

/* Why a record in good form does not prove what is asked, or NULL. */
static const char *objection(
    const struct parameters *p, const struct persist_question *question, int64_t until_s)
{
    if (!is_among(p->account_uri, question->account_uris))
        return "has an accounturi that is not this account's";
    if (question->wildcard && !issue_word_is(p->policy, "wildcard"))
        return "has no policy=wildcard, which names below need";
    if (p->until.data != NULL && question->now_s > until_s)
        return "was good until its persistUntil, which has passed";
    return NULL;
}

enum persist_verdict persist_record_judge(
    struct bytes value, const struct persist_question *question, int64_t *until_s, const char **why)
{
    struct parameters p = {.account_uri = {NULL, 0}};
    struct issue_value at;
    struct bytes issuer;

    *until_s = 0;
    *why = "";
    if (!issue_value_begin(&at, value, &issuer) || !names_us(issuer, question->issuers))
        return PERSIST_FOREIGN;
    *why = read_parameters(&at, &p);
    if (*why != NULL)
        return PERSIST_MALFORMED;
    if (p.until.data != NULL && !read_time(p.until, until_s)) {
        *why = "has a persistUntil that is no number of seconds since 1970";
        return PERSIST_MALFORMED;
    }
    *why = objection(&p, question, *until_s);
    if (*why != NULL)
        return PERSIST_REFUSED;
    *why = "";
    return PERSIST_PROVES;
}
