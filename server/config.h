/* config - what the operator asked for: one plain struct, read from a YAML file and checked as a
 * whole.
 *
 *     text -> config_yaml: a tree -> config_read: by the table in config_schema -> config_check
 *
 * The table in config_schema.c is the only list of keys: reading, complaints, defaults and the
 * reference page (docs/configuration.md) come from it. Reading is strict: unknown and repeated
 * keys, wrong types and values out of bounds are refused, each with file, line, key and what was
 * expected; all problems of a file are found in one go.
 *
 * A struct config is never changed after it was read, so threads may share it. It hangs on the
 * `mem` that was given, in one piece; relative paths in it are relative to the working directory of
 * the process.
 */
#ifndef COUNTERSIGN_SERVER_CONFIG_H
#define COUNTERSIGN_SERVER_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "acme/rate_settings.h"
#include "base/address.h"
#include "base/err.h"
#include "base/key.h"
#include "base/log.h"
#include "policy/preferences.h"

enum config_upstream_type { UPSTREAM_LOCAL, UPSTREAM_DIGICERT, UPSTREAM_HUAWEI, UPSTREAM_TENCENT };

/* How dns-persist-01's records may name an account (acme/persist_record.h). */
enum config_persist_record { PERSIST_BY_URL = 1, PERSIST_BY_HASH = 2 };

/* Where certificates come from. */
struct config_upstream {
    const char *name; /* unique */
    enum config_upstream_type type;
    const char *directory;        /* of the embedded CA's files; each CA has its own */
    enum key_type key_type;       /* of the CA's keys when they are made */
    int key_bits;                 /* 256, 384 (EC), 2048, 3072, 4096 (RSA) */
    const char *certificate_file; /* the CA certificate and its chain; "": made on first start */
    const char *key_file;         /* "" exactly if certificate_file is */
    const char *const *alternate_chain_files;
    unsigned alternate_chain_files_len;
    const char *publish_url;           /* where CRL and issuer are fetched; "": at external_url */
    const char *const *caa_identities; /* its names in CAA records; none: CAA is not asked */
    unsigned caa_identities_len;
    int rules;    /* enum vendor: by whose rules orders are decided */
    int approval; /* enum approval: none, or the operator's for each new certificate */
    /* Of a vendor's. */
    const char *url;        /* without a slash at its end; "" for the embedded CA */
    const char *access_key; /* the id of a key that signs calls; "": the key itself is sent */
    const char *project_id, *account_id; /* or "" */
    const char *api_key_file;            /* "" for the embedded CA */
    const char *ca_file;                 /* "": the system's authorities */
    int64_t timeout_s;
    int64_t poll_interval_s, doubt_wait_s;
    int64_t refresh_after_s; /* until an order is asked about before it is chosen */
    int64_t sync_s;          /* how often the inventory is read; 0: only when it is asked for */
    struct { /* whom certificates are for, where a vendor wants that with each order */
        const char *name, *unit, *address, *city, *province, *postal_code; /* or "" */
        const char *country;                                               /* "CN", or "" */
        const char *phone_area, *phone;
    } organization;
    struct { /* whom the vendor and its CA write to and call */
        const char *first_name, *last_name, *position, *phone, *email; /* or "" */
    } contact;
    const char *organization_id, *manager_id, *container_id, *payment_method,
        *dcv_method; /* or "" */
    int order_years;
    bool skip_approval;
    int64_t validation_alarm_s; /* before a validation ends; 0: never */
    int call_rate;              /* percent of the usual calls in a time */
    struct {                  /* what publishes the proofs of the vendor's own domain validation */
        int method;           /* enum proof_way */
        const char *server;   /* "192.0.2.53" or "192.0.2.53@8053"; "": none */
        const char *key_file; /* of TSIG */
        const char *zone;     /* "": found by asking the server */
        const char *program;  /* of exec */
        int64_t ttl_s;
        int64_t timeout_s;      /* of one attempt */
        int64_t renew_before_s; /* its end a domain is validated anew; 0: never */
    } domain_validation;
};

/* What clients may order; this version serves the first. */
struct config_profile {
    const char *name;                       /* unique */
    const char *upstream_name;              /* "" for the first */
    const struct config_upstream *upstream; /* that one, found */
    const char *description;
    unsigned challenges; /* set of enum challenge_type (store/model.h), never empty */
    int64_t validity_s;
    bool client_dates;   /* orders may ask for dates of their own, within the validity */
    bool internal_names; /* single-label names and names under .localhost are accepted */
    int names_max;
    bool external_account_required; /* of accounts that order */
    int64_t authorization_reuse_s;  /* 0: proofs are used once */
    bool subdomain_authorizations;
    const char *product, *brand; /* as the vendor calls them; "": any */
    int level;                   /* enum level */
    bool free;                   /* the product costs nothing: it follows from that */
    bool mail; /* it is for addresses of mail: by its level, or by the rules of its upstream */
    int64_t wait_max_s;             /* that an order waits for an action that is not allowed yet */
    int budget_new_orders;          /* of preferences.budget, as it was read */
    const char *validity_caps;      /* of preferences, likewise */
    struct preferences preferences; /* complete for the upstream's rules */
};

/* Another place that looks when the server looks (acme/perspective.h). */
struct config_perspective {
    const char *name; /* unique */
    const char *url;  /* "https://host:port" */
    int region;       /* enum region */
    const char *ca_file;
    const char *certificate_file, *key_file; /* what the server shows it */
};

struct config {
    const char *source; /* the file's name, or "built-in default" */
    struct {
        const char *acme;              /* "127.0.0.1:14000", "[::1]:14000", ":14000" */
        const char *domain_validation; /* files for vendors, by plain HTTP; "": none */
        const char *admin_socket;
        const char *admin;   /* "" in this version */
        const char *metrics; /* "" in this version */
    } listen;
    const char *external_url;  /* "https://host" or "https://host:port" */
    const char *external_host; /* the host in it: a name, or an address without brackets */
    struct {
        const char *certificate; /* file; "": issued by the embedded CA */
        const char *key;         /* "" exactly if certificate is */
    } tls;
    const char *store; /* "sqlite:PATH" */
    int workers;       /* 0: one a CPU */
    struct {
        enum log_level level;
        enum log_format format;
    } log;
    struct {
        int connections;  /* per worker */
        int64_t body_max; /* octets */
        int64_t request_timeout_s;
        int64_t idle_timeout_s;
    } limits;
    struct {
        struct gcra_rate of[RATES]; /* periods in RATE_SECOND; count 0: off */
        int ipv4_prefix;
        int ipv6_prefix;
        const struct address_range *exempt;
        unsigned exempt_len;
        const struct address_range *proxies;
        unsigned proxies_len;
        int pending_orders; /* 0: any number */
        int pending_authorizations;
    } rates;
    struct {
        bool pre_authorization;
        int http_port;
        int tls_alpn_port;
        const char *const *resolvers; /* "192.0.2.53" or "192.0.2.53@8053" */
        unsigned resolvers_len;       /* 0: full resolution from the root */
        bool dnssec;
        const char *trust_anchor_file;          /* "": that of the DNS root */
        const char *const *issuer_domain_names; /* dns-persist-01; none: external_host */
        unsigned issuer_domain_names_len;
        unsigned persist_records; /* set of enum config_persist_record, never empty */
        int64_t timeout_s;
        const struct address_range *deny;
        unsigned deny_len;
        const struct address_range *allow;
        unsigned allow_len;
    } validation;
    struct config_perspective *perspectives; /* may be none */
    unsigned perspectives_len;
    struct {
        int disagreeing; /* perspectives that may, at most; the Baseline Requirements' table */
        int regions;     /* in which those that agree must stand; 0: two, if there are two */
    } quorum;
    struct { /* what `countersign perspective` is; "" all four, or none */
        const char *listen;
        const char *certificate_file, *key_file;
        const char *client_ca_file;
    } perspective;
    struct {                       /* challenges by mail (acme/mail_settings.h) */
        const char *from;          /* "": there are none */
        const char *smtp;          /* "smtp://host:port", "smtps://..."; "" exactly if from is */
        int tls;                   /* enum mail_tls, where a connection begins in the clear */
        const char *user;          /* "": no login */
        const char *password_file; /* "" exactly if user is */
        const char *ca_file;       /* "": the system's */
        int64_t timeout_s;         /* of one exchange */
        const char *text_file;     /* of the challenges' text; "": the built-in one */
        int signed_headers;        /* enum email_signed */
        const char *imap;          /* "imaps://host:port"; "": countersign deliver brings replies */
        const char *imap_user;
        const char *imap_password_file;
        const char *folder;
        int64_t poll_interval_s;
        bool keep_read; /* mails that were read stay in the folder */
    } mail;
    struct {
        bool external_account_required; /* of new accounts */
        const char *terms_of_service;   /* URL or "" */
        bool agree_again;               /* accounts that agreed to others must agree to these */
    } accounts;
    struct config_upstream *upstreams; /* at least one */
    unsigned upstreams_len;
    struct config_profile *profiles; /* at least one; the first is the default */
    unsigned profiles_len;
};

/* Everything that is wrong with a file, in the order of its lines, each a whole sentence:
 * `countersign.yaml:7: log.level: "loud" is not one of debug, info, warning, error`. */
struct config_problems {
    const char *const *list;
    unsigned len;
};

/* Reads and checks a file. NULL if there are problems; then `problems` holds them, on `mem`. Safe
 * to call at any time on any thread; nothing but reading is done. */
struct config *config_read(void *mem, const char *path, struct config_problems *problems);

/* The same for callers that want one sentence: the first problem, and how many more there are.
 * ERR_INPUT. */
enum err_code config_load(void *mem, const char *path, struct config **out, struct err *e);

/* What is served without a file: the documented defaults, and, since it is a laboratory on
 * localhost, validation may connect to loopback addresses and the profile accepts internal names.
 */
struct config *config_default(void *mem);

/* What the perspectives lack that the Baseline Requirements (3.2.2.9) demand of publicly trusted
 * CAs at a time, as a sentence on `mem`; NULL if nothing, or if none are configured. Nothing is
 * wrong with it for others. */
const char *config_perspectives_lack(void *mem, const struct config *config, int64_t now_s);

/* The reference page of all keys in Markdown, on `mem`. */
char *config_reference(void *mem);

#endif
