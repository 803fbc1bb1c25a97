/* fuzz_perspective_wire - any body is a request or an answer that keeps perspective_wire.h's
 * promises, or refused with a sentence; what was read is written and read again as the same. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "acme/perspective_wire.h"
#include "base/mem.h"

#define FINDINGS 2

static void expect_sentence(const struct err *e)
{
    BUG_ON(e->code == ERR_OK || e->detail[0] == '\0');
}

static void expect_printable(const char *text)
{
    for (; *text != '\0'; text++)
        BUG_ON(*text < ' ' || *text > '~');
}

static void try_validation(void *mem, struct bytes body)
{
    struct perspective_validation first, second;
    struct err e = {0};
    char *text;

    if (perspective_read_validation(mem, body, &first, &e) != ERR_OK) {
        expect_sentence(&e);
        return;
    }
    BUG_ON(first.validator == NULL || first.timeout_ms < 1);
    expect_printable(first.request.token);
    expect_printable(first.request.key_authorization);
    expect_printable(first.request.account_url);
    BUG_ON(strchr(first.request.token, '/') != NULL);
    text = perspective_write_validation(mem, &first);
    BUG_ON(perspective_read_validation(mem, bytes_of(text), &second, &e) != ERR_OK);
    BUG_ON(strcmp(text, perspective_write_validation(mem, &second)) != 0);
}

static void try_caa(void *mem, struct bytes body)
{
    struct perspective_caa first, second;
    struct err e = {0};
    char *text;

    if (perspective_read_caa(mem, body, &first, &e) != ERR_OK) {
        expect_sentence(&e);
        return;
    }
    BUG_ON(first.len < 1 || first.len > PERSPECTIVE_NAMES_MAX || first.timeout_ms < 1);
    text = perspective_write_caa(mem, &first);
    BUG_ON(perspective_read_caa(mem, bytes_of(text), &second, &e) != ERR_OK);
    BUG_ON(strcmp(text, perspective_write_caa(mem, &second)) != 0);
}

static void expect_view(const struct perspective_view *view)
{
    BUG_ON(!view->answered || view->agrees != (view->problem == PROBLEM_NONE));
    expect_printable(view->detail);
    expect_printable(view->address);
}

static void try_answers(void *mem, struct bytes body)
{
    struct perspective_view views[FINDINGS];
    struct err e = {0};

    if (perspective_read_result(mem, body, views, 1, &e) == ERR_OK)
        expect_view(&views[0]);
    else
        expect_sentence(&e);
    e = (struct err){0};
    if (perspective_read_findings(mem, body, views, FINDINGS, &e) != ERR_OK) {
        expect_sentence(&e);
        return;
    }
    for (size_t i = 0; i < FINDINGS; i++)
        expect_view(&views[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *mem = mem_pool(NULL, 16384);
    struct bytes body = {data, size};

    try_validation(mem, body);
    try_caa(mem, body);
    try_answers(mem, body);
    mem_free(mem);
    return 0;
}
