/* local_ca_files - the embedded CA's files: made once, completed after a crash, read by each
 * worker. */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_LOCAL_CA_FILES_H
#define COUNTERSIGN_POLICY_UPSTREAM_LOCAL_CA_FILES_H

#include "policy/upstream/local_ca.h"

/* What a worker signs with. */
struct local_ca_loaded {
    struct cert_issuer *issuer;
    const char *root_pem;
    const char *const *alternates; /* PEM chains, NULL-terminated */
    const char *left_out; /* the alternates that are not in their time, for people; or NULL */
};

/* Makes what is missing of our own CA. A supplied one is left alone. */
enum err_code local_ca_files_make(const struct local_ca_options *options, struct err *e);

/* Reads the CA and checks that it can issue now. On `mem`. */
enum err_code local_ca_files_load(
    void *mem, const struct local_ca_options *options, struct local_ca_loaded *out, struct err *e);

#endif
