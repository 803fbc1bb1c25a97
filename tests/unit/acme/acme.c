/* The suites of acme/. */
#include "tests/unit/test_main.h"

extern const struct test_suite suite_account;
extern const struct test_suite suite_authz;
extern const struct test_suite suite_authz_flow;
extern const struct test_suite suite_authz_reuse;
extern const struct test_suite suite_caa;
extern const struct test_suite suite_certificate;
extern const struct test_suite suite_claim;
extern const struct test_suite suite_crl_flow;
extern const struct test_suite suite_csr;
extern const struct test_suite suite_dns01;
extern const struct test_suite suite_dns_persist01;
extern const struct test_suite suite_eab;
extern const struct test_suite suite_email_reply;
extern const struct test_suite suite_flow;
extern const struct test_suite suite_http01;
extern const struct test_suite suite_identifier;
extern const struct test_suite suite_inventory_flow;
extern const struct test_suite suite_issued;
extern const struct test_suite suite_jwk;
extern const struct test_suite suite_jws;
extern const struct test_suite suite_key_change;
extern const struct test_suite suite_nested_jws;
extern const struct test_suite suite_nonce;
extern const struct test_suite suite_order;
extern const struct test_suite suite_order_books;
extern const struct test_suite suite_order_caa;
extern const struct test_suite suite_order_dates;
extern const struct test_suite suite_order_facts;
extern const struct test_suite suite_order_decide;
extern const struct test_suite suite_order_flow;
extern const struct test_suite suite_order_refresh;
extern const struct test_suite suite_order_upstream;
extern const struct test_suite suite_persist_record;
extern const struct test_suite suite_perspective_poll;
extern const struct test_suite suite_perspective_quorum;
extern const struct test_suite suite_perspective_wire;
extern const struct test_suite suite_problem;
extern const struct test_suite suite_proof_file;
extern const struct test_suite suite_proof_flow;
extern const struct test_suite suite_tlsalpn01;
extern const struct test_suite suite_rate;
extern const struct test_suite suite_renewal;
extern const struct test_suite suite_request;
extern const struct test_suite suite_revocation_flow;
extern const struct test_suite suite_seal;
extern const struct test_suite suite_shapes;
extern const struct test_suite suite_terms;
extern const struct test_suite suite_validation_flow;
extern const struct test_suite suite_wish;

const struct test_suite *const test_suites[] = {
    &suite_account,
    &suite_authz,
    &suite_authz_flow,
    &suite_authz_reuse,
    &suite_caa,
    &suite_certificate,
    &suite_claim,
    &suite_crl_flow,
    &suite_csr,
    &suite_dns01,
    &suite_dns_persist01,
    &suite_eab,
    &suite_email_reply,
    &suite_flow,
    &suite_http01,
    &suite_identifier,
    &suite_inventory_flow,
    &suite_issued,
    &suite_jwk,
    &suite_jws,
    &suite_key_change,
    &suite_nested_jws,
    &suite_nonce,
    &suite_order,
    &suite_order_books,
    &suite_order_caa,
    &suite_order_dates,
    &suite_order_facts,
    &suite_order_decide,
    &suite_order_flow,
    &suite_order_refresh,
    &suite_order_upstream,
    &suite_persist_record,
    &suite_perspective_poll,
    &suite_perspective_quorum,
    &suite_perspective_wire,
    &suite_problem,
    &suite_proof_file,
    &suite_proof_flow,
    &suite_tlsalpn01,
    &suite_rate,
    &suite_renewal,
    &suite_request,
    &suite_revocation_flow,
    &suite_seal,
    &suite_shapes,
    &suite_terms,
    &suite_validation_flow,
    &suite_wish,
    NULL,
};
