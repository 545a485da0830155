/* A new configuration: what differs from the one in force, numbered, as facts of one batch.
 *
 * Everything that is asked of a set alone was checked where it was read (policy/source.h); here it is asked what the
 * open work says to it. */
#include "broker/core/plans.h"
#include "broker/core/proposals.h"
#include "broker/core/turn_part.h"

#include <string.h>

struct configuring {
    struct turn *turn;
    const struct proposal_record *proposal; /* NULL: the broker's own files */
    const struct region_input *input;
    struct problems *problems;
    uint32_t *numbers;              /* of the input's rows */
    bool *kept[DIRECTORY_END];      /* by number: stands in the new set too */
    uint32_t before[DIRECTORY_END]; /* highest numbers before this set */
    uint32_t next[DIRECTORY_END];   /* highest given out so far */
    uint32_t version;
    bool changed;
};

static bool prepare(struct configuring *configuring)
{
    struct turn *turn = configuring->turn;
    const struct meta_record *meta = store_meta(turn->store);
    configuring->version = meta->version + 1;
    configuring->numbers =
        arena_array(turn->arena, configuring->input->row_count + 1, sizeof(uint32_t));
    turn->failed = turn->failed || configuring->numbers == NULL;
    for (size_t kind = 0; kind < DIRECTORY_END; kind++) {
        configuring->before[kind] = meta->row_numbers[kind];
        configuring->next[kind] = meta->row_numbers[kind];
        configuring->kept[kind] =
            arena_array(turn->arena, (size_t)meta->row_numbers[kind] + 1, sizeof(bool));
        turn->failed = turn->failed || configuring->kept[kind] == NULL;
    }
    return !turn->failed;
}

/* A row that is in force keeps its number. */
static void number_rows(struct configuring *configuring)
{
    const struct region *region = configuring->turn->core->region;
    for (size_t i = 0; i < configuring->input->row_count; i++) {
        const struct directory_row *row = &configuring->input->rows[i];
        const uint32_t known =
            region == NULL ? 0 : directory_find(region->directory, row->kind, row->id);
        configuring->numbers[i] = known;
        if (known != 0) {
            configuring->kept[row->kind][known] = true;
        }
    }
}

/* ---- what the open work says ------------------------------------------------------------------------ */

/* Whatever is on a desk has a timer. */
static bool desk_is_busy(struct store *store, uint32_t agency)
{
    struct timer_record timer;
    struct case_record record;
    bool more = store_first_timer(store, &timer);
    while (more) {
        if (timer.kind == TIMER_DESK && store_case(store, &timer.entity, &record) &&
            record.desk_agency == agency) {
            return true;
        }
        const struct timer_record last = timer;
        more = store_timer_after(store, &last, &timer);
    }
    return false;
}

static bool agency_is_busy(const struct configuring *configuring, uint32_t agency)
{
    const struct directory *directory = configuring->turn->core->region->directory;
    const uint32_t workers = directory_count(directory, DIRECTORY_WORKER);
    for (uint32_t number = 1; number <= workers; number++) {
        const struct directory_worker *row = directory_worker(directory, number);
        if (row != NULL && row->agency == agency &&
            store_worker(configuring->turn->store, number).load > 0) {
            return true;
        }
    }
    return desk_is_busy(configuring->turn->store, agency);
}

static void check_removed(struct configuring *configuring)
{
    if (configuring->turn->core->region == NULL) {
        return;
    }
    const struct directory *directory = configuring->turn->core->region->directory;
    for (uint32_t i = 1; i <= directory_count(directory, DIRECTORY_TERRITORY); i++) {
        const struct directory_territory *row = directory_territory(directory, i);
        if (row != NULL && !row->removed && !configuring->kept[DIRECTORY_TERRITORY][i] &&
            store_territory_cases(configuring->turn->store, i) > 0) {
            checks_add(
                configuring->problems, REFUSAL_WRONG_STATE, "directory.territories", row->id);
        }
    }
    for (uint32_t i = 1; i <= directory_count(directory, DIRECTORY_AGENCY); i++) {
        const struct directory_agency *row = directory_agency(directory, i);
        if (row != NULL && !row->removed && !configuring->kept[DIRECTORY_AGENCY][i] &&
            agency_is_busy(configuring, i)) {
            checks_add(configuring->problems, REFUSAL_WRONG_STATE, "directory.agencies", row->id);
        }
    }
}

/* Offers and cases stand at the site where they were made: whoever has open work does not change the place. */
static void check_moved(struct configuring *configuring)
{
    if (configuring->turn->core->region == NULL) {
        return;
    }
    const struct directory *directory = configuring->turn->core->region->directory;
    for (size_t i = 0; i < configuring->input->row_count; i++) {
        const struct directory_row *row = &configuring->input->rows[i];
        if (row->kind != DIRECTORY_WORKER || configuring->numbers[i] == 0) {
            continue;
        }
        const struct directory_worker *now = directory_worker(directory, configuring->numbers[i]);
        const struct directory_site *site = directory_site(directory, now->site);
        if (strcmp(site->id, row->site) != 0 &&
            store_worker(configuring->turn->store, now->number).load > 0) {
            checks_add(configuring->problems, REFUSAL_WRONG_STATE, "directory.workers", row->id);
        }
    }
}

static bool has_key(const struct region_input *input, const char *site)
{
    for (size_t i = 0; i < input->row_count; i++) {
        const struct directory_row *key = &input->rows[i];
        if (key->kind == DIRECTORY_KEY && !key->revoked && strcmp(key->site, site) == 0) {
            return true;
        }
    }
    return false;
}

/* Somebody must be able to mend the configuration after this one. */
static void check_administrator(struct configuring *configuring)
{
    const struct region_input *input = configuring->input;
    const char *site = "";
    for (size_t i = 0; i < input->row_count; i++) {
        const struct directory_row *worker = &input->rows[i];
        if (worker->kind != DIRECTORY_WORKER ||
            (worker->roles & (UINT32_C(1) << ROLE_ADMINISTRATOR)) == 0) {
            continue;
        }
        if (has_key(input, worker->site)) {
            return;
        }
        site = worker->site;
    }
    struct problems *problems = configuring->problems;
    if (site[0] == '\0') {
        checks_add(problems, REFUSAL_MISSING_FIELD, "directory.workers", "administrator");
        return;
    }
    checks_add(problems, REFUSAL_MISSING_FIELD, "directory.keys", site);
    const struct phrase text = {
        arena_format(problems->arena,
                     "ни один администратор не сможет подключиться: создайте ключи его площадки, "
                     "refctl keygen --site %s",
                     site),
        arena_format(problems->arena,
                     "no administrator could connect: make keys for a site of theirs, "
                     "refctl keygen --site %s",
                     site)};
    if (text.ru != NULL && text.en != NULL) {
        problems->items[problems->count - 1].text = text;
    }
}

/* ---- facts ---------------------------------------------------------------------------------------- */

static void emit_row(struct configuring *configuring, size_t index)
{
    struct turn *turn = configuring->turn;
    struct directory_row row = configuring->input->rows[index];
    const bool is_new = configuring->numbers[index] == 0;
    row.number = is_new ? ++configuring->next[row.kind] : configuring->numbers[index];
    struct bytes coded;
    if (!directory_encode_row(&row, turn->arena, &coded)) {
        turn->failed = true;
        return;
    }
    bool removed = false;
    struct bytes present;
    const bool same = !is_new && store_row(turn->store, row.kind, row.number, &removed, &present) &&
                      !removed && bytes_equal(present, coded);
    if (same) {
        return;
    }
    const struct fact set = {
        .kind = FACT_ROW_SET, .code = row.kind, .number = row.number, .blob = coded};
    turn_emit(turn, &set);
    configuring->changed = true;
}

static void emit_removed(struct configuring *configuring)
{
    struct turn *turn = configuring->turn;
    for (uint32_t kind = DIRECTORY_UNSPECIFIED + 1; kind < DIRECTORY_END; kind++) {
        for (uint32_t number = 1; number <= configuring->before[kind]; number++) {
            bool removed = true;
            struct bytes coded;
            const bool gone =
                store_row(turn->store, (enum directory_kind)kind, number, &removed, &coded) &&
                !removed && !configuring->kept[kind][number];
            if (gone) {
                const struct fact fact = {.kind = FACT_ROW_REMOVED, .code = kind, .number = number};
                turn_emit(turn, &fact);
                configuring->changed = true;
            }
        }
    }
}

static bool texts_differ(const struct configuring *configuring)
{
    const struct region_input *input = configuring->input;
    struct store *store = configuring->turn->store;
    const uint32_t version = store_meta(store)->version;
    const char *name = NULL;
    struct bytes text;
    for (size_t i = 0; i < input->text_count; i++) {
        if (!store_text(store, version, (uint32_t)i, &name, &text) ||
            strcmp(name, input->texts[i].name) != 0 || !bytes_equal(text, input->texts[i].text)) {
            return true;
        }
    }
    return store_text(store, version, (uint32_t)input->text_count, &name, &text);
}

static void emit_head(struct configuring *configuring)
{
    const struct region_input *input = configuring->input;
    struct turn *turn = configuring->turn;
    const struct proposal_record *proposal = configuring->proposal;
    const uint32_t origin = proposal == NULL ? VERSION_FROM_FILES : proposal->origin;
    const bool rolled_back = origin == VERSION_ROLLED_BACK;
    const size_t ru_bytes = strlen(input->title.ru) + 1;
    const size_t en_bytes = strlen(input->title.en) + 1;
    char *titles = arena_alloc(turn->arena, ru_bytes + en_bytes);
    if (titles == NULL) {
        turn->failed = true;
        return;
    }
    memcpy(titles, input->title.ru, ru_bytes);
    memcpy(titles + ru_bytes, input->title.en, en_bytes);
    const struct fact adopted = {.kind = FACT_CONFIGURATION_ADOPTED,
                                 .version = configuring->version,
                                 .text = input->code,
                                 .text_2 = input->number_prefix,
                                 .blob = bytes_of(titles, ru_bytes + en_bytes),
                                 .count = (uint32_t)input->row_count,
                                 .code = origin,
                                 .number = rolled_back ? proposal->version : 0,
                                 .code_2 = proposal == NULL ? 0 : proposal->plan};
    turn_emit(turn, &adopted);
    for (size_t i = 0; i < input->text_count; i++) {
        const struct fact text = {.kind = FACT_POLICY_TEXT,
                                  .version = configuring->version,
                                  .count = (uint32_t)i,
                                  .text = input->texts[i].name,
                                  .blob = input->texts[i].text};
        turn_emit(turn, &text);
    }
}

/* What the head fact alone carries. */
static bool heading_differs(const struct configuring *configuring)
{
    const struct region_input *input = configuring->input;
    const struct region *region = configuring->turn->core->region;
    return region == NULL || strcmp(region->number_prefix, input->number_prefix) != 0 ||
           strcmp(region->title.ru, input->title.ru) != 0 ||
           strcmp(region->title.en, input->title.en) != 0;
}

bool turn_configure(struct turn *turn,
                    const struct proposal_record *proposal,
                    const struct region_input *input,
                    bool *changed,
                    struct problems *problems)
{
    struct configuring configuring = {
        .turn = turn, .proposal = proposal, .input = input, .problems = problems};
    *changed = false;
    if (!prepare(&configuring)) {
        return false;
    }
    number_rows(&configuring);
    check_removed(&configuring);
    check_moved(&configuring);
    check_administrator(&configuring);
    const struct region *region = turn->core->region;
    if (region != NULL && strcmp(region->code, input->code) != 0) {
        checks_add(problems, REFUSAL_BAD_FIELD, "region", input->code);
    }
    if (problems->count > 0) {
        return false;
    }
    const bool texts = texts_differ(&configuring) || heading_differs(&configuring);
    const struct entry head = {.cause = ENTRY_CONFIGURATION,
                               .site = proposal == NULL ? 0 : proposal->site,
                               .worker = proposal == NULL ? 0 : proposal->worker};
    turn_open_entry(turn, &head);
    for (size_t i = 0; i < input->row_count && !turn->failed; i++) {
        emit_row(&configuring, i);
    }
    if (!turn->failed) {
        emit_removed(&configuring);
    }
    *changed = configuring.changed || texts;
    if (*changed && !turn->failed) {
        emit_head(&configuring);
    }
    if (*changed && proposal != NULL && proposal->plan != 0) {
        plans_settle(turn, proposal->plan, PLAN_ACTIVATED, 0, (struct phrase){"", ""});
    } else if (*changed && proposal != NULL) {
        proposals_settle(turn, proposal, PROPOSAL_ADOPTED, (struct phrase){"", ""});
    }
    (void)turn_close_entry(turn);
    return !turn->failed;
}
