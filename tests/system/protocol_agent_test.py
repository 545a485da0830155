#!/usr/bin/python3
"""A stranger's agent (agent.py, written from PROTOCOL.md alone) and the real broker understand each other."""

import unittest

import tap
from agent import Store, uuid7
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import SPECIALIST, Region, facts, labels

SUPERVISOR = 'supervisor-syktyvkar'


class StrangerTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.broker = self.region.start()
        self.school = self.region.agent('school-syktyvkar')
        self.centre = self.region.agent('centre-syktyvkar-1')

    def tearDown(self):
        self.assertEqual(self.region.close(), [])

    def test_hello_is_welcomed_with_what_the_page_names(self):
        welcome = self.school.hello()
        self.assertEqual((welcome.version, welcome.region, welcome.site), (1, 'komi', 'school-syktyvkar'))
        self.assertEqual((welcome.window, welcome.policy_version, welcome.disclosure_epoch), (64, 1, 1))
        self.assertEqual((welcome.normal.expected, welcome.urgent.expected), (1, 1))
        self.assertEqual(len(welcome.disclosure_key), 32)
        self.assertGreater(welcome.time_us, 1_700_000_000_000_000)

    def test_referral_goes_to_a_curator_and_its_sections_open_only_after_the_accept(self):
        self.school.hello()
        self.centre.hello()
        identity, reply = self.school.submit(SPECIALIST, labels(), facts())
        self.assertFalse(reply.refused, reply)
        self.assertEqual(reply.subject, identity)
        self.assertRegex(reply.case_number, r'^KOMI-20\d\d-000001-.$')
        offer_id, offer = self.centre.wait_for_view(exchange.DELIVERY_OFFER)
        self.assertEqual(offer.case_number, reply.case_number)
        self.assertEqual(offer.labels.territory, 'syktyvkar')
        self.assertEqual(self.centre.store.facts, {})
        accept = self.centre.do(offer.worker, accept=exchange.Accept(offer=offer_id, token=offer.token))
        self.assertFalse(accept.refused, accept)
        self.centre.wait_for_view(exchange.DELIVERY_CASE, lambda view: view.lead == offer.worker)
        self.centre.wait_for_view(exchange.DELIVERY_DISCLOSURE)
        opened = self.centre.store.facts[identity]
        self.assertEqual(opened, facts())
        _, view = self.school.wait_for_view(exchange.DELIVERY_REFERRAL, lambda view: view.curator)
        self.assertEqual(view.curator, offer.worker)
        times = view.receipts
        self.assertTrue(0 < times.stored_us <= times.delivered_us)

    def offered(self):
        """A referral that is offered at the centre -> (referral, offer's id, offer)"""
        self.school.hello()
        self.centre.hello()
        identity, reply = self.school.submit(SPECIALIST, labels(), facts())
        self.assertFalse(reply.refused, reply)
        return (identity, *self.centre.wait_for_view(exchange.DELIVERY_OFFER))

    def led(self):
        """A case with a lead -> (referral, case, lead)"""
        identity, offer_id, offer = self.offered()
        self.assertFalse(self.centre.do(
            offer.worker, accept=exchange.Accept(offer=offer_id, token=offer.token)).refused)
        self.centre.wait_for_view(exchange.DELIVERY_CASE, lambda view: view.lead)
        return identity, offer.case_id, offer.worker

    def test_reply_that_was_lost_with_the_connection_comes_again_the_same(self):
        self.school.hello()
        self.centre.hello()
        ticket = self.school.give(SPECIALIST, submit=self.school.referral(labels(), facts()))
        self.centre.wait_for_view(exchange.DELIVERY_OFFER)  # so the broker has stored it
        self.school.disconnect()
        welcome = self.school.hello()
        self.assertEqual(welcome.normal.expected, 2)
        reply = self.school.reply(ticket)
        self.assertFalse(reply.refused, reply)

    def test_repeat_of_a_settled_number_is_answered_alike(self):
        self.school.hello()
        command = exchange.Command(lane=exchange.LANE_NORMAL, number=1, actor=SPECIALIST,
                                   incarnation=self.school.store.incarnation,
                                   submit=self.school.referral(labels(), facts()))
        replies = []
        for _ in range(2):
            self.school.heard.clear()
            self.school.send(command=command)
            self.school.listen(lambda: any(one.HasField('reply') for one in self.school.heard), 'reply')
            replies += [one.reply for one in self.school.heard if one.HasField('reply')]
        self.assertEqual(replies[0], replies[1])
        self.assertFalse(replies[0].refused, replies[0])

    def test_referral_under_a_new_number_is_the_same_referral(self):
        self.school.hello()
        referral = self.school.referral(labels(), facts())
        first = self.school.do(SPECIALIST, submit=referral)
        again = self.school.do(SPECIALIST, submit=referral)
        self.assertEqual((first.repeated, again.repeated), (False, True))
        self.assertEqual((first.subject, first.case_number), (again.subject, again.case_number))

    def test_every_receipt_arrives_and_the_outcome_closes_the_circle(self):
        _, offer_id, offer = self.offered()
        lead, case_id = offer.worker, offer.case_id
        self.assertFalse(self.centre.do(lead, see=exchange.See(subject=offer_id)).refused)
        self.assertFalse(self.centre.do(lead, accept=exchange.Accept(offer=offer_id, token=offer.token)).refused)
        proposed = self.centre.do(lead, propose_outcome=exchange.ProposeOutcome(
            case_id=case_id, outcome=case.CASE_OUTCOME_KEPT_IN_FAMILY))
        self.assertFalse(proposed.refused, proposed)
        _, task = self.centre.wait_for_view(exchange.DELIVERY_TASK)
        self.assertEqual(task.proposed_outcome, case.CASE_OUTCOME_KEPT_IN_FAMILY)
        approved = self.centre.do(SUPERVISOR, approve_outcome=exchange.ApproveOutcome(case_id=case_id))
        self.assertFalse(approved.refused, approved)
        _, view = self.school.wait_for_view(exchange.DELIVERY_REFERRAL, lambda view: view.receipts.outcome_us)
        times = view.receipts
        self.assertTrue(0 < times.stored_us <= times.delivered_us <= times.seen_us <= times.outcome_us, times)
        self.assertEqual(view.case_outcome, case.CASE_OUTCOME_KEPT_IN_FAMILY)
        self.assertEqual([update.kind for update in view.updates],
                         [case.UPDATE_OFFERED, case.UPDATE_CURATOR_APPOINTED, case.UPDATE_OUTCOME_PROPOSED,
                          case.UPDATE_CLOSED])

    def test_referral_that_joins_is_completed_when_the_lead_looks_at_it(self):
        first, case_id, lead = self.led()
        clinic = self.region.agent('clinic-komi')
        clinic.hello()
        joined, reply = clinic.submit('specialist-clinic-komi', labels(), facts())
        _, own = self.school.wait_for_view(exchange.DELIVERY_REFERRAL)
        self.assertEqual(reply.case_number, own.case_number)
        self.centre.listen(lambda: {first, joined} <= set(self.centre.store.facts), 'disclosure')
        self.assertFalse(self.centre.do(lead, see=exchange.See(subject=joined)).refused)
        _, view = clinic.wait_for_view(exchange.DELIVERY_REFERRAL, lambda view: view.receipts.seen_us)
        self.assertEqual((view.state, view.outcome, view.curator),
                         (case.REFERRAL_COMPLETED, case.REFERRAL_OUTCOME_CASE_JOINED, lead))
        self.assertEqual(view.updates[0].kind, case.UPDATE_JOINED)
        hidden = clinic.do('specialist-clinic-komi', see=exchange.See(subject=case_id))
        self.assertEqual([problem.code for problem in hidden.problems], [exchange.REFUSAL_NOT_FOUND])

    def test_refusal_passes_the_offer_on_and_the_old_token_is_stale(self):
        _, offer_id, offer = self.offered()
        refuse = exchange.Refuse(offer=offer_id, token=offer.token, reason=case.DECLINE_NO_CAPACITY)
        self.assertFalse(self.centre.do(offer.worker, refuse=refuse).refused)
        self.centre.wait_for_view(exchange.DELIVERY_OFFER, lambda view: view.worker != offer.worker)
        late = self.centre.do(offer.worker, accept=exchange.Accept(offer=offer_id, token=offer.token))
        self.assertEqual([problem.code for problem in late.problems], [exchange.REFUSAL_STALE_HOP])

    def test_resync_brings_the_whole_view_and_deliveries_go_on_after_it(self):
        identity, _, _ = self.led()
        self.centre.wait_for_view(exchange.DELIVERY_DISCLOSURE)
        before = {key: delivery.WhichOneof('view') for key, delivery in self.centre.store.mirror.items()}
        self.centre.hello(resync=True)
        self.centre.listen(lambda: any(one.resync.last for one in self.centre.heard), 'Resync')
        after = {key: delivery.WhichOneof('view') for key, delivery in self.centre.store.mirror.items()}
        self.assertEqual(before, after)
        self.assertEqual(self.centre.store.facts[identity], facts())
        self.assertTrue(all(one.number == 0 for page in self.centre.heard for one in page.resync.deliveries))
        self.school.submit(SPECIALIST, labels(), facts('Вера', 'Примерова-18'))
        self.centre.wait_for_view(exchange.DELIVERY_OFFER, lambda view: view.referral_count == 1)

    def test_lost_store_is_made_whole_and_its_numbers_start_anew(self):
        identity, _, _ = self.led()
        self.centre.disconnect()
        self.centre.store = Store()
        welcome = self.centre.hello()
        self.assertEqual(welcome.normal.expected, 1)
        self.centre.wait_for_view(exchange.DELIVERY_CASE, lambda view: view.lead)
        self.centre.listen(lambda: identity in self.centre.store.facts, 'disclosure')
        answer = self.centre.do('curator-syktyvkar-1', see=exchange.See(subject=uuid7()))
        self.assertEqual([problem.code for problem in answer.problems], [exchange.REFUSAL_NOT_FOUND])

    def test_danger_to_life_goes_by_the_urgent_lane_to_everybody_concerned(self):
        police = self.region.agent('police-syktyvkar-1')
        self.school.hello()
        self.centre.hello()
        police.hello()
        _, reply = self.school.submit(SPECIALIST, labels(case.RISK_CRITICAL), facts())
        self.assertEqual((reply.lane, reply.refused), (exchange.LANE_URGENT, False), reply)
        _, notice = police.wait_for_view(exchange.DELIVERY_NOTICE)
        self.assertTrue(notice.emergency)
        self.centre.wait_for_view(exchange.DELIVERY_OFFER, lambda view: view.emergency)
        self.assertEqual({one.lane for one in self.centre.delivered()}, {exchange.LANE_URGENT})

    def backlog(self, **changes):
        """Five offers waited for the centre while it was away -> the deliveries of each frame that brought them"""
        self.school.hello()
        for number in range(4):
            self.school.submit(SPECIALIST, labels(), facts('Вера', f'Примерова-{number}'))
        self.school.submit(SPECIALIST, labels(case.RISK_CRITICAL), facts('Вера', 'Примерова-9'))
        self.centre.connect()
        self.centre.say_hello(**changes)
        self.centre.listen(lambda: len(self.centre.views(exchange.DELIVERY_OFFER)) == 5, 'five offers')
        return [one.deliveries.items if one.HasField('deliveries') else [one.delivery]
                for one in self.centre.heard if one.WhichOneof('body') in ('delivery', 'deliveries')]

    def test_what_waits_for_a_site_comes_in_one_frame(self):
        together = self.backlog()[0]
        urgent = [one.lane for one in together].count(exchange.LANE_URGENT)
        self.assertGreaterEqual(urgent, 1)
        self.assertEqual([one.lane for one in together],
                         [exchange.LANE_URGENT] * urgent + [exchange.LANE_NORMAL] * (len(together) - urgent))
        self.assertEqual({one.entity for one in together if one.kind == exchange.DELIVERY_OFFER},
                         {entity for entity, _ in self.centre.views(exchange.DELIVERY_OFFER)})
        for before, one in zip(together, together[1:]):
            self.assertEqual(one.after, before.number if one.lane == before.lane else 0)

    def test_who_does_not_take_several_in_one_frame_gets_them_singly(self):
        self.assertEqual({len(frame) for frame in self.backlog(takes_deliveries=False)}, {1})

    def test_what_one_frame_does_not_hold_begins_the_next(self):
        self.school.hello()
        long = 'Дома холодно. ' * 600  # 15 KiB, three times in each of eight referrals
        for number in range(8):
            family = facts('Вера', f'Примерова-{number}')
            family.circumstances = family.health = family.law = long
            self.school.submit(SPECIALIST, labels(case.RISK_CRITICAL), family)
        self.centre.hello()
        self.centre.listen(lambda: len(self.centre.store.facts) == 8, 'eight disclosures')
        frames = [one for one in self.centre.heard if one.HasField('deliveries')]
        self.assertGreaterEqual(len(frames), 2)
        self.assertTrue(all(one.ByteSize() <= 262144 for one in frames))

    def test_every_query_of_the_broker_is_answered_in_pages(self):
        _, case_id, lead = self.led()
        self.assertEqual(self.centre.ask(exchange.QUERY_STATUS, lead).status[0].cases_with_lead, 1)
        row, = self.centre.ask(exchange.QUERY_CASES, lead).cases
        self.assertEqual((row.id, row.lead), (case_id, lead))
        by_number, = self.centre.ask(exchange.QUERY_CASE, lead, text=row.number).cases
        self.assertEqual(by_number, row)
        self.assertFalse(by_number.facts)
        timeline = self.centre.ask(exchange.QUERY_TIMELINE, lead, subject=case_id).timeline
        self.assertGreater(len(timeline), 3)
        self.assertEqual(sorted(one.at_us for one in timeline), [one.at_us for one in timeline])
        explanation = self.centre.ask(exchange.QUERY_EXPLAIN, lead, subject=case_id).explanations[0]
        self.assertEqual((explanation.rule, explanation.chosen), ('removal-in-question', lead))
        agencies = self.centre.ask(exchange.QUERY_AGENCIES, lead).agencies
        self.assertIn('mentors', [one.id for one in agencies])
        curators = self.centre.ask(exchange.QUERY_CURATORS, SUPERVISOR).curators
        self.assertGreater({one.id: one.load for one in curators}[lead], 0)
        refused = self.centre.ask(exchange.QUERY_CURATORS, lead)
        self.assertEqual([problem.code for problem in refused.problems], [exchange.REFUSAL_NOT_ALLOWED])

    def test_heartbeat_is_answered(self):
        self.school.hello()
        self.school.send(heartbeat=exchange.Heartbeat(time_us=1))
        self.school.listen(lambda: any(one.HasField('heartbeat') for one in self.school.heard), 'heartbeat')

    def test_newest_hello_wins_and_the_older_session_hears_so(self):
        self.school.hello()
        clone = self.region.agent('school-syktyvkar')
        clone.hello()
        self.school.listen(lambda: self.school.goodbye, 'Goodbye')
        self.assertEqual(self.school.goodbye.reason, exchange.GOODBYE_REPLACED)
        self.assertTrue(self.school.goodbye.text.ru and self.school.goodbye.text.en)

    def test_version_that_nobody_shares_is_told_so(self):
        self.broker.expects('no_common_version')
        self.school.connect().say_hello(version_least=2, version_most=3)
        self.school.listen(lambda: self.school.goodbye, 'Goodbye')
        self.assertEqual(self.school.goodbye.reason, exchange.GOODBYE_VERSION)

    def test_stopping_broker_says_goodbye_and_serves_again_where_it_left(self):
        self.school.hello()
        identity, first = self.school.submit(SPECIALIST, labels(), facts())
        self.assertEqual(self.broker.stop(), 0)
        self.school.listen(lambda: self.school.goodbye, 'Goodbye')
        self.assertEqual(self.school.goodbye.reason, exchange.GOODBYE_STOPPING)
        self.region.restart()
        self.school.disconnect()
        welcome = self.school.hello()
        self.assertEqual(welcome.normal.expected, 2)
        self.assertFalse(first.refused)
        self.school.wait_for_view(exchange.DELIVERY_REFERRAL, lambda view: view.id == identity)

    def test_session_survives_the_crash_of_the_broker(self):
        self.school.hello()
        self.broker.kill()
        ticket = self.school.give(SPECIALIST, submit=self.school.referral(labels(), facts()))
        self.region.restart()
        self.school.disconnect()
        self.school.hello()
        self.assertFalse(self.school.reply(ticket).refused)


if __name__ == '__main__':
    tap.main()
