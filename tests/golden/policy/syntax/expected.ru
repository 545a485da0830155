calendar.yaml:2:1: ошибка P004: запись YAML: did not find expected node content (while parsing a flow node that began in line 2)
policy.yaml:2:16: ошибка P007: якоря (&имя) здесь не читаются
    pools: {local: &anchor {workers: {role: case-curator}}}
                   ^
