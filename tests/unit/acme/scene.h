/* scene - a question about an order, a lab that it is asked in, and what the policy sees and
 * decides there: for tests of what lies between the store and the policy. */
#ifndef COUNTERSIGN_TESTS_SCENE_H
#define COUNTERSIGN_TESTS_SCENE_H

#include "acme/order_facts.h"
#include "policy/policy.h"
#include "tests/unit/acme/lab.h"

#define DAY INT64_C(86400)

/* Keys as facts have them: the question's, and another. */
#define SCENE_KEY   "0101010101010101010101010101010101010101010101010101010101010101"
#define SCENE_OTHER "0202020202020202020202020202020202020202020202020202020202020202"

struct scene {
    struct lab lab;
    struct account account; /* of the tenant "web" */
    struct order_question question;
    struct facts facts;
    struct decision decision;
};

/* The account wants www.example.test, now, for SCENE_KEY. */
void scene_open(struct scene *scene, enum vendor vendor);
void scene_close(struct scene *scene);

/* Another account; one name, or several ("a.test b.test"), sorted. On the lab's memory. */
struct account scene_account(struct scene *scene, const char *tenant);
struct identifiers scene_names(struct scene *scene, const char *names);

/* The question's key is SCENE_OTHER from now on. */
void scene_other_key(struct scene *scene);

/* Reads the facts, and decides by them. */
enum err_code scene_read(struct scene *scene);
enum outcome scene_decide(struct scene *scene);

/* An order of the vendor's for www.example.test (OV, ten days old, a year long) with one
 * certificate, "c-<id>". */
struct vendor_order *scene_vendor_order(
    struct scene *scene, const char *id, const char *tenant, const char *holder, const char *spki);

/* A source tells of the order; what was said of it counts. */
void scene_learn(struct scene *scene, const struct vendor_order *order);

/* The order as the inventory has it. NULL: it has none of that id. */
const struct vendor_order *scene_known(struct scene *scene, const char *id);

#endif
