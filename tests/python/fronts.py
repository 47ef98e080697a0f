"""The numbers of the best trials of every study, or the kind of error that Optuna raises."""

import optuna

from common import emit, open_storage, parser


def front(study):
    try:
        return [trial.number for trial in study.best_trials]
    except (TypeError, ValueError) as error:
        return {"error": type(error).__name__}


def main():
    storage = open_storage(parser(__doc__).parse_args())
    names = optuna.get_all_study_names(storage)
    emit({name: front(optuna.load_study(study_name=name, storage=storage)) for name in names})


if __name__ == "__main__":
    main()
