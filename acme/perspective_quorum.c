/* perspective_quorum - see perspective_quorum.h. */
#include "acme/perspective_quorum.h"

#include "base/mem.h"

const char *region_name(enum region region)
{
    static const char *const names[REGIONS] = {
        [REGION_UNKNOWN] = "",
        [REGION_AFRINIC] = "afrinic",
        [REGION_APNIC] = "apnic",
        [REGION_ARIN] = "arin",
        [REGION_LACNIC] = "lacnic",
        [REGION_RIPE_NCC] = "ripe-ncc",
    };

    return names[region];
}

/* The table "Quorum Requirements". */
static size_t allowed_by_table(size_t asked)
{
    if (asked < 2)
        return 0;
    return asked <= 5 ? 1 : 2;
}

size_t quorum_dissent(const struct quorum_rules *rules, size_t asked)
{
    size_t table = allowed_by_table(asked);

    return rules->dissent_max < table ? rules->dissent_max : table;
}

#define VOTES(vote) (1u << (vote))
#define ALL_VOTES   (VOTES(VOTE_OPEN) | VOTES(VOTE_FOR) | VOTES(VOTE_AGAINST))

static size_t count_votes(const struct quorum_ballot *ballots, size_t len, unsigned votes)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i++)
        count += (VOTES(ballots[i].vote) & votes) != 0;
    return count;
}

/* Known regions in which one of these votes was cast. */
static unsigned count_regions(const struct quorum_ballot *ballots, size_t len, unsigned votes)
{
    bool seen[REGIONS] = {false};
    unsigned count = 0;

    for (size_t i = 0; i < len; i++)
        if ((VOTES(ballots[i].vote) & votes) != 0)
            seen[ballots[i].region] = true;
    for (size_t i = REGION_UNKNOWN + 1; i < REGIONS; i++)
        count += seen[i];
    return count;
}

static unsigned regions_needed(
    const struct quorum_rules *rules, const struct quorum_ballot *ballots, size_t len)
{
    unsigned present = count_regions(ballots, len, ALL_VOTES);

    if (rules->regions_min > 0)
        return rules->regions_min;
    return present < QUORUM_DEMANDED_REGIONS ? 0 : QUORUM_DEMANDED_REGIONS;
}

/* As if only these votes were for it. */
static struct quorum count(const struct quorum_rules *rules, const struct quorum_ballot *ballots,
    size_t len, unsigned votes_for)
{
    struct quorum q = {
        .asked = len,
        .needed = len - quorum_dissent(rules, len),
        .agreed = count_votes(ballots, len, votes_for),
        .regions = count_regions(ballots, len, votes_for),
        .regions_needed = len == 0 ? 0 : regions_needed(rules, ballots, len),
    };

    q.met = q.agreed >= q.needed && q.regions >= q.regions_needed;
    return q;
}

struct quorum quorum_count(
    const struct quorum_rules *rules, const struct quorum_ballot *ballots, size_t len)
{
    return count(rules, ballots, len, VOTES(VOTE_FOR));
}

bool quorum_is_decided(
    const struct quorum_rules *rules, const struct quorum_ballot *ballots, size_t len)
{
    return count_votes(ballots, len, VOTES(VOTE_OPEN)) == 0 ||
           count(rules, ballots, len, VOTES(VOTE_FOR)).met ||
           !count(rules, ballots, len, VOTES(VOTE_FOR) | VOTES(VOTE_OPEN)).met;
}

char *quorum_text(void *mem, const struct quorum *q)
{
    const char *many = q->asked == 1 ? "" : "s", *regions = "";
    const char *needed = "";

    if (q->asked == 0)
        return mem_strdup(mem, "no other perspectives are configured");
    if (q->agreed < q->needed)
        needed = mem_printf(mem, " (%zu needed)", q->needed);
    if (q->regions < q->regions_needed)
        regions = mem_printf(mem, ", in %u region%s (%u needed)", q->regions,
            q->regions == 1 ? "" : "s", q->regions_needed);
    return mem_printf(mem, "%zu of %zu other perspective%s agree%s%s%s", q->agreed, q->asked, many,
        q->agreed == 1 ? "s" : "", needed, regions);
}

/* "Phased Implementation Timeline". */
unsigned quorum_demanded_perspectives(int64_t now_s)
{
    static const struct {
        int64_t from_s;
        unsigned perspectives;
    } phases[] = {
        {INT64_C(1797292800), 5}, /* 2026-12-15 */
        {INT64_C(1781481600), 4}, /* 2026-06-15 */
        {INT64_C(1773532800), 3}, /* 2026-03-15 */
    };

    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++)
        if (now_s >= phases[i].from_s)
            return phases[i].perspectives;
    return 2; /* since 2025-03-15 */
}
