#!/usr/bin/python3
"""What was disclosed to a site is deleted there 90 days after its right ended: the real agent, the calendar turned by a
library (tests/faults). Of a closed case it is shown until then; of a case that went elsewhere it is shown no more."""

import unittest

import tap
from faults import DAY_US, Faults
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import SPECIALIST, Region, facts, labels
from site_agent_test import CENTRE, SCHOOL, SECRETS, Site

CURATORS, SUPERVISOR = ('curator-syktyvkar-1', 'curator-syktyvkar-2'), 'supervisor-syktyvkar'
MINISTRY, ADMINISTRATOR = 'social-komi-1', 'administrator-komi'


class ExpiryTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.region.expects('case_escalated')
        self.region.start()
        self.faults = Faults(self.region.path('centre.faults'))
        self.school = Site(self.region, SCHOOL, [SPECIALIST])
        self.centre = Site(self.region, CENTRE, [*CURATORS, SUPERVISOR], env=self.faults.env)

    def tearDown(self):
        self.school.close()
        self.centre.close()
        logs = ''.join(program.log() for program in self.region.programs)
        self.assertEqual(self.region.close(), [])
        for secret in SECRETS:
            self.assertNotIn(secret, logs)

    def days_later(self, days):
        """The centre's machine is started that many days after the test began."""
        self.centre.process.stop()
        self.faults.set_clock(wall_us=days * DAY_US)
        self.centre.start()
        self.centre.waits_until(lambda answer: answer.status[0].connected, exchange.QUERY_STATUS)

    def expired(self):
        return sum('event=facts_expired' in line for program in self.region.programs for line in program.lines)

    def give(self, site, actor, **body):
        reply = site.call(command=exchange.Command(lane=exchange.LANE_NORMAL, actor=actor, **body))
        self.assertFalse(reply.refused, reply)
        site.spool_empty()

    def offer(self):
        """The offer that waits at the centre; None when it does not come."""
        for _ in range(500):
            for actor in CURATORS:
                for row in self.centre.ask(exchange.QUERY_INBOX, actor).inbox:
                    if row.delivery.offer.state == case.ASSIGNMENT_OFFERED:
                        return row.delivery.offer
            self.centre.socket.poll(20)
        raise AssertionError(f'no offer: {self.centre.process.log()}')

    def family(self, offer):
        """What the curator sees of the family now: its surnames."""
        answer = self.centre.ask(exchange.QUERY_CASE, offer.worker, subject=offer.case_id)
        return [one.persons[0].surname for shown in answer.cases for one in shown.facts if one.persons]

    def led(self):
        self.assertFalse(self.school.submit(17).refused)
        offer = self.offer()
        self.give(self.centre, offer.worker, accept=exchange.Accept(offer=offer.id, token=offer.token))
        self.centre.waits_until(lambda answer: answer.cases and answer.cases[0].facts,
                                exchange.QUERY_CASE, offer.worker, subject=offer.case_id)
        return offer

    def test_facts_of_a_closed_case_are_there_for_ninety_days(self):
        offer = self.led()
        self.days_later(200)  # a case that is led has no such end
        self.assertEqual((self.family(offer), self.expired()), (['Примерова-17'], 0))
        self.days_later(0)
        self.give(self.centre, offer.worker, propose_outcome=exchange.ProposeOutcome(
            case_id=offer.case_id, outcome=case.CASE_OUTCOME_KEPT_IN_FAMILY))
        self.give(self.centre, SUPERVISOR, approve_outcome=exchange.ApproveOutcome(case_id=offer.case_id))
        self.centre.waits_until(lambda answer: answer.cases[0].state == case.CASE_CLOSED,
                                exchange.QUERY_CASE, offer.worker, subject=offer.case_id)
        self.days_later(89)
        self.assertEqual((self.family(offer), self.expired()), (['Примерова-17'], 0))
        self.days_later(91)
        self.centre.process.wait_for('facts_expired', 'count=1')
        self.assertEqual(self.family(offer), [])
        self.days_later(92)
        self.assertEqual((self.family(offer), self.expired()), ([], 1))

    def test_facts_of_a_case_that_went_elsewhere_are_shown_no_more_and_end_likewise(self):
        form = exchange.Form(purpose=case.PURPOSE_CASE, labels=labels(risk=case.RISK_CRITICAL), facts=facts())
        self.give(self.school, SPECIALIST, form=form)
        for _ in CURATORS:  # an emergency is disclosed with the offer; both are of this site
            offer = self.offer()
            self.give(self.centre, offer.worker, refuse=exchange.Refuse(
                offer=offer.id, token=offer.token, reason=case.DECLINE_NO_CAPACITY))
            self.centre.waits_until(
                lambda answer: not any(row.delivery.offer.id == offer.id and
                                       row.delivery.offer.state == case.ASSIGNMENT_OFFERED for row in answer.inbox),
                exchange.QUERY_INBOX, offer.worker)
        self.days_later(1)  # noticed at the latest here
        self.assertEqual((self.family(offer), self.expired()), ([], 0))
        self.days_later(90)
        self.assertEqual(self.expired(), 0)
        self.days_later(92)
        self.centre.process.wait_for('facts_expired', 'count=1')

    def test_an_erased_family_is_not_kept_so_long(self):
        offer = self.led()
        number = self.centre.ask(exchange.QUERY_CASE, offer.worker, subject=offer.case_id).cases[0].number
        ministry = Site(self.region, MINISTRY, [ADMINISTRATOR])
        code, output, errors = self.region.refctl('erase', number, '--reason', 'отзыв', '--agent',
                                                  f'{MINISTRY}/agent.yaml')
        self.assertEqual(code, 0, output + errors)
        self.centre.waits_until(lambda answer: answer.cases and not answer.cases[0].facts,
                                exchange.QUERY_CASE, offer.worker, subject=offer.case_id)
        ministry.close()
        self.days_later(200)
        self.days_later(400)
        self.assertEqual((self.family(offer), self.expired()), ([], 0))  # nothing was left to expire


if __name__ == '__main__':
    tap.main()
