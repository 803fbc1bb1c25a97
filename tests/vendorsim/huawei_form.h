/* huawei_form - applications: the body of a call, checked and made a form that a certificate can be
 * issued by (7.4).
 *
 * A form: {"domain":"www.shop.example","sans":["shop.example"],"csr":PEM,"own_csr":true,
 * "key":PEM if the vendor made it,"method":"DNS","auto_dns":false,"application":{as it is shown}}
 */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_FORM_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_FORM_H

#include "tests/vendorsim/huawei_private.h"

/* A new reference, or NULL and why. What the CA would only find later is not looked at. */
json_t *hw_form_application(const json_t *certificate, const json_t *body, struct hw_refusal *why);

/* Names added to a form: a copy of it with them; NULL and why (HW-SAN-1). */
json_t *hw_form_supplement(const json_t *certificate, const json_t *body, struct hw_refusal *why);

/* The console's form for a reissue: as the certificate's, with another key and perhaps another name
 * (HW-REISSUE-9 to -16). A new reference, or NULL and why. */
json_t *hw_form_reissue(const json_t *certificate, const json_t *body, struct hw_refusal *why);

/* A new key and its CSR, PEM on `mem`; NULL: key_algorithm is none of this simulator's. The name
 * may be NULL. */
char *hw_form_make_csr(
    void *mem, const char *key_algorithm, const char *common_name, char **key_pem);

/* Are these names, lower case, what the bought slot takes (HW-APPLY-5)? */
bool hw_form_names_fit(
    const json_t *certificate, const char *domain, const json_t *sans, struct hw_refusal *why);

#endif
