directory/small.yaml:22:10: ошибка P101: «flat» уже описано: directory/small.yaml:21
      - {id: flat, agency: social, title: {ru: Квартира, en: Flat}, needs: [housing], capacity: 3}
             ^
    как исправить: дайте второй записи другой код; первая названа в сообщении
directory/zmore.yaml:1:20: ошибка P101: «north» уже описано: directory/small.yaml:3
    territories: [{id: north, parent: region, title: {ru: Север, en: North}}]
                       ^
directory/zmore.yaml:2:9: ошибка P123: у территории «region» уже есть такой стол: ведомство «social»
    desks: [{role: triage, agency: police, territory: region}]
            ^
    как исправить: один стол каждого вида на территорию
directory/zmore.yaml:4:29: ошибка P117: этот ключ уже принадлежит площадке «social-1»
      - {site: police-1, curve: "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID", sealing: "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"}
                                ^
    как исправить: сделайте этой площадке свои ключи: refctl keygen
policy.yaml:6:10: ошибка P207: правило «all» уже есть
      - {id: all, title: {ru: Снова, en: Again}, curator: [local, local]}
             ^
    как исправить: дайте второму другой код
policy.yaml:6:63: ошибка P209: пул «local» назван в правиле дважды
      - {id: all, title: {ru: Снова, en: Again}, curator: [local, local]}
                                                                  ^
    как исправить: оставьте один раз
