"""The Python side of bench_suggest: what one suggestion costs Optuna and rustuna, in CPU time.

Reads a history from the file named first, and how many suggestions to make; prints a JSON object with the milliseconds
of each suggestion by sampler. Optuna's Gaussian process is there for short histories, where torch is installed.
"""

import importlib.util
import json
import sys
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)

# With more trials one suggestion takes seconds.
MOST_FOR_GP = 200


def fill(study, create, distribution, history):
    names = [f"p{i}" for i in range(len(history[0]["params"]))]
    distributions = {name: distribution(0.0, 1.0) for name in names}
    for trial in history:
        params = dict(zip(names, trial["params"]))
        study.add_trial(create(value=trial["value"], params=params, distributions=distributions))
    return names


def loss(values):
    return sum((value - 0.3) ** 2 for value in values)


def suggestions(study, names, count, number):
    """CPU milliseconds of asks with all their parameters; each trial is told its loss."""
    times = []
    for _ in range(count):
        start = time.process_time_ns()
        trial = study.ask()
        values = [trial.suggest_float(name, 0.0, 1.0) for name in names]
        times.append((time.process_time_ns() - start) / 1e6)
        study.tell(number(trial), loss(values))
    return times


def main():
    with open(sys.argv[1]) as file:
        history = json.load(file)
    count = int(sys.argv[2])
    times = {}

    samplers = {"optuna tpe": optuna.samplers.TPESampler}
    if len(history) < MOST_FOR_GP and importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(1)
        samplers["optuna gp"] = optuna.samplers.GPSampler
    for name, sampler in samplers.items():
        study = optuna.create_study(sampler=sampler(seed=1))
        names = fill(study, optuna.create_trial, optuna.distributions.FloatDistribution, history)
        times[name] = suggestions(study, names, count, lambda trial: trial)

    if importlib.util.find_spec("rustuna"):
        import rustuna

        study = rustuna.create_study(sampler=rustuna.samplers.TPESampler(seed=1))
        names = fill(study, rustuna.create_trial, rustuna.distributions.Distribution.float, history)
        times["rustuna tpe"] = suggestions(study, names, count, lambda trial: trial.number)
    print(json.dumps(times))


main()
