"""A CurveZMQ client (RFC 26) over a plain socket, for what libzmq would never send or would hold back: parts without
end, a peer that reads nothing, half handshakes of a registered key."""

import os
import socket
import struct

from nacl import bindings

SIGNATURE = b'\xff' + bytes(7) + b'\x01\x7f'
GREETING = SIGNATURE + b'\x03\x00' + b'CURVE'.ljust(20, b'\x00') + b'\x00' + bytes(31)
MORE, COMMAND = 1, 2
PING = b'\x04PING\x00\x00'


def metadata(name, value):
    return bytes([len(name)]) + name + struct.pack('>I', len(value)) + value


class Curve:
    """Connected and admitted, or an OSError."""

    def __init__(self, address, keys, receives_bytes=0):
        self.keys, self.nonce = keys, 0
        self.socket = socket.socket()
        if receives_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives_bytes)
        self.socket.settimeout(15)
        self.socket.connect(address)
        self.socket.sendall(GREETING)
        self.take(64)
        self.shake_hands()

    def take(self, count):
        data = b''
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise ConnectionError('the broker hung up')
            data += part
        return data

    def take_command(self, name):
        flags, = self.take(1)
        size = struct.unpack('>Q', self.take(8))[0] if flags & 2 else self.take(1)[0]
        body = self.take(size)
        if body[1:1 + body[0]] != name:
            raise ConnectionError(f'{body[:20]} instead of {name}')
        return body[1 + body[0]:]

    def send_command(self, body):
        long = len(body) > 255
        self.socket.sendall((b'\x06' + struct.pack('>Q', len(body)) if long else b'\x04' + bytes([len(body)])) + body)

    def short_nonce(self):
        self.nonce += 1
        return struct.pack('>Q', self.nonce)

    def shake_hands(self):
        passing_public, passing_secret = bindings.crypto_box_keypair()
        short = self.short_nonce()
        box = bindings.crypto_box(bytes(64), b'CurveZMQHELLO---' + short, self.keys.broker, passing_secret)
        self.send_command(b'\x05HELLO\x01\x00' + bytes(72) + passing_public + short + box)
        welcome = self.take_command(b'WELCOME')
        plain = bindings.crypto_box_open(welcome[16:], b'WELCOME-' + welcome[:16], self.keys.broker, passing_secret)
        broker_passing, cookie = plain[:32], plain[32:]
        vouch_nonce, short = os.urandom(16), self.short_nonce()
        vouch = bindings.crypto_box(passing_public + self.keys.broker, b'VOUCH---' + vouch_nonce, broker_passing,
                                    self.keys.curve_secret)
        inside = (self.keys.curve_public + vouch_nonce + vouch + metadata(b'Socket-Type', b'DEALER') +
                  metadata(b'Identity', b''))
        self.shared = bindings.crypto_box_beforenm(broker_passing, passing_secret)
        box = bindings.crypto_box_afternm(inside, b'CurveZMQINITIATE' + short, self.shared)
        self.send_command(b'\x08INITIATE' + cookie + short + box)
        self.take_command(b'READY')

    def frame(self, data, flags=0):
        short = self.short_nonce()
        box = bindings.crypto_box_afternm(bytes([flags]) + data, b'CurveZMQMESSAGEC' + short, self.shared)
        body = b'\x07MESSAGE' + short + box
        return b'\x02' + struct.pack('>Q', len(body)) + body

    def send(self, data, flags=0):
        self.socket.sendall(self.frame(data, flags))

    def close(self):
        self.socket.close()
