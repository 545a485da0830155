#!/usr/bin/python3
# timeout: 300
"""Hostile and broken peers against the real broker: others are served within a second, its memory stays bounded, and
whoever did it with a key is named in the log, quarantined, and seen by the administrator."""

import multiprocessing
import re
import signal
import time
import unittest

import attack
import tap
from attack import Attack, Target
from proto import exchange_pb2 as exchange
from region import SPECIALIST, SURNAME, Region, facts, labels

SERVED_S = 1.0
GROWTH_KIB = 32 * 1024
ROUNDS = 20
CULPRIT, ACTOR = 'clinic-komi', 'specialist-clinic-komi'


class HostileTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.region.expects('case_escalated')
        self.broker = self.region.start()
        self.school = self.region.agent('school-syktyvkar')
        self.school.hello()
        for _ in range(8):  # what is made once is made
            self.served()

    def tearDown(self):
        log = self.broker.log()
        self.assertEqual(self.region.close(), [])
        self.assertNotIn(SURNAME, log)

    # -- looking

    def target(self):
        return Target(self.region.endpoint, self.region.path('keys'), CULPRIT, ACTOR)

    def served(self):
        """-> seconds that a well-behaved agent waits until its referral is stored"""
        began = time.monotonic()
        _, reply = self.school.submit(SPECIALIST, labels(), facts())
        self.assertFalse(reply.refused, reply)
        return time.monotonic() - began

    def anonymous_kib(self):
        with open(f'/proc/{self.broker.process.pid}/status', encoding='utf-8') as file:
            return int(re.search(r'^RssAnon:\s+(\d+)', file.read(), re.MULTILINE)[1])

    def withstands(self, function, seen=lambda: None):
        """Others are served and memory is bounded while the attack goes on, and until it was seen what it is."""
        before, longest, most = self.anonymous_kib(), 0, 0
        with Attack(function, self.target()):
            for _ in range(ROUNDS):
                longest, most = max(longest, self.served()), max(most, self.anonymous_kib())
                self.school.socket.poll(50)  # an attack takes its time
            seen()
            longest, most = max(longest, self.served()), max(most, self.anonymous_kib())
        print(f'# {function.__name__}: served within {longest * 1000:.0f} ms, memory +{(most - before) / 1024:.1f} MiB',
              flush=True)
        self.assertLess(longest, SERVED_S)
        self.assertLess(most - before, GROWTH_KIB)

    def is_seen(self, reason):
        """The culprit stands in the log and before the administrator."""
        self.broker.wait_for('site_quarantined', f'site={CULPRIT}', f'detail={reason}')
        ministry = self.region.agent('social-komi-1')
        ministry.hello()
        status = ministry.ask(exchange.QUERY_STATUS, 'administrator-komi').status[0]
        self.assertEqual([(one.site, one.event, one.reason) for one in status.alarms],
                         [(CULPRIT, 'site_quarantined', reason)])

    # -- peers without a key

    def test_nonsense_half_greetings_and_other_mechanisms_cost_nobody(self):
        self.withstands(attack.talk_nonsense)

    def test_slow_handshakes_cost_nobody(self):
        self.withstands(attack.dribble_handshakes)

    def test_two_thousand_idle_connections_cost_nobody(self):
        self.withstands(attack.stay_idle)

    def test_unknown_keys_cost_nobody(self):
        self.withstands(attack.knock_with_unknown_keys)

    # -- peers with a key

    def culprit(self, function, reason):
        self.broker.expects('bad_frame')
        self.withstands(function, lambda: self.is_seen(reason))

    def test_garbage_quarantines_its_author(self):
        self.culprit(attack.garbage, 'unreadable')

    def test_garbage_of_the_largest_frames_quarantines_its_author(self):
        self.culprit(attack.large_garbage, 'unreadable')

    def test_damaged_envelopes_of_every_kind_quarantine_their_author(self):
        self.broker.expects('command_refused')
        self.culprit(attack.mutants, 'unreadable')

    def test_flood_of_frames_quarantines_its_author(self):
        self.culprit(attack.old_acknowledgements, 'flood')

    def test_flood_of_heartbeats_costs_nobody_else(self):
        self.broker.expects('site_quarantined')
        self.withstands(attack.heartbeats)

    def test_flood_of_queries_costs_nobody_else(self):
        self.broker.expects('site_quarantined')
        self.withstands(attack.queries)

    def test_flood_of_commands_costs_nobody_else(self):
        self.broker.expects('site_quarantined')
        self.withstands(attack.commands)

    def test_flood_of_hellos_quarantines_its_author(self):
        self.culprit(attack.hellos, 'hello')

    def test_flood_of_resyncs_quarantines_its_author(self):
        self.culprit(attack.resyncs, 'hello')

    def test_alternating_incarnations_raise_the_alarm_of_a_key_used_twice(self):
        self.broker.expects('key_used_twice')
        self.culprit(attack.incarnations, 'hello')
        self.assertIn(f'event=key_used_twice site={CULPRIT}', self.broker.log())

    def test_acknowledging_what_was_not_sent_quarantines_the_liar(self):
        self.culprit(attack.acknowledgements, 'ack')

    def test_messages_of_several_parts_are_refused_and_quarantine_their_author(self):
        self.culprit(attack.multipart, 'parts')

    def test_peer_that_never_reads_is_cut_off(self):
        self.culprit(attack.never_read, 'unread')

    def test_message_without_end_is_cut_off(self):
        self.broker.expects('connection_cut')
        self.culprit(attack.endless_parts, 'endless')

    def test_oversize_frames_end_their_connections_only(self):
        self.broker.expects('too_many_connections')
        self.withstands(attack.oversize)

    def test_connections_without_end_are_refused_and_told(self):
        self.broker.expects('too_many_connections', 'site_quarantined')
        self.withstands(attack.reconnect, lambda: self.broker.wait_for('too_many_connections', f'site={CULPRIT}'))

    def test_resets_with_frames_and_pings_still_unread_cost_nobody(self):
        self.broker.expects('too_many_connections', 'site_quarantined', 'key_used_twice', 'bad_frame')
        self.withstands(attack.reset_with_pings)

    def test_claimed_routing_ids_do_not_end_the_broker(self):
        self.broker.expects('bad_frame')
        self.withstands(attack.claim_ids)
        process = multiprocessing.get_context('fork').Process(target=attack.unseeded_router)
        process.start()
        process.join(20)
        self.assertEqual(process.exitcode, -signal.SIGABRT, 'the claims are not the ones that are deadly')


if __name__ == '__main__':
    tap.main()
