/* config_check - what no single value shows: pairs that belong together, names that must be found
 * or be unique, files that must be readable. Fills in what follows from other values. */
#include "server/config_private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "acme/perspective_quorum.h"
#include "acme/proof_method.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/trust_anchor.h"
#include "base/url.h"
#include "policy/decision.h"
#include "policy/order_json.h"
#include "server/config_form.h"
#include "server/config_mail.h"
#include "server/config_vendor.h"
#include "store/model.h"

#define DAY_S               INT64_C(86400)
#define HOST_VALIDITY_MAX_S (398 * DAY_S)
#define USUAL_CHALLENGES    (CHALLENGE_HTTP_01 | CHALLENGE_DNS_01 | CHALLENGE_TLS_ALPN_01)

static void check_trust_anchor(struct config_reading *r, const struct config *config)
{
    static const char path[] = "validation.trust_anchor_file";
    const char *file = config->validation.trust_anchor_file;
    struct err e = {0};
    char *text;

    config_check_file(r, path, file);
    if (*file != '\0' && !config_is_faulty(r, path) &&
        trust_anchor_read(r->scratch, file, &text, &e) != ERR_OK)
        config_complain(r, path, "%s", e.detail);
}

/* A certificate and its key: both or none. */
static void check_pair(struct config_reading *r, const char *certificate_path,
    const char *certificate, const char *key_path, const char *key)
{
    if (config_is_faulty(r, certificate_path) || config_is_faulty(r, key_path))
        return;
    if (*certificate != '\0' && *key == '\0')
        config_complain(
            r, certificate_path, "needs %s too; give both or none", strrchr(key_path, '.') + 1);
    else if (*certificate == '\0' && *key != '\0')
        config_complain(
            r, key_path, "needs %s too; give both or none", strrchr(certificate_path, '.') + 1);
    config_check_file(r, certificate_path, certificate);
    config_check_file(r, key_path, key);
}

static enum key_type key_type_of(int bits)
{
    if (bits == 256)
        return KEY_P256;
    return bits == 384 ? KEY_P384 : KEY_RSA;
}

static void check_alternate_chains(
    struct config_reading *r, unsigned index, const struct config_upstream *upstream)
{
    for (unsigned i = 0; i < upstream->alternate_chain_files_len; i++)
        config_check_file(r,
            mem_printf(r->scratch, "upstreams[%u].alternate_chain_files[%u]", index, i),
            upstream->alternate_chain_files[i]);
}

/* Who approves asks through the admin socket. */
static void check_approval(struct config_reading *r, const struct config *config, unsigned index)
{
    if (config->upstreams[index].approval == APPROVAL_OPERATOR &&
        *config->listen.admin_socket == '\0')
        config_complain(r, config_path(r, "upstreams", index, "approval"),
            "\"operator\" needs listen.admin_socket, by which countersign order approve comes");
}

static void check_local_ca(struct config_reading *r, const struct config *config, unsigned index)
{
    struct config_upstream *upstream = &config->upstreams[index];

    upstream->key_type = key_type_of(upstream->key_bits);
    check_pair(r, config_path(r, "upstreams", index, "certificate_file"),
        upstream->certificate_file, config_path(r, "upstreams", index, "key_file"),
        upstream->key_file);
    check_alternate_chains(r, index, upstream);
    check_approval(r, config, index);
    if (*upstream->api_key_file != '\0')
        config_complain(r, config_path(r, "upstreams", index, "api_key_file"),
            "is for a vendor's API; the upstream is of type local");
    if (upstream->domain_validation.method != PROOF_WAY_OPERATOR)
        config_complain(r, config_path(r, "upstreams", index, "domain_validation.method"),
            "is for a vendor's own validation; the upstream is of type local");
}

static void check_digicert(
    struct config_reading *r, struct config_upstream *upstream, unsigned index)
{
    static const struct config_method methods[] = {
        {"dns-txt-token", CONFIG_PROOF(TXT)},
        {"dns-cname-token", CONFIG_PROOF(CNAME)},
        {"http-token", CONFIG_PROOF(HTTP)},
        {"email", 0},
        {NULL, 0},
    };
    const char *approval = config_path(r, "upstreams", index, "approval");
    const struct config_value foreign[] = {
        {"access_key", upstream->access_key},
        {"project_id", upstream->project_id},
        {"account_id", upstream->account_id},
        {"manager_id", upstream->manager_id},
        {NULL, NULL},
    };

    config_check_foreign(r, index, foreign, "digicert");
    config_check_vendor(
        r, upstream, index, VENDOR_DIGICERT, "https://www.digicert.com/services/v2");
    config_check_method(r, upstream, index, methods);
    if (upstream->approval != APPROVAL_NONE)
        config_complain(r, approval,
            "is for the embedded CA; DigiCert has approvals of its own (skip_approval)");
}

static bool is_local(const struct config_upstream *upstream)
{
    return upstream->type == UPSTREAM_LOCAL;
}

/* Our own listener's certificate is the embedded CA's, unless there is another. */
static void check_any_local(struct config_reading *r, const struct config *config)
{
    for (unsigned i = 0; i < config->upstreams_len; i++)
        if (is_local(&config->upstreams[i]))
            return;
    if (*config->tls.certificate == '\0')
        config_complain(r, "tls.certificate",
            "must be given: no upstream is of type local, which would issue one");
}

static void check_upstreams(struct config_reading *r, struct config *config)
{
    check_any_local(r, config);
    for (unsigned i = 0; i < config->upstreams_len; i++) {
        struct config_upstream *upstream = &config->upstreams[i];
        const char *name = config_path(r, "upstreams", i, "name");
        const char *directory = config_path(r, "upstreams", i, "directory");

        if (is_local(upstream))
            check_local_ca(r, config, i);
        else if (upstream->type == UPSTREAM_DIGICERT)
            check_digicert(r, upstream, i);
        else if (upstream->type == UPSTREAM_HUAWEI)
            config_check_huawei(r, upstream, i);
        else
            config_check_tencent(r, upstream, i);
        for (unsigned j = 0; j < i; j++) {
            if (!config_is_faulty(r, name) &&
                strcmp(config->upstreams[j].name, upstream->name) == 0)
                config_complain(
                    r, name, "\"%s\" is also the name of upstreams[%u]", upstream->name, j);
            if (is_local(upstream) && is_local(&config->upstreams[j]) &&
                !config_is_faulty(r, directory) &&
                strcmp(config->upstreams[j].directory, upstream->directory) == 0)
                config_complain(r, directory,
                    "\"%s\" is also that of upstreams[%u]; each CA needs its own",
                    config_excerpt(r, upstream->directory), j);
        }
    }
}

static bool any_upstream_is_nameless(const struct config *config)
{
    for (unsigned i = 0; i < config->upstreams_len; i++)
        if (*config->upstreams[i].name == '\0')
            return true;
    return false;
}

static const struct config_upstream *find_upstream(const struct config *config, const char *name)
{
    for (unsigned i = 0; i < config->upstreams_len; i++)
        if (*name == '\0' || strcmp(config->upstreams[i].name, name) == 0)
            return &config->upstreams[i];
    return NULL;
}

/* "dc, lab" */
static const char *list_upstreams(struct config_reading *r, const struct config *config)
{
    const char *list = config->upstreams[0].name;

    for (unsigned i = 1; i < config->upstreams_len; i++)
        list = mem_printf(r->scratch, "%s, %s", list, config->upstreams[i].name);
    return list;
}

/* The records of dns-persist-01 name a domain. */
static void check_persist(struct config_reading *r, const struct config *config, unsigned index)
{
    struct address address;

    if ((config->profiles[index].challenges & CHALLENGE_DNS_PERSIST_01) == 0 ||
        config->validation.issuer_domain_names_len > 0 ||
        !address_parse(config->external_host, &address))
        return;
    config_complain(r, config_path(r, "profiles", index, "challenges"),
        "dns-persist-01 needs validation.issuer_domain_names, since the host of external_url is no "
        "domain name");
}

/* Only DNS speaks for names below. */
static void check_subdomains(
    struct config_reading *r, const struct config_profile *profile, unsigned index)
{
    const char *path = config_path(r, "profiles", index, "subdomain_authorizations");

    if (profile->subdomain_authorizations && (profile->challenges & CHALLENGES_BY_DNS) == 0 &&
        !config_is_faulty(r, config_path(r, "profiles", index, "challenges")))
        config_complain(
            r, path, "needs a challenge by DNS, such as dns-01, among the profile's challenges");
}

/* Persons' certificates and servers' are different products: no order would ever be found. */
static void check_level(
    struct config_reading *r, const struct config_profile *profile, unsigned index)
{
    enum vendor rules = (enum vendor)profile->upstream->rules;
    const char *path = config_path(r, "profiles", index, "validation");

    if (rules == VENDOR_LOCAL || profile->level == LEVEL_UNKNOWN || config_is_faulty(r, path))
        return;
    if ((rules == VENDOR_DIGICERT_CLIENT) == (profile->level == LEVEL_CLIENT))
        return;
    config_complain(r, path, "\"%s\" is not sold by the rules of upstream \"%s\", which are %s",
        order_level_words[profile->level], profile->upstream->name, vendor_words[rules]);
}

/* For hosts or for mail, whose proofs and certificates have nothing in common. */
static void check_kind(struct config_reading *r, struct config_profile *profile, unsigned index)
{
    const char *path = config_path(r, "profiles", index, "challenges");
    unsigned for_mail = profile->challenges & CHALLENGE_EMAIL_REPLY_00;

    profile->mail = profile->level == LEVEL_CLIENT ||
                    profile->upstream->rules == VENDOR_DIGICERT_CLIENT ||
                    profile->challenges == CHALLENGE_EMAIL_REPLY_00;
    if (profile->mail && profile->challenges != USUAL_CHALLENGES &&
        profile->challenges != for_mail && !config_is_faulty(r, path))
        config_complain(r, path,
            "the profile is for addresses of mail, which are proven by email-reply-00 only");
    if (!profile->mail && for_mail != 0 && !config_is_faulty(r, path))
        config_complain(r, path,
            "email-reply-00 proves addresses of mail, which need a profile of their own "
            "(validation: "
            "client)");
    if (!profile->mail)
        return;
    profile->challenges = for_mail;
    profile->level = LEVEL_CLIENT;
}

/* What the Baseline Requirements allow, for hosts and for mail (S/MIME BR, 6.3.2). */
static void check_validity(
    struct config_reading *r, const struct config_profile *profile, unsigned index)
{
    const char *path = config_path(r, "profiles", index, "validity");

    if (!profile->mail && profile->validity_s > HOST_VALIDITY_MAX_S && !config_is_faulty(r, path))
        config_complain(r, path,
            "%dd is too long: certificates of hosts last 398d at most, those of mail (validation: "
            "client) 825d",
            (int)(profile->validity_s / DAY_S));
}

/* A vendor must be told what is to be bought. */
static void check_product(
    struct config_reading *r, const struct config_profile *profile, unsigned index)
{
    const char *path = config_path(r, "profiles", index, "product");

    if (!is_local(profile->upstream) && *profile->product == '\0' && !config_is_faulty(r, path))
        config_complain(r, path,
            "must say what is ordered at upstream \"%s\", in the vendor's word, such as ssl_basic",
            profile->upstream->name);
}

static const struct preference_key *preference_key(const char *name)
{
    const struct preference_key *key = preference_keys;

    while (strcmp(key->name, name) != 0)
        key++;
    return key;
}

/* The word that was written down for a preference; what vendors cannot do are words and yes or no.
 */
static const char *preference_word(
    const struct preferences *preferences, const struct preference_key *key)
{
    const char *at = (const char *)preferences + key->offset;
    int value;

    if (key->kind == PREFERENCE_BOOL)
        return *(const bool *)at ? "true" : "false";
    BUG_ON(key->kind != PREFERENCE_WORD);
    memcpy(&value, at, sizeof value);
    return key->words[value];
}

static void preference_reset(struct preferences *preferences, const struct preference_key *key)
{
    struct preferences defaults;

    preferences_init(&defaults);
    memcpy((char *)preferences + key->offset, (const char *)&defaults + key->offset,
        key->kind == PREFERENCE_BOOL ? sizeof(bool) : sizeof(int));
}

/* One fault after another: what was complained of is taken for its default, as in reading. */
static void check_preferences(
    struct config_reading *r, struct config_profile *profile, unsigned index)
{
    enum vendor rules = (enum vendor)profile->upstream->rules;
    struct preferences *preferences = &profile->preferences;
    const char *why, *faulty;

    while ((faulty = preferences_fault(rules, preferences, &why)) != NULL) {
        const struct preference_key *key = preference_key(faulty);

        config_complain(r, mem_printf(r->scratch, "profiles[%u].preferences.%s", index, faulty),
            "\"%s\" %s", preference_word(preferences, key), why);
        preference_reset(preferences, key);
    }
    preferences->budget.new_orders = profile->budget_new_orders;
    preferences_parse_caps(profile->validity_caps, &preferences->validity_caps);
    preferences_complete(rules, preferences);
}

static void check_profiles(struct config_reading *r, struct config *config)
{
    for (unsigned i = 0; i < config->profiles_len; i++) {
        struct config_profile *profile = &config->profiles[i];
        const char *name = config_path(r, "profiles", i, "name");
        const char *upstream = config_path(r, "profiles", i, "upstream");

        for (unsigned j = 0; j < i; j++)
            if (!config_is_faulty(r, name) && strcmp(config->profiles[j].name, profile->name) == 0)
                config_complain(
                    r, name, "\"%s\" is also the name of profiles[%u]", profile->name, j);
        check_persist(r, config, i);
        check_subdomains(r, profile, i);
        profile->upstream = find_upstream(config, profile->upstream_name);
        if (profile->upstream == NULL && !config_is_faulty(r, upstream) &&
            !any_upstream_is_nameless(config))
            config_complain(r, upstream, "\"%s\" is not the name of an upstream; known: %s",
                profile->upstream_name, list_upstreams(r, config));
        if (profile->upstream != NULL) {
            check_product(r, profile, i);
            if (profile->upstream->type == UPSTREAM_HUAWEI)
                config_check_huawei_profile(r, config, i);
            if (profile->upstream->type == UPSTREAM_TENCENT)
                config_check_tencent_profile(r, config, i);
            check_level(r, profile, i);
            check_kind(r, profile, i);
            check_validity(r, profile, i);
            check_preferences(r, profile, i);
        }
    }
}

static unsigned count_regions(const struct config *config)
{
    bool seen[REGIONS] = {false};
    unsigned count = 0;

    for (unsigned i = 0; i < config->perspectives_len; i++)
        seen[config->perspectives[i].region] = true;
    for (unsigned i = REGION_UNKNOWN + 1; i < REGIONS; i++)
        count += seen[i];
    return count;
}

static void check_perspectives(struct config_reading *r, struct config *config)
{
    for (unsigned i = 0; i < config->perspectives_len; i++) {
        const struct config_perspective *p = &config->perspectives[i];
        const char *name = config_path(r, "perspectives", i, "name");
        const char *url = config_path(r, "perspectives", i, "url");

        config_check_file(r, config_path(r, "perspectives", i, "ca_file"), p->ca_file);
        config_check_file(
            r, config_path(r, "perspectives", i, "certificate_file"), p->certificate_file);
        config_check_file(r, config_path(r, "perspectives", i, "key_file"), p->key_file);
        for (unsigned j = 0; j < i; j++) {
            if (!config_is_faulty(r, name) && strcmp(config->perspectives[j].name, p->name) == 0)
                config_complain(r, name, "\"%s\" is also the name of perspectives[%u]", p->name, j);
            if (!config_is_faulty(r, url) && strcmp(config->perspectives[j].url, p->url) == 0)
                config_complain(r, url,
                    "\"%s\" is also that of perspectives[%u]; one place is one perspective",
                    config_excerpt(r, p->url), j);
        }
    }
    if ((unsigned)config->quorum.regions > count_regions(config))
        config_complain(r, "quorum.regions",
            "%d is more than the perspectives stand in, which is %u", config->quorum.regions,
            count_regions(config));
}

/* What `countersign perspective` needs: all of it, or nothing. */
static void check_perspective(struct config_reading *r, const struct config *config)
{
    const struct {
        const char *path, *value;
    } keys[] = {
        {"perspective.certificate_file", config->perspective.certificate_file},
        {"perspective.key_file", config->perspective.key_file},
        {"perspective.client_ca_file", config->perspective.client_ca_file},
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (*config->perspective.listen != '\0' && *keys[i].value == '\0')
            config_complain(r, keys[i].path, "must be given too, as perspective.listen is");
        config_check_file(r, keys[i].path, keys[i].value);
    }
}

const char *config_perspectives_lack(void *mem, const struct config *config, int64_t now_s)
{
    unsigned demanded = quorum_demanded_perspectives(now_s), regions = count_regions(config);

    if (config->perspectives_len == 0)
        return NULL;
    if (config->perspectives_len < demanded)
        return mem_printf(mem,
            "publicly trusted CAs need %u perspectives in %d regions (Baseline Requirements, "
            "3.2.2.9); there are %u",
            demanded, QUORUM_DEMANDED_REGIONS, config->perspectives_len);
    if (regions < QUORUM_DEMANDED_REGIONS)
        return mem_printf(mem,
            "publicly trusted CAs need perspectives in %d regions (Baseline Requirements, "
            "3.2.2.9); these stand in %u",
            QUORUM_DEMANDED_REGIONS, regions);
    return NULL;
}

void config_check(struct config_reading *r, struct config *config)
{
    config->external_host = form_origin_host(r->mem, config->external_url);
    check_pair(r, "tls.certificate", config->tls.certificate, "tls.key", config->tls.key);
    check_trust_anchor(r, config);
    check_upstreams(r, config);
    check_profiles(r, config);
    config_check_mail(r, config);

    check_perspectives(r, config);
    check_perspective(r, config);
    config->external_host = form_origin_host(r->mem, config->external_url);
}
