/* rate - see rate.h. */
#include "acme/rate.h"

#include <ctype.h>
#include <string.h>
#include <sys/socket.h>

#include "acme/acme.h"
#include "base/key.h"
#include "base/mail_message.h"
#include "base/mem.h"
#include "base/unit.h"
#include "store/authz.h"
#include "store/identifiers.h"
#include "store/order.h"
#include "store/rate.h"

/* 8,192 buckets: with the default rates most are full again within seconds of an event, and take no
 * room then. */
#define CORNERS 1024

/* The longest key: what is counted, an account, a name or an order's `replaces`. */
#define KEY_MAX 512

enum scope { PER_ADDRESS, PER_ACCOUNT, PER_SERVER };

static const struct {
    const char *name;
    enum scope scope;
    const char *what; /* "too many <what>" */
} rates[RATES] = {
    [RATE_NONE] = {"none", PER_SERVER, ""},
    [RATE_REQUESTS_PER_ADDRESS] = {"requests_per_address", PER_ADDRESS,
        "requests from this address"},
    [RATE_RENEWAL_INFO_PER_ADDRESS] = {"renewal_info_per_address", PER_ADDRESS,
        "questions about renewals from this address"},
    [RATE_NEW_ACCOUNTS_PER_ADDRESS] = {"new_accounts_per_address", PER_ADDRESS,
        "new accounts from this address"},
    [RATE_REQUESTS_PER_ACCOUNT] = {"requests_per_account", PER_ACCOUNT, "requests by this account"},
    [RATE_NEW_ORDERS_PER_ACCOUNT] = {"new_orders_per_account", PER_ACCOUNT,
        "new orders by this account"},
    [RATE_NEW_AUTHORIZATIONS_PER_ACCOUNT] = {"new_authorizations_per_account", PER_ACCOUNT,
        "new authorizations by this account"},
    [RATE_CHALLENGES_PER_ACCOUNT] = {"challenges_per_account", PER_ACCOUNT,
        "answers to challenges by this account"},
    [RATE_FINALIZES_PER_ACCOUNT] = {"finalizes_per_account", PER_ACCOUNT,
        "orders finalized by this account"},
    [RATE_KEY_CHANGES_PER_ACCOUNT] = {"key_changes_per_account", PER_ACCOUNT,
        "key changes of this account"},
    [RATE_CHALLENGE_MAILS_PER_ACCOUNT] = {"challenge_mails_per_account", PER_ACCOUNT,
        "challenges by mail for this account"},
    [RATE_CHALLENGE_MAILS_PER_MAILBOX] = {"challenge_mails_per_mailbox", PER_SERVER,
        "challenges by mail to this address"},
    [RATE_FAILED_VALIDATIONS] = {"failed_validations", PER_ACCOUNT,
        "failed validations of this name by this account"},
    [RATE_REPLACEMENTS] = {"replacements", PER_ACCOUNT,
        "orders by this account that replace this certificate"},
    [RATE_DUPLICATE_CERTIFICATES] = {"duplicate_certificates", PER_SERVER,
        "certificates for exactly these names"},
    [RATE_REQUESTS] = {"requests", PER_SERVER, "requests to this server"},
    [RATE_NEW_ACCOUNTS] = {"new_accounts", PER_SERVER, "new accounts on this server"},
    [RATE_NEW_ORDERS] = {"new_orders", PER_SERVER, "new orders on this server"},
};

struct rate_table *rate_buckets_new(void *mem)
{
    return rate_table_new(mem, CORNERS);
}

/* Keys: the limit, then whose bucket it is, in octets that no other bucket of the limit has. */

struct key {
    uint8_t octets[KEY_MAX];
    size_t len;
};

static void add_octets(struct key *key, const void *octets, size_t len)
{
    if (len > sizeof key->octets - key->len)
        len = sizeof key->octets - key->len;
    memcpy(key->octets + key->len, octets, len);
    key->len += len;
}

static void begin_key(struct key *key, enum rate rate)
{
    uint8_t number = (uint8_t)rate;

    key->len = 0;
    add_octets(key, &number, 1);
}

static void add_account(struct key *key, int64_t account_id)
{
    add_octets(key, &account_id, sizeof account_id);
}

static void add_block(
    struct key *key, const struct rate_settings *settings, const struct address *address)
{
    struct address block = *address;

    address_cut(&block, block.family == AF_INET ? settings->ipv4_prefix : settings->ipv6_prefix);
    add_octets(key, block.bytes, sizeof block.bytes);
    add_octets(key, &block.family, sizeof block.family);
}

static void failure_key(struct key *key, int64_t account_id, const struct identifier *name)
{
    const char *value = name->value;

    begin_key(key, RATE_FAILED_VALIDATIONS);
    add_account(key, account_id);
    if (strncmp(value, "*.", 2) == 0)
        value += 2; /* what is validated */
    add_octets(key, value, strlen(value));
}

static struct bytes bytes_of_key(const struct key *key)
{
    return (struct bytes){key->octets, key->len};
}

/* Refusing. */

/* `name`: the one that is meant, or NULL. */
static enum err_code refuse(
    struct acme_req *req, enum rate rate, int64_t wait_us, const char *name, struct err *e)
{
    const struct gcra_rate *limit = &req->settings->rates.of[rate];
    int64_t wait_s = (wait_us + RATE_SECOND - 1) / RATE_SECOND;

    req->limit = rates[rate].name;
    problem_set(e, PROBLEM_RATE_LIMITED,
        "too many %s%s%s: %lld in %s are allowed (limit \"%s\"); try again in %lld seconds",
        rates[rate].what, name == NULL ? "" : ", ", name == NULL ? "" : name,
        (long long)limit->count, unit_duration(req->mem, limit->period / RATE_SECOND),
        rates[rate].name, (long long)wait_s);
    e->retry_after_s = wait_s;
    return e->code;
}

static enum err_code refuse_pending(
    struct acme_req *req, const char *limit, const char *what, int64_t max, struct err *e)
{
    req->limit = limit;
    return problem_set(e, PROBLEM_RATE_LIMITED,
        "this account has %lld pending %s, the most that are allowed (limit \"%s\"); bring some to "
        "their end, deactivate them or let them expire",
        (long long)max, what, limit);
}

/* Counting in memory. */

static enum err_code take_key(
    struct acme_req *req, enum rate rate, const struct key *key, struct err *e)
{
    int64_t wait_us;

    if (rate_table_take(req->acme->rates, bytes_of_key(key), &req->settings->rates.of[rate],
            req->arrived_ms * 1000, &wait_us))
        return ERR_OK;
    return refuse(req, rate, wait_us, NULL, e);
}

/* A unix socket has no address; who owns it answers for who comes that way. */
static bool is_exempt(const struct rate_settings *settings, const struct address *address)
{
    if (address->family == 0)
        return true;
    for (unsigned i = 0; i < settings->exempt_len; i++)
        if (address_in_range(address, &settings->exempt[i]))
            return true;
    return false;
}

enum err_code rate_take(struct acme_req *req, enum rate rate, struct err *e)
{
    const struct rate_settings *settings = &req->settings->rates;
    struct key key;

    if (rate == RATE_NONE || settings->of[rate].count == 0)
        return ERR_OK;
    begin_key(&key, rate);
    switch (rates[rate].scope) {
    case PER_ADDRESS:
        if (is_exempt(settings, &req->client))
            return ERR_OK;
        add_block(&key, settings, &req->client);
        break;
    case PER_ACCOUNT:
        add_account(&key, req->account_id);
        break;
    case PER_SERVER:
        break;
    }
    return take_key(req, rate, &key, e);
}

/* The narrow limits first: what one of them refuses takes nothing away from everybody. */
enum err_code rate_take_request(struct acme_req *req, struct err *e)
{
    return rate_take(req, RATE_REQUESTS_PER_ADDRESS, e) != ERR_OK
               ? e->code
               : rate_take(req, RATE_REQUESTS, e);
}

enum err_code rate_take_order(struct acme_req *req, struct err *e)
{
    return rate_take(req, RATE_NEW_ORDERS_PER_ACCOUNT, e) != ERR_OK
               ? e->code
               : rate_take(req, RATE_NEW_ORDERS, e);
}

enum err_code rate_take_mail(struct acme_req *req, const char *mailbox, struct err *e)
{
    char folded[MAIL_ADDRESS_MAX + 1];
    size_t len = strlen(mailbox);
    struct key key;

    if (rate_take(req, RATE_CHALLENGE_MAILS_PER_ACCOUNT, e) != ERR_OK)
        return e->code;
    BUG_ON(len >= sizeof folded);
    for (size_t i = 0; i < len; i++)
        folded[i] = (char)tolower((unsigned char)mailbox[i]);
    begin_key(&key, RATE_CHALLENGE_MAILS_PER_MAILBOX);
    add_octets(&key, folded, len);
    return take_key(req, RATE_CHALLENGE_MAILS_PER_MAILBOX, &key, e);
}

enum err_code rate_take_replacement(struct acme_req *req, const char *replaces, struct err *e)
{
    struct key key;

    begin_key(&key, RATE_REPLACEMENTS);
    add_account(&key, req->account_id);
    add_octets(&key, replaces, strlen(replaces));
    return take_key(req, RATE_REPLACEMENTS, &key, e);
}

/* Failed validations. */

enum err_code rate_check_names(struct acme_req *req, const struct identifiers *names, struct err *e)
{
    const struct gcra_rate *rate = &req->settings->rates.of[RATE_FAILED_VALIDATIONS];
    struct key key;
    int64_t wait_us;

    for (size_t i = 0; rate->count != 0 && i < names->len; i++) {
        failure_key(&key, req->account_id, &names->list[i]);
        wait_us =
            rate_table_wait(req->acme->rates, bytes_of_key(&key), rate, req->arrived_ms * 1000);
        if (wait_us > 0)
            return refuse(req, RATE_FAILED_VALIDATIONS, wait_us, names->list[i].value, e);
    }
    return ERR_OK;
}

enum err_code rate_check_validation(
    struct acme_req *req, struct store_tx *tx, const struct identifier *name, struct err *e)
{
    int64_t most = req->settings->rates.of[RATE_FAILED_VALIDATIONS].count;
    struct identifier one = *name;
    bool reached = false;

    if (most == 0 || rate_check_names(req, &(struct identifiers){&one, 1}, e) != ERR_OK ||
        store_authz_tried_reach(tx, req->account_id, name, most, req->now_s, &reached, e) != ERR_OK)
        return e->code;
    if (!reached)
        return ERR_OK;
    req->limit = rates[RATE_FAILED_VALIDATIONS].name;
    return problem_set(e, PROBLEM_RATE_LIMITED,
        "%lld validations of %s by this account are under way, the most that are allowed (limit "
        "\"%s\"); wait until they have ended",
        (long long)most, name->value, req->limit);
}

void rate_count_failure(struct rate_table *buckets, const struct rate_settings *settings,
    int64_t account_id, const struct identifier *name, int64_t now_ms)
{
    int64_t ignored;
    struct key key;

    failure_key(&key, account_id, name);
    rate_table_take(buckets, bytes_of_key(&key), &settings->of[RATE_FAILED_VALIDATIONS],
        now_ms * 1000, &ignored);
}

/* Counting in the store. */

/* The set's number, 63 bits of a hash: nobody meets another set's by chance, nor finds one on
 * purpose. */
static int64_t number_of(void *mem, const struct identifiers *names)
{
    uint8_t hash[32];
    uint64_t number = 0;

    sha256(bytes_of(mem_printf(mem, "%s\n%s", rates[RATE_DUPLICATE_CERTIFICATES].name,
               identifiers_to_text(mem, names))),
        hash);
    for (int i = 0; i < 8; i++)
        number = number << 8 | hash[i];
    return (int64_t)(number >> 1);
}

enum err_code rate_take_names(struct acme_req *req, struct store_tx *tx,
    const struct identifiers *names, bool takes, struct err *e)
{
    const struct gcra_rate *rate = &req->settings->rates.of[RATE_DUPLICATE_CERTIFICATES];
    int64_t now_us = req->now_s * RATE_SECOND, full_at_us, wait_us;
    int64_t id;

    if (rate->count == 0)
        return ERR_OK;
    id = number_of(req->mem, names);
    if (store_rate_get(tx, id, &full_at_us, e) != ERR_OK)
        return e->code;
    wait_us = gcra_wait(rate, full_at_us, now_us);
    if (wait_us > 0)
        return refuse(req, RATE_DUPLICATE_CERTIFICATES, wait_us, NULL, e);
    return takes ? store_rate_put(tx, id, gcra_take(rate, full_at_us, now_us), e) : ERR_OK;
}

/* What is pending. */

enum err_code rate_check_pending_orders(struct acme_req *req, struct store_tx *tx, struct err *e)
{
    int64_t max = req->settings->rates.pending_orders;
    bool reached = false;

    if (max > 0 && store_order_open_reach(tx, req->account_id, max, req->now_s, &reached, e) != 0)
        return e->code;
    return reached ? refuse_pending(req, "pending_orders", "orders", max, e) : ERR_OK;
}

enum err_code rate_check_pending_authorizations(
    struct acme_req *req, struct store_tx *tx, struct err *e)
{
    int64_t max = req->settings->rates.pending_authorizations;
    bool reached = false;

    if (max > 0 &&
        store_authz_pending_reach(tx, req->account_id, max, req->now_s, &reached, e) != 0)
        return e->code;
    return reached ? refuse_pending(req, "pending_authorizations", "authorizations", max, e)
                   : ERR_OK;
}
