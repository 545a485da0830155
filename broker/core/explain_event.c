/* Timelines as sentences. */
#include "broker/core/explain.h"

/* %1 is the worker whom the fact is about (of a notice, the site that was told; of a desk, its agency), %2 the title of its code; a row says
 * which vocabulary the code is from. */
struct event_row {
    struct phrase plain;       /* no worker is told */
    struct phrase with_worker; /* "…: %s" */
    enum vocabulary code;      /* VOCABULARY_END: the code says nothing to people */
    bool code_2;               /* the title is of code_2 */
};

static const struct event_row event_rows[FACT_END] = {
    [FACT_CASE_OPENED] = {.plain = {"открыт случай", "the case was opened"},
                          .code = VOCABULARY_END},
    [FACT_REFERRAL_JOINED] = {.plain = {"присоединено ещё одно направление о той же семье",
                                        "one more referral about the same family joined"},
                              .code = VOCABULARY_END},
    [FACT_DUPLICATE_SUSPECTED] = {.plain = {"возможно, это та же семья, что в другом случае",
                                            "possibly the same family as in another case"},
                                  .code = VOCABULARY_END},
    [FACT_DUPLICATE_REJECTED] = {.plain = {"решено: это разные семьи",
                                           "decided: these are different families"},
                                 .code = VOCABULARY_END},
    [FACT_CASE_MERGED] = {.plain = {"случай объединён с другим о той же семье",
                                    "the case was merged with another about the same family"},
                          .code = VOCABULARY_END},
    [FACT_DECIDED] = {.plain = {"маршрут решён: куратора по правилам не нашлось",
                                "routing decided: the rules found no curator"},
                      .with_worker = {"маршрут решён, выбран куратор: ",
                                      "routing decided, curator chosen: "},
                      .code = VOCABULARY_DESK_REASON,
                      .code_2 = true},
    [FACT_CURATOR_PROPOSED] = {.with_worker = {"случай предложен куратору: ",
                                               "the case was offered to: "},
                               .code = VOCABULARY_END},
    [FACT_OFFER_DELIVERED] = {.with_worker = {"предложение доставлено: ",
                                              "the offer was delivered to: "},
                              .code = VOCABULARY_END},
    [FACT_OFFER_SEEN] = {.with_worker = {"предложение просмотрено: ", "the offer was seen by: "},
                         .code = VOCABULARY_END},
    [FACT_OFFER_ACCEPTED] = {.with_worker = {"куратор назначен: ", "curator appointed: "},
                             .code = VOCABULARY_CASE_STATE},
    [FACT_OFFER_REFUSED] = {.with_worker = {"куратор отказался: ", "the curator refused: "},
                            .code = VOCABULARY_DECLINE_REASON},
    [FACT_OFFER_EXPIRED] = {.with_worker = {"срок истёк без ответа: ",
                                            "the time ran out without an answer: "},
                            .code = VOCABULARY_END},
    [FACT_OFFER_WITHDRAWN] = {.with_worker = {"предложение отозвано: ",
                                              "the offer was withdrawn from: "},
                              .code = VOCABULARY_END},
    [FACT_ASSIGNMENT_ENDED] = {.with_worker = {"назначение завершено: ", "the appointment ended: "},
                               .code = VOCABULARY_END},
    [FACT_PUT_ON_DESK] = {.plain = {"случай ждёт решения на столе",
                                    "the case waits for a decision on a desk"},
                          .with_worker = {"случай ждёт решения на столе: ",
                                          "the case waits for a decision on the desk of: "},
                          .code = VOCABULARY_DESK_REASON,
                          .code_2 = true},
    [FACT_TAKEN_OFF_DESK] = {.plain = {"случай снят со стола", "the case left the desk"},
                             .code = VOCABULARY_END},
    [FACT_NOTICE_SENT] = {.plain = {"извещено ведомство", "an agency was told"},
                          .with_worker = {"извещены: ", "told: "},
                          .code = VOCABULARY_END},
    [FACT_DISCLOSED] = {.with_worker = {"данные семьи раскрыты: ",
                                        "the family's data were disclosed to: "},
                        .code = VOCABULARY_END},
    [FACT_DISCLOSURE_ENDED] = {.plain = {"доступ к данным семьи прекращён",
                                         "access to the family's data ended"},
                               .code = VOCABULARY_END},
    [FACT_REFERRAL_ERASED] = {.plain = {"данные семьи из обращения уничтожены",
                                        "what the referral told of the family was destroyed"},
                              .code = VOCABULARY_END},
    [FACT_ESCALATED] = {.plain = {"срок нарушен, поднята тревога",
                                  "a norm was broken, an alarm was raised"},
                        .code = VOCABULARY_DESK_REASON},
    [FACT_REFERRAL_DELIVERED] = {.plain = {"новое направление доставлено куратору",
                                           "the new referral was delivered to the curator"},
                                 .code = VOCABULARY_END},
    [FACT_REFERRAL_SEEN] = {.with_worker = {"новое направление просмотрено: ",
                                            "the new referral was seen by: "},
                            .code = VOCABULARY_END},
    [FACT_RISK_RAISED] = {.plain = {"уровень повышен до угрозы жизни: экстренный порядок",
                                    "the level rose to danger to life: emergency"},
                          .code = VOCABULARY_END},
    [FACT_LEAD_SUSPENDED] = {.with_worker = {"куратор в отпуске: ", "the curator is on leave: "},
                             .code = VOCABULARY_END},
    [FACT_DEPUTY_APPOINTED] = {.with_worker = {"случай ведёт замещающий куратор: ",
                                               "the deputy leads the case: "},
                               .code = VOCABULARY_END},
    [FACT_DEPUTY_MISSING] =
        {.plain = {"куратор в отпуске, заместитель не назван",
                   "the curator is on leave, no deputy is named"},
         .with_worker = {"куратор в отпуске, заместить не может: ",
                         "the curator is on leave, and cannot be deputised by: "},
         .code = VOCABULARY_CANDIDATE_REASON},
    [FACT_LEAD_REVIVED] = {.with_worker = {"куратор вернулся и снова ведёт случай: ",
                                           "the curator is back and leads the case again: "},
                           .code = VOCABULARY_END},
    [FACT_CURATOR_LOST] = {.with_worker = {"куратор выбыл: ", "the curator has left: "},
                           .code = VOCABULARY_END},
    [FACT_OUTCOME_PROPOSED] = {.with_worker = {"итог предложен: ", "an outcome was proposed by: "},
                               .code = VOCABULARY_CASE_OUTCOME},
    [FACT_OUTCOME_REJECTED] = {.plain = {"итог возвращён куратору",
                                         "the outcome was sent back to the curator"},
                               .with_worker = {"итог возвращён куратору: ",
                                               "the outcome was sent back by: "},
                               .code = VOCABULARY_END},
    [FACT_CASE_CLOSED] = {.with_worker = {"случай закрыт, итог утверждён: ",
                                          "the case was closed, the outcome approved by: "},
                          .code = VOCABULARY_CASE_OUTCOME},
};

/* A desk to which the case was handed up, because the one before it was late. */
static const struct phrase handed_up = {"случай передан выше: ", "the case was handed up to: "};

/* Whom the fact is about; false: nobody whom the directory knows. */
static bool
find_name(const struct core *core, const struct timeline_record *record, struct phrase *out)
{
    if (record->kind == FACT_NOTICE_SENT) {
        const struct directory_site *site = directory_site(core->region->directory, record->code);
        *out = site == NULL ? *out : site->title;
        return site != NULL;
    }
    if (record->kind == FACT_PUT_ON_DESK) {
        const struct directory_agency *agency =
            directory_agency(core->region->directory, record->agency);
        *out = agency == NULL ? *out : agency->title;
        return agency != NULL;
    }
    const struct directory_worker *worker =
        directory_worker(core->region->directory, record->worker);
    *out = worker == NULL ? *out : worker->title;
    return worker != NULL;
}

struct phrase
explain_event(const struct core *core, struct arena *arena, const struct timeline_record *record)
{
    const struct event_row *row = &event_rows[record->kind];
    struct phrase name = {"", ""};
    const bool told = row->with_worker.ru != NULL && find_name(core, record, &name);
    const bool up = told && record->kind == FACT_PUT_ON_DESK && record->flag;
    const struct phrase head = up ? handed_up : told ? row->with_worker : row->plain;
    const uint32_t code = row->code_2 ? record->code_2 : record->code;
    const bool coded = row->code != VOCABULARY_END && code != 0;
    const struct phrase title = coded ? vocabulary_title(row->code, code) : (struct phrase){"", ""};
    return (struct phrase){.ru = arena_format(arena,
                                              "%s%s%s%s",
                                              head.ru == NULL ? "" : head.ru,
                                              name.ru,
                                              coded ? " — " : "",
                                              title.ru),
                           .en = arena_format(arena,
                                              "%s%s%s%s",
                                              head.en == NULL ? "" : head.en,
                                              name.en,
                                              coded ? " — " : "",
                                              title.en)};
}
