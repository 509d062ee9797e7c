#!/usr/bin/env python3
"""What readers of `modelkin serve` wait for: until it is up, for answers with four of them at once, for pages; and its memory.

python3 benches/serve.py PROGRAM SNAPSHOT     (pyarrow reads the ids)"""
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from urllib.parse import quote

import pyarrow as pa
import pyarrow.ipc as ipc

ASKED = 1000
CLIENTS = 4
PAGES = ["/", "/model/{model}", "/family/{family}", "/owner/{owner}", "/rank", "/search?q=qwen", "/map", "/about", "/flows", "/report"]


class Server:
    """A server that was just started, and how long it took until it said where it listens."""

    def __init__(self, program, snapshot):
        begun = time.perf_counter()
        command = [program, "serve", snapshot, "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = int(re.search(r":(\d+)/", self.process.stdout.readline())[1])
        self.up = time.perf_counter() - begun

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def private(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) // 1024 for line in status if line.startswith("RssAnon"))

    def reader(self):
        return http.client.HTTPConnection("127.0.0.1", self.port)


def get(reader, path):
    """Asks, follows to the permalink, and tells when the first byte of the page came, and the last one."""
    for _ in range(3):
        begun = time.perf_counter()
        reader.request("GET", path)
        answer = reader.getresponse()
        first = answer.read(1)
        heard = time.perf_counter() - begun
        body = first + answer.read()
        whole = time.perf_counter() - begun
        if answer.status not in (301, 302, 303, 307, 308):
            return answer.status, heard, whole, body
        path = answer.getheader("location")
    raise SystemExit(f"{path} leads in circles")


def forgotten(path):
    """The system forgets what it holds of a file, so that it is read from the disk."""
    file = os.open(path, os.O_RDONLY)
    os.fsync(file)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(file)


def times(title, values):
    values = sorted(values)
    at = lambda share: 1000 * values[min(len(values) - 1, int(len(values) * share))]
    print(f"{title:<44} p50 {at(0.5):6.1f}  p90 {at(0.9):6.1f}  p99 {at(0.99):6.1f}  longest {at(1):6.1f} ms", flush=True)


def main():
    program, snapshot = sys.argv[1:]
    for title, forget in [("from the disk", True), ("from memory", False)]:
        took = []
        for _ in range(5):
            if forget:
                forgotten(snapshot)
            with Server(program, snapshot) as server:
                took.append(server.up)
        print(f"up, {title:<40} median {statistics.median(took):.3f}  fastest {min(took):.3f} s", flush=True)

    chance = random.Random(20)
    ids = ipc.open_file(pa.memory_map(snapshot)).read_all().column(0)
    models = [ids[chance.randrange(len(ids))].as_py() for _ in range(ASKED)]
    owners = [model.split("/")[0] for model in reversed(models) if "/" in model]
    with Server(program, snapshot) as server:
        reader = server.reader()
        rows = lambda of: json.loads(get(reader, f"/api/rank?of={of}&top=0")[3])["rows"]
        families = [row["id"] for row in rows("families")]
    kinds = {
        "models": lambda at: f"/api/model/{quote(models[at])}",
        "owners": lambda at: f"/api/owner/{quote(owners[at])}",
        "families": lambda at: f"/api/family/{quote(chance.choice(families))}",
    }
    names = list(kinds)
    addresses = [kinds[names[at % 3]](at) for at in range(ASKED)]
    chance.shuffle(addresses)
    with Server(program, snapshot) as server:
        print(f"private memory, nothing asked: {server.private()} MB")
        for turn in ["first time", "again"]:
            took = []

            def client(mine):
                reader = server.reader()
                for address in mine:
                    status, _, whole, _ = get(reader, address)
                    if status != 200:
                        raise SystemExit(f"{address}: {status}")
                    took.append((whole, address))

            readers = [threading.Thread(target=client, args=(addresses[number::CLIENTS],)) for number in range(CLIENTS)]
            [reader.start() for reader in readers]
            [reader.join() for reader in readers]
            if len(took) != ASKED:
                raise SystemExit(f"{ASKED - len(took)} questions had no answer")
            times(f"/api, {ASKED} questions, {CLIENTS} readers, {turn}", [whole for whole, _ in took])
            for kind in names:
                of = {"models": "/api/model/", "owners": "/api/owner/", "families": "/api/family/"}[kind]
                times(f"  of {kind}", [whole for whole, address in took if address.startswith(of)])
        print(f"private memory: {server.private()} MB")
    with Server(program, snapshot) as server:
        reader = server.reader()
        first = json.loads(get(reader, "/api/rank?top=1")[3])["rows"][0]["id"]
        known = {"model": quote(first), "owner": quote(first.split("/")[0]), "family": quote(families[0])}
        for page in PAGES:
            status, heard, whole, body = get(reader, page.format(**known))
            print(f"{page:<20} {status}  first byte {1000 * heard:5.0f}  whole {1000 * whole:6.0f} ms  {len(body):>8,} B  "
                  f"private memory {server.private()} MB", flush=True)
        time.sleep(15)
        print(f"private memory, after a rest: {server.private()} MB")


main()
