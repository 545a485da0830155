#!/usr/bin/python3
"""The schemas of config/schema say what our programs say of the samples and of the golden files.

A schema sees one file and its form. Where the check reports a code of the class "form" the schema of that file must
refuse it; where it reports only codes of the class "meaning", or nothing, the schema must accept. Files that are no YAML
are left out. timeout: 120
"""
import glob
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import jsonschema
import yaml

import tap

ROOT = os.environ.get('REFBROKER_ROOT') or os.path.abspath(os.path.join(os.path.dirname(__file__), '../..'))
BUILD = os.environ.get('REFBROKER_BUILD') or os.path.join(ROOT, 'build/default')
GOLDEN = os.path.join(ROOT, 'tests/golden')
KINDS = ('agent', 'broker', 'calendar', 'directory', 'policy', 'policy-test')
MODELINE = re.compile(r'^# yaml-language-server: \$schema=(\S+)$', re.M)


class Loader(yaml.SafeLoader):
    """YAML 1.2 as editors read it: dates, yes and no are text."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
        ('tag:yaml.org,2002:null', r'^(~|null|)$', ['~', 'n', '']),
        ('tag:yaml.org,2002:bool', r'^(true|false)$', ['t', 'f']),
        ('tag:yaml.org,2002:int', r'^[-+]?[0-9]+$', list('-+0123456789'))):
    Loader.add_implicit_resolver(tag, re.compile(pattern), first)
Loader.add_constructor('tag:yaml.org,2002:int', lambda loader, node: int(node.value))


def load(path):
    with open(path, encoding='utf-8') as file:
        return yaml.load(file, Loader)


def validator(kind):
    with open(os.path.join(ROOT, 'config/schema', kind + '.schema.json'), encoding='utf-8') as file:
        return jsonschema.Draft202012Validator(json.load(file))


VALIDATORS = {kind: validator(kind) for kind in KINDS}


def kind_of(path):
    """By the file's place in a region's folder."""
    parts = path.split('/')
    if parts[0] in ('broker.yaml', 'calendar.yaml', 'policy.yaml'):
        return parts[0].removesuffix('.yaml')
    if parts[0] == 'policy_test.yaml':
        return 'policy-test'
    return {'directory': 'directory', 'policy': 'policy', 'agents': 'agent'}.get(parts[0])


def refusal(kind, path):
    """What the schema says first; None: it accepts."""
    error = jsonschema.exceptions.best_match(VALIDATORS[kind].iter_errors(load(path)))
    return None if error is None else f'{"/".join(map(str, error.absolute_path))}: {error.message[:200]}'


def run(*command, cwd=ROOT):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def classes():
    """Code -> yaml, form or meaning, from the manual's table."""
    with open(os.path.join(ROOT, 'policy/POLICY.md'), encoding='utf-8') as file:
        return dict(re.findall(r'^\| (P\d{3}) \| \w+ \| (\w+) \|', file.read(), re.M))


def samples():
    for path in sorted(glob.glob(os.path.join(ROOT, 'config/*/**/*.yaml'), recursive=True)):
        inside = path.split('/config/', 1)[1].split('/', 1)[1]
        if kind_of(inside):
            yield path, kind_of(inside)


def difference(kind, path, found):
    """Why the two verdicts differ; None: they agree. found: the classes of what the check reported in this file."""
    if 'yaml' in found:
        return None
    said = refusal(kind, path)
    if 'form' in found and said is None:
        return 'the check reports its form, the schema accepts it'
    if 'form' not in found and said is not None:
        return f'the schema alone refuses it: {said}'
    return None


def check_set(name, seen):
    """Lays a golden set over the base; returns the differences of its files."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(os.path.join(GOLDEN, 'policy/base'), folder, dirs_exist_ok=True)
        shutil.copytree(os.path.join(GOLDEN, 'policy', name), folder, dirs_exist_ok=True)
        answer = run(os.path.join(BUILD, 'refctl'), 'policy', 'check', '--json', 'broker.yaml', cwd=folder)
        found = {}
        for item in json.loads(answer.stdout)['diagnostics']:
            found.setdefault(item['file'], set()).add(CLASSES[item['code']])
            seen.add(item['code'])
        for path in sorted(glob.glob(os.path.join(folder, '**/*.yaml'), recursive=True)):
            inside = os.path.relpath(path, folder)
            kind = kind_of(inside)
            said = kind and difference(kind, path, found.get(inside, set()))
            if said:
                yield f'{name}/{inside}: {said}'


def vocabulary(name):
    """The codes of one list of proto/vocabulary_titles.c."""
    with open(os.path.join(ROOT, 'proto/vocabulary_titles.c'), encoding='utf-8') as file:
        body = re.search(r'static const row %s\[\w+\] = \{(.*?)\n\};' % name, file.read(), re.S)[1]
    return set(re.findall(r'\[\w+\] =\s*\{"([^"]+)"', body))


def enums(node):
    if isinstance(node, dict):
        yield set(filter(lambda word: isinstance(word, str), node.get('enum', ())))
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from enums(child)


CLASSES = classes()

CASE = '{name: {ru: Угроза, en: Danger}, at: 2026-11-23T10:00, form: {territory: tatarsky, risk: critical, ' \
       'direction: prevention, needs: violence}, expect: {rule: emergency}}'
# What is wrong (None: nothing; meaning: only who knows the region sees it) and the file.
SUITES = (
    (None, f'cases: [{CASE}]'),
    (None, f'примеры: [{CASE}]'),
    (None, CASE.join(('defaults: ~\ncases: [', ']'))),
    (None, 'defaults: {at: 23.11.2026 10:00, form: {risk: critical, direction: prevention, needs: [violence]}}\n'
           'cases: [{name: Danger, form: {territory: tatarsky, flags: }, expect: {rule: emergency, desk: none}}]'),
    (None, 'по-умолчанию: {поступило: 2026-11-23T10:00:00+07:00}\nпримеры: [{название: Угроза, форма: {территория: tatarsky, '
           'уровень: угроза жизни и здоровью, направление: профилактика, потребности: насилие}, '
           'ожидается: {правило: emergency, стол: нет}}]'),
    ('form', ''),
    ('form', '{}'),
    ('form', '[]'),
    ('form', 'cases: []'),
    ('form', f'cases: {CASE}'),
    ('form', f'cases: [{CASE}]\ncase: 1'),
    ('form', f'defaults: 5\ncases: [{CASE}]'),
    ('form', f'defaults: {{expect: {{}}}}\ncases: [{CASE}]'),
    ('form', 'cases: [' + CASE.replace('name: {ru: Угроза, en: Danger}, ', '') + ']'),
    ('form', 'cases: [' + CASE.replace(', en: Danger', '') + ']'),
    ('form', 'cases: [' + CASE.replace(', en: Danger', ', en: Danger, de: Gefahr') + ']'),
    ('form', 'cases: [' + CASE.replace('at: 2026-11-23T10:00, ', '') + ']'),
    ('form', 'cases: [' + CASE.replace('T10:00', 'T25:00') + ']'),
    ('form', 'cases: [' + CASE.replace('2026-11-23', '2026-11-31') + ']'),
    ('form', 'cases: [' + CASE.replace('at:', 'when:') + ']'),
    ('form', 'cases: [' + CASE.replace('form:', 'file: form.yaml, form:') + ']'),
    ('form', 'cases: [' + CASE.replace('territory: tatarsky, ', '') + ']'),
    ('form', 'cases: [' + CASE.replace('risk: critical, ', '') + ']'),
    ('form', 'cases: [' + CASE.replace('direction: prevention, ', '') + ']'),
    ('form', 'cases: [' + CASE.replace(', needs: violence', '') + ']'),
    ('form', 'cases: [' + CASE.replace('needs: violence', 'needs: []') + ']'),
    ('form', 'cases: [' + CASE.replace('violence', 'violense') + ']'),
    ('form', 'cases: [' + CASE.replace('needs: violence', 'needs: {violence: yes}') + ']'),
    ('form', 'cases: [' + CASE.replace('risk: critical', 'risk: [critical]') + ']'),
    ('form', 'cases: [' + CASE.replace('tatarsky', 'Tatarsky') + ']'),
    ('form', 'cases: [' + CASE.replace('needs: violence', 'needs: violence, surname: Примерова-17') + ']'),
    ('form', 'cases: [' + CASE.replace('{rule: emergency}', '{}') + ']'),
    ('form', 'cases: [' + CASE.replace('{rule: emergency}', '~') + ']'),
    ('form', 'cases: [' + CASE.replace('{rule: emergency}', '{rules: emergency}') + ']'),
    ('form', 'cases: [' + CASE.replace('{rule: emergency}', '{rule: [emergency]}') + ']'),
    ('form', 'cases: [' + CASE.replace('{rule: emergency}', '{procedure: quick}') + ']'),
    ('form', 'cases: [' + CASE.replace('{rule: emergency}', '{desk: open}') + ']'),
    ('form', 'cases: [' + CASE.replace('{rule: emergency}', '{reason: no-rules}') + ']'),
    ('form', 'cases: [' + CASE.replace('{rule: emergency}', '{discloses: name}') + ']'),
    ('form', 'cases: [' + CASE.replace('{rule: emergency}', '{due: 2026-11-23}') + ']'),
    ('form', 'cases: [' + CASE.replace('{rule: emergency}', '{due: {answer: 4 h}}') + ']'),
    ('form', 'cases: [' + CASE.replace('{rule: emergency}', '{due: {reply: 2026-11-23T14:00}}') + ']'),
    ('form', 'cases: [' + CASE.replace('{rule: emergency}', '{curator-from: children-in-family}') + ']'),
    ('form', 'cases: [' + CASE.replace('{rule: emergency}', '{curator-from: {kind: social}}') + ']'),
    ('meaning', 'cases: [' + CASE.replace('rule: emergency', 'rule: emergencies') + ']'),
    ('meaning', 'cases: [' + CASE.replace('rule: emergency', 'pool: duties') + ']'),
    ('meaning', 'cases: [' + CASE.replace('rule: emergency', 'notify: [police-nowhere]') + ']'),
    ('meaning', 'cases: [' + CASE.replace('tatarsky', 'nowhere') + ']'),
    ('meaning', 'cases: [' + CASE.replace('at:', 'referrer: nowhere-1, at:') + ']'),
    ('meaning', 'cases: [' + CASE.replace('form:', 'at: 2026-11-23T10:00, form:').replace('at:', 'поступило:', 1) + ']'),
)


class Schemas(unittest.TestCase):
    def test_each_is_a_schema(self):
        for kind in KINDS:
            jsonschema.Draft202012Validator.check_schema(VALIDATORS[kind].schema)

    def test_the_schemas_know_every_word_of_the_vocabulary(self):
        lists = {'policy': 'risks directions needs ages flags channels legal_bases agency_kinds procedures sections roles',
                 'directory': 'agency_kinds ownerships roles needs ages desks',
                 'policy-test': 'risks directions needs ages flags channels legal_bases agency_kinds procedures sections '
                                'desk_reasons'}
        for kind, names in lists.items():
            known = list(enums(VALIDATORS[kind].schema))
            for name in names.split():
                self.assertTrue(any(vocabulary(name) <= words for words in known), f'{kind}: {name}')

    def test_every_sample_is_valid_and_names_its_schema(self):
        count = 0
        for path, kind in samples():
            self.assertIsNone(refusal(kind, path), path)
            with open(path, encoding='utf-8') as file:
                named = MODELINE.search(file.read())
            self.assertIsNotNone(named, f'{path}: no modeline')
            schema = os.path.normpath(os.path.join(os.path.dirname(path), named[1]))
            self.assertEqual(os.path.join(ROOT, 'config/schema', kind + '.schema.json'), schema)
            count += 1
        self.assertGreater(count, 40)

    def test_our_programs_accept_the_samples(self):
        for region in glob.glob(os.path.join(ROOT, 'config/*/broker.yaml')):
            answer = run(os.path.join(BUILD, 'refctl'), 'policy', 'check', region)
            self.assertEqual(0, answer.returncode, answer.stderr)
        for path, kind in samples():
            if kind == 'agent':
                answer = run(os.path.join(BUILD, 'refagentd'), '--check', path)
                self.assertEqual(0, answer.returncode, answer.stderr)

    def test_verdicts_on_the_golden_sets_agree(self):
        seen = set()
        differences = []
        names = [name for name in sorted(os.listdir(os.path.join(GOLDEN, 'policy')))
                 if re.match(r'P\d{3}-|fine-', name)]
        for name in names:
            differences += check_set(name, seen)
        self.assertEqual([], differences)
        self.assertGreater(len(names), 150)
        self.assertEqual(set(), {code for code, sort in CLASSES.items() if sort == 'form'} - seen)

    def test_verdicts_on_the_golden_agent_files_agree(self):
        paths = sorted(glob.glob(os.path.join(GOLDEN, 'agent/*.yaml')))
        for path in paths:
            good = os.path.basename(path).startswith('good-')
            answer = run(os.path.join(BUILD, 'refagentd'), '--check', path)
            self.assertEqual(good, answer.returncode == 0, f'{path}: {answer.stderr}')
            self.assertEqual(good, refusal('agent', path) is None, f'{path}: {refusal("agent", path)}')
        self.assertGreater(len(paths), 20)

    def test_verdicts_on_suites_agree(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(os.path.join(ROOT, 'config/novosibirsk'), folder, dirs_exist_ok=True)
            suite = os.path.join(folder, 'policy_test.yaml')
            for mistake, text in SUITES:
                with open(suite, 'w', encoding='utf-8') as file:
                    file.write(text)
                answer = run(os.path.join(BUILD, 'refctl'), 'policy', 'test', folder)
                self.assertEqual(0 if mistake is None else 65, answer.returncode, text + answer.stdout + answer.stderr)
                self.assertEqual(mistake == 'form', refusal('policy-test', suite) is not None, text)


if __name__ == '__main__':
    tap.main()
