/* general_name - names as certificates and CSRs carry them (GeneralName: RFC 5280, 4.2.1.6) as
 * identifiers.
 *
 * Pure. An allowlist: dNSName, iPAddress and rfc822Name; whatever else names something is refused,
 * so that nobody overlooks it. Details are the rest of a sentence that says where the name stands:
 * "in the CSR, ...".
 */
#ifndef COUNTERSIGN_ACME_GENERAL_NAME_H
#define COUNTERSIGN_ACME_GENERAL_NAME_H

#include "base/bytes.h"
#include "base/err.h"
#include "store/model.h"

#define GENERAL_NAMES_MAX 1000 /* in one list; orders allow fewer */

/* An address's octets, 4 or 16; a text such as a commonName, which names a host, an IP address or
 * an address of mail. On `mem`, normalised. ERR_INPUT. */
enum err_code general_name_of_octets(
    void *mem, struct bytes octets, struct identifier *out, struct err *e);
enum err_code general_name_of_text(
    void *mem, struct bytes text, struct identifier *out, struct err *e);

/* GeneralNames, the value of a subjectAltName: all its names, as they come, on `mem`. ERR_INPUT. */
enum err_code general_names_read(
    void *mem, struct bytes value, struct identifiers *out, struct err *e);

/* Adds one more. */
void general_names_add(void *mem, struct identifiers *names, struct identifier name);

/* Sorts them and lets each stand once. */
void general_names_settle(struct identifiers *names);

#endif
