/* decision_json - see decision_json.h. */
#include "policy/decision_json.h"

#include <string.h>

#include "base/mem.h"
#include "policy/reader.h"

static enum err_code read_losses(struct reader *r, const struct json *at, struct effects *out)
{
    struct json list, element;
    struct loss *losses;

    if (reader_list(r, at, "revokes", SIZE_MAX, &list) != ERR_OK)
        return r->e->code;
    out->revokes_len = json_len(&list);
    out->revokes = losses = mem_new_array(r->mem, struct loss, out->revokes_len + 1);
    for (size_t i = 0; i < out->revokes_len; i++) {
        json_element(&list, i, &element);
        if (json_read_string(
                &element, "certificate", JSON_REQUIRED, &losses[i].certificate, r->e) != ERR_OK ||
            reader_text(r, &element, "holder", &losses[i].holder) != ERR_OK ||
            reader_time(r, &element, "at", &losses[i].at_s) != ERR_OK)
            return r->e->code;
    }
    return ERR_OK;
}

static enum err_code read_effects(struct reader *r, const struct json *at, struct effects *out)
{
    struct json effects;
    int cost = 0, proof = 0, approval = 0;

    if (json_read_object(at, "effects", JSON_REQUIRED, &effects, r->e) != ERR_OK ||
        reader_word(r, &effects, "cost", cost_words, &cost) != ERR_OK ||
        reader_word(r, &effects, "domain_validation", proof_words, &proof) != ERR_OK ||
        reader_word(r, &effects, "approval", approval_words, &approval) != ERR_OK ||
        reader_time(r, &effects, "not_after", &out->not_after_s) != ERR_OK ||
        reader_text(r, &effects, "common_name", &out->common_name) != ERR_OK ||
        reader_text(r, &effects, "key_known_to", &out->key_known_to) != ERR_OK ||
        json_read_bool(&effects, "truncated", JSON_OPTIONAL, &out->truncated, r->e) != ERR_OK ||
        read_losses(r, &effects, out) != ERR_OK)
        return r->e->code;
    out->cost = (enum cost)cost;
    out->domain_validation = (enum proof)proof;
    out->approval = (enum approval)approval;
    return ERR_OK;
}

static enum err_code read_problem(struct reader *r, const struct json *at, struct decision *out)
{
    struct json problem;

    if (json_read_object(at, "problem", JSON_OPTIONAL, &problem, r->e) != ERR_OK ||
        json_absent(&problem))
        return r->e->code;
    if (json_read_string(&problem, "type", JSON_REQUIRED, &out->problem, r->e) != ERR_OK)
        return r->e->code;
    return json_read_string(&problem, "detail", JSON_REQUIRED, &out->detail, r->e);
}

static enum err_code read_step(struct reader *r, const struct json *at, struct step *out)
{
    int answer = 0;

    if (reader_text(r, at, "order", &out->order) != ERR_OK ||
        json_read_string(at, "rule", JSON_REQUIRED, &out->rule, r->e) != ERR_OK ||
        reader_word(r, at, "result", answer_words, &answer) != ERR_OK ||
        json_read_string(at, "because", JSON_REQUIRED, &out->because, r->e) != ERR_OK)
        return r->e->code;
    out->answer = (enum answer)answer;
    return ERR_OK;
}

static enum err_code read_trace(struct reader *r, const struct json *at, struct decision *out)
{
    struct json list, element;

    if (reader_list(r, at, "trace", TRACE_MAX, &list) != ERR_OK)
        return r->e->code;
    out->trace_len = json_len(&list);
    out->trace = mem_new_array(r->mem, struct step, out->trace_len + 1);
    for (size_t i = 0; i < out->trace_len; i++) {
        json_element(&list, i, &element);
        if (read_step(r, &element, &out->trace[i]) != ERR_OK)
            return r->e->code;
    }
    return ERR_OK;
}

static void find_deciding_step(struct decision *d)
{
    d->because = "";
    for (size_t i = d->trace_len; i > 0; i--) {
        const struct step *step = &d->trace[i - 1];

        if (step->answer == ANSWER_SILENT || strcmp(step->rule, d->rule) != 0)
            continue;
        d->about = step->order;
        d->because = step->because;
        return;
    }
}

enum err_code decision_json_read(
    void *mem, const struct json *at, struct decision *out, struct err *e)
{
    struct reader r = {.mem = mem, .e = e};
    int outcome = OUTCOME_DENY;

    *out = (struct decision){.trace_len = 0};
    if (reader_word(&r, at, "outcome", outcome_words, &outcome) != ERR_OK ||
        reader_text(&r, at, "target", &out->target) != ERR_OK ||
        reader_text(&r, at, "certificate", &out->certificate) != ERR_OK ||
        json_read_string(at, "rule", JSON_REQUIRED, &out->rule, e) != ERR_OK ||
        reader_time(&r, at, "retry_at", &out->retry_at_s) != ERR_OK ||
        read_effects(&r, at, &out->effects) != ERR_OK || read_problem(&r, at, out) != ERR_OK ||
        read_trace(&r, at, out) != ERR_OK)
        return e->code;
    out->outcome = (enum outcome)outcome;
    find_deciding_step(out);
    return ERR_OK;
}
