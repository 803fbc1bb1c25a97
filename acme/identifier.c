/* identifier - see identifier.h. */
#include "acme/identifier.h"

#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include <idn2.h>

#include "acme/problem.h"
#include "base/mem.h"

#define LABEL_MAX      63
#define LOCAL_PART_MAX 64 /* RFC 5321, 4.5.3.1.1 */
#define SHOWN_MAX      100

/* Text of a client for a detail: printable ASCII, no quotes, cut. */
struct shown {
    char text[SHOWN_MAX + sizeof "..."];
};

static struct shown show(struct bytes text)
{
    struct shown shown;
    size_t len = text.len < SHOWN_MAX ? text.len : SHOWN_MAX;

    for (size_t i = 0; i < len; i++) {
        uint8_t c = text.data[i];

        shown.text[i] = c < ' ' || c > '~' || c == '"' ? '?' : (char)c;
    }
    memcpy(shown.text + len, "...", sizeof "...");
    if (len == text.len)
        shown.text[len] = '\0';
    return shown;
}

/* Form. */

static bool is_ascii(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] >= 0x80)
            return false;
    return true;
}

/* A name in its own script: say how the client must write it. */
static enum err_code refuse_unicode(void *mem, struct bytes text, struct err *e)
{
    char *ascii = NULL;

    if (idn2_to_ascii_8z(bytes_string(mem, text), &ascii, IDN2_NONTRANSITIONAL) != IDN2_OK)
        return problem_set(e, PROBLEM_MALFORMED,
            "the name \"%s\" has characters beyond ASCII; an internationalised name is ordered by "
            "its A-labels (xn--...)",
            show(text).text);
    problem_set(e, PROBLEM_MALFORMED,
        "an internationalised name is ordered by its A-labels: \"%s\"", show(bytes_of(ascii)).text);
    idn2_free(ascii);
    return e->code;
}

static const char *why_not_character(char c)
{
    switch (c) {
    case '_':
        return "host names have no underscore (only service records do)";
    case '*':
        return "a wildcard is the whole leftmost label and nothing else: *.example.org";
    case ':':
    case '/':
    case '@':
        return "order the bare name, without scheme, port, path or user";
    default:
        return "only letters, digits, hyphens and dots can be in it";
    }
}

/* An A-label must decode to a U-label that IDNA2008 allows and that encodes to the same again (RFC
 * 5890, 2.3.2.1). */
static bool is_a_label(const char *label)
{
    uint8_t *again = NULL;
    int result = idn2_register_u8(NULL, (const uint8_t *)label, &again, 0);

    idn2_free(again);
    return result == IDN2_OK;
}

/* NULL, or what is wrong with a label that is in lower case. */
static const char *why_not_label(const char *label, size_t len)
{
    char copy[LABEL_MAX + 1];

    if (len == 0)
        return "it has an empty label (a dot too many)";
    if (len > LABEL_MAX)
        return "a label (between two dots) has at most 63 characters";
    for (size_t i = 0; i < len; i++)
        if ((label[i] < 'a' || label[i] > 'z') && (label[i] < '0' || label[i] > '9') &&
            label[i] != '-')
            return why_not_character(label[i]);
    if (label[0] == '-' || label[len - 1] == '-')
        return "a label cannot begin or end with a hyphen";
    if (len < 4 || label[2] != '-' || label[3] != '-')
        return NULL;
    memcpy(copy, label, len);
    copy[len] = '\0';
    if (strncmp(label, "xn--", 4) != 0)
        return "hyphens in the third and fourth place are reserved for A-labels (xn--)";
    if (!is_a_label(copy))
        return "its A-label (xn--...) is not valid by IDNA2008";
    return NULL;
}

/* NULL, or what is wrong with a name in lower case, "*." taken off. */
static const char *why_not_name(const char *name)
{
    const char *dot, *why;

    for (;; name = dot + 1) {
        dot = strchr(name, '.');
        why = why_not_label(name, dot == NULL ? strlen(name) : (size_t)(dot - name));
        if (why != NULL || dot == NULL)
            return why;
    }
}

static bool is_wildcard(const char *name)
{
    return strncmp(name, "*.", 2) == 0;
}

enum err_code identifier_dns_form(void *mem, struct bytes text, const char **name, struct err *e)
{
    const char *why;
    char *lower;

    if (text.len == 0)
        return problem_set(e, PROBLEM_MALFORMED, "a name is empty");
    if (!is_ascii(text))
        return refuse_unicode(mem, text, e);
    if (text.data[text.len - 1] == '.')
        return problem_set(e, PROBLEM_MALFORMED,
            "the name \"%s\" ends with a dot; order it without", show(text).text);
    if (text.len > IDENTIFIER_DNS_MAX)
        return problem_set(e, PROBLEM_MALFORMED,
            "the name \"%s\" has %zu characters; %d are the most that DNS can carry",
            show(text).text, text.len, IDENTIFIER_DNS_MAX);
    if (memchr(text.data, '\0', text.len) != NULL)
        return problem_set(
            e, PROBLEM_MALFORMED, "the name \"%s\" has a NUL in it", show(text).text);
    lower = bytes_string(mem, text);
    for (char *c = lower; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    why = why_not_name(is_wildcard(lower) ? lower + 2 : lower);
    if (why != NULL)
        return problem_set(
            e, PROBLEM_MALFORMED, "the name \"%s\" is malformed: %s", show(text).text, why);
    *name = lower;
    return ERR_OK;
}

/* What we certify. */

/* lego 4.9.1 and others order addresses as type dns; "[::1]" is how URLs write them. */
static bool is_address(const char *value)
{
    char bare[INET6_ADDRSTRLEN];
    uint8_t octets[16];
    size_t len = strlen(value);

    if (len > 2 && value[0] == '[' && value[len - 1] == ']') {
        value++;
        len -= 2;
    }
    if (len >= sizeof bare)
        return false;
    memcpy(bare, value, len);
    bare[len] = '\0';
    return inet_pton(AF_INET, bare, octets) == 1 || inet_pton(AF_INET6, bare, octets) == 1;
}

bool identifier_is_below(const char *name, const char *domain)
{
    size_t name_len = strlen(name), domain_len = strlen(domain);

    return name_len > domain_len && strcmp(name + name_len - domain_len, domain) == 0 &&
           name[name_len - domain_len - 1] == '.';
}

static bool is_within(const char *name, const char *zone)
{
    return strcmp(name, zone) == 0 || identifier_is_below(name, zone);
}

/* May names of several owners be below it? */
static bool is_shared(const char *domain, const struct identifier_rules *rules)
{
    return strchr(domain, '.') == NULL || public_suffixes_has(rules->suffixes, domain);
}

/* As browsers judge the last label (URL Standard, "ends in a number"): decimal or 0x. */
static bool is_number(const char *label)
{
    if (label[0] == '0' && label[1] == 'x')
        return label[2 + strspn(label + 2, "0123456789abcdef")] == '\0';
    return label[strspn(label, "0123456789")] == '\0';
}

/* NULL, or why a name in good form is not certified. */
static const char *why_not_certified(const char *name, const struct identifier_rules *rules)
{
    bool wildcard = is_wildcard(name);
    const char *base = wildcard ? name + 2 : name;
    const char *last = strrchr(base, '.');

    if (is_number(last == NULL ? base : last + 1))
        return "no top-level domain is a number, and programs take such a name for an address";
    if (is_within(base, "onion"))
        return "this server does not certify .onion names (RFC 9799)";
    if (is_within(base, "in-addr.arpa") || is_within(base, "ip6.arpa"))
        return "names of reverse lookup zones are not certified";
    if (wildcard && is_shared(base, rules))
        return "a wildcard covers one organisation's names at most: *.example.org, not *.org";
    if (!rules->internal_names && is_within(base, "localhost"))
        return "localhost is a different host to everybody; this profile does not certify internal "
               "names";
    if (!rules->internal_names && last == NULL)
        return "it has no dot; this profile certifies full names (host.example.org), not internal "
               "ones";
    return NULL;
}

static enum err_code read_dns(void *mem, const char *value, const struct identifier_rules *rules,
    struct identifier *out, struct err *e)
{
    const char *why, *name;

    if (is_address(value))
        return problem_set(e, PROBLEM_REJECTED_IDENTIFIER,
            "\"%s\" is an address, not a DNS name: order it as {\"type\": \"ip\", \"value\": ...} "
            "(RFC 8738)",
            show(bytes_of(value)).text);
    if (identifier_dns_form(mem, bytes_of(value), &name, e) != ERR_OK)
        return e->code;
    why = why_not_certified(name, rules);
    if (why != NULL)
        return problem_set(e, PROBLEM_REJECTED_IDENTIFIER, "\"%s\" is not certified here: %s",
            show(bytes_of(name)).text, why);
    *out = (struct identifier){IDENTIFIER_DNS, name};
    return ERR_OK;
}

enum err_code identifier_read_domain(void *mem, const char *value,
    const struct identifier_rules *rules, const char **domain, struct err *e)
{
    struct identifier identifier;

    if (read_dns(mem, value, rules, &identifier, e) != ERR_OK)
        return e->code;
    if (is_wildcard(identifier.value))
        return problem_set(e, PROBLEM_MALFORMED,
            "\"%s\" is a wildcard; the domain itself is to be named", show(bytes_of(value)).text);
    if (is_shared(identifier.value, rules))
        return problem_set(e, PROBLEM_REJECTED_IDENTIFIER,
            "names of more than one owner are below \"%s\"; name a domain of your own",
            show(bytes_of(value)).text);
    *domain = identifier.value;
    return ERR_OK;
}

/* Addresses. An IPv6 text with a dot in it stands for an IPv4 address, which has a text of its own.
 */
static enum err_code refuse_address_text(
    const char *value, const struct address *address, struct err *e)
{
    char text[ADDRESS_TEXT_SIZE];

    if (address == NULL)
        return problem_set(e, PROBLEM_MALFORMED,
            "\"%s\" is not an IP address: four decimal numbers without leading zeros (192.0.2.7), "
            "or IPv6 without brackets and zone (2001:db8::1)",
            show(bytes_of(value)).text);
    address_format(address, text);
    if (strchr(text, ':') != NULL && strchr(text, '.') != NULL)
        return problem_set(e, PROBLEM_MALFORMED,
            "\"%s\" is an IPv4 address in an IPv6 form; order the IPv4 address itself",
            show(bytes_of(value)).text);
    return problem_set(e, PROBLEM_MALFORMED,
        "the address \"%s\" is not in its shortest form (RFC 5952); order \"%s\"",
        show(bytes_of(value)).text, text);
}

static enum err_code read_ip(void *mem, const char *value, const struct identifier_rules *rules,
    struct identifier *out, struct err *e)
{
    char text[ADDRESS_TEXT_SIZE];
    struct address address;
    const char *why = NULL;

    if (!address_parse(value, &address))
        return refuse_address_text(value, NULL, e);
    address_format(&address, text);
    if (strcmp(text, value) != 0 || (strchr(text, ':') != NULL && strchr(text, '.') != NULL))
        return refuse_address_text(value, &address, e);
    if (rules->filter != NULL && !address_allowed(rules->filter, &address, &why))
        return problem_set(
            e, PROBLEM_REJECTED_IDENTIFIER, "the address %s is not certified here (%s)", text, why);
    *out = (struct identifier){IDENTIFIER_IP, mem_strdup(mem, text)};
    return ERR_OK;
}

/* Addresses of mail. */

/* NULL, or what is wrong with the part before the "@": a Dot-string (RFC 5321, 4.1.2), without the
 * "*" that RFC 8823, 3 keeps out. */
static const char *why_not_local_part(struct bytes local)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "!#$%&'+-/=?^_`{|}~.";

    if (local.len == 0)
        return "nothing is before the \"@\"";
    if (!is_ascii(local))
        return "what is before the \"@\" has characters beyond ASCII, which no certificate of this "
               "server carries (SmtpUTF8Mailbox, RFC 9598)";
    if (local.len > LOCAL_PART_MAX)
        return "at most 64 characters are before the \"@\"";
    if (local.data[0] == '"')
        return "what is before the \"@\" is quoted, which many mail programs cannot match";
    for (size_t i = 0; i < local.len; i++)
        if (local.data[i] == '\0' || strchr(allowed, local.data[i]) == NULL)
            return "only the bare address is ordered; letters, digits, dots and !#$%&'+-/=?^_`{|}~ "
                   "are before the \"@\"";
    for (size_t i = 0; i < local.len; i++)
        if (local.data[i] == '.' && (i == 0 || i + 1 == local.len || local.data[i + 1] == '.'))
            return "no dot begins or ends what is before the \"@\", nor follows another there";
    return NULL;
}

static bool find_at(struct bytes text, struct bytes *local, struct bytes *domain)
{
    for (size_t i = text.len; i > 0; i--)
        if (text.data[i - 1] == '@') {
            *local = (struct bytes){text.data, i - 1};
            *domain = (struct bytes){text.data + i, text.len - i};
            return true;
        }
    return false;
}

enum err_code identifier_mail_form(
    void *mem, struct bytes text, const char **address, struct err *e)
{
    struct bytes local, domain;
    const char *why, *host;

    if (!find_at(text, &local, &domain))
        return problem_set(
            e, PROBLEM_MALFORMED, "\"%s\" is no address of mail: it has no \"@\"", show(text).text);
    why = why_not_local_part(local);
    if (why == NULL && text.len > IDENTIFIER_MAIL_MAX)
        why = "an address has at most 254 characters";
    if (why == NULL && domain.len > 0 && domain.data[0] == '[')
        why = "its mail server is to be a name, not an address literal";
    if (why != NULL)
        return problem_set(e, PROBLEM_MALFORMED, "the address of mail \"%s\" is malformed: %s",
            show(text).text, why);
    if (identifier_dns_form(mem, domain, &host, e) != ERR_OK)
        return e->code;
    if (is_wildcard(host))
        return problem_set(e, PROBLEM_MALFORMED,
            "\"%s\" is malformed: there are no wildcards for mail (RFC 8823, 3)", show(text).text);
    *address = mem_printf(mem, "%.*s@%s", (int)local.len, (const char *)local.data, host);
    return ERR_OK;
}

static enum err_code read_mail(void *mem, const char *value, const struct identifier_rules *rules,
    struct identifier *out, struct err *e)
{
    const char *address, *why;

    if (identifier_mail_form(mem, bytes_of(value), &address, e) != ERR_OK)
        return e->code;
    why = why_not_certified(strrchr(address, '@') + 1, rules);
    if (why != NULL)
        return problem_set(e, PROBLEM_REJECTED_IDENTIFIER,
            "\"%s\" is not certified here; its domain: %s", show(bytes_of(address)).text, why);
    *out = (struct identifier){IDENTIFIER_EMAIL, address};
    return ERR_OK;
}

/* What a type is not certified for, and what is done about it. */
static enum err_code refuse_type(
    const char *type, const struct identifier_rules *rules, struct err *e)
{
    if (rules->mail)
        return problem_set(e, PROBLEM_UNSUPPORTED_IDENTIFIER,
            "\"%s\": this profile certifies addresses of mail only, identifiers of the type "
            "\"email\"; order anything else in an order of its own, by another profile",
            show(bytes_of(type)).text);
    if (strcmp(type, "email") == 0)
        return problem_set(e, PROBLEM_UNSUPPORTED_IDENTIFIER,
            "this profile certifies identifiers of the types \"dns\" and \"ip\"; \"email\" needs "
            "an "
            "order of its own, by a profile for it");
    return problem_set(e, PROBLEM_UNSUPPORTED_IDENTIFIER,
        "this server certifies identifiers of the types \"dns\", \"ip\" and, by profiles for it, "
        "\"email\"; \"%s\" is none of them",
        show(bytes_of(type)).text);
}

enum err_code identifier_read(void *mem, const char *type, const char *value,
    const struct identifier_rules *rules, struct identifier *out, struct err *e)
{
    if (rules->mail && strcmp(type, "email") == 0)
        return read_mail(mem, value, rules, out, e);
    if (!rules->mail && strcmp(type, "dns") == 0)
        return read_dns(mem, value, rules, out, e);
    if (!rules->mail && strcmp(type, "ip") == 0)
        return read_ip(mem, value, rules, out, e);
    return refuse_type(type, rules, e);
}

bool identifier_is_wildcard(const struct identifier *identifier)
{
    return identifier->type == IDENTIFIER_DNS && is_wildcard(identifier->value);
}

/* Sets. */

int identifier_compare(const struct identifier *a, const struct identifier *b)
{
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    return strcmp(a->value, b->value);
}

static int compare(const void *a, const void *b)
{
    return identifier_compare(a, b);
}

void identifiers_sort(struct identifiers *set)
{
    if (set->len > 1)
        qsort(set->list, set->len, sizeof *set->list, compare);
}

const struct identifier *identifiers_duplicate(const struct identifiers *set)
{
    for (size_t i = 1; i < set->len; i++)
        if (identifier_compare(&set->list[i - 1], &set->list[i]) == 0)
            return &set->list[i];
    return NULL;
}

const struct identifier *identifiers_missing(
    const struct identifiers *set, const struct identifiers *other)
{
    size_t at = 0;

    for (size_t i = 0; i < set->len; i++) {
        while (at < other->len && identifier_compare(&other->list[at], &set->list[i]) < 0)
            at++;
        if (at == other->len || identifier_compare(&other->list[at], &set->list[i]) != 0)
            return &set->list[i];
    }
    return NULL;
}
