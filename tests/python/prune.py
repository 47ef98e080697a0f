"""A worker that prunes, told what to do line by line: one JSON object in, one out.

  {"op": "open", "study": NAME, "pruner": NAME, "options": {..}, "direction": "minimize"}
  {"op": "start", "where": W}                                          -> {"trial": N}
  {"op": "report", "where": W, "trial": N, "step": S, "value": V}      -> {"prune": BOOL}
  {"op": "finish", "where": W, "trial": N, "state": "COMPLETE" | "PRUNED", "value": V}
  {"op": "rungs"}                                                      -> {"N": {KEY: VALUE}}

W is "shared", the study in the database, or "reference", one of the same name in this process, where Optuna alone
runs every trial. A trial has to run where it was started.
"""

import json
import sys

import optuna

from common import decode, emit, open_storage, parser

PRUNERS = {
    "median": optuna.pruners.MedianPruner,
    "percentile": optuna.pruners.PercentilePruner,
    "successive_halving": optuna.pruners.SuccessiveHalvingPruner,
    "hyperband": optuna.pruners.HyperbandPruner,
    "wilcoxon": optuna.pruners.WilcoxonPruner,
    "patient": lambda **options: optuna.pruners.PatientPruner(
        optuna.pruners.MedianPruner(n_startup_trials=1), **options
    ),
}


class Studies:
    def __init__(self, storage):
        self.storage = storage
        self.studies = {}
        self.trials = {}

    def open(self, study, pruner, options, direction):
        self.trials = {}
        for where, storage in (("shared", self.storage), ("reference", None)):
            self.studies[where] = optuna.create_study(
                study_name=study,
                storage=storage,
                direction=direction,
                load_if_exists=True,
                pruner=PRUNERS[pruner](**options),
                sampler=optuna.samplers.RandomSampler(seed=0),
            )
        return {}

    def start(self, where):
        trial = self.studies[where].ask()
        self.trials[where, trial.number] = trial
        return {"trial": trial.number}

    def report(self, where, trial, step, value):
        running = self.trials[where, trial]
        running.report(value, step)
        return {"prune": bool(running.should_prune())}

    def finish(self, where, trial, state, value=None):
        running = self.trials.pop((where, trial))
        self.studies[where].tell(running, values=value, state=optuna.trial.TrialState[state])
        return {}

    def rungs(self):
        return {
            trial.number: {k: v for k, v in trial.system_attrs.items() if k.startswith("completed_rung_")}
            for trial in self.studies["reference"].get_trials(deepcopy=False)
        }


def main():
    studies = Studies(open_storage(parser(__doc__).parse_args()))
    for line in sys.stdin:
        request = decode(json.loads(line))
        emit(getattr(studies, request.pop("op"))(**request))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
