directory/small.yaml:3:25: ошибка P102: нет такой территории «regoin»; похоже на «region»
      - {id: north, parent: regoin, title: {ru: Север, en: North}}
                            ^
    как исправить: исправьте код или опишите территорию в справочнике
directory/small.yaml:6:113: ошибка P110: площадка «social-1» принадлежит другому ведомству: «social»
      - {id: police, kind: police, ownership: state, title: {ru: ПДН, en: Police}, territories: [north], home-site: social-1}
                                                                                                                    ^
    как исправить: home-site — площадка самого ведомства
directory/small.yaml:12:57: ошибка P104: нет такой площадки «socal-1»; похоже на «social-1»
      - {id: lead, title: {ru: куратор, en: curator}, site: socal-1, roles: [case-curator], capacity: 40}
                                                            ^
    как исправить: исправьте код или опишите площадку в справочнике
directory/small.yaml:14:28: ошибка P103: нет такого ведомства «soicial»; похоже на «social»
      - {role: triage, agency: soicial, territory: region}
                               ^
    как исправить: исправьте код или опишите ведомство в справочнике
policy.yaml:3:94: ошибка P103: нет такого ведомства «hosing»
      local: {workers: {agency-kind: social, role: case-curator, territory: covers-case, agency: hosing}}
                                                                                                 ^
policy.yaml:5:52: ошибка P204: нет такого пула «locl»; похоже на «local»
      - {id: all, title: {ru: Все, en: All}, curator: [locl]}
                                                       ^
    как исправить: исправьте код или опишите пул в pools
