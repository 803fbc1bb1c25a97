/* The suites of base/. */
#include "tests/unit/test_main.h"

extern const struct test_suite suite_address;
extern const struct test_suite suite_b64url;
extern const struct test_suite suite_base32;
extern const struct test_suite suite_cert;
extern const struct test_suite suite_cert_chain;
extern const struct test_suite suite_csv;
extern const struct test_suite suite_der;
extern const struct test_suite suite_dns_message;
extern const struct test_suite suite_dns_exchange;
extern const struct test_suite suite_dns_update;
extern const struct test_suite suite_file;
extern const struct test_suite suite_gcra;
extern const struct test_suite suite_hex;
extern const struct test_suite suite_http_client;
extern const struct test_suite suite_http_guard;
extern const struct test_suite suite_http_server;
extern const struct test_suite suite_json;
extern const struct test_suite suite_key;
extern const struct test_suite suite_mac;
extern const struct test_suite suite_mail_message;
extern const struct test_suite suite_process;
extern const struct test_suite suite_pkcs10;
extern const struct test_suite suite_rate_table;
extern const struct test_suite suite_resolver;
extern const struct test_suite suite_siphash;
extern const struct test_suite suite_tls_probe;
extern const struct test_suite suite_tsig;
extern const struct test_suite suite_unit;
extern const struct test_suite suite_trust_anchor;
extern const struct test_suite suite_unix_socket;
extern const struct test_suite suite_url;

const struct test_suite *const test_suites[] = {
    &suite_address,
    &suite_b64url,
    &suite_base32,
    &suite_cert,
    &suite_cert_chain,
    &suite_csv,
    &suite_der,
    &suite_dns_message,
    &suite_dns_exchange,
    &suite_dns_update,
    &suite_file,
    &suite_gcra,
    &suite_hex,
    &suite_http_client,
    &suite_http_guard,
    &suite_http_server,
    &suite_json,
    &suite_key,
    &suite_mac,
    &suite_mail_message,
    &suite_process,
    &suite_pkcs10,
    &suite_rate_table,
    &suite_resolver,
    &suite_siphash,
    &suite_tls_probe,
    &suite_tsig,
    &suite_unit,
    &suite_trust_anchor,
    &suite_unix_socket,
    &suite_url,
    NULL,
};
