/* tencent_validation - see tencent_validation.h. */
#include "tests/vendorsim/tencent_validation.h"

#include <string.h>

#include "base/mem.h"
#include "base/rand.h"
#include "tests/vendorsim/tencent_account.h"

#define FILE_FOLDER  "/.well-known/pki-validation/"
#define CNAME_TARGET "dcv.sim.invalid"

/* Making them. */

static void random_hex(char text[33])
{
    uint8_t octets[16];

    rand_bytes(octets, sizeof octets);
    hex_encode(octets, sizeof octets, text);
}

static json_t *record(const struct tencent *tc, void *mem, const char *name, bool is_cname)
{
    const char *zone = tc_primary_domain(tc, name);
    char a[33], b[33], c[33], *key, *value;
    size_t sub_len;

    random_hex(a);
    random_hex(b);
    random_hex(c);
    key = is_cname ? mem_printf(mem, "_%s.%s", a, name) : mem_printf(mem, "_dnsauth.%s", name);
    value = is_cname ? mem_printf(mem, "%s.%s.%s", b, c, CNAME_TARGET) : mem_strdup(mem, b);
    sub_len = strlen(key) - strlen(zone) - 1;
    return json_pack("{s:s,s:s,s:s,s:s,s:o,s:s,s:s}", "name", name, "type",
        is_cname ? "CNAME" : "TXT", "key", key, "value", value, "sub", json_stringn(key, sub_len),
        "host", zone, "path", "");
}

static json_t *file(void *mem, const char *name, bool is_random)
{
    char key[33], value[33];

    random_hex(key);
    random_hex(value);
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "name", name, "type", "FILE", "key",
        is_random ? mem_printf(mem, "%s.txt", key) : "fileauth.txt", "value", value, "sub", "",
        "host", name, "path", FILE_FOLDER);
}

static bool has_host(const json_t *validations, const char *name)
{
    for (size_t i = 0; i < json_array_size(validations); i++)
        if (row_is(json_array_get(validations, i), "name", name))
            return true;
    return false;
}

/* The name, and by file its other half: x and www.x (TC-DCV-2). */
static void add(const struct tencent *tc, void *mem, json_t *validations, const char *name,
    bool is_file, bool uses_cname)
{
    char *other = NULL;

    if (strncmp(name, "*.", 2) == 0)
        name += 2;
    if (is_file && strncmp(name, "www.", 4) == 0)
        other = mem_strdup(mem, name + 4);
    else if (is_file && strcmp(tc_primary_domain(tc, name), name) == 0)
        other = mem_printf(mem, "www.%s", name);
    if (!has_host(validations, name))
        json_array_append_new(
            validations, is_file ? file(mem, name, uses_cname) : record(tc, mem, name, uses_cname));
    if (other != NULL && !has_host(validations, other))
        json_array_append_new(validations, file(mem, other, uses_cname));
}

json_t *tc_validations_make(
    const struct tencent *tc, const json_t *names, const char *method, bool uses_cname)
{
    bool is_file = strcmp(method, "FILE") == 0;
    json_t *validations = json_array();
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < json_array_size(names); i++)
        add(tc, mem, validations, json_string_value(json_array_get(names, i)), is_file, uses_cname);
    mem_free(mem);
    return validations;
}

bool tc_validations_pass(const json_t *validations)
{
    for (size_t i = 0; i < json_array_size(validations); i++)
        if (row_int(json_array_get(validations, i), "passed_s") == 0)
            return false;
    return true;
}

void tc_validations_publish(json_t *validations, const char *name)
{
    for (size_t i = 0; i < json_array_size(validations); i++)
        if (name == NULL || row_is(json_array_get(validations, i), "name", name))
            row_set_bool(json_array_get(validations, i), "published", true);
}

bool tc_method_check(const struct tencent *tc, const char *account, const json_t *names,
    const char *method, struct tc_refusal *why)
{
    bool is_file = strcmp(method, "FILE") == 0, is_auto = strcmp(method, "DNS_AUTO") == 0;

    if (!is_file && !is_auto && strcmp(method, "DNS") != 0)
        return tc_refuse(why, "FailedOperation.InvalidParam",
            "The verification method is DNS_AUTO, DNS or FILE.");
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));

        if (is_file && strncmp(name, "*.", 2) == 0)
            return tc_refuse(why, "FailedOperation.InvalidParam",
                "The wildcard name %s cannot be validated by a file.", name);
        if (is_auto && !tc_account_hosts(tc, account, name))
            return tc_refuse(why, "FailedOperation.InvalidParam",
                "The zone of %s is not hosted at this account's DNS.", name);
    }
    return true;
}

/* Looking. */

struct looks {
    struct tencent *tc;
    char *certificate, *member;
    size_t waits; /* answers that are still to come */
    void (*on_done)(void *arg);
    void *arg;
};

struct look {
    struct looks *looks;
    char *key; /* of the validation that it is for; values are made anew, keys with them */
    char *value;
};

static json_t *find(const struct look *look)
{
    const struct looks *looks = look->looks;
    const json_t *list = json_object_get(
        state_get(looks->tc->state, TC_CERTIFICATE, looks->certificate), looks->member);

    for (size_t i = 0; i < json_array_size(list); i++)
        if (row_is(json_array_get(list, i), "key", look->key) &&
            row_is(json_array_get(list, i), "value", look->value))
            return json_array_get(list, i);
    return NULL;
}

/* DomainValidationResult.LocalCheck (7.5). */
static int local_check(const char *type, bool is_wrong)
{
    if (strcmp(type, "FILE") == 0)
        return is_wrong ? -5 : -4;
    if (strcmp(type, "CNAME") == 0)
        return is_wrong ? -7 : -6;
    return is_wrong ? -2 : -1;
}

static const char *reason(int local)
{
    static const char *const reasons[] = {"", "txt record not found", "txt record mismatch", "",
        "file not found", "file content mismatch", "cname record not found",
        "cname record mismatch"};

    return reasons[-local];
}

static void note(struct tencent *tc, json_t *validation, bool found, bool is_wrong)
{
    int local = found ? 1 : local_check(row_text(validation, "type"), is_wrong);

    row_set_int(validation, "local", local);
    row_set_text(validation, "reason", found ? "" : reason(local));
    if (found && row_int(validation, "passed_s") == 0)
        row_set_int(validation, "passed_s", tc_now(tc));
}

static void one_less(struct looks *looks)
{
    if (--looks->waits > 0)
        return;
    looks->on_done(looks->arg);
    mem_free(looks);
}

static void on_looked(void *arg, bool found, const char *why)
{
    struct look *look = arg;
    struct looks *looks = look->looks;
    json_t *validation = find(look);

    if (validation != NULL) {
        note(looks->tc, validation, found, dcv_was_wrong(why));
        state_touch(looks->tc->state, TC_CERTIFICATE, looks->certificate);
    }
    one_less(looks);
}

static void look_for(struct looks *looks, const json_t *validation)
{
    struct look *look = mem_new(looks, struct look);
    struct dcv *dcv = sim_dcv(looks->tc->sim);
    const char *key = row_text(validation, "key"), *value = row_text(validation, "value");

    look->looks = looks;
    look->key = mem_strdup(look, key);
    look->value = mem_strdup(look, value);
    looks->waits++;
    if (row_is(validation, "type", "FILE"))
        dcv_find_file(dcv, row_text(validation, "host"),
            mem_printf(look, "%s%s", row_text(validation, "path"), key), value, on_looked, look);
    else if (row_is(validation, "type", "CNAME"))
        dcv_find_cname(dcv, key, value, on_looked, look);
    else
        dcv_find_txt(dcv, key, value, on_looked, look);
}

static void on_nothing_to_look_for(void *arg)
{
    one_less(arg);
}

void tc_validations_take_published(
    struct tencent *tc, const json_t *certificate, const char *member)
{
    const json_t *list = json_object_get(certificate, member);

    for (size_t i = 0; i < json_array_size(list); i++)
        if (row_bool(json_array_get(list, i), "published"))
            note(tc, json_array_get(list, i), true, false);
    state_touch(tc->state, TC_CERTIFICATE, row_text(certificate, "id"));
}

void tc_validations_look(struct tencent *tc, const json_t *certificate, const char *member,
    void (*on_done)(void *arg), void *arg)
{
    const json_t *list = json_object_get(certificate, member);
    struct looks *looks = mem_new(tc, struct looks);

    *looks = (struct looks){tc, mem_strdup(looks, row_text(certificate, "id")),
        mem_strdup(looks, member), 0, on_done, arg};
    tc_validations_take_published(tc, certificate, member);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (row_int(json_array_get(list, i), "passed_s") == 0)
            look_for(looks, json_array_get(list, i));
    if (looks->waits == 0) {
        looks->waits = 1;
        loop_after(sim_loop(tc->sim), 0, on_nothing_to_look_for, looks);
    }
}
