"""A site's agent, written from proto/PROTOCOL.md and the .proto files alone: the proof that the page suffices.

Plain and synchronous: `listen` handles frames until something holds. What a real agent keeps on its disk is
`Store`, here in memory, so that a test can keep it over a reconnect, lose it, or copy it.
"""

import hashlib
import os
import re
import time
import unicodedata

import zmq
from nacl import bindings
from zmq.utils import z85

from proto import case_pb2, exchange_pb2

DEADLINE_S = 15
FRAME_BYTES_MAX = 262144
HEARTBEAT_S = 10
LANES = {exchange_pb2.LANE_NORMAL: 'normal', exchange_pb2.LANE_URGENT: 'urgent'}
ROOT = os.environ.get('REFBROKER_ROOT', '.')
CHILD = case_pb2.PERSON_CHILD
SECTION_FIELDS = {
    case_pb2.SECTION_IDENTITY: ['persons'],
    case_pb2.SECTION_CONTACT: ['address', 'phone', 'note'],
    case_pb2.SECTION_CIRCUMSTANCES: ['circumstances'],
    case_pb2.SECTION_HEALTH: ['health'],
    case_pb2.SECTION_LAW: ['law'],
    case_pb2.SECTION_DOCUMENTS: ['documents'],
}


# -- Keys, sealing (section 7), matching keys (section 8)

def read_key(path):
    """-> (32 bytes, epoch or 0)"""
    with open(path, encoding='utf-8') as file:
        line, = (line for line in file if not line.startswith('#'))
    words = line.split()
    return z85.decode(words[1]), int(words[2]) if len(words) > 2 else 0


class Keys:
    """What a site's agent holds: its CURVE and sealing pairs, the broker's key, the matching secret."""

    def __init__(self, folder, site):
        self.curve_secret, _ = read_key(f'{folder}/{site}.key')
        self.curve_public, _ = read_key(f'{folder}/{site}.pub')
        self.seal_secret, _ = read_key(f'{folder}/{site}.seal.key')
        self.seal_public, _ = read_key(f'{folder}/{site}.seal.pub')
        self.broker, _ = read_key(f'{folder}/broker.pub')
        self.matching, self.matching_epoch = read_key(f'{folder}/matching.key')


def uuid7():
    bits = time.time_ns() // 1_000_000 << 80 | 7 << 76 | 2 << 62
    return (bits | int.from_bytes(os.urandom(10), 'big') & ~(0xf << 76 | 0x3 << 62)).to_bytes(16, 'big')


def section_key(referral_key, section):
    return hashlib.blake2b(b'', key=referral_key, digest_size=32, salt=section.to_bytes(8, 'little') + bytes(8),
                           person=b'refsect1' + bytes(8)).digest()


def seal_sections(referral, facts, disclosure_key):
    """Fill in the sections of a Referral and its sealed key."""
    key = os.urandom(32)
    for section, fields in SECTION_FIELDS.items():
        part = case_pb2.Facts()
        part.CopyFrom(facts)
        for field in case_pb2.Facts.DESCRIPTOR.fields:
            if field.name not in fields:
                part.ClearField(field.name)
        plain = part.SerializeToString()
        if plain:
            nonce = os.urandom(24)
            sealed = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
                plain, referral.id + bytes([section]), nonce, section_key(key, section))
            referral.sections.add(section=section, nonce=nonce, sealed=sealed)
    referral.sealed_key = bindings.crypto_box_seal(key, disclosure_key)


def open_disclosure(disclosure, keys):
    """-> Facts of all sections that were disclosed"""
    facts = case_pb2.Facts()
    for part in disclosure.sections:
        key = bindings.crypto_box_seal_open(part.sealed_key, keys.seal_public, keys.seal_secret)
        plain = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            part.sealed, disclosure.referral + bytes([part.section]), part.nonce, key)
        facts.MergeFromString(plain)
    return facts


def variants_of_names():
    with open(f'{ROOT}/proto/PROTOCOL.md', encoding='utf-8') as page:
        text = re.search(r'<!-- names -->\n(.*?)<!-- /names -->', page.read(), re.DOTALL).group(1)
    groups = (group.split(':') for group in text.replace('\n', ' ').split('·'))
    return {variant.strip(): name.strip() for name, variants in groups for variant in variants.split(',')}


def normalised(text):
    text = unicodedata.normalize('NFC', text.casefold())
    text = re.sub('[\0-\x20.\\-\x7f\xa0\xad\u1680\u2000-\u2015\u2028\u2029\u202f\u205f\u2060\u2116\u2212\u3000\ufeff]',
                  '', text)
    return text.translate(str.maketrans('abcehkmoptxy\xebё', 'авсенкмортхуее'))


def matching_keys(facts, secret, epoch):
    variants, strong, weak = variants_of_names(), [], []

    def add(keys, strength, role, kind, *values):
        if all(values):
            digest = hashlib.blake2b('\0'.join([kind, *values]).encode(), key=secret, digest_size=16).digest()
            keys.append(case_pb2.MatchingKey(digest=digest, epoch=epoch, role=role, strength=strength))

    for person in facts.persons:
        surname, patronymic = normalised(person.surname), normalised(person.patronymic)
        name = variants.get(normalised(person.name), normalised(person.name))
        document, kind = normalised(person.document), 'child' if person.role == CHILD else 'parent'
        keys, strength = (strong, case_pb2.STRENGTH_STRONG) if person.role == CHILD else (weak, case_pb2.STRENGTH_WEAK)
        add(keys, strength, person.role, f'{kind}-full', surname, name, patronymic, person.born)
        add(keys, strength, person.role, f'{kind}-document', document)
        if person.role == CHILD:
            weak_kind = (weak, case_pb2.STRENGTH_WEAK, person.role)
            add(*weak_kind, 'child-initial', surname, normalised(person.name)[:1], person.born)
            add(*weak_kind, 'child-given', name, patronymic, person.born)
    first_of = {key.digest: key for key in reversed(strong + weak)}
    return sorted(first_of.values(), key=lambda key: -key.strength)[:48]


# -- What is on the agent's disk

class StoredLane:
    def __init__(self):
        self.following = 1  # number of the next new command
        self.waiting = {}   # number -> Command, in order, until its reply is here
        self.applied = 0    # last delivery that is durable


class Store:
    def __init__(self):
        self.incarnation = os.urandom(16)
        self.lanes = {lane: StoredLane() for lane in LANES}
        self.replies = {}   # (lane, number) -> Reply
        self.mirror = {}    # (kind, entity) -> Delivery
        self.facts = {}     # referral -> Facts that were disclosed


# -- The session (sections 2 to 6)

class Agent:
    def __init__(self, keys, endpoint, store=None, program='stranger 1'):
        self.keys, self.endpoint, self.program = keys, endpoint, program
        self.store = store or Store()
        self.context = zmq.Context()
        self.socket = self.welcome = self.goodbye = None
        self.heard = []        # every Envelope of this connection
        self.last_sent = 0.0
        self.sent = {}         # lane -> highest number sent in this session
        self.retry = {}        # lane -> (moment, delay) while it is held
        self.pages = None      # deliveries of a Resync so far
        self.query_id = 0
        self.answers = {}

    # connection

    def connect(self):
        self.disconnect()
        self.socket = self.context.socket(zmq.DEALER)
        for option, value in ((zmq.LINGER, 0), (zmq.HANDSHAKE_IVL, 5000), (zmq.HEARTBEAT_IVL, 5000),
                              (zmq.HEARTBEAT_TIMEOUT, 15000), (zmq.MAXMSGSIZE, FRAME_BYTES_MAX + 64),
                              (zmq.CURVE_SERVERKEY, self.keys.broker), (zmq.CURVE_PUBLICKEY, self.keys.curve_public),
                              (zmq.CURVE_SECRETKEY, self.keys.curve_secret)):
            self.socket.set(option, value)
        self.socket.connect(self.endpoint)
        self.heard, self.welcome, self.goodbye = [], None, None
        return self

    def disconnect(self):
        if self.socket is not None:
            self.socket.close(linger=0)
        self.socket = self.welcome = None

    def close(self):
        self.disconnect()
        self.context.destroy(linger=0)

    def send(self, **body):
        self.send_frame(exchange_pb2.Envelope(version=1, **body).SerializeToString())

    def send_frame(self, frame):
        self.last_sent = time.monotonic()
        self.socket.send(frame)

    def listen(self, until, what='frame', seconds=DEADLINE_S):
        """Handle frames until `until()` is true; AssertionError when the time is up."""
        deadline = time.monotonic() + seconds
        while not until():
            self.keep_going()
            left_s = deadline - time.monotonic()
            assert left_s > 0, f'no {what} from the broker in {seconds} s; heard {self.heard[-3:]}'
            if self.socket.poll(int(min(left_s, 0.1) * 1000) + 1):
                self.handle(exchange_pb2.Envelope.FromString(self.socket.recv()))
        return self

    def keep_going(self):
        """What falls due without a frame: a heartbeat, a held lane."""
        now = time.monotonic()
        if self.welcome and now - self.last_sent > HEARTBEAT_S:
            self.send(heartbeat=exchange_pb2.Heartbeat(time_us=time.time_ns() // 1000))
        for lane, (moment, _) in self.retry.items():
            if now >= moment and self.sent.get(lane, 0) >= min(self.store.lanes[lane].waiting, default=1 << 63):
                self.sent[lane] = min(self.store.lanes[lane].waiting) - 1
                self.flush()

    def handle(self, envelope):
        self.heard.append(envelope)
        kind = envelope.WhichOneof('body')
        assert envelope.version == 1 and kind, envelope
        getattr(self, f'on_{kind}')(getattr(envelope, kind))

    # session

    def say_hello(self, resync=False, **changes):
        lanes = {name: exchange_pb2.HelloLane(first_held=min(stored.waiting, default=stored.following),
                                              applied=stored.applied)
                 for name, stored in ((LANES[lane], self.store.lanes[lane]) for lane in LANES)}
        self.welcome, self.pages = None, None
        self.send(hello=exchange_pb2.Hello(**{
            'version_least': 1, 'version_most': 1, 'incarnation': self.store.incarnation, 'program': self.program,
            'resync': resync, 'takes_deliveries': True, **lanes, **changes}))

    def hello(self, resync=False):
        """Connect if need be, say Hello, wait for the Welcome; what is not settled is sent again."""
        if self.socket is None:
            self.connect()
        self.say_hello(resync)
        self.listen(lambda: self.welcome or self.goodbye, 'Welcome')
        assert self.welcome, self.goodbye
        return self.welcome

    def on_welcome(self, welcome):
        self.welcome = welcome
        self.after = {lane: getattr(getattr(welcome, LANES[lane]), 'from') for lane in LANES}
        self.sent, self.retry = {}, {}
        self.flush()

    def on_goodbye(self, goodbye):
        self.goodbye, self.welcome = goodbye, None

    def on_heartbeat(self, heartbeat):
        pass

    # commands

    def give(self, actor, lane=exchange_pb2.LANE_NORMAL, **body):
        """Number a command and write it down; it is sent as the window permits. -> (lane, number)"""
        stored = self.store.lanes[lane]
        number, stored.following = stored.following, stored.following + 1
        stored.waiting[number] = exchange_pb2.Command(
            lane=lane, number=number, incarnation=self.store.incarnation, actor=actor, **body)
        self.flush()
        return lane, number

    def flush(self):
        for lane, stored in self.store.lanes.items():
            window = sorted(stored.waiting)[:self.welcome.window] if self.welcome else []
            for number in window:
                if number > self.sent.get(lane, 0):
                    self.sent[lane] = number
                    self.send(command=stored.waiting[number])

    def on_reply(self, reply):
        stored = self.store.lanes.get(reply.lane)
        if stored is None or reply.number not in stored.waiting:
            return
        codes = [problem.code for problem in reply.problems]
        if exchange_pb2.REFUSAL_NEXT_EXPECTED in codes:
            self.sent[reply.lane] = reply.next_expected - 1
            self.flush()
        elif any(problem.retryable for problem in reply.problems):
            told = max(problem.wait_ms for problem in reply.problems) / 1000
            delay = max(told, min(2 * self.retry.get(reply.lane, (0, 0.5))[1], 60))
            self.retry[reply.lane] = (time.monotonic() + delay, delay)
        else:
            self.store.replies[reply.lane, reply.number] = reply
            del stored.waiting[reply.number]
            self.retry.pop(reply.lane, None)
            self.flush()

    def reply(self, ticket):
        """Wait for the Reply to what `give` gave."""
        self.listen(lambda: ticket in self.store.replies, f'reply to {ticket}')
        return self.store.replies[ticket]

    def do(self, actor, lane=exchange_pb2.LANE_NORMAL, **body):
        return self.reply(self.give(actor, lane, **body))

    def referral(self, labels, facts, identity=b''):
        """A Referral as it travels: sealed, with matching keys."""
        referral = case_pb2.Referral(
            id=identity or uuid7(), purpose=case_pb2.PURPOSE_CASE, labels=labels,
            observed_us=time.time_ns() // 1000, disclosure_epoch=self.welcome.disclosure_epoch,
            keys=matching_keys(facts, self.keys.matching, self.keys.matching_epoch))
        seal_sections(referral, facts, self.welcome.disclosure_key)
        return referral

    def submit(self, actor, labels, facts):
        """-> (referral's id, Reply)"""
        referral = self.referral(labels, facts)
        urgent = labels.risk == case_pb2.RISK_CRITICAL
        lane = exchange_pb2.LANE_URGENT if urgent else exchange_pb2.LANE_NORMAL
        return referral.id, self.do(actor, lane, submit=referral)

    # deliveries

    def on_delivery(self, delivery):
        self.take_deliveries([delivery])

    def on_deliveries(self, deliveries):
        self.take_deliveries(deliveries.items)

    def take_deliveries(self, deliveries):
        """Of one frame: applied in their order, acknowledged once a lane."""
        lanes = set()
        for delivery in deliveries:
            stored = self.store.lanes[delivery.lane]
            if delivery.after > stored.applied:
                self.say_hello()
                return
            if delivery.number > stored.applied:
                self.apply(delivery, self.store)
                stored.applied = delivery.number
            lanes.add(delivery.lane)
        for lane in lanes:
            self.acknowledge(lane)

    def delivered(self):
        """The deliveries heard, whatever frames they came in."""
        return [delivery for one in self.heard for delivery in [one.delivery][:one.HasField('delivery')] +
                list(one.deliveries.items)]

    def acknowledge(self, lane):
        self.send(ack=exchange_pb2.DeliveryAck(lane=lane, number=self.store.lanes[lane].applied))

    def apply(self, delivery, store):
        if delivery.gone:
            store.mirror.pop((delivery.kind, delivery.entity), None)
            if delivery.kind == exchange_pb2.DELIVERY_DISCLOSURE:
                store.facts.pop(delivery.entity, None)
            return
        store.mirror[delivery.kind, delivery.entity] = delivery
        if delivery.kind == exchange_pb2.DELIVERY_DISCLOSURE:
            store.facts[delivery.entity] = open_disclosure(delivery.disclosure, self.keys)

    def on_resync(self, page):
        if page.page != (1 if self.pages is None else self.pages[0] + 1):
            self.say_hello(resync=True)
            return
        deliveries = (self.pages[1] if self.pages else []) + list(page.deliveries)
        self.pages = page.page, deliveries
        if page.last:
            self.pages, self.store.mirror, self.store.facts = None, {}, {}
            for delivery in deliveries:
                self.apply(delivery, self.store)
            for lane in LANES:
                self.store.lanes[lane].applied = self.after[lane]
                self.acknowledge(lane)

    def views(self, kind):
        """The mirror's views of one kind: [(entity, view)]"""
        return [(entity, getattr(delivery, delivery.WhichOneof('view')))
                for (one, entity), delivery in self.store.mirror.items() if one == kind]

    def wait_for_view(self, kind, holds=lambda view: True):
        self.listen(lambda: any(holds(view) for _, view in self.views(kind)),
                    f'{exchange_pb2.DeliveryKind.Name(kind)}')
        return next((entity, view) for entity, view in self.views(kind) if holds(view))

    # queries

    def on_answer(self, answer):
        self.answers[answer.id] = answer

    def ask_page(self, kind, actor, **more):
        self.query_id += 1
        self.send(query=exchange_pb2.Query(id=self.query_id, kind=kind, actor=actor, **more))
        number = self.query_id
        self.listen(lambda: number in self.answers, 'Answer')
        return self.answers.pop(number)

    def ask(self, kind, actor, **more):
        """All pages of an answer as one."""
        whole = self.ask_page(kind, actor, **more)
        cursor = whole.cursor
        while cursor:
            page = self.ask_page(kind, actor, **{**more, 'cursor': cursor})
            whole.MergeFrom(page)
            cursor = page.cursor
        return whole
