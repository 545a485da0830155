/* The subcommands of who administers, with their texts; those of the policy stand in verb_table_policy.c. */
#include "agents/ctl/verb_table.h"

#include "agents/ctl/health.h"

static const struct verb rows[] = {
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
      "всём регионе desks sites epoch leaves; без слов — только своё.\n",
      "One line and an exit status as Nagios' plug-ins have them: 0 ok, 1 warning, 2 critical,\n"
      "3 unknown. THING: agent line spool refused disk clock inbox program, and of the whole "
      "region\n"
      "desks sites epoch leaves; without words the site's own only.\n"},
     "refctl check line disk",
     ASKS & ~BIT(OPTION_JSON),
     WORDS(0, HEALTH_THINGS),
     verb_check},
    {"curator",
     "ls",
     VERB_ADMINISTERS,
     {"", ""},
     {"кураторы, их нагрузка и отпуска", "curators, their workload and leave"},
     {"", ""},
     "refctl curator ls",
     LISTS,
     WORDS(0, 0),
     verb_curator_ls},
    {"curator",
     "leave",
     VERB_ADMINISTERS,
     {"РАБОТНИК", "WORKER"},
     {"записать отпуск или болезнь и заместителя", "note a leave or an illness, and the deputy"},
     {"Пока куратор в отпуске, ему ничего не предлагают; его случаи ведёт заместитель, а если\n"
      "тот не может, случай сразу ищет другого куратора. В день --until случаи возвращаются.\n"
      "Записать может всякий с той же площадки, руководитель ведомства, администратор.\n",
      "A curator on leave is offered nothing; the deputy leads the cases, and where he or she\n"
      "cannot, the case is routed again at once. At --until the cases come back. Anybody of the\n"
      "same site, a supervisor of the agency or an administrator may say so.\n"},
     "refctl curator leave curator-tatarsky-1 --until 2026-12-14 --deputy curator-tatarsky-2",
     ASKS | BIT(OPTION_FROM) | BIT(OPTION_UNTIL) | BIT(OPTION_DEPUTY) | BIT(OPTION_NOTE),
     WORDS(1, 1),
     verb_curator_leave},
    {"curator",
     "return",
     VERB_ADMINISTERS,
     {"РАБОТНИК", "WORKER"},
     {"куратор вышел раньше, или отпуск отменён", "a curator is back early, or the leave is off"},
     {"", ""},
     "refctl curator return curator-tatarsky-1",
     ASKS,
     WORDS(1, 1),
     verb_curator_return},
    {"curator",
     "capacity",
     VERB_ADMINISTERS,
     {"РАБОТНИК [ЕДИНИЦ]", "WORKER [UNITS]"},
     {"сколько нагрузки куратор может нести сейчас", "how much a curator can take at present"},
     {"Число действует вместо справочника, пока его не отменят; без числа снова справочник.\n",
      "The number counts in place of the directory's; without it the directory's counts again.\n"},
     "refctl curator capacity curator-tatarsky-1 4",
     ASKS,
     WORDS(1, 2),
     verb_curator_capacity},
    {"curator",
     "dismiss",
     VERB_ADMINISTERS,
     {"РАБОТНИК", "WORKER"},
     {"уволить: все его случаи переходят к другим", "dismiss: all open work goes on to others"},
     {"Действует сразу и навсегда; справочник уволенного не вернёт, нужен новый код.\n",
      "At once and for ever; the directory does not bring anybody back, it takes a new id.\n"},
     "refctl curator dismiss curator-tatarsky-1 --reason 'перешёл в другое ведомство'",
     ASKS | BIT(OPTION_REASON),
     WORDS(1, 1),
     verb_curator_dismiss},
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

const struct verb_table_part verb_table_region = {rows, sizeof(rows) / sizeof(rows[0])};
