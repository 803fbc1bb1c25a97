/* names - see names.h. */
#include "tests/vendorsim/names.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "tests/vendorsim/row.h"

#define LABEL_MAX    63
#define NAME_MAX_LEN 253

static bool label_is_good(const char *label, size_t len)
{
    if (len == 0 || len > LABEL_MAX || label[0] == '-' || label[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)label[i]) && label[i] != '-')
            return false;
    return true;
}

static bool is_internal(const char *name)
{
    static const char *const tops[] = {
        "local", "localhost", "localdomain", "internal", "intranet", "lan", "corp", "home"};
    const char *top = strrchr(name, '.');

    if (top == NULL)
        return true;
    for (size_t i = 0; i < sizeof tops / sizeof *tops; i++)
        if (strcmp(top + 1, tops[i]) == 0)
            return true;
    return strspn(top + 1, "0123456789") == strlen(top + 1);
}

static bool is_address(const char *name)
{
    unsigned char octets[16];

    return inet_pton(AF_INET, name, octets) == 1 || inet_pton(AF_INET6, name, octets) == 1;
}

bool name_is_good(const char *name, bool is_private)
{
    if (is_private && is_address(name))
        return true;
    if (strncmp(name, "*.", 2) == 0)
        name += 2;
    if (strlen(name) > NAME_MAX_LEN || (!is_private && is_internal(name)))
        return false;
    for (;;) {
        size_t len = strcspn(name, ".");

        if (!label_is_good(name, len))
            return false;
        if (name[len] == '\0')
            return true;
        name += len + 1;
    }
}

static void add_lower(json_t *set, const char *name)
{
    char *lower = mem_strdup(NULL, name);

    for (char *c = lower; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    if (!array_has_text(set, lower))
        array_add_text(set, lower);
    mem_free(lower);
}

json_t *names_of(const char *common_name, const json_t *dns_names)
{
    json_t *set = json_array();

    add_lower(set, common_name);
    for (size_t i = 0; i < json_array_size(dns_names); i++)
        add_lower(set, json_string_value(json_array_get(dns_names, i)));
    return set;
}

bool names_contain(const json_t *whole, const json_t *part)
{
    for (size_t i = 0; i < json_array_size(part); i++)
        if (!array_has_text(whole, json_string_value(json_array_get(part, i))))
            return false;
    return true;
}

bool name_is_under(const char *name, const char *domain)
{
    size_t len = strlen(name), domain_len = strlen(domain);

    if (len < domain_len || strcmp(name + len - domain_len, domain) != 0)
        return false;
    return len == domain_len || name[len - domain_len - 1] == '.';
}

bool names_have_wildcard_over(const json_t *names, const char *name)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *is = json_string_value(json_array_get(names, i));

        if (strncmp(is, "*.", 2) == 0 && strcmp(name, is + 2) != 0 && name_is_under(name, is + 2))
            return true;
    }
    return false;
}

const char *name_validated_at(const char *name, const struct public_suffixes *suffixes)
{
    const char *dot;

    if (strncmp(name, "*.", 2) == 0)
        name += 2;
    if (suffixes == NULL)
        return name;
    while ((dot = strchr(name, '.')) != NULL && strchr(dot + 1, '.') != NULL &&
           !public_suffixes_has(suffixes, dot + 1))
        name = dot + 1;
    return name;
}

char *name_numbered(void *mem, const char *text, int64_t n)
{
    struct buf b;
    const char *at;

    buf_init(&b, mem, 8192);
    while ((at = strstr(text, "{n}")) != NULL) {
        buf_add(&b, text, (size_t)(at - text));
        buf_addf(&b, "%" PRId64, n);
        text = at + 3;
    }
    buf_add_text(&b, text);
    return buf_text(&b);
}
