calendar.yaml:2:1: ошибка: запись YAML: did not find expected node content (while parsing a flow node that began in line 2)
policy.yaml:2:16: ошибка: якоря (&имя) здесь не читаются
    pools: {local: &anchor {workers: {role: case-curator}}}
                   ^
