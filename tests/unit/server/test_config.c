/* Tests of server/config: defaults, what a file changes, and the exact sentence for everything that
 * may be wrong. */
#include "tests/unit/test_main.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "acme/perspective_quorum.h"
#include "base/mem.h"
#include "policy/decision.h"
#include "server/config.h"
#include "server/config_schema.h"
#include "server/vendors.h"
#include "store/model.h"

#define DOCS TEST_DATA "/../docs/"

/* Each test works in a folder of its own, so that sentences name the file as "c.yaml". */
static char folder[] = "/tmp/test_config.XXXXXX";
static int home; /* where the tests of others work */

static void enter_folder(void)
{
    home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    memcpy(strchr(folder, '.') + 1, "XXXXXX", 6);
    BUG_ON(mkdtemp(folder) == NULL || chdir(folder) != 0);
}

static void leave_folder(void)
{
    (void)unlink("c.yaml");
    BUG_ON(fchdir(home) != 0 || rmdir(folder) != 0);
    close(home);
}

static void write_file(const void *data, size_t len)
{
    FILE *file = fopen("c.yaml", "w");

    BUG_ON(file == NULL || fwrite(data, 1, len, file) != len || fclose(file) != 0);
}

/* Reads text as the file c.yaml; the problems come as one text, a line each, and "" means there are
 * none. */
static const char *problems_of_bytes(void *mem, const void *data, size_t len)
{
    struct config_problems problems;
    const struct config *config;
    struct buf all;

    write_file(data, len);
    config = config_read(mem, "c.yaml", &problems);
    CU_ASSERT((config == NULL) == (problems.len > 0));
    buf_init(&all, mem, 1024 * 1024);
    for (unsigned i = 0; i < problems.len; i++)
        buf_addf(&all, "%s%s", i == 0 ? "" : "\n", problems.list[i]);
    return buf_text(&all);
}

static const char *problems_of(void *mem, const char *text)
{
    return problems_of_bytes(mem, text, strlen(text));
}

struct row {
    const char *text, *problems;
};

static void expect_problems(const struct row *rows, size_t len)
{
    enter_folder();
    for (size_t i = 0; i < len; i++) {
        void *mem = mem_pool(NULL, 4096);
        const char *got = problems_of(mem, rows[i].text);

        CU_ASSERT_STRING_EQUAL(got, rows[i].problems);
        if (strcmp(got, rows[i].problems) != 0)
            fprintf(stderr, "got:  %s\nwant: %s\n", got, rows[i].problems);
        mem_free(mem);
    }
    leave_folder();
}

#define EXPECT(rows) expect_problems(rows, sizeof(rows) / sizeof((rows)[0]))

static const struct config *read_good(void *mem, const char *text)
{
    struct config *config;
    struct err e = {0};

    enter_folder();
    write_file(text, strlen(text));
    CU_ASSERT_FATAL(config_load(mem, "c.yaml", &config, &e) == ERR_OK);
    leave_folder();
    return config;
}

static void expect_documented_defaults(const struct config *c)
{
    CU_ASSERT_STRING_EQUAL(c->listen.acme, "127.0.0.1:14000");
    CU_ASSERT_STRING_EQUAL(c->listen.admin_socket, "./countersign-data/admin.sock");
    CU_ASSERT_STRING_EQUAL(c->listen.admin, "");
    CU_ASSERT_STRING_EQUAL(c->listen.metrics, "");
    CU_ASSERT_STRING_EQUAL(c->external_url, "https://localhost:14000");
    CU_ASSERT_STRING_EQUAL(c->external_host, "localhost");
    CU_ASSERT_STRING_EQUAL(c->tls.certificate, "");
    CU_ASSERT_STRING_EQUAL(c->tls.key, "");
    CU_ASSERT_STRING_EQUAL(c->store, "sqlite:./countersign-data/countersign.db");
    CU_ASSERT_EQUAL(c->workers, 0);
    CU_ASSERT_EQUAL(c->log.level, LOG_INFO);
    CU_ASSERT_EQUAL(c->log.format, LOG_TEXT);
    CU_ASSERT_EQUAL(c->limits.connections, 4096);
    CU_ASSERT_EQUAL(c->limits.body_max, 65536);
    CU_ASSERT_EQUAL(c->limits.request_timeout_s, 15);
    CU_ASSERT_EQUAL(c->limits.idle_timeout_s, 60);
    CU_ASSERT_EQUAL(c->validation.http_port, 80);
    CU_ASSERT_EQUAL(c->validation.tls_alpn_port, 443);
    CU_ASSERT(c->validation.pre_authorization);
    CU_ASSERT_EQUAL(c->validation.resolvers_len, 0);
    CU_ASSERT(c->validation.dnssec);
    CU_ASSERT_STRING_EQUAL(c->validation.trust_anchor_file, "");
    CU_ASSERT_EQUAL(c->validation.issuer_domain_names_len, 0);
    CU_ASSERT_EQUAL(c->validation.persist_records, PERSIST_BY_URL | PERSIST_BY_HASH);
    CU_ASSERT_EQUAL(c->validation.timeout_s, 10);
    CU_ASSERT_EQUAL(c->validation.deny_len, 0);
    CU_ASSERT_FALSE(c->accounts.external_account_required);
    CU_ASSERT_STRING_EQUAL(c->accounts.terms_of_service, "");
    CU_ASSERT(c->accounts.agree_again);
    CU_ASSERT_EQUAL_FATAL(c->upstreams_len, 1);
    CU_ASSERT_STRING_EQUAL(c->upstreams[0].name, "local");
    CU_ASSERT_EQUAL(c->upstreams[0].type, UPSTREAM_LOCAL);
    CU_ASSERT_STRING_EQUAL(c->upstreams[0].directory, "./countersign-data");
    CU_ASSERT_EQUAL(c->upstreams[0].key_type, KEY_P256);
    CU_ASSERT_STRING_EQUAL(c->upstreams[0].certificate_file, "");
    CU_ASSERT_STRING_EQUAL(c->upstreams[0].key_file, "");
    CU_ASSERT_EQUAL(c->upstreams[0].alternate_chain_files_len, 0);
    CU_ASSERT_EQUAL_FATAL(c->profiles_len, 1);
    CU_ASSERT_STRING_EQUAL(c->profiles[0].name, "default");
    CU_ASSERT_PTR_EQUAL(c->profiles[0].upstream, &c->upstreams[0]);
    CU_ASSERT_STRING_EQUAL(c->profiles[0].description, "");
    CU_ASSERT_EQUAL(
        c->profiles[0].challenges, CHALLENGE_HTTP_01 | CHALLENGE_DNS_01 | CHALLENGE_TLS_ALPN_01);
    CU_ASSERT_EQUAL(c->profiles[0].validity_s, 90 * 86400);
    CU_ASSERT(c->profiles[0].client_dates);
    CU_ASSERT_EQUAL(c->profiles[0].names_max, 100);
    CU_ASSERT_EQUAL(c->profiles[0].authorization_reuse_s, 8 * 3600);
    CU_ASSERT_FALSE(c->profiles[0].subdomain_authorizations);
}

static void files_without_keys_give_the_documented_defaults(void)
{
    static const char *const rows[] = {"", "# nothing\n", "---\n", "{}\n", "~\n",
        "\xef\xbb\xbf# after a mark\r\n",
        "listen: {}\ntls: {}\nlog: {}\nlimits: {}\nvalidation: {}\naccounts: {}\n"};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        void *mem = mem_pool(NULL, 4096);
        const struct config *c = read_good(mem, rows[i]);

        CU_ASSERT_STRING_EQUAL(c->source, "c.yaml");
        expect_documented_defaults(c);
        CU_ASSERT_EQUAL(c->validation.allow_len, 0);
        CU_ASSERT_FALSE(c->profiles[0].internal_names);
        mem_free(mem);
    }
}

static void without_a_file_it_is_a_laboratory(void)
{
    void *mem = mem_pool(NULL, 4096);
    const struct config *c = config_default(mem);
    struct address loopback, other;

    CU_ASSERT_STRING_EQUAL(c->source, "built-in default");
    expect_documented_defaults(c);
    CU_ASSERT_EQUAL_FATAL(c->validation.allow_len, 2);
    CU_ASSERT(address_parse("127.9.9.9", &loopback) &&
              address_in_range(&loopback, &c->validation.allow[0]));
    CU_ASSERT(
        address_parse("::1", &loopback) && address_in_range(&loopback, &c->validation.allow[1]));
    CU_ASSERT(address_parse("::2", &other) && !address_in_range(&other, &c->validation.allow[1]));
    CU_ASSERT(c->profiles[0].internal_names);
    mem_free(mem);
}

static void every_key_of_a_file_counts(void)
{
    void *mem = mem_pool(NULL, 4096);
    const struct config *c = read_good(mem,
        "listen: {acme: '[::1]:443', admin_socket: a.sock}\n"
        "external_url: https://[2001:db8::1]:8443\n"
        "store: sqlite:x.db\n"
        "workers: 256\n"
        "log:\n  level: error\n  format: json\n"
        "limits: {connections: 1, body: 1MiB, request_timeout: 5m, idle_timeout: 1h}\n"
        "validation:\n"
        "  pre_authorization: false\n"
        "  http_port: 65535\n"
        "  tls_alpn_port: 1\n"
        "  resolvers:\n  - 127.0.0.1@8053\n  - '::1'\n"
        "  dnssec: false\n"
        "  timeout: 300\n"
        "  deny: [192.0.2.0/24]\n"
        "  allow: [10.0.0.0/8, 'fd00::/8', 127.0.0.1]\n"
        "accounts: {terms_of_service: 'https://example.org/terms', agree_again: false}\n"
        "upstreams:\n"
        "- {name: a, type: local, directory: one, key_type: rsa-3072}\n"
        "- {name: b, directory: two, key_type: ec-p384}\n"
        "profiles:\n"
        "- {name: p, upstream: b, description: Six days, challenges: [http-01], validity: 6d, "
        "client_dates: false, internal_names: true, "
        "names_max: 1, authorization_reuse: 0}\n"
        "- {name: q, authorization_reuse: 200d, subdomain_authorizations: true}\n");

    CU_ASSERT_STRING_EQUAL(c->listen.acme, "[::1]:443");
    CU_ASSERT_STRING_EQUAL(c->listen.admin_socket, "a.sock");
    CU_ASSERT_STRING_EQUAL(c->external_host, "2001:db8::1");
    CU_ASSERT_STRING_EQUAL(c->store, "sqlite:x.db");
    CU_ASSERT_EQUAL(c->workers, 256);
    CU_ASSERT_EQUAL(c->log.level, LOG_ERROR);
    CU_ASSERT_EQUAL(c->log.format, LOG_JSON);
    CU_ASSERT_EQUAL(c->limits.connections, 1);
    CU_ASSERT_EQUAL(c->limits.body_max, 1048576);
    CU_ASSERT_EQUAL(c->limits.request_timeout_s, 300);
    CU_ASSERT_EQUAL(c->limits.idle_timeout_s, 3600);
    CU_ASSERT_FALSE(c->validation.pre_authorization);
    CU_ASSERT_EQUAL(c->validation.http_port, 65535);
    CU_ASSERT_EQUAL(c->validation.tls_alpn_port, 1);
    CU_ASSERT_EQUAL_FATAL(c->validation.resolvers_len, 2);
    CU_ASSERT_STRING_EQUAL(c->validation.resolvers[0], "127.0.0.1@8053");
    CU_ASSERT_STRING_EQUAL(c->validation.resolvers[1], "::1");
    CU_ASSERT_FALSE(c->validation.dnssec);
    CU_ASSERT_EQUAL(c->validation.timeout_s, 300);
    CU_ASSERT_EQUAL_FATAL(c->validation.deny_len, 1);
    CU_ASSERT_EQUAL(c->validation.deny[0].prefix_len, 24);
    CU_ASSERT_EQUAL_FATAL(c->validation.allow_len, 3);
    CU_ASSERT_EQUAL(c->validation.allow[0].prefix_len, 8);
    CU_ASSERT_EQUAL(c->validation.allow[2].prefix_len, 32);
    CU_ASSERT_STRING_EQUAL(c->accounts.terms_of_service, "https://example.org/terms");
    CU_ASSERT_FALSE(c->accounts.agree_again);
    CU_ASSERT_EQUAL_FATAL(c->upstreams_len, 2);
    CU_ASSERT_EQUAL(c->upstreams[0].key_type, KEY_RSA);
    CU_ASSERT_EQUAL(c->upstreams[0].key_bits, 3072);
    CU_ASSERT_EQUAL(c->upstreams[1].key_type, KEY_P384);
    CU_ASSERT_EQUAL_FATAL(c->profiles_len, 2);
    CU_ASSERT_PTR_EQUAL(c->profiles[0].upstream, &c->upstreams[1]);
    CU_ASSERT_STRING_EQUAL(c->profiles[0].description, "Six days");
    CU_ASSERT_EQUAL(c->profiles[0].validity_s, 6 * 86400);
    CU_ASSERT_FALSE(c->profiles[0].client_dates);
    CU_ASSERT(c->profiles[0].internal_names);
    CU_ASSERT_EQUAL(c->profiles[0].names_max, 1);
    CU_ASSERT_EQUAL(c->profiles[0].authorization_reuse_s, 0);
    CU_ASSERT_EQUAL(c->profiles[1].authorization_reuse_s, 200 * 86400);
    CU_ASSERT(c->profiles[1].subdomain_authorizations);
    CU_ASSERT_PTR_EQUAL(c->profiles[1].upstream, &c->upstreams[0]);
    CU_ASSERT_EQUAL(c->profiles[1].names_max, 100);
    mem_free(mem);
}

static void what_is_wished_of_a_vendor_counts(void)
{
    void *mem = mem_pool(NULL, 4096);
    const struct config *c =
        read_good(mem, "upstreams:\n"
                       "- {name: dc, directory: one, rules: digicert, approval: operator}\n"
                       "- {name: hw, directory: two, rules: huawei}\n"
                       "profiles:\n"
                       "- name: p\n"
                       "  product: ssl_basic\n"
                       "  brand: geotrust\n"
                       "  validation: OV\n"
                       "  wait_max: 60\n"
                       "  preferences:\n"
                       "    reuse: 'off'\n"
                       "    reuse_min_left: 0.25\n"
                       "    same_holder: renew\n"
                       "    additional_holder: deny\n"
                       "    extend_orders: true\n"
                       "    allow_destructive: true\n"
                       "    allow_truncation: true\n"
                       "    when_closed: new\n"
                       "    unvalidated: order\n"
                       "    renew_before_order_end: 45d\n"
                       "    min_useful_life: 0\n"
                       "    renewal_window: 12h\n"
                       "    wildcard_duplicate_names: subdomains\n"
                       "    validity_caps: 397d, 90d from 2027-01-01\n"
                       "    budget: {new_orders: 0, period: 7d}\n"
                       "- {name: q, upstream: hw, preferences: {reissue_mode: console}}\n"
                       "- {name: r, upstream: hw, preferences: {additional_holder: reissue}}\n");
    const struct config_profile *p = &c->profiles[0];

    CU_ASSERT_EQUAL(c->upstreams[0].rules, VENDOR_DIGICERT);
    CU_ASSERT_EQUAL(c->upstreams[0].approval, APPROVAL_OPERATOR);
    CU_ASSERT_EQUAL(c->upstreams[1].approval, APPROVAL_NONE);
    CU_ASSERT_STRING_EQUAL(p->product, "ssl_basic");
    CU_ASSERT_STRING_EQUAL(p->brand, "geotrust");
    CU_ASSERT_EQUAL(p->level, LEVEL_OV);
    CU_ASSERT_EQUAL(p->wait_max_s, 60);
    CU_ASSERT_EQUAL(p->preferences.reuse, REUSE_OFF);
    CU_ASSERT_EQUAL(p->preferences.reuse_min_left, 0.25);
    CU_ASSERT_EQUAL(p->preferences.same_holder, CHOICE_RENEW);
    CU_ASSERT_EQUAL(p->preferences.additional_holder, CHOICE_DENY);
    CU_ASSERT(p->preferences.extend_orders && p->preferences.allow_destructive &&
              p->preferences.allow_truncation);
    CU_ASSERT_EQUAL(p->preferences.when_closed, CLOSED_NEW);
    CU_ASSERT_EQUAL(p->preferences.unvalidated, UNVALIDATED_ORDER);
    CU_ASSERT_EQUAL(p->preferences.reissue_mode, MODE_DENY);
    CU_ASSERT_EQUAL(p->preferences.renew_before_order_end_s, 45 * DAY_S);
    CU_ASSERT_EQUAL(p->preferences.min_useful_life_s, 0);
    CU_ASSERT_EQUAL(p->preferences.renewal_window_s, 12 * 3600);
    CU_ASSERT_EQUAL(p->preferences.wildcard_duplicate_names, WILDCARD_SUBDOMAINS);
    CU_ASSERT_EQUAL(p->preferences.validity_caps.len, 2);
    CU_ASSERT_EQUAL(p->preferences.validity_caps.list[1].life_s, 90 * DAY_S);
    CU_ASSERT_EQUAL(p->preferences.budget.new_orders, 0);
    CU_ASSERT_EQUAL(p->preferences.budget.period_s, 7 * DAY_S);
    CU_ASSERT_EQUAL(c->profiles[1].preferences.reissue_mode, MODE_CONSOLE);
    CU_ASSERT_EQUAL(c->profiles[1].preferences.same_holder, CHOICE_REISSUE);
    CU_ASSERT_EQUAL(c->profiles[1].preferences.additional_holder, CHOICE_REISSUE);
    CU_ASSERT_EQUAL(c->profiles[2].preferences.same_holder, CHOICE_RENEW);
    mem_free(mem);
}

/* What is not written down is what policy/preferences.c says of the vendor. */
static void preferences_that_are_left_out_are_those_of_the_vendor(void)
{
    for (int vendor = 0; vendor < VENDORS; vendor++) {
        void *mem = mem_pool(NULL, 4096);
        const struct config *c = read_good(
            mem, mem_printf(mem, "upstreams: [{name: a, rules: %s}]\n", vendor_words[vendor]));
        const struct preferences *got = &c->profiles[0].preferences;
        static const size_t sizes[] = {
            [PREFERENCE_WORD] = sizeof(int),
            [PREFERENCE_BOOL] = sizeof(bool),
            [PREFERENCE_SPAN] = sizeof(int64_t),
            [PREFERENCE_PART] = sizeof(double),
            [PREFERENCE_CAPS] = sizeof(struct validity_caps),
        };
        struct preferences want;

        preferences_init(&want);
        preferences_complete((enum vendor)vendor, &want);
        CU_ASSERT_EQUAL(c->upstreams[0].rules, vendor);
        for (const struct preference_key *key = preference_keys; key->name != NULL; key++) {
            CU_ASSERT(memcmp((const char *)got + key->offset, (const char *)&want + key->offset,
                          sizes[key->kind]) == 0);
        }
        CU_ASSERT_EQUAL(got->budget.new_orders, want.budget.new_orders);
        CU_ASSERT_EQUAL(got->budget.period_s, want.budget.period_s);
        mem_free(mem);
    }
}

/* A vendor's name goes into the rules of the only upstream; the profile begins in line 2. */
#define AT_VENDOR(vendor, profile)                                                                 \
    "upstreams: [{name: v, rules: " vendor "}]\nprofiles:\n- name: p\n" profile

static void what_a_vendor_cannot_do_is_refused(void)
{
    static const struct row rows[] = {
        {AT_VENDOR(
             "tencent", "  preferences:\n    reuse: same-key\n    additional_holder: duplicate\n"),
            "c.yaml:6: profiles[0].preferences.additional_holder: \"duplicate\" is not possible at "
            "this vendor, which has no duplicates: reissue, new or deny"},
        {AT_VENDOR("huawei", "  preferences: {additional_holder: duplicate}\n"),
            "c.yaml:4: profiles[0].preferences.additional_holder: \"duplicate\" is not possible at "
            "this vendor, which has no duplicates: reissue, new or deny"},
        {AT_VENDOR("digicert-client", "  preferences: {additional_holder: duplicate}\n"),
            "c.yaml:4: profiles[0].preferences.additional_holder: \"duplicate\" is not possible at "
            "this vendor, which has no duplicates: reissue, new or deny"},
        {AT_VENDOR("huawei", "  preferences: {extend_orders: true}\n"),
            "c.yaml:4: profiles[0].preferences.extend_orders: \"true\" is not possible at this "
            "vendor, whose orders keep their names: false"},
        {AT_VENDOR("digicert", "  preferences: {reissue_mode: replace}\n"),
            "c.yaml:4: profiles[0].preferences.reissue_mode: \"replace\" is for Huawei Cloud only: "
            "this vendor has a call for a reissue, leave it out"},
        {AT_VENDOR("tencent", "  preferences: {wildcard_duplicate_names: subdomains}\n"),
            "c.yaml:4: profiles[0].preferences.wildcard_duplicate_names: \"subdomains\" is for "
            "DigiCert only: this vendor has no duplicates, leave it out"},
        {AT_VENDOR("digicert", "  validation: client\n"),
            "c.yaml:4: profiles[0].validation: \"client\" is not sold by the rules of upstream "
            "\"v\", which are digicert"},
        {AT_VENDOR("digicert-client", "  validation: OV\n"),
            "c.yaml:4: profiles[0].validation: \"OV\" is not sold by the rules of upstream \"v\", "
            "which are digicert-client"},
        /* All of it at once. */
        {AT_VENDOR("tencent", "  preferences:\n    wildcard_duplicate_names: subdomains\n"
                              "    reissue_mode: console\n    extend_orders: true\n"
                              "    additional_holder: duplicate\n"),
            "c.yaml:5: profiles[0].preferences.wildcard_duplicate_names: \"subdomains\" is for "
            "DigiCert only: this vendor has no duplicates, leave it out\n"
            "c.yaml:6: profiles[0].preferences.reissue_mode: \"console\" is for Huawei Cloud only: "
            "this vendor has a call for a reissue, leave it out\n"
            "c.yaml:7: profiles[0].preferences.extend_orders: \"true\" is not possible at this "
            "vendor, whose orders keep their names: false\n"
            "c.yaml:8: profiles[0].preferences.additional_holder: \"duplicate\" is not possible at "
            "this vendor, which has no duplicates: reissue, new or deny"},
        /* Each profile is held against its own upstream. */
        {"upstreams: [{name: t, rules: tencent}, {name: d, rules: digicert, directory: x}]\n"
         "profiles:\n"
         "- {name: a, upstream: d, preferences: {additional_holder: duplicate}}\n"
         "- {name: b, preferences: {additional_holder: duplicate}}\n",
            "c.yaml:4: profiles[1].preferences.additional_holder: \"duplicate\" is not possible at "
            "this vendor, which has no duplicates: reissue, new or deny"},
        /* At the embedded CA all may be written down. */
        {AT_VENDOR("local", "  validation: EV\n  preferences: {additional_holder: duplicate, "
                            "extend_orders: true, reissue_mode: console}\n"),
            ""},
    };

    EXPECT(rows);
}

static void wishes_out_of_form_are_named(void)
{
    static const struct row rows[] = {
        {AT_VENDOR("godaddy", ""),
            "c.yaml:1: upstreams[0].rules: \"godaddy\" is not one of local, digicert, "
            "digicert-client, tencent, huawei"},
        {AT_VENDOR("''", ""), "c.yaml:1: upstreams[0].rules: \"\" is not one of local, digicert, "
                              "digicert-client, tencent, huawei"},
        {AT_VENDOR("local, approval: maybe", ""),
            "c.yaml:1: upstreams[0].approval: \"maybe\" is not one of none, operator"},
        {AT_VENDOR("local", "  product: SSL Basic\n"),
            "c.yaml:4: profiles[0].product: \"SSL Basic\" is not a vendor's word of lower-case "
            "letters, digits, '_', '-' and '.'"},
        {AT_VENDOR("local", "  brand: DigiCert\n"),
            "c.yaml:4: profiles[0].brand: \"DigiCert\" is not a vendor's word of lower-case "
            "letters, digits, '_', '-' and '.'"},
        {AT_VENDOR("local", "  validation: ov\n"),
            "c.yaml:4: profiles[0].validation: \"ov\" is not one of DV, OV, EV, client"},
        {AT_VENDOR("local", "  wait_max: 59s\n"),
            "c.yaml:4: profiles[0].wait_max: 59s is not between 1m and 400d"},
        {AT_VENDOR("local", "  preferences: []\n"),
            "c.yaml:4: profiles[0].preferences: is not a mapping of keys to values"},
        {AT_VENDOR("local", "  preferences: {budget: 10}\n"),
            "c.yaml:4: profiles[0].preferences.budget: is not a mapping of keys to values"},
        {AT_VENDOR("local", "  preferences: {budget: {new_orders: -1}}\n"),
            "c.yaml:4: profiles[0].preferences.budget.new_orders: -1 is not between 0 and 1000000"},
        {AT_VENDOR("local", "  preferences: {budget: {period: 0}}\n"),
            "c.yaml:4: profiles[0].preferences.budget.period: 0 is not between 1s and 3650d"},
        {AT_VENDOR("local", "  preferences: {same_holder: duplicate}\n"),
            "c.yaml:4: profiles[0].preferences.same_holder: \"duplicate\" is not one of reissue, "
            "renew, new"},
        {AT_VENDOR("local", "  preferences: {additional_holder: renew}\n"),
            "c.yaml:4: profiles[0].preferences.additional_holder: \"renew\" is not one of "
            "duplicate, reissue, new, deny"},
        {AT_VENDOR("local", "  preferences: {reuse: ''}\n"),
            "c.yaml:4: profiles[0].preferences.reuse: \"\" is not one of same-key, off"},
        {AT_VENDOR("local", "  preferences: {reuse_min_left: 1.5}\n"),
            "c.yaml:4: profiles[0].preferences.reuse_min_left: \"1.5\" is not a part from 0 to 1, "
            "such as 0.5"},
        {AT_VENDOR("local", "  preferences: {reuse_min_left: '0.5'}\n"),
            "c.yaml:4: profiles[0].preferences.reuse_min_left: \"0.5\" in quotes is text; a number "
            "has none"},
        {AT_VENDOR("digicert", "  preferences: {validity_caps: '99d, 199d'}\n"),
            "c.yaml:4: profiles[0].preferences.validity_caps: \"99d, 199d\" is not spans with days "
            "in order, the first without, such as 397d, 99d from 2027-03-15"},
        {AT_VENDOR("digicert", "  preferences: {free_reissues: true}\n"),
            "c.yaml:4: profiles[0].preferences.free_reissues: \"true\" is for Tencent Cloud only: "
            "leave it out"},
        {AT_VENDOR("local", "  preferences: {extend_orders: yes}\n"),
            "c.yaml:4: profiles[0].preferences.extend_orders: \"yes\" is not true or false"},
    };

    EXPECT(rows);
}

static void perspectives_and_their_quorum_count(void)
{
    void *mem = mem_pool(NULL, 4096);
    const struct config *c = read_good(mem,
        "perspectives:\n"
        "- {name: a, url: 'https://a.example', region: lacnic, ca_file: c.yaml,\n"
        "   certificate_file: c.yaml, key_file: c.yaml}\n"
        "- {name: b, url: 'https://[2001:db8::1]:14443', ca_file: c.yaml,\n"
        "   certificate_file: c.yaml, key_file: c.yaml}\n"
        "quorum: {disagreeing: 0, regions: 1}\n"
        "perspective: {listen: ':14443', certificate_file: c.yaml, key_file: c.yaml,\n"
        "              client_ca_file: c.yaml}\n");

    CU_ASSERT_EQUAL_FATAL(c->perspectives_len, 2);
    CU_ASSERT_STRING_EQUAL(c->perspectives[0].name, "a");
    CU_ASSERT_STRING_EQUAL(c->perspectives[0].url, "https://a.example");
    CU_ASSERT_EQUAL(c->perspectives[0].region, REGION_LACNIC);
    CU_ASSERT_STRING_EQUAL(c->perspectives[0].ca_file, "c.yaml");
    CU_ASSERT_STRING_EQUAL(c->perspectives[0].certificate_file, "c.yaml");
    CU_ASSERT_STRING_EQUAL(c->perspectives[0].key_file, "c.yaml");
    CU_ASSERT_EQUAL(c->perspectives[1].region, REGION_UNKNOWN);
    CU_ASSERT_EQUAL(c->quorum.disagreeing, 0);
    CU_ASSERT_EQUAL(c->quorum.regions, 1);
    CU_ASSERT_STRING_EQUAL(c->perspective.listen, ":14443");
    CU_ASSERT_STRING_EQUAL(c->perspective.client_ca_file, "c.yaml");
    mem_free(mem);
}

/* Baseline Requirements, 3.2.2.9. */
static void what_perspectives_lack_depends_on_their_number_regions_and_the_time(void)
{
    enum { JUNE_2026 = 1781481600, DECEMBER_2026 = 1797292800 };
    static const struct {
        unsigned len;
        int regions[5];
        int64_t at_s;
        const char *words; /* NULL: nothing */
    } rows[] = {
        {0, {0}, DECEMBER_2026, NULL},
        {1, {REGION_ARIN}, JUNE_2026, "need 4 perspectives in 2 regions"},
        {4, {REGION_ARIN, REGION_APNIC}, JUNE_2026, NULL},
        {4, {REGION_ARIN, REGION_APNIC}, DECEMBER_2026, "need 5 perspectives in 2 regions"},
        {5, {REGION_ARIN, REGION_APNIC}, DECEMBER_2026, NULL},
        {5, {REGION_ARIN, REGION_ARIN}, DECEMBER_2026, "these stand in 1"},
        {5, {REGION_UNKNOWN}, DECEMBER_2026, "these stand in 0"},
    };
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct config_perspective list[5] = {{0}};
        struct config config = {.perspectives = list, .perspectives_len = rows[i].len};
        const char *lack;

        for (unsigned j = 0; j < rows[i].len; j++)
            list[j].region = rows[i].regions[j];
        lack = config_perspectives_lack(mem, &config, rows[i].at_s);
        CU_ASSERT_EQUAL_FATAL(lack == NULL, rows[i].words == NULL);
        CU_ASSERT(lack == NULL || strstr(lack, rows[i].words) != NULL);
    }
    mem_free(mem);
}

static void values_out_of_form_are_named_with_line_and_key(void)
{
    static const struct row rows[] = {
        {"perspectives: [{name: a}]", "c.yaml:1: perspectives[0].url: must be given\n"
                                      "c.yaml:1: perspectives[0].ca_file: must be given\n"
                                      "c.yaml:1: perspectives[0].certificate_file: must be given\n"
                                      "c.yaml:1: perspectives[0].key_file: must be given"},
        {"perspectives: [{name: a, url: 'http://p', region: mars, ca_file: c.yaml, "
         "certificate_file: c.yaml, key_file: c.yaml}]",
            "c.yaml:1: perspectives[0].url: \"http://p\" does not begin with https://\n"
            "c.yaml:1: perspectives[0].region: \"mars\" is not one of unknown, afrinic, apnic, "
            "arin, lacnic, ripe-ncc"},
        {"quorum: {disagreeing: 3}", "c.yaml:1: quorum.disagreeing: 3 is not between 0 and 2"},
        {"log:\n\n  level: loud\n",
            "c.yaml:3: log.level: \"loud\" is not one of debug, info, warning, error"},
        {"log: {format: xml}", "c.yaml:1: log.format: \"xml\" is not one of text, json"},
        {"log: {level: Info}",
            "c.yaml:1: log.level: \"Info\" is not one of debug, info, warning, error"},
        {"listen: {acme: 'localhost:1'}", "c.yaml:1: listen.acme: \"localhost:1\" is not "
                                          "ADDRESS:PORT with a numeric address, such as "
                                          "127.0.0.1:14000, [::1]:14000 or :14000 (all addresses)"},
        {"listen:\n  admin: 127.0.0.1:1\n  metrics: ':2'\n",
            "c.yaml:2: listen.admin: \"127.0.0.1:1\" is not served by this version; leave it "
            "empty\n"
            "c.yaml:3: listen.metrics: \":2\" is not served by this version; leave it empty"},
        {"external_url: http://localhost", "c.yaml:1: external_url: \"http://localhost\" does not "
                                           "begin with https:// (ACME is HTTPS only)"},
        {"external_url: https://localhost/",
            "c.yaml:1: external_url: \"https://localhost/\" ends with a slash; leave it out"},
        {"external_url: https://localhost/x", "c.yaml:1: external_url: \"https://localhost/x\" has "
                                              "a path, a query or a fragment; give https://HOST or "
                                              "https://HOST:PORT"},
        {"external_url: https://localhost:443",
            "c.yaml:1: external_url: \"https://localhost:443\" names the default port; leave :443 "
            "out, as clients do"},
        {"store: x.db", "c.yaml:1: store: is not sqlite:PATH"},
        {"store: postgresql://u:hunter2@h/db", "c.yaml:1: store: names PostgreSQL, which this "
                                               "version does not support; give sqlite:PATH"},
        {"workers: -1", "c.yaml:1: workers: -1 is not between 0 and 256"},
        {"workers: 257", "c.yaml:1: workers: 257 is not between 0 and 256"},
        {"workers: 4294967296", "c.yaml:1: workers: 4294967296 is not between 0 and 256"},
        {"workers: 99999999999999999999",
            "c.yaml:1: workers: \"99999999999999999999\" is not a whole number"},
        {"workers: many", "c.yaml:1: workers: \"many\" is not a whole number"},
        {"workers: 010", "c.yaml:1: workers: \"010\" is not a whole number"},
        {"workers: '4'", "c.yaml:1: workers: \"4\" in quotes is text; a number has none"},
        {"validation: {http_port: 0}",
            "c.yaml:1: validation.http_port: 0 is not between 1 and 65535"},
        {"validation: {tls_alpn_port: 65536}",
            "c.yaml:1: validation.tls_alpn_port: 65536 is not between 1 and 65535"},
        {"validation: {timeout: 0}", "c.yaml:1: validation.timeout: 0 is not between 1s and 5m"},
        {"validation: {timeout: 301}",
            "c.yaml:1: validation.timeout: 301 is not between 1s and 5m"},
        {"validation: {timeout: 1.5}",
            "c.yaml:1: validation.timeout: \"1.5\" is not a duration such as 30d, 12h, 5m or 90s"},
        {"validation: {dnssec: yes}", "c.yaml:1: validation.dnssec: \"yes\" is not true or false"},
        {"validation: {dnssec: 'true'}",
            "c.yaml:1: validation.dnssec: \"true\" in quotes is text; true and false have none"},
        {"validation: {resolvers: [dns.example]}",
            "c.yaml:1: validation.resolvers[0]: \"dns.example\" is not ADDRESS or ADDRESS@PORT "
            "with a numeric address, "
            "such as 192.0.2.53 or 127.0.0.1@8053"},
        {"validation:\n  allow:\n  - 10.0.0.0/8\n  - 10.0.0.1/8\n",
            "c.yaml:4: validation.allow[1]: \"10.0.0.1/8\" is not an address or a range such as "
            "10.0.0.0/8 or "
            "2001:db8::/32 without bits beyond its prefix"},
        {"limits: {body: 1KiB}", "c.yaml:1: limits.body: 1KiB is not between 16KiB and 1MiB"},
        {"limits: {body: 64kB}",
            "c.yaml:1: limits.body: \"64kB\" is not a size such as 64KiB, 1MiB or 65536"},
        {"accounts: {terms_of_service: terms.html}",
            "c.yaml:1: accounts.terms_of_service: \"terms.html\" is not a URL that begins with "
            "https:// or http://"},
        {"profiles: [{name: p, validity: 59m}]",
            "c.yaml:1: profiles[0].validity: 59m is not between 1h and 825d"},
        {"profiles: [{name: p, validation: client, validity: 826d}]",
            "c.yaml:1: profiles[0].validity: 826d is not between 1h and 825d"},
        {"profiles: [{name: p, validity: 399d}]", "c.yaml:1: profiles[0].validity: 399d is too "
                                                  "long: certificates of hosts last 398d at most, "
                                                  "those of mail (validation: client) 825d"},
        {"profiles: [{name: p, validation: client, challenges: [http-01, email-reply-00]}]",
            "c.yaml:1: profiles[0].challenges: the profile is for addresses of mail, which are "
            "proven "
            "by email-reply-00 only"},
        {"profiles: [{name: p, challenges: [dns-01, email-reply-00]}]",
            "c.yaml:1: profiles[0].challenges: email-reply-00 proves addresses of mail, which need "
            "a "
            "profile of their own (validation: client)"},
        {"mail: {from: 'Ann <a@b.example>', smtp: 'smtp://b.example'}",
            "c.yaml:1: mail.from: \"Ann <a@b.example>\" is not a mail address, such as "
            "acme@ca.example.org"},
        {"mail: {from: a@b.example, smtp: 'b.example:25'}",
            "c.yaml:1: mail.smtp: \"b.example:25\" is not smtp://HOST:PORT or smtps://HOST:PORT"},
        {"profiles: [{name: p, names_max: 0}]",
            "c.yaml:1: profiles[0].names_max: 0 is not between 1 and 1000"},
        {"profiles: [{name: p, authorization_reuse: 201d}]",
            "c.yaml:1: profiles[0].authorization_reuse: 201d is not between 0s and 200d"},
        {"profiles:\n- name: p\n  challenges: [http-01, dns-02]\n",
            "c.yaml:3: profiles[0].challenges[1]: \"dns-02\" is not one of http-01, dns-01, "
            "tls-alpn-01, dns-account-01, dns-persist-01, email-reply-00"},
        {"profiles: [{name: My profile}]", "c.yaml:1: profiles[0].name: \"My profile\" is not a "
                                           "name of lower-case letters, digits and inner hyphens"},
        {"profiles: [{name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}]",
            "c.yaml:1: profiles[0].name: is longer than 32 characters"},
        {"upstreams:\n- name: dc\n  type: comodo\n",
            "c.yaml:3: upstreams[0].type: \"comodo\" is not one of local, digicert, huawei, "
            "tencent"},
        {"upstreams: [{name: a}, {name: dc, type: digicert, api_key_file: c.yaml, "
         "organization_id: '12a'}]",
            "c.yaml:1: upstreams[1].organization_id: \"12a\" is not a number"},
        {"upstreams: [{name: a, key_type: rsa-1024}]",
            "c.yaml:1: upstreams[0].key_type: \"rsa-1024\" is not one of ec-p256, ec-p384, "
            "rsa-2048, rsa-3072, "
            "rsa-4096"},
        {"upstreams: [{name: a, directory: ''}]",
            "c.yaml:1: upstreams[0].directory: \"\" is empty; give a path"},
    };

    EXPECT(rows);
}

static void wrong_shapes_are_named(void)
{
    static const struct row rows[] = {
        {"hello", "c.yaml:1: is not a mapping of keys to values, such as \"external_url: "
                  "https://acme.example.org\""},
        {"\n- a\n", "c.yaml:2: is not a mapping of keys to values, such as \"external_url: "
                    "https://acme.example.org\""},
        {"log: info", "c.yaml:1: log: is not a mapping of keys to values"},
        {"log: [info]", "c.yaml:1: log: is not a mapping of keys to values"},
        {"workers: [1]", "c.yaml:1: workers: is not a single value"},
        {"external_url: {}", "c.yaml:1: external_url: is not a single value"},
        {"upstreams: {name: a}", "c.yaml:1: upstreams: is not a list"},
        {"upstreams: [a]", "c.yaml:1: upstreams[0]: is not a mapping of keys to values\n"
                           "c.yaml:1: upstreams[0].name: must be given"},
        {"validation: {deny: 10.0.0.0/8}", "c.yaml:1: validation.deny: is not a list"},
        {"validation: {deny: [[10.0.0.0/8]]}",
            "c.yaml:1: validation.deny[0]: is not a single value"},
        {"upstreams: []", "c.yaml:1: upstreams: has 0 entries, not 1 to 64"},
        {"profiles: [{name: p, challenges: []}]",
            "c.yaml:1: profiles[0].challenges: has 0 entries, not 1 to 6"},
        {"tls:\nworkers: 1\n",
            "c.yaml:1: tls: has no value; give one, or leave the key out for its default"},
        {"workers: ~",
            "c.yaml:1: workers: has no value; give one, or leave the key out for its default"},
        {"store: null",
            "c.yaml:1: store: has no value; give one, or leave the key out for its default"},
        {"validation: {allow: [~]}", "c.yaml:1: validation.allow[0]: has no value; give one, or "
                                     "leave the key out for its default"},
        {"workers: !!int 4", "c.yaml:1: workers: has a YAML tag; tags are not used here"},
        {"store: !secret x", "c.yaml:1: store: has a YAML tag; tags are not used here"},
        {"profiles: [{}]", "c.yaml:1: profiles[0].name: must be given"},
        {"store: \"sqlite:a\\nb\"",
            "c.yaml:1: store: holds a line end or another control character"},
        {"upstreams: [{name: a, directory: \"\\x1b[31m\"}]",
            "c.yaml:1: upstreams[0].directory: \"?[31m\" holds a line end or another control "
            "character"},
        {"store: \"sqlite:a\\0b\"", "c.yaml:1: store: holds a NUL character"},
    };

    EXPECT(rows);
}

static void strange_and_repeated_keys_are_refused(void)
{
    static const struct row rows[] = {
        {"lsiten: {}", "c.yaml:1: lsiten: unknown key; did you mean listen?"},
        {"log:\n  levle: info\n", "c.yaml:2: log.levle: unknown key; did you mean level?"},
        {"listen:\nacme: ':1'\n",
            "c.yaml:1: listen: has no value; give one, or leave the key out for its default\n"
            "c.yaml:2: acme: unknown key here; did you mean listen.acme?"},
        {"validity: 1d", "c.yaml:1: validity: unknown key here; did you mean profiles[].validity?"},
        {"log: {colour: red}", "c.yaml:1: log.colour: unknown key; known here: level, format"},
        {"log: {format: text}\nworkers: 1\nlog: {level: info}\n",
            "c.yaml:3: log: is given twice; first in line 1"},
        {"log:\n  level: info\n  format: text\n  level: debug\n",
            "c.yaml:4: log.level: is given twice; first in line 2"},
        {"profiles:\n- name: a\n  nmae: b\n",
            "c.yaml:3: profiles[0].nmae: unknown key; did you mean name?"},
        {"? [a, b]\n: c\n", "c.yaml:1: holds a key that is not a word"},
        {"log:\n  ? {a: b}\n  : c\n", "c.yaml:2: log: holds a key that is not a word"},
        {"\"a\\nb\": c",
            "c.yaml:1: a?b: unknown key; known here: listen, external_url, tls, "
            "store, workers, log, "
            "limits, rates, validation, perspectives, quorum, perspective, mail, accounts, "
            "upstreams, profiles"},
        {"<<: {workers: 1}", "c.yaml:1: <<: unknown key; known here: listen, external_url, tls, "
                             "store, workers, log, "
                             "limits, rates, validation, perspectives, quorum, perspective, mail, "
                             "accounts, upstreams, profiles"},
        {"upstreams: [{name: a, api_key: hunter2}]",
            "c.yaml:1: upstreams[0].api_key: unknown key; "
            "known here: name, type, directory, key_type, "
            "certificate_file, key_file, alternate_chain_files, publish_url, caa_identities, "
            "rules, approval, url, access_key, api_key_file, project_id, account_id, ca_file, "
            "timeout, poll_interval, "
            "doubt_wait, call_rate, sync, refresh_after, validation_alarm, organization_id, "
            "manager_id, "
            "order_years, skip_approval, payment_method, dcv_method, container_id, "
            "organization, contact, domain_validation"},
        {"rules: digicert", "c.yaml:1: rules: unknown key here; did you mean upstreams[].rules?"},
        {"profiles:\n- name: a\n  when_closed: renew\n",
            "c.yaml:3: profiles[0].when_closed: unknown key here; did you mean "
            "profiles[].preferences.when_closed?"},
        {"profiles:\n- name: a\n  new_orders: 5\n",
            "c.yaml:3: profiles[0].new_orders: unknown key here; did you mean rates.new_orders?"},
        {"profiles:\n- name: a\n  preferences:\n    additional_holders: deny\n",
            "c.yaml:4: profiles[0].preferences.additional_holders: unknown key; did you mean "
            "additional_holder?"},
        {"profiles:\n- name: a\n  preferences: {budget: {}, budget: {}}\n",
            "c.yaml:3: profiles[0].preferences.budget: is given twice; first in line 3"},
        {"rates: {new_orders: 300/fortnight}",
            "c.yaml:1: rates.new_orders: \"300/fortnight\" is not a rate such as 300/1h (1 to "
            "1000000 in 1s to 366d), or off"},
        {"rates: {new_order_per_account: 3/1h}",
            "c.yaml:1: rates.new_order_per_account: unknown key; did you mean "
            "new_orders_per_account?"},
        {"external_url: https://192.0.2.1\nprofiles:\n- name: p\n  challenges: [dns-persist-01]\n",
            "c.yaml:4: profiles[0].challenges: dns-persist-01 needs "
            "validation.issuer_domain_names, "
            "since the host of external_url is no domain name"},
        {"validation: {persist_records: [plain]}",
            "c.yaml:1: validation.persist_records[0]: \"plain\" is not one of url, hash"},
        {"validation: {issuer_domain_names: [CA.example]}",
            "c.yaml:1: validation.issuer_domain_names[0]: \"CA.example\" is not a domain name in "
            "lower case, such as ca.example"},
        {"validation: {resolvers: ['::1', '::1']}",
            "c.yaml:1: validation.resolvers[1]: is in the list twice"},
    };

    EXPECT(rows);
}

static void values_must_fit_together(void)
{
    static const struct row rows[] = {
        {"mail: {from: a@b.example}", "c.yaml:1: mail.smtp: must be given too, as mail.from is"},
        {"mail: {smtp: 'smtp://b.example'}",
            "c.yaml:1: mail.from: must be given too, as mail.smtp is"},
        {"mail:\n  from: a@b.example\n  smtp: smtp://b.example\n  user: a\n",
            "c.yaml:4: mail.user: needs mail.password_file too; give both or none"},
        {"mail:\n  from: a@b.example\n  smtp: smtp://b.example:587\n  user: a\n"
         "  password_file: c.yaml\n  tls: if-offered\n",
            "c.yaml:6: mail.tls: must be required: else the password may go in the clear"},
        {"mail:\n  from: a@b.example\n  smtp: smtp://localhost\n  user: a\n"
         "  password_file: c.yaml\n  tls: never\n",
            ""},
        {"mail:\n  from: a@b.example\n  smtp: smtps://b.example\n  imap: imaps://b.example\n",
            "c.yaml:1: mail.imap_user: must be given with mail.imap_password_file, for the mailbox "
            "at mail.imap"},
        {"profiles:\n- name: p\n  validation: client\n  challenges: [email-reply-00]\n",
            "c.yaml:4: profiles[0].challenges: email-reply-00 needs mail.from and mail.smtp, by "
            "which challenges are sent"},
        {"tls: {certificate: a.pem}",
            "c.yaml:1: tls.certificate: needs key too; give both or none"},
        {"tls: {key: a.pem}", "c.yaml:1: tls.key: needs certificate too; give both or none"},
        {"tls:\n  certificate: c.yaml\n  key: none.pem\n",
            "c.yaml:3: tls.key: \"none.pem\" cannot be read: No such file or directory"},
        {"validation:\n  trust_anchor_file: none.ds\n",
            "c.yaml:2: validation.trust_anchor_file: \"none.ds\" cannot be read: No such file or "
            "directory"},
        {"validation: {trust_anchor_file: c.yaml}",
            "c.yaml:1: validation.trust_anchor_file: \"c.yaml\" holds no DS or DNSKEY record, such "
            "as "
            "\"example.org. IN DS 12345 13 2 AB...\""},
        {"perspectives:\n"
         "- {name: a, url: 'https://p:1', ca_file: c.yaml, certificate_file: c.yaml, key_file: x}\n"
         "- {name: a, url: 'https://p:1', ca_file: c.yaml, certificate_file: c.yaml, key_file: "
         "c.yaml}\n",
            "c.yaml:2: perspectives[0].key_file: \"x\" cannot be read: No such file or directory\n"
            "c.yaml:3: perspectives[1].name: \"a\" is also the name of perspectives[0]\n"
            "c.yaml:3: perspectives[1].url: \"https://p:1\" is also that of perspectives[0]; one "
            "place is one perspective"},
        {"quorum: {regions: 1}",
            "c.yaml:1: quorum.regions: 1 is more than the perspectives stand in, which is 0"},
        {"perspective: {listen: ':1', key_file: c.yaml, client_ca_file: x}",
            "c.yaml:1: perspective.certificate_file: must be given too, as perspective.listen is\n"
            "c.yaml:1: perspective.client_ca_file: \"x\" cannot be read: No such file or "
            "directory"},
        {"listen: {admin_socket: ''}\nupstreams:\n- name: a\n  approval: operator\n",
            "c.yaml:4: upstreams[0].approval: \"operator\" needs listen.admin_socket, by which "
            "countersign order approve comes"},
        {"upstreams: [{name: a, key_file: k.pem}]",
            "c.yaml:1: upstreams[0].key_file: needs certificate_file too; give both or none"},
        {"upstreams: [{name: a, key_file: k.pem, certificate_file: c.yaml}]",
            "c.yaml:1: upstreams[0].key_file: \"k.pem\" cannot be read: No such file or directory"},
        {"upstreams: [{name: a, alternate_chain_files: [x.pem]}]",
            "c.yaml:1: upstreams[0].alternate_chain_files[0]: \"x.pem\" cannot be read: No such "
            "file "
            "or directory"},
        {"upstreams:\n- {name: a, directory: x}\n- {name: a, directory: y}\n",
            "c.yaml:3: upstreams[1].name: \"a\" is also the name of upstreams[0]"},
        {"upstreams:\n- name: a\n- name: b\n",
            "c.yaml:3: upstreams[1].directory: \"./countersign-data\" is also that of "
            "upstreams[0]; each CA needs its "
            "own"},
        {"profiles:\n- name: a\n- name: b\n- name: a\n",
            "c.yaml:4: profiles[2].name: \"a\" is also the name of profiles[0]"},
        {"profiles:\n- name: a\n  upstream: lab\n",
            "c.yaml:3: profiles[0].upstream: \"lab\" is not the name of an upstream; known: local"},
        {"profiles:\n- name: p\n  challenges: [http-01]\n  subdomain_authorizations: true\n",
            "c.yaml:4: profiles[0].subdomain_authorizations: needs a challenge by DNS, such as "
            "dns-01, among the profile's challenges"},
        {"upstreams: [{name: b, directory: x}, {name: a}]\nprofiles: [{name: p, upstream: c}]",
            "c.yaml:2: profiles[0].upstream: \"c\" is not the name of an upstream; known: b, a"},
        /* What is broken already is not judged a second time. */
        {"upstreams: [{name: B}]\nprofiles: [{name: p, upstream: B}]",
            "c.yaml:1: upstreams[0].name: \"B\" is not a name of lower-case letters, digits and "
            "inner hyphens\n"
            "c.yaml:2: profiles[0].upstream: \"B\" is not a name of lower-case letters, digits and "
            "inner hyphens"},
        {"upstreams: [{name: B}]\nprofiles: [{name: p, upstream: c}]",
            "c.yaml:1: upstreams[0].name: \"B\" is not a name of lower-case letters, digits and "
            "inner hyphens"},
    };

    EXPECT(rows);
}

static void all_problems_come_at_once_in_the_order_of_lines(void)
{
    static const struct row rows[] = {
        {"profiles: [{name: p, upstream: x}]\nwrokers: 1\nstore: x\nlog: {level: loud}\n",
            "c.yaml:1: profiles[0].upstream: \"x\" is not the name of an upstream; known: local\n"
            "c.yaml:2: wrokers: unknown key; did you mean workers?\n"
            "c.yaml:3: store: is not sqlite:PATH\n"
            "c.yaml:4: log.level: \"loud\" is not one of debug, info, warning, error"},
    };

    EXPECT(rows);
}

static void what_is_not_yaml_is_said_with_its_line(void)
{
    static const struct row rows[] = {
        {"log:\n\tlevel: info\n",
            "c.yaml:2: is not YAML: lines are indented with spaces, not with tabs"},
        {"log:\n  level: info\n format: text\n",
            "c.yaml:3: is not YAML: did not find expected key while parsing a block mapping that "
            "begins in line 1"},
        {"validation: {allow: [a, b}\n", "c.yaml:1: is not YAML: did not find expected ',' or ']' "
                                         "while parsing a flow sequence"},
        {"workers 1\nlog: {}\n",
            "c.yaml:2: is not YAML: mapping values are not allowed in this context"},
        {"log: {}\nworkers\nstore: sqlite:x\n",
            "c.yaml:2: is not YAML: could not find expected ':' while scanning a simple key"},
        {"store: 'sqlite:x\n",
            "c.yaml:2: is not YAML: found unexpected end of stream while scanning a quoted scalar "
            "that begins in line 1"},
        {"workers: 1\nstore: \xff\n", "c.yaml:2: is not YAML: invalid leading UTF-8 octet"},
        {"workers: 1\n\n\x01\n", "c.yaml:3: is not YAML: control characters are not allowed"},
        {"workers: *x\n", "c.yaml:1: is not YAML: found undefined alias"},
        {"workers: 1\na: [[[[\n [[[[\n", "c.yaml:3: is nested deeper than 8 levels"},
        {"workers: 1\n---\nworkers: 2\n",
            "c.yaml:3: begins a second YAML document; a configuration is one"},
        {"workers: 1\n---\nworkers: [\n",
            "c.yaml:4: is not YAML: did not find expected node content while parsing a flow node"},
    };

    EXPECT(rows);
}

static void aliases_are_read_like_what_they_stand_for(void)
{
    void *mem = mem_pool(NULL, 4096);
    const struct config *c =
        read_good(mem, "validation:\n  deny: &net [10.0.0.0/8]\n  allow: *net\n");

    CU_ASSERT_EQUAL(c->validation.allow_len, 1);
    mem_free(mem);
}

static void long_values_are_cut_in_sentences(void)
{
    static const struct row rows[] = {
        {"log: {level: aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefffffffff\xc3\xa4gggg}",
            "c.yaml:1: log.level: "
            "\"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefffffffff...\" is not one of "
            "debug, info, warning, error"},
    };

    EXPECT(rows);
}

static void many_problems_end_at_a_bound(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct config_problems problems;
    struct buf text;

    enter_folder();
    buf_init(&text, mem, 1024 * 1024);
    for (int i = 0; i < 2000; i++)
        buf_addf(&text, "key%d: x\n", i);
    write_file(text.data, text.len);
    CU_ASSERT_PTR_NULL(config_read(mem, "c.yaml", &problems));
    CU_ASSERT_EQUAL(problems.len, 100);
    leave_folder();
    mem_free(mem);
}

static void unreadable_files_are_refused(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct config *config;
    struct err e = {0};

    enter_folder();
    CU_ASSERT_EQUAL(config_load(mem, "none.yaml", &config, &e), ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(e.detail, "none.yaml: cannot be read: No such file or directory");
    CU_ASSERT_PTR_NULL(config);
    CU_ASSERT_EQUAL(config_load(mem, ".", &config, &e), ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(e.detail, ".: cannot be read: Is a directory");
    write_file(mem_alloc(mem, 1024 * 1024 + 1, "zeros"), 1024 * 1024 + 1);
    CU_ASSERT_EQUAL(config_load(mem, "c.yaml", &config, &e), ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(e.detail, "c.yaml: is larger than 1 MiB, which no configuration needs");
    leave_folder();
    mem_free(mem);
}

static void loading_says_the_first_problem_and_how_many_there_are(void)
{
    static const char text[] = "workers: x\nlog: {level: loud}\n";
    void *mem = mem_pool(NULL, 4096);
    struct config *config;
    struct err e = {0};

    enter_folder();
    write_file(text, strlen(text));
    CU_ASSERT_EQUAL(config_load(mem, "c.yaml", &config, &e), ERR_INPUT);
    CU_ASSERT_EQUAL(e.code, ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(e.detail, "c.yaml:1: workers: \"x\" is not a whole number (one of 2 "
                                     "problems; countersign check names all)");
    CU_ASSERT_PTR_NULL(config);
    leave_folder();
    mem_free(mem);
}

/* The whole text of a file of docs/. */
static char *read_doc(void *mem, const char *path, size_t *len)
{
    char *text = mem_alloc(mem, 256 * 1024, "doc");
    FILE *file = fopen(path, "r");

    BUG_ON(file == NULL);
    *len = fread(text, 1, 256 * 1024 - 1, file);
    fclose(file);
    return text;
}

static void the_reference_page_is_the_one_in_docs(void)
{
    void *mem = mem_pool(NULL, 4096);
    size_t len;

    /* If this fails: countersign check --explain > docs/configuration.md */
    CU_ASSERT_STRING_EQUAL(config_reference(mem), read_doc(mem, DOCS "configuration.md", &len));
    mem_free(mem);
}

static void expect_keys_in(void *mem, const char *text, const struct config_key *keys)
{
    char line[64];

    for (const struct config_key *key = keys; key->name != NULL; key++) {
        snprintf(line, sizeof line, "%s:", key->name);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, line));
        CU_ASSERT(key->help != NULL && key->help[strlen(key->help) - 1] == '.');
        if (key->type == CONFIG_SECTION)
            expect_keys_in(mem, text, config_section_keys(mem, key));
    }
}

static void the_example_is_good_and_shows_every_key(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct config *config;
    struct err e = {0};
    size_t len;

    CU_ASSERT_EQUAL_FATAL(config_load(mem, DOCS "countersign.example.yaml", &config, &e), ERR_OK);
    CU_ASSERT_EQUAL(config->profiles_len, 2);
    expect_keys_in(mem, read_doc(mem, DOCS "countersign.example.yaml", &len), config_keys);
    mem_free(mem);
}

static void damaged_files_are_read_or_refused_but_never_crash(void)
{
    void *doc = mem_pool(NULL, 4096);
    size_t len;
    char *text = read_doc(doc, DOCS "countersign.example.yaml", &len);

    enter_folder();
    for (size_t i = 0; i < len; i += 3) {
        static const char damage[] = "\t:{[&*!\"'\n\x80-";
        void *mem = mem_pool(NULL, 4096);
        char kept = text[i];

        (void)problems_of_bytes(mem, text, i); /* cut off */
        text[i] = damage[i % (sizeof damage - 1)];
        (void)problems_of_bytes(mem, text, len);
        text[i] = kept;
        mem_free(mem);
    }
    leave_folder();
    mem_free(doc);
}

#define DIGICERT "upstreams: [{name: lab}, {name: dc, type: digicert, api_key_file: c.yaml"

static void an_account_at_digicert_has_its_own_keys(void)
{
    void *mem = mem_pool(NULL, 4096);
    const struct config_upstream *dc;
    const struct config *config;

    config = read_good(mem, DIGICERT
        ", url: 'https://dc.test/v2/', ca_file: c.yaml, timeout: 30s, sync: 1h, refresh_after: 5m, "
        "validation_alarm: 60d, domain_validation: {renew_before: 20d}, "
        "poll_interval: 5s, doubt_wait: 10m, call_rate: 50, "
        "organization_id: '730021', order_years: 2, skip_approval: false, "
        "payment_method: balance, dcv_method: http-token, container_id: '41077'}]\n"
        "profiles: [{name: p, upstream: dc, product: ssl_basic}]\n");
    dc = &config->upstreams[1];
    CU_ASSERT_EQUAL(dc->type, UPSTREAM_DIGICERT);
    CU_ASSERT_EQUAL(dc->rules, VENDOR_DIGICERT); /* it follows from the type */
    CU_ASSERT_STRING_EQUAL(dc->url, "https://dc.test/v2");
    CU_ASSERT_STRING_EQUAL(dc->api_key_file, "c.yaml");
    CU_ASSERT_STRING_EQUAL(dc->ca_file, "c.yaml");
    CU_ASSERT_EQUAL(dc->timeout_s, 30);
    CU_ASSERT_EQUAL(dc->poll_interval_s, 5);
    CU_ASSERT_EQUAL(dc->doubt_wait_s, 600);
    CU_ASSERT_EQUAL(dc->sync_s, 3600);
    CU_ASSERT_EQUAL(dc->call_rate, 50);
    CU_ASSERT_EQUAL(dc->refresh_after_s, 300);
    CU_ASSERT_EQUAL(dc->validation_alarm_s, 60 * 86400);
    CU_ASSERT_EQUAL(dc->domain_validation.renew_before_s, 20 * 86400);
    CU_ASSERT_STRING_EQUAL(dc->organization_id, "730021");
    CU_ASSERT_EQUAL(dc->order_years, 2);
    CU_ASSERT_FALSE(dc->skip_approval);
    CU_ASSERT_STRING_EQUAL(dc->payment_method, "balance");
    CU_ASSERT_STRING_EQUAL(dc->dcv_method, "http-token");
    CU_ASSERT_STRING_EQUAL(dc->container_id, "41077");
    config = read_good(mem, DIGICERT "}]\n");
    CU_ASSERT_STRING_EQUAL(config->upstreams[1].url, "https://www.digicert.com/services/v2");
    CU_ASSERT(config->upstreams[1].skip_approval);
    CU_ASSERT_STRING_EQUAL(config->upstreams[1].dcv_method, "dns-txt-token");
    mem_free(mem);
}

static void what_digicert_cannot_be_is_refused(void)
{
    static const struct row rows[] = {
        {"upstreams: [{name: lab}, {name: dc, type: digicert}]",
            "c.yaml:1: upstreams[1].api_key_file: must be given for an upstream of type digicert"},
        {"upstreams: [{name: lab}, {name: dc, type: digicert, api_key_file: none}]",
            "c.yaml:1: upstreams[1].api_key_file: \"none\" cannot be read: No such file or "
            "directory"},
        {DIGICERT ", url: 'http://dc.test/v2'}]",
            "c.yaml:1: upstreams[1].url: \"http://dc.test/v2\" would send the key in the clear; "
            "use "
            "https"},
        {DIGICERT ", url: 'http://127.0.0.1:8080'}]", ""},
        {DIGICERT ", url: 'http://127.0.0.1.dc.test'}]",
            "c.yaml:1: upstreams[1].url: \"http://127.0.0.1.dc.test\" would send the key in the "
            "clear; use https"},
        {DIGICERT ", dcv_method: pigeon}]",
            "c.yaml:1: upstreams[1].dcv_method: \"pigeon\" is not one of dns-txt-token, "
            "dns-cname-token, http-token, email"},
        {DIGICERT ", domain_validation: {method: rfc2136}}]",
            "c.yaml:1: upstreams[1].domain_validation.server: must be given for the method "
            "rfc2136\n"
            "c.yaml:1: upstreams[1].domain_validation.key_file: must be given for the method "
            "rfc2136"},
        {DIGICERT ", domain_validation: {method: exec}}]",
            "c.yaml:1: upstreams[1].domain_validation.program: \"\" must be an absolute path for "
            "the method exec"},
        {DIGICERT ", domain_validation: {method: exec, program: /dev/null}}]",
            "c.yaml:1: upstreams[1].domain_validation.program: \"/dev/null\" cannot be run: "
            "Permission denied"},
        {DIGICERT ", domain_validation: {method: exec, program: /bin/true}}]", ""},
        {DIGICERT ", dcv_method: email, domain_validation: {method: exec, program: /bin/true}}]",
            "c.yaml:1: upstreams[1].domain_validation.method: \"exec\" can publish no proof of "
            "dcv_method \"email\""},
        {DIGICERT ", dcv_method: email}]", ""},
        {DIGICERT ",\n dcv_method: http-token, domain_validation: {method: http}}]", ""},
        {DIGICERT ",\n domain_validation: {method: http}}]",
            "c.yaml:2: upstreams[1].domain_validation.method: \"http\" can publish no proof of "
            "dcv_method \"dns-txt-token\""},
        {DIGICERT ", dcv_method: dns-cname-token,\n domain_validation: {method: http}}]",
            "c.yaml:2: upstreams[1].domain_validation.method: \"http\" can publish no proof of "
            "dcv_method \"dns-cname-token\""},
        {DIGICERT ", dcv_method: pigeon, domain_validation: {method: http}}]",
            "c.yaml:1: upstreams[1].dcv_method: \"pigeon\" is not one of dns-txt-token, "
            "dns-cname-token, http-token, email"},
        {DIGICERT ", dcv_method: http-token, domain_validation: {method: rfc2136, server: "
                  "192.0.2.53, key_file: tsig.key}}]",
            "c.yaml:1: upstreams[1].domain_validation.method: \"rfc2136\" can publish no proof of "
            "dcv_method \"http-token\"\n"
            "c.yaml:1: upstreams[1].domain_validation.key_file: \"tsig.key\" cannot be read: No "
            "such file or directory"},
        {"listen: {domain_validation: nowhere}\n",
            "c.yaml:1: listen.domain_validation: \"nowhere\" is not ADDRESS:PORT with a numeric "
            "address, such as 127.0.0.1:14000, [::1]:14000 or :14000 (all addresses)"},
        {"listen: {domain_validation: ':80'}\n", ""},
        {DIGICERT ", rules: tencent}]",
            "c.yaml:1: upstreams[1].rules: \"tencent\" are another vendor's; at this upstream they "
            "are digicert"},
        {DIGICERT ", approval: operator}]", "c.yaml:1: upstreams[1].approval: is for the embedded "
                                            "CA; DigiCert has approvals of its "
                                            "own (skip_approval)"},
        {DIGICERT "}]\nprofiles: [{name: p, upstream: dc}]",
            "c.yaml:2: profiles[0].product: must say what is ordered at upstream \"dc\", in the "
            "vendor's word, such as ssl_basic"},
        {"upstreams: [{name: dc, type: digicert, api_key_file: c.yaml}]\n"
         "profiles: [{name: p, product: ssl_basic}]",
            "c.yaml: tls.certificate: must be given: no upstream is of type local, which would "
            "issue one"},
        {"upstreams: [{name: lab, api_key_file: c.yaml}]",
            "c.yaml:1: upstreams[0].api_key_file: is for a vendor's API; the upstream is of type "
            "local"},
    };

    expect_problems(rows, sizeof rows / sizeof rows[0]);
}

#define HUAWEI                                                                                     \
    "upstreams: [{name: lab}, {name: hw, type: huawei, api_key_file: c.yaml, access_key: AK1, "    \
    "contact: {first_name: Ada, last_name: Lovelace, phone: '138', email: a@b.test}"

static void an_account_at_huawei_cloud_has_its_own_keys(void)
{
    void *mem = mem_pool(NULL, 4096);
    const struct config_upstream *hw;
    const struct config *config;

    config = read_good(mem, HUAWEI
        ", url: 'https://scm.test/', project_id: 0a1b, account_id: 2c3d, order_years: 2, "
        "dcv_method: email, organization: {name: Shop Ltd, country: CN, province: Guangdong, "
        "city: Shenzhen}}]\n"
        "profiles: [{name: p, upstream: hw, product: digicert.ov_ssl_cert_pro}]\n");
    hw = &config->upstreams[1];
    CU_ASSERT_EQUAL(hw->type, UPSTREAM_HUAWEI);
    CU_ASSERT_EQUAL(hw->rules, VENDOR_HUAWEI); /* it follows from the type */
    CU_ASSERT_STRING_EQUAL(hw->url, "https://scm.test");
    CU_ASSERT_STRING_EQUAL(hw->access_key, "AK1");
    CU_ASSERT_STRING_EQUAL(hw->project_id, "0a1b");
    CU_ASSERT_STRING_EQUAL(hw->account_id, "2c3d");
    CU_ASSERT_STRING_EQUAL(hw->dcv_method, "email");
    CU_ASSERT_STRING_EQUAL(vendor_huawei_applicant(mem, hw), "Ada-Lovelace");
    /* They follow from the product. */
    CU_ASSERT_STRING_EQUAL(config->profiles[0].brand, "digicert");
    CU_ASSERT_EQUAL(config->profiles[0].level, LEVEL_OV);

    config = read_good(mem, HUAWEI "}]\n");
    CU_ASSERT_STRING_EQUAL(config->upstreams[1].url, "https://scm.cn-north-4.myhuaweicloud.com");
    CU_ASSERT_STRING_EQUAL(config->upstreams[1].dcv_method, "dns");
    mem_free(mem);
}

static void what_huawei_cloud_cannot_be_is_refused(void)
{
    static const struct row rows[] = {
        {"upstreams: [{name: lab}, {name: hw, type: huawei, contact: {last_name: Lovelace}}]",
            "c.yaml:1: upstreams[1].api_key_file: must be given for an upstream of type huawei\n"
            "c.yaml:1: upstreams[1].access_key: must be given for an upstream of type huawei\n"
            "c.yaml:1: upstreams[1].contact.phone: must be given for an upstream of type huawei\n"
            "c.yaml:1: upstreams[1].contact.email: must be given for an upstream of type huawei"},
        {HUAWEI ", organization_id: '1', payment_method: card, container_id: '2'}]",
            "c.yaml:1: upstreams[1].organization_id: is not for an upstream of type huawei\n"
            "c.yaml:1: upstreams[1].payment_method: is not for an upstream of type huawei\n"
            "c.yaml:1: upstreams[1].container_id: is not for an upstream of type huawei"},
        {DIGICERT ", access_key: AK, project_id: '1', account_id: '2'}]",
            "c.yaml:1: upstreams[1].access_key: is not for an upstream of type digicert\n"
            "c.yaml:1: upstreams[1].project_id: is not for an upstream of type digicert\n"
            "c.yaml:1: upstreams[1].account_id: is not for an upstream of type digicert"},
        {HUAWEI ", dcv_method: http-token}]",
            "c.yaml:1: upstreams[1].dcv_method: \"http-token\" is not one of dns, email"},
        {HUAWEI ", dcv_method: email, domain_validation: {method: exec, program: /bin/true}}]", ""},
        {HUAWEI ", rules: tencent}]",
            "c.yaml:1: upstreams[1].rules: \"tencent\" are another vendor's; at this upstream they "
            "are huawei"},
        {HUAWEI ", approval: operator}]",
            "c.yaml:1: upstreams[1].approval: is for the embedded CA; Huawei Cloud has no "
            "approvals"},
        {HUAWEI "}]\nprofiles: [{name: p, upstream: hw, product: ssl_basic}]",
            "c.yaml:2: profiles[0].product: \"ssl_basic\" is no brand and type of Huawei Cloud, "
            "such as geotrust.dv_ssl_cert"},
        {HUAWEI
            "}]\nprofiles: [{name: p, upstream: hw, product: geotrust.dv_ssl_cert, brand: cfca, "
            "validation: EV}]",
            "c.yaml:2: profiles[0].brand: \"cfca\" is not the brand of product "
            "\"geotrust.dv_ssl_cert\"\n"
            "c.yaml:2: profiles[0].validation: \"EV\" is not what product "
            "\"geotrust.dv_ssl_cert\" is"},
        {HUAWEI ", organization: {name: Shop Ltd, city: Shenzhen}}]\n"
                "profiles: [{name: p, upstream: hw, product: cfca.ev_ssl_cert}]",
            "c.yaml:1: upstreams[1].organization.country: must be given for profile \"p\", which "
            "is "
            "EV\n"
            "c.yaml:1: upstreams[1].organization.province: must be given for profile \"p\", which "
            "is EV"},
    };
    static const char *const names[][3] = {/* first, last, what is sent or "" */
        {"Ada", "Lovelace", "Ada-Lovelace"}, {"", "Ops Team", "Ops-Team"}, {"三", "张小", "张小三"},
        {"", "Ops", ""}, {"R2", "D2", ""}, {"Ada", "O'Hara", ""}};
    void *mem = mem_pool(NULL, 4096);

    expect_problems(rows, sizeof rows / sizeof rows[0]);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *text = mem_printf(mem,
            "upstreams: [{name: lab}, {name: hw, type: huawei, api_key_file: c.yaml, access_key: "
            "A, "
            "contact: {first_name: '%s', last_name: \"%s\", phone: '1', email: a@b.test}}]\n",
            names[i][0], names[i][1]);
        struct row row = {text, ""};

        if (names[i][2][0] == '\0')
            row.problems = mem_printf(mem,
                "c.yaml:1: upstreams[1].contact.last_name: \"%s%s%s\", which first_name and "
                "last_name "
                "make, is no name that Huawei Cloud takes: 4 to 100 characters, letters and _ - , "
                ". "
                "only",
                names[i][0], names[i][0][0] == '\0' ? "" : "-", names[i][1]);
        else
            CU_ASSERT_STRING_EQUAL(
                vendor_huawei_applicant(mem, &read_good(mem, text)->upstreams[1]), names[i][2]);
        expect_problems(&row, 1);
    }
    mem_free(mem);
}

#define TENCENT                                                                                    \
    "upstreams: [{name: lab}, {name: tc, type: tencent, api_key_file: c.yaml, access_key: AKID1, " \
    "contact: {email: a@b.test}"

static void an_account_at_tencent_cloud_has_its_own_keys(void)
{
    void *mem = mem_pool(NULL, 4096);
    const struct config_upstream *tc;
    const struct config *config;

    config = read_good(mem, TENCENT
        ", url: 'https://ssl.intl.tencentcloudapi.com/', organization_id: '1001', manager_id: "
        "'2001', order_years: 2, dcv_method: dns-auto}]\n"
        "profiles: [{name: p, upstream: tc, product: '9'}, {name: q, upstream: tc, product: "
        "'83'}]\n");
    tc = &config->upstreams[1];
    CU_ASSERT_EQUAL(tc->type, UPSTREAM_TENCENT);
    CU_ASSERT_EQUAL(tc->rules, VENDOR_TENCENT); /* it follows from the type */
    CU_ASSERT_STRING_EQUAL(tc->url, "https://ssl.intl.tencentcloudapi.com");
    CU_ASSERT_STRING_EQUAL(tc->access_key, "AKID1");
    CU_ASSERT_STRING_EQUAL(tc->organization_id, "1001");
    CU_ASSERT_STRING_EQUAL(tc->manager_id, "2001");
    /* They follow from the product. */
    CU_ASSERT_STRING_EQUAL(config->profiles[0].brand, "geotrust");
    CU_ASSERT_EQUAL(config->profiles[0].level, LEVEL_OV);

    config = read_good(mem, TENCENT "}]\n");
    CU_ASSERT_STRING_EQUAL(config->upstreams[1].url, "https://ssl.tencentcloudapi.com");
    CU_ASSERT_STRING_EQUAL(config->upstreams[1].dcv_method, "dns");
    mem_free(mem);
}

static void what_tencent_cloud_cannot_be_is_refused(void)
{
    static const struct row rows[] = {
        {"upstreams: [{name: lab}, {name: tc, type: tencent}]",
            "c.yaml:1: upstreams[1].api_key_file: must be given for an upstream of type tencent\n"
            "c.yaml:1: upstreams[1].access_key: must be given for an upstream of type tencent\n"
            "c.yaml:1: upstreams[1].contact.email: must be given for an upstream of type tencent"},
        {TENCENT ", project_id: '1', account_id: '2', payment_method: card, container_id: '2'}]",
            "c.yaml:1: upstreams[1].project_id: is not for an upstream of type tencent\n"
            "c.yaml:1: upstreams[1].account_id: is not for an upstream of type tencent\n"
            "c.yaml:1: upstreams[1].payment_method: is not for an upstream of type tencent\n"
            "c.yaml:1: upstreams[1].container_id: is not for an upstream of type tencent"},
        {HUAWEI ", manager_id: '1'}]",
            "c.yaml:1: upstreams[1].manager_id: is not for an upstream of type huawei"},
        {DIGICERT ", manager_id: '1'}]",
            "c.yaml:1: upstreams[1].manager_id: is not for an upstream of type digicert"},
        {TENCENT ", manager_id: '1'}]",
            "c.yaml:1: upstreams[1].organization_id: must be given with manager_id"},
        {TENCENT ", dcv_method: email}]",
            "c.yaml:1: upstreams[1].dcv_method: \"email\" is not one of dns, dns-auto, file"},
        {TENCENT ", dcv_method: dns-auto, domain_validation: {method: exec, program: /bin/true}}]",
            "c.yaml:1: upstreams[1].domain_validation.method: \"exec\" can publish no proof of "
            "dcv_method \"dns-auto\""},
        {TENCENT ", dcv_method: file, domain_validation: {method: http}}]", ""},
        {TENCENT ", approval: operator}]",
            "c.yaml:1: upstreams[1].approval: is for the embedded CA; Tencent Cloud has no "
            "approvals"},
        {TENCENT "}]\nprofiles: [{name: p, upstream: tc, product: ssl_basic}]",
            "c.yaml:2: profiles[0].product: \"ssl_basic\" is no ProductId of Tencent Cloud, such "
            "as 25"},
        {TENCENT "}]\nprofiles: [{name: p, upstream: tc, product: '36'}]",
            "c.yaml:2: profiles[0].product: \"36\" is no ProductId of Tencent Cloud, such as 25"},
        {TENCENT "}]\nprofiles: [{name: p, upstream: tc, product: '33'}]",
            "c.yaml:2: profiles[0].product: \"33\" is for SM2 keys, which CSRs of ACME clients do "
            "not have"},
        {TENCENT ", dcv_method: file}]\nprofiles: [{name: p, upstream: tc, product: '27'}]",
            "c.yaml:2: profiles[0].product: \"27\" is for wildcards, which dcv_method \"file\" of "
            "upstream \"tc\" cannot validate"},
        {TENCENT "}]\nprofiles: [{name: p, upstream: tc, product: '25', brand: cfca, validation: "
                 "EV}]",
            "c.yaml:2: profiles[0].brand: \"cfca\" is not the brand of product \"25\"\n"
            "c.yaml:2: profiles[0].validation: \"EV\" is not what product \"25\" is"},
        {"upstreams: [{name: lab}, {name: tc, type: tencent, api_key_file: c.yaml, access_key: A, "
         "contact: {email: a@b.test, first_name: A, last_name: L, position: p, phone: '1'}, "
         "organization: {name: Shop Ltd, unit: IT, country: CN, province: G, address: S, "
         "phone_area: '86', phone: '2'}}]\n"
         "profiles: [{name: p, upstream: tc, product: '14'}]",
            "c.yaml:1: upstreams[1].organization.city: must be given for profile \"p\", which is "
            "OV, unless manager_id is"},
    };

    expect_problems(rows, sizeof rows / sizeof rows[0]);
}

static const struct test tests[] = {
    {"files without keys give the documented defaults",
        files_without_keys_give_the_documented_defaults},
    {"without a file it is a laboratory", without_a_file_it_is_a_laboratory},
    {"every key of a file counts", every_key_of_a_file_counts},
    {"what is wished of a vendor counts", what_is_wished_of_a_vendor_counts},
    {"preferences that are left out are those of the vendor",
        preferences_that_are_left_out_are_those_of_the_vendor},
    {"what a vendor cannot do is refused", what_a_vendor_cannot_do_is_refused},
    {"wishes out of form are named", wishes_out_of_form_are_named},
    {"an account at DigiCert has its own keys", an_account_at_digicert_has_its_own_keys},
    {"what DigiCert cannot be is refused", what_digicert_cannot_be_is_refused},
    {"an account at Huawei Cloud has its own keys", an_account_at_huawei_cloud_has_its_own_keys},
    {"what Huawei Cloud cannot be is refused", what_huawei_cloud_cannot_be_is_refused},
    {"an account at Tencent Cloud has its own keys", an_account_at_tencent_cloud_has_its_own_keys},
    {"what Tencent Cloud cannot be is refused", what_tencent_cloud_cannot_be_is_refused},
    {"perspectives and their quorum count", perspectives_and_their_quorum_count},
    {"what perspectives lack depends on their number, regions and the time",
        what_perspectives_lack_depends_on_their_number_regions_and_the_time},
    {"values out of form are named with line and key",
        values_out_of_form_are_named_with_line_and_key},
    {"wrong shapes are named", wrong_shapes_are_named},
    {"strange and repeated keys are refused", strange_and_repeated_keys_are_refused},
    {"values must fit together", values_must_fit_together},
    {"all problems come at once, in the order of lines",
        all_problems_come_at_once_in_the_order_of_lines},
    {"what is not YAML is said with its line", what_is_not_yaml_is_said_with_its_line},
    {"aliases are read like what they stand for", aliases_are_read_like_what_they_stand_for},
    {"long values are cut in sentences", long_values_are_cut_in_sentences},
    {"many problems end at a bound", many_problems_end_at_a_bound},
    {"unreadable files are refused", unreadable_files_are_refused},
    {"loading says the first problem and how many there are",
        loading_says_the_first_problem_and_how_many_there_are},
    {"the reference page is the one in docs", the_reference_page_is_the_one_in_docs},
    {"the example is good and shows every key", the_example_is_good_and_shows_every_key},
    {"damaged files are read or refused, but never crash",
        damaged_files_are_read_or_refused_but_never_crash},
    {NULL, NULL},
};
extern const struct test_suite suite_config;
const struct test_suite suite_config = {"config", tests};
