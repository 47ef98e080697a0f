"""Optimizes a study with Optuna's TPE, as a Python worker beside ours would; prints the trials that it ran.

The objective is the sum of the internal values (a choice counts as its index).
"""

import time

import optuna

from common import emit, open_storage, parser, space_argument, suggest


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--study", required=True)
    arguments.add_argument("--trials", type=int, required=True)
    arguments.add_argument("--space", type=space_argument, required=True, metavar="JSON")
    arguments.add_argument("--create", action="store_true", help="create the study when it is missing")
    arguments.add_argument("--direction", action="append", help="with --create; repeat for several objectives")
    arguments.add_argument("--seed", type=int)
    arguments.add_argument("--startup", type=int, default=10, help="random trials before TPE starts")
    arguments.add_argument("--multivariate", action="store_true", help="TPE over the shared search space only")
    arguments.add_argument("--heartbeat", type=int, help="interval in seconds; fails stale trials of others too")
    arguments.add_argument("--grace", type=int, help="seconds without a heartbeat until a trial is stale")
    arguments.add_argument("--sleep", type=float, default=0.0, help="seconds that one evaluation takes")
    arguments = arguments.parse_args()

    storage = open_storage(arguments, heartbeat_interval=arguments.heartbeat, grace_period=arguments.grace)
    sampler = optuna.samplers.TPESampler(
        seed=arguments.seed, n_startup_trials=arguments.startup, multivariate=arguments.multivariate
    )
    if arguments.create:
        study = optuna.create_study(
            storage=storage,
            study_name=arguments.study,
            directions=arguments.direction or ["minimize"],
            load_if_exists=True,
            sampler=sampler,
        )
    else:
        study = optuna.load_study(storage=storage, study_name=arguments.study, sampler=sampler)

    ran = []

    def objective(trial):
        total = sum(suggest(trial, name, distribution) for name, distribution in arguments.space.items())
        time.sleep(arguments.sleep)
        return [total] * len(study.directions) if len(study.directions) > 1 else total

    study.optimize(objective, n_trials=arguments.trials, callbacks=[lambda _, trial: ran.append(trial)])
    emit({
        "optuna": optuna.__version__,
        "numbers": [trial.number for trial in ran],
        "trials": [
            {"number": t.number, "state": t.state.name, "values": t.values, "params": t.params} for t in ran
        ],
    })


if __name__ == "__main__":
    main()
