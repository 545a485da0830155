#!/usr/bin/python3
"""Keys of sites that change while everybody works: real broker, real agents, refctl."""

import os
import time
import unittest

import tap
import zmq
from agent import Keys
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import DEADLINE_S, SPECIALIST, Region, facts, labels
from site_agent_test import CENTRE, CURATOR, SCHOOL, Site

MINISTRY, ADMINISTRATOR = 'social-komi-1', 'administrator-komi'


class SiteKeysTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.broker = self.region.start()
        self.sites = []

    def tearDown(self):
        for site in self.sites:
            site.close()
        self.assertEqual(self.region.close(), [])

    def site(self, site, worker):
        self.sites.append(Site(self.region, site, [worker]))
        return self.sites[-1]

    def refctl(self, site, *words):
        return self.region.refctl(*words, '--agent', f'{site}/agent.yaml')

    def test_revoked_site_is_put_out_of_its_live_session_and_no_file_brings_it_back(self):
        self.site(MINISTRY, ADMINISTRATOR).spool_empty()
        school = self.region.agent(SCHOOL)
        school.hello()
        self.assertFalse(school.submit(SPECIALIST, labels(), facts())[1].refused)
        code, output, errors = self.refctl(MINISTRY, 'site', 'revoke', SCHOOL, '--reason', 'украден компьютер')
        self.assertEqual(code, 0, output + errors)
        referral = school.referral(labels(), facts(surname='Примерова-18'))
        school.give(SPECIALIST, submit=referral)  # the very next message
        school.listen(lambda: school.goodbye, 'Goodbye')
        self.assertEqual(school.goodbye.reason, exchange.GOODBYE_REVOKED)
        self.assertFalse(school.store.replies.get((exchange.LANE_NORMAL, 2)))
        self.region.edit('directory/90-keys.yaml', f'site: {SCHOOL},', f'site: {SCHOOL},  ')
        self.region.reload('configuration_same')
        self.broker.kill()
        self.broker = self.region.restart()
        clinic = self.region.agent('clinic-komi')
        clinic.hello()
        school.connect().say_hello()
        clinic.ask(exchange.QUERY_AGENCIES, 'specialist-clinic-komi')
        self.assertEqual(school.socket.poll(0), 0)
        # new keys in the directory let it in again
        self.region.refctl('keygen', '--site', f'{SCHOOL}', '--out', 'keys-2', '--directory', 'directory/91-keys.yaml')
        self.region.reload()
        os.link(self.region.path('keys/broker.pub'), self.region.path('keys-2/broker.pub'))
        os.link(self.region.path('keys/matching.key'), self.region.path('keys-2/matching.key'))
        again = self.region.agent(SCHOOL, store=school.store, keys=Keys(self.region.path('keys-2'), SCHOOL))
        self.assertEqual(again.hello().site, SCHOOL)
        again.listen(lambda: (exchange.LANE_NORMAL, 2) in again.store.replies, 'the reply that was owed')

    def test_revoked_key_that_goes_on_sending_is_cut_off(self):
        self.site(MINISTRY, ADMINISTRATOR).spool_empty()
        school = self.region.agent(SCHOOL)
        school.hello()
        code, output, errors = self.refctl(MINISTRY, 'site', 'revoke', SCHOOL, '--reason', 'украден компьютер')
        self.assertEqual(code, 0, output + errors)
        cut = school.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        began = time.monotonic()
        while not cut.poll(0):
            self.assertLess(time.monotonic() - began, DEADLINE_S, 'it may go on sending')
            school.send(heartbeat=exchange.Heartbeat())
        took_s = time.monotonic() - began
        told = 0
        while school.socket.poll(0):
            self.assertEqual(exchange.Envelope.FromString(school.socket.recv()).goodbye.reason,
                             exchange.GOODBYE_REVOKED)
            told += 1
        # fewer, even none, when it is cut off before what it was told has left
        self.assertLessEqual(told, 256 + 100 * (took_s + 1))
        self.broker.wait_for('session_closed', f'site={SCHOOL}', 'detail=revoked')
        self.assertEqual(self.region.agent('clinic-komi').hello().site, 'clinic-komi')

    def test_site_gives_itself_new_keys_and_loses_nothing(self):
        centre, school = self.site(CENTRE, CURATOR), self.site(SCHOOL, SPECIALIST)
        self.assertFalse(school.submit().refused)
        before = self.region.read(f'keys/{CENTRE}.key')
        old = Keys(self.region.path('keys'), CENTRE)
        centre.spool_empty()
        code, output, errors = self.refctl(CENTRE, 'site', 'rotate')
        self.assertEqual(code, 0, output + errors)
        self.assertEqual(self.region.read(f'keys/{CENTRE}.key.old'), before)
        self.assertNotEqual(self.region.read(f'keys/{CENTRE}.key'), before)
        self.assertFalse(os.path.exists(self.region.path(f'keys/{CENTRE}.key.next')))
        centre.restart()
        centre.process.wait_for('session_opened')
        # what is disclosed from now on is sealed to the new key
        answer = centre.waits_until(lambda answer: [row for row in answer.inbox if row.delivery.HasField('offer')],
                                    exchange.QUERY_INBOX)
        offer = next(row.delivery.offer for row in answer.inbox if row.delivery.HasField('offer'))
        reply = centre.call(command=exchange.Command(lane=exchange.LANE_NORMAL, actor=CURATOR, accept=exchange.Accept(
            offer=offer.id, token=offer.token)))
        self.assertFalse(reply.refused, reply)
        centre.waits_until(lambda answer: answer.cases and answer.cases[0].facts,
                           exchange.QUERY_CASE, CURATOR, subject=offer.case_id)
        # the old key is good for fourteen days more, and one site has one session
        again = self.region.agent(CENTRE, keys=old)
        self.assertEqual(again.hello().site, CENTRE)
        centre.process.wait_for('key_used_elsewhere')
        self.broker.expects('key_used_twice')

    def test_sections_that_do_not_open_are_told_and_come_with_the_key(self):
        own = self.region.path(f'keys/{CENTRE}.seal.key')
        code, _, errors = self.region.refctl('keygen', '--site', CENTRE, '--out', 'others')
        self.assertEqual(code, 0, errors)
        os.rename(own, f'{own}.kept')
        os.rename(self.region.path(f'others/{CENTRE}.seal.key'), own)  # a mistake, or a disk that was lost
        centre, school = self.site(CENTRE, CURATOR), self.site(SCHOOL, SPECIALIST)
        centre.process.expects('disclosure_unreadable')
        self.assertFalse(school.submit().refused)
        answer = centre.waits_until(lambda answer: [row for row in answer.inbox if row.delivery.HasField('offer')],
                                    exchange.QUERY_INBOX)
        offer = next(row.delivery.offer for row in answer.inbox if row.delivery.HasField('offer'))
        reply = centre.call(command=exchange.Command(lane=exchange.LANE_NORMAL, actor=CURATOR, accept=exchange.Accept(
            offer=offer.id, token=offer.token)))
        self.assertFalse(reply.refused, reply)
        centre.process.wait_for('disclosure_unreadable', 'reason=key')
        answer = centre.waits_until(lambda answer: answer.cases and answer.cases[0].shut,
                                    exchange.QUERY_CASE, CURATOR, subject=offer.case_id)
        self.assertEqual((len(answer.cases[0].facts), answer.cases[0].shut[0].reason), (0, case.SHUT_TO_SITE))
        code, output, errors = self.refctl(CENTRE, 'case', 'show', offer.case_number, '--lang', 'ru')
        self.assertEqual(code, 0, errors)
        self.assertIn('Сведения о семье есть, но здесь не открываются', output)
        self.assertIn('они запечатаны не тем ключом', output)
        self.assertIn('вернуть ключ запечатывания', ' '.join(output.split()))
        os.rename(f'{own}.kept', own)
        centre.restart()
        answer = centre.waits_until(lambda answer: answer.cases and answer.cases[0].facts,
                                    exchange.QUERY_CASE, CURATOR, subject=offer.case_id)
        self.assertEqual(len(answer.cases[0].shut), 0)
        self.assertEqual(answer.cases[0].facts[0].persons[0].surname, 'Примерова-17')

    def test_rotation_that_broke_off_is_said_again(self):
        centre = self.site(CENTRE, CURATOR)
        centre.spool_empty()
        self.broker.kill()
        code, _, errors = self.refctl(CENTRE, 'site', 'rotate')
        self.assertEqual(code, 75, errors)
        drawn = self.region.read(f'keys/{CENTRE}.key.next')
        self.broker = self.region.restart()
        centre.spool_empty()
        code, output, errors = self.refctl(CENTRE, 'site', 'rotate')
        self.assertEqual(code, 0, output + errors)
        self.assertEqual(self.region.read(f'keys/{CENTRE}.key'), drawn)
        centre.restart().wait_for('session_opened')


if __name__ == '__main__':
    tap.main()
