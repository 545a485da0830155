directory/circle.yaml:2:24: ошибка P107: родители территории «east» образуют круг
      - {id: east, parent: west, title: {ru: Восток, en: East}}
                           ^
    как исправить: идите по parent: где-то должна быть территория без родителя
directory/circle.yaml:3:24: ошибка P107: родители территории «west» образуют круг
      - {id: west, parent: east, title: {ru: Запад, en: West}}
                           ^
directory/circle.yaml:4:10: ошибка P122: у территории «moon» нет стола «coordinator»: назовите его в desks
      - {id: moon, title: {ru: Луна, en: Moon}, zone: selenic}
             ^
    как исправить: назовите в desks стол для неё или для территории выше
directory/circle.yaml:4:10: ошибка P122: у территории «moon» нет стола «supervisor»: назовите его в desks
      - {id: moon, title: {ru: Луна, en: Moon}, zone: selenic}
             ^
directory/circle.yaml:4:10: ошибка P122: у территории «moon» нет стола «triage»: назовите его в desks
      - {id: moon, title: {ru: Луна, en: Moon}, zone: selenic}
             ^
directory/circle.yaml:4:51: ошибка P106: часовой зоны «selenic» нет в календаре
      - {id: moon, title: {ru: Луна, en: Moon}, zone: selenic}
                                                      ^
    как исправить: исправьте код или опишите зону в calendar.yaml
directory/small.yaml:2:10: предупреждение P108: «region» — ещё одна территория без родителя: у региона обычно одна
      - {id: region, title: {ru: Область, en: Region}, zone: nsk}
             ^
    как исправить: у региона обычно одна; возможно, забыт parent
