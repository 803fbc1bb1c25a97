/* config_read - fills struct config from libyaml's tree by the table in config_schema.
 *
 * A value that does not fit is complained of and its default is taken, so that reading goes on and
 * one run finds all. Defaults stand in the table as YAML and take the same road as the values of a
 * file.
 */
#include "server/config_private.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "base/unit.h"
#include "server/config_form.h"
#include "server/config_schema.h"
#include "server/nearest.h"

#define TEXT_MAX 1024

/* A value in a tree; node NULL: it is not there. */
struct at {
    yaml_document_t *document;
    yaml_node_t *node;
    int line;
    bool
        is_default; /* not from the file: what is below has the line of the key that was left out */
};

static struct at at_node(const struct at *up, int index, const yaml_mark_t *mark)
{
    struct at below = *up;

    below.node = yaml_document_get_node(up->document, index);
    if (!up->is_default)
        below.line = (int)(mark == NULL ? &below.node->start_mark : mark)->line + 1;
    return below;
}

static bool is_scalar(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE;
}

static const char *scalar_text(const yaml_node_t *node)
{
    return (const char *)node->data.scalar.value;
}

static bool is_quoted(const yaml_node_t *node)
{
    return node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
}

static bool scalar_is(const yaml_node_t *node, const char *text)
{
    return is_scalar(node) && node->data.scalar.length == strlen(text) &&
           strcmp(scalar_text(node), text) == 0;
}

/* YAML's ways to write nothing. */
static bool is_null(const yaml_node_t *node)
{
    return is_scalar(node) && !is_quoted(node) &&
           (scalar_is(node, "") || scalar_is(node, "~") || scalar_is(node, "null"));
}

static bool has_foreign_tag(const yaml_node_t *node)
{
    static const char *const plain[] = {
        [YAML_SCALAR_NODE] = YAML_STR_TAG,
        [YAML_SEQUENCE_NODE] = YAML_SEQ_TAG,
        [YAML_MAPPING_NODE] = YAML_MAP_TAG,
    };

    return strcmp((const char *)node->tag, plain[node->type]) != 0;
}

/* The first pair of a mapping that has this key, or NULL. */
static yaml_node_pair_t *find_pair(const struct at *map, const char *name)
{
    if (map->node == NULL)
        return NULL;
    for (yaml_node_pair_t *p = map->node->data.mapping.pairs.start;
         p < map->node->data.mapping.pairs.top; p++)
        if (scalar_is(yaml_document_get_node(map->document, p->key), name))
            return p;
    return NULL;
}

static struct at find(const struct at *map, const char *name)
{
    yaml_node_pair_t *pair = find_pair(map, name);
    struct at absent = *map;

    absent.node = NULL;
    if (pair == NULL)
        return absent;
    return at_node(map, pair->value, &yaml_document_get_node(map->document, pair->key)->start_mark);
}

static const char *path_of(struct config_reading *r, const char *path, const char *name)
{
    return mem_printf(r->scratch, "%s%s%s", path, *path == '\0' ? "" : ".", name);
}

/* Scalars: each of the read_ functions stores at `to`, or complains and answers false. */

static bool complain_of_value(struct config_reading *r, const struct config_key *key,
    const char *path, const char *value, const char *fault)
{
    if (key->secret)
        config_complain(r, path, "%s", fault);
    else
        config_complain(r, path, "\"%s\" %s", config_excerpt(r, value), fault);
    return false;
}

static bool read_text(struct config_reading *r, const struct config_key *key, const char *text,
    const char *path, void *to)
{
    size_t max = key->max == 0 ? TEXT_MAX : (size_t)key->max;
    const char *fault = key->fault == NULL ? NULL : key->fault(text);
    char *copy;

    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            fault = "holds a line end or another control character";
    if (fault != NULL)
        return complain_of_value(r, key, path, text, fault);
    if (strlen(text) > max) {
        config_complain(r, path, "is longer than %zu characters", max);
        return false;
    }
    copy = mem_strdup(r->mem, text);
    memcpy(to, &copy, sizeof copy);
    return true;
}

static bool read_number(struct config_reading *r, const struct config_key *key, const char *text,
    const char *path, void *to)
{
    int64_t value;
    int number;

    if (!unit_parse_number(text, &value))
        return complain_of_value(r, key, path, text, "is not a whole number");
    if (value < key->min || value > key->max) {
        config_complain(
            r, path, "%s is not between %" PRId64 " and %" PRId64, text, key->min, key->max);
        return false;
    }
    number = (int)value;
    memcpy(to, &number, sizeof number);
    return true;
}

static bool read_bool(struct config_reading *r, const struct config_key *key, const char *text,
    const char *path, void *to)
{
    bool value = strcmp(text, "true") == 0;

    if (!value && strcmp(text, "false") != 0)
        return complain_of_value(r, key, path, text, "is not true or false");
    memcpy(to, &value, sizeof value);
    return true;
}

static bool read_part(struct config_reading *r, const struct config_key *key, const char *text,
    const char *path, void *to)
{
    double value;

    if (!unit_parse_part(text, &value))
        return complain_of_value(r, key, path, text, "is not a part from 0 to 1, such as 0.5");
    memcpy(to, &value, sizeof value);
    return true;
}

/* A quantity with a unit: a duration or a size. */
static bool read_quantity(struct config_reading *r, const struct config_key *key, const char *text,
    const char *path, void *to)
{
    bool is_time = key->type == CONFIG_DURATION;
    int64_t value = 0;

    if (!(is_time ? unit_parse_duration(text, &value) : unit_parse_size(text, &value)))
        return complain_of_value(r, key, path, text,
            is_time ? "is not a duration such as 30d, 12h, 5m or 90s"
                    : "is not a size such as 64KiB, 1MiB or 65536");
    if (value < key->min || value > key->max) {
        config_complain(r, path, "%s is not between %s and %s", text,
            is_time ? unit_duration(r->scratch, key->min) : unit_size(r->scratch, key->min),
            is_time ? unit_duration(r->scratch, key->max) : unit_size(r->scratch, key->max));
        return false;
    }
    memcpy(to, &value, sizeof value);
    return true;
}

static bool read_range(struct config_reading *r, const struct config_key *key, const char *text,
    const char *path, void *to)
{
    struct address_range range;

    if (!address_range_parse(text, &range))
        return complain_of_value(r, key, path, text,
            "is not an address or a range such as 10.0.0.0/8 or 2001:db8::/32 without bits beyond "
            "its prefix");
    memcpy(to, &range, sizeof range);
    return true;
}

static bool read_rate(struct config_reading *r, const struct config_key *key, const char *text,
    const char *path, void *to)
{
    struct gcra_rate rate;

    if (!form_parse_rate(text, &rate))
        return complain_of_value(r, key, path, text,
            "is not a rate such as 300/1h (1 to 1000000 in 1s to 366d), or off");
    memcpy(to, &rate, sizeof rate);
    return true;
}

/* "debug, info, warning, error". */
static const char *list_words(struct config_reading *r, const struct config_word *words)
{
    char *list = NULL;

    for (words += words->word[0] == '\0'; words->word != NULL; words++)
        list = mem_printf(
            r->scratch, "%s%s%s", list == NULL ? "" : list, list == NULL ? "" : ", ", words->word);
    return list;
}

static bool read_word(struct config_reading *r, const struct config_key *key, const char *text,
    const char *path, void *to)
{
    const struct config_word *word = config_key_words(r->scratch, key);
    const char *known = list_words(r, word);

    while (word->word != NULL && strcmp(word->word, text) != 0)
        word++;
    if (word->word != NULL) {
        memcpy(to, &word->value, sizeof word->value);
        return true;
    }
    if (strchr(known, ',') == NULL)
        config_complain(r, path, "\"%s\" is not known to this version; known: %s",
            config_excerpt(r, text), known);
    else
        config_complain(r, path, "\"%s\" is not one of %s", config_excerpt(r, text), known);
    return false;
}

static bool read_scalar(struct config_reading *r, const struct config_key *key, const struct at *at,
    const char *path, void *to)
{
    const char *text = scalar_text(at->node);

    if (strlen(text) != at->node->data.scalar.length) {
        config_complain(r, path, "holds a NUL character");
        return false;
    }
    if (is_quoted(at->node) &&
        (key->type == CONFIG_NUMBER || key->type == CONFIG_PART || key->type == CONFIG_BOOL))
        return complain_of_value(r, key, path, text,
            key->type == CONFIG_BOOL ? "in quotes is text; true and false have none"
                                     : "in quotes is text; a number has none");
    switch (key->type) {
    case CONFIG_TEXT:
        return read_text(r, key, text, path, to);
    case CONFIG_NUMBER:
        return read_number(r, key, text, path, to);
    case CONFIG_BOOL:
        return read_bool(r, key, text, path, to);
    case CONFIG_WORD:
        return read_word(r, key, text, path, to);
    case CONFIG_PART:
        return read_part(r, key, text, path, to);
    case CONFIG_DURATION:
    case CONFIG_SIZE:
        return read_quantity(r, key, text, path, to);
    case CONFIG_RATE:
        return read_rate(r, key, text, path, to);
    case CONFIG_RANGE:
        return read_range(r, key, text, path, to);
    case CONFIG_SECTION:
        break;
    }
    return false;
}

/* Sections. */

static void read_section(struct config_reading *r, const struct config_key *keys,
    const struct at *map, const char *path, char *base);

/* The path of the first section that has a key of this name, for keys that slipped out of theirs;
 * NULL if there is none below `keys`. */
static const char *find_elsewhere(
    struct config_reading *r, const struct config_key *keys, const char *path, const char *name)
{
    const char *found = NULL;

    for (const struct config_key *section = keys; section->name != NULL && found == NULL;
         section++) {
        const struct config_key *below;
        const char *place;

        if (section->type != CONFIG_SECTION)
            continue;
        below = config_section_keys(r->scratch, section);
        place = path_of(
            r, path, section->list ? mem_printf(r->scratch, "%s[]", section->name) : section->name);
        for (const struct config_key *key = below; key->name != NULL && found == NULL; key++)
            if (strcmp(key->name, name) == 0)
                found = path_of(r, place, name);
        if (found == NULL)
            found = find_elsewhere(r, below, place, name);
    }
    return found;
}

static const char *list_keys(struct config_reading *r, const struct config_key *keys)
{
    char *list = mem_strdup(r->scratch, keys->name);

    for (keys++; keys->name != NULL; keys++)
        list = mem_printf(r->scratch, "%s, %s", list, keys->name);
    return list;
}

static void complain_of_stranger(struct config_reading *r, const struct config_key *keys, int line,
    const char *path, const char *name)
{
    struct nearest nearest = {.word = name};
    const char *elsewhere = find_elsewhere(r, config_keys, "", name);

    for (const struct config_key *key = keys; key->name != NULL; key++)
        nearest_offer(&nearest, key->name);
    path = path_of(r, path, name);
    if (elsewhere != NULL)
        config_complain_at(r, line, path, "unknown key here; did you mean %s?", elsewhere);
    else if (nearest.best != NULL)
        config_complain_at(r, line, path, "unknown key; did you mean %s?", nearest.best);
    else
        config_complain_at(r, line, path, "unknown key; known here: %s", list_keys(r, keys));
}

/* What stands in a mapping and may not: keys that nobody knows, keys that came before. */
static void refuse_strangers(
    struct config_reading *r, const struct config_key *keys, const struct at *map, const char *path)
{
    yaml_node_pair_t *end = map->node->data.mapping.pairs.top;

    for (yaml_node_pair_t *p = map->node->data.mapping.pairs.start; p < end; p++) {
        const yaml_node_t *name = yaml_document_get_node(map->document, p->key);
        int line = (int)name->start_mark.line + 1;
        const struct config_key *key = keys;
        yaml_node_pair_t *first;

        if (r->problems_len == CONFIG_PROBLEMS_MAX)
            return; /* nobody would hear of more */
        if (!is_scalar(name) || strlen(scalar_text(name)) != name->data.scalar.length) {
            config_complain_at(
                r, line, *path == '\0' ? NULL : path, "holds a key that is not a word");
            continue;
        }
        while (key->name != NULL && strcmp(key->name, scalar_text(name)) != 0)
            key++;
        first = key->name == NULL ? p : find_pair(map, key->name);
        if (key->name == NULL)
            complain_of_stranger(r, keys, line, path, config_excerpt(r, scalar_text(name)));
        else if (first != NULL && first != p)
            config_complain_at(r, line, path_of(r, path, key->name),
                "is given twice; first in line %d",
                (int)yaml_document_get_node(map->document, first->key)->start_mark.line + 1);
    }
}

/* Lists. */

static size_t item_size(const struct config_key *key)
{
    switch (key->type) {
    case CONFIG_TEXT:
        return sizeof(const char *);
    case CONFIG_NUMBER:
    case CONFIG_WORD:
        return sizeof(int);
    case CONFIG_BOOL:
        return sizeof(bool);
    case CONFIG_PART:
        return sizeof(double);
    case CONFIG_DURATION:
    case CONFIG_SIZE:
        return sizeof(int64_t);
    case CONFIG_RATE:
        return sizeof(struct gcra_rate);
    case CONFIG_RANGE:
        return sizeof(struct address_range);
    case CONFIG_SECTION:
        return key->size;
    }
    return 0;
}

/* Is this the kind of node that is wanted? Else complains. */
static bool has_form(
    struct config_reading *r, const struct at *at, yaml_node_type_t want, const char *path)
{
    if (is_null(at->node))
        config_complain(r, path, "has no value; give one, or leave the key out for its default");
    else if (has_foreign_tag(at->node))
        config_complain(r, path, "has a YAML tag; tags are not used here");
    else if (at->node->type == want)
        return true;
    else if (want == YAML_SEQUENCE_NODE)
        config_complain(r, path, "is not a list");
    else if (want == YAML_MAPPING_NODE)
        config_complain(r, path, "is not a mapping of keys to values");
    else
        config_complain(r, path, "is not a single value");
    return false;
}

static bool read_item(struct config_reading *r, const struct config_key *key, const struct at *at,
    const char *path, char *to)
{
    if (key->type == CONFIG_SECTION) {
        read_section(r, config_section_keys(r->scratch, key), at, path, to);
        return true;
    }
    return has_form(r, at, YAML_SCALAR_NODE, path) && read_scalar(r, key, at, path, to);
}

/* Has an entry of a list come before in the same words? */
static bool is_repeated(const struct at *list, const yaml_node_item_t *item)
{
    const yaml_node_t *node = yaml_document_get_node(list->document, *item);

    for (const yaml_node_item_t *i = list->node->data.sequence.items.start;
         is_scalar(node) && i < item; i++)
        if (scalar_is(yaml_document_get_node(list->document, *i), scalar_text(node)))
            return true;
    return false;
}

static bool read_items(struct config_reading *r, const struct config_key *key,
    const struct at *list, const char *path, char *array)
{
    const yaml_node_item_t *start = list->node->data.sequence.items.start;
    const yaml_node_item_t *end = list->node->data.sequence.items.top;
    bool ok = true;

    for (const yaml_node_item_t *i = start; i < end; i++) {
        const char *place = mem_printf(r->scratch, "%s[%td]", path, i - start);
        struct at item = at_node(list, *i, NULL);

        config_place_add(r, place, item.line);
        if (is_repeated(list, i)) {
            config_complain(r, place, "is in the list twice");
            ok = false;
        } else if (!read_item(r, key, &item, place, array + item_size(key) * (size_t)(i - start))) {
            ok = false;
        }
    }
    return ok;
}

static void store_list(const struct config_key *key, char *array, unsigned len, char *base)
{
    unsigned set = 0;
    int word;

    if (key->type == CONFIG_WORD) {
        for (unsigned i = 0; i < len; i++) {
            memcpy(&word, array + i * sizeof word, sizeof word);
            set |= (unsigned)word;
        }
        memcpy(base + key->at, &set, sizeof set);
    } else {
        memcpy(base + key->at, &array, sizeof array);
        memcpy(base + key->at_len, &len, sizeof len);
    }
}

static bool read_list(struct config_reading *r, const struct config_key *key, const struct at *at,
    const char *path, char *base)
{
    size_t len;
    char *array;

    if (!has_form(r, at, YAML_SEQUENCE_NODE, path))
        return false;
    len = (size_t)(at->node->data.sequence.items.top - at->node->data.sequence.items.start);
    if (len < key->items_min || len > key->items_max) {
        config_complain(
            r, path, "has %zu entries, not %u to %u", len, key->items_min, key->items_max);
        return false;
    }
    array = mem_alloc_array(r->mem, item_size(key), len, key->name);
    if (!read_items(r, key, at, path, array))
        return false;
    store_list(key, array, (unsigned)len, base);
    return true;
}

/* Keys. */

static bool read_value(struct config_reading *r, const struct config_key *key, const struct at *at,
    const char *path, char *base)
{
    if (key->list)
        return read_list(r, key, at, path, base);
    return read_item(r, key, at, path, base + key->at);
}

static void take_default(struct config_reading *r, const struct config_key *key,
    const struct at *at, const char *path, char *base)
{
    yaml_document_t document;
    struct at own = {.document = &document, .line = at->line, .is_default = true};

    BUG_ON(!config_yaml_parse(r, bytes_of(key->fallback), &document));
    own.node = yaml_document_get_root_node(&document);
    BUG_ON(own.node == NULL || !read_value(r, key, &own, path, base));
    yaml_document_delete(&document);
}

static void read_key(struct config_reading *r, const struct config_key *key, const struct at *at,
    const char *path, char *base)
{
    static const char *const empty = "";

    config_place_add(r, path, at->line);
    if (key->type == CONFIG_SECTION && !key->list) {
        read_section(r, config_section_keys(r->scratch, key), at, path, base);
    } else if (at->node == NULL || !read_value(r, key, at, path, base)) {
        if (key->fallback != NULL) {
            take_default(r, key, at, path, base);
        } else {
            if (at->node == NULL)
                config_complain(r, path, "must be given");
            memcpy(base + key->at, &empty, sizeof empty); /* such keys are texts */
        }
    }
}

/* Reads all keys of a section, also of one that is not there: then they have their defaults. */
static void read_section(struct config_reading *r, const struct config_key *keys,
    const struct at *map, const char *path, char *base)
{
    struct at section = *map;

    if (section.node != NULL && !has_form(r, map, YAML_MAPPING_NODE, path))
        section.node = NULL;
    if (section.node != NULL)
        refuse_strangers(r, keys, &section, path);
    for (const struct config_key *key = keys; key->name != NULL; key++) {
        struct at value = find(&section, key->name);

        read_key(r, key, &value, path_of(r, path, key->name), base);
    }
}

void config_read_document(struct config_reading *r, yaml_document_t *document, struct config *out)
{
    struct at root = {.document = document, .node = yaml_document_get_root_node(document)};

    if (root.node != NULL && root.node->type != YAML_MAPPING_NODE && !is_null(root.node)) {
        config_complain_at(r, (int)root.node->start_mark.line + 1, NULL,
            "is not a mapping of keys to values, such as \"external_url: "
            "https://acme.example.org\"");
        root.node = NULL;
    } else if (root.node != NULL && is_null(root.node)) {
        root.node = NULL; /* nothing but "---" or comments: all defaults */
    }
    read_section(r, config_keys, &root, "", (char *)out);
}
