/* show_authorization - see show_authorization.h. */
#include "server/show_authorization.h"

#include <stdio.h>

#include "base/mem.h"
#include "server/admin_command.h"
#include "server/record_command.h"

void show_authorizations(const struct json *at)
{
    struct json list, element;

    json_member(at, "authorizations", &list);
    printf("%8s  %-11s  %-20s  %-15s  %-40s  %s\n", "NUMBER", "STATUS", "EXPIRES", "METHOD", "NAME",
        "CHECKED");
    for (size_t i = 0; i < json_len(&list); i++) {
        struct json identifier;
        struct err none = {0};
        bool wildcard = false;
        int64_t id = 0;

        json_element(&list, i, &element);
        json_member(&element, "identifier", &identifier);
        json_read_int(&element, "id", JSON_OPTIONAL, &id, &none);
        json_read_bool(&element, "wildcard", JSON_OPTIONAL, &wildcard, &none);
        printf("%8lld  %-11s  %-20s  %-15s  %s%-*s  %s\n", (long long)id,
            admin_command_text(&element, "status"), admin_command_text(&element, "expires"),
            admin_command_text(&element, "method"), wildcard ? "*." : "", wildcard ? 38 : 40,
            admin_command_text(&identifier, "value"),
            record_or_dash(admin_command_text(&element, "checks")));
    }
}

/* Details of several names have a line each. */
static const char *in_one_line(void *mem, const char *text)
{
    char *copy = mem_strdup(mem, text);

    for (char *p = copy; *p != '\0'; p++)
        if (*p == '\n')
            *p = ';';
    return copy;
}

static void print_observation(void *mem, const struct json *o)
{
    const char *perspective = admin_command_text(o, "perspective");

    printf("%-20s  %-14s  %-8s  %-11s  %-9s  %-15s  %s\n", admin_command_text(o, "at"),
        perspective[0] == '\0' ? "(the server)" : perspective,
        record_or_dash(admin_command_text(o, "region")), admin_command_text(o, "checked"),
        admin_command_text(o, "outcome"), record_or_dash(admin_command_text(o, "address")),
        in_one_line(mem, admin_command_text(o, "detail")));
}

void show_observations(void *mem, const struct json *at)
{
    struct json list, element;

    json_member(at, "observations", &list);
    if (json_len(&list) > 0)
        printf("\n%-20s  %-14s  %-8s  %-11s  %-9s  %-15s  %s\n", "WHEN", "PERSPECTIVE", "REGION",
            "CHECKED", "OUTCOME", "ADDRESS", "WHAT WAS SEEN");
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &element);
        print_observation(mem, &element);
    }
}
