"""A worker of a fleet: heartbeats, pruning, reports, attributes, the queue; prints what became of its trials.

A trial of parameter x reports x + step at each of three steps, notes x, and ends with x. Every fifth one lasts for
longer than the grace period. Through a server of ours there are no heartbeats.
"""

import random
import time

import optuna

from common import emit, open_storage, parser
from remote import documented

STEPS = 3


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--study", required=True)
    arguments.add_argument("--seconds", type=float, required=True, help="no trial begins later")
    arguments.add_argument("--lasts", type=float, required=True, help="seconds that most trials take at most")
    arguments.add_argument("--server", help="reach the database through this one")
    arguments.add_argument("--interval", type=int, required=True, help="seconds between heartbeats")
    arguments.add_argument("--grace", type=int, required=True, help="seconds without one until a trial is stale")
    arguments = arguments.parse_args()
    if arguments.server:
        storage = documented()(arguments.server)
    else:
        storage = open_storage(arguments, heartbeat_interval=arguments.interval, grace_period=arguments.grace)
    pruner = optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=0)
    study = optuna.load_study(study_name=arguments.study, storage=storage, pruner=pruner)
    ran = []

    def objective(trial):
        x = trial.suggest_float("x", 0.0, 1.0)
        trial.set_user_attr("noted", x)
        if len(ran) % 5 == 4:
            time.sleep(arguments.grace + 1.5 * arguments.interval)
        else:
            time.sleep(arguments.lasts * random.random())
        for step in range(STEPS):
            trial.report(x + step, step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return x

    def note(_, trial):
        ran.append({"number": trial.number, "state": trial.state.name, "x": trial.params["x"]})

    study.optimize(objective, timeout=arguments.seconds, callbacks=[note])
    emit({"optuna": optuna.__version__, "ran": ran})


if __name__ == "__main__":
    main()
