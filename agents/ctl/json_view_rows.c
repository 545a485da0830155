/* JSON of what the broker is asked for: timelines, explanations, agencies, curators, status. */
#include "agents/ctl/json_view.h"

#include "base/utc.h"

static json_t *candidate_of(const struct candidate_view *candidate);

json_t *json_view_timeline(const struct timeline_row *row)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:i, s:I, s:I}",
                     "at",
                     json_view_time(row->at_us),
                     "event",
                     json_view_text(row->event),
                     "text",
                     json_view_phrase(row->text),
                     "actor",
                     json_view_text(row->actor),
                     "site",
                     json_view_text(row->site),
                     "policy_version",
                     (int)row->policy_version,
                     "position",
                     (json_int_t)row->position,
                     "late_by_seconds",
                     (json_int_t)(row->late_by_us / UTC_SECOND_US));
}

json_t *json_view_explanation(const struct explanation *explanation)
{
    json_t *candidates = json_array();
    json_t *others = json_object();
    json_t *rules = json_array();

    for (size_t i = 0; i < explanation->candidate_count; i++) {
        (void)json_array_append_new(candidates, candidate_of(&explanation->candidates[i]));
    }
    for (uint32_t i = 1; i < CANDIDATE_END; i++) {
        if (explanation->counts[i] > 0) {
            (void)json_object_set_new(others,
                                      vocabulary_code(VOCABULARY_CANDIDATE_REASON, i),
                                      json_integer(explanation->counts[i]));
        }
    }
    for (size_t i = 0; i < explanation->passed_rule_count; i++) {
        (void)json_array_append_new(
            rules,
            json_pack("{s:o, s:o, s:o}",
                      "rule",
                      json_view_text(explanation->passed_rules[i].rule),
                      "title",
                      json_view_phrase(explanation->passed_rules[i].title),
                      "failed",
                      json_view_phrase(explanation->passed_rules[i].failed)));
    }
    return json_pack("{s:o, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                     "at",
                     json_view_time(explanation->at_us),
                     "sentence",
                     json_view_phrase(explanation->sentence),
                     "policy_version",
                     (int)explanation->policy_version,
                     "rule",
                     json_view_text(explanation->rule),
                     "rule_title",
                     json_view_phrase(explanation->rule_title),
                     "pool",
                     json_view_text(explanation->pool),
                     "chosen",
                     json_view_text(explanation->chosen),
                     "chosen_title",
                     json_view_phrase(explanation->chosen_title),
                     "desk_reason",
                     json_view_code(VOCABULARY_DESK_REASON, explanation->desk_reason),
                     "passed_rules",
                     rules,
                     "candidates",
                     candidates,
                     "others",
                     others);
}

json_t *json_view_agency(const struct agency_row *row)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:i, s:i, s:i}",
                     "id",
                     json_view_text(row->id),
                     "kind",
                     json_view_code(VOCABULARY_AGENCY_KIND, row->kind),
                     "ownership",
                     json_view_code(VOCABULARY_OWNERSHIP, row->ownership),
                     "title",
                     json_view_phrase(row->title),
                     "home_site",
                     json_view_text(row->home_site),
                     "sites",
                     (int)row->sites,
                     "sites_connected",
                     (int)row->sites_connected,
                     "workers",
                     (int)row->workers);
}

json_t *json_view_curator(const struct curator_row *row)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:i, s:i, s:i, s:b, s:b, s:o, s:o, s:o, s:i, s:b}",
                     "id",
                     json_view_text(row->id),
                     "title",
                     json_view_phrase(row->title),
                     "agency",
                     json_view_text(row->agency),
                     "site",
                     json_view_text(row->site),
                     "load",
                     (int)row->load,
                     "capacity",
                     (int)row->capacity,
                     "open_offers",
                     (int)row->open_offers,
                     "connected",
                     (int)row->connected,
                     "on_leave",
                     (int)row->on_leave,
                     "leave_from",
                     json_view_time(row->leave_from_us),
                     "leave_until",
                     json_view_time(row->leave_until_us),
                     "deputy",
                     json_view_text(row->deputy),
                     "covered",
                     (int)row->covered,
                     "dismissed",
                     (int)row->dismissed);
}

json_t *json_view_erasure(const struct erasure_row *row)
{
    char id[ID128_TEXT_MAX];
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:i, s:o}",
                     "referral",
                     id128_format(&row->referral, id),
                     "case",
                     json_view_text(row->case_number),
                     "erased",
                     json_view_time(row->at_us),
                     "actor",
                     json_view_text(row->actor),
                     "reason",
                     json_view_text(row->reason),
                     "site",
                     json_view_text(row->site),
                     "author",
                     (int)row->author,
                     "shown",
                     json_view_time(row->shown_us),
                     "sections",
                     (int)row->sections,
                     "confirmed",
                     json_view_time(row->confirmed_us));
}

json_t *json_view_version(const struct version_row *row)
{
    static const char *const origins[VERSION_ORIGIN_END] = {"", "files", "applied", "rolled-back"};
    return json_pack("{s:o, s:i, s:i, s:o, s:b, s:s, s:o, s:o, s:i, s:i, s:i, s:i, s:o}",
                     "signed_by",
                     json_view_text(row->signed_by),
                     "plan",
                     (int)row->plan,
                     "version",
                     (int)row->version,
                     "at",
                     json_view_time(row->at_us),
                     "in_force",
                     (int)row->in_force,
                     "origin",
                     origins[row->origin],
                     "actor",
                     json_view_text(row->actor),
                     "site",
                     json_view_text(row->site),
                     "returned_to",
                     (int)row->returned_to,
                     "rows_added",
                     (int)row->rows_added,
                     "rows_changed",
                     (int)row->rows_changed,
                     "rows_removed",
                     (int)row->rows_removed,
                     "texts",
                     json_view_text(row->texts));
}

json_t *json_view_difference(const struct version_difference *row)
{
    static const char *const changes[VERSION_CHANGE_END] = {"", "added", "changed", "removed"};
    return json_pack("{s:o, s:o, s:s, s:o}",
                     "kind",
                     json_view_text(row->kind),
                     "id",
                     json_view_text(row->id),
                     "change",
                     changes[row->change],
                     "fields",
                     json_view_text(row->fields));
}

json_t *json_view_shadow_pair(const struct shadow_pair *pair)
{
    return json_pack("{s:o, s:o, s:I, s:I, s:I, s:I}",
                     "active",
                     json_view_text(pair->active),
                     "shadow",
                     json_view_text(pair->shadow),
                     "decided",
                     (json_int_t)pair->decided,
                     "pool",
                     (json_int_t)pair->pool,
                     "curator",
                     (json_int_t)pair->curator,
                     "notified",
                     (json_int_t)pair->notified);
}

json_t *json_view_shadow_case(const struct shadow_case *difference)
{
    return json_pack("{s:o, s:o, s:{s:o, s:o, s:o, s:o}, s:{s:o, s:o, s:o, s:o}, s:o}",
                     "at",
                     json_view_time(difference->at_us),
                     "case",
                     json_view_text(difference->case_number),
                     "active",
                     "rule",
                     json_view_text(difference->active_rule),
                     "pool",
                     json_view_text(difference->active_pool),
                     "chosen",
                     json_view_text(difference->active_chosen),
                     "desk_reason",
                     json_view_code(VOCABULARY_DESK_REASON, difference->active_desk),
                     "shadow",
                     "rule",
                     json_view_text(difference->shadow_rule),
                     "pool",
                     json_view_text(difference->shadow_pool),
                     "chosen",
                     json_view_text(difference->shadow_chosen),
                     "desk_reason",
                     json_view_code(VOCABULARY_DESK_REASON, difference->shadow_desk),
                     "notified",
                     json_view_text(difference->notified));
}

json_t *json_view_plan(const struct plan_row *row)
{
    static const char *const states[PLAN_END] = {
        "", "waiting", "due", "activated", "failed", "withdrawn", "shadow", "unsigned"};
    char digest[2 * PLAN_DIGEST_BYTES + 1] = "";
    if (row->digest.size == PLAN_DIGEST_BYTES) {
        bytes_to_hex(row->digest, digest);
    }
    return json_pack(
        "{s:o, s:i, s:i, s:s, s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:i, s:o, s:i, s:o, s:o}",
        "signed_by",
        json_view_text(row->signed_by),
        "signatures_missing",
        (int)row->signatures_missing,
        "plan",
        (int)row->plan,
        "state",
        states[row->state],
        "actor",
        json_view_text(row->actor),
        "site",
        json_view_text(row->site),
        "made",
        json_view_time(row->made_us),
        "due",
        json_view_time(row->due_us),
        "base",
        (int)row->base_version,
        "settled",
        json_view_time(row->settled_us),
        "settled_by",
        json_view_text(row->settled_by),
        "version",
        (int)row->version,
        "texts",
        json_view_text(row->texts),
        "rows",
        (int)row->rows,
        "digest",
        json_view_text(digest),
        "reason",
        json_view_phrase((struct phrase){row->reason_ru, row->reason_en}));
}

static json_t *alarms_of(const struct site_status *status)
{
    json_t *list = json_array();
    for (size_t i = 0; i < status->alarm_count; i++) {
        const struct site_alarm *alarm = &status->alarms[i];
        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:o, s:o, s:o, s:i}",
                                        "site",
                                        json_view_text(alarm->site),
                                        "event",
                                        json_view_text(alarm->event),
                                        "reason",
                                        json_view_text(alarm->reason),
                                        "at",
                                        json_view_time(alarm->at_us),
                                        "until",
                                        json_view_time(alarm->until_us),
                                        "times",
                                        (int)alarm->times));
    }
    return list;
}

json_t *json_view_status(const struct site_status *status)
{
    json_t *json = json_pack("{s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:i, s:I, s:b, s:o}",
                             "program",
                             json_view_text(status->program),
                             "region",
                             json_view_text(status->region),
                             "site",
                             json_view_text(status->site),
                             "connected",
                             (int)status->connected,
                             "endpoint",
                             json_view_text(status->endpoint),
                             "time",
                             json_view_time(status->time_us),
                             "started",
                             json_view_time(status->started_us),
                             "policy_version",
                             (int)status->policy_version,
                             "position",
                             (json_int_t)status->position,
                             "clock_doubted",
                             (int)status->clock_doubted,
                             "alarms",
                             alarms_of(status));
    const struct {
        const char *name;
        uint64_t value;
    } counts[] = {
        {"referrals", status->referrals},
        {"cases_open", status->cases_open},
        {"cases_ended", status->cases_ended},
        {"cases_on_desks", status->cases_on_desks},
        {"cases_with_lead", status->cases_with_lead},
        {"offers_open", status->offers_open},
        {"sites_connected", status->sites_connected},
        {"sites_away", status->sites_away},
        {"spool_waiting", status->spool_waiting},
        {"spool_limit", status->spool_limit},
        {"refused", status->refused},
        {"disk_free_bytes", status->disk_free_bytes},
        {"plans_waiting", status->plans_waiting},
        {"disclosure_epoch", status->disclosure_epoch},
        {"disclosure_epoch_old", status->disclosure_epoch_old},
        {"disclosure_keys_waiting", status->disclosure_keys_waiting},
        {"disclosure_sites_waiting", status->disclosure_sites_waiting},
    };
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        (void)json_object_set_new(json, counts[i].name, json_integer((json_int_t)counts[i].value));
    }
    (void)json_object_set_new(json, "plan_due", json_view_time(status->plan_due_us));
    (void)json_object_set_new(json, "oldest_waiting", json_view_time(status->oldest_waiting_us));
    return json;
}

static json_t *candidate_of(const struct candidate_view *candidate)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:i, s:i}",
                     "worker",
                     json_view_text(candidate->worker),
                     "until",
                     json_view_time(candidate->until_us),
                     "title",
                     json_view_phrase(candidate->title),
                     "reason",
                     json_view_code(VOCABULARY_CANDIDATE_REASON, candidate->reason),
                     "load",
                     (int)candidate->load,
                     "capacity",
                     (int)candidate->capacity);
}
