calendar.yaml:2:1: ошибка: запись YAML: did not find expected node content (while parsing a flow node that began in line 2)
directory/tab.yaml:2:1: ошибка: здесь не может стоять табуляция: отступайте пробелами
    	- {id: region}
    ^
policy.yaml:2:16: ошибка: якоря (&имя) здесь не читаются
    pools: {local: &anchor {workers: {role: case-curator}}}
                   ^
