/* huawei_dcv - see huawei_dcv.h. */
#include "tests/vendorsim/huawei_dcv.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/rand.h"
#include "tests/vendorsim/huawei_certificate.h"
#include "tests/vendorsim/huawei_product.h"

#define FILE_PATH "/.well-known/pki-validation/whois.txt"
#define TARGET    "dcv.sim-ca.example"

static const char DUE_LOOK[] = "look";

/* Values. */

/* A day, a counter and random digits. On `mem`. */
static char *new_value(struct huawei *hw, void *mem)
{
    uint8_t octets[24];
    char random[2 * sizeof octets + 1], day[16];
    time_t now = (time_t)hw_now(hw);
    struct tm tm;

    rand_bytes(octets, sizeof octets);
    hex_encode(octets, sizeof octets, random);
    gmtime_r(&now, &tm);
    strftime(day, sizeof day, "%Y%m%d", &tm);
    return mem_printf(mem, "%s%07lld%s", day, (long long)state_next(hw->state, "proof", 1), random);
}

/* Where control of a name is shown: a wildcard at the name below it, www one level higher. */
static const char *shown_at(const struct huawei *hw, const char *name)
{
    if (strncmp(name, "*.", 2) == 0)
        return name + 2;
    if (strncmp(name, "www.", 4) == 0 && strchr(name + 4, '.') != NULL &&
        sim_bool(hw->sim, "www_at_parent"))
        return name + 4;
    return name;
}

static json_t *proof_for(struct huawei *hw, const char *name, const char *method)
{
    void *mem = mem_pool(NULL, 1024);
    char *value = new_value(hw, mem);
    json_t *proof = json_pack("{s:s,s:s}", "name", name, "type", method);

    if (strcmp(method, "FILE") == 0) {
        row_set_text(proof, "record_name", FILE_PATH);
    } else if (strcmp(method, "DNS") == 0) {
        row_set_text(proof, "record_name", mem_printf(mem, "_dnsauth.%s", shown_at(hw, name)));
        row_set_text(proof, "type", sim_bool(hw->sim, "dns_proof_cname") ? "CNAME" : "TXT");
        if (row_is(proof, "type", "CNAME"))
            value = mem_printf(mem, "%s." TARGET, value);
    }
    row_set_text(proof, "value", value);
    mem_free(mem);
    return proof;
}

/* Two names that are shown at one place have one CNAME there. */
static void share_value(const json_t *proofs, json_t *proof)
{
    const char *record_name = row_text(proof, "record_name");

    for (size_t i = 0; row_is(proof, "type", "CNAME") && i < json_array_size(proofs); i++)
        if (row_is(json_array_get(proofs, i), "record_name", record_name))
            row_set_text(proof, "value", row_text(json_array_get(proofs, i), "value"));
}

static void add_proof(struct huawei *hw, json_t *proofs, const char *name, const char *method)
{
    json_t *proof = proof_for(hw, name, method);

    share_value(proofs, proof);
    json_array_append_new(proofs, proof);
}

/* DNS automatic: the zone is the customer's at the same cloud (7.4, auto_dns_auth). */
static bool is_published_by_itself(
    const struct huawei *hw, const json_t *certificate, const json_t *form, const char *name)
{
    if (!row_bool(form, "auto_dns") || !hw_product_is_dv(certificate))
        return false;
    for (name = shown_at(hw, name); name != NULL; name = strchr(name, '.')) {
        name += *name == '.';
        if (sim_lists(hw->sim, "cloud_dns_zones", name))
            return true;
    }
    return false;
}

void hw_dcv_begin(struct huawei *hw, json_t *certificate, const json_t *form)
{
    const json_t *sans = json_object_get(form, "sans");
    const char *method = row_text(form, "method");
    json_t *proofs = json_array(), *proof;
    size_t index;

    add_proof(hw, proofs, row_text(form, "domain"), method);
    for (size_t i = 0; i < json_array_size(sans); i++)
        add_proof(hw, proofs, json_string_value(json_array_get(sans, i)), method);
    json_array_foreach(proofs, index,
        proof) if (sim_bool(hw->sim, "dcv_auto") ||
                   is_published_by_itself(hw, certificate, form, row_text(proof, "name")))
        row_set_int(proof, "shown_s", hw_now(hw));
    json_object_set_new(certificate, "proofs", proofs);
    row_set_int(certificate, "applied_s", hw_now(hw));
    row_set_int(certificate, "proofs_s", hw_now(hw) + sim_int(hw->sim, "proof_delay_s"));
    hw_touch(hw, CERTIFICATE, certificate);
    if (!hw_dcv_is_shown(certificate))
        sim_schedule(hw->sim, row_int(certificate, "proofs_s") + sim_int(hw->sim, "dcv_check_s"),
            DUE_LOOK, row_text(certificate, "id"));
}

void hw_dcv_end(struct huawei *hw, json_t *certificate)
{
    json_object_del(certificate, "proofs");
    sim_unschedule(hw->sim, DUE_LOOK, row_text(certificate, "id"));
    hw_touch(hw, CERTIFICATE, certificate);
}

bool hw_dcv_is_shown(const json_t *certificate)
{
    const json_t *proofs = json_object_get(certificate, "proofs");

    for (size_t i = 0; i < json_array_size(proofs); i++)
        if (row_int(json_array_get(proofs, i), "shown_s") == 0)
            return false;
    return proofs != NULL;
}

void hw_dcv_show(struct huawei *hw, json_t *certificate)
{
    json_t *proof;
    size_t index;

    json_array_foreach(json_object_get(certificate, "proofs"), index, proof)
        row_set_int(proof, "shown_s", hw_now(hw));
    hw_touch(hw, CERTIFICATE, certificate);
    hw_certificate_go_on(hw, certificate);
}

json_t *hw_dcv_json(const struct huawei *hw, const json_t *certificate)
{
    json_t *list = json_array(), *proof;
    size_t index;

    if (row_int(certificate, "proofs_s") > hw_now(hw))
        return list;
    json_array_foreach(json_object_get(certificate, "proofs"), index,
        proof) if (!row_is(proof, "type", "EMAIL")) json_array_append_new(list,
        json_pack("{s:s,s:s,s:s,s:s}", "record_name", row_text(proof, "record_name"), "record_type",
            row_text(proof, "type"), "record_value", row_text(proof, "value"), "domain",
            row_text(proof, "name")));
    return list;
}

/* Looks. */

struct look {
    struct huawei *hw;
    char *certificate, *value; /* of the proof, which no other has */
};

static void on_looked(void *arg, bool found, const char *why)
{
    struct look *look = arg;
    struct huawei *hw = look->hw;
    json_t *certificate = state_get(hw->state, CERTIFICATE, look->certificate), *proof;
    size_t index;

    (void)why;
    if (found && certificate != NULL) {
        json_array_foreach(json_object_get(certificate, "proofs"), index,
            proof) if (row_is(proof, "value", look->value))
            row_set_int(proof, "shown_s", hw_now(hw));
        hw_touch(hw, CERTIFICATE, certificate);
        hw_certificate_go_on(hw, certificate);
        sim_commit(hw->sim);
    }
    mem_free(look);
}

static void look_for(struct huawei *hw, const json_t *certificate, const json_t *proof)
{
    const char *name = row_text(proof, "record_name"), *value = row_text(proof, "value");
    struct look *look = mem_new(hw, struct look);

    look->hw = hw;
    look->certificate = mem_strdup(look, row_text(certificate, "id"));
    look->value = mem_strdup(look, value);
    if (row_is(proof, "type", "FILE"))
        dcv_find_file(sim_dcv(hw->sim), row_text(proof, "name"), name, value, on_looked, look);
    else if (row_is(proof, "type", "CNAME"))
        dcv_find_cname(sim_dcv(hw->sim), name, value, on_looked, look);
    else
        dcv_find_txt(sim_dcv(hw->sim), name, value, on_looked, look);
}

/* HW-DCV-4: it never gives up, and each wait is a fourth of what has passed. */
static void schedule_next(struct huawei *hw, const json_t *certificate)
{
    int64_t wait_s = (hw_now(hw) - row_int(certificate, "proofs_s")) / 4;

    if (wait_s < sim_int(hw->sim, "dcv_check_s"))
        wait_s = sim_int(hw->sim, "dcv_check_s");
    sim_schedule(
        hw->sim, hw_now(hw) + (wait_s > 0 ? wait_s : 1), DUE_LOOK, row_text(certificate, "id"));
}

bool hw_dcv_on_due(struct huawei *hw, const char *what, const char *id)
{
    const json_t *certificate = state_get(hw->state, CERTIFICATE, id), *proof;
    size_t index;

    if (strcmp(what, DUE_LOOK) != 0)
        return false;
    json_array_foreach(json_object_get(certificate, "proofs"), index,
        proof) if (row_int(proof, "shown_s") == 0 && !row_is(proof, "type", "EMAIL"))
        look_for(hw, certificate, proof);
    if (certificate != NULL && json_object_get(certificate, "proofs") != NULL)
        schedule_next(hw, certificate);
    return true;
}
