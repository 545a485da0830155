/* The subcommands about a policy, with their texts. */
#include "agents/ctl/verb_table.h"

static const struct verb rows[] = {
    {"policy",
     "apply",
     VERB_ADMINISTERS,
     {"[КАТАЛОГ]", "[DIR]"},
     {"предложить брокеру политику и справочник из этих файлов",
      "propose policy and directory of these files to the broker"},
     {"КАТАЛОГ содержит broker.yaml (по умолчанию текущий). Файлы проверяются здесь и ещё раз у\n"
      "брокера; они принимаются целиком или не принимаются. С --wait ждёт ответа: код выхода 0,\n"
      "если версия действует, 78 с причинами, если отказано. С --at принятое ждёт своего времени\n"
      "(refctl policy plans) и тогда проверяется ещё раз с тем, что действует. С --shadow оно\n"
      "решает рядом с действующей политикой (refctl policy shadow), с --from-shadow вступает в "
      "силу.\n",
      "DIR holds broker.yaml (default: here). The files are checked here and once more by the\n"
      "broker; they are taken whole or not at all. --wait waits for the answer: exit status 0\n"
      "when the version is in force, 78 with the reasons when it was refused. With --at what was\n"
      "accepted waits for its time (refctl policy plans) and is checked again then, with what is\n"
      "in force. With --shadow it decides beside the policy in force (refctl policy shadow); with\n"
      "--from-shadow that comes into force.\n"},
     "refctl policy apply config/novosibirsk --wait",
     ASKS | BIT(OPTION_WAIT) | BIT(OPTION_AT) | BIT(OPTION_SHADOW) | BIT(OPTION_FROM_SHADOW),
     WORDS(0, 1),
     verb_policy_apply},
    {"policy",
     "rollback",
     VERB_ADMINISTERS,
     {"ВЕРСИЯ", "VERSION"},
     {"вернуть прежнюю версию: она становится новой",
      "bring an earlier version back, as a new one"},
     {"Тексты и записи справочника становятся такими, как в той версии. Код выхода 78 с "
      "причинами,\n"
      "если этого не допускают открытые случаи.\n",
      "Texts and rows of the directory become what they were in that version. Exit status 78 with\n"
      "the reasons when open cases do not allow it.\n"},
     "refctl policy rollback 3",
     ASKS,
     WORDS(1, 1),
     verb_policy_rollback},
    {"policy",
     "plans",
     VERB_ADMINISTERS,
     {"", ""},
     {"принятое, что ждёт своего времени", "what was accepted and waits for its time"},
     {"Новейший первым, с тем, что с ним стало. refctl policy show p3 покажет, что он меняет.\n",
      "Newest first, with what became of each. refctl policy show p3 shows what it changes.\n"},
     "refctl policy plans",
     LISTS,
     WORDS(0, 0),
     verb_policy_plans},
    {"policy",
     "shadow",
     VERB_ADMINISTERS,
     {"", ""},
     {"чем решения политики рядом отличаются от действующих",
      "how the policy beside decides otherwise than the one in force"},
     {"Сначала пары правил, потом новейшие случаи, решённые иначе. С --end рядом больше не "
      "решают;\n"
      "refctl policy apply --from-shadow вводит её в действие.\n",
      "First the pairs of rules, then the newest cases that were decided otherwise. --end ends "
      "it;\n"
      "refctl policy apply --from-shadow brings it into force.\n"},
     "refctl policy shadow",
     LISTS | BIT(OPTION_FINISH),
     WORDS(0, 0),
     verb_policy_shadow},
    {"policy",
     "withdraw",
     VERB_ADMINISTERS,
     {"ПЛАН", "PLAN"},
     {"отозвать план, который ещё ждёт", "withdraw a plan that still waits"},
     {"", ""},
     "refctl policy withdraw p3",
     ASKS,
     WORDS(1, 1),
     verb_policy_withdraw},
    {"policy",
     "sign",
     VERB_ADMINISTERS,
     {"ПЛАН ФАЙЛ", "PLAN FILE"},
     {"подписать план другого ведомства", "sign a plan of another agency"},
     {"Сначала прочитайте его: refctl policy show p3. ФАЙЛ — секретный ключ подписи вашего\n"
      "ведомства (refctl keygen --signing). Кто подписал, остаётся в истории.\n",
      "Read it first: refctl policy show p3. FILE is the secret signing key of your agency\n"
      "(refctl keygen --signing). Who signed stays in the history.\n"},
     "refctl policy sign p3 keys/fund.sign.key",
     ASKS,
     WORDS(2, 2),
     verb_policy_sign},
    {"policy",
     "history",
     VERB_ADMINISTERS,
     {"", ""},
     {"версии политики и справочника: когда, кто, что изменил",
      "versions of policy and directory: when, who, what"},
     {"Новейшая первой. Справочник: сколько записей добавлено (+), изменено (~), снято (-).\n",
      "Newest first. Directory: how many rows were added (+), changed (~), removed (-).\n"},
     "refctl policy history",
     LISTS,
     WORDS(0, 0),
     verb_policy_history},
    {"policy",
     "show",
     VERB_ADMINISTERS,
     {"ВЕРСИЯ", "VERSION"},
     {"что изменила версия, и её тексты", "what a version changed, and its texts"},
     {"", ""},
     "refctl policy show 3",
     ASKS,
     WORDS(1, 1),
     verb_policy_show},
    {"policy",
     "check",
     VERB_ADMINISTERS,
     {"[КАТАЛОГ|ФАЙЛ...]", "[DIR|FILE...]"},
     {"проверить справочник, календарь и политику", "check directory, calendar and policy"},
     {"КАТАЛОГ содержит broker.yaml (по умолчанию текущий); ФАЙЛ означает набор ближайшего\n"
      "broker.yaml над ним. Брокер для этого не нужен. Все ошибки показаны сразу, у каждой место "
      "и\n"
      "код (P102); код выхода 1, если они есть, 0 — если нет или только предупреждения.\n",
      "DIR holds broker.yaml (default: here); FILE stands for the set of the nearest broker.yaml\n"
      "above it. No broker is needed. All errors are shown at once, each with its place and code\n"
      "(P102); exit status 1 when there are any, 0 when there are none or warnings only.\n"},
     "refctl policy check config/novosibirsk",
     BIT(OPTION_JSON),
     WORDS(0, OPTIONS_WORDS_MAX),
     verb_policy_check},
    {"policy",
     "explain",
     VERB_ADMINISTERS,
     {"ФОРМА [КАТАЛОГ]", "FORM [DIR]"},
     {"что стало бы с формой по этим файлам, шаг за шагом",
      "what these files would do with a form, step by step"},
     {"Показывает каждое испробованное правило и условие (что требуется, что в форме, строка),\n"
      "решение, группы и всех кураторов, сроки по рабочему календарю и кто что увидит. КАТАЛОГ\n"
      "содержит broker.yaml (по умолчанию текущий). Ни агент, ни брокер не нужны; ничего не\n"
      "передаётся, кураторы считаются свободными.\n",
      "Shows every rule and condition that is tried (what is wanted, what the form has, the\n"
      "line), the decision, the pools and every curator, the norms by the working calendar, and\n"
      "who sees what. DIR holds broker.yaml (default: here). Neither an agent nor a broker is\n"
      "needed; nothing is sent, all curators count as free.\n"},
     "refctl policy explain form.yaml config/novosibirsk --at 2026-11-23T10:00",
     BIT(OPTION_JSON) | BIT(OPTION_AT) | BIT(OPTION_REFERRER),
     WORDS(1, 2),
     verb_policy_explain},
    {"policy",
     "test",
     VERB_ADMINISTERS,
     {"[КАТАЛОГ]", "[DIR]"},
     {"проверить политику на примерах из policy_test.yaml",
      "try the policy on the cases of policy_test.yaml"},
     {"КАТАЛОГ содержит broker.yaml и policy_test.yaml (по умолчанию текущий); ни агент, ни "
      "брокер\n"
      "не нужны. Показано каждое расхождение: поле, строка, что ожидалось и что получилось, и\n"
      "какие правила не сработали ни в одном примере. Последняя строка — «N passed, N failed»;\n"
      "код выхода 1, если что-то не совпало.\n",
      "DIR holds broker.yaml and policy_test.yaml (default: here); neither an agent nor a broker\n"
      "is needed. Shows every difference, by field and line, expected and got, and the rules that\n"
      "matched in no case. The last line is \"N passed, N failed\"; exit status 1 when anything\n"
      "differs.\n"},
     "refctl policy test config/novosibirsk",
     BIT(OPTION_JSON) | BIT(OPTION_TAP) | BIT(OPTION_JUNIT),
     WORDS(0, 1),
     verb_policy_test},
    {"policy",
     "prove",
     VERB_ADMINISTERS,
     {"[КАТАЛОГ]", "[DIR]"},
     {"доказать политику для всех обращений, какие могут быть",
      "prove the policy for all referrals there can be"},
     {"Четыре утверждения: каждому обращению есть правило; до каждого правила доходит обращение;\n"
      "каждое требование (require) выполнено; в каждой группе правила есть работник для каждой\n"
      "территории, откуда к нему приходят. Проверено всё, а не примеры. Что неверно, показано с\n"
      "местом и примером: формой и готовым примером для policy_test.yaml. КАТАЛОГ содержит\n"
      "broker.yaml (по умолчанию текущий). Код выхода 1, если что-то неверно, кроме групп, пустых\n"
      "там, где есть кто-то из другой группы правила; --limit ограничивает показанное (20).\n",
      "Four claims: every referral has a rule; every rule gets a referral; every requirement\n"
      "(require) holds; every pool of a rule has a worker for each territory from which referrals\n"
      "come to it. All cases are covered, not samples. What is wrong is shown with its place and "
      "an\n"
      "example: a form and a ready case for policy_test.yaml. DIR holds broker.yaml (default:\n"
      "here). Exit status 1 when anything is wrong but for pools that are empty where another "
      "pool\n"
      "of the rule has somebody; --limit bounds what is shown (20).\n"},
     "refctl policy prove config/novosibirsk",
     BIT(OPTION_JSON) | BIT(OPTION_LIMIT),
     WORDS(0, 1),
     verb_policy_prove},
    {"policy",
     "diff",
     VERB_ADMINISTERS,
     {"СТАРЫЙ НОВЫЙ", "OLD NEW"},
     {"какие обращения две политики решают по-разному",
      "which referrals two policies decide differently"},
     {"Все такие обращения, собранные в классы: кого это касается, что меняется (группы, их "
      "состав,\n"
      "порядок, извещения, сроки) и один пример. Чего нет в классах, решается так же. СТАРЫЙ и\n"
      "НОВЫЙ — каталоги с broker.yaml. --limit ограничивает показанное (20).\n",
      "All of them, gathered into classes: whom it concerns, what changes (pools, who is in them,\n"
      "procedure, notices, norms) and one example. What is in no class is decided alike. OLD and\n"
      "NEW are folders with a broker.yaml. --limit bounds what is shown (20).\n"},
     "refctl policy diff config/novosibirsk new",
     BIT(OPTION_JSON) | BIT(OPTION_LIMIT),
     WORDS(2, 2),
     verb_policy_diff},
    {"policy",
     "rehearse",
     VERB_ADMINISTERS,
     {"КАТАЛОГ", "DIR"},
     {"что новая политика сделала бы с прошлыми направлениями",
      "what a new policy would have done with past referrals"},
     {"Повторяет направления с --since по файлам КАТАЛОГА (он содержит broker.yaml) в том "
      "порядке,\n"
      "как они поступали: кто пошёл бы иначе, какие сработали бы правила, нагрузка каждого "
      "куратора,\n"
      "столы и сроки — было и стало бы. Брокер отдаёт только метки, никаких данных о семьях. Люди\n"
      "ведут себя как тогда: отказавший отказывается, случай длится столько же. Показано не "
      "больше\n"
      "20 случаев и кураторов, если не дан --limit. Для координаторов и администраторов.\n",
      "Replays the referrals since --since through the files of DIR (which holds broker.yaml), in\n"
      "the order in which they came: who would have gone elsewhere, which rules would have "
      "matched,\n"
      "each curator's load, the desks and the norms, before and after. The broker gives labels\n"
      "only, nothing about families. People act as they did then: who refused refuses, a case "
      "lasts\n"
      "as long. At most 20 cases and curators are shown without --limit. For coordinators and\n"
      "administrators.\n"},
     "refctl policy rehearse new --since 90d",
     LISTS | BIT(OPTION_SINCE),
     WORDS(1, 1),
     verb_policy_rehearse},
};

const struct verb_table_part verb_table_policy = {rows, sizeof(rows) / sizeof(rows[0])};
