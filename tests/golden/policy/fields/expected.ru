directory/small.yaml:2:10: ошибка: «Region» — не код: до 47 знаков a-z, 0-9 и дефис
      - {id: Region, title: {ru: Область, en: Region}}
             ^
directory/small.yaml:3:10: ошибка: у территории «region» нет стола «coordinator»: назовите его в desks
      - {id: region, title: {ru: Область}, zone: nsk, oktmo: "12"}
             ^
directory/small.yaml:3:10: ошибка: у территории «region» нет стола «supervisor»: назовите его в desks
      - {id: region, title: {ru: Область}, zone: nsk, oktmo: "12"}
             ^
directory/small.yaml:3:10: ошибка: у территории «region» нет стола «triage»: назовите его в desks
      - {id: region, title: {ru: Область}, zone: nsk, oktmo: "12"}
             ^
directory/small.yaml:3:25: ошибка: не хватает ключа «en»
      - {id: region, title: {ru: Область}, zone: nsk, oktmo: "12"}
                            ^
directory/small.yaml:3:58: ошибка: код ОКТМО «12»: нужно 8 или 11 цифр
      - {id: region, title: {ru: Область}, zone: nsk, oktmo: "12"}
                                                             ^
directory/small.yaml:5:5: ошибка: не хватает ключа «territories»
      - {id: social, kind: socail, ownership: state, title: {ru: Соцзащита, en: Social}, home-site: social-1}
        ^
directory/small.yaml:5:24: ошибка: вид ведомства: нет такого кода «socail»; похоже на «social»
      - {id: social, kind: socail, ownership: state, title: {ru: Соцзащита, en: Social}, home-site: social-1}
                           ^
directory/small.yaml:7:10: предупреждение: площадок без действующих ключей: 1; они не смогут подключиться: social-1
      - {id: social-1, agency: social, title: {ru: Соцзащита, en: Social}, adress: нет}
             ^
directory/small.yaml:7:72: ошибка: неизвестный ключ «adress»
      - {id: social-1, agency: social, title: {ru: Соцзащита, en: Social}, adress: нет}
                                                                           ^
directory/small.yaml:9:5: ошибка: куратору «lead» нужна ёмкость: capacity, от 1 до 1000
      - {id: lead, title: {ru: куратор, en: curator}, site: social-1, roles: [case-curator, director]}
        ^
directory/small.yaml:9:89: ошибка: роль: нет такого кода «director»
      - {id: lead, title: {ru: куратор, en: curator}, site: social-1, roles: [case-curator, director]}
                                                                                            ^
directory/small.yaml:10:75: ошибка: список «roles» пуст
      - {id: chief, title: {ru: начальник, en: chief}, site: social-1, roles: [], capacity: 0}
                                                                              ^
directory/small.yaml:10:89: ошибка: у ключа «capacity» должно быть целое число от 1 до 1000
      - {id: chief, title: {ru: начальник, en: chief}, site: social-1, roles: [], capacity: 0}
                                                                                            ^
directory/small.yaml:11:5: ошибка: не хватает ключа «site»
      - {id: lost, title: {ru: без площадки, en: no site}, roles: [specialist]}
        ^
directory/small.yaml:13:73: ошибка: потребность: нет такого кода «housng»; похоже на «housing»
      - {id: flat, agency: social, title: {ru: Квартира, en: Flat}, needs: [housng], capacity: много}
                                                                            ^
directory/small.yaml:13:92: ошибка: у ключа «capacity» должно быть целое число от 1 до 100000
      - {id: flat, agency: social, title: {ru: Квартира, en: Flat}, needs: [housng], capacity: много}
                                                                                               ^
directory/small.yaml:15:29: ошибка: «short» — не открытый ключ: нужно 40 знаков Z85
      - {site: social-1, curve: short, sealing: "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6", until: tomorrow}
                                ^
directory/small.yaml:15:96: ошибка: «tomorrow» — не дата, как 2026-01-31
      - {site: social-1, curve: short, sealing: "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6", until: tomorrow}
                                                                                                   ^
ошибка: в справочнике нет администратора: дайте кому-нибудь роль administrator
