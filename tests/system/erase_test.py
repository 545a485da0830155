#!/usr/bin/python3
"""An administrator erases what a family told: real broker, real agents, refctl. The key is gone from the broker and from
the next backup, the sites forget and confirm, and the act says who has not yet."""

import json
import os
import shutil
import unittest

import tap
from proto import exchange_pb2 as exchange
from region import SPECIALIST, Region
from site_agent_test import CENTRE, CURATOR, SCHOOL, SECRETS, Site

MINISTRY, ADMINISTRATOR = 'social-komi-1', 'administrator-komi'


class EraseTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.broker = self.region.start()
        self.sites = []

    def tearDown(self):
        for site in self.sites:
            site.close()
        logs = ''.join(program.log() for program in self.region.programs)
        self.assertEqual(self.region.close(), [])
        for secret in SECRETS:
            self.assertNotIn(secret, logs)

    def site(self, site, worker):
        self.sites.append(Site(self.region, site, [worker]))
        return self.sites[-1]

    def refctl(self, *words):
        return self.region.refctl(*words, '--agent', f'{MINISTRY}/agent.yaml')

    def act(self, *words):
        code, output, errors = self.refctl('erase', 'show', *words, '--json')
        self.assertEqual(code, 0, errors)
        return {row['site']: row for row in json.loads(output)['erasures']}

    def accepted(self, centre):
        """The centre's curator takes the case -> facts that the centre can read of it"""
        answer = centre.waits_until(lambda answer: [row for row in answer.inbox if row.delivery.HasField('offer')],
                                    exchange.QUERY_INBOX)
        offer = next(row.delivery.offer for row in answer.inbox if row.delivery.HasField('offer'))
        reply = centre.call(command=exchange.Command(lane=exchange.LANE_NORMAL, actor=CURATOR, accept=exchange.Accept(
            offer=offer.id, token=offer.token)))
        self.assertFalse(reply.refused, reply)
        answer = centre.waits_until(lambda answer: answer.cases and answer.cases[0].facts,
                                    exchange.QUERY_CASE, CURATOR, subject=offer.case_id)
        return offer.case_id, answer.cases[0]

    def test_erased_family_is_forgotten_everywhere_and_the_act_says_so(self):
        school, centre = self.site(SCHOOL, SPECIALIST), self.site(CENTRE, CURATOR)
        self.site(MINISTRY, ADMINISTRATOR)
        self.assertFalse(school.submit().refused)
        case_id, case = self.accepted(centre)
        self.assertEqual(case.facts[0].persons[0].surname, 'Примерова-17')
        self.assertEqual(self.region.run('refbrokerd', 'backup', 'copy', 'broker.yaml')[0], 0)
        centre.process.kill()  # one site is away when it happens

        code, output, errors = self.refctl('erase', case.number)
        self.assertEqual(code, 64, output + errors)  # no reason
        code, output, errors = self.refctl('erase', case.number, '--reason', 'отзыв согласия')
        self.assertEqual(code, 0, output + errors)
        for _ in range(500):
            act = self.act(case.number)
            if act[SCHOOL]['confirmed']:
                break
            school.spool_empty()
        self.assertEqual(set(act), {SCHOOL, CENTRE})
        self.assertTrue(act[SCHOOL]['author'] and act[SCHOOL]['confirmed'])
        self.assertEqual((act[SCHOOL]['sections'], act[CENTRE]['sections'], act[CENTRE]['confirmed']), (0, 6, None))
        self.assertEqual((act[CENTRE]['reason'], act[CENTRE]['actor']), ('отзыв согласия', ADMINISTRATOR))
        code, output, _ = self.refctl('erase', 'show', '--lang', 'ru')
        self.assertIn('ещё нет', output)

        centre.start()
        answer = centre.waits_until(lambda answer: answer.cases and not answer.cases[0].facts,
                                    exchange.QUERY_CASE, CURATOR, subject=case_id)
        self.assertEqual(answer.cases[0].number, case.number)  # the case goes on, by its labels
        for _ in range(500):
            if self.act(case.number)[CENTRE]['confirmed']:
                break
            centre.spool_empty()
        self.assertTrue(self.act(case.number)[CENTRE]['confirmed'])

        # the next backup destroys its key there too
        code, output, errors = self.region.run('refbrokerd', 'backup', 'copy', 'broker.yaml')
        self.assertEqual(code, 0, errors)
        os.mkdir(self.region.path('other'))
        self.region.write('other/broker.yaml', self.region.read('broker.yaml').replace('keys/', '../keys/'))
        code, output, errors = self.region.run('refbrokerd', 'restore', 'copy', 'other/broker.yaml')
        self.assertEqual(code, 0, errors)
        self.assertIn(' keys=0 ', output)
        # a mirror that is lost comes back without it
        centre.process.kill()
        shutil.rmtree(f'{centre.folder}/store')
        centre.start().wait_for('mirror_resynced')
        answer = centre.waits_until(lambda answer: answer.cases, exchange.QUERY_CASE, CURATOR, subject=case_id)
        self.assertEqual(len(answer.cases[0].facts), 0)
        # and a second request changes nothing
        self.assertEqual(self.refctl('erase', case.number, '--reason', 'ещё раз')[0], 0)
        self.assertEqual(self.act()[CENTRE]['reason'], 'отзыв согласия')

    def test_act_of_a_restored_broker_names_a_site_that_it_forgot_to_have_shown_it(self):
        school, centre = self.site(SCHOOL, SPECIALIST), self.site(CENTRE, CURATOR)
        ministry = self.site(MINISTRY, ADMINISTRATOR)
        self.assertFalse(school.submit().refused)
        school.spool_empty()
        ministry.spool_empty()
        centre.spool_empty()
        self.assertEqual(self.region.run('refbrokerd', 'backup', 'copy', 'broker.yaml')[0], 0)
        _, case = self.accepted(centre)  # shown after the backup was made
        self.assertTrue(case.facts)
        for site in self.sites:
            site.process.expects('broker_restored')
        centre.process.kill()
        self.assertEqual(self.broker.stop(), 0)
        shutil.rmtree(self.region.path('store'))
        self.assertEqual(self.region.run('refbrokerd', 'restore', 'copy', 'broker.yaml')[0], 0)
        self.broker = self.region.restart()
        ministry.spool_empty()
        school.process.wait_for('mirror_resynced')
        for _ in range(500):
            code, output, errors = self.refctl('erase', case.number, '--reason', 'отзыв согласия')
            if code == 0:
                break
        self.assertEqual(code, 0, output + errors)
        act = self.act(case.number)
        self.assertEqual((act[CENTRE]['shown'], act[CENTRE]['sections'], act[CENTRE]['confirmed']), (None, 0, None))
        self.assertIn('perhaps a copy that the broker forgot', self.refctl('erase', 'show', '--lang', 'en')[1])
        centre.start().expects('broker_restored')
        centre.process.wait_for('mirror_resynced')
        for _ in range(500):
            if self.act(case.number)[CENTRE]['confirmed']:
                break
            centre.spool_empty()
        self.assertTrue(self.act(case.number)[CENTRE]['confirmed'])

    def test_curator_and_stranger_may_not_erase(self):
        centre = self.site(CENTRE, CURATOR)
        school = self.site(SCHOOL, SPECIALIST)
        self.assertFalse(school.submit().refused)
        case_id, _ = self.accepted(centre)
        reply = centre.call(command=exchange.Command(lane=exchange.LANE_NORMAL, actor=CURATOR, erase=exchange.Erase(
            subject=case_id, reason='x')))
        self.assertEqual([problem.code for problem in reply.problems], [exchange.REFUSAL_NOT_ALLOWED])
        answer = centre.ask(exchange.QUERY_ERASURES, CURATOR)
        self.assertEqual([problem.code for problem in answer.problems], [exchange.REFUSAL_NOT_ALLOWED])
        self.assertTrue(centre.ask(exchange.QUERY_CASE, CURATOR, subject=case_id).cases[0].facts)


if __name__ == '__main__':
    tap.main()
