#!/usr/bin/python3
"""The frames of tests/contract/frames set every field of every message that travels, and use every
alternative, so that the test of wire over them leaves nothing out."""

import glob
import sys

from google.protobuf import text_format
from proto import exchange_pb2


def set_fields(message, seen):
    for field, value in message.ListFields():
        seen.add((message.DESCRIPTOR.full_name, field.name))
        if field.type == field.TYPE_MESSAGE:
            for part in value if field.label == field.LABEL_REPEATED else [value]:
                set_fields(part, seen)


def all_fields(descriptor, known):
    for field in descriptor.fields:
        if (descriptor.full_name, field.name) in known:
            continue
        known.add((descriptor.full_name, field.name))
        if field.type == field.TYPE_MESSAGE:
            all_fields(field.message_type, known)


def main():
    seen, known = set(), set()
    for path in glob.glob('tests/contract/frames/*.txtpb'):
        with open(path, encoding='utf-8') as file:
            set_fields(text_format.Parse(file.read(), exchange_pb2.Envelope()), seen)
    all_fields(exchange_pb2.Envelope.DESCRIPTOR, known)
    for message, field in sorted(known - seen):
        print(f'no frame of tests/contract/frames sets {message}.{field}')
    return 0 if known == seen else 1


if __name__ == '__main__':
    sys.exit(main())
