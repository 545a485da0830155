#!/usr/bin/python3
"""What happens to a running broker: files that change under it, crashes, lost state, a damaged journal, the end of its
day. Nothing acknowledged is lost, nothing is there twice, and no reload opens a door."""

import os
import re
import shutil
import signal
import unittest

import tap
from agent import Keys, Store
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import SPECIALIST, SURNAME, Region, facts, labels

COORDINATOR = 'coordinator-komi'
MISTAKES = '''policy: komi
title: {ru: Плохая политика, en: Bad policy}
procedure: sideways
pools:
  local: {workers: {agency-kind: social, role: case-curator}, pick: least-loaded}
rules:
  - id: one
    title: {ru: Раз, en: One}
    when: {risk: sopp}
    curator: [local]
  - id: two
    title: {ru: Два, en: Two}
    when: {need: household}
    curator: [nowhere]
  - id: three
    title: {ru: Три, en: Three}
    curator: [local]
    notify: [{agency: atlantis}]
  - id: three
    title: {ru: Четыре, en: Four}
    curator: [local]
'''


class BrokerLifeTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.region.expects('case_escalated')  # many families, few curators
        self.broker = self.region.start()
        self.school = self.region.agent('school-syktyvkar')
        self.school.hello()

    def tearDown(self):
        logs = ''.join(program.log() for program in self.region.programs)
        self.assertEqual(self.region.close(), [])
        for secret in (SURNAME, 'Аня', 'Пробная', 'Дома холодно'):
            self.assertNotIn(secret, logs)

    # -- the files change

    def test_revoked_key_is_put_out_of_its_live_session_and_does_not_come_back(self):
        text = self.region.read('directory/90-keys.yaml')
        self.region.write('directory/90-keys.yaml',
                          re.sub(r'(site: school-syktyvkar, .*)\}', r'\1, revoked: yes}', text))
        self.broker.expects('configuration_warning')
        self.region.reload()
        self.school.send(heartbeat=exchange.Heartbeat(time_us=1))
        self.school.listen(lambda: self.school.goodbye, 'Goodbye')
        self.assertEqual(self.school.goodbye.reason, exchange.GOODBYE_REVOKED)
        self.school.heard.clear()
        self.school.say_hello()
        self.school.listen(lambda: self.school.heard, 'answer')
        self.assertEqual([one.WhichOneof('body') for one in self.school.heard], ['goodbye'])
        # and no new handshake
        clinic = self.region.agent('clinic-komi')
        clinic.hello()
        self.school.connect().say_hello()
        clinic.ask(exchange.QUERY_AGENCIES, 'specialist-clinic-komi')
        self.assertEqual(self.school.socket.poll(0), 0)

    def test_bad_reload_names_every_mistake_and_keeps_what_was_in_force(self):
        self.region.write('policy.yaml', MISTAKES)
        self.broker.expects('configuration_error')
        self.assertIn('version_kept=1', self.region.reload('configuration_refused'))
        errors = [line for line in self.broker.lines if 'event=configuration_error' in line]
        places = [re.search(r'at=\S*?(policy.yaml:\d+:\d+) ', line) for line in errors]
        self.assertTrue(all(places), errors)
        self.assertEqual([place[1] for place in places],
                         ['policy.yaml:3:12', 'policy.yaml:9:18', 'policy.yaml:14:15', 'policy.yaml:18:23',
                          'policy.yaml:19:9'])
        _, reply = self.school.submit(SPECIALIST, labels(), facts())
        self.assertFalse(reply.refused, reply)

    def test_bad_reload_opens_no_door_to_a_new_key(self):
        strangers = Keys(self.region.path('keys'), 'school-syktyvkar')
        self.region.edit('directory/90-keys.yaml', 'site: school-syktyvkar', 'site: school-atlantis')
        self.region.edit('directory/10-agencies.yaml', 'roles: [administrator]', 'roles: [observer]')
        self.broker.expects('configuration_error')
        self.region.reload('configuration_refused')
        again = self.region.agent('school-syktyvkar', keys=strangers)
        self.assertEqual(again.hello().site, 'school-syktyvkar')

    def test_policy_that_discloses_less_holds_for_what_is_sent_again(self):
        centre = self.region.agent('centre-syktyvkar-1')
        centre.hello()
        self.school.submit(SPECIALIST, labels(), facts())
        offer_id, offer = centre.wait_for_view(exchange.DELIVERY_OFFER)
        self.assertFalse(centre.do(
            offer.worker, accept=exchange.Accept(offer=offer_id, token=offer.token)).refused)
        centre.wait_for_view(exchange.DELIVERY_DISCLOSURE)
        self.assertEqual([known.health for known in centre.store.facts.values()], ['Кашель.'])
        self.region.edit('policy.yaml', 'curator: [identity, contact, circumstances, health, law, documents]',
                         'curator: [identity, contact]')
        self.region.reload()
        centre.store.facts.clear()
        centre.hello(resync=True)
        centre.listen(lambda: centre.store.facts, 'facts')
        (known,) = centre.store.facts.values()
        self.assertEqual((known.phone, known.health, known.circumstances), ('+7 000 000-00-00', '', ''))

    def test_broken_yaml_is_told_with_file_line_and_column(self):
        self.region.edit('policy.yaml', 'procedure: full', 'procedure: [full')
        self.region.reload('configuration_refused')
        line = self.broker.lines[-2]
        self.broker.expects('configuration_error')
        self.assertRegex(line, r'event=configuration_error .*at=\S*policy\.yaml:\d+:\d+ ')

    def test_good_reload_is_a_new_version_for_what_comes_after(self):
        self.region.edit('policy.yaml', 'Вопрос о помещении ребёнка', 'Ребёнок может покинуть семью')
        self.region.reload()
        welcome = self.school.hello()
        self.assertEqual(welcome.policy_version, 2)

    def test_restart_keeps_the_configuration_that_was_adopted_until_it_is_proposed(self):
        self.region.write('policy.yaml', MISTAKES)
        self.assertEqual(self.broker.stop(), 0)
        broker = self.region.restart()
        broker.expects('configuration_error', 'configuration_refused', 'configuration_differs')
        self.school.disconnect()
        self.assertEqual(self.school.hello().policy_version, 1)
        self.assertFalse(self.school.submit(SPECIALIST, labels(), facts())[1].refused)

    # -- crashes

    def status(self):
        ministry = self.region.agent('social-komi-1')
        ministry.hello()
        return ministry.ask(exchange.QUERY_STATUS, COORDINATOR).status[0]

    def batch(self, count):
        """Referrals about as many families, all given, none waited for -> tickets"""
        return [self.school.give(SPECIALIST, submit=self.school.referral(
            labels(), case.Facts(persons=[case.Person(role=case.PERSON_CHILD, surname=f'Примерова-{number}', name='Аня',
                                                      patronymic='Тестовна', born='2021-04-03')])))
                for number in range(100, 100 + count)]

    def settled(self, tickets):
        self.school.listen(lambda: all(ticket in self.school.store.replies for ticket in tickets), 'all replies')
        return [self.school.store.replies[ticket] for ticket in tickets]

    def test_killed_broker_keeps_what_it_acknowledged_and_doubles_nothing(self):
        tickets = self.batch(150)
        for answered in (10, 60, 110):
            self.school.listen(lambda: len(self.school.store.replies) >= answered, 'replies')
            self.broker.kill()
            acknowledged = dict(self.school.store.replies)
            self.broker = self.region.restart()
            self.school.disconnect()
            welcome = self.school.hello()
            self.assertGreater(welcome.normal.expected, len(acknowledged))
        replies = self.settled(tickets)
        self.assertFalse(any(reply.refused for reply in replies))
        self.assertEqual(len({reply.case_number for reply in replies}), 150)
        status = self.status()
        self.assertEqual((status.referrals, status.cases_open), (150, 150))
        self.assertEqual(self.broker.stop(), 0)
        code, output, errors = self.region.run('refbrokerd', 'fsck', 'broker.yaml')
        self.assertEqual(code, 0, output + errors)
        self.assertIn('digest=equal', output)

    def test_stopped_broker_answers_what_it_has_taken_and_ends_well(self):
        tickets = self.batch(60)
        self.school.listen(lambda: self.school.store.replies, 'the first reply')
        self.assertEqual(self.broker.stop(), 0)
        self.school.listen(lambda: self.school.goodbye, 'Goodbye')
        self.assertEqual(self.school.goodbye.reason, exchange.GOODBYE_STOPPING)
        answered = len(self.school.store.replies)
        self.broker = self.region.restart()
        self.school.disconnect()
        # all that it wrote, it answered before it went
        self.assertEqual(self.school.hello().normal.expected, answered + 1)
        self.settled(tickets)
        self.assertEqual(self.status().referrals, 60)

    def everything(self):
        """All answers about all cases, as bytes."""
        ministry = self.region.agent('social-komi-1')
        ministry.hello()
        cases = ministry.ask(exchange.QUERY_CASES, COORDINATOR)
        answers = [cases.cases, ministry.ask(exchange.QUERY_CURATORS, COORDINATOR).curators]
        for row in cases.cases:
            for kind in (exchange.QUERY_CASE, exchange.QUERY_TIMELINE, exchange.QUERY_EXPLAIN):
                answer = ministry.ask(kind, COORDINATOR, subject=row.id)
                self.assertFalse(answer.problems, answer)
                answer.ClearField('id')
                answers.append(answer.SerializeToString(deterministic=True))
        self.assertGreater(len(cases.cases), 0)
        for row in answers[1]:
            row.connected = False
        return [str(answer) for answer in answers]

    def lived(self):
        """Offers refused, accepted, left; a case closed."""
        centre = self.region.agent('centre-syktyvkar-1')
        centre.hello()
        answered = set()
        for number in range(4):
            self.school.submit(SPECIALIST, labels(), facts('Аня', f'Примерова-{number + 20}'))
            offer_id, offer = centre.wait_for_view(exchange.DELIVERY_OFFER,
                                                   lambda view: view.id not in answered)
            answered.add(offer_id)
            answer = {'accept': exchange.Accept(offer=offer_id, token=offer.token)} if number % 2 else {
                'refuse': exchange.Refuse(offer=offer_id, token=offer.token, reason=case.DECLINE_NO_CAPACITY)}
            self.assertFalse(centre.do(offer.worker, **answer).refused)
        centre.disconnect()

    def test_lost_state_is_rebuilt_from_the_journal_with_the_same_answers(self):
        self.lived()
        before = self.everything()
        self.assertEqual(self.broker.stop(), 0)
        shutil.rmtree(self.region.path('store/state'))
        self.broker = self.region.restart()
        self.assertEqual(self.everything(), before)
        self.school.disconnect()
        self.assertEqual(self.school.hello().normal.expected, 5)

    def test_rebuild_by_hand_gives_the_same_and_fsck_agrees(self):
        self.lived()
        before = self.everything()
        code, _, errors = self.region.run('refbrokerd', 'fsck', 'broker.yaml')
        self.assertNotEqual(code, 0, 'fsck of a running broker')
        self.assertNotIn('Traceback', errors)
        self.assertEqual(self.broker.stop(), 0)
        code, output, errors = self.region.run('refbrokerd', 'rebuild', 'broker.yaml')
        self.assertEqual(code, 0, output + errors)
        code, output, errors = self.region.run('refbrokerd', 'fsck', 'broker.yaml')
        self.assertEqual((code, 'digest=equal' in output), (0, True), output + errors)
        self.broker = self.region.restart()
        self.assertEqual(self.everything(), before)

    def test_damaged_journal_is_found_and_not_served(self):
        referral = self.school.referral(labels(), facts())
        self.assertFalse(self.school.do(SPECIALIST, submit=referral).refused)
        self.assertFalse(self.school.submit(SPECIALIST, labels(), facts('Вера'))[1].refused)
        self.assertEqual(self.broker.stop(), 0)
        path = self.region.path('store/journal/data.mdb')
        with open(path, 'rb') as file:
            content = file.read()
        mark = referral.sections[0].sealed
        self.assertIn(mark, content)
        with open(path, 'wb') as file:
            file.write(content.replace(mark, bytes([mark[0] ^ 1]) + mark[1:]))
        code, output, errors = self.region.run('refbrokerd', 'fsck', 'broker.yaml')
        self.assertNotEqual(code, 0, output + errors)
        shutil.rmtree(self.region.path('store/state'))
        code, output, errors = self.region.run('refbrokerd', 'broker.yaml')
        self.assertNotEqual(code, 0)
        self.assertNotIn('READY', output)

    def test_second_broker_on_the_same_store_is_refused(self):
        code, output, errors = self.region.run('refbrokerd', 'broker.yaml')
        self.assertNotEqual(code, 0, output + errors)
        self.assertNotIn('READY', output)
        self.assertFalse(self.school.submit(SPECIALIST, labels(), facts())[1].refused)

    def test_store_and_log_know_no_family(self):
        self.lived()
        centre = self.region.agent('centre-syktyvkar-1', Store())
        centre.hello()
        centre.listen(lambda: len(centre.store.facts) == 2, 'disclosures')
        self.assertEqual(self.broker.stop(), 0)
        self.region.assert_nowhere('store', 'Примерова', 'Аня', 'Тестовна', 'Пробная', 'Дома холодно', 'Кашель',
                                   '+7 000')
        self.assertEqual(os.stat(self.region.path('store')).st_mode & 0o777, 0o700)
        for folder, _, names in os.walk(self.region.path('store')):
            for name in names:
                self.assertEqual(os.stat(f'{folder}/{name}').st_mode & 0o077, 0, name)

    def test_signals_that_mean_nothing_end_nothing(self):
        self.broker.signal(signal.SIGPIPE)
        self.broker.signal(signal.SIGHUP)
        self.broker.wait_for('configuration_same')
        self.assertFalse(self.school.submit(SPECIALIST, labels(), facts())[1].refused)


if __name__ == '__main__':
    tap.main()
