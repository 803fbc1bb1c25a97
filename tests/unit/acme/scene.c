/* scene - see scene.h. */
#include "tests/unit/acme/scene.h"

#include <string.h>

#include "base/mem.h"
#include "policy/names.h"
#include "store/inventory.h"
#include "tests/unit/test_main.h"

static const uint8_t keys[2][32] = {{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    {2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
        2}};

struct account scene_account(struct scene *s, const char *tenant)
{
    struct lab_account made = lab_account(&s->lab);

    lab_run_sql(&s->lab, mem_printf(s->lab.mem, "UPDATE account SET tenant = '%s' WHERE id = %lld",
                             tenant, (long long)made.id));
    return (struct account){.id = made.id, .status = ACCOUNT_VALID, .tenant = tenant};
}

struct identifiers scene_names(struct scene *s, const char *text)
{
    struct identifiers names = {mem_new_array(s->lab.mem, struct identifier, strlen(text)), 0};

    while (*text != '\0') {
        size_t len = strcspn(text, " ");

        names.list[names.len++] =
            (struct identifier){IDENTIFIER_DNS, mem_strndup(s->lab.mem, text, len)};
        text += len + (text[len] == ' ');
    }
    names_sort(&names);
    return names;
}

void scene_open(struct scene *s, enum vendor vendor)
{
    *s = (struct scene){0};
    lab_open(&s->lab);
    s->lab.profile.vendor = vendor;
    preferences_init(&s->lab.profile.preferences);
    preferences_complete(vendor, &s->lab.profile.preferences);
    s->account = scene_account(s, "web");
    s->question = (struct order_question){
        .account = &s->account,
        .names = scene_names(s, "www.example.test"),
        .key_hash = {keys[0], sizeof keys[0]},
        .spki = SCENE_KEY,
        .key_algorithm = "EC",
        .key_size = 256,
        .now_s = LAB_NOW_S,
    };
}

void scene_close(struct scene *s)
{
    lab_close(&s->lab);
}

void scene_other_key(struct scene *s)
{
    s->question.key_hash.data = keys[1];
    s->question.spki = SCENE_OTHER;
}

static enum err_code read_facts(struct store_tx *tx, void *arg, struct err *e)
{
    struct scene *s = arg;

    return order_facts_read(
        s->lab.mem, tx, &s->lab.settings, &s->lab.profile, &s->question, &s->facts, e);
}

enum err_code scene_read(struct scene *s)
{
    return lab_in_store(&s->lab, read_facts, s);
}

enum outcome scene_decide(struct scene *s)
{
    CU_ASSERT_EQUAL_FATAL(scene_read(s), ERR_OK);
    policy_decide(s->lab.mem, &s->facts, &s->decision);
    return s->decision.outcome;
}

struct vendor_order *scene_vendor_order(
    struct scene *s, const char *id, const char *tenant, const char *holder, const char *spki)
{
    struct vendor_order *order = mem_new(s->lab.mem, struct vendor_order);
    struct vendor_certificate *certificate = mem_new(s->lab.mem, struct vendor_certificate);

    *certificate = (struct vendor_certificate){
        .id = mem_printf(s->lab.mem, "c-%s", id),
        .spki = spki,
        .holder = holder,
        .not_before_s = LAB_NOW_S - 10 * DAY,
        .not_after_s = LAB_NOW_S + 180 * DAY,
        .said = SAID_ALL,
    };
    *order = (struct vendor_order){
        .id = id,
        .tenant = tenant,
        .level = LEVEL_OV,
        .standing = STANDING_ISSUED,
        .names = scene_names(s, "www.example.test"),
        .first_issued_s = LAB_NOW_S - 10 * DAY,
        .order_end_s = LAB_NOW_S + 300 * DAY,
        .certificates = certificate,
        .certificates_len = 1,
        .said = SAID_ALL,
    };
    return order;
}

/* An order to be told of, or to be looked for. */
struct telling {
    struct scene *scene;
    const struct vendor_order *order;
    const char *id;
    const struct vendor_order *found;
};

static enum err_code merge_order(struct store_tx *tx, void *arg, struct err *e)
{
    const struct telling *t = arg;
    const struct vendor_order *order = t->order;
    const char **domains = mem_new_array(t->scene->lab.mem, const char *, order->names.len + 1);
    enum merge_result result;
    int64_t inventory;

    for (size_t i = 0; i < order->names.len; i++)
        domains[i] = name_primary_domain(NULL, &order->names.list[i]);
    if (store_inventory_open(
            tx, "lab", vendor_words[t->scene->lab.profile.vendor], &inventory, e) != ERR_OK)
        return e->code;
    return store_inventory_merge(tx, inventory, order, domains, LAB_NOW_S, &result, e);
}

void scene_learn(struct scene *s, const struct vendor_order *order)
{
    struct telling t = {.scene = s, .order = order};

    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s->lab, merge_order, &t), ERR_OK);
}

static enum err_code find_order(struct store_tx *tx, void *arg, struct err *e)
{
    struct telling *t = arg;
    struct inventory_search search = {.order_id = t->id};
    struct vendor_order *list;
    int64_t inventory;
    size_t len;

    if (store_inventory_open(tx, "lab", NULL, &inventory, e) != ERR_OK ||
        store_inventory_find(tx, t->scene->lab.mem, inventory, &search, &list, &len, e) != ERR_OK)
        return e->code;
    t->found = len == 0 ? NULL : list;
    return ERR_OK;
}

const struct vendor_order *scene_known(struct scene *s, const char *id)
{
    struct telling t = {.scene = s, .id = id};

    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s->lab, find_order, &t), ERR_OK);
    return t.found;
}
