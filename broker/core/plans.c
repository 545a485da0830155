/* Plans as facts; see plans.h. */
#include "broker/core/plans.h"

#include "broker/core/assent.h"
#include "broker/core/proposals.h"
#include "broker/core/versions.h"

#include <assert.h>
#include <string.h>

_Static_assert((int)PLAN_DIGEST_BYTES == (int)REGION_DIGEST_BYTES, "one kind of digest");

struct planning {
    struct turn *turn;
    const struct proposal_record *proposal;
    const struct region_input *input;
    uint32_t number;
    uint32_t rows;             /* told so far */
    bool *kept[DIRECTORY_END]; /* by number: stands in the new set too */
};

/* ---- a plan is made ---------------------------------------------------------------------------------- */

static bool prepare(struct planning *planning)
{
    struct turn *turn = planning->turn;
    for (size_t kind = 0; kind < DIRECTORY_END; kind++) {
        const size_t count = (size_t)store_meta(turn->store)->row_numbers[kind] + 1;
        planning->kept[kind] = arena_array(turn->arena, count, sizeof(bool));
        turn->failed = turn->failed || planning->kept[kind] == NULL;
    }
    return !turn->failed;
}

static void
emit_row(struct planning *planning, enum directory_kind kind, uint32_t number, struct bytes coded)
{
    const struct fact fact = {.kind = FACT_PLAN_ROW,
                              .number = planning->number,
                              .code = kind,
                              .code_2 = ++planning->rows,
                              .count = number,
                              .blob = coded};
    turn_emit(planning->turn, &fact);
}

/* A row that says what is in force is no part of the plan. */
static void plan_row(struct planning *planning, const struct directory_row *given)
{
    struct turn *turn = planning->turn;
    struct directory_row row = *given;
    struct bytes coded;
    struct bytes present;
    bool removed = false;
    row.number = directory_find(turn->core->region->directory, row.kind, row.id);
    if (!directory_encode_row(&row, turn->arena, &coded)) {
        turn->failed = true;
        return;
    }
    if (row.number != 0) {
        planning->kept[row.kind][row.number] = true;
        if (store_row(turn->store, row.kind, row.number, &removed, &present) &&
            bytes_equal(present, coded)) {
            return;
        }
    }
    emit_row(planning, row.kind, row.number, coded);
}

static void plan_removals(struct planning *planning)
{
    struct turn *turn = planning->turn;
    for (int kind = DIRECTORY_UNSPECIFIED + 1; kind < DIRECTORY_END; kind++) {
        const uint32_t count = store_meta(turn->store)->row_numbers[kind];
        for (uint32_t number = 1; number <= count && !turn->failed; number++) {
            bool removed = true;
            struct bytes coded;
            if (!planning->kept[kind][number] &&
                store_row(turn->store, (enum directory_kind)kind, number, &removed, &coded) &&
                !removed) {
                emit_row(planning, (enum directory_kind)kind, number, bytes_of(NULL, 0));
            }
        }
    }
}

/* The texts that have to be in force when the plan's time comes: those of the plan before it, or the present ones. */
static void find_followed(struct planning *planning, uint8_t out[PLAN_DIGEST_BYTES])
{
    struct turn *turn = planning->turn;
    const struct plan_record *before = NULL;
    struct plan_record plan;
    struct plan_record best;
    for (uint32_t at = 0; store_plan_after(turn->store, at, PLAN_WAITING, &plan);
         at = plan.number) {
        if (!planning->proposal->shadow && plan.due_us <= planning->proposal->activate_us &&
            (before == NULL || plan.due_us >= best.due_us)) {
            best = plan;
            before = &best;
        }
    }
    if (before != NULL) {
        memcpy(out, before->digest, PLAN_DIGEST_BYTES);
        return;
    }
    if (!versions_digest(turn->store, store_meta(turn->store)->version, turn->arena, out)) {
        turn->failed = true;
    }
}

/* Both digests, then the titles. */
static struct bytes heading_of(struct planning *planning)
{
    const struct region_input *input = planning->input;
    const size_t digests = 2 * PLAN_DIGEST_BYTES;
    const size_t ru_bytes = strlen(input->title.ru) + 1;
    const size_t en_bytes = strlen(input->title.en) + 1;
    uint8_t *blob = arena_alloc(planning->turn->arena, digests + ru_bytes + en_bytes);
    if (blob == NULL) {
        planning->turn->failed = true;
        return bytes_of(NULL, 0);
    }
    region_digest(input->code, input->texts, input->text_count, blob);
    find_followed(planning, blob + PLAN_DIGEST_BYTES);
    memcpy(blob + digests, input->title.ru, ru_bytes);
    memcpy(blob + digests + ru_bytes, input->title.en, en_bytes);
    return bytes_of(blob, digests + ru_bytes + en_bytes);
}

static void emit_plan(struct planning *planning)
{
    const struct region_input *input = planning->input;
    const struct proposal_record *proposal = planning->proposal;
    struct turn *turn = planning->turn;
    const bool rolled_back = proposal->origin == VERSION_ROLLED_BACK;
    const struct bytes heading = heading_of(planning);
    const struct plan_record planned = assent_planned(proposal, input);
    uint32_t missing = 0;
    if (!assent_missing(turn->core, turn->arena, &planned, &missing)) {
        turn->failed = true;
    }
    for (size_t i = 0; i < input->text_count; i++) {
        const struct fact text = {.kind = FACT_PLAN_TEXT,
                                  .number = planning->number,
                                  .count = (uint32_t)i,
                                  .text = input->texts[i].name,
                                  .blob = input->texts[i].text};
        turn_emit(turn, &text);
    }
    const struct fact made = {.kind = FACT_PLAN_MADE,
                              .number = planning->number,
                              .other = proposal->id,
                              .site = proposal->site,
                              .worker = proposal->worker,
                              .code = proposal->origin,
                              .code_2 = missing,
                              .version = store_meta(turn->store)->version,
                              .count = rolled_back ? proposal->version : 0,
                              .due_us = proposal->activate_us,
                              .flag = proposal->shadow,
                              .text = input->code,
                              .text_2 = input->number_prefix,
                              .blob = heading};
    turn_emit(turn, &made);
}

void turn_plan(struct turn *turn,
               const struct proposal_record *proposal,
               const struct region_input *input)
{
    struct planning planning = {.turn = turn,
                                .proposal = proposal,
                                .input = input,
                                .number = store_meta(turn->store)->plans + 1};
    const struct entry head = {
        .cause = ENTRY_CONFIGURATION, .site = proposal->site, .worker = proposal->worker};
    if (!prepare(&planning)) {
        return;
    }
    turn_open_entry(turn, &head);
    for (size_t i = 0; i < input->row_count && !turn->failed; i++) {
        plan_row(&planning, &input->rows[i]);
    }
    if (!turn->failed) {
        plan_removals(&planning);
    }
    if (!turn->failed) {
        emit_plan(&planning);
    }
    struct proposal_record planned = *proposal;
    planned.plan = planning.number;
    if (!turn->failed) {
        proposals_settle(turn, &planned, PROPOSAL_PLANNED, (struct phrase){"", ""});
    }
    (void)turn_close_entry(turn);
}

/* ---- what becomes of it ------------------------------------------------------------------------------ */

void plans_due(struct turn *turn, uint32_t number)
{
    const struct fact due = {.kind = FACT_PLAN_DUE, .number = number};
    turn_emit(turn, &due);
}

void plans_settle(struct turn *turn,
                  uint32_t number,
                  enum plan_state state,
                  uint32_t by,
                  struct phrase reasons)
{
    const struct fact settled = {.kind = FACT_PLAN_SETTLED,
                                 .number = number,
                                 .code = state,
                                 .worker = by,
                                 .version = store_meta(turn->store)->version,
                                 .text = reasons.en,
                                 .text_2 = reasons.ru};
    turn_emit(turn, &settled);
}

void turn_settle_plan(struct turn *turn, const struct plan_record *plan, struct phrase reasons)
{
    const struct entry head = {.cause = ENTRY_CONFIGURATION};
    turn_open_entry(turn, &head);
    if (!turn->failed) {
        plans_settle(turn, plan->number, PLAN_FAILED, 0, reasons);
    }
    (void)turn_close_entry(turn);
}

struct proposal_record plans_proposal(const struct plan_record *plan)
{
    struct proposal_record proposal;
    memset(&proposal, 0, sizeof(proposal));
    proposal.id = plan->id;
    proposal.state = PROPOSAL_PLANNED;
    proposal.origin = plan->origin;
    proposal.site = plan->site;
    proposal.worker = plan->worker;
    proposal.version = plan->returned_to;
    proposal.plan = plan->number;
    return proposal;
}

void plans_withdraw(struct hearing *hearing)
{
    static const struct id128 none = {{0}};
    const uint32_t number = hearing->command->plan;
    struct plan_record plan;
    if (number > store_meta(hearing->turn->store)->plans ||
        !store_plan(hearing->turn->store, number, &plan)) {
        turn_refuse(hearing, REFUSAL_NOT_FOUND, "command.policy_withdraw.plan", NULL);
        return;
    }
    if (plan.state == PLAN_WITHDRAWN) {
        hearing->reply.repeated = true;
        turn_stored(hearing, &plan.id, &none);
        return;
    }
    if (plan.state != PLAN_WAITING && plan.state != PLAN_DUE && plan.state != PLAN_SHADOW &&
        plan.state != PLAN_UNSIGNED) {
        turn_refuse(hearing, REFUSAL_WRONG_STATE, "command.policy_withdraw.plan", NULL);
        return;
    }
    plans_settle(
        hearing->turn, number, PLAN_WITHDRAWN, hearing->speaker.worker, (struct phrase){"", ""});
    turn_stored(hearing, &plan.id, &none);
}

void plans_promote(struct hearing *hearing)
{
    static const struct id128 none = {{0}};
    struct plan_record plan;
    uint32_t missing = 0;
    if (hearing->command->plan > store_meta(hearing->turn->store)->plans ||
        !store_plan(hearing->turn->store, hearing->command->plan, &plan)) {
        turn_refuse(hearing, REFUSAL_NOT_FOUND, "command.policy_promote.plan", NULL);
        return;
    }
    if (plan.state == PLAN_DUE || plan.state == PLAN_ACTIVATED) {
        hearing->reply.repeated = true;
        turn_stored(hearing, &plan.id, &none);
        return;
    }
    if (plan.state != PLAN_WAITING && plan.state != PLAN_SHADOW && plan.state != PLAN_UNSIGNED) {
        turn_refuse(hearing, REFUSAL_WRONG_STATE, "command.policy_promote.plan", NULL);
        return;
    }
    if (!assent_missing(hearing->turn->core, hearing->turn->arena, &plan, &missing)) {
        hearing->turn->failed = true;
        return;
    }
    if (missing > 0) {
        turn_refuse(hearing, REFUSAL_SIGNATURE_NEEDED, "command.policy_promote.plan", NULL);
        return;
    }
    plans_due(hearing->turn, plan.number);
    turn_stored(hearing, &plan.id, &none);
}

/* ---- told -------------------------------------------------------------------------------------------- */

enum { PLANS_A_PAGE = 20 /* each may have two languages of reasons */ };

static bool fill_row(const struct core *core,
                     struct arena *arena,
                     const struct plan_record *plan,
                     struct plan_row *row)
{
    const struct directory *directory = core->region->directory;
    const struct directory_worker *worker = directory_worker(directory, plan->worker);
    const struct directory_worker *by = directory_worker(directory, plan->settled_by);
    const struct directory_site *site = directory_site(directory, plan->site);
    const void *digest = arena_copy(arena, plan->digest, PLAN_DIGEST_BYTES);
    const char *ru = "";
    const char *en = "";
    (void)store_reasons(core->store, STORE_PLAN_VERSION + plan->number, &ru, &en);
    *row = (struct plan_row){.plan = plan->number,
                             .state = plan->state,
                             .origin = plan->origin,
                             .actor = worker == NULL ? "" : worker->id,
                             .site = site == NULL ? "" : site->id,
                             .made_us = plan->made_us,
                             .due_us = plan->due_us,
                             .base_version = plan->base,
                             .settled_us = plan->settled_us,
                             .settled_by = by == NULL ? "" : by->id,
                             .version = plan->state == PLAN_ACTIVATED ? plan->version : 0,
                             .rows = plan->rows,
                             .reason_ru = arena_text(arena, ru),
                             .reason_en = arena_text(arena, en)};
    row->texts =
        versions_changed_texts(core->store, STORE_PLAN_VERSION + plan->number, plan->base, arena);
    row->digest = bytes_of(digest, PLAN_DIGEST_BYTES);
    row->signed_by = assent_signers(core, arena, plan);
    if ((plan->state == PLAN_UNSIGNED || plan->state == PLAN_SHADOW) &&
        !assent_missing(core, arena, plan, &row->signatures_missing)) {
        return false;
    }
    return row->signed_by != NULL && digest != NULL && row->reason_ru != NULL &&
           row->reason_en != NULL && row->texts != NULL;
}

bool plans_list(const struct core *core,
                struct arena *arena,
                const char *cursor,
                struct answer *answer)
{
    uint32_t number = cursor == NULL || cursor[0] == '\0' ? store_meta(core->store)->plans
                                                          : versions_parse(cursor);
    struct plan_record plan;
    answer->plans = arena_array(arena, PLANS_A_PAGE, sizeof(*answer->plans));
    if (answer->plans == NULL) {
        return false;
    }
    for (; number > 0 && store_plan(core->store, number, &plan); number--) {
        if (answer->plan_count == PLANS_A_PAGE) {
            answer->cursor = arena_format(arena, "%u", (unsigned)number);
            return answer->cursor != NULL;
        }
        if (!fill_row(core, arena, &plan, &answer->plans[answer->plan_count++])) {
            return false;
        }
    }
    return true;
}
