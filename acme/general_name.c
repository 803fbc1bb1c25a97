/* general_name - see general_name.h. */
#include "acme/general_name.h"

#include <string.h>

#include <arpa/inet.h>

#include "acme/identifier.h"
#include "base/der.h"
#include "base/mem.h"

void general_names_add(void *mem, struct identifiers *names, struct identifier name)
{
    if ((names->len & (names->len - 1)) == 0) /* full: its room is the next power of two */
        names->list = mem_grow_array(mem, names->list, sizeof *names->list,
            names->len == 0 ? 1 : 2 * names->len, "struct identifier");
    names->list[names->len++] = name;
}

void general_names_settle(struct identifiers *names)
{
    size_t kept = 0;

    identifiers_sort(names);
    for (size_t i = 0; i < names->len; i++)
        if (kept == 0 || identifier_compare(&names->list[kept - 1], &names->list[i]) != 0)
            names->list[kept++] = names->list[i];
    names->len = kept;
}

/* One name. */

static enum err_code read_dns(void *mem, struct bytes text, struct identifier *out, struct err *e)
{
    out->type = IDENTIFIER_DNS;
    if (identifier_dns_form(mem, text, &out->value, e) != ERR_OK)
        e->kind = 0; /* whose fault it is, the caller knows */
    return e->code;
}

enum err_code general_name_of_octets(
    void *mem, struct bytes octets, struct identifier *out, struct err *e)
{
    char text[INET6_ADDRSTRLEN];

    if (octets.len != 4 && octets.len != 16)
        return err_set(e, ERR_INPUT, "an iPAddress has 4 or 16 octets, and this one has not");
    inet_ntop(octets.len == 4 ? AF_INET : AF_INET6, octets.data, text, sizeof text);
    *out = (struct identifier){IDENTIFIER_IP, mem_strdup(mem, text)};
    return ERR_OK;
}

static enum err_code read_email(void *mem, struct bytes text, struct identifier *out, struct err *e)
{
    out->type = IDENTIFIER_EMAIL;
    return identifier_mail_form(mem, text, &out->value, e);
}

enum err_code general_name_of_text(
    void *mem, struct bytes text, struct identifier *out, struct err *e)
{
    const char *host = bytes_string(mem, text);
    uint8_t octets[16];

    if (strlen(host) == text.len && inet_pton(AF_INET, host, octets) == 1)
        return general_name_of_octets(mem, (struct bytes){octets, 4}, out, e);
    if (strlen(host) == text.len && inet_pton(AF_INET6, host, octets) == 1)
        return general_name_of_octets(mem, (struct bytes){octets, 16}, out, e);
    if (strchr(host, '@') != NULL)
        return read_email(mem, text, out, e);
    return read_dns(mem, text, out, e);
}

/* GeneralName's choices by their number. */
static const char *const choices[] = {"otherName", "rfc822Name", "dNSName", "x400Address",
    "directoryName", "ediPartyName", "uniformResourceIdentifier", "iPAddress", "registeredID"};
#define CHOICES (sizeof choices / sizeof choices[0])

static const char *choice_name(uint8_t tag)
{
    bool is_choice = (tag & 0xc0) == 0x80 && (tag & 0x1f) < CHOICES;

    return is_choice ? choices[tag & 0x1f] : "unknown";
}

static enum err_code read_name(
    void *mem, const struct der_element *element, struct identifier *out, struct err *e)
{
    switch (element->tag) {
    case DER_CONTEXT(1):
        return read_email(mem, element->content, out, e);
    case DER_CONTEXT(2):
        return read_dns(mem, element->content, out, e);
    case DER_CONTEXT(7):
        return general_name_of_octets(mem, element->content, out, e);
    case DER_CONTEXT_CONSTRUCTED(1):
    case DER_CONTEXT_CONSTRUCTED(2):
    case DER_CONTEXT_CONSTRUCTED(7):
        return err_set(e, ERR_INPUT, "there is a malformed %s", choice_name(element->tag));
    default:
        return err_set(e, ERR_INPUT,
            "there is a name of type %s; only dNSName, iPAddress and rfc822Name are certified",
            choice_name(element->tag));
    }
}

enum err_code general_names_read(
    void *mem, struct bytes value, struct identifiers *out, struct err *e)
{
    struct identifier name;
    struct der_element element;
    struct bytes list;

    *out = (struct identifiers){0};
    if (!der_take(&value, DER_SEQUENCE, &list) || value.len != 0)
        return err_set(e, ERR_INPUT, "the subjectAltName is malformed");
    while (list.len > 0) {
        if (!der_next(&list, &element))
            return err_set(e, ERR_INPUT, "the subjectAltName is malformed");
        if (out->len == GENERAL_NAMES_MAX)
            return err_set(e, ERR_INPUT, "there are more than %d names", GENERAL_NAMES_MAX);
        if (read_name(mem, &element, &name, e) != ERR_OK)
            return e->code;
        general_names_add(mem, out, name);
    }
    return ERR_OK;
}
