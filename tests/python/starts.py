"""When the trials of a study started, each by itself: a moment, or the kind of error that Optuna raises."""

from common import emit, iso, open_storage, parser


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--ids", type=int, nargs="+", required=True)
    arguments = arguments.parse_args()
    storage = open_storage(arguments)
    starts = {}
    for trial_id in arguments.ids:
        try:
            starts[trial_id] = iso(storage.get_trial(trial_id).datetime_start)
        except (ValueError, OverflowError, TypeError) as error:
            starts[trial_id] = {"error": type(error).__name__}
    emit(starts)


if __name__ == "__main__":
    main()
