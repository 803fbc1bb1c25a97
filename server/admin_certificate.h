/* admin_certificate - certificates in the admin API (server/admin_record.h).
 *
 *     {"id":5,"url":"https://acme.example/acme/certificate/...","status":"valid","account":3,
 *      "tenant":"web","order":17,"upstream":"lab","serial":"<hex>",
 *      "identifiers":[{"type":"dns","value":"www.example.com"}],"not_before":"...",
 *      "not_after":"...","revoked":"..."}
 *
 * One that is shown has the reason of its revocation, what it is called by clients that replace it
 * ("renewal_id", RFC 9773, 4.1), how many other chains there are, and itself with its chain
 * ("pem"), besides; "revoke_at", if its vendor has said that it will be revoked; and, if its vendor
 * was told to, or did it by itself:
 *
 *     "revocation":{"state":"pending","by":"account 3","request":"55120101","detail":"an approval
 *      in CertCentral (request 55120101)","asked":"...","changed":"..."}
 *
 * States are asked, pending, refused, done. It is found by its serial, too: 20 to 64 hexadecimal
 * digits.
 *
 *     POST /certificate/<id>/revoke  {"reason":"superseded","fingerprint":"<SHA-256, hex>"}, both
 *                                    may be left out: {"certificate":5,"serial":"<hex>",
 *                                    "upstream":"digicert"}, the last if a vendor is told
 *
 * One that is revoked already is told to the vendor again if that has refused; else 409.
 */
#ifndef COUNTERSIGN_SERVER_ADMIN_CERTIFICATE_H
#define COUNTERSIGN_SERVER_ADMIN_CERTIFICATE_H

#include "server/admin.h"

enum err_code admin_certificate_prepare_list(struct admin_req *req, struct err *e);
enum err_code admin_certificate_list(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);
enum err_code admin_certificate_show(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);

enum err_code admin_certificate_prepare_revoke(struct admin_req *req, struct err *e);
enum err_code admin_certificate_revoke(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);

#endif
