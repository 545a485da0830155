calendar.yaml:1:1: предупреждение P073: нет праздников 2026 года: рабочие дни считаются только по дням недели
    zones: [{id: nsk, offsets: [{from: 2016-07-24, utc: "+07:00"}]}]
    ^
    как исправить: добавьте год в calendar.yaml
directory/small.yaml:9:10: предупреждение P120: площадок без действующих ключей: 1; они не смогут подключиться: police-1
      - {id: police-1, agency: police, title: {ru: ПДН, en: Police}}
             ^
    как исправить: создайте их ключи: refctl keygen --site; новый регион так и начинается
directory/small.yaml:16:5: предупреждение P124: за столом «coordinator/social/region» никто не сидит: его дела придут на площадку ведомства
      - {role: coordinator, agency: social, territory: region}
        ^
    как исправить: дела придут на площадку ведомства; дайте роль кому-нибудь
directory/small.yaml:19:48: предупреждение P119: ключ площадки «police-1» больше не действует
      - {until: 2020-01-01, site: police-1, curve: "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7", sealing: "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"}
                                                   ^
    как исправить: строку можно убрать
policy.yaml:1:9: предупреждение P227: территория «region» не входит ни в одну волну: её обращения всегда будут уходить на стол разбора
    policy: small
            ^
    как исправить: её обращения всегда будут уходить на стол разбора
policy.yaml:4:3: ошибка P243: пул «empty» никого не выбирает
      empty: {workers: {agency: police, role: case-curator}}
      ^
    как исправить: проверьте agency, role, training и territory пула
policy.yaml:5:3: предупреждение P244: пул «spare» не назван ни в одном правиле
      spare: {workers: {role: case-curator}}
      ^
    как исправить: уберите его или назовите в правиле
policy.yaml:7:5: предупреждение P245: правилу «nobody» некого назначить на территории «region»: случай уйдёт на стол разбора
      - {id: nobody, title: {ru: Некому, en: Nobody}, when: {risk: sop}, curator: empty, notify: [{agency-kind: kdn}]}
        ^
    как исправить: добавьте в правило пул, который её охватывает
policy.yaml:7:5: предупреждение P247: правило «nobody» никого не уведомляет
      - {id: nobody, title: {ru: Некому, en: Nobody}, when: {risk: sop}, curator: empty, notify: [{agency-kind: kdn}]}
        ^
    как исправить: ни одно ведомство не подходит под notify
policy.yaml:9:5: предупреждение P241: правило «late» недостижимо: все его обращения забирают правила выше: all
      - {id: late, title: {ru: Поздно, en: Late}, curator: local}
        ^
    как исправить: правила выше забирают всё: поднимите его, сузьте их или удалите его
