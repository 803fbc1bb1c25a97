/* url - see url.h. The parser is libcurl's own, so that what is checked here is what it connects
 * to. */
#include "base/url.h"

#include <ctype.h>
#include <string.h>

#include <curl/curl.h>

#include "base/mem.h"

static char *get_part(void *mem, CURLU *handle, CURLUPart part, unsigned flags)
{
    char *text = NULL, *copy;

    if (curl_url_get(handle, part, &text, flags) != CURLUE_OK)
        return NULL;
    copy = mem_strdup(mem, text);
    curl_free(text);
    return copy;
}

/* To lower case; false if it is empty or not ASCII. */
static bool lower_host(char *host)
{
    for (char *c = host; *c != '\0'; c++) {
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f || *c == '%')
            return false;
        *c = (char)tolower((unsigned char)*c);
    }
    return host[0] != '\0';
}

static void take_off_brackets(char *host)
{
    size_t len = strlen(host);

    if (host[0] == '[' && len > 2) {
        memmove(host, host + 1, len - 2);
        host[len - 2] = '\0';
    }
}

/* Is the text's host read as this one? A host with percent signs in it may turn out as another one
 * when it is read again. */
static bool keeps_host(void *mem, CURLU *handle, const char *text, const char *host)
{
    const char *again = NULL;

    if (text != NULL && curl_url_set(handle, CURLUPART_URL, text, 0) == CURLUE_OK)
        again = get_part(mem, handle, CURLUPART_HOST, 0);
    return again != NULL && strcmp(again, host) == 0;
}

static enum err_code read_parts(void *mem, CURLU *handle, struct url *out, struct err *e)
{
    const char *scheme = get_part(mem, handle, CURLUPART_SCHEME, 0);
    const char *port = get_part(mem, handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    char *host = get_part(mem, handle, CURLUPART_HOST, 0);

    if (scheme == NULL || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
        return err_set(e, ERR_INPUT, "its scheme is neither http nor https");
    if (host == NULL || port == NULL || !lower_host(host) ||
        get_part(mem, handle, CURLUPART_ZONEID, 0) != NULL ||
        curl_url_set(handle, CURLUPART_HOST, host, 0) != CURLUE_OK)
        return err_set(e, ERR_INPUT, "its host is malformed");
    curl_url_set(handle, CURLUPART_FRAGMENT, NULL, 0);
    out->text = get_part(mem, handle, CURLUPART_URL, CURLU_NO_DEFAULT_PORT);
    if (!keeps_host(mem, handle, out->text, host))
        return err_set(e, ERR_INPUT, "its host is malformed");
    take_off_brackets(host);
    out->is_https = strcmp(scheme, "https") == 0;
    out->host = host;
    out->port = (unsigned)strtoul(port, NULL, 10);
    return ERR_OK;
}

enum err_code url_parse(
    void *mem, const char *base, const char *text, struct url *out, struct err *e)
{
    CURLU *handle = curl_url();
    enum err_code code;

    BUG_ON(handle == NULL);
    if ((base != NULL &&
            curl_url_set(handle, CURLUPART_URL, base, CURLU_DISALLOW_USER) != CURLUE_OK) ||
        curl_url_set(handle, CURLUPART_URL, text, CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME) !=
            CURLUE_OK)
        code = err_set(e, ERR_INPUT, "it is not a URL");
    else
        code = read_parts(mem, handle, out, e);
    curl_url_cleanup(handle);
    return code;
}
