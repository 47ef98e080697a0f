"""Runs the trials of the queue, through ask and tell, until it is empty; prints the numbers of those it ran."""

import time

import optuna
from optuna.trial import TrialState

from common import emit, open_storage, parser, space_argument, suggest


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--study", required=True)
    arguments.add_argument("--space", type=space_argument, required=True, metavar="JSON")
    arguments.add_argument("--sleep", type=float, default=0.0, help="seconds that one evaluation takes")
    arguments = arguments.parse_args()
    storage = open_storage(arguments)
    sampler = optuna.samplers.RandomSampler()
    study = optuna.load_study(study_name=arguments.study, storage=storage, sampler=sampler)
    ran = []
    while study.get_trials(deepcopy=False, states=[TrialState.WAITING]):
        trial = study.ask()
        ran.append(trial.number)
        value = sum(suggest(trial, name, distribution) for name, distribution in arguments.space.items())
        time.sleep(arguments.sleep)
        study.tell(trial, value)
    emit({"optuna": optuna.__version__, "numbers": ran})


if __name__ == "__main__":
    main()
