/* Every subcommand with its texts. */
#include "agents/ctl/verb.h"

#include "agents/ctl/health.h"

/* How many words it takes, at least and at most. */
#define WORDS(least, most) (least), (most)
#define BIT(option)        (UINT64_C(1) << (option))

enum {
    ASKS = BIT(OPTION_SOCKET) | BIT(OPTION_AGENT) | BIT(OPTION_AS) | BIT(OPTION_TIMEOUT) |
           BIT(OPTION_JSON),
    LISTS = ASKS | BIT(OPTION_LIMIT)
};

#define NUMBER_TEXT_RU                                                                                                                                              \
    "НОМЕР можно писать в любом регистре, без чёрточек и русскими буквами, если он понятен\n" \
    "однозначно; вместо него годится номер строки из refctl inbox или id.\n"
#define NUMBER_TEXT_EN                                                                             \
    "NUMBER may be in any case, without dashes or in look-alike Cyrillic letters as long as it\n"  \
    "is unambiguous; the number of a row of refctl inbox or an id will do as well.\n"

const struct verb verb_table[] = {
    {"submit",
     NULL,
     VERB_REFERS,
     {"ФОРМА…", "FORM..."},
     {"передать направление о семье", "send a referral about a family"},
     {"ФОРМА — файл YAML или JSON с русскими или английскими ключами, «-» — стандартный ввод.\n"
      "Форма проверяется здесь; все ошибки показаны с файлом, строкой и столбцом. Агент шифрует\n"
      "данные семьи, сохраняет направление у себя и отвечает его id; связь с брокером для этого\n"
      "не нужна. Из нескольких файлов принимаются все верные; если были неверные, код выхода 65.\n",
      "FORM is a YAML or JSON file with Russian or English keys, \"-\" is standard input. The "
      "form\n"
      "is checked here; every mistake is shown with file, line and column. The agent seals the\n"
      "family's data, keeps the referral and answers with its id; the broker need not be\n"
      "reachable. Of several files all good ones are sent; if any was bad the exit status is "
      "65.\n"},
     "refctl submit napravlenie.yaml",
     ASKS | BIT(OPTION_DRY_RUN) | BIT(OPTION_ID),
     WORDS(1, OPTIONS_WORDS_MAX),
     verb_submit},
    {"referral",
     "ls",
     VERB_REFERS,
     {"", ""},
     {"мои направления и четыре квитанции", "my referrals and their four receipts"},
     {"Квитанции по порядку: сохранено, доставлено, увидено, итог. ✓ получена, … ждём, ! срок\n"
      "прошёл.\n",
      "Receipts in order: stored, delivered, seen, outcome. ✓ came, … awaited, ! overdue.\n"},
     "refctl referral ls",
     LISTS,
     WORDS(0, 0),
     verb_referral_ls},
    {"referral",
     "show",
     VERB_REFERS,
     {"ID|НОМЕР", "ID|NUMBER"},
     {"что стало с направлением", "what became of a referral"},
     {NUMBER_TEXT_RU, NUMBER_TEXT_EN},
     "refctl referral show NSO-2026-000123-7",
     ASKS,
     WORDS(1, 1),
     verb_referral_show},
    {"inbox",
     NULL,
     VERB_CURATES,
     {"", ""},
     {"что ждёт меня: предложения, задачи, извещения, новости",
      "what waits for me: offers, tasks, notices, news"},
     {"Срок показан последним. refctl inbox show N открывает строку и отмечает её увиденной.\n",
      "The due time comes last. refctl inbox show N opens a row and marks it as seen.\n"},
     "refctl inbox",
     LISTS | BIT(OPTION_SEEN),
     WORDS(0, 0),
     verb_inbox},
    {"inbox",
     "show",
     VERB_CURATES,
     {"N|НОМЕР", "N|NUMBER"},
     {"открыть строку; она становится увиденной", "open a row; it becomes seen"},
     {"N — номер строки из refctl inbox, НОМЕР — номер случая.\n",
      "N is the number of a row of refctl inbox, NUMBER a case number.\n"},
     "refctl inbox show 1",
     ASKS,
     WORDS(1, 1),
     verb_inbox_show},
    {"accept",
     NULL,
     VERB_CURATES,
     {"НОМЕР", "NUMBER"},
     {"принять предложенный случай", "accept an offered case"},
     {"После этого вы куратор случая и видите данные семьи, которые разрешает "
      "политика.\n" NUMBER_TEXT_RU,
      "From then on you are the curator and see what the policy discloses of the "
      "family.\n" NUMBER_TEXT_EN},
     "refctl accept NSO-2026-000123-7",
     ASKS,
     WORDS(1, 1),
     verb_accept},
    {"refuse",
     NULL,
     VERB_CURATES,
     {"НОМЕР --reason КОД", "NUMBER --reason CODE"},
     {"отказаться от предложенного случая", "refuse an offered case"},
     {"Причина обязательна, кодом или словами: no-capacity, conflict-of-interest, "
      "…\n" NUMBER_TEXT_RU,
      "A reason is required, as a code or in words: no-capacity, conflict-of-interest, "
      "...\n" NUMBER_TEXT_EN},
     "refctl refuse NSO-2026-000123-7 --reason no-capacity",
     ASKS | BIT(OPTION_REASON) | BIT(OPTION_NOTE),
     WORDS(1, 1),
     verb_refuse},
    {"case",
     "ls",
     VERB_CURATES,
     {"", ""},
     {"случаи, которые мне видны", "the cases that I may see"},
     {"", ""},
     "refctl case ls",
     LISTS,
     WORDS(0, 0),
     verb_case_ls},
    {"case",
     "show",
     VERB_CURATES,
     {"НОМЕР", "NUMBER"},
     {"случай: состояние, куратор, сроки, семья", "a case: state, curator, due times, family"},
     {NUMBER_TEXT_RU, NUMBER_TEXT_EN},
     "refctl case show NSO-2026-000123-7",
     ASKS,
     WORDS(1, 1),
     verb_case_show},
    {"case",
     "timeline",
     VERB_CURATES,
     {"НОМЕР", "NUMBER"},
     {"вся история случая", "the whole history of a case"},
     {NUMBER_TEXT_RU, NUMBER_TEXT_EN},
     "refctl case timeline NSO-2026-000123-7",
     LISTS,
     WORDS(1, 1),
     verb_case_timeline},
    {"explain",
     NULL,
     VERB_CURATES,
     {"НОМЕР", "NUMBER"},
     {"почему случай попал именно к этому куратору", "why a case went to this curator"},
     {NUMBER_TEXT_RU, NUMBER_TEXT_EN},
     "refctl explain NSO-2026-000123-7",
     LISTS | BIT(OPTION_SHORT),
     WORDS(1, 1),
     verb_explain},
    {"outcome",
     NULL,
     VERB_CURATES,
     {"НОМЕР ИТОГ | НОМЕР --approve | НОМЕР --reject",
      "NUMBER OUTCOME | NUMBER --approve | NUMBER --reject"},
     {"предложить, утвердить или отклонить итог случая",
      "propose, approve or reject the outcome of a case"},
     {"Итог предлагает куратор, утверждает другой человек. ИТОГ — код или слова: kept-in-family,\n"
      "returned-to-parents, guardianship, …\n" NUMBER_TEXT_RU,
      "The curator proposes, another person approves. OUTCOME is a code or words: kept-in-family,\n"
      "returned-to-parents, guardianship, ...\n" NUMBER_TEXT_EN},
     "refctl outcome NSO-2026-000123-7 kept-in-family",
     ASKS | BIT(OPTION_NOTE) | BIT(OPTION_APPROVE) | BIT(OPTION_REJECT),
     WORDS(1, 2),
     verb_outcome},
    {"assign",
     NULL,
     VERB_CURATES,
     {"НОМЕР РАБОТНИК --note ТЕКСТ", "NUMBER WORKER --note TEXT"},
     {"назначить куратора самому (стол разбора, руководитель)",
      "appoint a curator by hand (triage desk, supervisor)"},
     {"РАБОТНИК — код из refctl curator ls. Пояснение обязательно: оно остаётся в "
      "истории.\n" NUMBER_TEXT_RU,
      "WORKER is an id of refctl curator ls. The note is required: it stays in the "
      "history.\n" NUMBER_TEXT_EN},
     "refctl assign NSO-2026-000123-7 curator-tatarsky-2 --note 'знает семью'",
     ASKS | BIT(OPTION_NOTE),
     WORDS(2, 2),
     verb_assign},
    {"duplicate",
     NULL,
     VERB_CURATES,
     {"НОМЕР --confirm | НОМЕР --reject", "NUMBER --confirm | NUMBER --reject"},
     {"та же ли это семья: объединить или развести случаи",
      "is it the same family: merge the cases or keep them apart"},
     {NUMBER_TEXT_RU, NUMBER_TEXT_EN},
     "refctl duplicate NSO-2026-000123-7 --confirm",
     ASKS | BIT(OPTION_CONFIRM) | BIT(OPTION_REJECT),
     WORDS(1, 1),
     verb_duplicate},
    {"status",
     NULL,
     VERB_ADMINISTERS,
     {"", ""},
     {"работают ли агент и брокер", "are the agent and the broker well"},
     {"Сначала агент этой площадки, затем брокер, если он отвечает. Код выхода 69, если связи с\n"
      "брокером нет.\n",
      "The agent of this site first, then the broker when it answers. Exit status 69 when there\n"
      "is no connection to the broker.\n"},
     "refctl status",
     ASKS,
     WORDS(0, 0),
     verb_status},
    {"doctor",
     NULL,
     VERB_ADMINISTERS,
     {"", ""},
     {"что не в порядке и что делать", "what is wrong and what to do"},
     {"Смотрит на агента, связь, место, часы, просроченное здесь и на столах региона. ✓ в "
      "порядке,\n"
      "! пора заняться, ✗ нельзя ждать, ? узнать не удалось. Код выхода 1, если не всё в "
      "порядке.\n",
      "Looks at the agent, the line, space, clocks, and what is overdue here and on the region's\n"
      "desks. ✓ well, ! see to it, ✗ cannot wait, ? could not be learnt. Exit status 1 when not "
      "all\n"
      "is well.\n"},
     "refctl doctor",
     ASKS,
     WORDS(0, 0),
     verb_doctor},
    {"check",
     NULL,
     VERB_ADMINISTERS,
     {"[ЧТО…]", "[THING...]"},
     {"то же для системы наблюдения", "the same for a monitoring system"},
     {"Одна строка и код выхода, как у подключаемых проверок Nagios: 0 в порядке, 1 "
      "предупреждение,\n"
      "2 нельзя ждать, 3 неизвестно. ЧТО: agent line spool refused disk clock inbox program, а о\n"
      "всём регионе desks sites; без слов — всё своё, без двух последних.\n",
      "One line and an exit status as Nagios' plug-ins have them: 0 ok, 1 warning, 2 critical,\n"
      "3 unknown. THING: agent line spool refused disk clock inbox program, and of the whole "
      "region\n"
      "desks sites; without words all but the last two.\n"},
     "refctl check line disk",
     ASKS & ~BIT(OPTION_JSON),
     WORDS(0, HEALTH_THINGS),
     verb_check},
    {"curator",
     "ls",
     VERB_ADMINISTERS,
     {"", ""},
     {"кураторы и их нагрузка", "curators and their workload"},
     {"", ""},
     "refctl curator ls",
     LISTS,
     WORDS(0, 0),
     verb_curator_ls},
    {"agency",
     "ls",
     VERB_ADMINISTERS,
     {"", ""},
     {"ведомства и связь с ними", "agencies and whether they are connected"},
     {"", ""},
     "refctl agency ls",
     LISTS,
     WORDS(0, 0),
     verb_agency_ls},
    {"site",
     "revoke",
     VERB_ADMINISTERS,
     {"ПЛОЩАДКА", "SITE"},
     {"отозвать ключи площадки: действует сразу", "revoke a site's keys, at once"},
     {"Сеанс закрывается; новые ключи площадке даёт справочник: keygen --site, policy apply.\n",
      "Its session ends; the directory gives it new keys: keygen --site, policy apply.\n"},
     "refctl site revoke school-tatarsk --reason 'украден компьютер'",
     ASKS | BIT(OPTION_REASON),
     WORDS(1, 1),
     verb_site_revoke},
    {"site",
     "rotate",
     VERB_ADMINISTERS,
     {"", ""},
     {"сменить ключи этой площадки", "give this site new keys"},
     {"Для пользователя, под которым работает refagentd, на его машине: новые ключи создаются "
      "рядом\n"
      "с прежними и сообщаются брокеру открытым сеансом. Прежние действуют ещё 14 дней (.old).\n",
      "For the user that refagentd runs as, on its machine: new keys are made beside the old ones\n"
      "and told to the broker through the open session. The old ones (.old) last 14 days more.\n"},
     "refctl site rotate --agent agents/school-tatarsk.yaml",
     ASKS,
     WORDS(0, 0),
     verb_site_rotate},
    {"erase",
     "show",
     VERB_ADMINISTERS,
     {"[СЛУЧАЙ|ОБРАЩЕНИЕ]", "[CASE|REFERRAL]"},
     {"акт: что уничтожено, где и кем подтверждено",
      "the act: what was destroyed, where, and who confirmed it"},
     {"", ""},
     "refctl erase show NSO-2026-000123-7",
     LISTS,
     WORDS(0, 1),
     verb_erase_show},
    {"erase",
     NULL,
     VERB_ADMINISTERS,
     {"СЛУЧАЙ|ОБРАЩЕНИЕ", "CASE|REFERRAL"},
     {"навсегда уничтожить данные семьи", "destroy what a family told, for good"},
     {"Ключ обращения уничтожается у брокера сразу, площадки стирают раскрытое и свои копии и\n"
      "подтверждают. Метки, решения и сроки остаются. Вернуть данные нельзя. После этого сделайте\n"
      "копию (refbrokerd backup): в прежних копиях ключ остаётся до смены ключа раскрытия.\n",
      "The broker destroys the referral's key at once; sites erase what was disclosed and their\n"
      "copies, and confirm. Labels, decisions and times stay. It cannot be undone. Make a backup\n"
      "(refbrokerd backup) after it: older ones hold the key until the disclosure key changes.\n"},
     "refctl erase NSO-2026-000123-7 --reason 'отзыв согласия'",
     ASKS | BIT(OPTION_REASON),
     WORDS(1, 1),
     verb_erase},
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
    {"keygen",
     NULL,
     VERB_ADMINISTERS,
     {"--site ПЛОЩАДКА|--broker|--region|--signing ВЕДОМСТВО --out КАТАЛОГ",
      "--site SITE|--broker|--region|--signing AGENCY --out DIR"},
     {"создать ключи площадки, брокера или региона", "make the keys of a site, broker or region"},
     {"Площадка: SITE.key/.pub, SITE.seal.key/.pub, SITE.store.key и запись `keys:` для\n"
      "справочника; с --directory запись дописывается в файл. Брокер: broker.key/.pub и\n"
      "disclosure.key/.pub. Регион: matching.key, одинаковый у всех площадок. Подпись: "
      "AGENCY.sign.key/.pub\n"
      "и строка для `signatures:` в policy.yaml. Существующие файлы никогда не заменяются.\n",
      "A site: SITE.key/.pub, SITE.seal.key/.pub, SITE.store.key and the `keys:` entry for the\n"
      "directory; --directory adds it to that file. The broker: broker.key/.pub and\n"
      "disclosure.key/.pub. The region: matching.key, the same on all sites. Signing:\n"
      "AGENCY.sign.key/.pub and the line for `signatures:` in policy.yaml. Files that exist are "
      "never\n"
      "replaced.\n"},
     "refctl keygen --site school-7-tatarsk --out keys",
     BIT(OPTION_SITE) | BIT(OPTION_BROKER) | BIT(OPTION_REGION) | BIT(OPTION_SIGNING) |
         BIT(OPTION_OUT) | BIT(OPTION_DIRECTORY) | BIT(OPTION_EPOCH),
     WORDS(0, 0),
     verb_keygen},
    {"clock",
     "accept",
     VERB_ADMINISTERS,
     {"", ""},
     {"подтвердить часы брокера после скачка", "confirm the broker's clock after a jump"},
     {"Брокер не принимает скачок времени вперёд, пока администратор не подтвердит часы машины.\n",
      "The broker does not follow a jump forward until an administrator confirms the machine's\n"
      "clock.\n"},
     "refctl clock accept",
     ASKS,
     WORDS(0, 0),
     verb_clock_accept},
};

size_t verb_count(void)
{
    return sizeof(verb_table) / sizeof(verb_table[0]);
}
