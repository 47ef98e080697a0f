"""Asks Optuna for one trial (a WAITING one first), suggests what is named, tells a value; prints what it got."""

import optuna
from optuna.trial import TrialState

from common import emit, open_storage, parser, space_argument, suggest


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--study", required=True)
    arguments.add_argument("--space", type=space_argument, default={}, metavar="JSON")
    arguments.add_argument("--seed", type=int)
    arguments.add_argument("--value", type=float, action="append", help="repeat for several objectives; default 0.0")
    arguments.add_argument("--state", choices=["COMPLETE", "PRUNED", "FAIL", "RUNNING"], default="COMPLETE",
                           help="RUNNING leaves the trial untold")
    arguments = arguments.parse_args()
    storage = open_storage(arguments)
    study = optuna.load_study(
        study_name=arguments.study,
        storage=storage,
        sampler=optuna.samplers.RandomSampler(seed=arguments.seed),
    )
    trial = study.ask()
    for name, distribution in arguments.space.items():
        suggest(trial, name, distribution)
    if arguments.state == "COMPLETE":
        study.tell(trial, arguments.value or [0.0] * len(study.directions))
    elif arguments.state != "RUNNING":
        study.tell(trial, state=TrialState[arguments.state])
    emit({
        "optuna": optuna.__version__,
        "number": trial.number,
        "trial_id": trial._trial_id,
        "params": trial.params,
        "fixed_params": storage.get_trial_system_attrs(trial._trial_id).get("fixed_params"),
    })


if __name__ == "__main__":
    main()
