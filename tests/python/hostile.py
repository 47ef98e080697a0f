"""What no well-meant client does to a server of ours: malformed messages, wrong tokens, very long messages, calls that
never go on. DOCKTUNA_TEST_URL is where the server listens. Prints how often each code was answered.
"""

import collections
import os
import random
import sys
import threading
import time

import grpc
from optuna.storages._grpc.auto_generated import api_pb2

from common import emit
from remote import SERVICE, channel, raw

METHODS = [method.name for method in api_pb2.DESCRIPTOR.services_by_name["StorageService"].methods]
# How many calls are under way at a time.
WINDOW = 64

NUMBERS = [-(2**63), -(2**31), -1, 0, 1, 2, 3, 4, 5, 2**31 - 1, 2**31, 2**63 - 1]
FLOATS = [0.0, -0.0, 0.5, 1.0, 3.0, -1e308, 1e-320, float("nan"), float("inf"), float("-inf")]
TEXTS = [
    "",
    "a",
    "s",
    "x",
    "\0",
    "a\0b",
    "é" * 300,
    "k" * 600,
    "\U0010ffff",
    "null",
    "1",
    '"text"',
    '"\\ud800"',
    "[" * 500,
    "NaN",
    "1e999",
    '{"a": 1, "a": 2}',
    '{"name": "FloatDistribution", "attributes": {"low": 0.0, "high": 1.0, "log": false, "step": null}}',
    '{"name": "FloatDistribution", "attributes": {"low": 1.0, "high": 0.0, "log": true, "step": 0.1}}',
    '{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 0, "high": 5}}',
    '{"name": "CategoricalDistribution", "attributes": {"choices": [null, true, 1, 0.5, "a"]}}',
    '{"name": "CategoricalDistribution", "attributes": {"choices": []}}',
    "2026-11-30 12:00:00.000000",
    "0001-01-01 00:00:00",
    "9999-12-31 23:59:59.999999",
    "yesterday",
]


def number(rng):
    # Mostly what is there: ids are handed out from 1 on.
    if rng.random() < 0.7:
        return rng.randrange(1, rng.choice([4, 12, 60]))
    return rng.choice(NUMBERS) if rng.random() < 0.8 else rng.randrange(-(2**63), 2**63)


def scalar(rng, field):
    kind = field.cpp_type
    if kind in (field.CPPTYPE_INT64, field.CPPTYPE_INT32):
        value = number(rng)
        return value if kind == field.CPPTYPE_INT64 else (value + 2**31) % 2**32 - 2**31
    if kind == field.CPPTYPE_ENUM:
        return rng.choice([0, 1, 2, 3, 4, 5, -1, 2**31 - 1])
    if kind == field.CPPTYPE_BOOL:
        return rng.random() < 0.5
    if kind == field.CPPTYPE_DOUBLE:
        return rng.choice(FLOATS)
    return rng.choice(TEXTS)


def fill(rng, message):
    """A message of valid form, with any values."""
    for field in message.DESCRIPTOR.fields:
        if rng.random() < 0.2:
            continue
        # Of a map, whose entries are messages; a list; one message; one value.
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            key, value = field.message_type.fields
            for _ in range(rng.randrange(3)):
                getattr(message, field.name)[scalar(rng, key)] = scalar(rng, value)
        elif hasattr(getattr(message, field.name), "append"):
            getattr(message, field.name).extend(scalar(rng, field) for _ in range(rng.randrange(4)))
        elif field.message_type is not None:
            fill(rng, getattr(message, field.name))
        else:
            setattr(message, field.name, scalar(rng, field))
    return message


def message(rng, method):
    if rng.random() < 0.2:
        return rng.randbytes(rng.randrange(80))
    encoded = fill(rng, getattr(api_pb2, method + "Request")()).SerializeToString()
    if encoded and rng.random() < 0.4:
        # One byte is another one, or the end is missing.
        at = rng.randrange(len(encoded))
        encoded = encoded[:at] + (rng.randbytes(1) + encoded[at + 1 :] if rng.random() < 0.7 else b"")
    return encoded


def fuzz(target, count, seed):
    """Messages of any bytes, and of valid form with any values. The same seed sends the same."""
    rng = random.Random(int(seed))
    codes = collections.Counter()
    odd = {}
    free = threading.Semaphore(WINDOW)
    with channel(target) as line:
        calls = {method: raw(line, SERVICE + method) for method in METHODS}
        pending = []

        def ended(method, sent):
            def note(call):
                code = call.code().name
                codes[code] += 1
                malformed = code == "INTERNAL" and "decode Protobuf message" in call.details()
                if malformed:
                    codes["of them malformed"] += 1
                elif code not in EXPECTED:
                    odd.setdefault(f"{method} {code} {call.details()}", sent.hex())
                free.release()

            return note

        # What is deleted at once has no trials to be asked for.
        often = [method for method in METHODS for _ in range(1 if method == "DeleteStudy" else 50)]
        for _ in range(int(count)):
            method = rng.choice(often)
            sent = message(rng, method)
            free.acquire()
            call = calls[method].future(sent, timeout=120)
            call.add_done_callback(ended(method, sent))
            pending = [other for other in pending if not other.done()] + [call]
        for call in pending:
            call.exception()
        for _ in range(WINDOW):
            free.acquire()
    return {"codes": dict(codes), "odd": odd}


EXPECTED = {"OK", "INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "FAILED_PRECONDITION"}


def readable(url):
    """Whether Optuna itself reads all that is stored; how many studies and trials that is."""
    import optuna

    storage = optuna.storages.RDBStorage(url)
    studies = storage.get_all_studies()
    return {"studies": len(studies), "trials": sum(len(storage.get_all_trials(s._study_id)) for s in studies)}


def tokens(target, count):
    """Calls with a wrong token and with none, each on a connection of its own."""
    codes = collections.Counter()
    for index in range(int(count)):
        metadata = [("authorization", f"Bearer {index}" * (1 + index % 50))] if index % 2 else None
        with channel(target, options=[("grpc.use_local_subchannel_pool", 1)]) as line:
            try:
                raw(line, SERVICE + "GetAllStudies")(b"", metadata=metadata, timeout=120)
                codes["OK"] += 1
            except grpc.RpcError as error:
                codes[error.code().name] += 1
    return {"codes": dict(codes)}


def long(target, count, size, token_file):
    """Messages of so many bytes, several at a time."""
    with open(token_file, encoding="utf-8") as file:
        metadata = [("authorization", f"Bearer {file.read().strip()}")]
    request = api_pb2.SetStudyUserAttributeRequest(study_id=1, key="long", value='"' + "a" * int(size) + '"')
    sent = request.SerializeToString()
    codes = collections.Counter()
    with channel(target, options=[("grpc.max_send_message_length", -1)]) as line:
        call = raw(line, SERVICE + "SetStudyUserAttribute")
        calls = [call.future(sent, metadata=metadata, timeout=120) for _ in range(int(count))]
        for call in calls:
            codes[call.code().name] += 1
    return {"codes": dict(codes)}


def silent(target, count, token_file):
    """Calls that begin and say nothing more, until the server gives them up."""
    with open(token_file, encoding="utf-8") as file:
        metadata = [("authorization", f"Bearer {file.read().strip()}")]
    never = threading.Event()

    def nothing():
        never.wait()
        yield b""

    codes = collections.Counter()
    lines = [channel(target, options=[("grpc.use_local_subchannel_pool", 1)]) for _ in range(4)]
    calls = []
    for index in range(int(count)):
        begin = lines[index % 4].stream_unary(SERVICE + "GetAllStudies", lambda m: m, lambda m: m)
        calls.append(begin.future(nothing(), metadata=metadata, timeout=300))
        time.sleep(0.001)
    for call in calls:
        codes[call.code().name] += 1
    # Their threads wait for ever.
    emit({"codes": dict(codes)})
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    emit(globals()[name](os.environ["DOCKTUNA_TEST_URL"], *arguments))
