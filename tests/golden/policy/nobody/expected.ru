directory/small.yaml:2:10: ошибка: у территории «region» нет стола «coordinator»: назовите его в desks
      - {id: region, title: {ru: Область, en: Region}, zone: nsk}
             ^
directory/small.yaml:8:10: предупреждение: площадок без действующих ключей: 2; они не смогут подключиться: social-1, police-1
      - {id: social-1, agency: social, title: {ru: Соцзащита, en: Social protection}}
             ^
directory/small.yaml:16:1: ошибка: неизвестный ключ «nothing»
    nothing:
    ^
ошибка: в справочнике нет администратора: дайте кому-нибудь роль administrator
