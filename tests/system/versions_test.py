#!/usr/bin/python3
# timeout: 300
"""Versions of the configuration: history, show, apply and rollback through refctl; proposals by a stranger's agent; and
two hundred good and bad ones while referrals come in. No decision mixes two versions, no reload opens a door."""

import datetime
import json
import os
import re
import signal
import subprocess
import unittest

import tap
import zmq
from agent import Keys
from proto import exchange_pb2 as exchange
from region import BUILD, SPECIALIST, Program, Region, facts, labels

ADMINISTRATOR, ADMIN_SITE = 'administrator-komi', 'social-komi-1'
SECOND, SECOND_SITE, SECOND_AGENCY = 'administrator-guardianship', 'guardianship-komi-1', 'guardianship-komi'
RELOADS = int(os.environ.get('REFBROKER_RELOADS', '200'))
PART_BYTES = 131072
SCHOOL = 'school-syktyvkar'


def parts_of(coded):
    return [coded[at:at + PART_BYTES] for at in range(0, len(coded), PART_BYTES)]


class VersionsTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.region.expects('case_escalated', 'configuration_differs', 'configuration_error', 'configuration_refused')
        self.broker = self.region.start()

    def tearDown(self):
        self.assertEqual(self.region.close(), [])

    # -- through refctl

    def start_agent(self):
        """refagentd of the administrator's site, beside the broker's folder."""
        keys = self.region.path('keys')
        self.region.write('admin.yaml', f'''site: {ADMIN_SITE}
broker: {{key: {keys}/broker.pub, endpoints: ["{self.region.endpoint}"]}}
keys: {{curve: {keys}/{ADMIN_SITE}.key, sealing: {keys}/{ADMIN_SITE}.seal.key,
       storage: {keys}/{ADMIN_SITE}.store.key, matching: {keys}/matching.key, disclosure: {keys}/disclosure.pub}}
store: admin-store
socket: ipc://admin.sock
people: [{{uid: {os.getuid()}, worker: {ADMINISTRATOR}}}]
''')
        agent = Program(f'{BUILD}/refagentd', self.region.path('admin.yaml'))
        self.region.programs.append(agent)
        agent.expects('connection_lost')
        agent.wait_for('session_opened')
        return agent

    def refctl(self, *words, status=0, language='en'):
        done = subprocess.run(
            [f'{BUILD}/refctl', *words, *([] if '--agent' in words else ['--agent', self.region.path('admin.yaml')])], cwd=self.region.folder,
            capture_output=True, text=True, encoding='utf-8', timeout=60, check=False,
            env=dict(os.environ, LANGUAGE=language, TZ='UTC'))
        self.assertEqual(done.returncode, status, f'{words}: {done.stdout}{done.stderr}')
        return done.stdout + done.stderr

    def history(self):
        return json.loads(self.refctl('policy', 'history', '--json'))['versions']

    def test_a_version_is_applied_shown_and_rolled_back(self):
        self.start_agent()
        first, = self.history()
        self.assertEqual((first['version'], first['origin'], first['in_force']), (1, 'files', True))
        self.assertIn('in force, version 1', self.refctl('policy', 'apply', '.', '--wait').replace(
            'Nothing differs, version 1 stays in force', 'in force, version 1'))

        self.region.edit('policy.yaml', 'Early detection in the Komi Republic', 'Detection')
        self.region.edit('directory/10-agencies.yaml', 'en: system administrator', 'en: the administrator')
        self.assertIn('Version 2 is in force.', self.refctl('policy', 'apply', '.', '--wait'))
        self.broker.wait_for('configuration_adopted', 'version=2')
        second, first = self.history()
        self.assertEqual((second['version'], second['origin'], second['actor'], second['site']),
                         (2, 'applied', ADMINISTRATOR, ADMIN_SITE))
        self.assertEqual((second['rows_changed'], second['texts'], first['in_force']), (1, 'policy.yaml', False))
        shown = self.refctl('policy', 'show', '2')
        self.assertIn(f'~ worker {ADMINISTRATOR}\n    title.en: system administrator → the administrator\n', shown)
        self.assertIn('en: Detection', shown)
        shown = json.loads(self.refctl('policy', 'show', '1', '--json'))
        self.assertEqual([text['name'] for text in shown['texts']], ['calendar.yaml', 'policy.yaml'])
        self.assertTrue(all(row['change'] == 'added' for row in shown['differences']))

        self.assertIn('Version 3 is in force.', self.refctl('policy', 'rollback', '1'))
        third = self.history()[0]
        self.assertEqual((third['origin'], third['returned_to'], third['rows_changed']), ('rolled-back', 1, 1))
        self.assertEqual(json.loads(self.refctl('policy', 'show', '3', '--json'))['texts'], shown['texts'])
        self.refctl('policy', 'rollback', '77', status=66)
        self.refctl('policy', 'show', '77', status=66)

        self.region.edit('policy.yaml', 'curator: [local-centre', 'curator: [nowhere')
        told = self.refctl('policy', 'apply', '.', '--wait', status=78)
        self.assertRegex(told, r'policy\.yaml:\d+:\d+: ')
        self.assertEqual(self.history()[0]['version'], 3)

    def test_a_rollback_gives_no_withdrawn_key_back(self):
        """Taken out of the files, not revoked by command: the version that had the key comes back without it."""
        self.start_agent()
        keys = self.region.read('directory/90-keys.yaml')
        kept = [line for line in keys.splitlines(True) if f'site: {SCHOOL},' not in line]
        self.assertEqual(len(kept), keys.count('\n') - 1)
        self.region.edit('policy.yaml', 'Early detection in the Komi Republic', 'Detection')
        self.region.write('directory/90-keys.yaml', ''.join(kept))
        self.assertIn('Version 2 is in force.', self.refctl('policy', 'apply', '.', '--wait'))
        told = self.refctl('policy', 'rollback', '1', language='ru')
        self.assertIn('Ключи площадок остались какими были', told)
        self.assertNotIn(' key ', self.refctl('policy', 'show', '3').split('---')[0])
        self.assertIn('en: Early detection in the Komi Republic', self.refctl('policy', 'show', '3'))
        school, clinic = self.region.agent(SCHOOL), self.region.agent('clinic-komi')
        school.connect().say_hello()
        clinic.hello()
        clinic.ask(exchange.QUERY_AGENCIES, 'specialist-clinic-komi')
        self.assertEqual(school.socket.poll(0), 0, 'a key that was withdrawn was let in')

    def test_a_policy_that_breaks_a_requirement_is_not_put_in_force(self):
        self.start_agent()
        self.region.edit('policy.yaml', 'require:\n', '''require:
  - id: police-of-everything
    when: {flag: placement-risk}
    then: {notified-kind: police}
''')
        told = self.refctl('policy', 'apply', '.', '--wait', status=78)
        self.assertRegex(told, r'policy\.yaml:\d+:5: error P260: requirement "police-of-everything" is broken')
        self.assertEqual(len(self.history()), 1)
        self.region.expects('configuration_refused')
        self.region.reload('configuration_refused')
        self.assertEqual(len(self.history()), 1)

    def test_a_restart_with_broken_files_runs_the_last_good_policy_and_says_so(self):
        self.region.write('policy.yaml', 'nonsense: [')
        self.assertEqual(self.broker.stop(), 0)
        self.broker = self.region.restart()
        self.assertIn('version=1', self.broker.ready)
        self.broker.wait_for('configuration_refused', 'version_kept=1')

    # -- at a date

    def soon(self, seconds):
        at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        return at.strftime('%Y-%m-%dT%H:%M:%SZ')

    def plans(self):
        return json.loads(self.refctl('policy', 'plans', '--json'))['plans']

    def test_a_plan_comes_into_force_at_its_time_also_after_a_restart(self):
        agent = self.start_agent()
        self.region.edit('policy.yaml', 'Early detection in the Komi Republic', 'Detection')
        self.assertIn('has passed', self.refctl('policy', 'apply', '.', '--at', '2020-01-01T10:00', status=64))
        told = self.refctl('policy', 'apply', '.', '--wait', '--at', self.soon(6))
        self.assertIn('Accepted: plan p1 waits for its time', told)
        self.refctl('policy', 'apply', '.', '--wait', '--at', '2031-03-01T09:00')
        self.broker.wait_for('plan_made', 'plan=2')
        late, first = self.plans()
        self.assertEqual((first['plan'], first['state'], first['texts'], first['rows'], first['base']),
                         (1, 'waiting', 'policy.yaml', 0, 1))
        self.assertEqual(late['due'], '2031-03-01T06:00:00.000Z')  # nine o'clock in Syktyvkar
        self.assertIn('en: Detection', self.refctl('policy', 'show', 'p1'))
        self.assertIn('Waits: plan p1', self.refctl('policy', 'history'))
        self.assertEqual(json.loads(self.refctl('status', '--json'))['broker']['plans_waiting'], 2)
        self.assertEqual(self.history()[0]['version'], 1)

        self.broker.kill()
        self.broker = self.region.restart()
        self.assertIn('version=1', self.broker.ready)
        self.broker.wait_for('configuration_adopted', 'version=2')
        agent.wait_for('session_opened')
        version = self.history()[0]
        self.assertEqual((version['version'], version['origin'], version['actor'], version['plan']),
                         (2, 'applied', ADMINISTRATOR, 1))
        self.assertIn('p1', self.refctl('policy', 'history', language='ru'))
        self.assertIn('p2: the plan is withdrawn', self.refctl('policy', 'withdraw', 'p2'))
        self.refctl('policy', 'withdraw', 'p1', status=65)
        self.refctl('policy', 'withdraw', 'p9', status=66)
        withdrawn, first = self.plans()
        self.assertEqual((withdrawn['state'], withdrawn['settled_by']), ('withdrawn', ADMINISTRATOR))
        self.assertEqual((first['state'], first['version']), ('activated', 2))
        self.assertEqual(self.broker.stop(), 0)
        self.assertEqual(self.region.run('refbrokerd', 'fsck', 'broker.yaml')[0], 0)

    def test_a_plan_that_no_longer_holds_raises_an_alarm_and_changes_nothing(self):
        self.start_agent()
        self.region.edit('policy.yaml', 'Early detection in the Komi Republic', 'Detection')
        self.refctl('policy', 'apply', '.', '--wait', '--at', self.soon(4))
        self.region.edit('policy.yaml', 'en: Detection', 'en: Something else')
        self.assertIn('Version 2 is in force', self.refctl('policy', 'apply', '.', '--wait'))
        line = self.broker.wait_for('plan_not_activated', 'plan=1', 'version_kept=2')
        self.assertIn('policy or calendar were changed after the plan was accepted', line)
        plan, = self.plans()
        self.assertEqual(plan['state'], 'failed')
        self.assertIn('политика или календарь изменены', plan['reason']['ru'])
        self.assertIn('политика или календарь изменены', self.refctl('policy', 'plans', language='ru'))
        self.assertEqual(self.history()[0]['version'], 2)

    # -- beside

    def test_a_policy_decides_beside_and_is_promoted(self):
        self.start_agent()
        self.region.edit('directory/10-agencies.yaml', 'en: system administrator', 'en: the administrator')
        self.assertIn('nothing to compare', self.refctl('policy', 'apply', '.', '--wait', '--shadow', status=78))
        rules = re.findall(r'(?m)^  - id: (\S+)$', self.region.read('policy.yaml'))
        policy = self.region.read('policy.yaml')
        for rule in rules:
            policy = policy.replace(f'  - id: {rule}\n', f'  - id: {rule}-anew\n')
        self.region.write('policy.yaml', policy)
        self.assertIn('p1 decides beside', self.refctl('policy', 'apply', '.', '--wait', '--shadow'))
        self.assertIn('another policy decides beside already',
                      self.refctl('policy', 'apply', '.', '--wait', '--shadow', status=78))
        school = self.region.agent('school-syktyvkar')
        school.hello()
        replies = [school.do(SPECIALIST, submit=school.referral(labels(), facts(surname=f'Примерова-{i}')))
                   for i in range(3)]
        shadow = json.loads(self.refctl('policy', 'shadow', '--json'))
        pair, = shadow['pairs']
        self.assertEqual((pair['shadow'], pair['decided'], pair['curator']), (pair['active'] + '-anew', 3, 0))
        self.assertEqual([case['case'] for case in shadow['cases']],
                         [reply.case_number for reply in reversed(replies)])
        self.assertIn(replies[0].case_number, self.refctl('policy', 'shadow', language='ru'))
        self.assertEqual(self.history()[0]['version'], 1)

        self.broker.kill()  # what decides beside, and what it said, is in the journal
        self.broker = self.region.restart()
        self.region.programs[-2].wait_for('session_opened')
        school.disconnect()
        school.endpoint = self.region.endpoint
        school.hello()
        school.do(SPECIALIST, submit=school.referral(labels(), facts(surname='Примерова-9')))
        self.assertEqual(json.loads(self.refctl('policy', 'shadow', '--json'))['pairs'][0]['decided'], 4)
        self.refctl('policy', 'apply', '--from-shadow')
        self.broker.wait_for('configuration_adopted', 'version=2')
        self.assertEqual(self.history()[0]['plan'], 1)
        self.refctl('policy', 'shadow', '--end', status=65)
        self.assertEqual(self.broker.stop(), 0)
        self.assertEqual(self.region.run('refbrokerd', 'fsck', 'broker.yaml')[0], 0)

    # -- signed by another agency

    def start_second_agent(self):
        """The administrator of another agency, with an agent of its own."""
        text = self.region.read('admin.yaml').replace(ADMIN_SITE, SECOND_SITE).replace(ADMINISTRATOR, SECOND)
        self.region.write('second.yaml', text.replace('admin-store', 'second-store').replace('admin.sock', 'second.sock'))
        agent = Program(f'{BUILD}/refagentd', self.region.path('second.yaml'))
        self.region.programs.append(agent)
        agent.expects('connection_lost')
        agent.wait_for('session_opened')

    def key_line(self, agency):
        status, out, _ = self.region.refctl('keygen', '--signing', agency, '--out', 'keys', '--lang', 'en')
        self.assertEqual(status, 0)
        return out.splitlines()[-1] + '\n'

    def test_a_policy_is_signed_by_a_second_agency(self):
        self.start_agent()
        self.region.edit('directory/10-agencies.yaml', f'  - {{id: {ADMINISTRATOR},',
                         f'  - {{id: {SECOND}, title: {{ru: администратор, en: administrator}}, site: {SECOND_SITE}, '
                         f'roles: [administrator]}}\n  - {{id: {ADMINISTRATOR},')
        rule = 'signatures:\n  needed: 2\n  agencies:\n' + self.key_line('social-komi') + self.key_line(SECOND_AGENCY)
        self.region.write('policy.yaml', self.region.read('policy.yaml') + rule)
        self.assertIn('Version 2 is in force', self.refctl('policy', 'apply', '.', '--wait'))
        self.start_second_agent()
        mine = ('--agent', self.region.path('second.yaml'))

        self.region.edit('policy.yaml', 'Early detection in the Komi Republic', 'Detection')
        self.assertIn('Accepted: plan p1 waits for signatures', self.refctl('policy', 'apply', '.', '--wait'))
        plan, = self.plans()
        self.assertEqual((plan['state'], plan['signatures_missing'], plan['signed_by']), ('unsigned', 1, None))
        self.assertIn('en: Detection', self.refctl('policy', 'show', 'p1', *mine))
        self.assertIn('не хватает подписей: 1', self.refctl('policy', 'plans', language='ru'))
        self.region.reload('configuration_refused')  # no other way round
        self.assertIn('предложило план',
                      self.refctl('policy', 'sign', 'p1', 'keys/social-komi.sign.key', status=77, language='ru'))
        self.assertIn('the signature is wrong',
                      self.refctl('policy', 'sign', 'p1', 'keys/social-komi.sign.key', *mine, status=65))
        self.assertEqual(self.history()[0]['version'], 2)

        self.broker.kill()  # a plan that lacks signatures survives it
        self.broker = self.region.restart()
        for agent in self.region.programs[-3:-1]:
            agent.wait_for('session_opened')
        self.refctl('policy', 'sign', 'p1', f'keys/{SECOND_AGENCY}.sign.key', *mine)
        self.broker.wait_for('configuration_adopted', 'version=3')
        version = self.history()[0]
        self.assertEqual((version['version'], version['actor'], version['signed_by']), (3, ADMINISTRATOR, SECOND))
        self.assertIn(f'signed by {SECOND}', self.refctl('policy', 'history'))
        self.assertRegex(self.refctl('policy', 'show', '3', language='ru'), f'Подписали.*{SECOND}')
        self.assertIn('Version 4 is in force', self.refctl('policy', 'rollback', '2'))  # the same rule: nobody signs

        self.assertIn('waits for signatures', self.refctl('policy', 'rollback', '1'))  # the rule itself would go
        self.assertEqual(self.plans()[0]['state'], 'unsigned')
        self.assertEqual(self.history()[0]['version'], 4)
        self.assertEqual(self.broker.stop(), 0)
        self.assertEqual(self.region.run('refbrokerd', 'fsck', 'broker.yaml')[0], 0)

    # -- by a stranger's agent, as PROTOCOL.md has it

    def administrator(self):
        agent = self.region.agent(ADMIN_SITE)
        agent.hello()
        return agent

    def files(self, **changes):
        """The set of the region's folder as PolicyFiles."""
        names = ['broker.yaml', 'calendar.yaml', 'policy.yaml']
        names += [f'directory/{name}' for name in sorted(os.listdir(self.region.path('directory')))]
        return exchange.PolicyFiles(files=[
            exchange.PolicyFile(name=name, text=changes.get(name, self.region.read(name)).encode()) for name in names])

    def propose(self, agent, files):
        """-> ProposalRow, settled"""
        proposal, parts = os.urandom(16), parts_of(files.SerializeToString())
        for index, data in enumerate(parts):
            reply = agent.do(ADMINISTRATOR, policy_part=exchange.PolicyPart(
                proposal=proposal, index=index, count=len(parts), data=data))
            self.assertFalse(reply.refused, reply)
        reply = agent.do(ADMINISTRATOR, policy_apply=exchange.PolicyApply(proposal=proposal, count=len(parts)))
        self.assertFalse(reply.refused, reply)
        return self.settled(agent, proposal)

    def ask(self, agent, kind, **more):
        """All pages; over the quota a query waits its turn."""
        answer, cursor = exchange.Answer(), ''
        while True:
            page = agent.ask_page(kind, ADMINISTRATOR, cursor=cursor, **more)
            if [problem.code for problem in page.problems] == [exchange.REFUSAL_BUSY]:
                agent.socket.poll(50)
                continue
            answer.MergeFrom(page)
            cursor = page.cursor
            if not cursor:
                return answer

    def settled(self, agent, proposal):
        while True:
            row, = self.ask(agent, exchange.QUERY_PROPOSAL, subject=proposal).proposals
            if row.state != exchange.PROPOSAL_PENDING:
                return row
            agent.socket.poll(50)

    def test_what_is_sent_is_checked_again_and_opens_no_other_file(self):
        agent = self.administrator()
        row = self.propose(agent, self.files(**{'policy.yaml': 'nonsense: ['}))
        self.assertEqual((row.state, row.version), (exchange.PROPOSAL_REFUSED, 1))
        self.assertRegex(row.reason_en, r'^policy\.yaml:\d+:\d+: ')
        broker = self.region.read('broker.yaml')
        outside = re.sub(r'(?m)^calendar: .*$', f'calendar: {self.region.path("calendar.yaml")}', broker)
        row = self.propose(agent, self.files(**{'broker.yaml': outside}))
        self.assertEqual(row.state, exchange.PROPOSAL_REFUSED)
        self.assertIn('was not sent', row.reason_en)
        self.assertEqual(self.propose(agent, self.files()).state, exchange.PROPOSAL_SAME)

    def test_parts_are_harmless_twice_and_needed_once(self):
        agent = self.administrator()
        coded = self.files(**{'policy.yaml': self.region.read('policy.yaml') + '# end\n'}).SerializeToString()
        proposal, half = os.urandom(16), len(coded) // 2
        first, second = (exchange.PolicyPart(proposal=proposal, index=index, count=2, data=data)
                         for index, data in enumerate((coded[:half], coded[half:])))
        apply = exchange.PolicyApply(proposal=proposal, count=2)
        self.assertFalse(agent.do(ADMINISTRATOR, policy_part=first).repeated)
        self.assertTrue(agent.do(ADMINISTRATOR, policy_part=first).repeated)
        other = exchange.PolicyPart(proposal=proposal, index=0, count=2, data=b'other')
        self.assertEqual(agent.do(ADMINISTRATOR, policy_part=other).problems[0].code, exchange.REFUSAL_ID_REUSED)
        self.assertEqual(agent.do(ADMINISTRATOR, policy_apply=apply).problems[0].code, exchange.REFUSAL_NOT_FOUND)
        self.broker.kill()
        self.broker = self.region.restart()  # what was stored is still there
        agent.disconnect()
        agent.endpoint = self.region.endpoint
        agent.hello()
        self.assertFalse(agent.do(ADMINISTRATOR, policy_part=second).refused)
        self.assertFalse(agent.do(ADMINISTRATOR, policy_apply=apply).repeated)
        self.assertEqual(self.settled(agent, proposal).state, exchange.PROPOSAL_ADOPTED)
        self.assertTrue(agent.do(ADMINISTRATOR, policy_apply=apply).repeated)

    def test_only_administrators_propose(self):
        school = self.region.agent('school-syktyvkar')
        school.hello()
        part = exchange.PolicyPart(proposal=os.urandom(16), index=0, count=1, data=b'x')
        self.assertEqual(school.do(SPECIALIST, policy_part=part).problems[0].code, exchange.REFUSAL_NOT_ALLOWED)
        answer = school.ask(exchange.QUERY_VERSIONS, SPECIALIST)
        self.assertEqual(answer.problems[0].code, exchange.REFUSAL_NOT_ALLOWED)

    # -- two hundred reloads

    def stamped(self, number):
        """The policy with every rule's and pool's id of this number: what belongs together can be told."""
        text = re.sub(r'(?m)^(  - id: )(\S+)$', rf'\g<1>\g<2>-v{number}', self.policy)
        for pool in ('local-centre', 'crisis-trained', 'mentors'):
            text = re.sub(rf'(?m)^  {pool}:', f'  {pool}-v{number}:', text)
            text = re.sub(rf'(curator(?:-from)?: \[[^]]*?)\b{pool}\b(?!-)', rf'\g<1>{pool}-v{number}', text)
            text = re.sub(rf'(curator(?:-from)?: \[[^]]*?)\b{pool}\b(?!-)', rf'\g<1>{pool}-v{number}', text)
        return text

    def bad(self, number):
        policy = self.stamped(number)
        keys = self.region.read('directory/90-keys.yaml')
        return ({'policy.yaml': policy.replace(f'curator: [local-centre-v{number}', 'curator: [nowhere')},
                {'policy.yaml': policy[:len(policy) // 2] + '\n  - ['},
                {'directory/90-keys.yaml': keys.replace(f'site: {ADMIN_SITE}', 'site: social-komi-x')},
                {'broker.yaml': self.region.read('broker.yaml').replace('region: komi', 'region: atlantis')},
                )[number // 2 % 4]

    def stays_out(self):
        """A key that the directory does not hold gets no word."""
        keys = Keys(self.region.path('keys'), 'school-syktyvkar')
        public, secret = zmq.curve_keypair()
        keys.curve_public, keys.curve_secret = public, secret
        stranger = self.region.agent('school-syktyvkar', keys=keys)
        stranger.connect()
        stranger.say_hello()
        return stranger

    def reload(self, agent, number):
        """A good or a bad set, by SIGHUP or by proposal; -> adopted"""
        good = number % 2 == 0
        changes = {'policy.yaml': self.stamped(number)} if good else self.bad(number)
        if number % 4 < 2:
            row = self.propose(agent, self.files(**changes))
            self.assertEqual(row.state, exchange.PROPOSAL_ADOPTED if good else exchange.PROPOSAL_REFUSED, row)
            return
        kept = {name: self.region.read(name) for name in changes}
        for name, text in changes.items():
            self.region.write(name, text)
        self.broker.read_to = len(self.broker.lines)
        self.broker.signal(signal.SIGHUP)
        self.broker.wait_for('configuration_adopted' if good else 'configuration_refused')
        for name, text in kept.items():
            self.region.write(name, text)

    def check_decisions(self, agent, number, seen):
        """The newest case: rule and pool are those of the version that the decision names."""
        for explanation in self.ask(agent, exchange.QUERY_EXPLAIN, text=number).explanations:
            text = self.text_of(agent, explanation.policy_version)
            self.assertRegex(text, rf'(?m)^  - id: {explanation.rule}$')
            stamp = re.search(r'-v\d+$', explanation.rule)
            if explanation.pool and stamp:
                self.assertTrue(explanation.pool.endswith(stamp.group()), explanation)
            seen.add(explanation.policy_version)

    def text_of(self, agent, version):
        if version not in self.texts:
            pieces = self.ask(agent, exchange.QUERY_VERSION, text=str(version)).texts
            self.texts[version] = b''.join(piece.piece for piece in pieces if piece.name == 'policy.yaml').decode()
        return self.texts[version]

    def test_two_hundred_reloads_under_load(self):
        self.policy, self.texts = self.region.read('policy.yaml'), {}
        agent = self.administrator()
        school = self.region.agent('school-syktyvkar')
        school.hello()
        strangers, tickets, seen, sent, first = [], [], set(), 0, None
        for number in range(RELOADS):
            for _ in range(3):
                family = facts(name=f'Аня{sent}', surname=f'Примерова-{sent}')
                tickets.append(school.give(SPECIALIST, submit=school.referral(labels(), family)))
                sent += 1
            self.reload(agent, number)
            if number % 20 == 0:
                strangers.append(self.stays_out())
            if len(tickets) >= 9:
                replies = [school.reply(ticket) for ticket in tickets]
                self.assertFalse(any(reply.refused for reply in replies))
                self.check_decisions(agent, replies[-1].case_number, seen)
                self.check_decisions(agent, replies[0].case_number, seen)
                first = first or replies[0].case_number
                tickets = []
        replies = [school.reply(ticket) for ticket in tickets]
        self.assertFalse(any(reply.refused for reply in replies))
        self.assertIsNone(school.goodbye)
        self.assertIsNone(agent.goodbye)
        self.assertGreater(len(seen), RELOADS // 10)
        self.check_decisions(agent, first, seen)  # that version has not been compiled for long
        for stranger in strangers:
            self.assertEqual(stranger.socket.poll(0), 0, 'a key that nobody knows was let in')
        versions = self.ask(agent, exchange.QUERY_VERSIONS).versions
        self.assertEqual(len(versions), 1 + RELOADS // 2)
        status, = self.ask(agent, exchange.QUERY_STATUS).status
        self.assertEqual(status.referrals, sent)
        self.assertEqual(self.broker.stop(), 0)
        self.assertEqual(self.region.run('refbrokerd', 'fsck', 'broker.yaml')[0], 0)


if __name__ == '__main__':
    tap.main()
