#!/usr/bin/python3
"""PROTOCOL.md is complete and true: the recipes as it words them, followed here without the project's code, give its
vectors; its tables name every refusal, command, query, delivery, update and Goodbye; its limits are those of limits.h."""

import hashlib
import re
import sys
import unicodedata

from nacl import bindings
from proto import exchange_pb2

PAGE = open('proto/PROTOCOL.md', encoding='utf-8').read()
DROPPED = '.-\x7f\xa0\xad\u1680\u2028\u2029\u202f\u205f\u2060\u2116\u2212\u3000\ufeff'
LOOK_ALIKES = str.maketrans('abcehkmoptxy\xebё', 'авсенкмортхуее')
failures = []


def claim(holds, text):
    if not holds:
        failures.append(text)


def counted(first, count):
    return bytes(range(first, first + count))


def vector(name):
    return re.search(rf'^{re.escape(name)} +(\S+)', PAGE, re.MULTILINE).group(1)


def names():
    text = re.search(r'<!-- names -->\n(.*?)<!-- /names -->', PAGE, re.DOTALL).group(1)
    return {variant: group.split(':')[0].strip() for group in text.replace('\n', ' ').split('·')
            for variant in re.split(r'[,\s]+', group.split(':')[1].strip())}


def normalised(text):
    text = unicodedata.normalize('NFC', text.casefold())
    kept = (letter for letter in text
            if letter > ' ' and letter not in DROPPED and not '\u2000' <= letter <= '\u2015')
    return ''.join(kept).translate(LOOK_ALIKES)


def matching_keys():
    variants = names()

    def first(name):
        return variants.get(normalised(name), normalised(name))

    surname, patronymic = normalised('Примерова-17'), normalised('Тестовна')
    anna, born = first('Аня'), '2021-04-03'
    expected = {
        'child-full': [surname, anna, patronymic, born],
        'child-document': [normalised('II-ЕТ № 123456')],
        'child-initial': [surname, anna[0], born],
        'child-given': [anna, patronymic, born],
        'parent-full': [surname, first('Мария'), patronymic, '1996-02-01'],
    }
    for kind, values in expected.items():
        digest = hashlib.blake2b('\0'.join([kind, *values]).encode(), key=counted(0, 32),
                                 digest_size=16).hexdigest()
        claim(re.search(rf'^{kind} +{" ".join(values)} +{digest}$', PAGE, re.MULTILINE),
              f'vector of {kind} is {" ".join(values)} {digest}')
    with open('proto/family_name.c', encoding='utf-8') as file:
        table = dict(re.findall(r'\{"([^"]+)", "([^"]+)"\}', file.read()))
    claim(table == variants, 'the table of first names is not that of family_name.c')


def sealing():
    key = hashlib.blake2b(b'', key=counted(0x20, 32), digest_size=32,
                          salt=(3).to_bytes(8, 'little') + bytes(8),
                          person=b'refsect1' + bytes(8)).digest()
    claim(key.hex() == vector('section key'), f'section key is {key.hex()}')
    additional = bytes.fromhex(vector('referral id')) + b'\x03'
    claim(additional.hex() == vector('additional data'), 'additional data')
    plain = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
        bytes.fromhex(vector('sealed')), additional, counted(0x40, 24), key)
    claim(plain.hex() == vector('plain text'), 'plain text')
    for what, secret, public, box, content in (
            ('region', 0xa0, 'disclosure public', 'referral key, sealed', counted(0x20, 32)),
            ('site', 0x60, "site's sealing public", 'section key, sealed', key)):
        derived = bindings.crypto_scalarmult_base(counted(secret, 32))
        claim(derived.hex() == vector(public), f'public key of the {what}')
        opened = bindings.crypto_box_seal_open(bytes.fromhex(vector(box)), derived,
                                               counted(secret, 32))
        claim(opened == content, f'{box}: opens to something else')


def tables():
    for enum in ('Refusal', 'QueryKind', 'DeliveryKind', 'GoodbyeReason', 'UpdateKind'):
        for name in exchange_pb2.DESCRIPTOR.enum_types_by_name.get(
                enum, exchange_pb2.proto_dot_case__pb2.DESCRIPTOR.enum_types_by_name.get(
                    enum)).values_by_name:
            unspecified = name.endswith('_UNSPECIFIED')
            claim(unspecified or f'| `{name}` |' in PAGE, f'no row about {name}')
    for field in exchange_pb2.Command.DESCRIPTOR.oneofs_by_name['body'].fields:
        claim(f'| `{field.name}` |' in PAGE, f'no row about command {field.name}')
    with open('proto/limits.h', encoding='utf-8') as file:
        limits = dict(re.findall(r'(LIMIT_\w+) = (\d+)', file.read()))
    for name, value in re.findall(r'\| `(LIMIT_\w+)` (\d+) \|', PAGE):
        claim(limits.get(name) == value, f'{name} is {limits.get(name)}')


def main():
    matching_keys()
    sealing()
    tables()
    print('\n'.join(failures))
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
