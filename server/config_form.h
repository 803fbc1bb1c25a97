/* config_form - the forms that values in the configuration may have: addresses, URLs, names.
 *
 * The fault functions answer NULL if the text is fine, else what is wrong with it as the rest of a
 * sentence that begins with the value: "is not ADDRESS:PORT ...".
 */
#ifndef COUNTERSIGN_SERVER_CONFIG_FORM_H
#define COUNTERSIGN_SERVER_CONFIG_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/gcra.h"

/* ADDRESS:PORT with a numeric address, or :PORT. */
const char *form_listen_fault(const char *text);
/* The same, or empty. */
const char *form_listen_or_empty_fault(const char *text);
/* Empty: what this version does not serve. */
const char *form_unserved_fault(const char *text);
/* A path that fits a unix socket address, or empty. */
const char *form_socket_fault(const char *text);
/* https://HOST or https://HOST:PORT, nothing behind it. */
const char *form_origin_fault(const char *text);
/* The same, of a perspective. */
const char *form_perspective_fault(const char *text);
/* sqlite:PATH */
const char *form_store_fault(const char *text);
/* ADDRESS or ADDRESS@PORT */
const char *form_resolver_fault(const char *text);
const char *form_resolver_or_empty_fault(const char *text);
/* A domain name in lower case. */
const char *form_domain_fault(const char *text);
const char *form_domain_or_empty_fault(const char *text);
/* An http or https URL, or empty. */
const char *form_url_fault(const char *text);
/* Lower-case letters, digits and '-', not at the ends: it becomes part of URLs and log lines. */
const char *form_name_fault(const char *text);
/* The same, or empty. */
const char *form_name_or_empty_fault(const char *text);
/* A vendor's word for a product or brand: small letters, digits, '_', '-' and '.'; or empty. */
const char *form_vendor_word_fault(const char *text);
/* The id of an API key: letters and digits; or empty. */
const char *form_access_key_fault(const char *text);
/* Digits, or empty: a number that a vendor gave. */
const char *form_digits_fault(const char *text);
/* How long certificates may live, by date (preferences_parse_caps). */
const char *form_validity_caps_fault(const char *text);
/* LOCAL@DOMAIN of letters, digits and ".!#$%&'*+-/=?^_`{|}~", or empty. */
const char *form_mail_address_fault(const char *text);
/* smtp://HOST or smtps://HOST, with :PORT or without, or empty; the same of imap. */
const char *form_smtp_fault(const char *text);
const char *form_imap_fault(const char *text);
/* The name of a folder of mail: letters, digits, '.', '-', '_' and '/'. */
const char *form_folder_fault(const char *text);
/* Not empty. */
const char *form_path_fault(const char *text);

/* The host of an origin that form_origin_fault accepts, without port and brackets; on `mem`. */
char *form_origin_host(void *mem, const char *origin);

/* A count, a slash and a duration: so many in that time; or "off". */
bool form_parse_rate(const char *text, struct gcra_rate *out);

#endif
