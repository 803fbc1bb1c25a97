/* admin_mail - takes in a mail that countersign deliver brings (acme/mail_in.h). */
#ifndef COUNTERSIGN_SERVER_ADMIN_MAIL_H
#define COUNTERSIGN_SERVER_ADMIN_MAIL_H

#include "server/admin.h"

/* POST /mail {"message": BASE64URL} -> {"taken": true}, or {"taken": false, "detail": "..."} for
 * what is no reply that counts: then it is done with as well. ERR_CONFLICT: the server gets no
 * mail. */
enum err_code admin_mail_prepare(struct admin_req *req, struct err *e);
enum err_code admin_mail_take(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);

#endif
