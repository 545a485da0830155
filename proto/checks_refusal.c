/* What each refusal says to the person who must act. */
#include "proto/checks.h"

#include <assert.h>

struct refusal_text {
    struct phrase text;
    bool retryable;
};

static const struct refusal_text refusals[REFUSAL_END] = {
    [REFUSAL_UNSPECIFIED] = {{"причина не указана", "no reason given"}, false},
    [REFUSAL_UNKNOWN_CODE] = {{"такого значения нет в словаре: выберите из списка",
                               "no such value in the vocabulary: choose one of the list"},
                              false},
    [REFUSAL_MISSING_FIELD] = {{"поле не заполнено: укажите его", "the field is empty: fill it in"},
                               false},
    [REFUSAL_BAD_FIELD] = {{"значение не подходит: исправьте его",
                            "the value does not fit: correct it"},
                           false},
    [REFUSAL_BAD_TEXT] = {{"текст повреждён: сохраните его в кодировке UTF-8",
                           "the text is damaged: save it as UTF-8"},
                          false},
    [REFUSAL_TOO_LONG] = {{"слишком много: сократите", "too long: shorten it"}, false},
    [REFUSAL_UNKNOWN_KIND] = {{"брокер не знает такой команды: обновите программу",
                               "the broker does not know this command: update the program"},
                              false},
    [REFUSAL_VERSION] = {{"версии программ не совпадают: обновите программу",
                          "versions do not match: update the program"},
                         false},
    [REFUSAL_NOT_ALLOWED] = {{"вашей роли это не разрешено: обратитесь к координатору",
                              "your role may not do this: ask the coordinator"},
                             false},
    [REFUSAL_UNKNOWN_WORKER] = {{"такого сотрудника на этом рабочем месте нет: "
                                 "обратитесь к администратору",
                                 "this site has no such worker: ask the administrator"},
                                false},
    [REFUSAL_NOT_FOUND] = {{"не найдено: проверьте номер", "not found: check the number"}, false},
    [REFUSAL_STALE_HOP] = {{"предложение уже не действует: на него ответили, его отозвали или "
                            "передали другому",
                            "the offer no longer stands: it was answered, recalled or passed on"},
                           false},
    [REFUSAL_WRONG_STATE] = {{"в этом состоянии так сделать нельзя: посмотрите, что изменилось",
                              "this cannot be done in this state: look at what has changed"},
                             false},
    [REFUSAL_ID_REUSED] = {{"этот номер уже использован с другим содержанием: отправьте заново "
                            "с новым номером",
                            "this id came before with other content: send it again with a new id"},
                           false},
    [REFUSAL_NEXT_EXPECTED] = {{"пропущены команды: отправьте сначала их",
                                "commands are missing: send those first"},
                               true},
    [REFUSAL_ALREADY_DONE] = {{"уже выполнено раньше: повторять не нужно",
                               "done long ago: there is no need to repeat it"},
                              false},
    [REFUSAL_DISK_LOW] =
        {{"на диске брокера мало места: обращение будет отправлено позже само",
          "the broker's disk is short of space: this will be sent again by itself"},
         true},
    [REFUSAL_BUSY] = {{"сервер занят: отправка повторится сама",
                       "the server is busy: this will be sent again by itself"},
                      true},
    [REFUSAL_OFFLINE] = {{"нет связи с брокером: обращения сохранены и уйдут, когда связь вернётся",
                          "the broker does not answer: referrals are kept and will leave when it "
                          "does"},
                         true},
    [REFUSAL_SPOOL_FULL] = {{"очередь отправки заполнена: дождитесь связи с брокером",
                             "the spool is full: wait for the broker"},
                            true},
    [REFUSAL_OPEN_FACTS] =
        {{"сведения о семье пришли открытыми и не приняты: отправьте форму через "
          "агента",
          "facts of the family came unsealed and were not taken: submit the form "
          "through the agent"},
         false},
    [REFUSAL_UNREADABLE] = {{"сообщение не читается: обновите программу",
                             "the message cannot be read: update the program"},
                            false},
    [REFUSAL_SIGNATURE_WRONG] =
        {{"подпись неверна: она сделана другим ключом или под другими текстами",
          "the signature is wrong: made by another key, or for other texts"},
         false},
    [REFUSAL_SIGNATURE_OWN] = {{"это ведомство предложило план: подписать должно другое",
                                "this agency proposed the plan: another one has to sign"},
                               false},
    [REFUSAL_SIGNATURE_REPEATED] = {{"это ведомство уже подписало план",
                                     "this agency has signed the plan already"},
                                    false},
    [REFUSAL_SIGNER_UNKNOWN] = {{"действующая политика не знает ключа подписи этого ведомства",
                                 "the policy in force names no signing key of this agency"},
                                false},
    [REFUSAL_SIGNATURE_NEEDED] = {{"плану не хватает подписей других ведомств",
                                   "the plan lacks signatures of other agencies"},
                                  false},
    [REFUSAL_EPOCH_OVER] =
        {{"запечатано прежним ключом региона, который уничтожен: подайте форму ещё раз",
          "sealed to a former key of the region, which is destroyed: submit the form again"},
         false},
};

struct phrase checks_text(enum refusal code)
{
    assert((unsigned)code < REFUSAL_END);
    return refusals[code].text;
}

bool checks_retryable(enum refusal code)
{
    assert((unsigned)code < REFUSAL_END);
    return refusals[code].retryable;
}
