#!/usr/bin/python3
"""A paper journal, typed into a table, becomes referrals through a real agent and a real broker: killed in the middle and given
again there is exactly one referral a row, refused rows are corrected and come, corrected ones that were taken do not."""

import csv
import io
import json
import os
import signal
import subprocess
import unittest

import tap
from proto import exchange_pb2 as exchange
from region import BUILD, DEADLINE_S, SPECIALIST, Region
from site_agent import Site

SCHOOL, CENTRE = 'school-syktyvkar', 'centre-syktyvkar-1'
TITLES = ('№ п/п', 'Дата обращения', 'Территория', 'Уровень', 'направление', 'основание', 'потребности', 'признаки',
          'ФИО ребёнка', 'дата рождения', 'Ребёнок 2: имя', 'Родитель: ФИО', 'родитель: роль', 'адрес', 'обстоятельства', 'Подпись')
COLUMNS = 'столбцы: {Дата обращения: замечено, Подпись: "-"}\n'


def row(number, **changes):
    cells = {'№ п/п': number, 'Дата обращения': '20.11.2026', 'Территория': 'syktyvkar', 'Уровень': 'ТЖС',
             'направление': 'раннее выявление', 'основание': 'обязанность по закону',
             'потребности': 'быт, материальная помощь', 'признаки': 'риск помещения ребёнка в учреждение',
             'ФИО ребёнка': f'Примерова-{number} Аня Тестовна', 'дата рождения': '03.04.2021', 'Ребёнок 2: имя': '',
             'Родитель: ФИО': f'Примерова-{number} Мария', 'родитель: роль': 'мать', 'адрес': 'Сыктывкар; Пробная, 1',
             'обстоятельства': 'Дома "холодно";\nвторая строка', 'Подпись': 'неразборчиво'}
    cells.update(changes)
    return [str(cells[title]) for title in TITLES]


def table(rows, separator=';', encoding='cp1251', titles=TITLES):
    text = io.StringIO(newline='')
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(titles)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


class ImportTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.region.expects('case_escalated')  # many families, few curators
        self.region.start()
        self.site = Site(self.region, SCHOOL, [SPECIALIST])
        self.region.write('columns.yaml', COLUMNS)

    def tearDown(self):
        self.site.close()
        self.assertEqual(self.region.close(), [])

    def journal(self, content, name='journal.csv'):
        with open(self.region.path(name), 'wb') as file:
            file.write(content)

    def command(self, *more, name='journal.csv'):
        return [f'{BUILD}/refctl', 'import', name, '--columns', 'columns.yaml', '--agent', f'{SCHOOL}/agent.yaml',
                '--lang', 'ru', *more]

    def load(self, *more, status=0, name='journal.csv'):
        """-> the counts"""
        done = subprocess.run(self.command('--json', *more, name=name), cwd=self.region.folder, capture_output=True,
                              text=True, encoding='utf-8', timeout=4 * DEADLINE_S, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        answer = json.loads(done.stdout)
        return tuple(answer[key] for key in ('rows', 'taken', 'repeated', 'refused'))

    def report(self, name='journal.csv'):
        with open(self.region.path(f'{name}.report.csv'), encoding='utf-8-sig', newline='') as file:
            return list(csv.DictReader(file, delimiter=';'))

    def referrals_at_the_broker(self):
        self.site.spool_empty()
        ministry = self.region.agent('social-komi-1')
        ministry.hello()
        status = ministry.ask(exchange.QUERY_STATUS, 'coordinator-komi').status[0]
        ministry.disconnect()
        return status.referrals

    def test_killed_in_the_middle_and_given_again_there_is_one_referral_a_row(self):
        """refctl dies twice and the agent once; its spool has 20 places, so that most rows find it full at first."""
        self.site.process.expects('spool_full')
        self.journal(table(row(number) for number in range(1, 401)))
        for far in (lambda answer: len(answer.referrals) >= 20, lambda answer: answer.cursor):  # a page is full
            loading = subprocess.Popen(self.command(), cwd=self.region.folder, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            self.site.waits_until(far, exchange.QUERY_REFERRALS)
            loading.send_signal(signal.SIGKILL)
            self.assertEqual(loading.wait(DEADLINE_S), -signal.SIGKILL)
        self.site.restart()
        rows, taken, repeated, refused = self.load()
        self.assertEqual((rows, taken + repeated, refused), (400, 400, 0))
        self.assertGreaterEqual(repeated, 20)
        self.assertGreaterEqual(taken, 100)  # it was the middle
        self.assertEqual(self.referrals_at_the_broker(), 400)
        self.assertEqual(self.load(), (400, 0, 400, 0))
        self.assertEqual(self.referrals_at_the_broker(), 400)
        lines = self.report()
        self.assertEqual(len({line['направление'] for line in lines}), 400)
        self.assertEqual({line['результат'] for line in lines}, {'было принято раньше'})

    def test_refused_rows_are_corrected_and_taken_ones_are_not_sent_again(self):
        rows = [row(number) for number in range(1, 6)]
        rows[1] = row(2, Уровень='ТЖСС')
        rows[3] = row(4, **{'дата рождения': 'вчера', 'основание': ''})
        self.journal(table(rows))
        self.assertEqual(self.load('--dry-run', status=65), (5, 0, 0, 2))
        self.assertEqual(self.referrals_at_the_broker(), 0)
        self.assertEqual(self.load(status=65), (5, 3, 0, 2))
        wrong = [line for line in self.report() if line['результат'] == 'не принято']
        self.assertEqual([(line['строка'], line['столбец'], line['запись'], line['поле']) for line in wrong],
                         [('4', '24', '2', 'Уровень'), ('8', '132', '4', 'дата рождения')])
        self.assertIn('ТЖС', wrong[0]['что'])
        self.assertTrue(all(line['что сделать'] for line in wrong))
        rows[1], rows[3] = row(2), row(4)
        rows[0] = row(1, обстоятельства='Совсем другое.')  # taken as it was
        self.journal(table(rows))
        self.assertEqual(self.load(status=65), (5, 2, 2, 1))
        wrong = [line for line in self.report() if line['результат'] == 'не принято']
        self.assertEqual([(line['запись'], line['направление']) for line in wrong], [('1', '')])
        self.assertIn('с другим содержанием', wrong[0]['что'])
        self.assertEqual(self.referrals_at_the_broker(), 5)

    def test_what_the_broker_refused_comes_again_when_corrected(self):
        self.site.process.expects('command_refused')
        self.journal(table([row(1), row(2, Территория='nowhere')]))
        self.assertEqual(self.load(), (2, 2, 0, 0))  # the agent alone cannot know territories
        self.assertEqual(self.referrals_at_the_broker(), 1)
        self.journal(table([row(1), row(2)]))
        self.assertEqual(self.load(), (2, 1, 1, 0))
        self.assertEqual(self.referrals_at_the_broker(), 2)

    def test_the_same_journal_in_every_writing_is_the_same_journal(self):
        rows = [row(number) for number in range(1, 4)]
        self.journal(table(rows))
        self.assertEqual(self.load(), (3, 3, 0, 0))
        for separator, encoding in ((',', 'utf-8'), (';', 'utf-8-sig'), ('\t', 'utf-16')):
            self.journal(table(rows, separator, encoding))
            self.assertEqual(self.load(), (3, 0, 3, 0), encoding)
        self.journal(table(rows), name='renamed.csv')
        self.assertEqual(self.load('--journal', 'journal', name='renamed.csv'), (3, 0, 3, 0))
        self.assertEqual(self.referrals_at_the_broker(), 3)

    def test_rows_without_numbers_are_as_many_referrals_as_there_are(self):
        """Two families of whom nothing more is known stand in two equal rows."""
        number, titles = TITLES.index('№ п/п'), TITLES[1:]
        rows = [row(1, **{'ФИО ребёнка': '', 'дата рождения': '', 'Родитель: ФИО': '', 'родитель: роль': '',
                          'адрес': ''}) for _ in range(2)] + [row(3)]
        for one in rows:
            del one[number]
        titles = list(titles) + ['возрасты']
        for one in rows:
            one.append('от 4 до 6 лет')
        self.journal(table(rows, titles=titles))
        first = self.load(status=0)
        self.assertEqual(first, (3, 3, 0, 0), self.report())
        self.assertEqual(self.load(), (3, 0, 3, 0))
        self.assertEqual(self.referrals_at_the_broker(), 3)

    def test_mistakes_of_the_table_itself_have_the_exit_status_of_theirs(self):
        def run(*words, status):
            code, output, errors = self.region.run('refctl', 'import', *words, '--lang', 'ru')
            self.assertEqual(code, status, output + errors)
            return errors
        socket = ('--socket', f'ipc://{self.site.folder}/s')
        self.journal(table([row(1)]))
        self.assertIn('Подпись', run('journal.csv', status=65))
        self.assertEqual(os.path.exists(self.region.path('journal.csv.report.csv')), False)
        run('nothing.csv', status=66)
        run('journal.csv', '--columns', 'nothing.yaml', status=66)
        self.journal(b'')
        self.assertIn('пуст', run('journal.csv', status=65))
        self.journal(table([row(1), row(2)]) + '3;"открыта\n4;'.encode('cp1251'))
        self.assertIn(':6:3:', run('journal.csv', '--columns', 'columns.yaml', *socket, status=65))
        self.assertEqual(self.referrals_at_the_broker(), 2)  # what stands before it was taken
        self.assertIn('refagentd', run('journal.csv', '--columns', 'columns.yaml', '--socket', 'ipc://nobody',
                                       status=69))
        self.journal(table([row(1), row(1), row('')]))
        errors = run('journal.csv', '--columns', 'columns.yaml', *socket, '--dry-run', status=65)
        self.assertIn('уже есть в строке 2', errors)
        self.assertIn('нет номера', errors)


if __name__ == '__main__':
    tap.main()
