/* app - see app.h. */
#include "server/app.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "acme/acme.h"
#include "acme/crl_flow.h"
#include "acme/inventory_flow.h"
#include "acme/mailbox_flow.h"
#include "acme/validation_flow.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mail_text.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/trust_anchor.h"
#include "policy/decision.h"
#include "server/admin.h"
#include "server/domain_validation.h"
#include "server/mail_setup.h"
#include "server/own_tls.h"
#include "server/worker.h"
#include "store/account.h"
#include "store/inventory.h"
#include "store/job.h"
#include "store/rate.h"
#include "store/setting.h"

#define SETTING_HANDLE_KEY "handle_key"
#define SETTING_NONCES     "nonces"

struct app {
    const struct config *config;
    struct store *store;
    struct acme acme;
    struct worker_plan *plan;
    struct vendor_limits *limits; /* of all vendors since the start */
    struct own_tls *tls;
    struct admin *admin; /* NULL: it has no socket */
    struct worker **workers;
    int workers_len;
};

/* From the configuration to a plan. */

/* Where verifiers fetch what an embedded CA publishes; without a slash at its end. */
static const char *publish_base(
    void *mem, const struct config *config, const struct config_upstream *upstream)
{
    size_t len = strlen(upstream->publish_url);

    if (len == 0)
        return config->external_url;
    return mem_strndup(
        mem, upstream->publish_url, upstream->publish_url[len - 1] == '/' ? len - 1 : len);
}

static struct local_ca_options *make_local_cas(void *mem, const struct config *config, size_t *len)
{
    struct local_ca_options *cas =
        mem_new_array(mem, struct local_ca_options, config->upstreams_len);

    *len = 0;
    for (unsigned i = 0; i < config->upstreams_len; i++) {
        const struct config_upstream *u = &config->upstreams[i];
        const char *base = publish_base(mem, config, u);

        if (u->type != UPSTREAM_LOCAL)
            continue;
        cas[(*len)++] = (struct local_ca_options){
            .name = u->name,
            .directory = u->directory,
            .key_type = u->key_type,
            .rsa_bits = u->key_bits,
            .certificate_file = u->certificate_file,
            .key_file = u->key_file,
            .alternate_chain_files = u->alternate_chain_files,
            .alternate_chain_files_len = u->alternate_chain_files_len,
            .approval = u->approval == APPROVAL_OPERATOR,
            .crl_url = mem_printf(mem, "%s/crl/%s.der", base, u->name),
            .issuer_url = mem_printf(mem, "%s/issuer/%s.der", base, u->name),
        };
    }
    return cas;
}

static enum err_code make_authorities(
    void *mem, const struct worker_plan *plan, struct acme_settings *settings, struct err *e)
{
    struct acme_authority *authorities =
        mem_new_array(mem, struct acme_authority, plan->local_cas_len);

    for (size_t i = 0; i < plan->local_cas_len; i++) {
        struct upstream *ca = local_ca_new(mem, NULL, &plan->local_cas[i], e);

        if (ca == NULL)
            return e->code;
        authorities[i] = (struct acme_authority){
            .upstream = plan->local_cas[i].name,
            .root_pem = local_ca_root_pem(ca),
            .issuer_der = local_ca_issuer_der(ca),
            .not_after_s = local_ca_not_after(ca),
        };
    }
    settings->authorities = authorities;
    settings->authorities_len = plan->local_cas_len;
    return ERR_OK;
}

/* The list with a NULL at its end. */
static const char *const *end_list(void *mem, const char *const *list, unsigned len)
{
    const char **ended = mem_new_array(mem, const char *, len + 1);

    for (unsigned i = 0; i < len; i++)
        ended[i] = list[i];
    return ended;
}

static const char *known(const char *text)
{
    return *text == '\0' ? NULL : text;
}

/* What the policy hears of a profile. */
static struct profile wanted_of(const struct config_profile *p)
{
    return (struct profile){
        .product = known(p->product),
        .brand = known(p->brand),
        .level = (enum level)p->level,
        .free = p->free,
        .account_approves = p->upstream->type == UPSTREAM_DIGICERT && !p->upstream->skip_approval,
    };
}

static struct acme_profile *make_profiles(void *mem, const struct config *config)
{
    struct acme_profile *profiles = mem_new_array(mem, struct acme_profile, config->profiles_len);

    for (unsigned i = 0; i < config->profiles_len; i++) {
        const struct config_profile *p = &config->profiles[i];

        profiles[i] = (struct acme_profile){
            .name = p->name,
            .description = p->description,
            .upstream = p->upstream->name,
            .upstream_ops = vendor_ops(p->upstream),
            .mail = p->mail,
            .only_key = p->upstream->rules == VENDOR_DIGICERT_CLIENT,
            .challenges = p->challenges,
            .caa_identities =
                end_list(mem, p->upstream->caa_identities, p->upstream->caa_identities_len),
            .validity_s = p->validity_s,
            .client_dates = p->client_dates,
            .internal_names = p->internal_names,
            .names_max = (size_t)p->names_max,
            .external_account_required = p->external_account_required,
            .reuse_s = p->authorization_reuse_s,
            .subdomains = p->subdomain_authorizations,
            .vendor = (enum vendor)p->upstream->rules,
            .wanted = wanted_of(p),
            .preferences = p->preferences,
            .wait_max_s = p->wait_max_s,
            .refresh_s = p->upstream->refresh_after_s,
        };
    }
    return profiles;
}

static void set_inventories(void *mem, const struct config *config, struct acme_settings *settings)
{
    struct acme_inventory *list = mem_new_array(mem, struct acme_inventory, config->upstreams_len);

    for (unsigned i = 0; i < config->upstreams_len; i++)
        if (vendor_ops(&config->upstreams[i])->list != NULL)
            list[settings->inventories_len++] = (struct acme_inventory){
                .upstream = config->upstreams[i].name,
                .vendor = vendor_words[config->upstreams[i].rules],
                .every_s = config->upstreams[i].sync_s,
            };
    settings->inventories = list;
}

/* An embedded CA may go by a vendor's rules, too. */
static void set_watches(void *mem, const struct config *config, struct acme_settings *settings)
{
    struct acme_watch *list = mem_new_array(mem, struct acme_watch, config->upstreams_len);

    for (unsigned i = 0; i < config->upstreams_len; i++)
        if (config->upstreams[i].rules != VENDOR_LOCAL)
            list[settings->watches_len++] = (struct acme_watch){
                .upstream = config->upstreams[i].name,
                .vendor = vendor_words[config->upstreams[i].rules],
                .alarm_s = config->upstreams[i].validation_alarm_s,
                .renew_s = config->upstreams[i].domain_validation.renew_before_s,
            };
    settings->watches = list;
}

static struct rate_settings make_rates(const struct config *config)
{
    struct rate_settings rates = {
        .ipv4_prefix = (unsigned)config->rates.ipv4_prefix,
        .ipv6_prefix = (unsigned)config->rates.ipv6_prefix,
        .exempt = config->rates.exempt,
        .exempt_len = config->rates.exempt_len,
        .proxies = config->rates.proxies,
        .proxies_len = config->rates.proxies_len,
        .pending_orders = config->rates.pending_orders,
        .pending_authorizations = config->rates.pending_authorizations,
    };

    memcpy(rates.of, config->rates.of, sizeof rates.of);
    return rates;
}

static void set_persist(void *mem, const struct config *config, struct acme_settings *settings)
{
    unsigned len = config->validation.issuer_domain_names_len;

    settings->persist_issuers = len > 0 ? end_list(mem, config->validation.issuer_domain_names, len)
                                        : end_list(mem, &config->external_host, 1);
    settings->persist_by_url = (config->validation.persist_records & PERSIST_BY_URL) != 0;
    if ((config->validation.persist_records & PERSIST_BY_HASH) != 0)
        settings->account_hash_prefix =
            mem_printf(mem, "%s/acme/account-hash/", config->external_url);
}

static struct perspective_set make_perspectives(void *mem, const struct config *config)
{
    struct perspective *list = mem_new_array(mem, struct perspective, config->perspectives_len);

    for (unsigned i = 0; i < config->perspectives_len; i++) {
        const struct config_perspective *p = &config->perspectives[i];

        list[i] = (struct perspective){
            .name = p->name,
            .url = p->url,
            .region = (enum region)p->region,
            .ca_file = p->ca_file,
            .certificate_file = p->certificate_file,
            .key_file = p->key_file,
        };
    }
    return (struct perspective_set){
        .list = list,
        .len = config->perspectives_len,
        .rules = {(unsigned)config->quorum.disagreeing, (unsigned)config->quorum.regions},
    };
}

static struct acme_settings *make_settings(void *mem, const struct config *config)
{
    struct acme_settings *s = mem_new(mem, struct acme_settings);

    s->external_url = config->external_url;
    s->terms_of_service =
        config->accounts.terms_of_service[0] == '\0' ? NULL : config->accounts.terms_of_service;
    s->agree_again = config->accounts.agree_again;
    s->external_account_required = config->accounts.external_account_required;
    s->profiles = make_profiles(mem, config);
    s->profiles_len = config->profiles_len;
    s->pre_authorization = config->validation.pre_authorization && s->profiles[0].reuse_s > 0;
    s->http01_port = (unsigned)config->validation.http_port;
    s->tls_alpn_port = (unsigned)config->validation.tls_alpn_port;
    s->validation_timeout_ms = config->validation.timeout_s * 1000;
    s->filter = (struct address_filter){
        .allow = config->validation.allow,
        .allow_len = config->validation.allow_len,
        .deny = config->validation.deny,
        .deny_len = config->validation.deny_len,
    };
    s->perspectives = make_perspectives(mem, config);
    s->suffixes = public_suffixes_new(mem);
    s->rates = make_rates(config);
    set_persist(mem, config, s);
    set_inventories(mem, config, s);
    set_watches(mem, config, s);
    return s;
}

static int plan_free(void *ptr)
{
    http_tls_unref(((struct worker_plan *)ptr)->tls);
    return 0;
}

/* A plan keeps its TLS alive: a worker may come to it later than the next plan is made. */
static void set_tls(struct worker_plan *plan, const struct own_tls *tls)
{
    plan->tls = http_tls_ref(own_tls_get(tls));
    mem_on_free(plan, plan_free);
}

static enum err_code set_resolver(
    struct worker_plan *plan, const struct config *config, struct err *e)
{
    const char *file = config->validation.trust_anchor_file;
    char *text;

    plan->trust_anchor = "";
    plan->resolver = (struct resolver_options){
        .servers = config->validation.resolvers,
        .servers_len = config->validation.resolvers_len,
        .dnssec = config->validation.dnssec,
        .timeout_ms = config->validation.timeout_s * 1000,
        .filter = &plan->settings->filter,
    };
    if (!plan->resolver.dnssec || file[0] == '\0')
        return ERR_OK;
    plan->resolver.trust_anchor_file = file;
    if (trust_anchor_read(plan, file, &text, e) != ERR_OK)
        return e->code;
    plan->trust_anchor = text;
    return ERR_OK;
}

/* Everything of a plan but TLS. Makes or checks the embedded CAs. */
static struct worker_plan *make_plan(
    void *mem, const struct config *config, struct vendor_limits *limits, struct err *e)
{
    struct worker_plan *plan = mem_new(mem, struct worker_plan);
    struct acme_settings *settings = make_settings(plan, config);

    plan->settings = settings;
    if (set_resolver(plan, config, e) != ERR_OK)
        goto failed;
    plan->local_cas = make_local_cas(plan, config, &plan->local_cas_len);
    for (size_t i = 0; i < plan->local_cas_len; i++)
        if (local_ca_prepare(&plan->local_cas[i], e) != ERR_OK)
            goto failed;
    if (make_authorities(plan, plan, settings, e) == ERR_OK &&
        mail_setup(plan, config, &settings->mail, e) == ERR_OK &&
        domain_validation_make(plan, config, &settings->proof_methods, e) == ERR_OK &&
        vendors_make(plan, config, limits, &plan->vendors, &plan->vendors_len, e) == ERR_OK)
        return plan;

failed:
    mem_free(plan);
    return NULL;
}

/* The store, and what of it is needed before the first request. */

/* The key of the sealed numbers in URLs is made once and never changes: clients keep their URLs. */
static enum err_code read_secrets(struct store_tx *tx, void *arg, struct err *e)
{
    struct app *app = arg;
    uint8_t key[SEAL_KEY_LEN];
    struct bytes value;

    if (store_setting_get(tx, app, SETTING_HANDLE_KEY, &value, e) == ERR_NOT_FOUND) {
        rand_bytes(key, sizeof key);
        value = bytes_copy(app, (struct bytes){key, sizeof key});
        *e = (struct err){0};
        store_setting_put(tx, SETTING_HANDLE_KEY, value, e);
    }
    if (e->code != ERR_OK)
        return e->code;
    if (value.len != SEAL_KEY_LEN)
        return err_set(e, ERR_STORE, "the database is damaged: its setting %s is not a key",
            SETTING_HANDLE_KEY);
    app->acme.handles = seal_new(app, value.data);

    if (store_setting_get(tx, store_tx_mem(tx), SETTING_NONCES, &value, e) == ERR_NOT_FOUND) {
        value = (struct bytes){NULL, 0};
        *e = (struct err){0};
    }
    if (e->code != ERR_OK)
        return e->code;
    app->acme.rates = rate_buckets_new(app);
    app->acme.nonces = nonces_new(app, value);
    /* Good once: after a crash nobody knows which of them were used since. */
    return store_setting_delete(tx, SETTING_NONCES, e);
}

static enum err_code want_lists(struct store_tx *tx, void *arg, struct err *e)
{
    const struct app *app = arg;

    const struct acme_settings *settings = app->plan->settings;
    int64_t now_ms = clock_now_ms();

    if (crl_flow_want(settings, tx, now_ms, e) == ERR_OK &&
        inventory_flow_want(settings, tx, now_ms, e) == ERR_OK &&
        mailbox_flow_want(settings, tx, now_ms, e) == ERR_OK)
        validation_flow_want(settings, tx, now_ms, e);
    return e->code;
}

/* Who must agree to new terms is refused from now on: better that the operator knows before they
 * do.
 */
static enum err_code count_terms(struct store_tx *tx, void *arg, struct err *e)
{
    const struct acme_settings *settings = ((const struct app *)arg)->plan->settings;
    int64_t count = 0;

    if (settings->terms_of_service == NULL || !settings->agree_again)
        return ERR_OK;
    if (store_account_count_others(tx, settings->terms_of_service, &count, e) == ERR_OK &&
        count > 0)
        log_warning("terms_to_be_agreed_to", LOG_INT("accounts", count),
            LOG_STR("terms", settings->terms_of_service));
    return e->code;
}

/* A vendor's orders are no other vendor's: an inventory keeps whose it is. */
static enum err_code open_inventories(struct store_tx *tx, void *arg, struct err *e)
{
    const struct acme_settings *settings = ((const struct app *)arg)->plan->settings;
    int64_t id;

    for (size_t i = 0; i < settings->profiles_len; i++) {
        const struct acme_profile *profile = &settings->profiles[i];
        const char *rules = vendor_words[profile->vendor];

        if (profile->vendor == VENDOR_LOCAL ||
            store_inventory_open(tx, profile->upstream, rules, &id, e) == ERR_OK)
            continue;
        if (e->code == ERR_CONFLICT)
            err_set(e, ERR_CONFLICT,
                "the upstream %s goes by the rules of %s, but its inventory is another vendor's: "
                "give the upstream another name",
                profile->upstream, rules);
        return e->code;
    }
    return ERR_OK;
}

/* What a plan wants of the store, at the start and after a reload. */
static enum err_code prepare_plan(struct store_tx *tx, void *arg, struct err *e)
{
    return count_terms(tx, arg, e) == ERR_OK && open_inventories(tx, arg, e) == ERR_OK
               ? want_lists(tx, arg, e)
               : e->code;
}

static enum err_code prepare_jobs(struct store_tx *tx, void *arg, struct err *e)
{
    return store_job_free_all(tx, e) == ERR_OK &&
                   store_rate_clean(tx, clock_now_s() * RATE_SECOND, e) == ERR_OK
               ? prepare_plan(tx, arg, e)
               : e->code;
}

static enum err_code save_nonces(struct store_tx *tx, void *arg, struct err *e)
{
    const struct app *app = arg;

    return store_setting_put(
        tx, SETTING_NONCES, nonces_save(app->acme.nonces, store_tx_mem(tx)), e);
}

/* Workers. */

static struct worker_options worker_options_of(const struct app *app)
{
    const struct config *config = app->config;

    return (struct worker_options){
        .acme = &app->acme,
        .store = app->store,
        .plan = app->plan,
        .limits =
            {
                .connections_max = (unsigned)config->limits.connections,
                .body_max = (size_t)config->limits.body_max,
                .request_timeout_ms = config->limits.request_timeout_s * 1000,
                .idle_timeout_ms = config->limits.idle_timeout_s * 1000,
            },
        .listen = config->listen.acme,
        .listen_fd = -1,
        .listen_files = config->listen.domain_validation,
    };
}

static int worker_count(const struct config *config)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);

    if (config->workers > 0)
        return config->workers;
    return cpus < 1 ? 1 : (int)cpus;
}

static enum err_code make_workers(struct app *app, int listen_fd, struct err *e)
{
    struct worker_options options = worker_options_of(app);
    int count = worker_count(app->config);

    if (listen_fd < 0 && http_server_check_free(app->config->listen.acme, e) != ERR_OK)
        return e->code;
    if (*options.listen_files != '\0' && http_server_check_free(options.listen_files, e) != ERR_OK)
        return e->code;
    app->workers = mem_new_array(app, struct worker *, (size_t)count);
    for (int i = 0; i < count; i++) {
        if (listen_fd >= 0 && (options.listen_fd = dup(listen_fd)) < 0)
            return err_set(e, ERR_NETWORK, "the socket that was handed over cannot be used: %s",
                strerror(errno));
        app->workers[i] = worker_new(&options, e);
        if (app->workers[i] == NULL)
            return e->code;
        app->workers_len++;
    }
    for (int i = 0; i < app->workers_len; i++)
        worker_start(app->workers[i]);
    return ERR_OK;
}

static void end_workers(struct app *app)
{
    for (int i = 0; i < app->workers_len; i++)
        worker_stop(app->workers[i]);
    for (int i = 0; i < app->workers_len; i++)
        worker_join(app->workers[i]);
    app->workers_len = 0;
}

/* Workers that were made but never started end the same way: a loop that is run with a stop message
 * waiting ends. */
static void abandon_workers(struct app *app)
{
    for (int i = 0; i < app->workers_len; i++)
        worker_start(app->workers[i]);
    end_workers(app);
}

static enum err_code make_admin(struct app *app, struct err *e)
{
    const char *path = app->config->listen.admin_socket;

    if (path[0] == '\0')
        return ERR_OK;
    app->admin = admin_start(path, app->store, &app->acme, app->plan->settings, e);
    return e->code;
}

struct app *app_start(const struct config *config, int listen_fd, struct err *e)
{
    struct app *app = mem_new(NULL, struct app);

    mail_text_init();
    app->config = config;
    app->limits = vendor_limits_new(app);
    app->plan = make_plan(app, config, app->limits, e);
    if (app->plan == NULL)
        goto failed;
    app->store = store_open(config->store, e);
    if (app->store == NULL || store_run_and_wait(app->store, read_secrets, app, e) != ERR_OK ||
        store_run_and_wait(app->store, prepare_jobs, app, e) != ERR_OK)
        goto failed;
    app->tls = own_tls_new(app, config, app->plan->local_cas, e);
    if (app->tls == NULL)
        goto failed;
    set_tls(app->plan, app->tls);
    if (make_admin(app, e) != ERR_OK || make_workers(app, listen_fd, e) != ERR_OK)
        goto failed;
    return app;

failed:
    abandon_workers(app);
    admin_stop(app->admin);
    store_close(app->store);
    mem_free(app);
    return NULL;
}

/* An embedded CA that a reload has brought has no revocation list yet. The workers have the plan in
 * their queues by now, and come to it before they hear of a job that was added after it. */
static void prepare_reloaded(struct app *app)
{
    struct err e = {0};

    if (store_run_and_wait(app->store, prepare_plan, app, &e) != ERR_OK)
        log_error(
            "plan_not_prepared", LOG_STR("detail", e.detail), LOG_STR("internal", e.internal));
}

static void update_workers(struct app *app)
{
    for (int i = 0; i < app->workers_len; i++)
        worker_update(app->workers[i], app->plan);
}

static void warn_fixed(const char *key, bool changed)
{
    if (changed)
        log_warning("reload_needs_restart", LOG_STR("key", key));
}

enum err_code app_reload(struct app *app, const struct config *config, struct err *e)
{
    struct worker_plan *plan = make_plan(app, config, app->limits, e);
    struct own_tls *tls;

    if (plan == NULL)
        return e->code;
    tls = own_tls_new(app, config, plan->local_cas, e);
    if (tls == NULL) {
        mem_free(plan);
        return e->code;
    }
    warn_fixed("listen.acme", strcmp(config->listen.acme, app->config->listen.acme) != 0);
    warn_fixed("listen.domain_validation",
        strcmp(config->listen.domain_validation, app->config->listen.domain_validation) != 0);
    warn_fixed("listen.admin_socket",
        strcmp(config->listen.admin_socket, app->config->listen.admin_socket) != 0);
    warn_fixed("store", strcmp(config->store, app->config->store) != 0);
    warn_fixed("workers", config->workers != app->config->workers);
    warn_fixed("limits", memcmp(&config->limits, &app->config->limits, sizeof config->limits) != 0);
    set_tls(plan, tls);
    mem_free(app->tls);
    app->tls = tls;
    app->plan = plan; /* the old one stays until exit: requests and flows may still read it */
    app->config = config;
    update_workers(app);
    prepare_reloaded(app);
    if (app->admin != NULL)
        admin_update(app->admin, plan->settings);
    return ERR_OK;
}

void app_tick(struct app *app)
{
    struct worker_plan *plan;
    struct err e = {0};

    if (!own_tls_is_due(app->tls, clock_now_s()))
        return;
    if (own_tls_renew(app->tls, &e) != ERR_OK) {
        log_error("tls_not_renewed", LOG_STR("detail", e.detail), LOG_STR("internal", e.internal));
        return;
    }
    plan = mem_dup(app, app->plan, sizeof *app->plan);
    set_tls(plan, app->tls);
    app->plan = plan;
    update_workers(app);
}

void app_stop(struct app *app)
{
    struct err e = {0};

    admin_stop(app->admin);
    end_workers(app);
    if (store_run_and_wait(app->store, save_nonces, app, &e) != ERR_OK)
        log_warning(
            "nonces_not_saved", LOG_STR("detail", e.detail), LOG_STR("internal", e.internal));
    store_close(app->store);
    mem_free(app);
}
