/* key - public and private keys (OpenSSL EVP), without the slow roads.
 *
 * OpenSSL 3.0 decodes a SubjectPublicKeyInfo in 120 us; making the key from its numbers takes 20.
 * So public keys are made from parameters here, and SubjectPublicKeyInfo (SPKI) is handled as
 * bytes. A struct key may be used by one thread at a time, except where a function says otherwise.
 */
#ifndef COUNTERSIGN_BASE_KEY_H
#define COUNTERSIGN_BASE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

enum key_type { KEY_RSA, KEY_P256, KEY_P384, KEY_P521, KEY_ED25519 };

/* Signature schemes; the names are JOSE's (RFC 7518, 3.1; RFC 8037), the forms too: ECDSA is raw
 * r||s. */
enum key_scheme { KEY_RS256, KEY_PS256, KEY_ES256, KEY_ES384, KEY_ES512, KEY_EDDSA };

struct key;

#define KEY_RSA_MIN_BITS 2048
#define KEY_RSA_MAX_BITS 4096

/* Public keys from their numbers. EC points are x and y, each exactly the curve's size; the point
 * is checked to lie on the curve. RSA numbers are big-endian without leading zero octets: a modulus
 * of KEY_RSA_MIN_BITS to _MAX_BITS in multiples of 8, odd and without small factors; an odd
 * exponent from 65537 to 2^32 - 1. Ed25519 points of small order are refused. NULL and ERR_INPUT
 * with a detail if refused. On `mem`, freed with it. */
struct key *key_from_ec(
    void *mem, enum key_type curve, struct bytes x, struct bytes y, struct err *e);
struct key *key_from_rsa(void *mem, struct bytes n, struct bytes exponent, struct err *e);
struct key *key_from_ed25519(void *mem, struct bytes point, struct err *e);

/* A public key from a DER SubjectPublicKeyInfo: named curves P-256, P-384, P-521, RSA, Ed25519
 * only; strict DER, no trailing bytes. NULL and ERR_INPUT. */
struct key *key_from_spki(void *mem, struct bytes spki, struct err *e);

enum key_type key_type(const struct key *key);
int key_bits(const struct key *key);
const char *key_type_name(enum key_type type); /* "RSA", "EC P-256", ... */

/* Are the public keys the same? */
bool key_equal(const struct key *a, const struct key *b);

/* The DER SubjectPublicKeyInfo, on `mem`. Costs 30 to 60 us. */
struct bytes key_spki(void *mem, const struct key *key);

/* Verifies a JOSE-form signature over `data`. False: does not match, scheme does not fit the key,
 * or malformed (wrong length, r or s zero or not below the order). The verification context is kept
 * in the key between calls. */
bool key_verify(struct key *key, enum key_scheme scheme, struct bytes data, struct bytes signature);

/* Verifies an X.509-form signature (ECDSA as DER, RSA as PKCS#1 v1.5) made with the digest
 * NID_sha256, NID_sha384 or NID_sha512; false for all others. For Ed25519 the NID is ignored. */
bool key_verify_x509(struct key *key, int digest_nid, struct bytes data, struct bytes signature);

/* A new private key, on `mem`; rsa_bits is for KEY_RSA only. */
struct key *key_generate(void *mem, enum key_type type, int rsa_bits);

/* Reads a private key without a passphrase from PEM text: PKCS#8, PKCS#1 or SEC1. It must be of a
 * kind that a public key may be here, and its halves must belong together. NULL and ERR_INPUT. */
struct key *key_from_pem(void *mem, const char *pem, struct err *e);

/* PKCS#8 PEM, on `mem`, cleansed when freed. */
char *key_to_pem(void *mem, const struct key *key);

/* Signs in JOSE form with a private key of the scheme's type, on `mem`; for tests and for clients
 * of ours. */
struct bytes key_sign(void *mem, struct key *key, enum key_scheme scheme, struct bytes data);

/* The EVP_PKEY, borrowed, for base/cert and base/http_server. */
struct evp_pkey_st;
struct evp_pkey_st *key_evp(const struct key *key);

/* SHA-256 of `data`. Any thread. */
void sha256(struct bytes data, uint8_t out[32]);

#endif
