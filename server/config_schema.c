/* config_schema - the table: what may stand in the configuration. docs/configuration.md is made
 * from it. */
#include "server/config_schema.h"

#include <string.h>

#include "acme/mail_settings.h"
#include "acme/perspective_quorum.h"
#include "acme/proof_method.h"
#include "base/mem.h"
#include "policy/decision.h"
#include "policy/order_json.h"
#include "policy/upstream/vendor_limit.h"
#include "server/config.h"
#include "server/config_form.h"
#include "store/model.h"

#define AT(type, member)      .at = offsetof(type, member)
#define AT_LIST(type, member) .list = true, AT(type, member), .at_len = offsetof(type, member##_len)
#define MINUTE                60
#define HOUR                  (60 * MINUTE)
#define DAY                   (24 * HOUR)
#define KIB                   1024

/* One key after another, each with the same few lines. */
/* clang-format off */

#define END {.name = NULL}

static const struct config_key listen_keys[] = {
    {.name = "acme", .type = CONFIG_TEXT, AT(struct config, listen.acme),
     .fault = form_listen_fault, .fallback = "127.0.0.1:14000",
     .help = "Where ACME clients connect, by HTTPS: ADDRESS:PORT with a numeric address; :PORT "
             "means all addresses."},
    {.name = "domain_validation", .type = CONFIG_TEXT, AT(struct config, listen.domain_validation),
     .fault = form_listen_or_empty_fault, .fallback = "''",
     .help = "Where vendors fetch the files of their domain validation, by plain HTTP (:80 as a rule, since they ask "
             "the domain itself): GET and HEAD of /.well-known/pki-validation/, nothing else; empty: nowhere but "
             "on the address of acme, for a proxy that forwards that path."},
    {.name = "admin_socket", .type = CONFIG_TEXT, AT(struct config, listen.admin_socket),
     .fault = form_socket_fault, .fallback = "./countersign-data/admin.sock",
     .help = "The unix socket of the admin API, which commands such as countersign eab use; only its "
             "owner may; empty: none."},
    {.name = "admin", .type = CONFIG_TEXT, AT(struct config, listen.admin),
     .fault = form_unserved_fault, .fallback = "''",
     .help = "Where the admin API and the console would be served; must be empty in this "
             "version."},
    {.name = "metrics", .type = CONFIG_TEXT, AT(struct config, listen.metrics),
     .fault = form_unserved_fault, .fallback = "''",
     .help = "Where metrics would be served; must be empty in this version."},
    END,
};

static const struct config_key tls_keys[] = {
    {.name = "certificate", .type = CONFIG_TEXT, AT(struct config, tls.certificate),
     .fallback = "''",
     .help = "File with the certificate and chain (PEM) of the HTTPS listener; empty: issued and "
             "renewed by the embedded CA."},
    {.name = "key", .type = CONFIG_TEXT, AT(struct config, tls.key), .fallback = "''",
     .help = "File with the private key (PEM) of that certificate; given exactly if the "
             "certificate is."},
    END,
};

static const struct config_word log_levels[] = {
    {"debug", LOG_DEBUG},
    {"info", LOG_INFO},
    {"warning", LOG_WARNING},
    {"error", LOG_ERROR},
    {NULL, 0},
};

static const struct config_word log_formats[] = {
    {"text", LOG_TEXT}, {"json", LOG_JSON}, {NULL, 0}};

static const struct config_key log_keys[] = {
    {.name = "level", .type = CONFIG_WORD, AT(struct config, log.level), .words = log_levels,
     .fallback = "info",
     .help = "The least important events that are written to standard error."},
    {.name = "format", .type = CONFIG_WORD, AT(struct config, log.format), .words = log_formats,
     .fallback = "text",
     .help = "One line an event either way: words with name=value fields, or a JSON object."},
    END,
};

static const struct config_key limits_keys[] = {
    {.name = "connections", .type = CONFIG_NUMBER, AT(struct config, limits.connections),
     .min = 1, .max = 1000000, .fallback = "4096",
     .help = "Connections that each worker keeps open; then the oldest idle one is closed, or the "
             "new one refused."},
    {.name = "body", .type = CONFIG_SIZE, AT(struct config, limits.body_max), .min = 16 * KIB,
     .max = 1024 * KIB, .fallback = "64KiB",
     .help = "The largest body of a request."},
    {.name = "request_timeout", .type = CONFIG_DURATION,
     AT(struct config, limits.request_timeout_s), .min = 1, .max = 5 * MINUTE, .fallback = "15s",
     .help = "How long a request may take to arrive, from its first octet to its last."},
    {.name = "idle_timeout", .type = CONFIG_DURATION, AT(struct config, limits.idle_timeout_s),
     .min = 1, .max = HOUR, .fallback = "60s",
     .help = "How long a connection may rest between requests."},
    END,
};

#define RATE(which, word, usual, text)                                                             \
    {.name = (word), .type = CONFIG_RATE, AT(struct config, rates.of[which]), .fallback = (usual), \
     .help = (text)}

static const struct config_key rates_keys[] = {
    RATE(RATE_REQUESTS_PER_ADDRESS, "requests_per_address", "30000/1m",
         "Requests of any kind from an address block, counted before anything of them is looked at."),
    RATE(RATE_RENEWAL_INFO_PER_ADDRESS, "renewal_info_per_address", "10000/1h",
         "Questions for renewal information (ARI) from an address block."),
    RATE(RATE_NEW_ACCOUNTS_PER_ADDRESS, "new_accounts_per_address", "500/1h",
         "Accounts made from an address block; looking up an account that exists does not count."),
    RATE(RATE_REQUESTS_PER_ACCOUNT, "requests_per_account", "60000/10m",
         "Signed requests of any kind by an account."),
    RATE(RATE_NEW_ORDERS_PER_ACCOUNT, "new_orders_per_account", "3000/1h",
         "Orders of an account, but those that replace a certificate which is due (ARI)."),
    RATE(RATE_NEW_AUTHORIZATIONS_PER_ACCOUNT, "new_authorizations_per_account", "3000/1h",
         "Authorizations that an account asks for without an order (newAuthz)."),
    RATE(RATE_CHALLENGES_PER_ACCOUNT, "challenges_per_account", "20000/1h",
         "Answers to challenges by an account, repeated ones too."),
    RATE(RATE_FINALIZES_PER_ACCOUNT, "finalizes_per_account", "6000/1h",
         "Requests to finalize by an account, refused ones too."),
    RATE(RATE_KEY_CHANGES_PER_ACCOUNT, "key_changes_per_account", "20/1h",
         "Changes of an account's key."),
    RATE(RATE_CHALLENGE_MAILS_PER_ACCOUNT, "challenge_mails_per_account", "1000/1h",
         "Challenges by mail (email-reply-00) that are sent for orders of an account."),
    RATE(RATE_CHALLENGE_MAILS_PER_MAILBOX, "challenge_mails_per_mailbox", "10/1h",
         "Challenges by mail to one address, whoever orders for it."),
    RATE(RATE_FAILED_VALIDATIONS, "failed_validations", "30/1h",
         "Failed validations of one name by one account; further ones are not tried, nor ordered. As many may "
         "be under way at the same time."),
    RATE(RATE_REPLACEMENTS, "replacements", "20/1h",
         "Orders that replace one and the same certificate, which is due (ARI)."),
    RATE(RATE_DUPLICATE_CERTIFICATES, "duplicate_certificates", "300/7d",
         "Certificates for exactly the same set of names, by all accounts together, but those that replace "
         "a certificate which is due (ARI). Kept in the store."),
    RATE(RATE_REQUESTS, "requests", "off", "Requests of any kind to the whole server."),
    RATE(RATE_NEW_ACCOUNTS, "new_accounts", "off", "Accounts made on the whole server."),
    RATE(RATE_NEW_ORDERS, "new_orders", "off",
         "Orders of all accounts together, but those that replace a certificate which is due (ARI)."),
    {.name = "pending_orders", .type = CONFIG_NUMBER, AT(struct config, rates.pending_orders),
     .min = 0, .max = 1000000, .fallback = "3000",
     .help = "Orders of an account that have neither ended nor expired, at the same time; 0: any number."},
    {.name = "pending_authorizations", .type = CONFIG_NUMBER,
     AT(struct config, rates.pending_authorizations), .min = 0, .max = 1000000,
     .fallback = "10000",
     .help = "Pending authorizations of an account at the same time; 0: any number."},
    {.name = "ipv4_prefix", .type = CONFIG_NUMBER, AT(struct config, rates.ipv4_prefix), .min = 8,
     .max = 32, .fallback = "32",
     .help = "How many bits IPv4 addresses of one block have in common; 32: each address is one."},
    {.name = "ipv6_prefix", .type = CONFIG_NUMBER, AT(struct config, rates.ipv6_prefix), .min = 16,
     .max = 128, .fallback = "64",
     .help = "How many bits IPv6 addresses of one block have in common."},
    {.name = "exempt", .type = CONFIG_RANGE, AT_LIST(struct config, rates.exempt),
     .items_max = 1024, .fallback = "[127.0.0.0/8, '::1/128']",
     .help = "Addresses to which no limit per address applies; those per account do."},
    {.name = "proxies", .type = CONFIG_RANGE, AT_LIST(struct config, rates.proxies),
     .items_max = 1024, .fallback = "[]",
     .help = "Proxies in front of the server: the address that their X-Forwarded-For names is taken for "
             "the client's, in limits and in the log; from anyone else that header means nothing."},
    END,
};

static const struct config_word persist_records[] = {
    {"url", PERSIST_BY_URL},
    {"hash", PERSIST_BY_HASH},
    {NULL, 0},
};

static const struct config_key validation_keys[] = {
    {.name = "pre_authorization", .type = CONFIG_BOOL,
     AT(struct config, validation.pre_authorization), .fallback = "true",
     .help = "Whether clients may prove control before they order (newAuthz, RFC 8555, 7.4.1), by the "
             "rules of the first profile; never if its authorization_reuse is 0."},
    {.name = "http_port", .type = CONFIG_NUMBER, AT(struct config, validation.http_port),
     .min = 1, .max = 65535, .fallback = "80",
     .help = "The port that http-01 validation connects to; anything but 80 is for laboratories "
             "(RFC 8555, 8.3)."},
    {.name = "tls_alpn_port", .type = CONFIG_NUMBER, AT(struct config, validation.tls_alpn_port),
     .min = 1, .max = 65535, .fallback = "443",
     .help = "The port that tls-alpn-01 validation connects to; anything but 443 is for "
             "laboratories (RFC 8737, 3)."},
    {.name = "resolvers", .type = CONFIG_TEXT, AT_LIST(struct config, validation.resolvers),
     .items_max = 16, .fault = form_resolver_fault, .fallback = "[]",
     .help = "DNS servers to ask, ADDRESS or ADDRESS@PORT; none: names are resolved from the DNS "
             "root."},
    {.name = "dnssec", .type = CONFIG_BOOL, AT(struct config, validation.dnssec),
     .fallback = "true",
     .help = "Whether DNS answers are validated by DNSSEC; forged ones fail the validation."},
    {.name = "trust_anchor_file", .type = CONFIG_TEXT,
     AT(struct config, validation.trust_anchor_file), .fallback = "''",
     .help = "File of the DS or DNSKEY records, one a line, that DNSSEC starts from; names outside their zones "
             "are then not validated. Empty: those of the DNS root, from the package dns-root-data."},
    {.name = "issuer_domain_names", .type = CONFIG_TEXT,
     AT_LIST(struct config, validation.issuer_domain_names), .items_max = 10,
     .fault = form_domain_fault, .fallback = "[]",
     .help = "The names of this server in the records of dns-persist-01, by which a domain lets it trust an "
             "account; none: the host of external_url."},
    {.name = "persist_records", .type = CONFIG_WORD, .list = true,
     AT(struct config, validation.persist_records), .items_min = 1, .items_max = 2,
     .words = persist_records, .fallback = "[url, hash]",
     .help = "Which records of dns-persist-01 count: url names the account by its URL (drafts 00 and 01), "
             "hash by a hash that hides it (draft 02). Where both do, challenges show the members of both."},
    {.name = "timeout", .type = CONFIG_DURATION, AT(struct config, validation.timeout_s),
     .min = 1, .max = 5 * MINUTE, .fallback = "10s",
     .help = "How long one attempt to validate may take."},
    {.name = "deny", .type = CONFIG_RANGE, AT_LIST(struct config, validation.deny),
     .items_max = 1024, .fallback = "[]",
     .help = "Address ranges that validation never connects to, beside the special-purpose ones "
             "(loopback, private, link-local and so on), which are always refused unless "
             "allowed."},
    {.name = "allow", .type = CONFIG_RANGE, AT_LIST(struct config, validation.allow),
     .items_max = 1024, .fallback = "[]",
     .help = "Address ranges that validation may connect to, whatever else refuses them."},
    END,
};

static const struct config_word regions[] = {
    {"unknown", REGION_UNKNOWN},
    {"afrinic", REGION_AFRINIC},
    {"apnic", REGION_APNIC},
    {"arin", REGION_ARIN},
    {"lacnic", REGION_LACNIC},
    {"ripe-ncc", REGION_RIPE_NCC},
    {NULL, 0},
};

static const struct config_key perspectives_keys[] = {
    {.name = "name", .type = CONFIG_TEXT, AT(struct config_perspective, name), .max = 32,
     .fault = form_name_fault,
     .help = "Its name, for problems that clients read, the store and the log; lower-case letters, "
             "digits and hyphens."},
    {.name = "url", .type = CONFIG_TEXT, AT(struct config_perspective, url),
     .fault = form_perspective_fault,
     .help = "Where it listens: https://HOST or https://HOST:PORT."},
    {.name = "region", .type = CONFIG_WORD, AT(struct config_perspective, region),
     .words = regions, .fallback = "unknown",
     .help = "The service region of the Regional Internet Registry in which it stands."},
    {.name = "ca_file", .type = CONFIG_TEXT, AT(struct config_perspective, ca_file),
     .fault = form_path_fault,
     .help = "The CA certificates (PEM) that vouch for its certificate; no others do."},
    {.name = "certificate_file", .type = CONFIG_TEXT,
     AT(struct config_perspective, certificate_file), .fault = form_path_fault,
     .help = "The client certificate and chain (PEM) that the server shows it."},
    {.name = "key_file", .type = CONFIG_TEXT, AT(struct config_perspective, key_file),
     .fault = form_path_fault,
     .help = "The private key (PEM) of that certificate."},
    END,
};

static const struct config_key quorum_keys[] = {
    {.name = "disagreeing", .type = CONFIG_NUMBER, AT(struct config, quorum.disagreeing),
     .min = 0, .max = 2, .fallback = "2",
     .help = "How many perspectives may disagree or not answer, at most; never more than the Baseline "
             "Requirements allow (one of two to five, two of six and more)."},
    {.name = "regions", .type = CONFIG_NUMBER, AT(struct config, quorum.regions), .min = 0,
     .max = 5, .fallback = "0",
     .help = "In how many regions those that agree must stand; 0: in two if the perspectives do, as the "
             "Baseline Requirements demand."},
    END,
};

static const struct config_key perspective_keys[] = {
    {.name = "listen", .type = CONFIG_TEXT, AT(struct config, perspective.listen),
     .fault = form_listen_or_empty_fault, .fallback = "''",
     .help = "Where it listens, by HTTPS: ADDRESS:PORT or :PORT; empty: this file is not for countersign "
             "perspective."},
    {.name = "certificate_file", .type = CONFIG_TEXT,
     AT(struct config, perspective.certificate_file), .fallback = "''",
     .help = "The certificate and chain (PEM) that it shows to servers."},
    {.name = "key_file", .type = CONFIG_TEXT, AT(struct config, perspective.key_file),
     .fallback = "''",
     .help = "The private key (PEM) of that certificate."},
    {.name = "client_ca_file", .type = CONFIG_TEXT, AT(struct config, perspective.client_ca_file),
     .fallback = "''",
     .help = "The CA certificates (PEM) whose client certificates may ask; nobody else may."},
    END,
};

static const struct config_word mail_tls_words[] = {
    {"required", MAIL_TLS_REQUIRED},
    {"if-offered", MAIL_TLS_IF_OFFERED},
    {"never", MAIL_TLS_NEVER},
    {NULL, 0},
};

static const struct config_word signed_headers_words[] = {
    {"present", EMAIL_SIGNED_PRESENT},
    {"all", EMAIL_SIGNED_ALL},
    {"core", EMAIL_SIGNED_CORE},
    {NULL, 0},
};

static const struct config_key mail_keys[] = {
    {.name = "from", .type = CONFIG_TEXT, AT(struct config, mail.from), .max = 254,
     .fault = form_mail_address_fault, .fallback = "''",
     .help = "The address that challenges come from and that replies go to; empty: the server sends no "
             "mail, and offers no email-reply-00."},
    {.name = "smtp", .type = CONFIG_TEXT, AT(struct config, mail.smtp), .fault = form_smtp_fault,
     .fallback = "''",
     .help = "The mail server that takes them: smtp://HOST:PORT, or smtps://HOST:PORT where TLS comes "
             "first. It must sign them by DKIM for the domain of from."},
    {.name = "tls", .type = CONFIG_WORD, AT(struct config, mail.tls), .words = mail_tls_words,
     .fallback = "required",
     .help = "Whether a connection that begins in the clear must go on by STARTTLS."},
    {.name = "user", .type = CONFIG_TEXT, AT(struct config, mail.user), .max = 254,
     .fallback = "''",
     .help = "The user to log in as; empty: no login."},
    {.name = "password_file", .type = CONFIG_TEXT, AT(struct config, mail.password_file),
     .fallback = "''",
     .help = "The file with that user's password, on one line; nobody else may be able to read it."},
    {.name = "ca_file", .type = CONFIG_TEXT, AT(struct config, mail.ca_file), .fallback = "''",
     .help = "The authorities (PEM) that the mail server's certificate may come from; empty: those of "
             "the system."},
    {.name = "timeout", .type = CONFIG_DURATION, AT(struct config, mail.timeout_s), .min = 1,
     .max = 4 * MINUTE, .fallback = "60s",
     .help = "How long one exchange with the mail server may take."},
    {.name = "text_file", .type = CONFIG_TEXT, AT(struct config, mail.text_file), .fallback = "''",
     .help = "The file with the text of the challenges, in UTF-8; {address}, {from}, {server} and {until} "
             "are filled in. Empty: a text in English (smime.md)."},
    {.name = "signed_headers", .type = CONFIG_WORD, AT(struct config, mail.signed_headers),
     .words = signed_headers_words, .fallback = "present",
     .help = "Which headers of a reply its DKIM signature must cover: present are those of RFC 8823, 3.2 "
             "that the reply has, all are all of them, core are From and Subject (smime.md)."},
    {.name = "imap", .type = CONFIG_TEXT, AT(struct config, mail.imap), .fault = form_imap_fault,
     .fallback = "''",
     .help = "The server of the mailbox that replies come to, and that nobody else reads: "
             "imaps://HOST:PORT, or imap://HOST:PORT with STARTTLS as tls says. Empty: the mail server "
             "hands replies to countersign deliver."},
    {.name = "imap_user", .type = CONFIG_TEXT, AT(struct config, mail.imap_user), .max = 254,
     .fallback = "''",
     .help = "The user of that mailbox; empty: user."},
    {.name = "imap_password_file", .type = CONFIG_TEXT, AT(struct config, mail.imap_password_file),
     .fallback = "''",
     .help = "The file with that user's password; empty: password_file."},
    {.name = "folder", .type = CONFIG_TEXT, AT(struct config, mail.folder), .max = 100,
     .fault = form_folder_fault, .fallback = "INBOX",
     .help = "The folder of the mailbox."},
    {.name = "poll_interval", .type = CONFIG_DURATION, AT(struct config, mail.poll_interval_s),
     .min = 1, .max = HOUR, .fallback = "20s",
     .help = "How often the folder is read."},
    {.name = "keep_read", .type = CONFIG_BOOL, AT(struct config, mail.keep_read),
     .fallback = "false",
     .help = "Whether mails that were read stay in the folder; if not, they are deleted there."},
    END,
};

static const struct config_key accounts_keys[] = {
    {.name = "external_account_required", .type = CONFIG_BOOL,
     AT(struct config, accounts.external_account_required), .fallback = "false",
     .help = "Whether new accounts need an external account key (countersign eab create)."},
    {.name = "terms_of_service", .type = CONFIG_TEXT,
     AT(struct config, accounts.terms_of_service), .fault = form_url_fault, .fallback = "''",
     .help = "URL of the terms that new accounts must agree to; empty: there are none."},
    {.name = "agree_again", .type = CONFIG_BOOL, AT(struct config, accounts.agree_again),
     .fallback = "true",
     .help = "Whether accounts that agreed to terms at another URL must agree to the present ones "
             "before they order again, on a page that clients are told of."},
    END,
};

static const struct config_word upstream_types[] = {
    {"local", UPSTREAM_LOCAL},
    {"digicert", UPSTREAM_DIGICERT},
    {"huawei", UPSTREAM_HUAWEI},
    {"tencent", UPSTREAM_TENCENT},
    {NULL, 0},
};

/* The values are the keys' sizes; the check turns them into key types. */
static const struct config_word key_types[] = {
    {"ec-p256", 256},
    {"ec-p384", 384},
    {"rsa-2048", 2048},
    {"rsa-3072", 3072},
    {"rsa-4096", 4096},
    {NULL, 0},
};

static const struct config_word approvals[] = {
    {"none", APPROVAL_NONE},
    {"operator", APPROVAL_OPERATOR},
    {NULL, 0},
};

static const struct config_word proof_ways[] = {
    {"operator", PROOF_WAY_OPERATOR},
    {"rfc2136", PROOF_WAY_RFC2136},
    {"exec", PROOF_WAY_EXEC},
    {"http", PROOF_WAY_HTTP},
    {NULL, 0},
};

#define OF_VALIDATION(member) AT(struct config_upstream, domain_validation.member)

static const struct config_key domain_validation_keys[] = {
    {.name = "method", .type = CONFIG_WORD, OF_VALIDATION(method), .words = proof_ways,
     .fallback = "operator",
     .help = "Who publishes what the vendor wants to see: operator is a person (countersign action show "
             "says what), rfc2136 the server itself by DNS UPDATE, exec a program of yours, http the server itself, as "
             "files by HTTP (listen.domain_validation, or a proxy that forwards their path)."},
    {.name = "server", .type = CONFIG_TEXT, OF_VALIDATION(server),
     .fault = form_resolver_or_empty_fault, .fallback = "''",
     .help = "rfc2136: the DNS server that takes updates, ADDRESS or ADDRESS@PORT, by TCP."},
    {.name = "key_file", .type = CONFIG_TEXT, OF_VALIDATION(key_file), .fallback = "''",
     .help = "rfc2136: file of the TSIG key, as tsig-keygen or keymgr -t write it; hmac-sha256, "
             "hmac-sha384 or hmac-sha512."},
    {.name = "zone", .type = CONFIG_TEXT, OF_VALIDATION(zone), .max = 253,
     .fault = form_domain_or_empty_fault, .fallback = "''",
     .help = "rfc2136: the zone that is updated; empty: the server is asked which one has the name."},
    {.name = "ttl", .type = CONFIG_DURATION, OF_VALIDATION(ttl_s), .min = 1, .max = DAY,
     .fallback = "60s",
     .help = "rfc2136: the TTL of the records."},
    {.name = "program", .type = CONFIG_TEXT, OF_VALIDATION(program), .fallback = "''",
     .help = "exec: the path of the program; it is run with present or cleanup, txt, cname or http, the "
             "name (of a file: its path), the value and the domain."},
    {.name = "timeout", .type = CONFIG_DURATION, OF_VALIDATION(timeout_s), .min = 1, .max = 2 * MINUTE,
     .fallback = "20s",
     .help = "How long one attempt may take."},
    {.name = "renew_before", .type = CONFIG_DURATION, OF_VALIDATION(renew_before_s), .min = 0,
     .max = 365 * DAY, .fallback = "45d",
     .help = "So long before its end a domain's validation is renewed, if certificates need it and the vendor "
             "can do that without an order; never by the method operator; 0: never."},
    END,
};

#define OF_ORGANIZATION(member) AT(struct config_upstream, organization.member)

static const struct config_key organization_keys[] = {
    {.name = "name", .type = CONFIG_TEXT, OF_ORGANIZATION(name), .max = 64, .fallback = "''",
     .help = "The registered name."},
    {.name = "unit", .type = CONFIG_TEXT, OF_ORGANIZATION(unit), .max = 64, .fallback = "''",
     .help = "The department."},
    {.name = "country", .type = CONFIG_TEXT, OF_ORGANIZATION(country), .max = 2, .fallback = "''",
     .help = "Two letters: CN."},
    {.name = "province", .type = CONFIG_TEXT, OF_ORGANIZATION(province), .max = 64, .fallback = "''",
     .help = "Province or state."},
    {.name = "city", .type = CONFIG_TEXT, OF_ORGANIZATION(city), .max = 64, .fallback = "''",
     .help = "City."},
    {.name = "address", .type = CONFIG_TEXT, OF_ORGANIZATION(address), .max = 128, .fallback = "''",
     .help = "Street and number."},
    {.name = "postal_code", .type = CONFIG_TEXT, OF_ORGANIZATION(postal_code), .max = 16,
     .fallback = "''",
     .help = "Postal code."},
    {.name = "phone_area", .type = CONFIG_TEXT, OF_ORGANIZATION(phone_area), .max = 8,
     .fallback = "''",
     .help = "Area code of the telephone; 86 where the number is a mobile one."},
    {.name = "phone", .type = CONFIG_TEXT, OF_ORGANIZATION(phone), .max = 24, .fallback = "''",
     .help = "Telephone, where the CA can reach the organization."},
    END,
};

#define OF_CONTACT(member) AT(struct config_upstream, contact.member)

static const struct config_key contact_keys[] = {
    {.name = "first_name", .type = CONFIG_TEXT, OF_CONTACT(first_name), .max = 48, .fallback = "''",
     .help = "Given name."},
    {.name = "last_name", .type = CONFIG_TEXT, OF_CONTACT(last_name), .max = 48, .fallback = "''",
     .help = "Family name."},
    {.name = "position", .type = CONFIG_TEXT, OF_CONTACT(position), .max = 64, .fallback = "''",
     .help = "Position in the organization."},
    {.name = "phone", .type = CONFIG_TEXT, OF_CONTACT(phone), .max = 24, .fallback = "''",
     .help = "Telephone."},
    {.name = "email", .type = CONFIG_TEXT, OF_CONTACT(email), .max = 254, .fallback = "''",
     .help = "Mail address: the vendor and its CA write there."},
    END,
};

static const struct config_key upstream_keys[] = {
    {.name = "name", .type = CONFIG_TEXT, AT(struct config_upstream, name), .max = 32,
     .fault = form_name_fault,
     .help = "Its name, for profiles and the log; lower-case letters, digits and hyphens."},
    {.name = "type", .type = CONFIG_WORD, AT(struct config_upstream, type),
     .words = upstream_types, .fallback = "local",
     .help = "Who issues: local is the embedded CA, digicert an account at DigiCert CertCentral "
             "(vendors/digicert.md), huawei one at Huawei Cloud SSL Certificate Manager (vendors/huawei.md), "
             "tencent one at Tencent Cloud SSL Certificate Service (vendors/tencent.md)."},
    {.name = "directory", .type = CONFIG_TEXT, AT(struct config_upstream, directory),
     .fault = form_path_fault, .fallback = "./countersign-data",
     .help = "Where the embedded CA keeps its keys and certificates; each CA needs a directory of "
             "its own."},
    {.name = "key_type", .type = CONFIG_WORD, AT(struct config_upstream, key_bits),
     .words = key_types, .fallback = "ec-p256",
     .help = "The kind of the CA's keys when they are made on the first start."},
    {.name = "certificate_file", .type = CONFIG_TEXT,
     AT(struct config_upstream, certificate_file), .fallback = "''",
     .help = "An existing issuing CA certificate, followed by its chain (PEM); empty: root and "
             "issuing CA are made on the first start."},
    {.name = "key_file", .type = CONFIG_TEXT, AT(struct config_upstream, key_file),
     .fallback = "''",
     .help = "The private key (PEM) of that CA certificate; given exactly if the certificate "
             "is."},
    {.name = "alternate_chain_files", .type = CONFIG_TEXT,
     AT_LIST(struct config_upstream, alternate_chain_files),
     .items_max = CERTIFICATE_ALTERNATES_MAX, .fault = form_path_fault, .fallback = "[]",
     .help = "Other chains (PEM files) that clients may choose for the CA's certificates: each begins "
             "with a certificate for the issuing CA's name and key that another CA has signed "
             "(a cross-certificate), followed by its issuers."},
    {.name = "publish_url", .type = CONFIG_TEXT, AT(struct config_upstream, publish_url),
     .fault = form_url_fault, .fallback = "''",
     .help = "The base of the addresses in certificates at which /crl and /issuer are fetched; empty: "
             "external_url. Many verifiers fetch them by plain http only (RFC 5280, 8): name an http URL "
             "that a proxy forwards here."},
    {.name = "caa_identities", .type = CONFIG_TEXT,
     AT_LIST(struct config_upstream, caa_identities), .items_max = 16, .fault = form_domain_fault,
     .fallback = "[]",
     .help = "The CA's names in CAA records (RFC 8659). If there are any, CAA is checked for every "
             "name before a certificate is issued, and the directory lists them; none: CAA is not "
             "asked."},
    {.name = "rules", .type = CONFIG_WORD, AT(struct config_upstream, rules),
     .named = vendor_words, .fallback = "local",
     .help = "By whose rules orders are decided; at a vendor its own, which at DigiCert are digicert for TLS, or "
             "digicert-client for client certificates (S/MIME): one upstream for each, by the same key. At the embedded CA any but local is a rehearsal: that "
             "vendor's rules and the imported inventory decide, the embedded CA signs whatever is chosen, and "
             "nothing is bought (policy.md, Rehearsals)."},
    {.name = "approval", .type = CONFIG_WORD, AT(struct config_upstream, approval),
     .words = approvals, .fallback = "none",
     .help = "Whether each new certificate of the embedded CA waits until the operator has approved it "
             "(countersign order approve)."},
    {.name = "url", .type = CONFIG_TEXT, AT(struct config_upstream, url), .fault = form_url_fault,
     .fallback = "''",
     .help = "The base of a vendor's API; empty: the vendor's usual one. Plain http only to this machine."},
    {.name = "access_key", .type = CONFIG_TEXT, AT(struct config_upstream, access_key), .max = 128,
     .fault = form_access_key_fault, .fallback = "''",
     .help = "The id of the key that signs calls, where a vendor has such; the key itself is in "
             "api_key_file."},
    {.name = "api_key_file", .type = CONFIG_TEXT, AT(struct config_upstream, api_key_file),
     .fallback = "''",
     .help = "The file with the key for a vendor's API, on one line; nobody else should be able to read "
             "it."},
    {.name = "project_id", .type = CONFIG_TEXT, AT(struct config_upstream, project_id), .max = 64,
     .fault = form_access_key_fault, .fallback = "''",
     .help = "Huawei Cloud: a project of the account; needed to revoke, and to name and recognize what was "
             "bought."},
    {.name = "account_id", .type = CONFIG_TEXT, AT(struct config_upstream, account_id), .max = 64,
     .fault = form_access_key_fault, .fallback = "''",
     .help = "Huawei Cloud: the account (domain) id, sent with each call; empty: the key tells it."},
    {.name = "ca_file", .type = CONFIG_TEXT, AT(struct config_upstream, ca_file), .fallback = "''",
     .help = "The authorities (PEM) that the certificate of a vendor's API may come from; empty: those of "
             "the system."},
    {.name = "timeout", .type = CONFIG_DURATION, AT(struct config_upstream, timeout_s), .min = 1,
     .max = 4 * MINUTE, .fallback = "60s",
     .help = "How long a vendor may take for one answer."},
    {.name = "poll_interval", .type = CONFIG_DURATION, AT(struct config_upstream, poll_interval_s),
     .min = 1, .max = HOUR, .fallback = "15s",
     .help = "How often a vendor is asked about an order that is just being made, and how soon again after "
             "trouble; later more seldom."},
    {.name = "doubt_wait", .type = CONFIG_DURATION, AT(struct config_upstream, doubt_wait_s), .min = 1,
     .max = DAY, .fallback = "2m",
     .help = "An order whose answer was lost is sent again only if the vendor has said twice, so long "
             "apart, that it has nothing of the kind. Longer than the vendor may need until it shows what "
             "it was sent."},
    {.name = "call_rate", .type = CONFIG_NUMBER, AT(struct config_upstream, call_rate), .min = 1,
     .max = VENDOR_RATE_MAX, .fallback = "100",
     .help = "How many calls a vendor gets, in percent of what is usual there: less where others use the "
             "same account, more where the vendor allows more."},
    {.name = "sync", .type = CONFIG_DURATION, AT(struct config_upstream, sync_s), .min = 0,
     .max = 7 * DAY, .fallback = "15m",
     .help = "How often a vendor is asked for what has changed in its inventory; 0: only by countersign "
             "inventory sync."},
    {.name = "refresh_after", .type = CONFIG_DURATION, AT(struct config_upstream, refresh_after_s),
     .min = 0, .max = 7 * DAY, .fallback = "15m",
     .help = "A vendor is asked about an order of its inventory before something is done with it, unless "
             "it has told of it within this time; 0: always."},
    {.name = "validation_alarm", .type = CONFIG_DURATION,
     AT(struct config_upstream, validation_alarm_s), .min = 0, .max = 365 * DAY, .fallback = "30d",
     .help = "So long before its end the log tells, each day, of a validation of a vendor's that renewals will "
             "need and that nobody renews by itself (validation_lapses); 0: never."},
    {.name = "organization_id", .type = CONFIG_TEXT, AT(struct config_upstream, organization_id),
     .max = 20, .fault = form_digits_fault, .fallback = "''",
     .help = "The organization that OV and EV certificates are ordered for, where the vendor has approved of it "
             "before (DigiCert; Tencent Cloud: CompanyId)."},
    {.name = "manager_id", .type = CONFIG_TEXT, AT(struct config_upstream, manager_id), .max = 20,
     .fault = form_digits_fault, .fallback = "''",
     .help = "Tencent Cloud: the approved administrator (ManagerId) of that organization."},
    {.name = "order_years", .type = CONFIG_NUMBER, AT(struct config_upstream, order_years), .min = 1,
     .max = 3, .fallback = "1",
     .help = "How long a new order lasts; at DigiCert more than one year needs a Multi-year Plan."},
    {.name = "skip_approval", .type = CONFIG_BOOL, AT(struct config_upstream, skip_approval),
     .fallback = "true",
     .help = "DigiCert: whether requests are approved by being made; the key needs an administrator's "
             "role. If not, each waits for an approval in CertCentral."},
    {.name = "payment_method", .type = CONFIG_TEXT, AT(struct config_upstream, payment_method),
     .max = 32, .fault = form_vendor_word_fault, .fallback = "''",
     .help = "DigiCert: how new orders are paid: balance, card, profile, wire_transfer; empty: by the "
             "account's contract."},
    {.name = "dcv_method", .type = CONFIG_TEXT, AT(struct config_upstream, dcv_method), .max = 32,
     .fault = form_vendor_word_fault, .fallback = "''",
     .help = "How the vendor validates domains that it has not validated before; the first is the default. "
             "DigiCert: dns-txt-token, dns-cname-token, http-token, email. Huawei Cloud, for OV and EV: "
             "dns, email. Tencent Cloud: dns, dns-auto (the zone lies at its DNS), file."},
    {.name = "container_id", .type = CONFIG_TEXT, AT(struct config_upstream, container_id), .max = 20,
     .fault = form_digits_fault, .fallback = "''",
     .help = "DigiCert: the division that orders belong to; empty: that of the key's user."},
    {.name = "organization", .type = CONFIG_SECTION, .keys = organization_keys,
     .help = "Whom certificates are for, where the vendor wants that with each order."},
    {.name = "contact", .type = CONFIG_SECTION, .keys = contact_keys,
     .help = "The person whom the vendor and its CA turn to, where the vendor wants that with each order."},
    {.name = "domain_validation", .type = CONFIG_SECTION, .keys = domain_validation_keys,
     .help = "How the records that a vendor wants to see for its own domain validation are published."},
    END,
};

static const struct config_word challenge_types[] = {
    {"http-01", CHALLENGE_HTTP_01},
    {"dns-01", CHALLENGE_DNS_01},
    {"tls-alpn-01", CHALLENGE_TLS_ALPN_01},
    {"dns-account-01", CHALLENGE_DNS_ACCOUNT_01},
    {"dns-persist-01", CHALLENGE_DNS_PERSIST_01},
    {"email-reply-00", CHALLENGE_EMAIL_REPLY_00},
    {NULL, 0},
};

static const struct config_key profile_keys[] = {
    {.name = "name", .type = CONFIG_TEXT, AT(struct config_profile, name), .max = 32,
     .fault = form_name_fault,
     .help = "Its name, for orders and the log; lower-case letters, digits and hyphens."},
    {.name = "upstream", .type = CONFIG_TEXT, AT(struct config_profile, upstream_name),
     .max = 32, .fault = form_name_or_empty_fault, .fallback = "''",
     .help = "The upstream that issues, by name; empty: the first."},
    {.name = "description", .type = CONFIG_TEXT, AT(struct config_profile, description),
     .max = 200, .fallback = "''",
     .help = "One line for people."},
    {.name = "challenges", .type = CONFIG_WORD, .list = true,
     AT(struct config_profile, challenges), .items_min = 1, .items_max = 6,
     .words = challenge_types, .fallback = "[http-01, dns-01, tls-alpn-01]",
     .help = "How names may be validated. Wildcards need one of those by DNS, addresses http-01 or "
             "tls-alpn-01; tls-alpn-01 is not for names on servers where strangers may install certificates "
             "(RFC 8737, 5). E-mail addresses need email-reply-00."},
    {.name = "validity", .type = CONFIG_DURATION, AT(struct config_profile, validity_s),
     .min = HOUR, .max = 825 * DAY, .fallback = "90d",
     .help = "How long certificates last; 398d at most, those of mail 825d."},
    {.name = "client_dates", .type = CONFIG_BOOL, AT(struct config_profile, client_dates),
     .fallback = "true",
     .help = "Whether orders may ask for dates of their own (notBefore, notAfter) within the validity; "
             "if not, such orders are refused."},
    {.name = "internal_names", .type = CONFIG_BOOL, AT(struct config_profile, internal_names),
     .fallback = "false",
     .help = "Whether single-label names and names under .localhost are accepted."},
    {.name = "names_max", .type = CONFIG_NUMBER, AT(struct config_profile, names_max), .min = 1,
     .max = 1000, .fallback = "100",
     .help = "How many names a certificate may have."},
    {.name = "external_account_required", .type = CONFIG_BOOL,
     AT(struct config_profile, external_account_required), .fallback = "false",
     .help = "Whether only accounts that were made with an external account key may order."},
    {.name = "authorization_reuse", .type = CONFIG_DURATION,
     AT(struct config_profile, authorization_reuse_s), .min = 0, .max = 200 * DAY,
     .fallback = "8h",
     .help = "How long after its proof a valid authorization serves further orders of its account "
             "without a new challenge; 0: every order needs proofs of its own. Orders expire "
             "before the proofs that they use do. The Baseline Requirements allow 200 days."},
    {.name = "subdomain_authorizations", .type = CONFIG_BOOL,
     AT(struct config_profile, subdomain_authorizations), .fallback = "false",
     .help = "Whether clients may ask for authorizations that cover all names below a domain (RFC "
             "9444); they need a challenge by DNS. Never for domains below which strangers have names."},
    {.name = "product", .type = CONFIG_TEXT, AT(struct config_profile, product), .max = 64,
     .fault = form_vendor_word_fault, .fallback = "''",
     .help = "What is ordered at the vendor, in its own word, such as ssl_basic; only orders of this "
             "product are looked at. Empty: any."},
    {.name = "brand", .type = CONFIG_TEXT, AT(struct config_profile, brand), .max = 64,
     .fault = form_vendor_word_fault, .fallback = "''",
     .help = "Under which brand, in lower case, such as geotrust; empty: any."},
    {.name = "validation", .type = CONFIG_WORD, AT(struct config_profile, level),
     .named = order_level_words, .fallback = "''",
     .help = "How thoroughly the vendor validates the subject. client: the profile is for addresses of "
             "mail (S/MIME), at the embedded CA too, and for nothing else (smime.md). Empty: any."},
    {.name = "wait_max", .type = CONFIG_DURATION, AT(struct config_profile, wait_max_s),
     .min = MINUTE, .max = 400 * DAY, .fallback = "14d",
     .help = "How long an order may stay processing while the right action at the vendor is not allowed "
             "yet; then it fails."},
    {.name = "preferences", .type = CONFIG_SECTION, .make = config_preference_keys,
     .help = "What is chosen where the vendor's rules leave a choice (policy.md). A value that the "
             "vendor cannot do is refused."},
    END,
};

const struct config_key config_keys[] = {
    {.name = "listen", .type = CONFIG_SECTION, .keys = listen_keys,
     .help = "Where the server listens."},
    {.name = "external_url", .type = CONFIG_TEXT, AT(struct config, external_url),
     .fault = form_origin_fault, .fallback = "https://localhost:14000",
     .help = "How clients reach the server: https://HOST or https://HOST:PORT. All URLs that "
             "clients are given begin with it, and they keep them: change it only with thought."},
    {.name = "tls", .type = CONFIG_SECTION, .keys = tls_keys,
     .help = "The certificate of the HTTPS listener itself."},
    {.name = "store", .type = CONFIG_TEXT, AT(struct config, store), .secret = true,
     .fault = form_store_fault, .fallback = "'sqlite:./countersign-data/countersign.db'",
     .help = "The database: sqlite:PATH."},
    {.name = "workers", .type = CONFIG_NUMBER, AT(struct config, workers), .min = 0, .max = 256,
     .fallback = "0",
     .help = "Threads that serve clients; 0: one for each CPU."},
    {.name = "log", .type = CONFIG_SECTION, .keys = log_keys,
     .help = "What is written to standard error."},
    {.name = "limits", .type = CONFIG_SECTION, .keys = limits_keys,
     .help = "Bounds on connections and single requests."},
    {.name = "rates", .type = CONFIG_SECTION, .keys = rates_keys,
     .help = "How often clients may do what (operators.md, Limits). Applies from a reload on."},
    {.name = "validation", .type = CONFIG_SECTION, .keys = validation_keys,
     .help = "How control of a name is validated."},
    {.name = "perspectives", .type = CONFIG_SECTION, .keys = perspectives_keys,
     AT_LIST(struct config, perspectives), .size = sizeof(struct config_perspective),
     .items_max = 16, .fallback = "[]",
     .help = "Other places that look at a name's proof of control and CAA when the server does; each runs "
             "countersign perspective (perspectives.md)."},
    {.name = "quorum", .type = CONFIG_SECTION, .keys = quorum_keys,
     .help = "How many of the perspectives must agree with the server."},
    {.name = "perspective", .type = CONFIG_SECTION, .keys = perspective_keys,
     .help = "What countersign perspective needs beside validation, limits and log; countersign serve "
             "does not look at it."},
    {.name = "mail", .type = CONFIG_SECTION, .keys = mail_keys,
     .help = "Challenges by mail, which prove control of mail addresses (smime.md)."},
    {.name = "accounts", .type = CONFIG_SECTION, .keys = accounts_keys,
     .help = "Who may have an account."},
    {.name = "upstreams", .type = CONFIG_SECTION, .keys = upstream_keys,
     AT_LIST(struct config, upstreams), .size = sizeof(struct config_upstream), .items_min = 1,
     .items_max = 64, .fallback = "[{name: local}]",
     .help = "The certificate authorities behind the server."},
    {.name = "profiles", .type = CONFIG_SECTION, .keys = profile_keys,
     AT_LIST(struct config, profiles), .size = sizeof(struct config_profile), .items_min = 1,
     .items_max = 64, .fallback = "[{name: default}]",
     .help = "What clients may order. The first is the default, at /acme/directory; each has a "
             "directory of its own, /acme/<name>/directory."},
    END,
};

/* clang-format on */

const struct config_key *config_section_keys(void *mem, const struct config_key *section)
{
    return section->make != NULL ? section->make(mem) : section->keys;
}

/* "" within the words is a value that nobody may write. */
const struct config_word *config_key_words(void *mem, const struct config_key *key)
{
    const char *const *named = key->named;
    struct config_word *words;
    int len = 1, count = 0;

    if (named == NULL)
        return key->words;
    while (named[len] != NULL)
        len++;
    words = mem_new_array(mem, struct config_word, (size_t)len + 1);
    if (strcmp(key->fallback, "''") == 0)
        words[count++] = (struct config_word){"", 0};
    for (int i = 0; i < len; i++)
        if (named[i] != NULL && named[i][0] != '\0')
            words[count++] = (struct config_word){named[i], i};
    return words;
}
