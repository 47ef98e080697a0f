"""Measures what `docktuna serve` is worth to Python workers: trials a second, against two other ways to the database.

    cargo build --release -p docktuna --features serve
    python examples/bench_serve.py target/release/docktuna postgresql://user@host/name [--workers 1 8]
        [--rounds 3] [--seconds 5]

The three ways are `docktuna serve`, Optuna's own gRPC server, and Optuna directly on the database. Each worker is a
process with RandomSampler; a trial has ten parameters and an objective that does nothing. The ways take turns, so
that all run under the same load. Prints one JSON object for each number of workers: the trials a second of each way
(the median of the rounds), how much faster docktuna is, and which share of a processor a worker and docktuna need.
The password comes from PGPASSWORD, or from the other places of libpq. The studies stay in the database.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import uuid
import warnings

PARAMETERS = 10
WAYS = ["docktuna", "optuna_server", "direct"]


def optuna_storage(way):
    import optuna
    from optuna.storages import GrpcStorageProxy, get_storage

    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    if ":" in way and "//" not in way:
        host, port = way.rsplit(":", 1)
        return GrpcStorageProxy(host=host, port=int(port))
    return get_storage(way)


def work(way):
    """One worker: a line `study seconds` on standard input, a line `trials processor_seconds` on standard output."""
    import optuna

    storage = optuna_storage(way)
    print("ready", flush=True)
    for line in sys.stdin:
        name, seconds = line.split()
        study = optuna.load_study(study_name=name, storage=storage, sampler=optuna.samplers.RandomSampler())
        count, cpu = 0, time.process_time()

        def objective(trial):
            nonlocal count
            # Not in a callback, for which Optuna reads each trial once more.
            count += 1
            return sum(trial.suggest_float(f"p{i}", 0.0, 1.0) for i in range(PARAMETERS))

        study.optimize(objective, timeout=float(seconds))
        print(count, time.process_time() - cpu, flush=True)


def serve(url, port):
    from optuna.storages import run_grpc_proxy_server

    run_grpc_proxy_server(optuna_storage(url), host="localhost", port=port)


def free_port():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


def processor_seconds(process):
    """What a process of ours has used so far, all of its threads."""
    fields = open(f"/proc/{process.pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(arguments, workers, ways, ours):
    rates = {way: [] for way in ways}
    shares = {"worker": [], "docktuna": []}
    fleets = {}
    for way, address in ways.items():
        fleets[way] = [
            subprocess.Popen(
                [sys.executable, __file__, "--work", address],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(workers)
        ]
    for fleet in fleets.values():
        for worker in fleet:
            assert worker.stdout.readline() == "ready\n"
    import optuna

    for round_ in range(arguments.rounds + 1):
        for way, address in ways.items():
            name = f"bench-serve-{uuid.uuid4()}"
            optuna.create_study(study_name=name, storage=optuna_storage(address))
            # The first round warms up.
            seconds = arguments.seconds if round_ else 1.0
            began, cpu = time.monotonic(), processor_seconds(ours)
            for worker in fleets[way]:
                worker.stdin.write(f"{name} {seconds}\n")
                worker.stdin.flush()
            answers = [worker.stdout.readline().split() for worker in fleets[way]]
            took = time.monotonic() - began
            if round_:
                rates[way].append(sum(int(count) for count, _ in answers) / took)
                if way == "docktuna":
                    shares["worker"].append(statistics.mean(float(cpu) for _, cpu in answers) / took)
                    shares["docktuna"].append((processor_seconds(ours) - cpu) / took)
    for fleet in fleets.values():
        for worker in fleet:
            worker.stdin.close()
            worker.wait()
    rates = {way: statistics.median(found) for way, found in rates.items()}
    return {
        "workers": workers,
        "trials_per_second": {way: round(rate, 1) for way, rate in rates.items()},
        "times_optuna_server": round(rates["docktuna"] / rates["optuna_server"], 2),
        "times_direct": round(rates["docktuna"] / rates["direct"], 2),
        "processor_share": {who: round(statistics.median(found), 2) for who, found in shares.items()},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("docktuna", nargs="?", help="the program")
    parser.add_argument("database", nargs="?", help="its URL, postgresql://user@host/name")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--work", metavar="WAY", help=argparse.SUPPRESS)
    parser.add_argument("--serve", nargs=2, metavar=("URL", "PORT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        return work(arguments.work)
    if arguments.serve:
        return serve(arguments.serve[0], int(arguments.serve[1]))
    if not arguments.database:
        parser.error("name the program and the database")
    url = arguments.database.replace("postgresql://", "postgresql+psycopg2://")
    optuna_port = free_port()
    ours = subprocess.Popen(
        [arguments.docktuna, "serve", "--listen", "127.0.0.1:0", "--connections", "16"],
        env=os.environ | {"OPTUNA_STORAGE": arguments.database},
        stderr=subprocess.PIPE,
        text=True,
    )
    address = None
    for line in ours.stderr:
        if line.startswith("listening on "):
            address = line.removeprefix("listening on ").strip()
            break
    assert address, "docktuna serve did not start"
    theirs = subprocess.Popen([sys.executable, __file__, "--serve", url, str(optuna_port)])
    ways = dict(zip(WAYS, [address, f"localhost:{optuna_port}", url]))
    optuna_storage(ways["optuna_server"]).wait_server_ready(timeout=60)
    try:
        for workers in arguments.workers:
            print(json.dumps(measure(arguments, workers, ways, ours)), flush=True)
    finally:
        ours.terminate()
        theirs.terminate()


if __name__ == "__main__":
    main()
