/* caa - see caa.h. */
#include "acme/caa.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A property, taken apart (RFC 8659, 4.1). */
struct property {
    bool critical;
    char tag[16]; /* lower case */
    struct bytes value;
};

/* A place in a value. */
struct cursor {
    const char *at, *end;
};

static bool is_label_char(char c)
{
    return isalnum((unsigned char)c) != 0 || c == '-';
}

static bool read_property(struct bytes rdata, struct property *out)
{
    size_t tag_len;

    if (rdata.len < 2)
        return false;
    tag_len = rdata.data[1];
    if (tag_len == 0 || tag_len >= sizeof out->tag || rdata.len < 2 + tag_len)
        return false;
    for (size_t i = 0; i < tag_len; i++) {
        unsigned char c = rdata.data[2 + i];

        if (isalnum(c) == 0)
            return false;
        out->tag[i] = (char)tolower(c);
    }
    out->tag[tag_len] = '\0';
    out->critical = (rdata.data[0] & 0x80) != 0;
    out->value = (struct bytes){rdata.data + 2 + tag_len, rdata.len - 2 - tag_len};
    return true;
}

static bool is_known(const char *tag)
{
    static const char *const known[] = {
        "issue", "issuewild", "issuemail", "issuevmc", "iodef", "contactemail", "contactphone"};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i], tag) == 0)
            return true;
    return false;
}

static void skip_blanks(struct cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
        c->at++;
}

/* What stands at the cursor as long as `belongs` says so. */
static struct bytes take(struct cursor *c, bool (*belongs)(char))
{
    const char *from = c->at;

    while (c->at < c->end && belongs(*c->at))
        c->at++;
    return (struct bytes){(const uint8_t *)from, (size_t)(c->at - from)};
}

static bool is_domain_char(char c)
{
    return is_label_char(c) || c == '.';
}

static bool is_value_char(char c)
{
    return c > ' ' && c < 0x7f && c != ';';
}

/* Labels of letters, digits and inner hyphens, with single dots between; a tag is one such label.
 */
static bool is_domain(struct bytes text)
{
    char before = '.';

    for (size_t i = 0; i <= text.len; i++) {
        char c = i == text.len ? '.' : (char)text.data[i];

        if ((c == '.' || c == '-') && before == '.')
            return false;
        if (c == '.' && before == '-')
            return false;
        before = c;
    }
    return true;
}

static bool same_word(struct bytes text, const char *word)
{
    return text.len == strlen(word) && strncasecmp((const char *)text.data, word, text.len) == 0;
}

static bool is_ours(struct bytes domain, const char *const *identities)
{
    for (; *identities != NULL; identities++)
        if (same_word(domain, *identities))
            return true;
    return false;
}

/* "http-01,dns-01": is `method` among them (RFC 8657, 4)? */
static bool lists_method(struct bytes list, const char *method)
{
    const char *at = (const char *)list.data, *end = at + list.len;

    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma == NULL ? end : comma;

        if (same_word((struct bytes){(const uint8_t *)at, (size_t)(stop - at)}, method))
            return true;
        at = stop + 1;
    }
    return false;
}

/* What the parameters of one value came to. */
struct parameters {
    bool well_formed;
    bool other_account; /* accounturi names another one, or there are two (RFC 8657, 3) */
    bool other_method;  /* validationmethods does not list ours (4) */
};

static void note_parameter(struct parameters *p, struct bytes tag, struct bytes value,
    const struct caa_question *question, bool *has_account)
{
    if (same_word(tag, "accounturi")) {
        if (*has_account || !bytes_equal(value, bytes_of(question->account_url)))
            p->other_account = true;
        *has_account = true;
    } else if (same_word(tag, "validationmethods") && !lists_method(value, question->method)) {
        p->other_method = true;
    }
}

/* What follows the domain: "; tag=value; tag=value", blanks anywhere between (RFC 8659, 4.2). */
static struct parameters read_parameters(struct cursor *c, const struct caa_question *question)
{
    struct parameters p = {.well_formed = true};
    bool has_account = false;

    skip_blanks(c);
    while (c->at < c->end) {
        struct bytes tag, value;

        if (*c->at != ';')
            return (struct parameters){.well_formed = false};
        c->at++;
        skip_blanks(c);
        if (c->at == c->end)
            break;
        tag = take(c, is_label_char);
        skip_blanks(c);
        if (tag.len == 0 || !is_domain(tag) || c->at == c->end || *c->at != '=')
            return (struct parameters){.well_formed = false};
        c->at++;
        skip_blanks(c);
        value = take(c, is_value_char);
        skip_blanks(c);
        note_parameter(&p, tag, value, question, &has_account);
    }
    return p;
}

/* Does one issue or issuewild value allow us? If not, why. */
static bool value_allows(struct bytes value, const struct caa_question *question, const char **why)
{
    struct cursor c = {(const char *)value.data, (const char *)value.data + value.len};
    struct parameters p;
    struct bytes domain;

    skip_blanks(&c);
    domain = take(&c, is_domain_char);
    p = read_parameters(&c, question);
    *why = "it names other certificate authorities, or none";
    if (!p.well_formed || (domain.len > 0 && !is_domain(domain)) ||
        !is_ours(domain, question->identities))
        return false;
    if (p.other_account)
        *why = "its accounturi is not this account's";
    else if (p.other_method)
        *why = "its validationmethods do not list the method by which control was proven";
    return !p.other_account && !p.other_method;
}

/* The tag that counts, "" if the records say nothing about issuing (RFC 8659, 4.3). */
static const char *relevant_tag(const struct bytes *records, size_t len, bool wildcard)
{
    struct property p;
    const char *tag = "";

    for (size_t i = 0; i < len; i++) {
        if (!read_property(records[i], &p))
            continue;
        if (wildcard && strcmp(p.tag, "issuewild") == 0)
            return "issuewild";
        if (strcmp(p.tag, "issue") == 0)
            tag = "issue";
    }
    return tag;
}

/* Records that must not be passed over. */
static bool has_obstacle(const struct bytes *records, size_t len, char why[CAA_WHY_SIZE])
{
    struct property p;

    for (size_t i = 0; i < len; i++) {
        if (!read_property(records[i], &p)) {
            snprintf(why, CAA_WHY_SIZE, "a CAA record there cannot be read");
            return true;
        }
        if (p.critical && !is_known(p.tag)) {
            snprintf(why, CAA_WHY_SIZE,
                "a CAA record there has the critical property \"%s\", which is not known here",
                p.tag);
            return true;
        }
    }
    return false;
}

bool caa_allows(const struct bytes *records, size_t len, const struct caa_question *question,
    char why[CAA_WHY_SIZE])
{
    const char *tag = relevant_tag(records, len, question->wildcard), *reason = NULL,
               *nearest = NULL;
    struct property p;

    if (has_obstacle(records, len, why))
        return false;
    snprintf(why, CAA_WHY_SIZE, "allowed");
    if (tag[0] == '\0')
        return true;
    for (size_t i = 0; i < len; i++) {
        if (!read_property(records[i], &p) || strcmp(p.tag, tag) != 0)
            continue;
        if (value_allows(p.value, question, &reason))
            return true;
        /* A record that names us and fails by a parameter tells more than one that names others. */
        if (nearest == NULL || strncmp(reason, "its ", 4) == 0)
            nearest = reason;
    }
    snprintf(why, CAA_WHY_SIZE, "the CAA property \"%s\" there forbids it: %s", tag, nearest);
    return false;
}
