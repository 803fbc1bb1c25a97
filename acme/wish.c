/* wish - see wish.h. */
#include "acme/wish.h"

#include <string.h>

#include "base/mem.h"
#include "policy/decision.h"

#define ALPHANUMERIC     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define ORDER_ID_LEN_MAX 64

static enum act parse_act(const char *word)
{
    for (int act = ACT_NEW; wish_words[act] != NULL; act++)
        if (strcmp(word, wish_words[act]) == 0)
            return (enum act)act;
    return ACT_NONE;
}

/* It becomes a segment of a path, where "." and ".." would mean something else. */
static bool is_order_id(const char *text)
{
    return strspn(text, ALPHANUMERIC) > 0 && strlen(text) <= ORDER_ID_LEN_MAX &&
           text[strspn(text, ALPHANUMERIC "-_.")] == '\0';
}

/* One "name=value" of a query. */
static enum err_code read_parameter(
    void *mem, const char *text, size_t len, struct wish *out, struct err *e)
{
    size_t name_len = strcspn(text, "=&");
    const char *name = mem_strndup(mem, text, name_len);
    const char *value =
        mem_strndup(mem, text + name_len + (name_len < len), len - name_len - (name_len < len));
    bool is_action = strcmp(name, "action") == 0;

    if (!is_action && strcmp(name, "orderId") != 0)
        return problem_set(e, PROBLEM_MALFORMED,
            "a directory takes the parameters \"action\" and \"orderId\"; it knows no \"%.40s\"",
            name);
    if (is_action ? out->act != ACT_NONE : out->order_id != NULL)
        return problem_set(
            e, PROBLEM_MALFORMED, "\"%s\" is given more than once; give it once", name);
    if (is_action && (out->act = parse_act(value)) == ACT_NONE)
        return problem_set(e, PROBLEM_MALFORMED,
            "\"action\" is enroll, reissue, duplicate or renew, and not \"%.40s\"", value);
    if (is_action)
        return ERR_OK;
    if (!is_order_id(value))
        return problem_set(e, PROBLEM_MALFORMED,
            "\"orderId\" is the vendor's number or name of an order: letters, digits and inner "
            "\"-\", \"_\" and \".\", %d at most; \"%.40s\" is not",
            ORDER_ID_LEN_MAX, value);
    out->order_id = value;
    return ERR_OK;
}

enum err_code wish_of_query(void *mem, const char *query, struct wish *out, struct err *e)
{
    *out = (struct wish){ACT_NONE, NULL};
    if (query == NULL || query[0] == '\0')
        return ERR_OK;
    for (;; query++) {
        size_t len = strcspn(query, "&");

        if (read_parameter(mem, query, len, out, e) != ERR_OK)
            return e->code;
        query += len;
        if (*query == '\0')
            break;
    }
    if (out->order_id != NULL && out->act == ACT_NONE)
        return problem_set(
            e, PROBLEM_MALFORMED, "\"orderId\" needs an \"action\": reissue, duplicate or renew");
    if (out->order_id != NULL && out->act == ACT_NEW)
        return problem_set(e, PROBLEM_MALFORMED,
            "\"action=enroll\" makes a new order: leave \"orderId\" out, or say what is to be done "
            "with that order, reissue, duplicate or renew");
    return ERR_OK;
}

enum err_code wish_of_path(void *mem, const char *path, struct wish *out, struct err *e)
{
    size_t len;

    *out = (struct wish){ACT_NONE, NULL};
    if (path == NULL)
        return ERR_OK;
    len = strcspn(path, "/");
    out->act = parse_act(mem_strndup(mem, path, len));
    if (path[len] == '/')
        out->order_id = mem_strdup(mem, path + len + 1);
    if (out->act == ACT_NONE ||
        (out->order_id != NULL && (out->act == ACT_NEW || !is_order_id(out->order_id))))
        return problem_set(e, PROBLEM_NOT_FOUND,
            "no directory gave this address; take \"newOrder\" from the directory with "
            "\"?action=...\"");
    return ERR_OK;
}

enum err_code wish_check(const struct wish *wish, const struct eab *eab, struct err *e)
{
    if (wish->act == ACT_NONE || eab->actions == 0 || (eab->actions & ACT_BIT(wish->act)) != 0)
        return ERR_OK;
    return problem_set(e, PROBLEM_UNAUTHORIZED,
        "the external account \"%.64s\" does not allow the action %s, which the address of the "
        "directory asks for; have it added, or use the directory without \"?action=\"",
        eab->kid, wish_words[wish->act]);
}

char *wish_path(void *mem, const struct wish *wish)
{
    if (wish->act == ACT_NONE)
        return mem_strdup(mem, "");
    return mem_printf(mem, "/%s%s%s", wish_words[wish->act], wish->order_id == NULL ? "" : "/",
        wish->order_id == NULL ? "" : wish->order_id);
}
