#!/usr/bin/python3
"""What a site may send that it should not: every case is refused by name, costs its author only, and discloses nothing."""

import os
import unittest

import tap
import zmq
from agent import FRAME_BYTES_MAX, Keys, uuid7
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import SPECIALIST, SURNAME, Region, facts, labels
from zmq.utils.monitor import recv_monitor_message

NORMAL = exchange.LANE_NORMAL


class BadInputTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.broker = self.region.start()
        self.school = self.region.agent('school-syktyvkar')
        self.school.hello()

    def tearDown(self):
        log = self.broker.log()
        self.assertEqual(self.region.close(), [])
        self.assertNotIn(SURNAME, log)

    # -- asking and looking

    def frame(self, agent, frame):
        """Send bytes, return the next reply, whatever its number."""
        agent.heard.clear()
        agent.send_frame(frame)
        agent.listen(lambda: any(one.HasField('reply') for one in agent.heard), 'reply')
        return next(one.reply for one in agent.heard if one.HasField('reply'))

    def command(self, number=1, actor=SPECIALIST, lane=NORMAL, **body):
        return exchange.Command(lane=lane, number=number, actor=actor, incarnation=self.school.store.incarnation,
                                **body)

    def raw(self, command):
        return self.frame(self.school, exchange.Envelope(version=1, command=command).SerializeToString())

    def submit_changed(self, **changes):
        """A referral with changed fields under the next number -> Reply"""
        referral = self.school.referral(labels(), facts())
        for name, value in changes.items():
            if isinstance(value, (bytes, int)):
                setattr(referral, name, value)
            else:
                referral.ClearField(name)
                if value is not None:
                    getattr(referral, name).MergeFrom(value)
        return self.school.do(SPECIALIST, submit=referral)

    def assert_refused(self, reply, *wanted):
        """wanted: (code, field) of every problem, in order of the fields."""
        self.assertTrue(reply.refused, reply)
        found = [(exchange.Refusal.Name(one.code), one.field) for one in reply.problems]
        self.assertEqual(sorted(found, key=lambda one: one[1]), sorted(wanted, key=lambda one: one[1]))
        for one in reply.problems:
            self.assertTrue(one.text.ru and one.text.en, one)

    def stored(self):
        supervisor = self.region.agent('social-komi-1')
        supervisor.hello()
        return supervisor.ask(exchange.QUERY_STATUS, 'coordinator-komi').status[0].referrals

    def assert_served(self, agent=None):
        """The broker goes on with this agent's next command."""
        _, reply = (agent or self.school).submit(SPECIALIST, labels(), facts())
        self.assertFalse(reply.refused, reply)

    # -- fields

    def test_unknown_code_is_refused_by_its_field(self):
        self.assert_refused(self.submit_changed(labels=labels(risk=77)),
                            ('REFUSAL_UNKNOWN_CODE', 'command.submit.labels.risk'))

    def test_every_mistake_of_a_referral_is_named_at_once(self):
        reply = self.submit_changed(labels=labels(risk=0, needs=[], children=31, territory=''), observed_us=1)
        self.assert_refused(reply, ('REFUSAL_MISSING_FIELD', 'command.submit.labels.risk'),
                            ('REFUSAL_MISSING_FIELD', 'command.submit.labels.needs'),
                            ('REFUSAL_BAD_FIELD', 'command.submit.labels.children'),
                            ('REFUSAL_MISSING_FIELD', 'command.submit.labels.territory'),
                            ('REFUSAL_BAD_FIELD', 'command.submit.observed_us'))
        self.broker.expects('bad_frame')
        self.assert_refused(self.submit_changed(labels=labels(risk=0), sealed_key=b'short'),
                            ('REFUSAL_BAD_FIELD', 'command.submit.sealed_key'))

    def test_newer_codes_are_refused_but_never_quarantine_a_site(self):
        for _ in range(40):
            self.school.give(SPECIALIST, submit=self.school.referral(labels(risk=77), facts()))
        self.school.reply((NORMAL, 40))
        self.assert_served()

    def test_missing_field_is_refused_by_name(self):
        self.assert_refused(self.submit_changed(labels=labels(needs=[])),
                            ('REFUSAL_MISSING_FIELD', 'command.submit.labels.needs'))
        self.assert_refused(self.submit_changed(sealed_key=b''),
                            ('REFUSAL_MISSING_FIELD', 'command.submit.sealed_key'))

    def test_unknown_territory_is_refused_without_a_trace(self):
        self.assert_refused(self.submit_changed(labels=labels(territory='atlantis')),
                            ('REFUSAL_UNKNOWN_CODE', 'command.submit.labels.territory'))
        self.assertEqual(self.stored(), 0)

    def test_broken_text_and_nul_are_refused_by_the_field(self):
        self.broker.expects('bad_frame')
        whole = exchange.Envelope(version=1, command=self.command(submit=self.school.referral(labels(), facts())))
        good = whole.SerializeToString()
        for broken in (b'syktyv\xffar', b'syktyv\x00ar'):
            self.assertEqual(len(broken), len('syktyvkar'))
            self.assert_refused(self.frame(self.school, good.replace(b'\x09syktyvkar', b'\x09' + broken)),
                                ('REFUSAL_BAD_TEXT', 'command.submit.labels.territory'))

    def test_text_over_its_limit_is_refused_whole(self):
        self.broker.expects('bad_frame')
        long = exchange.Refuse(offer=uuid7(), token=1, reason=case.DECLINE_NO_CAPACITY, note='ы' * 201)
        self.assert_refused(self.school.do(SPECIALIST, refuse=long), ('REFUSAL_TOO_LONG', 'command.refuse.note'))

    def test_date_in_the_future_is_refused(self):
        later = self.school.welcome.time_us + 3_600_000_000
        self.assert_refused(self.submit_changed(observed_us=later),
                            ('REFUSAL_BAD_FIELD', 'command.submit.observed_us'))

    # -- frames

    def test_frame_that_is_no_envelope_is_answered_and_forgotten(self):
        self.broker.expects('bad_frame')
        reply = self.frame(self.school, b'\xff\xfe\xfdGET / HTTP/1.1')
        self.assertEqual(reply.number, 0)
        self.assert_refused(reply, ('REFUSAL_UNREADABLE', ''))
        self.assert_served()

    def test_unknown_kind_of_message_is_refused_by_name(self):
        self.broker.expects('bad_frame')
        # field 99, length-delimited, beside version 1: a body of a later version
        self.assert_refused(self.frame(self.school, b'\x08\x01' + b'\x9a\x06\x02ab'), ('REFUSAL_UNKNOWN_KIND', ''))
        self.assert_served()

    def test_unknown_command_is_refused_and_keeps_its_number(self):
        command = self.command().SerializeToString() + b'\x9a\x06\x02ab'
        frame = b'\x08\x01\x2a' + bytes([len(command)]) + command
        reply = self.frame(self.school, frame)
        self.assertEqual((reply.lane, reply.number), (NORMAL, 1))
        self.assertEqual(reply.problems[0].code, exchange.REFUSAL_UNKNOWN_KIND)
        self.school.store.lanes[NORMAL].following = 2
        self.assert_served()

    def test_body_of_the_broker_is_not_taken_from_an_agent(self):
        self.broker.expects('bad_frame')
        welcome = exchange.Envelope(version=1, welcome=exchange.Welcome(version=1))
        self.assert_refused(self.frame(self.school, welcome.SerializeToString()), ('REFUSAL_UNKNOWN_KIND', ''))

    def test_wrong_protocol_version_is_refused(self):
        self.broker.expects('bad_frame')
        frame = exchange.Envelope(version=2, heartbeat=exchange.Heartbeat(time_us=1))
        self.assert_refused(self.frame(self.school, frame.SerializeToString()), ('REFUSAL_VERSION', 'version'))
        self.assert_served()

    def test_oversized_frame_ends_only_the_connection_that_sent_it(self):
        clinic = self.region.agent('clinic-komi')
        clinic.hello()
        monitor = self.school.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self.school.send_frame(bytes(FRAME_BYTES_MAX + 100))
        self.assertTrue(monitor.poll(15000), 'the connection stays')
        self.assertEqual(recv_monitor_message(monitor)['event'], zmq.EVENT_DISCONNECTED)
        self.school.socket.disable_monitor()
        _, reply = clinic.submit('specialist-clinic-komi', labels(), facts())
        self.assertFalse(reply.refused, reply)
        self.school.disconnect()
        self.school.hello()
        self.assert_served()

    def test_largest_frame_is_read(self):
        self.broker.expects('bad_frame')
        self.assert_refused(self.frame(self.school, bytes(FRAME_BYTES_MAX)), ('REFUSAL_UNREADABLE', ''))

    def test_frames_before_hello_are_passed_over(self):
        clinic = self.region.agent('clinic-komi').connect()
        clinic.send(query=exchange.Query(id=7, kind=exchange.QUERY_STATUS, actor='specialist-clinic-komi'))
        clinic.hello()
        self.assertEqual([one.WhichOneof('body') for one in clinic.heard], ['welcome'])

    def test_hello_without_an_incarnation_opens_no_session(self):
        self.broker.expects('bad_frame')
        clinic = self.region.agent('clinic-komi').connect()
        clinic.say_hello(incarnation=b'')
        clinic.listen(lambda: clinic.heard, 'answer')
        self.assert_refused(clinic.heard[0].reply, ('REFUSAL_MISSING_FIELD', 'hello.incarnation'))

    def test_flood_of_bad_frames_quarantines_its_author_only(self):
        self.broker.expects('bad_frame')
        clinic = self.region.agent('clinic-komi')
        clinic.hello()
        for _ in range(40):
            clinic.send_frame(b'\xff')
        clinic.listen(lambda: clinic.goodbye, 'Goodbye')
        self.assertEqual(clinic.goodbye.reason, exchange.GOODBYE_QUOTA)
        self.broker.wait_for('site_quarantined', 'site=clinic-komi')
        clinic.connect().say_hello()
        clinic.listen(lambda: clinic.goodbye, 'Goodbye')
        self.assertEqual(clinic.goodbye.reason, exchange.GOODBYE_QUOTA)
        self.assert_served()
        self.assertLess(sum('event=bad_frame' in line for line in self.broker.lines), 35)

    def test_flood_of_hellos_quarantines_its_author_only(self):
        clinic = self.region.agent('clinic-komi').connect()
        for _ in range(50):
            clinic.say_hello()
        clinic.listen(lambda: clinic.goodbye, 'Goodbye')
        self.assertEqual(clinic.goodbye.reason, exchange.GOODBYE_QUOTA)
        self.broker.wait_for('site_quarantined', 'site=clinic-komi')
        self.assert_served()

    def test_flood_of_queries_is_told_to_wait(self):
        for number in range(1, 101):
            self.school.send(query=exchange.Query(id=number, kind=exchange.QUERY_STATUS, actor=SPECIALIST))
        self.school.listen(lambda: len(self.school.answers) == 100, '100 answers')
        refused = [one for one in self.school.answers.values() if one.problems]
        self.assertGreater(len(refused), 20)
        self.assertEqual({one.problems[0].code for one in refused}, {exchange.REFUSAL_BUSY})
        self.assert_served()

    # -- numbers and ids

    def test_repeated_number_is_answered_alike_and_with_another_body_refused(self):
        referral = self.school.referral(labels(), facts())
        first = self.raw(self.command(submit=referral))
        self.assertEqual(self.raw(self.command(submit=referral)), first)
        other = self.raw(self.command(submit=self.school.referral(labels(), facts('Вера'))))
        self.assert_refused(other, ('REFUSAL_ID_REUSED', 'command.number'))
        self.assertEqual(self.stored(), 1)

    def test_repeated_referral_is_the_same_and_with_another_body_refused(self):
        referral = self.school.referral(labels(), facts())
        first = self.school.do(SPECIALIST, submit=referral)
        again = self.school.do(SPECIALIST, submit=referral)
        self.assertEqual((again.refused, again.repeated, again.case_number), (False, True, first.case_number))
        other = self.school.referral(labels(case.RISK_SOP), facts(), referral.id)
        self.assert_refused(self.school.do(SPECIALIST, submit=other), ('REFUSAL_ID_REUSED', 'command.submit.id'))
        self.assertEqual(self.stored(), 1)

    def test_referral_of_another_site_cannot_be_taken_over_by_its_id(self):
        referral = self.school.referral(labels(), facts())
        self.assertFalse(self.school.do(SPECIALIST, submit=referral).refused)
        clinic = self.region.agent('clinic-komi')
        clinic.hello()
        reply = clinic.do('specialist-clinic-komi', submit=referral)
        self.assert_refused(reply, ('REFUSAL_ID_REUSED', 'command.submit.id'))
        self.assertEqual(reply.case_number, '')

    def test_gap_in_numbers_is_answered_with_the_one_expected(self):
        referral = self.school.referral(labels(), facts())
        reply = self.raw(self.command(number=5, submit=referral))
        self.assert_refused(reply, ('REFUSAL_NEXT_EXPECTED', 'command.number'))
        self.assertEqual((reply.next_expected, reply.problems[0].retryable), (1, True))
        self.assertEqual(self.stored(), 0)

    def test_number_that_was_settled_long_ago_is_already_done(self):
        for _ in range(66):
            self.school.give(SPECIALIST, submit=self.school.referral(labels(), facts()))
        self.school.reply((NORMAL, 66))
        reply = self.raw(self.command(submit=self.school.referral(labels(), facts())))
        self.assert_refused(reply, ('REFUSAL_ALREADY_DONE', 'command.number'))

    def test_command_of_another_incarnation_is_refused(self):
        self.broker.expects('bad_frame')
        command = self.command(submit=self.school.referral(labels(), facts()))
        command.incarnation = os.urandom(16)
        self.assert_refused(self.raw(command), ('REFUSAL_BAD_FIELD', 'command.incarnation'))

    def test_acknowledgement_of_what_was_never_sent_is_refused_and_moves_nothing(self):
        self.broker.expects('bad_frame')
        ack = exchange.Envelope(version=1, ack=exchange.DeliveryAck(lane=NORMAL, number=1000))
        self.assert_refused(self.frame(self.school, ack.SerializeToString()), ('REFUSAL_BAD_FIELD', 'ack.number'))
        self.assert_served()
        self.school.wait_for_view(exchange.DELIVERY_REFERRAL)

    # -- who

    def led_case(self):
        """A case of the centre -> (case, its number, lead)"""
        centre = self.region.agent('centre-syktyvkar-1')
        centre.hello()
        _, reply = self.school.submit(SPECIALIST, labels(), facts())
        offer_id, offer = centre.wait_for_view(exchange.DELIVERY_OFFER)
        self.assertFalse(centre.do(offer.worker, accept=exchange.Accept(offer=offer_id, token=offer.token)).refused)
        return offer, reply.case_number, centre

    def test_case_of_somebody_else_does_not_exist_for_any_command_or_query(self):
        offer, number, _ = self.led_case()
        ukhta = self.region.agent('centre-ukhta-1')
        ukhta.hello()
        for actor in ('curator-ukhta-1', 'supervisor-ukhta'):
            for body in ({'see': exchange.See(subject=offer.case_id)},
                         {'accept': exchange.Accept(offer=offer.id, token=offer.token)},
                         {'refuse': exchange.Refuse(offer=offer.id, token=offer.token,
                                                    reason=case.DECLINE_NO_CAPACITY)},
                         {'propose_outcome': exchange.ProposeOutcome(case_id=offer.case_id,
                                                                     outcome=case.CASE_OUTCOME_OF_AGE)},
                         {'confirm_duplicate': exchange.ConfirmDuplicate(case_id=offer.case_id)}):
                real = ukhta.do(actor, **body)
                self.assertEqual({one.code for one in real.problems}, {exchange.REFUSAL_NOT_FOUND}, real)
                self.assertEqual((real.subject, real.case_number), (b'', ''), real)
            for kind in (exchange.QUERY_CASE, exchange.QUERY_TIMELINE, exchange.QUERY_EXPLAIN):
                for subject in ({'subject': offer.case_id}, {'text': number}):
                    answer = ukhta.ask(kind, actor, **subject)
                    nothing = ukhta.ask(kind, actor, subject=uuid7())
                    self.assertEqual([one.code for one in answer.problems], [exchange.REFUSAL_NOT_FOUND])
                    self.assertEqual(answer.problems, nothing.problems)  # not told from what is not there
            self.assertEqual(len(ukhta.ask(exchange.QUERY_CASES, actor).cases), 0)
        self.assertEqual(ukhta.store.mirror, {})

    def test_worker_of_another_site_is_unknown(self):
        referral = self.school.referral(labels(), facts())
        for actor in ('specialist-clinic-komi', 'nobody', ''):
            reply = self.school.do(actor, submit=referral)
            self.assertTrue(reply.refused)
            self.assertEqual(reply.problems[0].field, 'command.actor')
            self.assertIn(reply.problems[0].code,
                          (exchange.REFUSAL_UNKNOWN_WORKER, exchange.REFUSAL_MISSING_FIELD))

    def test_role_that_may_not_is_refused(self):
        ministry = self.region.agent('social-komi-1')
        ministry.hello()
        for actor in ('observer-komi', 'administrator-komi'):
            reply = ministry.do(actor, submit=ministry.referral(labels(), facts()))
            self.assert_refused(reply, ('REFUSAL_NOT_ALLOWED', 'command.actor'))
        self.assert_refused(self.school.do(SPECIALIST, accept_clock=exchange.AcceptClock()),
                            ('REFUSAL_NOT_ALLOWED', 'command.actor'))
        answer = ministry.ask(exchange.QUERY_CURATORS, 'observer-komi')
        self.assertEqual([one.code for one in answer.problems], [exchange.REFUSAL_NOT_ALLOWED])

    def test_open_facts_are_refused_and_not_kept(self):
        form = exchange.Form(id=uuid7(), purpose=case.PURPOSE_CASE, labels=labels(), facts=facts())
        reply = self.school.do(SPECIALIST, form=form)
        self.assertEqual([one.code for one in reply.problems], [exchange.REFUSAL_OPEN_FACTS])
        self.assertEqual(self.broker.stop(), 0)
        self.region.assert_nowhere('store', SURNAME, facts().address, facts().circumstances)

    def test_unknown_key_gets_no_handshake(self):
        keys = Keys(self.region.path('keys'), 'school-syktyvkar')
        keys.curve_public, keys.curve_secret = zmq.curve_keypair()
        stranger = self.region.agent('school-syktyvkar', keys=keys).connect()
        monitor = stranger.socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_AUTH |
                                                     zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL)
        stranger.say_hello()
        self.assertTrue(monitor.poll(15000), 'neither handshake nor refusal')
        self.assertNotEqual(recv_monitor_message(monitor)['event'], zmq.EVENT_HANDSHAKE_SUCCEEDED)
        stranger.socket.disable_monitor()
        self.assertEqual(stranger.socket.poll(0), 0)
        self.assert_served()


if __name__ == '__main__':
    tap.main()
