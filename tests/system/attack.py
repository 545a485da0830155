"""What a hostile or broken peer does to a broker, each attack a function that runs in a process of its own.

An attack gets its Target, says `begun` once it is under way, and goes on until it is told to stop or has nothing left
to do. Registered peers use the keys of the target's site.
"""

import multiprocessing
import random
import resource
import select
import socket
import struct

import zmq
from agent import Agent, Keys, uuid7
from curve import COMMAND, MORE, PING, Curve
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import facts, labels

FRAME = 262144
GREETING = b'\xff' + bytes(8) + b'\x7f\x03\x00'  # ZMTP 3.0 up to its minor version
NORMAL = exchange.LANE_NORMAL
IDLE = 2000


class Target:
    """Where the broker is, and the keys of the site that attacks."""

    def __init__(self, endpoint, keys, site, actor):
        self.endpoint, self.keys, self.site, self.actor = endpoint, keys, site, actor
        host, port = endpoint.removeprefix('tcp://').rsplit(':', 1)
        self.address = host, int(port)
        self.begun, self.stop = multiprocessing.Event(), multiprocessing.Event()

    def agent(self):
        return Agent(Keys(self.keys, self.site), self.endpoint)

    def over(self):
        return self.stop.is_set()

    def dial(self, data=b''):
        peer = socket.create_connection(self.address)
        peer.sendall(data)
        return peer


class Attack:
    """with Attack(function, target): the attack is under way."""

    def __init__(self, function, target):
        self.target = target
        self.process = multiprocessing.get_context('fork').Process(target=function, args=(target,), daemon=True)

    def __enter__(self):
        self.process.start()
        assert self.target.begun.wait(30), 'the attack does not begin'
        return self

    def __exit__(self, *_):
        self.target.stop.set()
        self.process.join(10)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def raise_descriptors():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))


def wait_for_the_end(target, peers=()):
    """Reads nothing, keeps everything open."""
    target.begun.set()
    target.stop.wait()
    for peer in peers:
        peer.close()


# -- Peers without a key

def greeting(mechanism, as_server=b'\x00'):
    return GREETING + mechanism.ljust(20, b'\x00') + as_server + bytes(31)


def command(name, body=b''):
    body = bytes([len(name)]) + name + body
    return b'\x04' + bytes([len(body)]) + body if len(body) < 256 else b'\x06' + struct.pack('>Q', len(body)) + body


def first_words(rng):
    """What somebody says who does not speak CURVE, or lies about it."""
    return [
        b'', b'\x00', b'GET / HTTP/1.1\r\nHost: broker\r\n\r\n', b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
        GREETING[:9], GREETING, GREETING + b'CURVE'.ljust(20, b'\x00'), b'\x01\x00', b'\xff' * 64,
        greeting(b'NULL') + command(b'READY', b'\x0bSocket-Type\x00\x00\x00\x06DEALER'),
        greeting(b'NULL') + b'\x00\x05hello' * 100,
        greeting(b'PLAIN') + command(b'HELLO', b'\x05admin\x05admin'),
        greeting(b'CURVE') + command(b'HELLO', b'\x01\x00' + bytes(198)),
        greeting(b'CURVE') + command(b'HELLO', b'\x01\x00' + bytes(17)),
        greeting(b'CURVE') + command(b'INITIATE', rng.randbytes(257)),
        greeting(b'CURVE') + b'\x02' + struct.pack('>Q', 1 << 40),      # a frame of a tebibyte
        greeting(b'CURVE') + b'\x02' + struct.pack('>Q', (1 << 63) - 1) + bytes(100),
        greeting(b'GSSAPI') + command(b'INITIATE', bytes(64)),
        greeting(b'CURVE', b'\x01') + command(b'WELCOME', bytes(160)),
        rng.randbytes(rng.randrange(1, 4096)),
    ]


def talk_nonsense(target):
    rng, peers = random.Random(7), []
    while not target.over():
        for words in first_words(rng):
            try:
                peers.append(target.dial(words))
            except OSError:
                continue
        target.begun.set()
        while len(peers) > 200:
            peers.pop(0).close()


def dribble_handshakes(target):
    """Five hundred handshakes at a time that go on, a byte now and then."""
    raise_descriptors()
    words = greeting(b'CURVE') + command(b'HELLO', b'\x01\x00' + bytes(198))
    peers = [[target.dial(words[:1]), 1] for _ in range(500)]
    target.begun.set()
    while not target.over():
        for peer in peers:
            try:
                peer[0].sendall(words[peer[1]:peer[1] + 1])
                peer[1] += 1
            except OSError:
                peer[:] = target.dial(words[:1]), 1
        target.stop.wait(0.05)


def stay_idle(target):
    raise_descriptors()
    wait_for_the_end(target, [target.dial() for _ in range(IDLE)])


def knock_with_unknown_keys(target):
    context, peers = zmq.Context(), []
    broker = Keys(target.keys, target.site).broker
    context.set(zmq.MAX_SOCKETS, 4096)
    while not target.over():
        peer = context.socket(zmq.DEALER)
        public, secret = zmq.curve_keypair()
        for option, value in ((zmq.LINGER, 0), (zmq.CURVE_SERVERKEY, broker), (zmq.CURVE_PUBLICKEY, public),
                              (zmq.CURVE_SECRETKEY, secret), (zmq.RECONNECT_IVL, 10)):
            peer.set(option, value)
        peer.connect(target.endpoint)
        peer.send(b'hello')
        peers.append(peer)
        target.begun.set()
        if len(peers) >= 64:
            peers.pop(0).close(linger=0)
        target.stop.wait(0.002)
    context.destroy(linger=0)


# -- Peers with a key

def envelope(**body):
    return exchange.Envelope(version=1, **body).SerializeToString()


def send_all(agent, target, frames):
    """As fast as the socket takes it; what comes is read and forgotten, unless the attack is not to read."""
    poller = zmq.Poller()
    poller.register(agent.socket, zmq.POLLIN | zmq.POLLOUT)
    for frame in frames:
        while not target.over():
            events = dict(poller.poll(100)).get(agent.socket, 0)
            if events & zmq.POLLIN:
                while agent.socket.poll(0):
                    agent.socket.recv_multipart()
            if events & zmq.POLLOUT:
                break
        if target.over():
            return
        agent.socket.send_multipart(frame if isinstance(frame, list) else [frame])
        target.begun.set()


def greeted(target):
    """An agent in session, its queues short, so that what it sends is on its way."""
    agent = target.agent()
    agent.hello()
    return agent


def flood(make):
    """An attack of frames, one after another; make(agent, target) is a generator of them."""
    def attack(target):
        agent = greeted(target)
        send_all(agent, target, make(agent, target))
        target.begun.set()
        target.stop.wait()
    attack.__name__ = make.__name__
    return attack


def for_ever(frame):
    while True:
        yield frame


@flood
def garbage(_agent, _target):
    rng = random.Random(11)
    while True:
        yield rng.randbytes(rng.randrange(1, 200))


@flood
def large_garbage(_agent, _target):
    return for_ever(b'\xff' * FRAME)


def pour(make):
    """An attack of one small frame, by the ten thousand a second; what comes back is read and forgotten."""
    def attack(target):
        incarnation = uuid7()
        peer = Curve(target.address, Keys(target.keys, target.site))
        peer.send(hello(incarnation))
        peer.socket.setblocking(False)
        frame, waiting = make(target, incarnation), b''
        while not target.over():
            waiting = waiting or b''.join(peer.frame(frame) for _ in range(256))
            readable, writable, _ = select.select([peer.socket], [peer.socket], [], 0.1)
            try:
                if readable and not peer.socket.recv(1 << 20):
                    break
                if writable:
                    waiting = waiting[peer.socket.send(waiting):]
                    target.begun.set()
            except BlockingIOError:
                continue
            except OSError:
                break
        target.stop.wait()
    attack.__name__ = make.__name__
    return attack


@pour
def heartbeats(_target, _incarnation):
    return envelope(heartbeat=exchange.Heartbeat(time_us=1))


@pour
def old_acknowledgements(_target, _incarnation):
    return envelope(ack=exchange.DeliveryAck(lane=NORMAL, number=0))


@pour
def queries(target, _incarnation):
    return envelope(query=exchange.Query(id=1, kind=exchange.QUERY_AGENCIES, actor=target.actor))


@pour
def commands(target, incarnation):
    return envelope(command=exchange.Command(lane=NORMAL, number=1, actor=target.actor, incarnation=incarnation,
                                             see=exchange.See(subject=bytes(16))))


@flood
def hellos(agent, _target):
    return for_ever(hello(agent.store.incarnation))


@flood
def resyncs(agent, _target):
    return for_ever(hello(agent.store.incarnation, resync=True))


@flood
def incarnations(_agent, _target):
    two = hello(uuid7()), hello(uuid7())
    while True:
        yield from two


@flood
def acknowledgements(_agent, _target):
    return for_ever(envelope(ack=exchange.DeliveryAck(lane=NORMAL, number=1 << 40)))


@flood
def multipart(_agent, _target):
    beat = envelope(heartbeat=exchange.Heartbeat(time_us=1))
    return for_ever([beat, beat])


@flood
def mutants(agent, target):
    """Valid envelopes of every kind with bits turned, bytes removed, doubled, exchanged, lengths changed."""
    rng = random.Random(13)
    whole = [envelope(command=exchange.Command(lane=NORMAL, number=2, actor=target.actor,
                                               incarnation=agent.store.incarnation,
                                               submit=agent.referral(labels(), facts()))),
             envelope(command=exchange.Command(lane=NORMAL, number=1, actor=target.actor,
                                               incarnation=agent.store.incarnation,
                                               refuse=exchange.Refuse(offer=uuid7(), token=1, note='нет мест',
                                                                      reason=case.DECLINE_NO_CAPACITY))),
             envelope(query=exchange.Query(id=1, kind=exchange.QUERY_CASES, actor=target.actor, text='NSO')),
             envelope(ack=exchange.DeliveryAck(lane=NORMAL, number=1)),
             envelope(heartbeat=exchange.Heartbeat(time_us=1)),
             envelope(goodbye=exchange.Goodbye(reason=exchange.GOODBYE_STOPPING))]
    while True:
        frame = bytearray(rng.choice(whole))
        for _ in range(rng.randrange(1, 6)):
            at = rng.randrange(len(frame))
            match rng.randrange(6):
                case 0:
                    frame[at] ^= 1 << rng.randrange(8)
                case 1:
                    del frame[at:at + rng.randrange(1, 9)]
                case 2:
                    frame[at:at] = frame[at:at + rng.randrange(1, 99)]
                case 3:
                    frame[at:at] = rng.randbytes(rng.randrange(1, 9))
                case 4:
                    frame[at] = rng.choice((0, 0x7f, 0x80, 0xff))
                case 5:
                    frame[at:at] = b'\x0a\xff\xff\xff\xff\x0f'  # a text of four gibibytes
            frame = frame or bytearray(b'\x08')
        yield bytes(frame)


def oversize(target):
    """Frames over the limit, again and again: each ends its connection."""
    while not target.over():
        agent = target.agent().connect()
        agent.send_frame(bytes(FRAME + 100))
        target.begun.set()
        agent.socket.poll(20)
        agent.close()


def hello(incarnation, **changes):
    lane = exchange.HelloLane(first_held=1, applied=0)
    return envelope(hello=exchange.Hello(**{'version_least': 1, 'version_most': 1, 'program': 'attack', 'normal': lane,
                                            'urgent': lane, 'incarnation': incarnation, **changes}))


def endless_parts(target):
    """One message that never ends: part after part, and again whenever somebody hangs up."""
    keys = Keys(target.keys, target.site)
    while not target.over():
        try:
            peer = Curve(target.address, keys)
            peer.send(hello(uuid7()))
            while not target.over():
                peer.send(b'\xff' * 65536, MORE)
                target.begun.set()
        except OSError:
            target.stop.wait(0.1)


def reset_with_pings(target):
    """More than the broker takes in at once, with ZMTP's own pings in between, and then the connection is reset."""
    keys, question = Keys(target.keys, target.site), envelope(heartbeat=exchange.Heartbeat(time_us=1))
    while not target.over():
        try:
            peer = Curve(target.address, keys)
        except OSError:  # quarantined, or too many
            target.stop.wait(0.1)
            continue
        try:
            peer.send(hello(uuid7()))
            peer.socket.settimeout(0.2)
            for _ in range(64):
                peer.socket.sendall(b''.join(peer.frame(question) + peer.frame(PING, COMMAND) for _ in range(256)))
                target.begun.set()
        except OSError:
            pass
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        peer.close()


def never_read(target):
    """Asks for its view and asks on, and reads nothing: what is sent to it piles up."""
    peer = Curve(target.address, Keys(target.keys, target.site), receives_bytes=4096)
    peer.send(hello(uuid7(), resync=True))
    query = envelope(query=exchange.Query(id=1, kind=exchange.QUERY_AGENCIES, actor=target.actor))
    target.begun.set()
    try:
        while not target.over():
            peer.socket.sendall(b''.join(peer.frame(query) for _ in range(64)))
    except OSError:
        pass
    wait_for_the_end(target)


def reconnect(target):
    """Handshakes of a registered key, one after another."""
    while not target.over():
        agent = target.agent().connect()
        agent.say_hello()
        agent.socket.poll(50)
        target.begun.set()
        agent.close()


def unseeded_ids(count):
    """The automatic routing ids of a libzmq whose rand() nobody seeded: glibc's first two numbers, then one more each."""
    first = (1804289383 | 846930886 << 31) & 0xffffffff
    return [b'\0' + struct.pack('>I', (first + i) & 0xffffffff) for i in range(count)]


def peer_called(context, endpoint, name, keys=None):
    peer = context.socket(zmq.DEALER)
    peer.set(zmq.LINGER, 0)
    if name:
        peer.set(zmq.ROUTING_ID, name)
    if keys:
        peer.set(zmq.CURVE_SERVERKEY, keys.broker)
        peer.set(zmq.CURVE_PUBLICKEY, keys.curve_public)
        peer.set(zmq.CURVE_SECRETKEY, keys.curve_secret)
    peer.connect(endpoint)
    peer.send(b'\x08\x01')
    return peer


CLAIMS = [b'\0' + struct.pack('>I', i) for i in range(8)] + [b'school', b'x' * 255]


def claim_ids(target):
    """Connections that claim the routing ids which connections without one would get next, and a name twice."""
    context, keys = zmq.Context(), Keys(target.keys, target.site)
    peers = [peer_called(context, target.endpoint, name, keys) for name in unseeded_ids(16) + CLAIMS + CLAIMS]
    wait_for_the_end(target, peers)
    context.destroy(linger=0)


def unseeded_router():
    """Ends by SIGABRT: the claims of claim_ids are what a libzmq that nobody seeded dies of."""
    context = zmq.Context()
    router = context.socket(zmq.ROUTER)
    port = router.bind_to_random_port('tcp://127.0.0.1')
    peers = []
    for name in [*unseeded_ids(16), b'']:
        peers.append(peer_called(context, f'tcp://127.0.0.1:{port}', name))
        router.recv_multipart()
