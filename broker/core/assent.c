/* Signatures of plans; see assent.h. */
#include "broker/core/assent.h"

#include "broker/core/plans.h"
#include "broker/core/versions.h"
#include "proto/consent.h"

#include <string.h>

static uint32_t agency_of(const struct core *core, uint32_t worker)
{
    const struct directory_worker *row = directory_worker(core->region->directory, worker);
    return row == NULL ? 0 : row->agency;
}

static const struct policy_signer *signer_of(const struct policy_consent *consent, uint32_t agency)
{
    for (size_t i = 0; i < consent->signer_count; i++) {
        if (consent->signers[i].agency == agency) {
            return &consent->signers[i];
        }
    }
    return NULL;
}

static bool same_consent(const struct policy_consent *this, const struct policy_consent *other)
{
    bool same = this->needed == other->needed && this->signer_count == other->signer_count;
    for (size_t i = 0; same && i < this->signer_count; i++) {
        const struct policy_signer *twin = signer_of(other, this->signers[i].agency);
        same = twin != NULL && memcmp(twin->key, this->signers[i].key, KEYS_BYTES) == 0;
    }
    return same;
}

/* It was in force under this very rule. */
static bool returns_under(const struct core *core,
                          const struct plan_record *plan,
                          const struct policy_consent *consent)
{
    if (plan->origin != VERSION_ROLLED_BACK) {
        return false;
    }
    const struct region *then = core_told_region(core, plan->returned_to);
    return then != NULL && then->version == plan->returned_to &&
           same_consent(consent, policy_consent(then->policy));
}

static bool
agrees(const struct core *core, const struct plan_record *plan, const struct policy_signer *signer)
{
    if (plan->worker != 0 && agency_of(core, plan->worker) == signer->agency) {
        return true;
    }
    for (uint32_t i = 0; i < plan->signature_count; i++) {
        const struct plan_signature *signature = &plan->signatures[i];
        if (signature->agency == signer->agency &&
            consent_holds(signer->key, plan->number, plan->digest, signature->signature)) {
            return true;
        }
    }
    return false;
}

struct plan_record assent_planned(const struct proposal_record *proposal,
                                  const struct region_input *input)
{
    struct plan_record plan;
    memset(&plan, 0, sizeof(plan));
    if (proposal != NULL) {
        plan.origin = proposal->origin;
        plan.worker = proposal->worker;
        plan.returned_to = proposal->version;
    }
    region_digest(input->code, input->texts, input->text_count, plan.digest);
    return plan;
}

bool assent_missing(const struct core *core,
                    struct arena *arena,
                    const struct plan_record *plan,
                    uint32_t *missing)
{
    uint8_t present[REGION_DIGEST_BYTES];
    uint32_t agreed = 0;
    *missing = 0;
    if (core->region == NULL || policy_consent(core->region->policy)->needed == 0) {
        return true;
    }
    const struct policy_consent *consent = policy_consent(core->region->policy);
    if (!versions_digest(core->store, store_meta(core->store)->version, arena, present)) {
        return false;
    }
    if (memcmp(present, plan->digest, sizeof(present)) == 0 || returns_under(core, plan, consent)) {
        return true;
    }
    for (size_t i = 0; i < consent->signer_count; i++) {
        agreed += agrees(core, plan, &consent->signers[i]) ? 1 : 0;
    }
    *missing = agreed < consent->needed ? consent->needed - agreed : 0;
    return true;
}

const char *
assent_signers(const struct core *core, struct arena *arena, const struct plan_record *plan)
{
    const char *list = "";
    for (uint32_t i = 0; i < plan->signature_count && list != NULL; i++) {
        const struct directory_worker *row =
            directory_worker(core->region->directory, plan->signatures[i].worker);
        list = arena_format(arena, "%s%s%s", list, i == 0 ? "" : ", ", row == NULL ? "?" : row->id);
    }
    return list;
}

/* ---- an administrator signs ---------------------------------------------------------------------------- */

static enum refusal
refusal_of(const struct hearing *hearing, const struct plan_record *plan, uint32_t agency)
{
    const struct core *core = hearing->turn->core;
    const struct policy_signer *signer = signer_of(policy_consent(core->region->policy), agency);
    if (plan->state != PLAN_UNSIGNED && plan->state != PLAN_SHADOW) {
        return REFUSAL_WRONG_STATE;
    }
    if (signer == NULL) {
        return REFUSAL_SIGNER_UNKNOWN;
    }
    if (plan->worker != 0 && agency_of(core, plan->worker) == agency) {
        return REFUSAL_SIGNATURE_OWN;
    }
    if (agrees(core, plan, signer)) {
        return REFUSAL_SIGNATURE_REPEATED;
    }
    return plan->signature_count < LIMIT_SIGNERS &&
                   consent_holds(
                       signer->key, plan->number, plan->digest, hearing->command->data.data)
               ? REFUSAL_UNSPECIFIED
               : REFUSAL_SIGNATURE_WRONG;
}

static void sign(struct hearing *hearing, struct plan_record *plan, uint32_t agency)
{
    static const struct id128 none = {{0}};
    struct turn *turn = hearing->turn;
    const struct command *command = hearing->command;
    uint32_t missing = 0;
    struct plan_signature *added = &plan->signatures[plan->signature_count++];
    added->agency = agency;
    memcpy(added->signature, command->data.data, PLAN_SIGNATURE_BYTES);
    if (!assent_missing(turn->core, turn->arena, plan, &missing)) {
        turn->failed = true;
        return;
    }
    const struct fact fact = {.kind = FACT_PLAN_SIGNED,
                              .number = plan->number,
                              .worker = hearing->speaker.worker,
                              .count = agency,
                              .flag = missing == 0,
                              .blob = command->data};
    turn_emit(turn, &fact);
    if (missing == 0 && plan->state == PLAN_UNSIGNED && plan->due_us <= turn->options.now_us) {
        plans_due(turn, plan->number);
    }
    turn_stored(hearing, &plan->id, &none);
}

void assent_sign(struct hearing *hearing)
{
    const uint32_t number = hearing->command->plan;
    const uint32_t agency = agency_of(hearing->turn->core, hearing->speaker.worker);
    struct plan_record plan;
    if (number > store_meta(hearing->turn->store)->plans ||
        !store_plan(hearing->turn->store, number, &plan)) {
        turn_refuse(hearing, REFUSAL_NOT_FOUND, "command.policy_sign.plan", NULL);
        return;
    }
    const enum refusal refusal = refusal_of(hearing, &plan, agency);
    if (refusal != REFUSAL_UNSPECIFIED) {
        turn_refuse(hearing,
                    refusal,
                    refusal == REFUSAL_WRONG_STATE ? "command.policy_sign.plan"
                                                   : "command.policy_sign.signature",
                    NULL);
        return;
    }
    sign(hearing, &plan, agency);
}
