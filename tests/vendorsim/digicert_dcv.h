/* digicert_dcv - ways to show control of a name, the random value that is published for it, and the
 * look whether it is there (13.1).
 *
 * A random value belongs to an order or to a domain: its row has it as members "random_value" and
 * "random_until_s".
 */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_DCV_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_DCV_H

#include "tests/vendorsim/digicert_private.h"

enum dcv_method { DCV_EMAIL, DCV_TXT, DCV_CNAME, DCV_HTTP, DCV_HTTP_DYNAMIC, DCV_METHODS };
const char *dcv_word(enum dcv_method method);
/* DCV_METHODS: it is none. */
enum dcv_method dcv_method_of(const char *word);

#define DCV_CNAME_TARGET "dcv.digicert.com"
#define DCV_FILE         "/.well-known/pki-validation/fileauth.txt"

/* Gives the row a new random value. */
void dcv_renew_value(struct digicert *dc, json_t *row);

/* Is the row's random value published for that name? One whose time is over is found nowhere.
 * on_result as in dcv.h. */
void dcv_look_for(struct digicert *dc, enum dcv_method method, const char *name, const json_t *row,
    dcv_on_result on_result, void *arg);

#endif
