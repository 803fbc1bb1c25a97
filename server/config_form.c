/* config_form - see config_form.h. */
#include "server/config_form.h"

#include <ctype.h>
#include <string.h>
#include <sys/un.h>

#include "acme/rate_settings.h"
#include "base/address.h"
#include "base/mem.h"
#include "base/unit.h"
#include "policy/preferences.h"

#define RATE_PERIOD_MAX_S (366 * INT64_C(86400))

#define HOST_MAX 253 /* RFC 1035, 2.3.4, in presentation form */

bool form_parse_rate(const char *text, struct gcra_rate *out)
{
    size_t digits = strspn(text, "0123456789");
    char count[8] = "";
    int64_t period_s;

    *out = (struct gcra_rate){0, 0};
    if (strcmp(text, "off") == 0)
        return true;
    if (digits >= sizeof count || text[digits] != '/')
        return false;
    memcpy(count, text, digits);
    if (!unit_parse_number(count, &out->count) || out->count < 1 || out->count > GCRA_COUNT_MAX ||
        !unit_parse_duration(text + digits + 1, &period_s) || period_s < 1 ||
        period_s > RATE_PERIOD_MAX_S)
        return false;
    out->period = period_s * RATE_SECOND;
    return true;
}

static bool port_is_good(const char *text)
{
    int64_t port;

    return unit_parse_number(text, &port) && port >= 1 && port <= 65535;
}

/* Splits HOST:PORT, [HOST]:PORT or a bare host: the host goes to `host`, the port's text (NULL
 * without one) to *port. A host with colons needs its brackets, and no other may have them. */
static bool split_host(const char *text, char host[HOST_MAX + 1], const char **port)
{
    bool bracketed = *text == '[';
    size_t len = strcspn(text + bracketed, bracketed ? "]" : ":");
    const char *rest = text + bracketed + len + bracketed;

    if (len > HOST_MAX || (bracketed && text[1 + len] != ']'))
        return false;
    memcpy(host, text + bracketed, len);
    host[len] = '\0';
    if (bracketed != (strchr(host, ':') != NULL))
        return false;
    *port = *rest == ':' ? rest + 1 : NULL;
    return *rest == ':' || *rest == '\0';
}

const char *form_listen_fault(const char *text)
{
    static const char fault[] = "is not ADDRESS:PORT with a numeric address, such as "
                                "127.0.0.1:14000, [::1]:14000 or :14000 (all addresses)";
    char host[HOST_MAX + 1];
    struct address address;
    const char *port;

    if (!split_host(text, host, &port) || port == NULL || !port_is_good(port))
        return fault;
    return *host == '\0' || address_parse(host, &address) ? NULL : fault;
}

const char *form_listen_or_empty_fault(const char *text)
{
    return text[0] == '\0' ? NULL : form_listen_fault(text);
}

const char *form_unserved_fault(const char *text)
{
    return *text == '\0' ? NULL : "is not served by this version; leave it empty";
}

const char *form_socket_fault(const char *text)
{
    static const struct sockaddr_un any;

    return strlen(text) < sizeof any.sun_path
               ? NULL
               : "is too long for the path of a unix socket (107 octets)";
}

/* One or more letters, digits and hyphens, no hyphen at an end. */
static bool is_label(const char *text, size_t len)
{
    return len > 0 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") >= len &&
           text[0] != '-' && text[len - 1] != '-';
}

/* RFC 1123, 2.1. Digits alone in the last label would be an address. */
static bool is_host_name(const char *host)
{
    size_t len = strcspn(host, ".");

    for (; host[len] == '.'; len = strcspn(host, ".")) {
        if (len > 63 || !is_label(host, len))
            return false;
        host += len + 1;
    }
    return len <= 63 && is_label(host, len) && strspn(host, "0123456789") != len;
}

static const char *origin_port_fault(const char *port)
{
    if (!port_is_good(port))
        return "has no port between 1 and 65535 after its last colon";
    if (strcmp(port, "443") == 0)
        return "names the default port; leave :443 out, as clients do";
    return NULL;
}

const char *form_origin_fault(const char *text)
{
    static const char scheme[] = "https://";
    const char *rest = text + sizeof scheme - 1;
    char host[HOST_MAX + 1];
    struct address address;
    const char *port;

    if (strncmp(text, scheme, sizeof scheme - 1) != 0)
        return "does not begin with https:// (ACME is HTTPS only)";
    if (rest[0] != '\0' && strcspn(rest, "/") == strlen(rest) - 1)
        return "ends with a slash; leave it out";
    if (strpbrk(rest, "/?#") != NULL)
        return "has a path, a query or a fragment; give https://HOST or https://HOST:PORT";
    if (strchr(rest, '@') != NULL)
        return "has a user name; give https://HOST or https://HOST:PORT";
    if (strpbrk(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL)
        return "has capitals; write the host in lower case";
    if (!split_host(rest, host, &port) || (!address_parse(host, &address) && !is_host_name(host)))
        return "has no host name or address after https://";
    return port == NULL ? NULL : origin_port_fault(port);
}

const char *form_perspective_fault(const char *text)
{
    if (strncmp(text, "https://", 8) != 0)
        return "does not begin with https://";
    return form_origin_fault(text);
}

char *form_origin_host(void *mem, const char *origin)
{
    char host[HOST_MAX + 1] = "";
    const char *port;

    (void)split_host(strstr(origin, "//") + 2, host, &port);
    return mem_strdup(mem, host);
}

const char *form_store_fault(const char *text)
{
    if (strncmp(text, "postgres", 8) == 0)
        return "names PostgreSQL, which this version does not support; give sqlite:PATH";
    if (strncmp(text, "sqlite:", 7) != 0 || text[7] == '\0')
        return "is not sqlite:PATH";
    if (strncmp(text, "sqlite://", 9) == 0)
        return "is not sqlite:PATH: a path follows the colon at once, without //";
    return NULL;
}

const char *form_resolver_fault(const char *text)
{
    size_t len = strcspn(text, "@");
    char host[ADDRESS_TEXT_SIZE];
    struct address address;

    if (len < sizeof host) {
        memcpy(host, text, len);
        host[len] = '\0';
        if (address_parse(host, &address) && (text[len] == '\0' || port_is_good(text + len + 1)))
            return NULL;
    }
    return "is not ADDRESS or ADDRESS@PORT with a numeric address, such as 192.0.2.53 or "
           "127.0.0.1@8053";
}

const char *form_resolver_or_empty_fault(const char *text)
{
    return *text == '\0' ? NULL : form_resolver_fault(text);
}

const char *form_domain_fault(const char *text)
{
    size_t len = strlen(text);

    if (len > 0 && len <= 253 && text[0] != '.' && text[len - 1] != '.' &&
        strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-.") == len && strstr(text, "..") == NULL)
        return NULL;
    return "is not a domain name in lower case, such as ca.example";
}

const char *form_domain_or_empty_fault(const char *text)
{
    return *text == '\0' ? NULL : form_domain_fault(text);
}

const char *form_url_fault(const char *text)
{
    static const char fault[] = "is not a URL that begins with https:// or http://";
    size_t scheme = strncmp(text, "https://", 8) == 0 ? 8 : 7;

    if (*text == '\0')
        return NULL;
    if ((scheme == 7 && strncmp(text, "http://", 7) != 0) || strchr("/?#", text[scheme]) != NULL)
        return fault;
    for (const char *p = text; *p != '\0'; p++)
        if (*p <= ' ' || *p > '~' || strchr("\"<>\\^`{|}", *p) != NULL)
            return "holds a character that a URL cannot hold as it is; percent-encode it";
    return NULL;
}

const char *form_digits_fault(const char *text)
{
    return text[strspn(text, "0123456789")] == '\0' ? NULL : "is not a number";
}

const char *form_name_fault(const char *text)
{
    return is_label(text, strlen(text))
               ? NULL
               : "is not a name of lower-case letters, digits and inner hyphens";
}

const char *form_name_or_empty_fault(const char *text)
{
    return *text == '\0' ? NULL : form_name_fault(text);
}

const char *form_access_key_fault(const char *text)
{
    while (isascii((unsigned char)*text) && isalnum((unsigned char)*text))
        text++;
    return *text == '\0' ? NULL : "is not the id of a key: letters and digits";
}

const char *form_vendor_word_fault(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-.") == strlen(text)
               ? NULL
               : "is not a vendor's word of lower-case letters, digits, '_', '-' and '.'";
}

const char *form_validity_caps_fault(const char *text)
{
    struct validity_caps caps;

    return preferences_parse_caps(text, &caps)
               ? NULL
               : "is not spans with days in order, the first without, such as 397d, 99d from "
                 "2027-03-15";
}

const char *form_mail_address_fault(const char *text)
{
    static const char local[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+-/=?^_`{|}~";
    size_t len = strspn(text, local);

    if (*text == '\0' || (len > 0 && len <= 64 && text[len] == '@' && text[0] != '.' &&
                             text[len - 1] != '.' && is_host_name(text + len + 1)))
        return NULL;
    return "is not a mail address, such as acme@ca.example.org";
}

/* What stands behind "SCHEME://": a host, and perhaps a port. */
static bool is_authority(const char *text)
{
    char host[HOST_MAX + 1];
    struct address address;
    const char *port;

    return split_host(text, host, &port) && (port == NULL || port_is_good(port)) &&
           (is_host_name(host) || address_parse(host, &address));
}

/* SCHEME://HOST:PORT or SCHEMEs://HOST:PORT */
static bool is_mail_server(const char *text, const char *scheme)
{
    size_t len = strlen(scheme);

    if (strncmp(text, scheme, len) != 0)
        return false;
    text += len + (text[len] == 's');
    return strncmp(text, "://", 3) == 0 && is_authority(text + 3);
}

const char *form_smtp_fault(const char *text)
{
    return *text == '\0' || is_mail_server(text, "smtp")
               ? NULL
               : "is not smtp://HOST:PORT or smtps://HOST:PORT";
}

const char *form_imap_fault(const char *text)
{
    return *text == '\0' || is_mail_server(text, "imap")
               ? NULL
               : "is not imap://HOST:PORT or imaps://HOST:PORT";
}

const char *form_folder_fault(const char *text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_/";

    return *text != '\0' && *text != '/' && strspn(text, allowed) == strlen(text)
               ? NULL
               : "is not a name of letters, digits, '.', '-', '_' and '/'";
}

const char *form_path_fault(const char *text)
{
    return *text == '\0' ? "is empty; give a path" : NULL;
}
