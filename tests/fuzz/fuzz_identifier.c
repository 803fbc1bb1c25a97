/* fuzz_identifier - any text is a name in lower case that stays as it is when read again, or
 * refused with printable words. */
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <strings.h>

#include "acme/identifier.h"
#include "acme/problem.h"
#include "base/mem.h"

static void check_accepted(void *mem, const struct identifier *name)
{
    static const struct identifier_rules rules = {.internal_names = true};
    struct identifier again;
    struct err e = {0};

    BUG_ON(strlen(name->value) > IDENTIFIER_DNS_MAX);
    BUG_ON(name->value[strspn(name->value, "abcdefghijklmnopqrstuvwxyz0123456789-.*")] != '\0');
    BUG_ON(strchr(name->value + 1, '*') != NULL);
    BUG_ON(identifier_read(mem, "dns", name->value, &rules, &again, &e) != ERR_OK);
    BUG_ON(strcmp(again.value, name->value) != 0);
}

/* An address that is accepted is the text that the system would write. */
static void check_address(void *mem, const char *value)
{
    static const struct identifier_rules rules = {.internal_names = false};
    struct identifier name;
    struct address address;
    char text[ADDRESS_TEXT_SIZE];
    struct err e = {0};

    if (identifier_read(mem, "ip", value, &rules, &name, &e) != ERR_OK)
        return;
    BUG_ON(!address_parse(name.value, &address));
    address_format(&address, text);
    BUG_ON(strcmp(text, value) != 0 || strcmp(text, name.value) != 0);
}

/* An address of mail that is accepted is what it was but for its domain's case, and stays so. */
static void check_mail(void *mem, const char *value)
{
    static const struct identifier_rules rules = {.mail = true};
    struct identifier name, again;
    struct err e = {0};

    if (identifier_read(mem, "email", value, &rules, &name, &e) != ERR_OK)
        return;
    BUG_ON(strcasecmp(value, name.value) != 0 || strlen(value) > IDENTIFIER_MAIL_MAX);
    BUG_ON(strpbrk(value, " <>()[],;:\\\"*\r\n\t") != NULL);
    BUG_ON(identifier_read(mem, "email", name.value, &rules, &again, &e) != ERR_OK);
    BUG_ON(strcmp(again.value, name.value) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct identifier_rules rules[] = {
        {.internal_names = false}, {.internal_names = true}};
    void *mem = mem_pool(NULL, 16384);
    struct identifier name;
    const char *form;

    for (size_t i = 0; i < 2; i++) {
        struct err e = {0};

        if (identifier_read(mem, "dns", mem_strndup(mem, (const char *)data, size), &rules[i],
                &name, &e) == ERR_OK) {
            check_accepted(mem, &name);
            continue;
        }
        BUG_ON(
            problem_of(&e) != PROBLEM_MALFORMED && problem_of(&e) != PROBLEM_REJECTED_IDENTIFIER);
        for (const char *c = e.detail; *c != '\0'; c++)
            BUG_ON(*c < ' ' || *c > '~');
    }
    check_address(mem, mem_strndup(mem, (const char *)data, size));
    check_mail(mem, mem_strndup(mem, (const char *)data, size));
    (void)identifier_dns_form(mem, (struct bytes){data, size}, &form, &(struct err){0});
    mem_free(mem);
    return 0;
}
