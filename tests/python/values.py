"""The values of a study's trials, after Optuna has checked each against its distribution by copying the trial."""

import optuna

from common import emit, open_storage, parser


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--study", required=True)
    arguments = arguments.parse_args()
    study = optuna.load_study(study_name=arguments.study, storage=open_storage(arguments))
    copy = optuna.create_study(directions=study.directions)
    copy.add_trials(study.trials)
    for trial in study.trials:
        for name, distribution in trial.distributions.items():
            # Choices are compared when a trial is added, ranges are not.
            if not distribution._contains(distribution.to_internal_repr(trial.params[name])):
                raise ValueError(f"trial {trial.number}: {name} = {trial.params[name]} is not in {distribution}")
    emit([trial.params for trial in copy.trials])


if __name__ == "__main__":
    main()
