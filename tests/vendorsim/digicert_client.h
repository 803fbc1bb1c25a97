/* digicert_client - client certificates and S/MIME: their products, bodies of orders, and the links
 * that each address gets by mail (17, 21.2, 21.3).
 *
 * To the rest of the account they are products without scopes and caps (`is_private`); what they
 * have instead stands here. Of a certificate's row: "emails":[as ordered],
 * "links":[{"email","token", "status":"unvalidated","mailed_s":1,"mails":1}], "individual",
 * "usage", "profile_type".
 */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_CLIENT_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_CLIENT_H

#include "tests/vendorsim/digicert_product.h"

/* The client products, from `index` 0 on; NULL at the end. */
const struct product *client_product_at(size_t index);
bool product_is_client(const struct product *product);

/* The names of a certificate that is asked for: its common name and addresses, into the draft.
 * False, and 400. */
bool client_read_names(
    const json_t *form, const struct product *product, json_t *draft, struct refusal *why);
/* DC-CLI-ORD-3. */
bool client_takes_key(const json_t *draft, struct refusal *why);

/* What an order, or a reissue (`reissue`), is refused for by what the account has (DC-CLI-REI-4,
 * DC-CLI-ORD-10, -16). */
bool client_check(const struct digicert *dc, int64_t account, const struct product *product,
    const json_t *certificate, const char *method, bool reissue, struct refusal *why);

/* The most that such a certificate lasts if it is issued then, in seconds (18). */
int64_t client_cap_s(int64_t issued_s);

/* Sends each address its link; no more than once. */
void client_send_links(struct digicert *dc, json_t *certificate);
/* Was each link followed? Also if there are none. */
bool client_is_shown(const json_t *certificate);
/* The link of a token, or of an address, is followed; NULL: all of them. False: there is none. */
bool client_follow(struct digicert *dc, json_t *certificate, const char *token, const char *email);

/* Addresses where other certificates have DNS names. */
void client_shape(const json_t *certificate, json_t *json);

#endif
