/* ca - the simulated vendor's certificate authority: a root, an intermediate, and leafs, all real.
 *
 * Its keys and what it issued stand in the state. A leaf is signed when its certificate is first
 * asked for, so that an inventory of 100,000 orders is made quickly.
 */
#ifndef COUNTERSIGN_VENDORSIM_CA_H
#define COUNTERSIGN_VENDORSIM_CA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "tests/vendorsim/state.h"

struct ca;

/* Takes the CA out of the state, or makes one: EC P-256, valid from 2020 to 2050. On `mem`. NULL
 * and ERR_INPUT. */
struct ca *ca_open(void *mem, struct state *state, const char *root_name,
    const char *intermediate_name, struct err *e);

const char *ca_root_pem(const struct ca *ca);
const char *ca_intermediate_pem(const struct ca *ca);
const char *ca_intermediate_name(const struct ca *ca);

/* A certificate that is to be. */
struct ca_leaf {
    struct bytes spki;        /* DER: its public key */
    const char *common_name;  /* NULL: none */
    const char *const *names; /* for subjectAltName: DNS names, IP addresses, or addresses
                                 of mail alone; ends with NULL */
    int64_t not_before_s, not_after_s;
};

/* Upper-case hexadecimal of 20 octets. */
#define CA_SERIAL_SIZE 41

/* Issues: the serial number is what the certificate is known by from then on. ERR_INPUT: no names,
 * or one that a certificate cannot carry. */
enum err_code ca_issue(
    struct ca *ca, const struct ca_leaf *leaf, char serial[CA_SERIAL_SIZE], struct err *e);

/* The octets of a PEM, one-line PEM or bare base64 CSR, on `mem`; nothing in them is looked at.
 * False: there are none. */
bool ca_csr_der(void *mem, const char *text, struct bytes *der);

/* The public key of a PEM, one-line PEM or bare base64 CSR, on `mem`, and whether the CSR signs
 * itself. ERR_INPUT: cannot be parsed, or its signature does not verify. *key_ok: is the key one
 * that a public CA takes (RSA from 2048 bits, P-256, P-384)? */
enum err_code ca_read_csr(
    void *mem, const char *text, struct bytes *spki, bool *key_ok, struct err *e);

/* What a fault has the vendor get wrong in a certificate that it hands out. */
enum ca_spoil {
    CA_RIGHT,
    CA_WRONG_KEY,    /* a certificate of the same names for another key */
    CA_MISSING_NAME, /* the last name is left out (of one name: another stands there) */
    CA_BAD_CHAIN     /* an intermediate of the same name that did not sign the leaf */
};

/* A certificate with those above it, PEM, each ending with a line break, on `mem`. ERR_NOT_FOUND:
 * no such serial. The spoilt ones are made anew each time and are not kept. */
struct ca_chain {
    char *leaf, *intermediate, *root;
};
enum err_code ca_chain(void *mem, struct ca *ca, const char *serial, enum ca_spoil spoil,
    struct ca_chain *out, struct err *e);

/* The public key of a certificate that was issued, DER on `mem`; empty: no such serial. */
struct bytes ca_spki(void *mem, struct ca *ca, const char *serial);

/* Ids are also good for looking up: SHA-1 of the certificate, upper-case hexadecimal, on `mem`;
 * signs it if that has not been done. NULL: no such serial. */
char *ca_thumbprint(void *mem, struct ca *ca, const char *serial);
/* The same of the first certificate of any PEM text; NULL: there is none. */
char *ca_pem_thumbprint(void *mem, const char *pem);

#endif
