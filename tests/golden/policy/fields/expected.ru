broker.yaml:8:12: ошибка P121: в справочнике нет администратора: дайте кому-нибудь роль administrator
    directory: directory
               ^
    как исправить: дайте кому-нибудь роль administrator
directory/small.yaml:2:10: ошибка P028: «Region» — не код: до 47 знаков a-z, 0-9 и дефис
      - {id: Region, title: {ru: Область, en: Region}}
             ^
    как исправить: от 1 до 47 знаков a-z, 0-9 и дефис; первый — буква или цифра
directory/small.yaml:3:10: ошибка P122: у территории «region» нет стола «coordinator»: назовите его в desks
      - {id: region, title: {ru: Область}, zone: nsk, oktmo: "12"}
             ^
    как исправить: назовите в desks стол для неё или для территории выше
directory/small.yaml:3:10: ошибка P122: у территории «region» нет стола «supervisor»: назовите его в desks
      - {id: region, title: {ru: Область}, zone: nsk, oktmo: "12"}
             ^
directory/small.yaml:3:10: ошибка P122: у территории «region» нет стола «triage»: назовите его в desks
      - {id: region, title: {ru: Область}, zone: nsk, oktmo: "12"}
             ^
directory/small.yaml:3:25: ошибка P023: не хватает ключа «en»
      - {id: region, title: {ru: Область}, zone: nsk, oktmo: "12"}
                            ^
    как исправить: добавьте названный ключ
directory/small.yaml:3:58: ошибка P109: код ОКТМО «12»: нужно 8 или 11 цифр
      - {id: region, title: {ru: Область}, zone: nsk, oktmo: "12"}
                                                             ^
    как исправить: 8 или 11 цифр в кавычках
directory/small.yaml:5:5: ошибка P023: не хватает ключа «territories»
      - {id: social, kind: socail, ownership: state, title: {ru: Соцзащита, en: Social}, home-site: social-1}
        ^
directory/small.yaml:5:24: ошибка P035: вид ведомства: нет такого кода «socail»; похоже на «social»
      - {id: social, kind: socail, ownership: state, title: {ru: Соцзащита, en: Social}, home-site: social-1}
                           ^
    как исправить: код, его название или принятое сокращение; похожий назван в сообщении
directory/small.yaml:7:10: предупреждение P120: площадок без действующих ключей: 1; они не смогут подключиться: social-1
      - {id: social-1, agency: social, title: {ru: Соцзащита, en: Social}, adress: нет}
             ^
    как исправить: создайте их ключи: refctl keygen --site; новый регион так и начинается
directory/small.yaml:7:72: ошибка P022: неизвестный ключ «adress»
      - {id: social-1, agency: social, title: {ru: Соцзащита, en: Social}, adress: нет}
                                                                           ^
    как исправить: сверьте с таблицей ключей; похожий ключ назван в сообщении
directory/small.yaml:9:5: ошибка P114: куратору «lead» нужна ёмкость: capacity, от 1 до 1000
      - {id: lead, title: {ru: куратор, en: curator}, site: social-1, roles: [case-curator, director]}
        ^
    как исправить: напишите capacity: без неё дел не дадут
directory/small.yaml:9:89: ошибка P035: роль: нет такого кода «director»
      - {id: lead, title: {ru: куратор, en: curator}, site: social-1, roles: [case-curator, director]}
                                                                                            ^
directory/small.yaml:10:75: ошибка P031: список «roles» пуст
      - {id: chief, title: {ru: начальник, en: chief}, site: social-1, roles: [], capacity: 0}
                                                                              ^
    как исправить: назовите хотя бы одно значение или уберите ключ
directory/small.yaml:10:89: ошибка P029: у ключа «capacity» должно быть целое число от 1 до 1000
      - {id: chief, title: {ru: начальник, en: chief}, site: social-1, roles: [], capacity: 0}
                                                                                            ^
    как исправить: целое число в границах, которые названы в сообщении
directory/small.yaml:11:5: ошибка P023: не хватает ключа «site»
      - {id: lost, title: {ru: без площадки, en: no site}, roles: [specialist]}
        ^
directory/small.yaml:13:73: ошибка P035: потребность: нет такого кода «housng»; похоже на «housing»
      - {id: flat, agency: social, title: {ru: Квартира, en: Flat}, needs: [housng], capacity: много}
                                                                            ^
directory/small.yaml:13:92: ошибка P029: у ключа «capacity» должно быть целое число от 1 до 100000
      - {id: flat, agency: social, title: {ru: Квартира, en: Flat}, needs: [housng], capacity: много}
                                                                                               ^
directory/small.yaml:15:29: ошибка P115: «short» — не открытый ключ: нужно 40 знаков Z85
      - {site: social-1, curve: short, sealing: "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6", until: tomorrow}
                                ^
    как исправить: перенесите строку, которую напечатал refctl keygen
directory/small.yaml:15:96: ошибка P033: «tomorrow» — не дата, как 2026-01-31
      - {site: social-1, curve: short, sealing: "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6", until: tomorrow}
                                                                                                   ^
    как исправить: 2026-01-31 или 31.01.2026
