#!/usr/bin/python3
"""Clocks that jump under the real broker: no norm passes because somebody set a clock, nothing is dated before what it
follows, an administrator says when the clock is right, and after an outage answers that wait in the spools still count."""
# timeout: 180

import signal
import unittest

import tap
from faults import DAY_US, MINUTE_US, Faults
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import SPECIALIST, Region, facts, labels
from site_agent import Site

SCHOOL, CENTRE, MINISTRY = 'school-syktyvkar', 'centre-syktyvkar-1', 'social-komi-1'
HOUR_US = 60 * MINUTE_US


class ClockTest(unittest.TestCase):
    """Answers to a critical offer are due 30 minutes after it was delivered, day and night."""

    def setUp(self):
        self.region = Region()
        self.region.expects('case_escalated')
        self.faults = Faults(self.region.path('broker.faults'))
        self.region.env = self.faults.env
        self.broker = self.region.start()
        self.wall_us = self.boot_us = 0
        self.school, self.centre = self.region.agent(SCHOOL), self.region.agent(CENTRE)
        self.ministry = None

    def tearDown(self):
        if self.ministry:
            self.ministry.close()
        self.assertEqual(self.region.close(), [])

    def move(self, wall_us=0, boot_us=0):
        """Both clocks at once, for the broker."""
        self.wall_us, self.boot_us = self.wall_us + wall_us, self.boot_us + boot_us
        running = self.broker.process.poll() is None
        if running:
            self.broker.signal(signal.SIGSTOP)
        self.faults.set_clock(self.wall_us, self.boot_us)
        if running:
            self.broker.signal(signal.SIGCONT)

    @staticmethod
    def join(agent, resync=False):
        """A session on a connection of its own: an older one may have fallen silent, or know another broker."""
        agent.disconnect()
        agent.hello(resync)

    def pass_time(self, us):
        """Time that passes, for both clocks alike and in steps that are no outage."""
        for _ in range(us // (4 * MINUTE_US)):
            self.move(4 * MINUTE_US, 4 * MINUTE_US)
            self.ask()

    def ask(self):
        """A round trip through the broker's turn."""
        self.join(self.centre)
        self.centre.ask(exchange.QUERY_AGENCIES, 'curator-syktyvkar-1')

    def offer(self, number):
        """-> (referral, offer) about a child in danger"""
        self.join(self.school)
        self.join(self.centre)
        identity, reply = self.school.submit(SPECIALIST, labels(case.RISK_CRITICAL),
                                             facts(surname=f'Примерова-{number}'))
        self.assertFalse(reply.refused, reply)
        _, offer = self.centre.wait_for_view(exchange.DELIVERY_OFFER,
                                             lambda view: view.case_number == reply.case_number)
        self.centre.ask(exchange.QUERY_AGENCIES, offer.worker)  # its acknowledgement has arrived, the norm runs
        return identity, offer

    def accept(self, offer):
        self.join(self.centre)
        return self.centre.do(offer.worker, exchange.LANE_URGENT,
                              accept=exchange.Accept(offer=offer.id, token=offer.token))

    def updates(self, identity):
        self.join(self.school)
        _, view = self.school.wait_for_view(exchange.DELIVERY_REFERRAL, lambda view: view.id == identity)
        return [update.kind for update in view.updates]

    def assert_expires(self, identity):
        self.join(self.school)
        self.school.wait_for_view(
            exchange.DELIVERY_REFERRAL,
            lambda view: view.id == identity and case.UPDATE_EXPIRED in [update.kind for update in view.updates])

    def restart(self, *expected):
        self.region.expects(*expected)
        self.broker = self.region.restart()

    def clock_accept(self):
        self.ministry = self.ministry or Site(self.region, MINISTRY, ['administrator-komi'])
        status, output, errors = self.region.refctl('clock', 'accept', '--agent', f'{self.ministry.folder}/agent.yaml')
        self.assertEqual(status, 0, output + errors)
        self.broker.wait_for('clock_accepted')

    def test_jump_forward_lets_no_norm_pass_until_an_administrator_confirms_it(self):
        identity, _ = self.offer(1)
        self.move(wall_us=2 * HOUR_US)
        self.broker.wait_for('clock_doubted', 'level=alarm', 'off_s=7')
        self.ask()
        self.assertNotIn(case.UPDATE_EXPIRED, self.updates(identity))
        _, second = self.offer(2)  # work goes on
        self.assertFalse(self.accept(second).refused)
        self.clock_accept()
        self.assert_expires(identity)

    def test_jump_that_is_taken_back_does_no_harm(self):
        identity, offer = self.offer(1)
        self.move(wall_us=2 * HOUR_US)
        self.broker.wait_for('clock_doubted')
        self.move(wall_us=-2 * HOUR_US)
        self.broker.wait_for('clock_believed')
        self.assertFalse(self.accept(offer).refused)
        self.assertNotIn(case.UPDATE_EXPIRED, self.updates(identity))

    def test_small_step_is_followed_without_a_word(self):
        identity, _ = self.offer(1)
        for _ in range(31):  # each within the minute that a step may be off
            self.move(wall_us=59_000_000)
            self.ask()
        self.assert_expires(identity)
        self.assertNotIn('clock_doubted', self.broker.log())

    def test_more_than_thirty_days_over_a_stop_are_doubted_and_fewer_are_not(self):
        identity, _ = self.offer(1)
        self.assertEqual(self.broker.stop(), 0)
        self.move(wall_us=31 * DAY_US)
        self.restart('clock_doubted')
        self.assertIn('level=alarm event=clock_doubted', self.broker.log())
        self.ask()
        self.assertNotIn(case.UPDATE_EXPIRED, self.updates(identity))
        self.offer(2)
        self.clock_accept()
        self.assert_expires(identity)
        self.ministry.process.stop()
        self.assertEqual(self.broker.stop(), 0)
        self.move(wall_us=29 * DAY_US)
        self.restart()
        self.assertNotIn('clock_doubted', self.broker.log())

    def test_clock_that_goes_back_dates_nothing_before_what_it_follows(self):
        first, _ = self.offer(1)
        self.move(wall_us=-3 * HOUR_US)
        self.broker.wait_for('clock_doubted', 'off_s=-')
        second, offer = self.offer(2)
        self.assertEqual(self.broker.stop(), 0)
        self.restart('clock_doubted')
        third, _ = self.offer(3)
        self.assertFalse(self.accept(offer).refused)
        self.join(self.school, resync=True)
        self.school.listen(lambda: len(self.school.views(exchange.DELIVERY_REFERRAL)) == 3, 'three referrals')
        stored = {view.id: view.receipts.stored_us for _, view in self.school.views(exchange.DELIVERY_REFERRAL)}
        self.assertTrue(0 < stored[first] <= stored[second] <= stored[third], stored)
        self.clock_accept()  # core time stands until the clock has caught up
        self.offer(4)
        self.assertEqual(self.broker.stop(), 0)
        status, output, _ = self.region.run('refbrokerd', 'fsck', 'broker.yaml')
        self.assertEqual((status, 'digest=equal' in output), (0, True), output)

    def test_answers_that_fell_due_in_an_outage_have_ten_minutes_more(self):
        first, offer = self.offer(1)
        second, _ = self.offer(2)
        self.assertEqual(self.broker.stop(), 0)
        ticket = self.centre.give(offer.worker, exchange.LANE_URGENT,  # the curator answers meanwhile
                                  accept=exchange.Accept(offer=offer.id, token=offer.token))
        self.move(wall_us=40 * MINUTE_US, boot_us=40 * MINUTE_US)
        self.restart()
        self.pass_time(8 * MINUTE_US)
        self.assertNotIn(case.UPDATE_EXPIRED, self.updates(second))
        self.assertFalse(self.centre.reply(ticket).refused)
        self.pass_time(4 * MINUTE_US)
        self.assert_expires(second)
        self.assertNotIn(case.UPDATE_EXPIRED, self.updates(first))

    def test_short_outage_gives_no_time_beyond_the_norm(self):
        identity, _ = self.offer(1)
        self.pass_time(28 * MINUTE_US)
        self.assertEqual(self.broker.stop(), 0)
        self.move(wall_us=4 * MINUTE_US, boot_us=4 * MINUTE_US)
        self.restart()
        self.assert_expires(identity)

    def test_machine_that_slept_gives_the_answers_time_too(self):
        identity, offer = self.offer(1)
        self.move(wall_us=40 * MINUTE_US, boot_us=40 * MINUTE_US)
        self.ask()
        self.assertNotIn(case.UPDATE_EXPIRED, self.updates(identity))
        self.assertFalse(self.accept(offer).refused)

    def test_agent_whose_clock_jumps_goes_on_delivering(self):
        faults = Faults(self.region.path('school.faults'))
        school = Site(self.region, SCHOOL, [SPECIALIST], env=faults.env)
        for number, wall_us in enumerate((0, 400 * DAY_US, -400 * DAY_US, -2 * HOUR_US)):
            faults.set_clock(wall_us)
            reply = school.submit(number)
            self.assertFalse(reply.refused, reply)
            school.spool_empty()
        status = self.broker_status()
        self.assertEqual(status.referrals, 4)
        school.close()

    def broker_status(self):
        ministry = self.region.agent(MINISTRY)
        ministry.hello()
        return ministry.ask(exchange.QUERY_STATUS, 'coordinator-komi').status[0]


if __name__ == '__main__':
    tap.main()
