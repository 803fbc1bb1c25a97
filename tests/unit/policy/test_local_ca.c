/* Tests of policy/upstream/local_ca: the CA's files after every kind of accident, and what it
 * signs, judged by OpenSSL. */
#include "tests/unit/test_main.h"

#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/der.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "policy/upstream/local_ca.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define DAY          INT64_C(86400)
#define MAX          ((size_t)65536)

/* In the order in which they are made. */
static const char *const files[] = {
    "ca/root.key", "ca/root.pem", "ca/issuing.key", "ca/issuing.pem", "ca.pem"};

/* A folder of its own, and options for a CA in it. */
struct place {
    void *mem;
    char parent[32];
    char *directory;
    struct local_ca_options options;
    struct err e;
};

static char *path_of(struct place *place, const char *file)
{
    return mem_printf(place->mem, "%s/%s", place->directory, file);
}

static void set_up(struct place *place)
{
    log_setup(LOG_WARNING, LOG_TEXT);
    *place = (struct place){.mem = mem_pool(NULL, 65536)};
    memcpy(place->parent, "test_local_ca.XXXXXX", sizeof "test_local_ca.XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(place->parent));
    place->directory = mem_printf(place->mem, "%s/data", place->parent);
    place->options = (struct local_ca_options){
        .name = "lab", .directory = place->directory, .key_type = KEY_P256};
}

static void remove_file(struct place *place, const char *file)
{
    unlink(path_of(place, file));
}

static void tear_down(struct place *place)
{
    for (size_t i = 0; i < COUNT(files); i++)
        remove_file(place, files[i]);
    rmdir(path_of(place, "ca"));
    rmdir(place->directory);
    CU_ASSERT_EQUAL(rmdir(place->parent), 0); /* nothing else was left behind */
    mem_free(place->mem);
}

static char *content(struct place *place, const char *file)
{
    char *text = NULL;
    struct err e = {0};

    return file_read(place->mem, path_of(place, file), MAX, &text, &e) == ERR_OK ? text : NULL;
}

static unsigned mode_of(struct place *place, const char *file)
{
    struct stat status;

    return stat(path_of(place, file), &status) == 0 ? (unsigned)status.st_mode & 0777 : 0;
}

static void put(struct place *place, const char *file, const char *text, enum file_kind kind)
{
    CU_ASSERT_FATAL(file_write(path_of(place, file), text, kind, &place->e) == ERR_OK);
}

static bool detail_names(const struct place *place, const char *words)
{
    bool found = strstr(place->e.detail, words) != NULL;

    if (!found)
        printf("\n    \"%s\" is not in: %s", words, place->e.detail);
    return found;
}

/* The files. */

static void the_first_start_makes_a_ca_and_the_second_keeps_it(void)
{
    struct place place;
    char *before[COUNT(files)];

    set_up(&place);
    CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_OK);
    CU_ASSERT_EQUAL(mode_of(&place, ""), 0700);
    CU_ASSERT_EQUAL(mode_of(&place, "ca"), 0700);
    CU_ASSERT_EQUAL(mode_of(&place, "ca/root.key"), 0600);
    CU_ASSERT_EQUAL(mode_of(&place, "ca/issuing.key"), 0600);
    for (size_t i = 0; i < COUNT(files); i++) {
        before[i] = content(&place, files[i]);
        CU_ASSERT_PTR_NOT_NULL_FATAL(before[i]);
    }
    CU_ASSERT_STRING_EQUAL(before[4], before[1]);
    CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_OK);
    for (size_t i = 0; i < COUNT(files); i++)
        CU_ASSERT_STRING_EQUAL(content(&place, files[i]), before[i]);
    tear_down(&place);
}

/* A crash after each file, and in the middle of the next one. */
static void what_a_crash_left_is_completed_and_kept(void)
{
    for (size_t made = 0; made < COUNT(files); made++) {
        struct place place;
        char *before[COUNT(files)];
        char *half;

        set_up(&place);
        CU_ASSERT_FATAL(local_ca_prepare(&place.options, &place.e) == ERR_OK);
        for (size_t i = 0; i < COUNT(files); i++) {
            before[i] = content(&place, files[i]);
            if (i >= made)
                remove_file(&place, files[i]);
        }
        half = mem_printf(place.mem, "%s.new", files[made]);
        put(&place, half, "-----BEGIN", FILE_PUBLIC);
        CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_OK);
        for (size_t i = 0; i < made; i++)
            CU_ASSERT_STRING_EQUAL(content(&place, files[i]), before[i]);
        CU_ASSERT_STRING_EQUAL(content(&place, "ca.pem"), content(&place, "ca/root.pem"));
        CU_ASSERT_PTR_NOT_NULL(local_ca_new(place.mem, NULL, &place.options, &place.e));
        CU_ASSERT_PTR_NULL(content(&place, half));
        tear_down(&place);
    }
}

static void a_root_key_that_was_taken_away_is_not_missed(void)
{
    struct place place;

    set_up(&place);
    CU_ASSERT_FATAL(local_ca_prepare(&place.options, &place.e) == ERR_OK);
    remove_file(&place, "ca/root.key");
    remove_file(&place, "ca.pem");
    CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_OK);
    CU_ASSERT_PTR_NULL(content(&place, "ca/root.key"));
    CU_ASSERT_STRING_EQUAL(content(&place, "ca.pem"), content(&place, "ca/root.pem"));
    tear_down(&place);
}

/* Nothing is made anew beside a CA that people trust; the missing file is named. */
static void pieces_that_were_lost_are_named(void)
{
    static const struct {
        const char *lost[3], *named;
    } rows[] = {
        {{"ca/issuing.key"}, "ca/issuing.key is missing"},
        {{"ca/root.pem"}, "ca/root.pem is missing"},
        {{"ca/root.key", "ca/issuing.pem"}, "ca/root.key is missing"},
        {{"ca/root.key", "ca/issuing.pem", "ca/issuing.key"}, "ca/root.key is missing"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct place place;
        char *root;

        set_up(&place);
        CU_ASSERT_FATAL(local_ca_prepare(&place.options, &place.e) == ERR_OK);
        root = content(&place, "ca.pem");
        for (size_t j = 0; j < COUNT(rows[i].lost) && rows[i].lost[j] != NULL; j++)
            remove_file(&place, rows[i].lost[j]);
        CU_ASSERT(local_ca_prepare(&place.options, &place.e) != ERR_OK);
        CU_ASSERT(detail_names(&place, rows[i].named));
        CU_ASSERT_STRING_EQUAL(content(&place, "ca.pem"), root);
        for (size_t j = 0; j < COUNT(rows[i].lost) && rows[i].lost[j] != NULL; j++)
            CU_ASSERT_PTR_NULL(content(&place, rows[i].lost[j]));
        tear_down(&place);
    }
}

static void keys_that_others_may_read_are_refused(void)
{
    static const char *const keys[] = {"ca/root.key", "ca/issuing.key"};
    struct place place;

    set_up(&place);
    CU_ASSERT_FATAL(local_ca_prepare(&place.options, &place.e) == ERR_OK);
    for (size_t i = 0; i < COUNT(keys); i++) {
        chmod(path_of(&place, keys[i]), 0640);
        CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_DENIED);
        CU_ASSERT(detail_names(&place, keys[i]));
        chmod(path_of(&place, keys[i]), 0600);
    }
    CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_OK);
    tear_down(&place);
}

static void files_that_do_not_fit_are_named(void)
{
    static const struct {
        const char *file, *removed, *named;
    } rows[] = {
        {"ca/issuing.key", NULL, "ca/issuing.pem"}, /* belongs to another certificate */
        {"ca/root.key", "ca/issuing.pem", "ca/root.pem"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct place place;
        char *other;

        set_up(&place);
        CU_ASSERT_FATAL(local_ca_prepare(&place.options, &place.e) == ERR_OK);
        other = key_to_pem(place.mem, key_generate(place.mem, KEY_P256, 0));
        put(&place, rows[i].file, other, FILE_SECRET);
        if (rows[i].removed != NULL)
            remove_file(&place, rows[i].removed);
        CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_INPUT);
        CU_ASSERT(detail_names(&place, rows[i].named));
        put(&place, rows[i].file, "rubbish", FILE_SECRET);
        CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_INPUT);
        tear_down(&place);
    }
}

static void a_folder_that_cannot_be_made_is_named(void)
{
    struct place place;

    set_up(&place);
    place.options.directory = mem_printf(place.mem, "%s/missing/data", place.parent);
    CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_STORE);
    CU_ASSERT(detail_names(&place, "missing/data"));
    tear_down(&place);
}

/* In a process of its own: prepares the CA and tells what root it found. */
static pid_t start_preparing(struct place *place, int out)
{
    pid_t pid = fork();

    if (pid == 0) {
        struct err e = {0};
        uint8_t hash[32] = {0};

        if (local_ca_prepare(&place->options, &e) == ERR_OK)
            sha256(bytes_of(content(place, "ca/root.pem")), hash);
        _exit(write(out, hash, sizeof hash) == sizeof hash ? 0 : 1);
    }
    return pid;
}

static void processes_that_start_together_make_one_ca(void)
{
    struct place place;
    uint8_t want[32], got[32];
    pid_t children[6];
    int ends[2], status;

    set_up(&place);
    CU_ASSERT_FATAL(pipe(ends) == 0);
    for (size_t i = 0; i < COUNT(children); i++)
        children[i] = start_preparing(&place, ends[1]);
    for (size_t i = 0; i < COUNT(children); i++)
        CU_ASSERT(waitpid(children[i], &status, 0) == children[i] && status == 0);
    sha256(bytes_of(content(&place, "ca.pem")), want);
    for (size_t i = 0; i < COUNT(children); i++) {
        CU_ASSERT(read(ends[0], got, sizeof got) == sizeof got);
        CU_ASSERT_EQUAL(memcmp(got, want, sizeof want), 0);
    }
    close(ends[0]);
    close(ends[1]);
    tear_down(&place);
}

/* A supplied CA. */

/* Writes chain and key of an issuing CA with these dates under a new root; both stand in the
 * place's folder. */
static void supply(struct place *place, int64_t root_end_s, int64_t issuing_end_s)
{
    int64_t now = clock_now_s();
    struct key *root_key = key_generate(place->mem, KEY_P384, 0),
               *key = key_generate(place->mem, KEY_P384, 0);
    struct cert_ca_options root = {"Our Root", "Us", now - 30 * DAY, root_end_s};
    struct cert_ca_options issuing = {"Our Issuing", "Us", now - 30 * DAY, issuing_end_s};
    struct cert_issuer *issuer;
    char *root_pem, *pem;

    CU_ASSERT_FATAL(
        cert_make_ca(place->mem, NULL, root_key, &root, &root_pem, &place->e) == ERR_OK);
    issuer = cert_issuer_new(place->mem, root_pem, key_to_pem(place->mem, root_key), &place->e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(issuer);
    CU_ASSERT_FATAL(cert_make_ca(place->mem, issuer, key, &issuing, &pem, &place->e) == ERR_OK);
    CU_ASSERT_FATAL(file_make_folder(place->directory, &place->e) == ERR_OK);
    CU_ASSERT_FATAL(file_make_folder(path_of(place, "ca"), &place->e) == ERR_OK);
    put(place, "ca/issuing.pem", mem_printf(place->mem, "%s%s", pem, root_pem), FILE_PUBLIC);
    put(place, "ca/issuing.key", key_to_pem(place->mem, key), FILE_SECRET);
    put(place, "ca/root.pem", root_pem, FILE_PUBLIC);
    place->options.certificate_file = path_of(place, "ca/issuing.pem");
    place->options.key_file = path_of(place, "ca/issuing.key");
}

static void a_supplied_ca_is_used_and_nothing_is_written(void)
{
    struct place place;
    struct upstream *upstream;

    set_up(&place);
    supply(&place, clock_now_s() + 100 * DAY, clock_now_s() + 50 * DAY);
    CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_OK);
    CU_ASSERT_PTR_NULL(content(&place, "ca.pem"));
    CU_ASSERT_PTR_NULL(content(&place, "ca/root.key"));
    upstream = local_ca_new(place.mem, NULL, &place.options, &place.e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(upstream);
    CU_ASSERT_STRING_EQUAL(local_ca_root_pem(upstream), content(&place, "ca/root.pem"));
    upstream->ops->free(upstream);
    tear_down(&place);
}

/* Alternate chains. */

/* A certificate for this key by a root of somebody else, with that root behind it, in a file. */
static void cross_sign(
    struct place *place, const char *file, const char *key_pem, const char *name, int64_t end_s)
{
    int64_t now = clock_now_s();
    struct key *root_key = key_generate(place->mem, KEY_P256, 0);
    struct cert_ca_options root = {"Their Root", "They", now - DAY, now + 1000 * DAY};
    struct cert_ca_options cross = {name, "Us", now - DAY, end_s};
    struct cert_issuer *issuer;
    char *root_pem, *pem;

    CU_ASSERT_FATAL(
        cert_make_ca(place->mem, NULL, root_key, &root, &root_pem, &place->e) == ERR_OK);
    issuer = cert_issuer_new(place->mem, root_pem, key_to_pem(place->mem, root_key), &place->e);
    CU_ASSERT_FATAL(cert_make_ca(place->mem, issuer, key_from_pem(place->mem, key_pem, &place->e),
                        &cross, &pem, &place->e) == ERR_OK);
    put(place, file, mem_printf(place->mem, "%s%s", pem, root_pem), FILE_PUBLIC);
}

/* A supplied CA with three cross-certificates, two of them in its options. */
static void set_up_crossed(struct place *place)
{
    static const char *files_of[3];
    int64_t now = clock_now_s();

    set_up(place);
    supply(place, now + 100 * DAY, now + 50 * DAY);
    for (int i = 0; i < 3; i++) {
        char *file = mem_printf(place->mem, "cross-%d.pem", i);

        files_of[i] = path_of(place, file);
        cross_sign(place, file, content(place, "ca/issuing.key"), "Our Issuing", now + 50 * DAY);
    }
    place->options.alternate_chain_files = files_of;
    place->options.alternate_chain_files_len = 2;
}

static void an_alternate_chain_that_is_none_is_refused_by_name(void)
{
    struct place place;
    char *good, *key;

    set_up_crossed(&place);
    CU_ASSERT_EQUAL(local_ca_prepare(&place.options, &place.e), ERR_OK);
    good = content(&place, "cross-1.pem");
    key = content(&place, "ca/issuing.key");

    cross_sign(&place, "cross-1.pem", key, "Another Name", clock_now_s() + DAY);
    CU_ASSERT_EQUAL(local_ca_prepare(&place.options, &place.e), ERR_INPUT);
    CU_ASSERT(detail_names(&place, "cross-1.pem: the first certificate is not for the issuing CA"));
    cross_sign(&place, "cross-1.pem", key_to_pem(place.mem, key_generate(place.mem, KEY_P384, 0)),
        "Our Issuing", clock_now_s() + DAY);
    CU_ASSERT_EQUAL(local_ca_prepare(&place.options, &place.e), ERR_INPUT);
    CU_ASSERT(detail_names(&place, "another key than the issuing CA's"));
    put(&place, "cross-1.pem", mem_printf(place.mem, "%s%s", good, good), FILE_PUBLIC);
    CU_ASSERT_EQUAL(local_ca_prepare(&place.options, &place.e), ERR_INPUT);
    CU_ASSERT(detail_names(&place, "was not issued by the one after it"));
    put(&place, "cross-1.pem", content(&place, "ca/issuing.pem"), FILE_PUBLIC);
    CU_ASSERT_EQUAL(local_ca_prepare(&place.options, &place.e), ERR_INPUT);
    CU_ASSERT(detail_names(&place, "cross-1.pem: this is the chain that is sent anyway"));
    put(&place, "cross-1.pem", content(&place, "cross-0.pem"), FILE_PUBLIC);
    CU_ASSERT_EQUAL(local_ca_prepare(&place.options, &place.e), ERR_INPUT);
    CU_ASSERT(detail_names(&place, "cross-1.pem: another file has the same chain"));
    put(&place, "cross-1.pem", "hello", FILE_PUBLIC);
    CU_ASSERT_EQUAL(local_ca_prepare(&place.options, &place.e), ERR_INPUT);
    CU_ASSERT(detail_names(&place, "cross-1.pem: there is no certificate"));
    remove_file(&place, "cross-1.pem");
    CU_ASSERT_NOT_EQUAL(local_ca_prepare(&place.options, &place.e), ERR_OK);
    CU_ASSERT(detail_names(&place, "cross-1.pem"));
    put(&place, "cross-1.pem", good, FILE_PUBLIC);
    CU_ASSERT_EQUAL(local_ca_prepare(&place.options, &place.e), ERR_OK);
    for (int i = 0; i < 3; i++)
        remove_file(&place, mem_printf(place.mem, "cross-%d.pem", i));
    tear_down(&place);
}

static void a_supplied_ca_that_cannot_issue_is_refused_by_name(void)
{
    int64_t now = clock_now_s();
    struct place place;
    char *chain, *key;

    set_up(&place);
    supply(&place, now + 100 * DAY, now - 1);
    CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_INPUT);
    CU_ASSERT(detail_names(&place, "ca/issuing.pem") &&
              detail_names(&place, "certificate 1 of the chain has expired"));
    supply(&place, now - 1, now + 50 * DAY);
    CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_INPUT);
    CU_ASSERT(detail_names(&place, "certificate 2 of the chain has expired"));

    supply(&place, now + 100 * DAY, now + 50 * DAY);
    chain = content(&place, "ca/issuing.pem");
    key = content(&place, "ca/issuing.key");
    put(&place, "ca/issuing.key", key_to_pem(place.mem, key_generate(place.mem, KEY_P256, 0)),
        FILE_SECRET);
    CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_INPUT);
    CU_ASSERT(detail_names(&place, "ca/issuing.pem") && detail_names(&place, "does not belong"));
    put(&place, "ca/issuing.key", key, FILE_PUBLIC);
    CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_DENIED);
    put(&place, "ca/issuing.key", key, FILE_SECRET);
    CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_OK);

    put(&place, "ca/issuing.pem", strstr(chain + 1, "-----BEGIN"), FILE_PUBLIC); /* the root only */
    CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_INPUT);
    remove_file(&place, "ca/issuing.pem");
    CU_ASSERT(local_ca_prepare(&place.options, &place.e) == ERR_NOT_FOUND);
    CU_ASSERT(detail_names(&place, "ca/issuing.pem"));
    tear_down(&place);
}

/* Signing. */

/* A CSR as far as the connector looks into it: it takes the key; acme/csr has checked the rest. */
static struct bytes csr_for(void *mem, const struct key *key)
{
    struct bytes spki = key_spki(mem, key);
    struct buf b;
    size_t whole, info;

    buf_init(&b, mem, 4096);
    whole = der_open(&b, DER_SEQUENCE);
    info = der_open(&b, DER_SEQUENCE);
    der_put_integer(&b, (struct bytes){NULL, 0});
    der_put(&b, DER_SEQUENCE, (struct bytes){NULL, 0});
    buf_add(&b, spki.data, spki.len);
    der_put(&b, DER_CONTEXT_CONSTRUCTED(0), (struct bytes){NULL, 0});
    der_close(&b, info);
    der_put(&b, DER_SEQUENCE, (struct bytes){(const uint8_t *)"\x06\x03\x2b\x65\x70", 5});
    der_put(&b, DER_BIT_STRING, (struct bytes){(const uint8_t *)"\0\1", 2});
    der_close(&b, whole);
    return buf_bytes(&b);
}

/* One order for a CA of its own, and what came of it. */
struct errand {
    struct place place;
    struct loop *loop;
    struct upstream *upstream;
    struct identifier names[2];
    struct identifiers identifiers;
    uint8_t reference[32];
    struct action action;
    struct upstream_request request;
    struct key *key;

    int results;
    struct upstream_result result; /* with copies of what it points to */
};

/* For the CA of the place, which is set up. */
static void start_errand(struct errand *errand)
{
    int64_t now = clock_now_s();

    errand->loop = loop_new();
    CU_ASSERT_FATAL(local_ca_prepare(&errand->place.options, &errand->place.e) == ERR_OK);
    errand->upstream =
        local_ca_new(errand->place.mem, errand->loop, &errand->place.options, &errand->place.e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(errand->upstream);
    CU_ASSERT_STRING_EQUAL(errand->upstream->ops->type, "local");
    CU_ASSERT_STRING_EQUAL(errand->upstream->name, "lab");
    errand->names[0] = (struct identifier){IDENTIFIER_DNS, "www.example.org"};
    errand->names[1] = (struct identifier){IDENTIFIER_IP, "192.0.2.1"};
    errand->identifiers = (struct identifiers){errand->names, 2};
    errand->action = (struct action){.not_before_s = now, .not_after_s = now + 90 * DAY - 1};
    errand->upstream->ops->new_reference(errand->reference, &errand->action.reference.len);
    errand->action.reference.data = errand->reference;
    errand->key = key_generate(errand->place.mem, KEY_P256, 0);
    errand->request = (struct upstream_request){&errand->action, &errand->identifiers,
        csr_for(errand->place.mem, errand->key), NULL, false};
}

static void set_up_errand(struct errand *errand, enum key_type ca_type)
{
    *errand = (struct errand){0};
    set_up(&errand->place);
    errand->place.options.key_type = ca_type;
    errand->place.options.rsa_bits = 2048;
    errand->place.options.crl_url = "http://ca.example/crl";
    start_errand(errand);
}

static void tear_down_errand(struct errand *errand)
{
    if (errand->upstream != NULL)
        errand->upstream->ops->free(errand->upstream);
    loop_free(errand->loop);
    tear_down(&errand->place);
}

static void on_result(void *arg, const struct upstream_result *result)
{
    struct errand *errand = arg;
    void *mem = errand->place.mem;

    errand->results++;
    errand->result = *result;
    errand->result.leaf = bytes_copy(mem, result->leaf);
    errand->result.chain = mem_strdup(mem, result->chain);
    errand->result.detail = mem_strdup(mem, result->detail);
}

static void on_rest(void *arg)
{
    struct errand *errand = arg;

    loop_stop(errand->loop);
}

/* Runs the loop until what is due now has been done. */
static void run(struct errand *errand)
{
    loop_after(errand->loop, 1, on_rest, errand);
    loop_run(errand->loop);
}

static struct upstream_call *submit(struct errand *errand)
{
    return errand->upstream->ops->submit(errand->upstream, &errand->request, on_result, errand);
}

static X509 *x509_of(struct bytes der)
{
    const unsigned char *at = der.data;

    return d2i_X509(NULL, &at, (long)der.len);
}

static X509 *x509_of_pem(void *mem, const char *pem)
{
    struct err e = {0};
    struct bytes *ders;
    size_t len;

    CU_ASSERT_FATAL(cert_pem_read(mem, pem, &ders, &len, &e) == ERR_OK);
    return x509_of(ders[0]);
}

/* Does a strict TLS client that trusts ca.pem alone accept this leaf with this chain? */
static bool client_accepts_under(struct errand *errand, const char *root_pem, X509 *leaf,
    const char *chain_pem, const char *host)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *chain = sk_X509_new_null();
    X509 *root = x509_of_pem(errand->place.mem, root_pem);
    X509_VERIFY_PARAM *param;
    bool accepted;

    sk_X509_push(chain, x509_of_pem(errand->place.mem, chain_pem));
    X509_STORE_add_cert(store, root);
    X509_STORE_CTX_init(ctx, store, leaf, chain);
    param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
    X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set1_host(param, host, 0);
    accepted = X509_verify_cert(ctx) == 1;
    sk_X509_pop_free(chain, X509_free);
    X509_free(root);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    return accepted;
}

static bool client_accepts(
    struct errand *errand, X509 *leaf, const char *chain_pem, const char *host)
{
    return client_accepts_under(errand, local_ca_root_pem(errand->upstream), leaf, chain_pem, host);
}

static void an_action_becomes_a_certificate_in_the_next_round(void)
{
    static const enum key_type types[] = {KEY_P256, KEY_P384, KEY_RSA};

    for (size_t i = 0; i < COUNT(types); i++) {
        struct errand errand;
        struct cert_info info;
        X509 *leaf;

        set_up_errand(&errand, types[i]);
        submit(&errand);
        CU_ASSERT_EQUAL(errand.results, 0);
        errand.names[0].value =
            "changed.after.submit"; /* nothing is borrowed longer than the call */
        run(&errand);
        CU_ASSERT_EQUAL(errand.results, 1);
        CU_ASSERT_FATAL(errand.result.result == ERR_OK && errand.result.issued);
        leaf = x509_of(errand.result.leaf);
        CU_ASSERT_PTR_NOT_NULL_FATAL(leaf);
        CU_ASSERT(client_accepts(&errand, leaf, errand.result.chain, "www.example.org"));
        CU_ASSERT_FALSE(client_accepts(&errand, leaf, errand.result.chain, "example.org"));
        CU_ASSERT_EQUAL(X509_check_ip_asc(leaf, "192.0.2.1", 0), 1);
        CU_ASSERT_FATAL(cert_read(errand.result.leaf, &info, &errand.place.e) == ERR_OK);
        CU_ASSERT(bytes_equal(info.serial, errand.action.reference));
        CU_ASSERT(bytes_equal(info.spki, key_spki(errand.place.mem, errand.key)));
        CU_ASSERT_EQUAL(info.not_before_s, errand.action.not_before_s);
        CU_ASSERT_EQUAL(info.not_after_s, errand.action.not_after_s);
        X509_free(leaf);
        tear_down_errand(&errand);
    }
}

static void the_same_action_again_gives_the_same_certificate(void)
{
    struct errand errand;
    struct bytes first;

    set_up_errand(&errand, KEY_RSA); /* which signs without a random number */
    submit(&errand);
    run(&errand);
    first = errand.result.leaf;
    submit(&errand);
    run(&errand);
    CU_ASSERT_EQUAL(errand.results, 2);
    CU_ASSERT(first.len > 0 && bytes_equal(first, errand.result.leaf));
    tear_down_errand(&errand);
}

static void a_cancelled_call_never_calls_back(void)
{
    struct errand errand;
    struct upstream_call *calls[3];

    set_up_errand(&errand, KEY_P256);
    for (size_t i = 0; i < COUNT(calls); i++)
        calls[i] = submit(&errand);
    errand.upstream->ops->cancel(calls[1]);
    errand.upstream->ops->cancel(calls[0]);
    run(&errand);
    CU_ASSERT_EQUAL(errand.results, 1);
    CU_ASSERT_EQUAL(errand.result.result, ERR_OK);
    tear_down_errand(&errand);
}

static void calls_under_way_end_cancelled_with_their_upstream(void)
{
    struct errand errand;

    set_up_errand(&errand, KEY_P256);
    submit(&errand);
    submit(&errand);
    errand.upstream->ops->free(errand.upstream);
    errand.upstream = NULL;
    CU_ASSERT_EQUAL(errand.results, 2);
    CU_ASSERT_EQUAL(errand.result.result, ERR_CANCELLED);
    CU_ASSERT_FALSE(errand.result.issued);
    run(&errand);
    CU_ASSERT_EQUAL(errand.results, 2);
    tear_down_errand(&errand);
}

/* Where one of the files has had its time, it is left out. */
static void alternate_chains_come_with_the_leaf(void)
{
    struct errand errand = {0};
    struct place *place = &errand.place;
    const char *const *alternates;
    char *their_root;
    X509 *leaf;

    set_up_crossed(place);
    cross_sign(
        place, "cross-2.pem", content(place, "ca/issuing.key"), "Our Issuing", clock_now_s() - 1);
    place->options.alternate_chain_files_len = 3;
    start_errand(&errand);
    submit(&errand);
    run(&errand);
    CU_ASSERT_FATAL(errand.result.result == ERR_OK);
    alternates = errand.result.alternates;
    CU_ASSERT_FATAL(alternates[0] != NULL && alternates[1] != NULL && alternates[2] == NULL);
    CU_ASSERT_PTR_NULL(strstr(alternates[0] + 1, "-----BEGIN")); /* the root is left out */
    their_root = strstr(content(place, "cross-0.pem") + 1, "-----BEGIN");
    leaf = x509_of(errand.result.leaf);
    CU_ASSERT(client_accepts(&errand, leaf, errand.result.chain, "www.example.org"));
    CU_ASSERT(client_accepts_under(&errand, their_root, leaf, alternates[0], "www.example.org"));
    CU_ASSERT_FALSE(
        client_accepts_under(&errand, their_root, leaf, alternates[1], "www.example.org"));
    CU_ASSERT_FALSE(
        client_accepts_under(&errand, their_root, leaf, errand.result.chain, "www.example.org"));
    X509_free(leaf);
    for (int i = 0; i < 3; i++)
        remove_file(place, mem_printf(place->mem, "cross-%d.pem", i));
    tear_down_errand(&errand);
}

static void no_leaf_outlives_the_ca(void)
{
    struct cert_info info;
    struct errand errand;

    set_up_errand(&errand, KEY_P256);
    errand.action.not_after_s = errand.action.not_before_s + 100 * 366 * DAY;
    submit(&errand);
    run(&errand);
    CU_ASSERT_EQUAL(errand.result.result, ERR_OK);
    CU_ASSERT_FATAL(cert_read(errand.result.leaf, &info, &errand.place.e) == ERR_OK);
    CU_ASSERT_EQUAL(info.not_after_s, local_ca_not_after(errand.upstream));
    errand.action.not_before_s = local_ca_not_after(errand.upstream) + 1;
    submit(&errand);
    run(&errand);
    CU_ASSERT_EQUAL(errand.result.result, ERR_UPSTREAM_REFUSED);
    tear_down_errand(&errand);
}

static void what_cannot_be_signed_is_refused_with_a_reason(void)
{
    struct errand errand;

    set_up_errand(&errand, KEY_P256);
    errand.request.csr.len--;
    submit(&errand);
    run(&errand);
    CU_ASSERT_EQUAL(errand.result.result, ERR_UPSTREAM_REFUSED);
    CU_ASSERT_FALSE(errand.result.issued);
    CU_ASSERT(strstr(errand.result.detail, "CSR") != NULL);
    errand.request.csr.len++;
    errand.identifiers.len = 0;
    submit(&errand);
    run(&errand);
    CU_ASSERT_EQUAL(errand.result.result, ERR_UPSTREAM_REFUSED);
    errand.identifiers.len = 1;
    errand.action.reference.len = 19;
    submit(&errand);
    run(&errand);
    CU_ASSERT_EQUAL(errand.result.result, ERR_UPSTREAM_REFUSED);
    CU_ASSERT_EQUAL(errand.results, 3);
    tear_down_errand(&errand);
}

static void crls_and_the_issuer_can_be_had(void)
{
    struct errand errand;
    struct cert_revoked revoked = {.reason = 1};
    struct bytes der;
    const unsigned char *at;
    X509_CRL *crl;
    X509 *issuer;

    set_up_errand(&errand, KEY_P256);
    revoked.serial = errand.action.reference;
    revoked.revoked_s = errand.action.not_before_s;
    CU_ASSERT_FATAL(
        errand.upstream->ops->sign_crl(errand.upstream, errand.place.mem, 1, revoked.revoked_s,
            revoked.revoked_s + DAY, &revoked, 1, &der, &errand.place.e) == ERR_OK);
    at = der.data;
    crl = d2i_X509_CRL(NULL, &at, (long)der.len);
    issuer = x509_of(local_ca_issuer_der(errand.upstream));
    CU_ASSERT_PTR_NOT_NULL_FATAL(crl);
    CU_ASSERT_PTR_NOT_NULL_FATAL(issuer);
    CU_ASSERT_EQUAL(X509_CRL_verify(crl, X509_get0_pubkey(issuer)), 1);
    CU_ASSERT_EQUAL(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl)), 1);
    X509_CRL_free(crl);
    X509_free(issuer);
    tear_down_errand(&errand);
}

static void our_own_listener_gets_a_certificate(void)
{
    static const struct cert_name names[] = {
        {CERT_NAME_DNS, "localhost"}, {CERT_NAME_IP, "127.0.0.1"}};
    struct errand errand;
    char *chain, *key_pem;
    struct key *key;
    X509 *leaf;

    set_up_errand(&errand, KEY_P256);
    CU_ASSERT_FATAL(local_ca_server_certificate(errand.place.mem, &errand.place.options, names,
                        COUNT(names), errand.action.not_before_s, errand.action.not_after_s, &chain,
                        &key_pem, &errand.place.e) == ERR_OK);
    leaf = x509_of_pem(errand.place.mem, chain);
    key = key_from_pem(errand.place.mem, key_pem, &errand.place.e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    CU_ASSERT_EQUAL(X509_check_private_key(leaf, key_evp(key)), 1);
    CU_ASSERT(client_accepts(&errand, leaf, strstr(chain + 1, "-----BEGIN"), "localhost"));
    X509_free(leaf);
    tear_down_errand(&errand);
}

static const struct test tests[] = {
    {"the first start makes a CA and the second keeps it",
        the_first_start_makes_a_ca_and_the_second_keeps_it},
    {"what a crash left is completed and kept", what_a_crash_left_is_completed_and_kept},
    {"a root key that was taken away is not missed", a_root_key_that_was_taken_away_is_not_missed},
    {"pieces that were lost are named", pieces_that_were_lost_are_named},
    {"keys that others may read are refused", keys_that_others_may_read_are_refused},
    {"files that do not fit are named", files_that_do_not_fit_are_named},
    {"a folder that cannot be made is named", a_folder_that_cannot_be_made_is_named},
    {"processes that start together make one CA", processes_that_start_together_make_one_ca},
    {"a supplied CA is used and nothing is written", a_supplied_ca_is_used_and_nothing_is_written},
    {"a supplied CA that cannot issue is refused by name",
        a_supplied_ca_that_cannot_issue_is_refused_by_name},
    {"an alternate chain that is none is refused by name",
        an_alternate_chain_that_is_none_is_refused_by_name},
    {"an action becomes a certificate in the next round",
        an_action_becomes_a_certificate_in_the_next_round},
    {"the same action again gives the same certificate",
        the_same_action_again_gives_the_same_certificate},
    {"a cancelled call never calls back", a_cancelled_call_never_calls_back},
    {"calls under way end cancelled with their upstream",
        calls_under_way_end_cancelled_with_their_upstream},
    {"alternate chains come with the leaf", alternate_chains_come_with_the_leaf},
    {"no leaf outlives the CA", no_leaf_outlives_the_ca},
    {"what cannot be signed is refused with a reason",
        what_cannot_be_signed_is_refused_with_a_reason},
    {"CRLs and the issuer can be had", crls_and_the_issuer_can_be_had},
    {"our own listener gets a certificate", our_own_listener_gets_a_certificate},
    {NULL, NULL},
};
extern const struct test_suite suite_local_ca;
const struct test_suite suite_local_ca = {"local_ca", tests};
