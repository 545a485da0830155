#!/usr/bin/python3
"""Leave, deputies, capacity and dismissal as curators and their supervisor live it: real broker, real agents, refctl."""

import datetime
import json
import unittest

import tap
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import SPECIALIST, Region
from site_agent import Site

SCHOOL, CENTRE, SUPERVISOR = 'school-syktyvkar', 'centre-syktyvkar-1', 'supervisor-syktyvkar'
CURATORS = ['curator-syktyvkar-1', 'curator-syktyvkar-2']


def day(ahead):
    return (datetime.date.today() + datetime.timedelta(days=ahead)).isoformat()


class LeaveTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.broker = self.region.start()
        self.centre = Site(self.region, CENTRE, [*CURATORS, SUPERVISOR])
        self.school = Site(self.region, SCHOOL, [SPECIALIST])

    def tearDown(self):
        self.centre.close()
        self.school.close()
        self.assertEqual(self.region.close(), [])

    def refctl(self, actor, *words, status=0):
        code, output, errors = self.region.refctl(*words, '--agent', f'{CENTRE}/agent.yaml', '--as', actor,
                                                  '--lang', 'en')
        self.assertEqual(code, status, output + errors)
        return output + errors

    def open_offers(self, worker):
        return [row.delivery.offer for row in self.centre.ask(exchange.QUERY_INBOX, worker).inbox
                if row.delivery.HasField('offer') and row.delivery.offer.state == case.ASSIGNMENT_OFFERED]

    def offer(self, number):
        """A referral of the school: -> the open offer that came of it, to the first of the curators"""
        self.assertFalse(self.school.submit(number).refused)
        self.centre.waits_until(lambda _: self.open_offers(CURATORS[0]), exchange.QUERY_INBOX)
        return self.open_offers(CURATORS[0])[0]

    def led(self, number):
        """A case that one of the curators leads: -> its offer, the curator, the other one"""
        offer = self.offer(number)
        self.refctl(offer.worker, 'accept', offer.case_number)
        self.leads(offer, offer.worker)
        return offer, offer.worker, next(one for one in CURATORS if one != offer.worker)

    def leads(self, offer, worker, stands_for=''):
        """Sees the case, and what the family told."""
        return self.centre.waits_until(
            lambda answer: answer.cases and answer.cases[0].facts and
            (answer.cases[0].lead, answer.cases[0].lead_for) == (worker, stands_for),
            exchange.QUERY_CASE, worker, subject=offer.case_id)

    def sees_nothing(self, offer, worker):
        answer = self.centre.ask(exchange.QUERY_CASE, worker, subject=offer.case_id)
        self.assertEqual([one.code for one in answer.problems], [exchange.REFUSAL_NOT_FOUND])

    def school_hears(self, update, worker):
        self.school.waits_until(
            lambda answer: answer.referrals[0].view.curator == worker and
            (answer.referrals[0].view.updates[-1].kind, answer.referrals[0].view.updates[-1].worker) ==
            (update, worker), exchange.QUERY_REFERRALS)

    def row(self, worker):
        rows = json.loads(self.refctl(SUPERVISOR, 'curator', 'ls', '--json'))['curators']
        return next(row for row in rows if row['id'] == worker)

    def test_deputy_leads_over_a_leave_a_crash_and_a_rebuild_until_the_curator_is_back(self):
        offer, curator, deputy = self.led(17)
        self.refctl(curator, 'curator', 'leave', curator, '--until', day(14), '--deputy', deputy)
        self.leads(offer, deputy, curator)
        self.sees_nothing(offer, curator)
        self.school_hears(case.UPDATE_DEPUTY, deputy)
        row = self.row(curator)
        self.assertEqual((row['on_leave'], row['deputy'], row['covered'], row['load']), (True, deputy, 1, 0))
        self.assertEqual(self.row(deputy)['load'], 2)
        self.assertRegex(self.refctl(SUPERVISOR, 'curator', 'ls'), rf'until \S+ 00:00, deputy {deputy}')
        self.assertIn(f'Deputises for: {curator} (on leave)',
                      ' '.join(self.refctl(deputy, 'case', 'show', offer.case_number).split()))
        self.broker.kill()
        self.assertEqual(self.region.run('refbrokerd', 'rebuild', 'broker.yaml')[0], 0)
        self.broker = self.region.restart()
        self.centre.spool_empty()
        self.leads(offer, deputy, curator)
        self.refctl(SUPERVISOR, 'curator', 'return', curator)
        self.leads(offer, curator)
        self.sees_nothing(offer, deputy)
        self.school_hears(case.UPDATE_CURATOR_BACK, curator)
        row = self.row(curator)
        self.assertEqual((row['on_leave'], row['deputy'], row['covered'], row['load']), (False, None, 0, 2))

    def test_a_leave_to_come_without_a_deputy_who_is_there_is_named_by_check(self):
        _, curator, other = self.led(17)
        self.assertIn('no leave leaves open cases', self.refctl(SUPERVISOR, 'check', 'leaves'))
        self.refctl(curator, 'curator', 'leave', curator, '--from', day(2), '--until', day(14))
        self.assertRegex(self.refctl(SUPERVISOR, 'check', 'leaves', status=1),
                         rf'^REFBROKER WARNING - nobody leads the open cases .* 1 curators: {curator} \(')
        told = self.refctl(SUPERVISOR, 'doctor', status=1)
        self.assertIn('--deputy CURATOR', told)
        self.assertIn('leaves of curators are seen by', self.refctl(curator, 'check', 'leaves'))
        self.refctl(curator, 'curator', 'leave', curator, '--from', day(2), '--until', day(14), '--deputy', other)
        self.assertIn('REFBROKER OK', self.refctl(SUPERVISOR, 'check', 'leaves'))
        self.refctl(other, 'curator', 'leave', other, '--from', day(3), '--until', day(4))  # idle, but no deputy now
        self.assertIn(f'1 curators: {curator} (', self.refctl(SUPERVISOR, 'check', 'leaves', status=1))

    def test_case_without_a_deputy_is_routed_again_and_the_explanation_says_until_when(self):
        offer, curator, other = self.led(17)
        self.refctl(curator, 'curator', 'leave', curator, '--until', f'{day(14)}T09:00')
        self.centre.waits_until(lambda _: self.open_offers(other), exchange.QUERY_INBOX)
        self.assertEqual(self.open_offers(other)[0].case_id, offer.case_id)
        self.sees_nothing(offer, curator)
        until = datetime.date.fromisoformat(day(14)).isoformat()
        self.assertIn(f'on leave until {until} 09:00', self.refctl(SUPERVISOR, 'explain', offer.case_number))
        self.refctl(other, 'accept', offer.case_number)
        self.leads(offer, other)
        # a leave to come changes nothing yet, and is taken back
        self.refctl(other, 'curator', 'leave', other, '--from', day(20), '--until', day(30), '--deputy', curator)
        self.assertFalse(self.row(other)['on_leave'])
        self.assertEqual(self.row(other)['deputy'], curator)
        self.refctl(other, 'curator', 'return', other)
        self.assertIsNone(self.row(other)['leave_until'])
        self.leads(offer, other)

    def test_capacity_and_dismissal(self):
        offer, curator, other = self.led(17)
        self.refctl(SUPERVISOR, 'curator', 'capacity', other, '0')
        self.assertEqual(self.row(other)['capacity'], 0)
        self.assertEqual(self.offer(18).worker, curator)
        self.refctl(SUPERVISOR, 'curator', 'capacity', other)
        self.assertEqual(self.row(other)['capacity'], 30)
        self.refctl(other, 'curator', 'dismiss', curator, '--reason', 'left', status=77)
        self.refctl(SUPERVISOR, 'curator', 'dismiss', curator, '--reason', 'left')
        self.centre.waits_until(lambda _: self.open_offers(other), exchange.QUERY_INBOX)
        self.refctl(other, 'accept', offer.case_number)
        self.leads(offer, other)
        row = self.row(curator)
        self.assertEqual((row['dismissed'], row['load']), (True, 0))
        answer = self.centre.ask(exchange.QUERY_CASES, curator)
        self.assertEqual([one.code for one in answer.problems], [exchange.REFUSAL_UNKNOWN_WORKER])

    def test_what_makes_no_sense_is_said_before_it_leaves(self):
        curator, deputy = CURATORS
        said = self.refctl(curator, 'curator', 'leave', curator, status=64)
        self.assertIn('--until 2026-12-14', said)
        self.refctl(curator, 'curator', 'leave', curator, '--until', 'soon', status=64)
        self.refctl(curator, 'curator', 'capacity', curator, 'much', status=64)
        self.refctl(curator, 'curator', 'dismiss', curator, status=64)
        self.refctl(curator, 'curator', 'leave', curator, '--until', day(-1), status=65)
        self.refctl(curator, 'curator', 'leave', curator, '--until', day(7), '--deputy', SUPERVISOR, status=65)
        self.refctl(curator, 'curator', 'return', deputy, status=65)
        self.refctl(SUPERVISOR, 'curator', 'leave', 'curator-ukhta-1', '--until', day(7), status=77)


if __name__ == '__main__':
    tap.main()
