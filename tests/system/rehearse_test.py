#!/usr/bin/python3
"""A rehearsal against the real broker: referrals of the past, decided, refused and accepted, go once more through the same
policy, where nothing changes, and through another one, where what changes is known by hand."""

import json
import os
import subprocess
import unittest

import tap
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import BUILD, SPECIALIST, SURNAME, Program, Region, facts, labels

ADMIN_SITE, CENTRE = 'social-komi-1', 'centre-syktyvkar-1'
FAMILIES = 230  # more than a page


class RehearseTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.region.expects('case_escalated', 'connection_lost')
        self.region.start()
        self.school = self.region.agent('school-syktyvkar')
        self.school.hello()

    def tearDown(self):
        self.assertEqual(self.region.close(), [])

    def start_agent(self, worker):
        keys = self.region.path('keys')
        self.region.write('admin.yaml', f'''site: {ADMIN_SITE}
broker: {{key: {keys}/broker.pub, endpoints: ["{self.region.endpoint}"]}}
keys: {{curve: {keys}/{ADMIN_SITE}.key, sealing: {keys}/{ADMIN_SITE}.seal.key,
       storage: {keys}/{ADMIN_SITE}.store.key, matching: {keys}/matching.key, disclosure: {keys}/disclosure.pub}}
store: admin-store
socket: ipc://admin.sock
people: [{{uid: {os.getuid()}, worker: {worker}}}]
''')
        agent = Program(f'{BUILD}/refagentd', self.region.path('admin.yaml'))
        self.region.programs.append(agent)
        agent.expects('connection_lost')
        agent.wait_for('session_opened')

    def refctl(self, *words, status=0, **environment):
        done = subprocess.run(
            [f'{BUILD}/refctl', *words, '--agent', self.region.path('admin.yaml')], cwd=self.region.folder,
            capture_output=True, text=True, encoding='utf-8', timeout=60, check=False,
            env={**os.environ, 'LANGUAGE': 'en', 'TZ': 'UTC', **environment})
        self.assertEqual(done.returncode, status, f'{words}: {done.stdout}{done.stderr}')
        return done.stdout + done.stderr

    def rehearse(self, *words):
        return json.loads(self.refctl('policy', 'rehearse', '.', '--json', *words))

    def submit(self, number, risk=case.RISK_TZS, **changes):
        family = facts(name=f'Аня{number}', surname=f'{SURNAME}{number}')
        _, reply = self.school.submit(SPECIALIST, labels(risk, **changes), family)
        self.assertFalse(reply.refused, reply)
        return reply.case_number

    def offer_of(self, agent, number):
        return agent.wait_for_view(exchange.DELIVERY_OFFER, lambda view: view.case_number == number)[1]

    def test_who_would_have_gone_elsewhere(self):
        centre = self.region.agent(CENTRE)
        centre.hello()
        # Two curators of the centre cover the town: 1 takes the first case, 2 the second; 2 refuses the third.
        first, second, third = (self.submit(number) for number in range(3))
        offers = [self.offer_of(centre, number) for number in (first, second, third)]
        for offer in offers[:2]:
            centre.do(offer.worker, accept=exchange.Accept(offer=offer.id, token=offer.token))
        refuser = offers[2].worker
        centre.do(refuser, refuse=exchange.Refuse(offer=offers[2].id, token=offers[2].token,
                                                  reason=case.DECLINE_NO_CAPACITY))
        offer = centre.wait_for_view(exchange.DELIVERY_OFFER,
                                     lambda view: view.case_number == third and view.worker != refuser)[1]
        centre.do(offer.worker, accept=exchange.Accept(offer=offer.id, token=offer.token))
        desk = self.submit(3, basis=case.LEGAL_BASIS_UNSPECIFIED)
        # The first family once more.
        _, reply = self.school.submit(SPECIALIST, labels(), facts(name='Аня0', surname=f'{SURNAME}0'))
        self.assertEqual(reply.case_number, first)

        self.start_agent('coordinator-komi')
        same = self.rehearse('--since', '1d')
        self.assertEqual((same['policy'], same['referrals'], same['joined'], same['cases']), ('komi', 5, 1, 4))
        self.assertEqual(same['causes']['same'], 4, same)
        self.assertEqual(same['elsewhere'], [])
        self.assertEqual([(rule['before'], rule['after'], rule['cases']) for rule in same['rules']],
                         [('removal-in-question', 'removal-in-question', 4)])
        self.assertEqual(same['desks']['reasons'], [{'reason': 'no-legal-basis', 'before': 1, 'after': 1}])
        for curator in same['curators']:
            self.assertEqual((curator['cases_before'], curator['peak_before']),
                             (curator['cases_after'], curator['peak_after']))

        # Mentors first from now on: every case with a basis goes to them, in turn.
        self.region.edit('policy.yaml', 'curator: [local-centre, mentors]\n    notify: [{agency: guardianship-komi}]',
                         'curator: [mentors]\n    norms: {answer: 4 wh, curator: 1 wd}\n    notify: [{agency: guardianship-komi}]')
        other = self.rehearse('--since', '1d')
        self.assertEqual((other['causes']['same'], other['causes']['other-pool']), (1, 3))
        self.assertEqual([(move['case'], move['after']['curator'], move['after']['pool'])
                          for move in other['elsewhere']],
                         [(first, 'mentor-1', 'mentors'), (second, 'mentor-2', 'mentors'),
                          (third, 'mentor-1', 'mentors')])
        loads = {curator['id']: (curator['cases_before'], curator['cases_after'], curator['peak_after'])
                 for curator in other['curators']}
        self.assertEqual((loads['mentor-1'], loads['mentor-2']), ((0, 2, 4), (0, 1, 2)))
        curator_norm, = (norm for norm in other['norms'] if norm['norm'] == 'curator')
        self.assertEqual((curator_norm['tightened'], curator_norm['breached_after']), (4, 0))

        told = self.refctl('policy', 'rehearse', '.', '--since', '1d')
        self.assertIn('Would have gone elsewhere', told)
        self.assertIn(first, told)
        self.assertNotIn(desk, told)
        self.assertNotIn('\r', told)
        self.assertNotIn(SURNAME, told)
        self.assertIn('Пошли бы иначе', self.refctl('policy', 'rehearse', '.', LANGUAGE='ru'))

    def test_in_pages_and_only_for_those_who_may(self):
        tickets = [self.school.give(SPECIALIST, submit=self.school.referral(
            labels(), facts(name=f'Аня{number}', surname=f'{SURNAME}{number}'))) for number in range(FAMILIES)]
        for ticket in tickets:
            self.assertFalse(self.school.reply(ticket).refused)
        self.start_agent('administrator-komi')
        answer = self.rehearse()
        self.assertEqual((answer['cases'], answer['carried']), (FAMILIES, 0))
        self.assertEqual(answer['causes']['same'], FAMILIES, answer['causes'])
        self.assertEqual(answer['desks']['before'], answer['desks']['after'])
        self.assertEqual(self.rehearse('--since', '2026-01-01')['cases'], FAMILIES)
        refused = self.school.ask(exchange.QUERY_PAST, SPECIALIST, text='5')
        self.assertEqual([problem.code for problem in refused.problems], [exchange.REFUSAL_NOT_ALLOWED])


if __name__ == '__main__':
    tap.main()
