policy.yaml:3:27: ошибка P205: вести случай могут только case-curator и duty-curator
      local: {workers: {role: specialist}, pick: random}
                              ^
    как исправить: role пула — case-curator или duty-curator
policy.yaml:3:46: ошибка P206: «random»: бывает least-loaded или round-robin
      local: {workers: {role: specialist}, pick: random}
                                                 ^
    как исправить: least-loaded или round-robin
policy.yaml:4:10: ошибка P023: не хватает ключа «workers»
      twice: {continuity: sometimes}
             ^
    как исправить: добавьте названный ключ
policy.yaml:4:23: ошибка P030: у ключа «continuity» должно быть yes или no (да или нет)
      twice: {continuity: sometimes}
                          ^
    как исправить: yes, no, true, false, да или нет
policy.yaml:6:5: ошибка P023: не хватает ключа «id»
      - {title: {ru: Без кода, en: No id}, curator: twice}
        ^
policy.yaml:7:5: ошибка P023: не хватает ключа «title»
      - {id: no-title, when: {risk: soop}, curator: twice}
        ^
policy.yaml:7:33: ошибка P035: уровень: нет такого кода «soop»; похоже на «sop»
      - {id: no-title, when: {risk: soop}, curator: twice}
                                    ^
    как исправить: код, его название или принятое сокращение; похожий назван в сообщении
policy.yaml:8:49: ошибка P212: нет такого условия «rsik»; похоже на «risk»
      - {id: unknown, title: {ru: р, en: r}, when: {rsik: sop}, curator: twice}
                                                    ^
    как исправить: слова условий — в таблице when, слова требований — в require
policy.yaml:9:46: ошибка P213: нужно условие, как {risk: sop}
      - {id: empty, title: {ru: р, en: r}, when: {}, curator: twice}
                                                 ^
    как исправить: карта условий, как {risk: sop}
policy.yaml:10:51: ошибка P216: здесь должен быть список условий: [{…}, {…}]
      - {id: list, title: {ru: р, en: r}, when: {any: {risk: sop}}, curator: twice}
                                                      ^
    как исправить: all и any — списки: [{…}, {…}]
policy.yaml:11:59: ошибка P102: нет такой территории «norh»; похоже на «north»
      - {id: place, title: {ru: р, en: r}, when: {territory: [norh]}, curator: twice}
                                                              ^
    как исправить: исправьте код или опишите территорию в справочнике
policy.yaml:12:71: ошибка P221: «4 hours» — не срок: число и min, h, d, wh, wd, w, mo (мин, ч, д, рч, рд, нед, мес)
      - {id: norm, title: {ru: р, en: r}, curator: twice, norms: {answer: 4 hours, anwser: 4 h}}
                                                                          ^
    как исправить: число от 1 до 9999 и min, h, d, wh, wd, w или mo
policy.yaml:12:80: ошибка P220: нет такого срока «anwser»; похоже на «answer»
      - {id: norm, title: {ru: р, en: r}, curator: twice, norms: {answer: 4 hours, anwser: 4 h}}
                                                                                   ^
    как исправить: сроки перечислены в таблице norms
policy.yaml:13:66: ошибка P211: уведомление никому: нужен agency или agency-kind
      - {id: notice, title: {ru: р, en: r}, curator: twice, notify: [{territory: north}, {agency: polce}]}
                                                                     ^
    как исправить: назовите agency или agency-kind
policy.yaml:13:95: ошибка P103: нет такого ведомства «polce»; похоже на «police»
      - {id: notice, title: {ru: р, en: r}, curator: twice, notify: [{territory: north}, {agency: polce}]}
                                                                                                  ^
    как исправить: исправьте код или опишите ведомство в справочнике
policy.yaml:14:5: ошибка P023: не хватает ключа «curator»
      - {id: nobody, title: {ru: р, en: r}}
        ^
policy.yaml:16:30: ошибка P103: нет такого ведомства «socal»; похоже на «social»
      - {id: x, then: {notified: socal, curator-frm: [twice]}}
                                 ^
policy.yaml:16:37: ошибка P212: нет такого условия «curator-frm»; похоже на «curator-from»
      - {id: x, then: {notified: socal, curator-frm: [twice]}}
                                        ^
policy.yaml:17:9: ошибка P219: нет такого уровня «spo»; похоже на «sop»
    norms: {spo: {answer: 1 h}}
            ^
    как исправить: critical sop tzs early norm
policy.yaml:18:12: ошибка P224: нет такой роли или вида ведомства «curators»; похоже на «curator»
    disclose: {curators: [identity], curator: [identty]}
               ^
    как исправить: роль, вид ведомства или curator
policy.yaml:18:44: ошибка P035: раздел: нет такого кода «identty»; похоже на «identity»
    disclose: {curators: [identity], curator: [identty]}
                                               ^
policy.yaml:21:5: ошибка P225: волны должны идти по порядку дат
      - {from: 2026-01-01, territories: [south]}
        ^
    как исправить: расположите rollout по датам
policy.yaml:21:38: ошибка P102: нет такой территории «south»; похоже на «north»
      - {from: 2026-01-01, territories: [south]}
                                         ^
policy.yaml:22:12: ошибка P033: «soon» — не дата, как 2026-01-31
      - {from: soon, territories: [north]}
               ^
    как исправить: 2026-01-31 или 31.01.2026
