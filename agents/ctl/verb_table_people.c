/* The subcommands of who refers and who curates, with their texts. */
#include "agents/ctl/verb_table.h"

#define NUMBER_TEXT_RU                                                                                                                                              \
    "НОМЕР можно писать в любом регистре, без чёрточек и русскими буквами, если он понятен\n" \
    "однозначно; вместо него годится номер строки из refctl inbox или id.\n"
#define NUMBER_TEXT_EN                                                                             \
    "NUMBER may be in any case, without dashes or in look-alike Cyrillic letters as long as it\n"  \
    "is unambiguous; the number of a row of refctl inbox or an id will do as well.\n"

static const struct verb rows[] = {
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
    {"import",
     NULL,
     VERB_REFERS,
     {"ЖУРНАЛ.csv", "JOURNAL.csv"},
     {"передать направления из журнала, набранного в таблице",
      "send the referrals of a journal that was typed into a table"},
     {"Кодировка (UTF-8, UTF-16, Windows-1251) и разделитель (; , табуляция) определяются сами. "
      "Столбцы\n"
      "называются как ключи формы: территория, уровень, направление, основание, потребности, "
      "замечено,\n"
      "ФИО, дата рождения, «ребёнок 2: имя», «родитель: ФИО», «родитель: роль», адрес, телефон,\n"
      "обстоятельства …; «№ п/п» — номер записи. Другие названия и то, что одинаково для всех "
      "строк,\n"
      "объясняет файл --columns:\n"
      "  столбцы: {Когда обратились: замечено, Подпись: \"-\"}\n"
      "  везде: {территория: tatarsky, направление: профилактика}\n"
      "Рядом с журналом появляется отчёт по строкам. Исправьте ошибки и повторите команду: "
      "принятое\n"
      "не передаётся дважды, и прерванная загрузка продолжается так же. Строка, исправленная "
      "после\n"
      "того, как её приняли, узнаётся по номеру записи и не передаётся.\n",
      "Encoding (UTF-8, UTF-16, Windows-1251) and separator (; , tab) are found out. Columns have "
      "the\n"
      "titles of a form's keys: territory, risk, direction, basis, needs, observed, full name, "
      "born,\n"
      "\"child 2: name\", \"parent: full name\", \"parent: role\", address, phone, circumstances "
      "...;\n"
      "\"record\" is the record's number. Other titles, and what is the same in every row, are "
      "explained\n"
      "by the file of --columns:\n"
      "  columns: {When they came: observed, Signature: \"-\"}\n"
      "  everywhere: {territory: tatarsky, direction: prevention}\n"
      "A report by row appears beside the journal. Correct the mistakes and give the command "
      "again:\n"
      "nothing is sent twice, and an interrupted import goes on in the same way. A row that was\n"
      "corrected after it was taken is known by its record's number and not sent.\n"},
     "refctl import journal-2024.csv --dry-run",
     ASKS | BIT(OPTION_DRY_RUN) | BIT(OPTION_COLUMNS) | BIT(OPTION_JOURNAL),
     WORDS(1, 1),
     verb_import},
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
};

const struct verb_table_part verb_table_people = {rows, sizeof(rows) / sizeof(rows[0])};
