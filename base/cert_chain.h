/* cert_chain - does each certificate of a chain certify the one before it (RFC 5280, 6.1)?
 *
 * Held against each other are names, key identifiers, basicConstraints, keyUsage, the length of the
 * path, signatures and, apart from those, dates. Not looked at: revocation, policies and name
 * constraints. Pure.
 */
#ifndef COUNTERSIGN_BASE_CERT_CHAIN_H
#define COUNTERSIGN_BASE_CERT_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* ders[0] is what the chain is for, a leaf or a CA's certificate; each is followed by its issuer.
 * ERR_INPUT: the detail counts from 1. */
enum err_code cert_chain_check_links(const struct bytes *ders, size_t len, struct err *e);

/* ERR_INPUT if a certificate is not in its time. */
enum err_code cert_chain_check_dates(
    const struct bytes *ders, size_t len, int64_t now_s, struct err *e);

/* Can `ders` follow the leafs of a CA as well as the chain that begins with its certificate
 * `issuer_der`? The first is for the same name and key, by another authority (a cross-certificate).
 * ERR_INPUT. */
enum err_code cert_chain_check_alternate(
    struct bytes issuer_der, const struct bytes *ders, size_t len, struct err *e);

/* A root: what it certifies is itself. */
bool cert_chain_is_self_signed(struct bytes der);

/* What is sent of a chain (its certificates as PEM text, on `mem`): a root at its end is left out,
 * since who does not have it does not trust it, unless there is nothing else. */
char *cert_chain_pem(void *mem, const struct bytes *ders, size_t len);

#endif
