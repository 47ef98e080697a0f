"""A worker of the fault suite that reaches the database through servers of ours, by the class of the guide.

The order is JSON in DOCKTUNA_TEST_FAULTS_WORKER, as the suite's Rust workers get it. Writes an event to its output after
each call has returned, and ends when its input does.
"""

import json
import os
import random
import sys
import threading
import time
import warnings

import optuna

from remote import documented

ORDER = json.loads(os.environ["DOCKTUNA_TEST_FAULTS_WORKER"])
LASTS = ORDER["lasts"]["secs"] + ORDER["lasts"]["nanos"] / 1e9

stop = threading.Event()
lock = threading.Lock()
told = 0


def say(kind, **event):
    with lock:
        # One write, which a kill cannot cut in two.
        os.write(1, (json.dumps({kind: event}) + "\n").encode())


def value():
    """A result that nobody else has."""
    global told
    with lock:
        told += 1
        return ORDER["worker"] * 1e6 + told


def run(study):
    while not stop.is_set():
        call = "ask"
        try:
            trial = study.ask()
            x = trial.suggest_float("x", 0.0, 1.0)
            number = trial.number
            say("Asked", number=number, x=x)
            pause = LASTS * random.random() / (ORDER["reports"] + 1)
            for step in range(ORDER["reports"]):
                time.sleep(pause)
                call = "report"
                trial.report(x + step, step)
                say("Reported", number=number, x=x, step=step)
            time.sleep(pause)
            result = value()
            call = "tell"
            say("Telling", number=number, x=x, value=result)
            study.tell(trial, result)
            say("Told", number=number, x=x, value=result)
        except Exception as error:  # noqa: BLE001
            say("Failed", call=call, error=repr(error))
            time.sleep(0.05)


def main():
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    remote = ORDER["remote"]
    storage = documented()(remote["target"], token_file=remote["token_file"])
    study = optuna.load_study(study_name="s", storage=storage, sampler=optuna.samplers.RandomSampler())
    threads = [threading.Thread(target=run, args=(study,)) for _ in range(ORDER["tasks"])]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    stop.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
