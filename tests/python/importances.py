"""Studies of many shapes, and the importances that Optuna finds in them."""

import math
import random

import optuna
import sqlalchemy
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.trial import TrialState, create_trial

from common import emit, open_storage, parser


def floats(draw):
    x, y = draw.uniform(-5, 5), draw.uniform(0, 1)
    return {"x": (x, FloatDistribution(-5, 5)), "y": (y, FloatDistribution(0, 1))}, x**2 + y


def scales(draw):
    lr = 10 ** draw.uniform(-5, -1)
    width = min(1024, round(2 ** draw.uniform(0, 10)))
    few = round(3 * 5 ** draw.uniform(0, 1))
    return {
        "lr": (lr, FloatDistribution(1e-5, 1e-1, log=True)),
        "width": (width, IntDistribution(1, 1024, log=True)),
        "few": (few, IntDistribution(3, 15, log=True)),
    }, abs(math.log10(lr) + 3) + abs(math.log2(width) - 6) / 4 + few / 50


def steps(draw):
    dropout, layers = draw.randrange(11) * 0.05, draw.randint(1, 8)
    fine, wide, even = draw.randrange(201) * 0.005, draw.randint(0, 100), 2 * draw.randrange(101)
    return {
        "dropout": (dropout, FloatDistribution(0, 0.5, step=0.05)),
        "fine": (fine, FloatDistribution(0, 1, step=0.005)),
        "layers": (layers, IntDistribution(1, 8)),
        "wide": (wide, IntDistribution(0, 100)),
        "even": (even, IntDistribution(0, 200, step=2)),
    }, (dropout - 0.2) ** 2 + layers / 8 + abs(wide - 50) / 100 + abs(fine - 0.5) + even / 1000


def choices(draw):
    schedule, batch, flag = draw.choice("abcd"), draw.choice([16, 32, 64]), draw.choice([True, False, None])
    return {
        "schedule": (schedule, CategoricalDistribution(list("abcdefg"))),
        "batch": (batch, CategoricalDistribution([16, 32, 64])),
        "flag": (flag, CategoricalDistribution([True, False, None])),
        "only": ("x", CategoricalDistribution(["x"])),
    }, "bacd".index(schedule) + batch / 64 + draw.random()


def constants(draw):
    x = draw.random()
    return {
        "x": (x, FloatDistribution(0, 1)),
        "one": (1.5, FloatDistribution(1.5, 1.5)),
        "three": (3, IntDistribution(3, 3)),
        "stuck": (0.5, FloatDistribution(0, 1)),
        "cut": (3, IntDistribution(3, 4, step=2)),
    }, x


def conditional(draw):
    optimizer = draw.choice(["sgd", "adam", "plain"])
    params = {"optimizer": (optimizer, CategoricalDistribution(["sgd", "adam", "plain"]))}
    loss = {"sgd": 0.1, "adam": 0.0, "plain": 0.5}[optimizer] + draw.random() / 5
    if optimizer == "sgd":
        params["sgd.momentum"] = (draw.uniform(0, 0.99), FloatDistribution(0, 0.99))
        loss += (params["sgd.momentum"][0] - 0.9) ** 2
    if optimizer == "adam":
        params["adam.beta"] = (draw.uniform(0.8, 0.999), FloatDistribution(0.8, 0.999))
        params["adam.decay"] = (10 ** draw.uniform(-6, -1), FloatDistribution(1e-6, 1e-1, log=True))
        loss += abs(params["adam.beta"][0] - 0.9)
    layers = draw.randint(1, 3)
    params["layers"] = (layers, IntDistribution(1, 3))
    for i in range(layers):
        params[f"width.{i}"] = (draw.randint(4, 64), IntDistribution(4, 64))
        loss += abs(params[f"width.{i}"][0] - 32) / 300
    return params, loss


def moving(draw):
    high = draw.choice([1.0, 2.0, 4.0])
    x = draw.uniform(0, high)
    return {"x": (x, FloatDistribution(0, high)), "y": (draw.random(), FloatDistribution(0, 1))}, abs(x - 0.6)


def ties(draw):
    x = draw.random()
    return {"x": (x, FloatDistribution(0, 1)), "y": (draw.random(), FloatDistribution(0, 1))}, round(3 * x) / 3


def same(draw):
    return {"x": (draw.random(), FloatDistribution(0, 1)), "y": (draw.random(), FloatDistribution(0, 1))}, 1.0


def middles(draw):
    k = draw.randrange(48) + 0.5
    return {"x": (k, FloatDistribution(0, 49))}, abs(k - 11)


SHAPES = [floats, scales, steps, choices, constants, conditional, moving, ties, same, middles]
COUNTS = [1, 2, 45, 11]


def add(study, shape, count, sign, noisy):
    draw = random.Random(f"{shape.__name__} {count} {sign}")
    for i in range(count):
        params, loss = shape(draw)
        found = {
            "params": {name: value for name, (value, _) in params.items()},
            "distributions": {name: distribution for name, (_, distribution) in params.items()},
        }
        # What does not count: other states, infinite results, a broken constraint that is ignored.
        if noisy and i % 7 == 3:
            study.add_trial(create_trial(state=TrialState.FAIL, **found))
        if noisy and i % 7 == 4:
            study.add_trial(create_trial(state=TrialState.PRUNED, value=-1e9, **found))
        if noisy and i % 7 == 5:
            study.add_trial(create_trial(value=math.inf * draw.choice([-1, 1]), **found))
        study.add_trial(create_trial(value=sign * loss, **found))


def main():
    arguments = parser(__doc__).parse_args()
    storage = open_storage(arguments)
    # Nobody needs the file after a crash.
    def hurry(connection, _):
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = MEMORY")

    sqlalchemy.event.listen(storage.engine, "connect", hurry)
    storage.engine.dispose()
    result = []
    for shape in SHAPES:
        for place, count in enumerate(COUNTS):
            direction = ["minimize", "maximize"][place % 2]
            name = f"{shape.__name__} {count}"
            # In memory it is made faster, and the copy is one of ours to read.
            made = optuna.create_study(direction=direction)
            add(made, shape, count, [1, -1][place % 2], place % 3 == 2)
            optuna.create_study(study_name=name, storage=storage, direction=direction).add_trials(made.trials)
            result.append({
                "study": name,
                "shares": get_param_importances(made),
                "divergences": PedAnovaImportanceEvaluator().evaluate(made),
            })
    # One objective of several, each way.
    made = optuna.create_study(directions=["minimize", "maximize"])
    draw = random.Random(0)
    for _ in range(60):
        params, loss = conditional(draw)
        other = params["layers"][0] + draw.random()
        made.add_trial(create_trial(
            params={name: value for name, (value, _) in params.items()},
            distributions={name: distribution for name, (_, distribution) in params.items()},
            values=[loss, other],
        ))
    optuna.create_study(study_name="several", storage=storage, directions=made.directions).add_trials(made.trials)
    for objective, target in enumerate([lambda t: t.values[0], lambda t: -t.values[1]]):
        evaluator = PedAnovaImportanceEvaluator()
        result.append({
            "study": "several",
            "objective": objective,
            "shares": get_param_importances(made, evaluator=evaluator, target=target),
            "divergences": evaluator.evaluate(made, target=target),
        })
    emit(result)


if __name__ == "__main__":
    main()
