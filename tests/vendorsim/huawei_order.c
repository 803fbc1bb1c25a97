/* huawei_order - see huawei_order.h. */
#include "tests/vendorsim/huawei_order.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "tests/vendorsim/huawei_certificate.h"
#include "tests/vendorsim/huawei_product.h"

#define YEARS_MAX   3
#define COUNT_MAX   100
#define NAMES_MIN   2
#define NAMES_LIMIT 250

#define BAD "SCM.0005"

/* What is bought, from the body; what it lacks is 0 or NULL. */
struct purchase {
    const char *brand, *type, *domain_type, *primary_type;
    int64_t years, names, plain, wildcards, count;
    bool is_free;
};

static struct purchase purchase_of(const json_t *body)
{
    struct purchase what = {.brand = row_text(body, "cert_brand"),
        .type = row_text(body, "cert_type"),
        .domain_type = row_text(body, "domain_type"),
        .primary_type = row_text(body, "primary_domain_type"),
        .years = row_int(body, "effective_time"),
        .names = row_int(body, "domain_numbers"),
        .plain = row_int(body, "single_domain_number"),
        .wildcards = row_int(body, "wildcard_domain_number"),
        .count = row_int(body, "order_number")};
    json_t *as_row = json_pack("{s:s*,s:s*}", "brand", what.brand, "type", what.type);

    what.is_free = hw_product_is_free(as_row);
    json_decref(as_row);
    return what;
}

/* HW-BUY-2, -3. */
static bool names_are_right(const struct purchase *what, struct hw_refusal *why)
{
    bool takes_wildcards = what->type != NULL && strncmp(what->type, "OV_", 3) == 0;
    bool wildcard_primary;

    if (strcmp(what->domain_type, MULTI) != 0)
        return what->names == 1 || hw_refuse(why, BAD, "HW-BUY-2: domain_numbers must be 1");
    if (what->primary_type == NULL || (strcmp(what->primary_type, SINGLE) != 0 &&
                                          strcmp(what->primary_type, "WILDCARD_DOMAIN") != 0))
        return hw_refuse(why, BAD, "primary_domain_type is SINGLE_DOMAIN or WILDCARD_DOMAIN");
    wildcard_primary = strcmp(what->primary_type, SINGLE) != 0;
    if (what->plain < 0 || what->wildcards < 0 || what->names < NAMES_MIN ||
        what->names > NAMES_LIMIT || what->names != 1 + what->plain + what->wildcards)
        return hw_refuse(why, BAD,
            "HW-BUY-2: domain_numbers must be 1 + single_domain_number + wildcard_domain_number");
    if ((wildcard_primary || what->wildcards > 0) && !takes_wildcards)
        return hw_refuse(why, BAD, "HW-BUY-3: only OV takes wildcards among several names");
    return true;
}

int64_t hw_order_free_left(const struct huawei *hw, const json_t *account)
{
    json_t *all = state_all(hw->state, CERTIFICATE), *certificate;
    int64_t left = sim_int(hw->sim, "free_quota");
    const char *id;

    json_object_foreach(all, id, certificate) left -=
        hw_product_is_free(certificate) && row_is(certificate, "account", row_text(account, "id"));
    return left;
}

static bool purchase_is_right(const struct huawei *hw, const json_t *account, const json_t *body,
    const struct purchase *what, struct hw_refusal *why)
{
    if (!row_bool(body, "agree_privacy_protection"))
        return hw_refuse(why, BAD, "HW-BUY-1: agree_privacy_protection must be true");
    if (!hw_product_is_sold(what->brand, what->type, what->domain_type))
        return hw_refuse(why, BAD, "cert_brand, cert_type and domain_type: this is not sold");
    if (!json_is_integer(json_object_get(body, "effective_time")) ||
        what->years < (what->is_free ? 0 : 1) || what->years > (what->is_free ? 0 : YEARS_MAX))
        return hw_refuse(why, BAD, "effective_time is 1 to 3 years, and 0 of the free certificate");
    if (what->count < 1 || what->count > COUNT_MAX)
        return hw_refuse(why, BAD, "order_number is 1 to 100");
    if (!names_are_right(what, why))
        return false;
    if (what->is_free && what->count > hw_order_free_left(hw, account))
        return hw_refuse(why, "SCM.0011", "the quota is the setting free_quota");
    if (strcmp(sim_text(hw->sim, "account_state"), "restricted") == 0)
        return hw_refuse(why, "SCM.1009", "setting account_state");
    if (strcmp(sim_text(hw->sim, "account_state"), "frozen") == 0)
        return hw_refuse(why, "SCM.1010", "setting account_state");
    if (sim_bool(hw->sim, "billing_fails"))
        return hw_refuse(why, "SCM.0016", "setting billing_fails");
    return true;
}

/* "CS", minutes in China, and a number. */
static void new_id(struct huawei *hw, char *text, size_t size)
{
    time_t china = (time_t)(hw_now(hw) + 8 * 3600);
    char minutes[16];
    struct tm tm;

    gmtime_r(&china, &tm);
    strftime(minutes, sizeof minutes, "%Y%m%d%H%M", &tm);
    snprintf(
        text, size, "CS%s%05" PRIX64, minutes + 2, (uint64_t)state_next(hw->state, ORDER, 0xA0001));
}

static void add_certificate(
    struct huawei *hw, json_t *order, const json_t *body, const struct purchase *what)
{
    bool is_multi = strcmp(what->domain_type, MULTI) == 0;
    json_t *certificate = json_pack("{s:s,s:s,s:s,s:I,s:I,s:I}", "brand", what->brand, "type",
        what->type, "domain_type", what->domain_type, "years", (json_int_t)what->years,
        "domain_count", (json_int_t)what->names, "wildcard_count",
        (json_int_t)(is_multi ? what->wildcards : 0));

    if (is_multi)
        row_set_text(certificate, "primary_type", what->primary_type);
    row_set_text(certificate, "enterprise_project_id", row_text(body, "enterprise_project_id"));
    hw_certificate_add(hw, order, certificate);
}

json_t *hw_order_buy(
    struct huawei *hw, const json_t *account, const json_t *body, struct hw_refusal *why)
{
    struct purchase what = purchase_of(body);
    char id[32];
    json_t *order;

    if (!purchase_is_right(hw, account, body, &what, why))
        return NULL;
    new_id(hw, id, sizeof id);
    order = json_pack("{s:s,s:s,s:[],s:I,s:b}", "id", id, "account", row_text(account, "id"),
        "certificates", "created_s", (json_int_t)hw_now(hw), "is_free", what.is_free);
    order = state_put(hw->state, ORDER, id, order);
    for (int64_t i = 0; i < what.count; i++)
        add_certificate(hw, order, body, &what);
    if (row_bool(body, "is_auto_pay") || what.is_free)
        hw_order_pay(hw, order);
    return order;
}

void hw_order_pay(struct huawei *hw, json_t *order)
{
    const json_t *ids = json_object_get(order, "certificates");

    row_set_int(order, "paid_s", hw_now(hw));
    hw_touch(hw, ORDER, order);
    for (size_t i = 0; i < json_array_size(ids); i++)
        hw_certificate_paid(
            hw, state_get(hw->state, CERTIFICATE, json_string_value(json_array_get(ids, i))));
}
