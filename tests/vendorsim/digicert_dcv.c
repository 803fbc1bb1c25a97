/* digicert_dcv - see digicert_dcv.h. */
#include "tests/vendorsim/digicert_dcv.h"

#include <string.h>

#include "base/mem.h"
#include "base/rand.h"

static const char *const words[DCV_METHODS] = {
    "email", "dns-txt-token", "dns-cname-token", "http-token", "http-token-dynamic"};

const char *dcv_word(enum dcv_method method)
{
    return words[method];
}

enum dcv_method dcv_method_of(const char *word)
{
    enum dcv_method method = DCV_EMAIL;

    while (method < DCV_METHODS && (word == NULL || strcmp(word, words[method]) != 0))
        method++;
    return method;
}

void dcv_renew_value(struct digicert *dc, json_t *row)
{
    uint8_t octets[16];
    char text[2 * sizeof octets + 1];

    rand_bytes(octets, sizeof octets);
    hex_encode(octets, sizeof octets, text);
    row_set_text(row, "random_value", text);
    row_set_int(row, "random_until_s", digicert_now(dc) + sim_int(dc->sim, "token_days") * DAY_S);
}

void dcv_look_for(struct digicert *dc, enum dcv_method method, const char *name, const json_t *row,
    dcv_on_result on_result, void *arg)
{
    bool holds = row_int(row, "random_until_s") > digicert_now(dc);
    const char *value = holds ? row_text(row, "random_value") : "(expired)";
    char *text;

    switch (method) {
    case DCV_CNAME:
        text = mem_printf(NULL, "%s.%s", value, name);
        dcv_find_cname(sim_dcv(dc->sim), text, DCV_CNAME_TARGET, on_result, arg);
        mem_free(text);
        break;
    case DCV_HTTP:
        dcv_find_file(sim_dcv(dc->sim), name, DCV_FILE, value, on_result, arg);
        break;
    case DCV_HTTP_DYNAMIC:
        text = mem_printf(NULL, "/.well-known/pki-validation/%s.txt", value);
        dcv_find_file(sim_dcv(dc->sim), name, text, value, on_result, arg);
        mem_free(text);
        break;
    case DCV_TXT:
    case DCV_EMAIL:
    case DCV_METHODS:
        dcv_find_txt(sim_dcv(dc->sim), name, value, on_result, arg);
        break;
    }
}
