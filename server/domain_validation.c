/* domain_validation - see domain_validation.h. */
#include "server/domain_validation.h"

#include "base/file.h"
#include "base/mem.h"

static enum err_code read_key(
    void *mem, const struct config_upstream *upstream, const struct tsig_key **out, struct err *e)
{
    const char *file = upstream->domain_validation.key_file;
    struct tsig_key *key = NULL;
    struct err why = {0};
    void *scratch = mem_pool(NULL, 1024);
    char *text;

    if (file_read_secret(scratch, file, TSIG_FILE_MAX, &text, &why) != ERR_OK)
        err_set(
            e, why.code, "upstream %s, domain_validation.key_file: %s", upstream->name, why.detail);
    else if (tsig_key_read(mem, text, &key, &why) != ERR_OK)
        err_set(e, why.code, "upstream %s, domain_validation.key_file: %s %s", upstream->name, file,
            why.detail);
    mem_free(scratch); /* and with it the text, cleansed */
    *out = key;
    return e->code;
}

static const char *known(const char *text)
{
    return *text == '\0' ? NULL : text;
}

static enum err_code make(
    void *mem, const struct config_upstream *upstream, struct proof_method *out, struct err *e)
{
    *out = (struct proof_method){
        .upstream = upstream->name,
        .way = (enum proof_way)upstream->domain_validation.method,
        .timeout_ms = upstream->domain_validation.timeout_s * 1000,
        .zone = known(upstream->domain_validation.zone),
        .program = upstream->domain_validation.program,
        .ttl_s = (unsigned)upstream->domain_validation.ttl_s,
    };
    if (out->way != PROOF_WAY_RFC2136)
        return ERR_OK;
    if (!dns_server_parse(upstream->domain_validation.server, &out->server))
        return err_set(
            e, ERR_INPUT, "upstream %s, domain_validation.server is no address", upstream->name);
    return read_key(mem, upstream, &out->key, e);
}

enum err_code domain_validation_make(
    void *mem, const struct config *config, struct proof_methods *out, struct err *e)
{
    struct proof_method *list = mem_new_array(mem, struct proof_method, config->upstreams_len);

    *out = (struct proof_methods){list, config->upstreams_len};
    for (unsigned i = 0; i < config->upstreams_len; i++)
        if (make(mem, &config->upstreams[i], &list[i], e) != ERR_OK)
            return e->code;
    return ERR_OK;
}
