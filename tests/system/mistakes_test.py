#!/usr/bin/python3
"""Twenty-two mistakes that people make in the files of config/novosibirsk: each is told with its file, line, column and code, in
both languages, with what to do about it.

The places are counted by hand in the files as they are shipped, the words are what an administrator must understand.
"""

import os
import shutil
import subprocess
import tempfile
import unittest

import tap
from region import BUILD, ROOT

POLICY = 'policy.yaml'
REGION = 'directory/10-region.yaml'
DUTY = """  duty:
    workers: {role: duty-curator}
    pick: round-robin
    auto-accept: yes
"""
POLICE = """      - {agency-kind: police, territory: covers-case}

"""
ADDICTION = '    when: {need: addiction, risk-at-least: tzs}'
PREGNANCY = '    when: {age: pregnancy}\n    curator:'
YOUNGEST = 'title: {ru: "«0–4»: самые маленькие", en: "0–4: the youngest"}'

# what it is, file, what stands there, what was written, where and what is told, what stands in the Russian and English text
MISTAKES = (
    ('an agency mistyped', POLICY, '{agency: ngo-vmeste}', '{agency: ngo-vmesta}', 'policy.yaml:104:23 P103',
     'похоже на «ngo-vmeste»', 'did you mean "ngo-vmeste"'),
    ('a tab', POLICY, '    when: {flag: child-alone}', '\twhen: {flag: child-alone}', 'policy.yaml:96:1 P005',
     'отступайте пробелами', 'indent with spaces'),
    ('a quote forgotten', POLICY, YOUNGEST, YOUNGEST.replace('маленькие"', 'маленькие'), 'policy.yaml:119:47 P004',
     'не закрыта скобка { или кавычка', 'a { or a quote is not closed'),
    ('a Russian key misspelt', POLICY, PREGNANCY, PREGNANCY.replace('curator', 'кураторр'), 'policy.yaml:103:5 P022',
     'похоже на «куратор»', 'did you mean "куратор"'),
    ('a pool deleted that a rule names', POLICY, DUTY, '', 'policy.yaml:45:15 P204',
     'нет такого пула «duty»', 'there is no pool "duty"'),
    ('an id twice', POLICY, '  - id: youngest\n', '  - id: violence\n', 'policy.yaml:118:9 P207',
     'правило «violence» уже есть', 'the rule "violence" is there already'),
    ('waves out of order', POLICY, '{from: 2022-01-01, ', '{from: 2021-01-01, ', 'policy.yaml:215:5 P225',
     'по порядку дат', 'in order of their dates'),
    ('a date that there is not', POLICY, '{from: 2022-01-01, ', '{from: 2022-13-01, ', 'policy.yaml:215:12 P033',
     'не дата, как 2026-01-31', 'is no date as 2026-01-31'),
    ('a need mistyped', POLICY, '{need: addiction, ', '{need: adiction, ', 'policy.yaml:125:18 P035',
     'похоже на «addiction»', 'did you mean "addiction"'),
    ('an indentation slipped', POLICY, ADDICTION, ADDICTION[1:], 'policy.yaml:125:4 P004',
     'строка стоит не под своей записью', 'the line does not stand under its entry'),
    ('a colon forgotten', POLICY, '    when: {flag: child-alone}', '    when {flag: child-alone}', 'policy.yaml:96:5 P022',
     'неизвестный ключ «when {flag»', 'unknown key "when {flag"'),
    ('a level mistyped', POLICY, '{risk: critical}\n    procedure', '{risk: critikal}\n    procedure',
     'policy.yaml:47:18 P035', 'похоже на «critical»', 'did you mean "critical"'),
    ('a span in words', POLICY, '{answer: 4 h}', '{answer: 4 hours}', 'policy.yaml:61:21 P221',
     'число и min, h, d', 'a number and min, h, d'),
    ('a norm longer than the one behind it', POLICY, '{deliver: 5 min', '{deliver: 50 min', 'policy.yaml:189:23 P223',
     'срок «deliver» (50 min) длиннее срока «see» (15 min)', '"deliver" (50 min) is longer than the norm "see" (15 min)'),
    ('a title in one language', POLICY, 'Остальные обращения, en: Everything else}', 'Остальные обращения}',
     'policy.yaml:163:12 P023', 'не хватает ключа «en»', 'the key "en" is missing'),
    ('a territory mistyped', POLICY, '[tatarsky, kuybyshevsky, vengerovsky]', '[tatarski, kuybyshevsky, vengerovsky]',
     'policy.yaml:142:24 P102', 'похоже на «tatarsky»', 'did you mean "tatarsky"'),
    ('a notice dropped that a requirement asks for', POLICY, POLICE, '\n', 'policy.yaml:179:5 P260',
     'требование «police-is-told-of-danger» нарушено', 'requirement "police-is-told-of-danger" is broken'),
    ('a brace left open', POLICY, '{flag: placement-risk}\n    procedure', '{flag: placement-risk\n    procedure',
     'policy.yaml:58:14 P004', 'запись начата в строке 57', 'begun in line 57'),
    ('a key twice', POLICY, '    curator: [family-service]\n', '    curator: [family-service]\n    curator: [district]\n',
     'policy.yaml:60:5 P006', 'оставьте один из двух', 'keep one of the two'),
    ('a file of another name', 'broker.yaml', 'policy: policy.yaml', 'policy: polcy.yaml', 'broker.yaml:24:9 P002',
     'файл не читается', 'the file cannot be read'),
    ('every administrator taken away', REGION, 'roles: [administrator]', 'roles: [observer]',
     'broker.yaml:23:12 P121', 'дайте кому-нибудь роль administrator', 'give somebody the role administrator'),
    ('a site taken away that a worker sits at', REGION, '  - {id: social-region-1,', '  - {id: social-region-2,',
     'directory/10-region.yaml:14:16 P104', 'похоже на «social-region-2»', 'there is no site "social-region-1"'),
)


class Mistakes(unittest.TestCase):
    def check(self, name, old, new):
        """-> what is said in Russian, what in English"""
        folder = tempfile.mkdtemp(prefix='mistake-')
        try:
            shutil.copytree(f'{ROOT}/config/novosibirsk', folder, dirs_exist_ok=True)
            with open(f'{folder}/{name}', encoding='utf-8') as file:
                text = file.read()
            self.assertIn(old, text)
            with open(f'{folder}/{name}', 'w', encoding='utf-8') as file:
                file.write(text.replace(old, new))
            return [self.said(folder, language) for language in ('ru_RU.UTF-8', 'en_US.UTF-8')]
        finally:
            shutil.rmtree(folder)

    def said(self, folder, language):
        done = subprocess.run([f'{BUILD}/refctl', 'policy', 'check', 'broker.yaml'], cwd=folder, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, encoding='utf-8', timeout=30, check=False,
                              env={**os.environ, 'LC_ALL': language})
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        return done.stderr

    def claim(self, name, old, new, where, russian, english):
        at, code = where.split(' ')
        told = self.check(name, old, new)
        for text, severity, words, advice in ((told[0], 'ошибка', russian, '    как исправить: '),
                                              (told[1], 'error', english, '    to mend it: ')):
            self.assertIn(f'{at}: {severity} {code}: ', text)
            self.assertIn(words, text)
            self.assertIn(advice, text.split(f'{at}: ', 1)[1])

    def test_there_are_more_than_twenty(self):
        self.assertGreaterEqual(len(MISTAKES), 20)


def add(mistake):
    setattr(Mistakes, 'test_' + mistake[0].replace(' ', '_'), lambda self: self.claim(*mistake[1:]))


for one in MISTAKES:
    add(one)

if __name__ == '__main__':
    tap.main()
