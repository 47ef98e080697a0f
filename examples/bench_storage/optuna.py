"""A worker of Optuna's for bench_storage: whole trials of a study, in slices.

Its arguments are the storage's URL, the study, the sampler and the names of the parameters. It prints Optuna's
version and the study's id, and then, for each line with a number of seconds, the trials that it made and the time.
"""

import json
import sys
import time
import warnings

import optuna

SAMPLERS = {"tpe": optuna.samplers.TPESampler, "random": optuna.samplers.RandomSampler}

optuna.logging.set_verbosity(optuna.logging.WARNING)
warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)

url, name, sampler, *params = sys.argv[1:]
study = optuna.create_study(
    storage=url, study_name=name, sampler=SAMPLERS[sampler](), load_if_exists=True
)
print(json.dumps([optuna.__version__, study._study_id]), flush=True)

for line in sys.stdin:
    seconds, trials = float(line), 0
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        trial = study.ask()
        values = [trial.suggest_float(name, 0.0, 1.0) for name in params]
        study.tell(trial, sum((value - 0.3) ** 2 for value in values))
        trials += 1
    print(json.dumps([trials, time.perf_counter() - started]), flush=True)
