policy.yaml:3:27: ошибка: вести случай могут только case-curator и duty-curator
      local: {workers: {role: specialist}, pick: random}
                              ^
policy.yaml:3:46: ошибка: «random»: бывает least-loaded или round-robin
      local: {workers: {role: specialist}, pick: random}
                                                 ^
policy.yaml:4:10: ошибка: не хватает ключа «workers»
      twice: {continuity: sometimes}
             ^
policy.yaml:4:23: ошибка: у ключа «continuity» должно быть yes или no (да или нет)
      twice: {continuity: sometimes}
                          ^
policy.yaml:6:5: ошибка: не хватает ключа «id»
      - {title: {ru: Без кода, en: No id}, curator: twice}
        ^
policy.yaml:7:5: ошибка: не хватает ключа «title»
      - {id: no-title, when: {risk: soop}, curator: twice}
        ^
policy.yaml:7:33: ошибка: уровень: нет такого кода «soop»; похоже на «sop»
      - {id: no-title, when: {risk: soop}, curator: twice}
                                    ^
policy.yaml:8:49: ошибка: нет такого условия «rsik»; похоже на «risk»
      - {id: unknown, title: {ru: р, en: r}, when: {rsik: sop}, curator: twice}
                                                    ^
policy.yaml:9:46: ошибка: нужно условие, как {risk: sop}
      - {id: empty, title: {ru: р, en: r}, when: {}, curator: twice}
                                                 ^
policy.yaml:10:51: ошибка: здесь должен быть список условий: [{…}, {…}]
      - {id: list, title: {ru: р, en: r}, when: {any: {risk: sop}}, curator: twice}
                                                      ^
policy.yaml:11:59: ошибка: нет такой территории «norh»; похоже на «north»
      - {id: place, title: {ru: р, en: r}, when: {territory: [norh]}, curator: twice}
                                                              ^
policy.yaml:12:71: ошибка: «4 hours» — не срок: число и min, h, d, wh, wd, w, mo (мин, ч, д, рч, рд, нед, мес)
      - {id: norm, title: {ru: р, en: r}, curator: twice, norms: {answer: 4 hours, anwser: 4 h}}
                                                                          ^
policy.yaml:12:80: ошибка: нет такого срока «anwser»; похоже на «answer»
      - {id: norm, title: {ru: р, en: r}, curator: twice, norms: {answer: 4 hours, anwser: 4 h}}
                                                                                   ^
policy.yaml:13:66: ошибка: уведомление никому: нужен agency или agency-kind
      - {id: notice, title: {ru: р, en: r}, curator: twice, notify: [{territory: north}, {agency: polce}]}
                                                                     ^
policy.yaml:13:95: ошибка: нет такого ведомства «polce»; похоже на «police»
      - {id: notice, title: {ru: р, en: r}, curator: twice, notify: [{territory: north}, {agency: polce}]}
                                                                                                  ^
policy.yaml:14:5: ошибка: не хватает ключа «curator»
      - {id: nobody, title: {ru: р, en: r}}
        ^
policy.yaml:16:30: ошибка: нет такого ведомства «socal»; похоже на «social»
      - {id: x, then: {notified: socal, curator-frm: [twice]}}
                                 ^
policy.yaml:16:37: ошибка: нет такого условия «curator-frm»; похоже на «curator-from»
      - {id: x, then: {notified: socal, curator-frm: [twice]}}
                                        ^
policy.yaml:17:9: ошибка: нет такого уровня «spo»; похоже на «sop»
    norms: {spo: {answer: 1 h}}
            ^
policy.yaml:18:12: ошибка: нет такой роли или вида ведомства «curators»; похоже на «curator»
    disclose: {curators: [identity], curator: [identty]}
               ^
policy.yaml:18:44: ошибка: раздел: нет такого кода «identty»; похоже на «identity»
    disclose: {curators: [identity], curator: [identty]}
                                               ^
policy.yaml:21:5: ошибка: волны должны идти по порядку дат
      - {from: 2026-01-01, territories: [south]}
        ^
policy.yaml:21:38: ошибка: нет такой территории «south»; похоже на «north»
      - {from: 2026-01-01, territories: [south]}
                                         ^
policy.yaml:22:12: ошибка: «soon» — не дата, как 2026-01-31
      - {from: soon, territories: [north]}
               ^
