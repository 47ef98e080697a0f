"""Runs trials whose reports lie at steps that need more than 32 bits; only an SQLite file can hold them."""

import optuna

from common import emit, open_storage, parser

STEPS = (0, 3_000_000_000, 2**40)


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--study", required=True)
    arguments.add_argument("--trials", type=int, required=True)
    arguments = arguments.parse_args()
    study = optuna.load_study(study_name=arguments.study, storage=open_storage(arguments))
    for number in range(arguments.trials):
        trial = study.ask()
        trial.suggest_float("x", 0.0, 1.0)
        for step in STEPS:
            trial.report(0.5, step)
        study.tell(trial, float(number))
    emit(STEPS)


if __name__ == "__main__":
    main()
