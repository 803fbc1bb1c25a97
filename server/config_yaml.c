/* config_yaml - from YAML text to libyaml's tree, with sentences of our own for what is not YAML.
 *
 * The tree knows the line of every key. libcyaml, which stands on libyaml, would fill structs by
 * itself, but stops at the first problem, names the line of the mapping where a key is unknown, and
 * has no defaults for keys that are absent (1.3.1).
 */
#include "server/config_private.h"

#include <string.h>

/* The schema's deepest is 4: a list in a mapping in a list in a mapping. */
#define DEPTH_MAX 8

/* The line of an octet; libyaml keeps none for text that is not UTF-8. */
static int line_of(struct bytes text, size_t offset)
{
    int line = 1;

    for (size_t i = 0; i < offset && i < text.len; i++)
        line += text.data[i] == '\n';
    return line;
}

/* libyaml marks where it gave up; for a key without colon that is only the line after it. */
static int line_of_problem(const yaml_parser_t *parser)
{
    const yaml_mark_t *mark = &parser->problem_mark;

    if (parser->context != NULL && strcmp(parser->context, "while scanning a simple key") == 0)
        mark = &parser->context_mark;
    return (int)mark->line + 1;
}

static bool is_tab(struct bytes text, size_t index)
{
    return index < text.len && text.data[index] == '\t';
}

static void complain_of_syntax(
    struct config_reading *r, const yaml_parser_t *parser, struct bytes text)
{
    int line = line_of_problem(parser);

    if (parser->error == YAML_READER_ERROR)
        config_complain_at(
            r, line_of(text, parser->problem_offset), NULL, "is not YAML: %s", parser->problem);
    else if (is_tab(text, parser->problem_mark.index))
        config_complain_at(
            r, line, NULL, "is not YAML: lines are indented with spaces, not with tabs");
    else if (parser->context == NULL)
        config_complain_at(r, line, NULL, "is not YAML: %s", parser->problem);
    else if ((int)parser->context_mark.line + 1 == line)
        config_complain_at(r, line, NULL, "is not YAML: %s %s", parser->problem, parser->context);
    else
        config_complain_at(r, line, NULL, "is not YAML: %s %s that begins in line %d",
            parser->problem, parser->context, (int)parser->context_mark.line + 1);
}

static void begin(yaml_parser_t *parser, struct bytes text)
{
    BUG_ON(!yaml_parser_initialize(parser)); /* it fails for want of memory only */
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(parser, text.data, text.len);
}

/* Complains of text that is nested deeper than any configuration: libyaml's time grows with the
 * square of the depth. What is not YAML at all is left to loading. */
static bool is_flat(struct config_reading *r, struct bytes text)
{
    bool ended = false;
    int depth = 0;
    yaml_parser_t parser;
    yaml_event_t event;

    begin(&parser, text);
    while (!ended && depth <= DEPTH_MAX && yaml_parser_parse(&parser, &event)) {
        depth += event.type == YAML_MAPPING_START_EVENT || event.type == YAML_SEQUENCE_START_EVENT;
        depth -= event.type == YAML_MAPPING_END_EVENT || event.type == YAML_SEQUENCE_END_EVENT;
        ended = event.type == YAML_STREAM_END_EVENT;
        if (depth > DEPTH_MAX)
            config_complain_at(r, (int)event.start_mark.line + 1, NULL,
                "is nested deeper than %d levels", DEPTH_MAX);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return depth <= DEPTH_MAX;
}

/* Loads the one document that a file has. */
static bool load(
    struct config_reading *r, yaml_parser_t *parser, struct bytes text, yaml_document_t *out)
{
    yaml_document_t second;
    yaml_node_t *root;

    if (!yaml_parser_load(parser, out)) {
        complain_of_syntax(r, parser, text);
        return false;
    }
    if (!yaml_parser_load(parser, &second)) {
        complain_of_syntax(r, parser, text);
        yaml_document_delete(out);
        return false;
    }
    root = yaml_document_get_root_node(&second);
    if (root != NULL)
        config_complain_at(r, (int)root->start_mark.line + 1, NULL,
            "begins a second YAML document; a configuration is one");
    yaml_document_delete(&second);
    return true;
}

bool config_yaml_parse(struct config_reading *r, struct bytes text, yaml_document_t *out)
{
    yaml_parser_t parser;
    bool ok;

    if (!is_flat(r, text))
        return false;
    begin(&parser, text);
    ok = load(r, &parser, text, out);
    yaml_parser_delete(&parser);
    return ok;
}
