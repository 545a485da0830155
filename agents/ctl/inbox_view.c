/* Rows of the inbox; see the header. */
#include "agents/ctl/inbox_view.h"

#include "agents/ctl/case_view.h"
#include "agents/ctl/moment.h"
#include "agents/ctl/referral_view.h"
#include "agents/ctl/subject.h"
#include "agents/ctl/wording.h"

static const struct phrase kinds[DELIVERY_END] = {
    {"—", "—"},
    {"моё направление", "my referral"},
    {"предложение", "offer"},
    {"случай", "case"},
    {"задача", "task"},
    {"извещение", "notice"},
    {"сведения", "disclosure"},
    {"уничтожение", "erasure"},
};

static const struct labels *labels_of(const struct delivery *delivery);
static int64_t due_of(const struct delivery *delivery);
static bool is_new(const struct inbox_row *row);
static bool is_open(const struct offer_view *offer);
static void print_head(const struct screen *screen, const struct delivery *delivery);
static void print_offer(const struct screen *screen, const struct offer_view *offer);
static void print_task(const struct screen *screen, const struct task_view *task);
static void print_notice(const struct screen *screen, const struct notice_view *notice);

struct table *inbox_view_table(const struct screen *screen)
{
    const char *heads[] = {">N",
                           "",
                           SCREEN_IN(screen, "Что", "What"),
                           SCREEN_IN(screen, "Случай", "Case"),
                           SCREEN_IN(screen, "Уровень", "Level"),
                           SCREEN_IN(screen, "Территория", "Territory"),
                           SCREEN_IN(screen, "Потребности", "Needs"),
                           SCREEN_IN(screen, "Срок", "Due")};

    return table_create(heads, sizeof(heads) / sizeof(heads[0]));
}

bool inbox_view_waits(const struct inbox_row *row)
{
    return row->delivery.kind != DELIVERY_OFFER || is_open(&row->delivery.view.offer);
}

bool inbox_view_add(const struct screen *screen,
                    struct table *table,
                    const struct inbox_row *row,
                    size_t row_number)
{
    const struct delivery *delivery = &row->delivery;
    const struct labels *labels = labels_of(delivery);
    char needs[WORDING_TEXT_MAX] = "—";
    char due[MOMENT_TEXT_MAX];
    char number[24];

    (void)snprintf(number, sizeof(number), "%zu", row_number);
    if (labels != NULL) {
        (void)wording_mask(VOCABULARY_NEED, labels->needs, screen->language, needs);
    }
    return table_add(
        table,
        (const char *const[]){
            number,
            is_new(row) ? "●" : " ",
            screen_phrase(screen, kinds[delivery->kind < DELIVERY_END ? delivery->kind : 0]),
            subject_number_of(delivery),
            labels == NULL ? "—" : wording_title(screen, VOCABULARY_RISK, labels->risk),
            labels == NULL ? "—" : labels->territory,
            needs,
            moment_due(due_of(delivery), screen->now_us, screen->language, due)});
}

void inbox_view_print(const struct screen *screen, const struct inbox_row *row)
{
    const struct delivery *delivery = &row->delivery;

    switch (delivery->kind) {
    case DELIVERY_REFERRAL:
        referral_view_print(screen, &(struct referral_row){.view = delivery->view.referral});
        return;
    case DELIVERY_CASE:
        case_view_print(screen, &delivery->view.case_);
        return;
    case DELIVERY_OFFER:
        print_head(screen, delivery);
        print_offer(screen, &delivery->view.offer);
        return;
    case DELIVERY_TASK:
        print_head(screen, delivery);
        print_task(screen, &delivery->view.task);
        return;
    case DELIVERY_NOTICE:
        print_head(screen, delivery);
        print_notice(screen, &delivery->view.notice);
        return;
    case DELIVERY_UNSPECIFIED:
    case DELIVERY_DISCLOSURE:
    case DELIVERY_ERASURE:
    case DELIVERY_END:
        print_head(screen, delivery);
        return;
    }
}

static void print_head(const struct screen *screen, const struct delivery *delivery)
{
    const char *kind =
        screen_phrase(screen, kinds[delivery->kind < DELIVERY_END ? delivery->kind : 0]);

    screen_print(screen,
                 "%s%s%s  %s\n",
                 screen_color(screen, SCREEN_BOLD),
                 subject_number_of(delivery),
                 screen_color(screen, SCREEN_PLAIN),
                 kind);
}

static void print_offer(const struct screen *screen, const struct offer_view *offer)
{
    char text[MOMENT_TEXT_MAX];
    char due[WORDING_TEXT_MAX];
    bool open = is_open(offer);

    if (offer->emergency) {
        screen_print(screen,
                     SCREEN_IN(screen, "  %sЭкстренный случай%s\n", "  %sEmergency%s\n"),
                     screen_color(screen, SCREEN_RED),
                     screen_color(screen, SCREEN_PLAIN));
    }
    wording_labels(screen, &offer->labels);
    screen_field(
        screen, SCREEN_IN(screen, "Почему вы", "Why you"), "%s", screen_phrase(screen, offer->why));
    screen_field(screen,
                 SCREEN_IN(screen, "Правило", "Rule"),
                 "%s",
                 screen_phrase(screen, offer->rule_title));
    if (offer->possible_duplicate != NULL && offer->possible_duplicate[0] != '\0') {
        screen_field(screen,
                     SCREEN_IN(screen, "Похож на случай", "May duplicate"),
                     "%s",
                     offer->possible_duplicate);
    }
    screen_field(screen,
                 SCREEN_IN(screen, "Предложено", "Offered"),
                 "%s",
                 moment_format(offer->offered_us, screen->now_us, screen->language, text));
    if (!open) {
        screen_field(screen,
                     SCREEN_IN(screen, "Состояние", "State"),
                     "%s",
                     wording_title(screen, VOCABULARY_ASSIGNMENT_STATE, offer->state));
        return;
    }
    screen_field(screen,
                 SCREEN_IN(screen, "Ответить до", "Answer until"),
                 "%s (%s)",
                 moment_format(offer->answer_due_us, screen->now_us, screen->language, text),
                 wording_due(screen, offer->answer_due_us, due));
    screen_hint(
        screen,
        SCREEN_IN(screen,
                  "Принять: refctl accept %s; отказаться: refctl refuse %s --reason КОД\n",
                  "To accept: refctl accept %s; to refuse: refctl refuse %s --reason CODE\n"),
        offer->case_number,
        offer->case_number);
}

static void print_task(const struct screen *screen, const struct task_view *task)
{
    char text[MOMENT_TEXT_MAX];
    char due[WORDING_TEXT_MAX];

    screen_print(screen, "  %s\n", screen_phrase(screen, task->text));
    wording_labels(screen, &task->labels);
    screen_field(screen,
                 SCREEN_IN(screen, "Стол", "Desk"),
                 "%s",
                 wording_title(screen, VOCABULARY_DESK, task->desk));
    screen_field(screen,
                 SCREEN_IN(screen, "Почему", "Why"),
                 "%s",
                 wording_title(screen, VOCABULARY_DESK_REASON, task->reason));
    if (task->proposed_outcome != CASE_OUTCOME_UNSPECIFIED) {
        screen_field(screen,
                     SCREEN_IN(screen, "Предложен итог", "Proposed outcome"),
                     "%s",
                     wording_title(screen, VOCABULARY_CASE_OUTCOME, task->proposed_outcome));
    }
    screen_field(screen,
                 SCREEN_IN(screen, "На столе с", "Since"),
                 "%s",
                 moment_format(task->since_us, screen->now_us, screen->language, text));
    screen_field(
        screen, SCREEN_IN(screen, "Срок", "Due"), "%s", wording_due(screen, task->due_us, due));
}

static void print_notice(const struct screen *screen, const struct notice_view *notice)
{
    char text[MOMENT_TEXT_MAX];

    if (notice->emergency) {
        screen_print(screen,
                     SCREEN_IN(screen, "  %sЭкстренный случай%s\n", "  %sEmergency%s\n"),
                     screen_color(screen, SCREEN_RED),
                     screen_color(screen, SCREEN_PLAIN));
    }
    wording_labels(screen, &notice->labels);
    screen_field(screen,
                 SCREEN_IN(screen, "Правило", "Rule"),
                 "%s",
                 screen_phrase(screen, notice->rule_title));
    screen_field(screen,
                 SCREEN_IN(screen, "Когда", "When"),
                 "%s",
                 moment_format(notice->at_us, screen->now_us, screen->language, text));
}

static const struct labels *labels_of(const struct delivery *delivery)
{
    switch (delivery->kind) {
    case DELIVERY_REFERRAL:
        return &delivery->view.referral.labels;
    case DELIVERY_OFFER:
        return &delivery->view.offer.labels;
    case DELIVERY_CASE:
        return &delivery->view.case_.labels;
    case DELIVERY_TASK:
        return &delivery->view.task.labels;
    case DELIVERY_NOTICE:
        return &delivery->view.notice.labels;
    case DELIVERY_UNSPECIFIED:
    case DELIVERY_DISCLOSURE:
    case DELIVERY_ERASURE:
    case DELIVERY_END:
        break;
    }
    return NULL;
}

static int64_t due_of(const struct delivery *delivery)
{
    switch (delivery->kind) {
    case DELIVERY_REFERRAL:
        return referral_view_due_us(&delivery->view.referral);
    case DELIVERY_OFFER:
        return delivery->view.offer.answer_due_us;
    case DELIVERY_CASE:
        return delivery->view.case_.appointed_us == 0 ? delivery->view.case_.curator_due_us : 0;
    case DELIVERY_TASK:
        return delivery->view.task.due_us;
    case DELIVERY_UNSPECIFIED:
    case DELIVERY_NOTICE:
    case DELIVERY_DISCLOSURE:
    case DELIVERY_ERASURE:
    case DELIVERY_END:
        break;
    }
    return 0;
}

/* Only what somebody has to open counts; the broker is told when it was. */
static bool is_new(const struct inbox_row *row)
{
    return !row->seen && inbox_view_waits(row) &&
           (row->delivery.kind == DELIVERY_OFFER || row->delivery.kind == DELIVERY_TASK);
}

static bool is_open(const struct offer_view *offer)
{
    return offer->state == ASSIGNMENT_OFFERED || offer->state == ASSIGNMENT_PROPOSED;
}
