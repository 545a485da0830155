broker.yaml:8:12: ошибка P121: в справочнике нет администратора: дайте кому-нибудь роль administrator
    directory: directory
               ^
    как исправить: дайте кому-нибудь роль administrator
directory/small.yaml:2:10: ошибка P122: у территории «region» нет стола «coordinator»: назовите его в desks
      - {id: region, title: {ru: Область, en: Region}, zone: nsk}
             ^
    как исправить: назовите в desks стол для неё или для территории выше
directory/small.yaml:8:10: предупреждение P120: площадок без действующих ключей: 2; они не смогут подключиться: social-1, police-1
      - {id: social-1, agency: social, title: {ru: Соцзащита, en: Social protection}}
             ^
    как исправить: создайте их ключи: refctl keygen --site; новый регион так и начинается
directory/small.yaml:16:1: ошибка P022: неизвестный ключ «nothing»
    nothing:
    ^
    как исправить: сверьте с таблицей ключей; похожий ключ назван в сообщении
