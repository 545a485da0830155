calendar.yaml:1:1: предупреждение P073: нет праздников 2026 года: рабочие дни считаются только по дням недели
    zones: [{id: nsk, offsets: [{from: 2016-07-24, utc: "+07:00"}]}]
    ^
directory/small.yaml:9:10: предупреждение P120: площадок без действующих ключей: 1; они не смогут подключиться: police-1
      - {id: police-1, agency: police, title: {ru: ПДН, en: Police}}
             ^
directory/small.yaml:16:5: предупреждение P124: за столом «coordinator/social/region» никто не сидит: его дела придут на площадку ведомства
      - {role: coordinator, agency: social, territory: region}
        ^
directory/small.yaml:19:48: предупреждение P119: ключ площадки «police-1» больше не действует
      - {until: 2020-01-01, site: police-1, curve: "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7", sealing: "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"}
                                                   ^
policy.yaml:1:9: предупреждение P227: территория «region» не входит ни в одну волну: её обращения всегда будут уходить на стол разбора
    policy: small
            ^
policy.yaml:4:3: ошибка P243: пул «empty» никого не выбирает
      empty: {workers: {agency: police, role: case-curator}}
      ^
policy.yaml:5:3: предупреждение P244: пул «spare» не назван ни в одном правиле
      spare: {workers: {role: case-curator}}
      ^
policy.yaml:7:5: предупреждение P245: правилу «nobody» некого назначить на территории «region»: случай уйдёт на стол разбора
      - {id: nobody, title: {ru: Некому, en: Nobody}, when: {risk: sop}, curator: empty, notify: [{agency-kind: kdn}]}
        ^
policy.yaml:7:5: предупреждение P247: правило «nobody» никого не уведомляет
      - {id: nobody, title: {ru: Некому, en: Nobody}, when: {risk: sop}, curator: empty, notify: [{agency-kind: kdn}]}
        ^
policy.yaml:9:5: предупреждение P241: правило «late» недостижимо: все его обращения забирают правила выше: all
      - {id: late, title: {ru: Поздно, en: Late}, curator: local}
        ^
