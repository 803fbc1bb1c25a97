/* dkim - see dkim.h.
 *
 * libopendkim would look keys up by itself and wait for them. So it gets the whole mail first, the
 * keys of the signatures that may count are looked up on the loop, and only then it is asked for
 * its judgement, with those keys in hand.
 */
#include "base/dkim.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <sys/param.h>

#include <opendkim/dkim.h>

#include "base/mem.h"

/* RFC 8301, 3.2: verifiers must not take anything shorter for valid. */
#define KEY_BITS_MIN 1024
/* A mail that was signed by a clock which goes a little fast. */
#define CLOCK_DRIFT_S 300
#define RECORD_MAX    4096

struct dkim_verifier {
    DKIM_LIB *library;
};

/* A signature that may count. */
struct candidate {
    DKIM_SIGINFO *signature;
    const char *selector;
    char *record; /* that stands at the selector; NULL: none was found */
    bool retry, secure;
};

struct dkim_check {
    struct resolver *resolver;
    DKIM *mail; /* NULL: libopendkim did not take it */
    const char *domain;
    const char *const *headers;
    dkim_on_result on_result;
    void *arg;
    struct candidate candidates[DKIM_SIGNATURES_MAX];
    size_t len, next; /* the one whose key is being looked up */
    struct resolver_query *query;
    struct loop_timer *start;
    char why[512];
};

/* The key, as libopendkim asks for it. */
static DKIM_CBSTAT on_key_wanted(DKIM *mail, DKIM_SIGINFO *signature, u_char *out, size_t size)
{
    const struct dkim_check *check = dkim_get_user_context(mail);

    for (size_t i = 0; i < check->len; i++)
        if (check->candidates[i].signature == signature && check->candidates[i].record != NULL) {
            snprintf((char *)out, size, "%s", check->candidates[i].record);
            return DKIM_CBSTAT_CONTINUE;
        }
    return DKIM_CBSTAT_NOTFOUND;
}

static int free_library(void *ptr)
{
    dkim_close(((struct dkim_verifier *)ptr)->library);
    return 0;
}

static void set_option(DKIM_LIB *library, dkim_opts_t option, void *value, size_t size)
{
    BUG_ON(dkim_options(library, DKIM_OP_SETOPT, option, value, size) != DKIM_STAT_OK);
}

struct dkim_verifier *dkim_verifier_new(void *mem)
{
    struct dkim_verifier *verifier = mem_new(mem, struct dkim_verifier);
    u_int flags = DKIM_LIBFLAGS_DELAYSIGPROC | DKIM_LIBFLAGS_STRICTHDRS;
    u_int bits = KEY_BITS_MIN;
    uint64_t drift = CLOCK_DRIFT_S;

    verifier->library = dkim_init(NULL, NULL);
    BUG_ON(verifier->library == NULL);
    set_option(verifier->library, DKIM_OPTS_FLAGS, &flags, sizeof flags);
    set_option(verifier->library, DKIM_OPTS_MINKEYBITS, &bits, sizeof bits);
    set_option(verifier->library, DKIM_OPTS_CLOCKDRIFT, &drift, sizeof drift);
    BUG_ON(dkim_set_key_lookup(verifier->library, on_key_wanted) != DKIM_STAT_OK);
    mem_on_free(verifier, free_library);
    return verifier;
}

/* The end. */

static void stop(struct dkim_check *check)
{
    loop_cancel(&check->start);
    resolver_cancel(&check->query);
    if (check->mail != NULL)
        dkim_free(check->mail);
    check->mail = NULL;
}

static void finish(struct dkim_check *check, const struct dkim_result *result)
{
    stop(check);
    check->on_result(check->arg, result);
    mem_free(check);
}

static void finish_badly(struct dkim_check *check, bool retry)
{
    finish(check, &(struct dkim_result){.retry = retry, .selector = "", .why = check->why});
}

static void say(struct dkim_check *check, const char *what, const char *selector)
{
    snprintf(check->why, sizeof check->why, "the DKIM signature of %.100s (selector %.60s) %s",
        check->domain, selector, what);
}

/* Judgement. */

static const char *first_unsigned(const struct dkim_check *check, DKIM_SIGINFO *signature)
{
    for (const char *const *name = check->headers; *name != NULL; name++) {
        char copy[64];

        snprintf(copy, sizeof copy, "%s", *name);
        if (!dkim_sig_hdrsigned(signature, (u_char *)copy))
            return *name;
    }
    return NULL;
}

/* A signature with l= covers what stands before that only: anything can follow. */
static bool covers_body(const struct dkim_check *check, DKIM_SIGINFO *signature)
{
    ssize_t message = 0, canonical = 0, covered = 0;

    return dkim_sig_getcanonlen(check->mail, signature, &message, &canonical, &covered) ==
               DKIM_STAT_OK &&
           (covered < 0 || covered >= message);
}

static bool is_by_sha256(DKIM_SIGINFO *signature)
{
    dkim_alg_t algorithm = DKIM_SIGN_UNKNOWN;

    return dkim_sig_getsignalg(signature, &algorithm) == DKIM_STAT_OK &&
           (algorithm == DKIM_SIGN_RSASHA256 || algorithm == DKIM_SIGN_ED25519SHA256);
}

/* Does the signature count? If not, check->why says what is wrong with it. */
static bool judge(struct dkim_check *check, const struct candidate *candidate)
{
    DKIM_SIGINFO *signature = candidate->signature;
    const char *missing = first_unsigned(check, signature);
    char text[200];

    if (candidate->record == NULL)
        return false; /* said when it was looked up */
    if (!is_by_sha256(signature))
        say(check, "is not by SHA-256 (RFC 8301)", candidate->selector);
    else if (!DKIM_SIG_CHECK(signature)) {
        const char *fault = dkim_sig_getbh(signature) == DKIM_SIGBH_MISMATCH
                                ? "the body is not what was signed"
                                : dkim_sig_geterrorstr(dkim_sig_geterror(signature));

        snprintf(text, sizeof text, "does not hold: %.150s", fault == NULL ? "unknown" : fault);
        say(check, text, candidate->selector);
    } else if ((dkim_sig_getflags(signature) & DKIM_SIGFLAG_TESTKEY) != 0)
        say(check, "is by a key in test mode (t=y), which means nothing", candidate->selector);
    else if (!covers_body(check, signature))
        say(check, "does not cover the whole body (l=)", candidate->selector);
    else if (missing != NULL) {
        snprintf(text, sizeof text, "does not cover the header %.40s (h=)", missing);
        say(check, text, candidate->selector);
    } else
        return true;
    return false;
}

static void judge_all(struct dkim_check *check)
{
    struct dkim_result result = {.valid = true, .why = ""};
    bool is_test = false, retry = false;

    dkim_eom(check->mail, &is_test);
    for (size_t i = 0; i < check->len; i++) {
        const struct candidate *candidate = &check->candidates[i];

        retry |= candidate->retry;
        if (!judge(check, candidate))
            continue;
        result.selector =
            mem_strdup(check, candidate->selector); /* the mail is freed before it is read */
        result.secure = candidate->secure;
        finish(check, &result);
        return;
    }
    finish_badly(check, retry);
}

/* Keys. */

/* TXT rdata is strings with their lengths before them (RFC 1035, 3.3.14; RFC 6376, 3.6.2.2). */
static char *join_strings(void *mem, struct bytes rdata)
{
    struct buf text;

    buf_init(&text, mem, RECORD_MAX);
    for (size_t at = 0; at < rdata.len; at += 1 + (size_t)rdata.data[at]) {
        if (rdata.len - at - 1 < rdata.data[at])
            return NULL;
        buf_add(&text, rdata.data + at + 1, rdata.data[at]);
    }
    return text.overflow ? NULL : buf_text(&text);
}

static void look_up_next(struct dkim_check *check);

static void take_record(
    struct dkim_check *check, struct candidate *candidate, const struct dns_answer *answer)
{
    if (answer->status == DNS_OK && answer->records_len == 1) {
        candidate->record = join_strings(check, answer->records[0]);
        candidate->secure = answer->secure;
        if (candidate->record == NULL)
            say(check, "has a key record that is too long or broken", candidate->selector);
    } else if (answer->status == DNS_OK) {
        say(check, "has more than one TXT record where its key should be", candidate->selector);
    } else if (answer->status == DNS_NO_NAME || answer->status == DNS_NO_DATA) {
        say(check, "has no key: there is no TXT record at SELECTOR._domainkey.DOMAIN",
            candidate->selector);
    } else {
        char text[200];

        candidate->retry = true;
        snprintf(text, sizeof text, "cannot be checked, its key cannot be looked up: %.120s",
            answer->why);
        say(check, text, candidate->selector);
    }
}

static void on_answer(void *arg, const struct dns_answer *answer)
{
    struct dkim_check *check = arg;

    check->query = NULL;
    if (answer->status == DNS_CANCELLED) {
        finish(check, &(struct dkim_result){.cancelled = true,
                          .retry = true,
                          .selector = "",
                          .why = "the server is shutting down"});
        return;
    }
    take_record(check, &check->candidates[check->next++], answer);
    look_up_next(check);
}

static void look_up_next(struct dkim_check *check)
{
    if (check->next == check->len)
        judge_all(check);
    else
        resolver_ask(check->resolver,
            mem_printf(
                check, "%s._domainkey.%s", check->candidates[check->next].selector, check->domain),
            DNS_TXT, on_answer, check, &check->query);
}

/* The beginning. */

/* A selector becomes part of a name that is asked for. */
static bool is_selector(const char *text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

    return text != NULL && text[0] != '\0' && text[0] != '.' && strlen(text) <= 128 &&
           strspn(text, allowed) == strlen(text) && strstr(text, "..") == NULL &&
           text[strlen(text) - 1] != '.';
}

/* The others are not even looked at. */
static void choose_candidates(struct dkim_check *check)
{
    DKIM_SIGINFO **list = NULL;
    int count = 0;

    if (dkim_getsiglist(check->mail, &list, &count) != DKIM_STAT_OK)
        count = 0;
    for (int i = 0; i < count; i++) {
        const char *domain = (const char *)dkim_sig_getdomain(list[i]);
        const char *selector = (const char *)dkim_sig_getselector(list[i]);

        if (check->len < DKIM_SIGNATURES_MAX && domain != NULL && is_selector(selector) &&
            strcasecmp(domain, check->domain) == 0)
            check->candidates[check->len++] =
                (struct candidate){.signature = list[i], .selector = selector};
        else
            dkim_sig_ignore(list[i]);
    }
    if (count == 0)
        snprintf(check->why, sizeof check->why,
            "the mail has no DKIM signature; that of %.100s is needed", check->domain);
    else if (check->len == 0)
        snprintf(check->why, sizeof check->why,
            "the mail has no DKIM signature of %.100s, the domain in From, only of others",
            check->domain);
}

static void on_start(void *arg)
{
    struct dkim_check *check = arg;

    check->start = NULL;
    if (check->mail != NULL)
        choose_candidates(check);
    if (check->len == 0)
        finish_badly(check, false);
    else
        look_up_next(check);
}

static bool give_mail(struct dkim_check *check, struct bytes message)
{
    u_char *copy = mem_dup(check, message.data, message.len);
    DKIM_STAT status = dkim_set_user_context(check->mail, check);

    if (status == DKIM_STAT_OK)
        status = dkim_chunk(check->mail, copy, message.len);
    if (status == DKIM_STAT_OK)
        status = dkim_chunk(check->mail, NULL, 0);
    return status == DKIM_STAT_OK || status == DKIM_STAT_NOSIG;
}

struct dkim_check *dkim_check_start(struct dkim_verifier *verifier, struct loop *loop,
    struct resolver *resolver, struct bytes message, const struct dkim_rules *rules,
    dkim_on_result on_result, void *arg)
{
    struct dkim_check *check = mem_new(NULL, struct dkim_check);
    DKIM_STAT status;

    check->resolver = resolver;
    check->domain = mem_strdup(check, rules->domain);
    check->headers = rules->headers;
    check->on_result = on_result;
    check->arg = arg;
    check->mail = dkim_verify(verifier->library, (const unsigned char *)"reply", NULL, &status);
    if (check->mail != NULL && !give_mail(check, message)) {
        snprintf(check->why, sizeof check->why,
            "the mail's headers or DKIM signatures are not well formed");
        dkim_free(check->mail);
        check->mail = NULL;
    }
    check->start = loop_after(loop, 0, on_start, check);
    return check;
}

void dkim_check_cancel(struct dkim_check **handle)
{
    struct dkim_check *check = *handle;

    *handle = NULL;
    if (check == NULL)
        return;
    stop(check);
    mem_free(check);
}
