/* local_ca_files - see local_ca_files.h and local_ca.h. */
#include "policy/upstream/local_ca_files.h"

#include <string.h>

#include "base/cert_chain.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"

#define KEY_MAX    ((size_t)64 * 1024)
#define CHAIN_MAX  ((size_t)1024 * 1024)
#define YEAR_S     ((int64_t)365 * 86400 + 6 * 3600)
#define ROOT_S     (20 * YEAR_S)
#define ISSUING_S  (10 * YEAR_S)
#define BACKDATE_S 3600 /* for clients whose clocks are behind */

static bool is_supplied(const struct local_ca_options *options)
{
    return options->certificate_file != NULL && options->certificate_file[0] != '\0';
}

/* One of our two CAs: where its files are and what is in them (NULL: not there yet). */
struct authority {
    const char *key_file, *cert_file;
    char *key, *cert; /* PEM */
};

/* Our own CA while it is being made. */
struct making {
    void *mem;
    const struct local_ca_options *options;
    const char *folder; /* DIRECTORY/ca */
    struct authority root, issuing;
    struct err *e;
};

/* A file that is not there is no error: its text stays NULL. */
static enum err_code absent_is_fine(enum err_code code, struct err *e)
{
    if (code != ERR_NOT_FOUND)
        return code;
    *e = (struct err){0};
    return ERR_OK;
}

static enum err_code look(struct making *m, struct authority *authority, const char *name)
{
    enum err_code code;

    authority->key_file = mem_printf(m->mem, "%s/%s.key", m->folder, name);
    authority->cert_file = mem_printf(m->mem, "%s/%s.pem", m->folder, name);
    code = file_read_secret(m->mem, authority->key_file, KEY_MAX, &authority->key, m->e);
    if (absent_is_fine(code, m->e) != ERR_OK)
        return code;
    code = file_read(m->mem, authority->cert_file, CHAIN_MAX, &authority->cert, m->e);
    return absent_is_fine(code, m->e);
}

/* Says what is wrong with a file's content. */
static enum err_code blame(struct err *e, const char *file, const struct err *why)
{
    return err_set(e, why->code, "%s: %s", file, why->detail);
}

/* The authority's key, made if it is not there yet; NULL with an error. */
static struct key *key_of(struct making *m, struct authority *authority)
{
    struct err why = {0};
    struct key *key;

    if (authority->key == NULL) {
        key = key_generate(m->mem, m->options->key_type, m->options->rsa_bits);
        authority->key = key_to_pem(m->mem, key);
        return file_write(authority->key_file, authority->key, FILE_SECRET, m->e) == ERR_OK ? key
                                                                                            : NULL;
    }
    key = key_from_pem(m->mem, authority->key, &why);
    if (key == NULL)
        blame(m->e, authority->key_file, &why);
    return key;
}

/* Certifies the authority's key and writes the certificate. The random part of the name keeps the
 * CAs of several machines apart: clients that know two of one name take the wrong one. */
static enum err_code certify(struct making *m, struct authority *authority,
    struct cert_issuer *issuer, const char *role, int64_t life_s)
{
    struct key *key = key_of(m, authority);
    struct cert_ca_options ca = {.organization = "Countersign"};
    uint8_t random[4];
    char tag[2 * sizeof random + 1];
    int64_t now = clock_now_s();

    if (key == NULL)
        return m->e->code;
    rand_bytes(random, sizeof random);
    hex_encode(random, sizeof random, tag);
    ca.common_name = mem_printf(m->mem, "%.40s %s %s", m->options->name, role, tag);
    ca.not_before_s = now - BACKDATE_S;
    ca.not_after_s = now + life_s - 1;
    if (issuer != NULL && ca.not_after_s > cert_issuer_not_after(issuer))
        ca.not_after_s = cert_issuer_not_after(issuer);
    if (cert_make_ca(m->mem, issuer, key, &ca, &authority->cert, m->e) != ERR_OK)
        return m->e->code;
    if (file_write(authority->cert_file, authority->cert, FILE_PUBLIC, m->e) != ERR_OK)
        return m->e->code;
    log_info("ca_made", LOG_STR("name", ca.common_name), LOG_STR("file", authority->cert_file));
    return ERR_OK;
}

static enum err_code lost(struct making *m, const char *file)
{
    return err_set(m->e, ERR_NOT_FOUND,
        "%s is missing, and the CA in %s cannot go on without it: put it back, or move that folder "
        "away to begin with a new CA, which everybody would have to trust anew",
        file, m->folder);
}

static enum err_code make_root(struct making *m)
{
    if (m->root.cert != NULL)
        return ERR_OK;
    if (m->issuing.cert != NULL)
        return lost(m, m->root.cert_file);
    return certify(m, &m->root, NULL, "Root", ROOT_S);
}

static enum err_code make_issuing(struct making *m)
{
    struct cert_issuer *root;
    struct err why = {0};

    if (m->issuing.cert != NULL)
        return m->issuing.key != NULL ? ERR_OK : lost(m, m->issuing.key_file);
    if (m->root.key == NULL)
        return lost(m, m->root.key_file);
    root = cert_issuer_new(m->mem, m->root.cert, m->root.key, &why);
    if (root == NULL)
        return blame(m->e, m->root.cert_file, &why);
    return certify(m, &m->issuing, root, "Issuing", ISSUING_S);
}

static enum err_code check_certificate(const char *file, const char *pem, struct err *e)
{
    void *mem = mem_pool(NULL, 1024);
    struct err why = {0};
    struct bytes *ders;
    size_t len;
    bool good = cert_pem_read(mem, pem, &ders, &len, &why) == ERR_OK;

    mem_free(mem);
    return good ? ERR_OK : blame(e, file, &why);
}

/* ca.pem is the operator's copy: put right whenever it is not the root. */
static enum err_code publish_root(struct making *m)
{
    const char *path = mem_printf(m->mem, "%s/ca.pem", m->options->directory);
    char *now = NULL;
    enum err_code code;

    code = check_certificate(m->root.cert_file, m->root.cert, m->e);
    if (code != ERR_OK)
        return code;
    code = file_read(m->mem, path, CHAIN_MAX, &now, m->e);
    if (absent_is_fine(code, m->e) != ERR_OK)
        return code;
    if (now != NULL && strcmp(now, m->root.cert) == 0)
        return ERR_OK;
    return file_write(path, m->root.cert, FILE_PUBLIC, m->e);
}

static enum err_code make_all(struct making *m)
{
    if (look(m, &m->root, "root") != ERR_OK || look(m, &m->issuing, "issuing") != ERR_OK)
        return m->e->code;
    if (make_root(m) != ERR_OK || make_issuing(m) != ERR_OK)
        return m->e->code;
    return publish_root(m);
}

enum err_code local_ca_files_make(const struct local_ca_options *options, struct err *e)
{
    struct making m = {.options = options, .e = e};
    enum err_code code;
    int lock;

    if (is_supplied(options))
        return ERR_OK;
    m.mem = mem_pool(NULL, 65536);
    m.folder = mem_printf(m.mem, "%s/ca", options->directory);
    code = file_make_folder(options->directory, e);
    if (code == ERR_OK)
        code = file_make_folder(m.folder, e);
    if (code == ERR_OK)
        code = file_lock_folder(m.folder, &lock, e);
    if (code == ERR_OK) {
        code = make_all(&m);
        file_unlock(lock);
    }
    mem_free(m.mem);
    return code;
}

/* Loading. */

/* A key that cannot be read is blamed on its own file. */
static enum err_code check_key(const char *file, const char *key_pem, struct err *e)
{
    void *mem = mem_pool(NULL, 1024);
    struct err why = {0};
    bool good = key_from_pem(mem, key_pem, &why) != NULL;

    mem_free(mem);
    return good ? ERR_OK : blame(e, file, &why);
}

/* `file` is what any other fault is blamed on. */
static enum err_code load(void *mem, const char *file, const char *chain, const char *key,
    struct local_ca_loaded *out, struct err *e)
{
    struct err why = {0};
    struct bytes *ders;
    size_t len;

    out->issuer = cert_issuer_new(mem, chain, key, &why);
    if (out->issuer == NULL || cert_pem_read(mem, chain, &ders, &len, &why) != ERR_OK)
        return blame(e, file, &why);
    if (cert_chain_check_dates(ders, len, clock_now_s(), &why) != ERR_OK)
        return blame(e, file, &why);
    out->root_pem = cert_pem(mem, "CERTIFICATE", ders[len - 1]);
    return ERR_OK;
}

static enum err_code load_supplied(
    void *mem, const struct local_ca_options *options, struct local_ca_loaded *out, struct err *e)
{
    const char *files = mem_printf(mem, "%s with %s", options->certificate_file, options->key_file);
    char *chain, *key;

    if (file_read(mem, options->certificate_file, CHAIN_MAX, &chain, e) != ERR_OK ||
        file_read_secret(mem, options->key_file, KEY_MAX, &key, e) != ERR_OK)
        return e->code;
    if (check_key(options->key_file, key, e) != ERR_OK)
        return e->code;
    return load(mem, files, chain, key, out, e);
}

static enum err_code load_own(
    void *mem, const struct local_ca_options *options, struct local_ca_loaded *out, struct err *e)
{
    const char *key_file = mem_printf(mem, "%s/ca/issuing.key", options->directory);
    const char *folder = mem_printf(mem, "%s/ca", options->directory);
    char *root, *issuing, *key;

    if (file_read(mem, mem_printf(mem, "%s/root.pem", folder), CHAIN_MAX, &root, e) != ERR_OK ||
        file_read(mem, mem_printf(mem, "%s/issuing.pem", folder), CHAIN_MAX, &issuing, e) !=
            ERR_OK ||
        file_read_secret(mem, key_file, KEY_MAX, &key, e) != ERR_OK ||
        check_key(key_file, key, e) != ERR_OK ||
        check_certificate(mem_printf(mem, "%s/root.pem", folder), root, e) != ERR_OK)
        return e->code;
    return load(mem, mem_printf(mem, "%s/issuing.pem", folder),
        mem_printf(mem, "%s%s", issuing, root), key, out, e);
}

/* Alternate chains. */

struct alternates {
    const char **chains; /* PEM, those so far; room for all and a NULL */
    size_t len;
    const char *left_out;
};

/* A chain that is there twice would be offered twice, and nobody could want the second. */
static enum err_code check_new(const struct alternates *so_far, const struct cert_issuer *issuer,
    const char *file, const char *chain, struct err *e)
{
    if (strcmp(chain, cert_issuer_chain(issuer)) == 0)
        return err_set(
            e, ERR_INPUT, "%s: this is the chain that is sent anyway, no alternate to it", file);
    for (size_t i = 0; i < so_far->len; i++)
        if (strcmp(chain, so_far->chains[i]) == 0)
            return err_set(e, ERR_INPUT, "%s: another file has the same chain", file);
    return ERR_OK;
}

/* One that has had its time is left out: what is sent beside the CA's own chain is no reason not to
 * start. */
static enum err_code load_alternate(void *mem, const char *file, const struct cert_issuer *issuer,
    struct alternates *out, struct err *e)
{
    struct err why = {0};
    struct bytes *ders;
    char *pem, *chain;
    size_t len;

    if (file_read(mem, file, CHAIN_MAX, &pem, e) != ERR_OK)
        return e->code;
    if (cert_pem_read(mem, pem, &ders, &len, &why) != ERR_OK ||
        cert_chain_check_alternate(cert_issuer_der(issuer), ders, len, &why) != ERR_OK)
        return blame(e, file, &why);
    if (cert_chain_check_dates(ders, len, clock_now_s(), &why) != ERR_OK) {
        out->left_out = mem_printf(mem, "%s%s%s: %s", out->left_out == NULL ? "" : out->left_out,
            out->left_out == NULL ? "" : "; ", file, why.detail);
        return ERR_OK;
    }
    chain = cert_chain_pem(mem, ders, len);
    if (check_new(out, issuer, file, chain, e) != ERR_OK)
        return e->code;
    out->chains[out->len++] = chain;
    return ERR_OK;
}

static enum err_code load_alternates(
    void *mem, const struct local_ca_options *options, struct local_ca_loaded *out, struct err *e)
{
    size_t len = options->alternate_chain_files_len;
    struct alternates all = {.chains = mem_new_array(mem, const char *, len + 1)};

    for (size_t i = 0; i < len; i++)
        if (load_alternate(mem, options->alternate_chain_files[i], out->issuer, &all, e) != ERR_OK)
            return e->code;
    out->alternates = all.chains;
    out->left_out = all.left_out;
    return ERR_OK;
}

enum err_code local_ca_files_load(
    void *mem, const struct local_ca_options *options, struct local_ca_loaded *out, struct err *e)
{
    void *scratch = mem_pool(mem, 16384); /* keys are cleansed when this goes */
    enum err_code code;

    code = is_supplied(options) ? load_supplied(scratch, options, out, e)
                                : load_own(scratch, options, out, e);
    if (code == ERR_OK) {
        mem_move(mem, out->issuer);
        out->root_pem = mem_strdup(mem, out->root_pem);
        code = load_alternates(mem, options, out, e);
    }
    mem_free(scratch);
    return code;
}
