"""What a server of ours answers to Python's gRPC: status codes, health, the interface; and the guide's own class.

DOCKTUNA_TEST_URL is where the server listens. Prints the outcome of the call that the first argument names.
"""

import os
import re
import sys
from pathlib import Path

import grpc
from optuna.storages._grpc.auto_generated import api_pb2

from common import emit

SERVICE = "/optuna.StorageService/"
GUIDE = Path(__file__).resolve().parents[2] / "docktuna" / "docs" / "serve.md"


def documented():
    """The class on the guide's page, as a reader copies it."""
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    (block,) = [block for block in blocks if "class RemoteStorage" in block]
    scope = {"__name__": "remote_storage"}
    exec(compile(block, str(GUIDE), "exec"), scope)  # noqa: S102
    return scope["RemoteStorage"]


def channel(target, ca_file=None, options=()):
    if ca_file is None:
        return grpc.insecure_channel(target, options)
    return grpc.secure_channel(target, grpc.ssl_channel_credentials(Path(ca_file).read_bytes()), options)


def raw(channel, method):
    """A call of bytes: what is sent is the caller's, well formed or not."""
    return channel.unary_unary(method, lambda message: message, lambda answer: answer)


def outcome(call):
    """The code, and what the server said or answered."""
    try:
        return "OK", call()
    except grpc.RpcError as error:
        return error.code().name, error.details()


def fields(message):
    """Number and value of each field of a message; the value of a group of bytes is bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = varint()
        if key & 7 == 2:
            length = varint()
            value, at = message[at : at + length], at + length
        elif key & 7 == 0:
            value = varint()
        else:
            raise ValueError(f"a field of kind {key & 7}")
        yield key >> 3, value


def reflected(channel, request):
    ask = channel.stream_stream(
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", lambda message: message, lambda answer: answer
    )
    return dict(fields(next(iter(ask(iter([request]))))))


def services(channel):
    # `list_services`, an empty text; the answer is a list of names.
    listed = reflected(channel, b"\x3a\x00")[6]
    return sorted(dict(fields(service))[1].decode() for _, service in fields(listed))


def methods(channel):
    """The methods of the storage service, by `file_containing_symbol`."""
    from google.protobuf.descriptor_pb2 import FileDescriptorProto

    symbol = b"optuna.StorageService"
    found = reflected(channel, bytes([0x22, len(symbol)]) + symbol)[4]
    files = [FileDescriptorProto.FromString(text) for _, text in fields(found)]
    return sorted(
        f"{method.name}{method.input_type}{method.output_type}"
        for file in files
        for service in file.service
        for method in service.method
    )


def call(target, token="", ca_file=None):
    """Asks for all studies, with a token if there is one."""
    metadata = [("authorization", token)] if token else []
    with channel(target, ca_file) as line:
        code, said = outcome(lambda: raw(line, SERVICE + "GetAllStudies")(b"", metadata=metadata, timeout=60))
    return {"code": code, "said": said if code != "OK" else ""}


def other(target, method):
    """Asks a method for what is no message."""
    with channel(target) as line:
        code, said = outcome(lambda: raw(line, SERVICE + method)(b"\xff", timeout=60))
    return {"code": code, "said": said}


def health(target, service=""):
    """1 is SERVING, 2 is NOT_SERVING."""
    request = bytes([0x0A, len(service)]) + service.encode() if service else b""
    with channel(target) as line:
        code, said = outcome(lambda: raw(line, "/grpc.health.v1.Health/Check")(request, timeout=60))
    return {"code": code, "status": dict(fields(said)).get(1, 0) if code == "OK" else said}


def interface(target):
    with channel(target) as line:
        own = api_pb2.DESCRIPTOR.services_by_name["StorageService"].methods
        wanted = [f"{m.name}.{m.input_type.full_name}.{m.output_type.full_name}" for m in own]
        return {"services": services(line), "methods": methods(line), "wanted": sorted(wanted)}


def study(target, token_file, ca_file, server_name=None):
    """A study through the guide's class."""
    import optuna

    storage = documented()(target, token_file=token_file or None, ca_file=ca_file or None, server_name=server_name)
    study = optuna.create_study(storage=storage, study_name="remote", load_if_exists=True)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1) ** 2, n_trials=5)
    ended = [(trial.state.name, trial.value == trial.params["x"] ** 2) for trial in study.trials[-5:]]
    storage.close()
    return {"trials": ended}


def plain(target):
    """A study through Optuna's own class, as without a token and TLS."""
    import optuna

    host, _, port = target.rpartition(":")
    storage = optuna.storages.GrpcStorageProxy(host=host, port=int(port))
    storage.wait_server_ready(timeout=60)
    study = optuna.create_study(storage=storage, study_name="plain")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1) ** 2, n_trials=5)
    return {"trials": [trial.state.name for trial in study.trials]}


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    emit(globals()[name](os.environ["DOCKTUNA_TEST_URL"], *arguments))
