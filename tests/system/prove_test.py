#!/usr/bin/python3
"""What `policy prove` says against a policy can be tried as it stands, as a form and as a case of policy_test.yaml; what
`policy diff` tells of two folders."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

import tap
from region import BUILD, ROOT

# Nobody may be told of placements but through the police.
BROKEN = """  - id: police-of-everything
    when: {flag: placement-risk}
    then: {notified-kind: police}
"""
LAST_RULE = """  - id: everything-else
    title: {ru: Остальные обращения, en: Everything else}
    curator: [district, family-service]
"""
SHADOWED = """  - id: too-late
    title: {ru: Поздно, en: Too late}
    when: {risk: critical, need: food}
    curator: [duty]
"""


class Folder:
    """config/novosibirsk, to be broken."""

    def __init__(self, region='novosibirsk'):
        self.path = tempfile.mkdtemp(prefix='prove-')
        shutil.copytree(f'{ROOT}/config/{region}', self.path, dirs_exist_ok=True)

    def edit(self, name, old, new):
        with open(f'{self.path}/{name}', encoding='utf-8') as file:
            text = file.read()
        assert text.count(old) == 1, f'{old!r} stands {text.count(old)} times in {name}'
        self.write(name, text.replace(old, new))

    def write(self, name, text):
        with open(f'{self.path}/{name}', 'w', encoding='utf-8') as file:
            file.write(text)

    def refctl(self, *arguments):
        """-> (exit status, output, errors)"""
        done = subprocess.run([f'{BUILD}/refctl', *arguments], cwd=self.path, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, encoding='utf-8', timeout=30,
                              env={**os.environ, 'LC_ALL': 'en_US.UTF-8'})
        return done.returncode, done.stdout, done.stderr

    def failures(self, status, claim):
        code, out, err = self.refctl('policy', 'prove', '--json')
        assert code == status, (code, err, out)
        return [failure for failure in json.loads(out)['failures'] if failure['claim'] == claim]


class Suite(unittest.TestCase):
    def test_a_suite_that_is_no_yaml_is_explained_in_either_language(self):
        folder = Folder()
        self.addCleanup(shutil.rmtree, folder.path)
        folder.write('policy_test.yaml', 'cases:\n  - name: x\n    form: {risk: norm\n')
        status, out, err = folder.refctl('policy', 'test')
        self.assertEqual(status, 65, out)
        self.assertIn('policy_test.yaml:4:1: a { or a quote is not closed, or a comma is missing (begun in line 3)', err)
        status, out, err = folder.refctl('--lang', 'ru', 'policy', 'test')
        self.assertIn('policy_test.yaml:4:1: не закрыта скобка { или кавычка, или забыта запятая', err)


class Prove(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()

    def tearDown(self):
        shutil.rmtree(self.folder.path)

    def tries(self, failure):
        """The form and the case: what the policy does with them."""
        self.folder.write('form.yaml', failure['form'])
        self.folder.write('policy_test.yaml', 'cases:\n' + failure['test'])
        status, out, err = self.folder.refctl('policy', 'explain', 'form.yaml', '.', '--json', '--at', failure['at'],
                                              '--referrer', failure['referrer'])
        self.assertEqual(status, 0, err)
        return json.loads(out), self.passes()

    def passes(self):
        status, out, err = self.folder.refctl('policy', 'test')
        self.assertIn(status, (0, 1), err)
        return '1 passed, 0 failed' in out

    def test_both_regions_are_proven(self):
        for region in ('novosibirsk', 'komi'):
            status, out, err = self.folder.refctl('policy', 'prove', f'{ROOT}/config/{region}')
            self.assertEqual(status, 0, err + out)

    def test_a_referral_without_a_rule_is_shown(self):
        self.folder.edit('policy.yaml', LAST_RULE, '')
        failure, = self.folder.failures(1, 'no-fall-through')
        told, passes = self.tries(failure)
        self.assertIsNone(told['decision']['rule'])
        self.assertEqual(told['decision']['desk_reason'], 'no-rule')
        self.assertTrue(passes)
        self.folder.edit('policy.yaml', 'require:\n', LAST_RULE + 'require:\n')
        self.assertFalse(self.passes())

    def test_a_shadowed_rule_is_shown_with_what_takes_its_referrals(self):
        self.folder.edit('policy.yaml', LAST_RULE, SHADOWED + LAST_RULE)
        failure, = self.folder.failures(1, 'reach')
        self.assertEqual((failure['rule'], failure['shadowed_by']), ('too-late', ['emergency']))
        told, passes = self.tries(failure)
        self.assertEqual(told['decision']['rule'], 'emergency')
        self.assertTrue(passes)

    def test_a_broken_requirement_is_shown(self):
        self.folder.edit('policy.yaml', 'require:\n', 'require:\n' + BROKEN)
        failure, = self.folder.failures(1, 'require')
        self.assertEqual((failure['requirement'], failure['decided_by']), ('police-of-everything', 'placement-risk'))
        told, passes = self.tries(failure)
        self.assertEqual(told['decision']['rule'], 'placement-risk')
        self.assertNotIn('police', json.dumps(told['notices']))
        self.assertTrue(passes)
        self.folder.edit('policy.yaml', '    notify: [{agency-kind: guardianship, territory: covers-case}]\n',
                         '    notify: [{agency-kind: guardianship, territory: covers-case}, '
                         '{agency-kind: police, territory: covers-case}]\n')
        self.assertEqual(self.folder.failures(0, 'require'), [])
        self.assertFalse(self.passes())

    def test_a_territory_without_a_curator_is_shown(self):
        self.folder.edit('policy.yaml', '  - id: child-left-alone\n', """  - id: only-here
    title: {ru: Только здесь, en: Only here}
    when: {territory: novosibirsk-region, need: legal, risk: tzs}
    curator: [district]
  - id: child-left-alone
""")
        dead, = [failure for failure in self.folder.failures(1, 'pools') if failure['dead_end']]
        self.assertEqual((dead['rule'], dead['pool']), ('only-here', 'district'))
        self.assertIn('novosibirsk-region', dead['territories'])
        told, passes = self.tries(dead)
        self.assertEqual(told['decision']['desk_reason'], 'no-candidate')
        self.assertTrue(passes)

    def test_a_gap_that_begins_with_a_wave_is_shown_on_its_day(self):
        self.folder.edit('policy.yaml', '{from: 2022-07-01, territories', '{from: 2031-07-01, territories')
        failure = self.folder.failures(0, 'pools')[0]
        self.assertEqual((failure['from'], failure['at']), ('2031-07-01', '2031-07-01T10:00'))
        told, passes = self.tries(failure)
        self.assertEqual(told['decision']['rule'], failure['rule'])
        self.assertTrue(passes)
        self.folder.write('policy_test.yaml', 'cases:\n' + failure['test'].replace('at: 2031-07-01', 'at: 2031-06-30'))
        self.assertFalse(self.passes())

    def test_a_person_reads_the_place_and_the_example(self):
        self.folder.edit('policy.yaml', 'require:\n', 'require:\n' + BROKEN)
        status, out, err = self.folder.refctl('policy', 'prove')
        self.assertEqual(status, 1)
        self.assertIn('policy.yaml:168:5: the requirement “police-of-everything” is broken by the rule “placement-risk”',
                      out)
        self.assertIn('    flags: [placement-risk]\n', out)
        self.assertIn('      - name: {ru: "', out)
        self.assertIn('not proven: 1', err)


class Difference(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()

    def tearDown(self):
        shutil.rmtree(self.folder.path)

    def diff(self, *options):
        status, out, err = self.folder.refctl('policy', 'diff', f'{ROOT}/config/novosibirsk', '.', *options)
        self.assertEqual(status, 0, err)
        return out

    def test_a_comment_and_a_new_name_are_no_difference(self):
        self.folder.edit('policy.yaml', 'rules:\n', '# nothing\nrules:\n')
        self.folder.edit('policy.yaml', '- id: everything-else\n', '- id: the-others\n')
        self.assertEqual(self.diff(), 'Every referral there can be is decided alike.\n')

    def test_a_changed_norm_is_told_with_whom_it_concerns(self):
        self.folder.edit('policy.yaml', 'norms: {answer: 4 h}', 'norms: {answer: 3 h}')
        self.folder.edit('policy.yaml', '{from: 2022-01-01', '{from: 2022-02-01')
        self.assertEqual(self.diff(), """\
1. level, all but: socially dangerous position, threat to life and health; flag: risk of placement into care
   or level, all but: threat to life and health; flag: risk of placement into care; age, none of: under 1 year, \
1 to 3 years, 3 to 4 years
     norms: answer: 4 h → answer: 3 h
     for example: {territory: novosibirsk-region, risk: norm, direction: prevention, channel: specialist, \
basis: consent, needs: [household], ages: [], flags: [placement-risk]}
       rule before: placement-risk, after: placement-risk

Wave: vengerovsky and below: was 2022-01-01, now 2022-02-01
""")
        told = json.loads(self.diff('--json'))
        self.assertTrue(told['whole'])
        self.assertEqual(told['classes'][0]['changes'],
                         [{'aspect': 'norms', 'was': 'answer: 4 h', 'now': 'answer: 3 h'}])
        self.assertEqual(told['waves'], [{'territory': 'vengerovsky', 'was': '2022-01-01', 'now': '2022-02-01'}])


if __name__ == '__main__':
    tap.main()
