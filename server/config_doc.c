/* config_doc - the reference page (docs/configuration.md), made from the table in config_schema. */
#include "server/config.h"

#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/unit.h"
#include "server/config_form.h"
#include "server/config_schema.h"

#define PAGE_MAX (256 * 1024)

static const char head[] =
    "# Configuration reference\n"
    "\n"
    "This page is made from the program's own table of keys by `countersign check --explain`.\n"
    "[countersign.example.yaml](countersign.example.yaml) shows all keys in use.\n"
    "\n"
    "The configuration is one YAML file, given as `countersign serve --config FILE`. Every key has "
    "a default that works.\n"
    "Without a file, the defaults below apply, and, as that is a laboratory on localhost, "
    "`validation.allow` is\n"
    "`[127.0.0.0/8, '::1/128']` and the profile accepts internal names.\n"
    "\n"
    "- The file is read strictly: unknown keys, keys given twice, wrong types and values out of "
    "bounds are refused.\n"
    "  `countersign check --config FILE` names every problem with its line and key, and exits with "
    "status 2.\n"
    "- A running server reads the file again on SIGHUP. If there are problems, it keeps what it "
    "has and says so. What\n"
    "  `listen`, `store`, `workers` and `limits` say takes effect at the next start.\n"
    "- Relative paths start at the working directory of the process. Secrets stand in files that "
    "are named here, never here.\n"
    "- A duration is a number with `d`, `h`, `m` or `s`; a number alone means seconds. A size is a "
    "number with `KiB` or `MiB`;\n"
    "  a number alone means octets. A rate is a count and a duration with a slash between, such as "
    "`300/1h`: so many at\n"
    "  once, then one again each share of the time; or `off`. Numbers, `true` and `false` have no "
    "quotes.\n";

static void add_words(struct buf *page, const struct config_word *words)
{
    const char *between = "";

    for (words += words->word[0] == '\0'; words->word != NULL; words++) {
        buf_addf(page, "%s`%s`", between, words->word);
        between = ", ";
    }
}

/* What may stand there, in words. */
static void add_form(struct buf *page, void *scratch, const struct config_key *key)
{
    if (key->list)
        buf_add_text(page, "list of ");
    switch (key->type) {
    case CONFIG_TEXT:
        buf_add_text(page, key->list ? "texts" : "text");
        break;
    case CONFIG_NUMBER:
        buf_addf(page, "number, %" PRId64 " to %" PRId64, key->min, key->max);
        break;
    case CONFIG_BOOL:
        buf_add_text(page, "`true`, `false`");
        break;
    case CONFIG_WORD:
        add_words(page, config_key_words(scratch, key));
        break;
    case CONFIG_PART:
        buf_add_text(page, "part, 0 to 1");
        break;
    case CONFIG_DURATION:
        buf_addf(page, "duration, %s to %s", unit_duration(scratch, key->min),
            unit_duration(scratch, key->max));
        break;
    case CONFIG_SIZE:
        buf_addf(
            page, "size, %s to %s", unit_size(scratch, key->min), unit_size(scratch, key->max));
        break;
    case CONFIG_RATE:
        buf_add_text(page, "rate, `off`");
        break;
    case CONFIG_RANGE:
        buf_add_text(page, "address ranges");
        break;
    case CONFIG_SECTION:
        buf_add_text(page, "sections");
        break;
    }
}

static void add_default(struct buf *page, const struct config_key *key)
{
    if (key->fallback == NULL)
        buf_add_text(page, "must be given");
    else if (strcmp(key->fallback, "''") == 0)
        buf_add_text(page, "empty");
    else
        buf_addf(page, "`%s`", key->fallback);
}

static void add_table(struct buf *page, void *scratch, const struct config_key *keys)
{
    buf_add_text(page, "\n| key | value | default | meaning |\n|---|---|---|---|\n");
    for (const struct config_key *key = keys; key->name != NULL; key++) {
        if (key->type == CONFIG_SECTION)
            continue;
        buf_addf(page, "| `%s` | ", key->name);
        add_form(page, scratch, key);
        buf_add_text(page, " | ");
        add_default(page, key);
        buf_addf(page, " | %s |\n", key->help);
    }
}

/* The sections among some keys, each followed by those inside it: "## profiles",
 * "### profiles.preferences". */
static void add_sections(struct buf *page, void *scratch, const struct config_key *keys,
    const char *above, const char *hashes)
{
    for (const struct config_key *key = keys; key->name != NULL; key++) {
        const struct config_key *inside;

        if (key->type != CONFIG_SECTION)
            continue;
        inside = config_section_keys(scratch, key);
        buf_addf(page, "\n%s %s%s\n\n%s", hashes, above, key->name, key->help);
        if (key->list)
            buf_addf(page, " A list of %u to %u; default: `%s`.", key->items_min, key->items_max,
                key->fallback);
        buf_add_char(page, '\n');
        add_table(page, scratch, inside);
        add_sections(page, scratch, inside, mem_printf(scratch, "%s%s.", above, key->name),
            mem_printf(scratch, "%s#", hashes));
    }
}

char *config_reference(void *mem)
{
    void *scratch = mem_pool(NULL, 4096);
    struct buf page;

    buf_init(&page, mem, PAGE_MAX);
    buf_add_text(&page, head);
    buf_add_text(&page, "\n## Top level\n");
    add_table(&page, scratch, config_keys);
    add_sections(&page, scratch, config_keys, "", "##");
    BUG_ON(page.overflow);
    mem_free(scratch);
    return buf_text(&page);
}
