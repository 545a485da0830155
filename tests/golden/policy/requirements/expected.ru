policy.yaml:9:5: ошибка P260: требование «police-knows» нарушено, например, для {territory: region, risk: critical, direction: prevention, channel: specialist, basis: consent, referrer-kind: social, need: [household], age: [], flag: []}: правило «danger»
      - {id: police-knows, when: {risk: critical}, then: {notified-kind: police}}
        ^
    как исправить: сообщение показывает обращение и правило: опустите его, сузьте или дайте уведомить
policy.yaml:10:5: ошибка P260: требование «somebody-leads» нарушено: {territory: region, risk: norm, direction: prevention, channel: specialist, basis: consent, referrer-kind: social, need: [household], age: [], flag: []} не подходит ни под одно правило
      - {id: somebody-leads, then: {curator-from: [local]}}
        ^
