/* bench_ca - what the CA's own work costs: a CSR read and verified, a leaf signed and put into PEM,
 * an issued certificate held against its order.
 *
 *     bench_ca CSR.der...     microseconds of CPU, the best of five rounds, for each request
 *
 * The requests in tests/vectors/csr will do.
 */
#include <stdio.h>
#include <time.h>

#include "acme/csr.h"
#include "acme/issued.h"
#include "base/cert.h"
#include "base/clock.h"
#include "base/mem.h"

#define REPEATS 2000
#define ROUNDS  5

struct work {
    struct bytes csr;
    struct cert_issuer *issuer;
    struct cert_leaf leaf;
    struct bytes issued; /* such a leaf */
};

static bool read_request(void *mem, struct work *work)
{
    struct err e = {0};
    struct csr csr;

    return csr_read(mem, work->csr, &csr, &e) == ERR_OK;
}

static bool sign_leaf(void *mem, struct work *work)
{
    struct err e = {0};
    struct bytes der;

    cert_serial_new(work->leaf.serial);
    return cert_sign_leaf(mem, work->issuer, &work->leaf, &der, &e) == ERR_OK &&
           cert_pem(mem, "CERTIFICATE", der) != NULL;
}

static bool check_issued(void *mem, struct work *work)
{
    struct identifier name = {IDENTIFIER_DNS, work->leaf.names[0].value};
    struct identifiers names = {&name, 1};
    struct upstream_result result = {
        .issued = true, .leaf = work->issued, .chain = cert_issuer_chain(work->issuer)};
    struct issued issued;
    struct err e = {0};
    uint8_t hash[32];
    struct issued_wish wish = {.names = &names, .key_hash = {hash, sizeof hash}};

    sha256(work->leaf.spki, hash);
    return issued_check(mem, &wish, &result, work->leaf.not_after_s, &issued, &e) == ERR_OK;
}

static double cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double cost_us(bool (*run)(void *mem, struct work *work), struct work *work)
{
    double best = 0;

    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_us(), cost;

        for (int i = 0; i < REPEATS; i++) {
            void *mem = mem_pool(NULL, 16384);

            BUG_ON(!run(mem, work));
            mem_free(mem);
        }
        cost = (cpu_us() - start) / REPEATS;
        if (round == 0 || cost < best)
            best = cost;
    }
    return best;
}

static struct cert_issuer *make_issuer(void *mem, enum key_type type)
{
    struct key *key = key_generate(mem, type, 2048);
    struct cert_ca_options options = {"Bench", NULL, clock_now_s(), clock_now_s() + 86400};
    struct err e = {0};
    char *pem;

    BUG_ON(cert_make_ca(mem, NULL, key, &options, &pem, &e) != ERR_OK);
    return cert_issuer_new(mem, pem, key_to_pem(mem, key), &e);
}

int main(int argc, char **argv)
{
    static const enum key_type types[] = {KEY_P256, KEY_P384, KEY_RSA};
    static const struct cert_name name = {CERT_NAME_DNS, "www.example.org"};
    void *mem = mem_pool(NULL, 65536);
    struct work work = {.leaf = {.names = &name,
                            .names_len = 1,
                            .not_before_s = clock_now_s(),
                            .not_after_s = clock_now_s() + 3600}};
    static uint8_t data[65536];
    struct err e = {0};

    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "r");

        BUG_ON(file == NULL);
        work.csr = (struct bytes){data, fread(data, 1, sizeof data, file)};
        fclose(file);
        printf("%6.1f us  read and verify %s\n", cost_us(read_request, &work), argv[i]);
    }
    work.leaf.spki = key_spki(mem, key_generate(mem, KEY_P256, 0));
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        work.issuer = make_issuer(mem, types[i]);
        printf("%6.1f us  sign a leaf, PEM; CA key %s\n", cost_us(sign_leaf, &work),
            key_type_name(types[i]));
        BUG_ON(cert_sign_leaf(mem, work.issuer, &work.leaf, &work.issued, &e) != ERR_OK);
        printf("%6.1f us  hold an issued leaf against its order; CA key %s\n",
            cost_us(check_issued, &work), key_type_name(types[i]));
    }
    mem_free(mem);
    return 0;
}
