directory/small.yaml:12:10: предупреждение P120: площадок без действующих ключей: 1; они не смогут подключиться: social-1
      - {id: social-1, agency: social, title: {ru: Соцзащита, en: Social protection}}
             ^
    как исправить: создайте их ключи: refctl keygen --site; новый регион так и начинается
directory/small.yaml:15:58: предупреждение P127: ни один администратор не сможет подключиться, и брокер откажется от этого набора: нужны ключи хотя бы площадки «social-1»
      - {id: chief, title: {ru: начальник, en: chief}, site: social-1, roles: [intake-curator, supervisor, coordinator, administrator]}
                                                             ^
    как исправить: создайте ключи этой площадки, refctl keygen --site: без них брокер откажется от набора
directory/small.yaml:18:79: предупреждение P128: потребностей, на которые нет ни одной услуги: 18; household, housing, documents, …
      - {id: room, agency: social, title: {ru: Гостиная, en: Family room}, needs: [parenting, childcare], territories: [north], capacity: 10}
                                                                                  ^
    как исправить: впишите в services, кто их закрывает, или знайте, что помочь с ними некому
directory/small.yaml:18:80: предупреждение P129: на потребность «parenting» нет услуги в территориях, их 4: south, east, west, …
      - {id: room, agency: social, title: {ru: Гостиная, en: Family room}, needs: [parenting, childcare], territories: [north], capacity: 10}
                                                                                   ^
    как исправить: добавьте услуге территории или впишите другую услугу
directory/small.yaml:18:91: предупреждение P129: на потребность «childcare» нет услуги в территориях, их 4: south, east, west, …
      - {id: room, agency: social, title: {ru: Гостиная, en: Family room}, needs: [parenting, childcare], territories: [north], capacity: 10}
                                                                                              ^
