/* jose_vectors - the published examples of tests/vectors/jose.json, each with the document that it
 * stands in.
 *
 * A vector is an object with "source" and "jwk"; those of signatures have "alg", "protected",
 * "payload" and "signature", those of keys "thumbprint".
 */
#ifndef COUNTERSIGN_TESTS_JOSE_VECTORS_H
#define COUNTERSIGN_TESTS_JOSE_VECTORS_H

#include "base/json.h"

/* The array of all vectors, on `mem`; a file that cannot be read fails the test. */
struct json jose_vectors(void *mem);

#endif
