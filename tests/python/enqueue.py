"""Enqueues a trial with Optuna, values unchecked as Optuna leaves them; prints its number."""

import optuna
from optuna.trial import TrialState

from common import emit, json_argument, open_storage, parser


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--study", required=True)
    arguments.add_argument("--params", type=json_argument, required=True, metavar="JSON")
    arguments.add_argument("--user-attrs", type=json_argument, metavar="JSON")
    arguments = arguments.parse_args()
    study = optuna.load_study(study_name=arguments.study, storage=open_storage(arguments))
    before = {trial.number for trial in study.get_trials(deepcopy=False)}
    study.enqueue_trial(arguments.params, user_attrs=arguments.user_attrs)
    # enqueue_trial returns nothing; among several that appeared meanwhile, the content decides.
    added = [
        trial
        for trial in study.get_trials(deepcopy=False)
        if trial.number not in before
        and trial.state == TrialState.WAITING
        and repr(trial.system_attrs.get("fixed_params")) == repr(arguments.params)
    ]
    emit({"optuna": optuna.__version__, "number": added[0].number, "trial_id": added[0]._trial_id})


if __name__ == "__main__":
    main()
