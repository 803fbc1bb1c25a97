/* local_ca - the embedded certificate authority as a connector: root and issuing CA on this
 * machine's disk.
 *
 *   DIRECTORY/ca.pem            the root certificate, for whoever is to trust it
 *   DIRECTORY/ca/root.key       may be taken away once issuing.pem is there
 *   DIRECTORY/ca/root.pem
 *   DIRECTORY/ca/issuing.key
 *   DIRECTORY/ca/issuing.pem
 *
 * local_ca_prepare makes or completes these files, once, before there are threads: each file
 * appears whole or not at all, in the order above but ca.pem, which is last; so what a crash left
 * is continued from where it stands. Without a root key nothing can be made, and that is said. A CA
 * can be supplied instead: then nothing is written.
 *
 * Each worker has its own struct upstream (local_ca_new). Signing is done when submit is called;
 * the result is delivered in the next round of the loop. The serial is the action's reference, so
 * that a step that runs again after a crash signs the same certificate (with another signature); it
 * is never two certificates in anybody's hands, since only a stored one is handed out.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_LOCAL_CA_H
#define COUNTERSIGN_POLICY_UPSTREAM_LOCAL_CA_H

#include "base/bytes.h"
#include "base/cert.h"
#include "base/err.h"
#include "base/key.h"
#include "base/loop.h"
#include "policy/upstream/upstream.h"

/* The verbs, for who must choose a reference where there is no struct upstream. */
extern const struct upstream_ops local_ca_ops;

struct local_ca_options {
    const char *name; /* the upstream's; stands in the certificates' names too */
    const char *directory;
    enum key_type key_type; /* of keys that are made: KEY_P256, KEY_P384, KEY_RSA */
    int rsa_bits;
    const char
        *certificate_file; /* a supplied CA: its certificate and chain; NULL or "" for our own */
    const char *key_file;  /* its key; given exactly if certificate_file is */
    /* PEM files with other chains for the leafs (RFC 8555, 7.4.2): each begins with a certificate
     * for the issuing CA's name and key by another authority. Refused if it does not; left out,
     * with a warning, if it is not in its time. */
    const char *const *alternate_chain_files;
    size_t alternate_chain_files_len;
    bool approval;       /* nothing is signed before an operator has approved it (action->said) */
    const char *crl_url; /* for the leafs; or NULL */
    const char *issuer_url; /* for the leafs (AIA); or NULL */
};

/* Makes, completes or checks the CA. Errors are for the operator and name the file: missing or
 * mismatched pieces, expired or no CA certificate, a key that others may read, a disk that refuses.
 * Several processes may call it at once. */
enum err_code local_ca_prepare(const struct local_ca_options *options, struct err *e);

/* The connector for one thread: on `mem`, freed by ops->free, or with `mem` once nothing is under
 * way. NULL with an error, as above. All of `options` is copied. `loop` may be NULL if nothing will
 * be submitted. */
struct upstream *local_ca_new(
    void *mem, struct loop *loop, const struct local_ca_options *options, struct err *e);

/* The root certificate (the last one of a supplied chain), PEM. These four want an upstream of
 * local_ca_new. */
const char *local_ca_root_pem(const struct upstream *upstream);

/* The issuing certificate, DER, as AIA's URL serves it. */
struct bytes local_ca_issuer_der(const struct upstream *upstream);

/* No leaf ends after this; submit shortens one that would. Whoever promises a notAfter asks here
 * first. */
int64_t local_ca_not_after(const struct upstream *upstream);

/* A certificate and a new P-256 key for our own HTTPS listener; the chain begins with the leaf. On
 * `mem`. */
enum err_code local_ca_server_certificate(void *mem, const struct local_ca_options *options,
    const struct cert_name *names, size_t names_len, int64_t not_before_s, int64_t not_after_s,
    char **chain_pem, char **key_pem, struct err *e);

#endif
