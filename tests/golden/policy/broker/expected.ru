broker.yaml:1:1: ошибка P023: не хватает ключа «store»
    region: Малая
    ^
broker.yaml:1:9: ошибка P028: «Малая» — не код: до 47 знаков a-z, 0-9 и дефис
    region: Малая
            ^
broker.yaml:2:16: ошибка P050: «малая»: нужно от 1 до 8 букв A-Z
    number-prefix: малая
                   ^
broker.yaml:4:9: ошибка P051: «127.0.0.1:7551» — не адрес, как tcp://127.0.0.1:7551
    listen: 127.0.0.1:7551
            ^
broker.yaml:5:7: ошибка P023: не хватает ключа «disclosure»
    keys: {curve: keys/broker.key}
          ^
broker.yaml:6:1: ошибка P022: неизвестный ключ «stroe»; похоже на «store»
    stroe: store
    ^
broker.yaml:7:11: ошибка P002: файл не читается: cannot open nowhere.yaml: No such file or directory
    calendar: nowhere.yaml
              ^
