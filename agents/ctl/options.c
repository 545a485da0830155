/* The command line; see the header. */
#include "agents/ctl/options.h"

#include "base/yaml_take.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { DURATION_MS_MAX = 3600000, NAME_BYTES_MAX = 32 };

static const struct options_row rows[OPTION_END] = {
    [OPTION_HELP] = {"help", 'h', {NULL, NULL}, {"эта справка", "this help"}},
    [OPTION_VERSION] = {"version",
                        'V',
                        {NULL, NULL},
                        {"версия программы", "the program's version"}},
    [OPTION_LANG] = {"lang", '\0', {"ru|en", "ru|en"}, {"язык вывода", "language of the output"}},
    [OPTION_JSON] = {"json",
                     '\0',
                     {NULL, NULL},
                     {"ответ в JSON для программ", "the answer as JSON, for programs"}},
    [OPTION_SOCKET] = {"socket",
                       '\0',
                       {"АДРЕС", "ENDPOINT"},
                       {"сокет агента, например ipc:///run/refagent/agent.sock",
                        "the agent's socket, as ipc:///run/refagent/agent.sock"}},
    [OPTION_AGENT] = {"agent",
                      '\0',
                      {"ФАЙЛ", "FILE"},
                      {"взять сокет из файла агента (ключ socket)",
                       "take the socket from the agent's file (key socket)"}},
    [OPTION_AS] = {"as",
                   '\0',
                   {"РАБОТНИК", "WORKER"},
                   {"от имени какого работника, если вам разрешено несколько",
                    "as which worker, when you may be several"}},
    [OPTION_TIMEOUT] = {"timeout",
                        '\0',
                        {"ВРЕМЯ", "TIME"},
                        {"сколько ждать ответа агента: 15s (так по умолчанию), 500ms, 2m",
                         "how long to wait for the agent: 15s (the default), 500ms, 2m"}},
    [OPTION_LIMIT] = {"limit",
                      '\0',
                      {"N", "N"},
                      {"не больше N строк (по умолчанию 500; 0 = все)",
                       "at most N rows (default 500; 0 = all)"}},
    [OPTION_DRY_RUN] = {"dry-run",
                        'n',
                        {NULL, NULL},
                        {"только проверить, ничего не передавать", "check only, send nothing"}},
    [OPTION_ID] = {"id",
                   '\0',
                   {"ID", "ID"},
                   {"повторить передачу с тем же id: повтор безвреден",
                    "repeat a submission under its id: repeating is harmless"}},
    [OPTION_SEEN] = {"seen",
                     '\0',
                     {NULL, NULL},
                     {"отметить всё показанное как увиденное", "mark all that is shown as seen"}},
    [OPTION_REASON] = {"reason", '\0', {"КОД", "CODE"}, {"причина отказа", "why it is refused"}},
    [OPTION_NOTE] = {"note",
                     '\0',
                     {"ТЕКСТ", "TEXT"},
                     {"пояснение; без данных о семье", "a remark; no data of the family"}},
    [OPTION_APPROVE] = {"approve",
                        '\0',
                        {NULL, NULL},
                        {"утвердить предложенный итог", "approve the proposed outcome"}},
    [OPTION_REJECT] = {"reject", '\0', {NULL, NULL}, {"отклонить", "reject"}},
    [OPTION_CONFIRM] = {"confirm",
                        '\0',
                        {NULL, NULL},
                        {"это та же семья: объединить случаи", "the same family: merge the cases"}},
    [OPTION_SHORT] = {"short",
                      '\0',
                      {NULL, NULL},
                      {"только одно предложение о каждом решении",
                       "one sentence for each decision"}},
    [OPTION_SITE] = {"site", '\0', {"ПЛОЩАДКА", "SITE"}, {"ключи площадки", "keys of a site"}},
    [OPTION_BROKER] = {"broker",
                       '\0',
                       {NULL, NULL},
                       {"ключи брокера и ключ раскрытия", "the broker's and the disclosure keys"}},
    [OPTION_REGION] = {"region",
                       '\0',
                       {NULL, NULL},
                       {"секрет сопоставления региона", "the region's matching secret"}},
    [OPTION_SIGNING] = {"signing",
                        '\0',
                        {"ВЕДОМСТВО", "AGENCY"},
                        {"ключ, которым ведомство подписывает планы",
                         "the key by which an agency signs plans"}},
    [OPTION_OUT] = {"out",
                    '\0',
                    {"КАТАЛОГ", "DIR"},
                    {"куда записать ключи", "where the keys are written"}},
    [OPTION_DIRECTORY] = {"directory",
                          '\0',
                          {"ФАЙЛ", "FILE"},
                          {"дописать открытые ключи в этот файл справочника",
                           "add the public keys to this file of the directory"}},
    [OPTION_WAIT] = {"wait",
                     '\0',
                     {NULL, NULL},
                     {"ждать, пока предложение проверят", "wait until the proposal was checked"}},
    [OPTION_SHADOW] = {"shadow",
                       '\0',
                       {NULL, NULL},
                       {"решать рядом с действующей политикой и только сравнивать",
                        "decide beside the policy in force, and only compare"}},
    [OPTION_FROM_SHADOW] = {"from-shadow",
                            '\0',
                            {NULL, NULL},
                            {"ввести в действие то, что решало рядом",
                             "bring into force what decided beside"}},
    [OPTION_FINISH] = {"end",
                       '\0',
                       {NULL, NULL},
                       {"больше не решать рядом", "decide beside no longer"}},
    [OPTION_COLUMNS] = {"columns",
                        '\0',
                        {"ФАЙЛ", "FILE"},
                        {"что значат столбцы с другими названиями (YAML)",
                         "what columns with other titles are (YAML)"}},
    [OPTION_JOURNAL] =
        {"journal",
         '\0',
         {"ИМЯ", "NAME"},
         {"имя журнала, если файл переименован (по умолчанию имя файла)",
          "the journal's name, when its file was renamed (default: that of the file)"}},
    [OPTION_FROM] = {"from",
                     '\0',
                     {"ВРЕМЯ", "TIME"},
                     {"с какого времени отпуск (по умолчанию сейчас): 2026-12-01",
                      "when the leave begins (default: now): 2026-12-01"}},
    [OPTION_UNTIL] = {"until",
                      '\0',
                      {"ВРЕМЯ", "TIME"},
                      {"когда выход из отпуска: 2026-12-14 или 2026-12-14T09:00",
                       "when the curator is back: 2026-12-14 or 2026-12-14T09:00"}},
    [OPTION_DEPUTY] = {"deputy",
                       '\0',
                       {"РАБОТНИК", "WORKER"},
                       {"куратор того же ведомства, который ведёт случаи это время",
                        "a curator of the same agency who leads the cases meanwhile"}},
    [OPTION_EPOCH] = {"epoch",
                      '\0',
                      {"N", "N"},
                      {"номер поколения ключа (по умолчанию 1)",
                       "generation of the key (default 1)"}},
    [OPTION_AT] = {"at",
                   '\0',
                   {"ВРЕМЯ", "TIME"},
                   {"когда направление поступило или политика вступает в силу: 2026-11-23T10:00",
                    "when the referral arrives, or the policy is to act: 2026-11-23T10:00"}},
    [OPTION_REFERRER] = {"referrer",
                         '\0',
                         {"ПЛОЩАДКА", "SITE"},
                         {"какая площадка направляет; от неё зависит вид ведомства",
                          "which site refers; the kind of agency follows from it"}},
    [OPTION_TAP] = {"tap", '\0', {NULL, NULL}, {"итог в виде TAP", "the result as TAP"}},
    [OPTION_JUNIT] = {"junit",
                      '\0',
                      {NULL, NULL},
                      {"итог в виде JUnit XML", "the result as JUnit XML"}},
    [OPTION_SINCE] = {"since",
                      '\0',
                      {"ВРЕМЯ", "TIME"},
                      {"с какого времени: 90d (так по умолчанию), 12w, 3mo или 2026-09-01",
                       "since when: 90d (the default), 12w, 3mo or 2026-09-01"}},
};

static bool parse_name(const char *text, enum option *option);
static bool fail_unknown(const char *typed, enum language language, struct error *err);
static bool take(struct options *options,
                 enum option option,
                 const char *value,
                 enum language language,
                 struct error *err);

bool options_parse(int argc,
                   char *const *argv,
                   enum language language,
                   struct options *out,
                   struct error *err)
{
    bool ru = language == LANGUAGE_RU;
    bool ended = false;

    *out = (struct options){.word_count = 0};
    for (int at = 1; at < argc; at++) {
        const char *text = argv[at];
        enum option option = OPTION_END;
        if (ended || text[0] != '-' || text[1] == '\0') {
            if (out->word_count == OPTIONS_WORDS_MAX) {
                return error_set(err, ERROR_USAGE, ru ? "слишком много слов" : "too many words");
            }
            out->words[out->word_count++] = text;
            continue;
        }
        if (strcmp(text, "--") == 0) {
            ended = true;
            continue;
        }
        if (!parse_name(text, &option)) {
            return fail_unknown(text, language, err);
        }
        const char *equals = text[1] == '-' ? strchr(text, '=') : NULL;
        const char *value = equals == NULL ? NULL : equals + 1;
        if (value == NULL && rows[option].value.en != NULL && at + 1 < argc) {
            value = argv[++at];
        }
        if (!take(out, option, value, language, err)) {
            return false;
        }
    }
    return true;
}

const struct options_row *options_row(enum option option)
{
    assert(option < OPTION_END);
    return &rows[option];
}

enum option options_outside(const struct options *options, uint64_t mask)
{
    for (enum option option = 0; option < OPTION_END; option++) {
        if (options->values[option] != NULL && (mask >> option & 1) == 0) {
            return option;
        }
    }
    return OPTION_END;
}

bool options_duration_ms(const char *text, int64_t *out)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {"с", 1000}, {"мс", 1}};
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 7) {
        return false;
    }
    long value = strtol(text, NULL, 10);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(text + digits, units[i].unit) == 0) {
            int64_t ms = value * units[i].ms;
            if (ms < 1 || ms > DURATION_MS_MAX) {
                return false;
            }
            *out = ms;
            return true;
        }
    }
    return false;
}

bool options_number(const char *text, int64_t least, int64_t most, int64_t *out)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 15 || text[digits] != '\0') {
        return false;
    }
    long long value = strtoll(text, NULL, 10);
    if (value < least || value > most) {
        return false;
    }
    *out = value;
    return true;
}

static bool parse_name(const char *text, enum option *option)
{
    bool is_long = text[1] == '-';
    const char *name = text + 2;
    size_t length = strcspn(name, "=");

    for (enum option i = 0; i < OPTION_END; i++) {
        bool same = is_long
                        ? strlen(rows[i].name) == length && strncmp(name, rows[i].name, length) == 0
                        : rows[i].letter == text[1] && text[2] == '\0';
        if (same) {
            *option = i;
            return true;
        }
    }
    return false;
}

static bool fail_unknown(const char *typed, enum language language, struct error *err)
{
    bool ru = language == LANGUAGE_RU;
    const char *names[OPTION_END];
    char name[NAME_BYTES_MAX];

    for (size_t i = 0; i < OPTION_END; i++) {
        names[i] = rows[i].name;
    }
    const char *begin = typed + strspn(typed, "-");
    size_t length = strcspn(begin, "=");
    length = length < sizeof(name) ? length : sizeof(name) - 1;
    memcpy(name, begin, length);
    name[length] = '\0';
    const char *nearest = yaml_take_nearest(name, names, OPTION_END);
    if (nearest != NULL) {
        return error_set(err,
                         ERROR_USAGE,
                         ru ? "нет ключа %.60s; может быть, --%s?"
                            : "there is no option %.60s; perhaps --%s?",
                         typed,
                         nearest);
    }
    return error_set(err, ERROR_USAGE, ru ? "нет ключа %.60s" : "there is no option %.60s", typed);
}

static bool take(struct options *options,
                 enum option option,
                 const char *value,
                 enum language language,
                 struct error *err)
{
    bool ru = language == LANGUAGE_RU;
    const struct options_row *row = &rows[option];

    if (options->values[option] != NULL) {
        return error_set(
            err, ERROR_USAGE, ru ? "--%s дан дважды" : "--%s is given twice", row->name);
    }
    if (row->value.en == NULL && value != NULL) {
        return error_set(
            err, ERROR_USAGE, ru ? "--%s без значения" : "--%s takes no value", row->name);
    }
    if (row->value.en != NULL && (value == NULL || value[0] == '\0')) {
        return error_set(err,
                         ERROR_USAGE,
                         ru ? "после --%s нужно значение: %s" : "--%s needs a value: %s",
                         row->name,
                         phrase_in(row->value, language));
    }
    options->values[option] = value == NULL ? "" : value;
    return true;
}
