# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""wire.py GBIT MS LINK...: a switch between links, each of GBIT Gbit/s and with MS ms from end to end.
Prints a line when it is plugged in.

Not a bridge with queueing disciplines, because many a kernel comes without the one that delays
(netem). A frame takes its turn on the sender's cable and, as it comes out of that, on the receiver's;
a cable's time for it is its length over the rate. The frames of the kernel's offloading are up to 64 KB long, and stay
so: their headers are counted once. There are queues of any length, and nothing is lost.
"""

import heapq
import select
import socket
import sys
import time

SOL_PACKET, IGNORE_OUTGOING, VNET_HEADER = 263, 23, 15  # linux/if_packet.h
SEND_BUFFER_FORCE, RECEIVE_BUFFER_FORCE = 32, 33  # asm/socket.h
HEADER = 10  # before a frame: which checksums and cuts the kernel has still to do
BUFFER = 16 << 20
EVERY_PROTOCOL = 3


def plug(name):
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERY_PROTOCOL))
    link.setsockopt(SOL_PACKET, VNET_HEADER, 1)
    link.setsockopt(SOL_PACKET, IGNORE_OUTGOING, 1)
    for beyond_limit, up_to_limit in ((SEND_BUFFER_FORCE, socket.SO_SNDBUF),
                                      (RECEIVE_BUFFER_FORCE, socket.SO_RCVBUF)):
        try:
            link.setsockopt(socket.SOL_SOCKET, beyond_limit, BUFFER)
        except PermissionError:  # that of a namespace of one's own isn't enough
            link.setsockopt(socket.SOL_SOCKET, up_to_limit, BUFFER)
    link.bind((name, 0))
    link.setblocking(False)
    return link


class Cable:
    """One direction of it."""

    def __init__(self, bytes_per_second):
        self.rate, self.free = bytes_per_second, 0.0

    def begin(self, at, size):
        """When a frame that comes `at` begins to pass through."""
        start = max(self.free, at)
        self.free = start + size / self.rate
        return start


def switch(links, rate, delay):
    to, of = ({link: Cable(rate) for link in links} for _ in range(2))
    known, travelling, count = {}, [], 0
    while True:
        wait = max(0, travelling[0][0] - time.monotonic()) if travelling else None
        for link in select.select(links, [], [], wait)[0]:
            try:
                frame = link.recv(1 << 17)
            except OSError:  # a cable that is down
                continue
            size = len(frame) - HEADER
            target, source = frame[HEADER:HEADER + 6], frame[HEADER + 6:HEADER + 12]
            known[source] = link
            begun = of[link].begin(time.monotonic(), size)
            for other in [known[target]] if target in known else [o for o in links if o != link]:
                to[other].begin(begun, size)
                heapq.heappush(travelling, (to[other].free + delay, count, other, frame))
                count += 1
        while travelling and travelling[0][0] <= time.monotonic():
            _, _, link, frame = heapq.heappop(travelling)
            try:
                link.send(frame)
            except OSError:
                pass


if __name__ == "__main__":
    plugged = [plug(name) for name in sys.argv[3:]]
    print("plugged in", flush=True)
    switch(plugged, float(sys.argv[1]) * 1e9 / 8, float(sys.argv[2]) * 1e-3)
