/* caa - see caa.h. */
#include "acme/caa.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "acme/issue_value.h"
#include "base/err.h"

/* A property, taken apart (RFC 8659, 4.1). */
struct property {
    bool critical;
    char tag[16]; /* lower case */
    struct bytes value;
};

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

static bool is_ours(struct bytes domain, const char *const *identities)
{
    for (; *identities != NULL; identities++)
        if (issue_word_is(domain, *identities))
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

        if (issue_word_is((struct bytes){(const uint8_t *)at, (size_t)(stop - at)}, method))
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
    if (issue_word_is(tag, "accounturi")) {
        if (*has_account || !bytes_equal(value, bytes_of(question->account_url)))
            p->other_account = true;
        *has_account = true;
    } else if (issue_word_is(tag, "validationmethods") && !lists_method(value, question->method)) {
        p->other_method = true;
    }
}

static struct parameters read_parameters(
    struct issue_value *at, const struct caa_question *question)
{
    struct parameters p = {.well_formed = true};
    enum issue_value_next next;
    struct bytes tag, value;
    bool has_account = false;

    while ((next = issue_value_next(at, &tag, &value)) == ISSUE_VALUE_PARAMETER)
        note_parameter(&p, tag, value, question, &has_account);
    p.well_formed = next == ISSUE_VALUE_END;
    return p;
}

/* Does one value of the tag that counts allow us? If not, why. */
static bool value_allows(struct bytes value, const struct caa_question *question, const char **why)
{
    struct parameters p;
    struct issue_value at;
    struct bytes issuer;

    *why = "it names other certificate authorities, or none";
    if (!issue_value_begin(&at, value, &issuer))
        return false;
    p = read_parameters(&at, question);
    if (!p.well_formed || !is_ours(issuer, question->identities))
        return false;
    if (p.other_account)
        *why = "its accounturi is not this account's";
    else if (p.other_method)
        *why = "its validationmethods do not list the method by which control was proven";
    return !p.other_account && !p.other_method;
}

static bool has_tag(const struct bytes *records, size_t len, const char *tag)
{
    struct property p;

    for (size_t i = 0; i < len; i++)
        if (read_property(records[i], &p) && strcmp(p.tag, tag) == 0)
            return true;
    return false;
}

/* The tag that counts (RFC 8659, 4.3; RFC 9495, 4); the records may have none of it. */
static const char *relevant_tag(const struct bytes *records, size_t len, enum caa_subject subject)
{
    switch (subject) {
    case CAA_NAME:
        return "issue";
    case CAA_WILDCARD:
        return has_tag(records, len, "issuewild") ? "issuewild" : "issue";
    case CAA_MAIL:
        return "issuemail";
    }
    BUG_ON(true); /* a subject that the compiler has not seen */
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
    const char *tag = relevant_tag(records, len, question->subject), *reason = NULL,
               *nearest = NULL;
    struct property p;

    if (has_obstacle(records, len, why))
        return false;
    snprintf(why, CAA_WHY_SIZE, "allowed");
    if (!has_tag(records, len, tag))
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
    snprintf(why, CAA_WHY_SIZE,
        "the CAA property \"%s\" there forbids it: %s; a record 0 %s \"%s\" would allow it", tag,
        nearest, tag, question->identities[0]);
    return false;
}
