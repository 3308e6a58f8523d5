"""XGBoost as a rival: trains a model on made-up rows, saves it and rows to explain, and says what CPU time explaining them took.

Reads what is asked as JSON from standard input and answers with JSON. One thread, time of predict() alone: the model is loaded, the rows are in a
DMatrix. From each count of rows that would take longer than a budget, fewer are explained; the answer says how many were.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import xgboost


def rows_of(rng, count, features, missing):
    """Float32s between -1 and 1, each feature leaning on the one before; a tenth missing where asked."""
    x = rng.uniform(-1, 1, (count, features))
    x[:, 1:] = 0.7 * x[:, 1:] + 0.3 * x[:, :-1]
    if missing:
        x[rng.uniform(size=x.shape) < 0.1] = np.nan
    return x.astype(np.float32)


def target_of(rng, x, classes):
    """Something with bends, products and noise, which trees of any depth find more of."""
    v = np.nan_to_num(x.astype(np.float64))
    features = v.shape[1]
    score = sum(np.sin((3 + j % 4) * v[:, j]) * np.cos(2 * v[:, (j + 3) % features]) / (1 + j % 7) for j in range(features))
    score = score + v[:, 0] * v[:, 1] * 2 + rng.normal(0, 0.5, len(v))
    if classes == 0:
        return score
    return np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))


def train(asked):
    rng = np.random.default_rng(asked["seed"])
    classes = asked["classes"]
    x = rows_of(rng, asked["training"], asked["features"], asked["missing"])
    objective = {0: "reg:squarederror", 2: "binary:logistic"}.get(classes, "multi:softprob")
    parameters = {
        "objective": objective,
        "max_depth": asked["depth"],
        "eta": 0.1,
        "tree_method": "hist",
        "nthread": 1,
        "min_child_weight": asked.get("least", 1),
        "lambda": 1,
        "seed": 1,
        **({"num_class": classes} if classes > 2 else {}),
    }
    rounds = asked["trees"] // max(1, classes if classes > 2 else 1)
    model = xgboost.train(parameters, xgboost.DMatrix(x, target_of(rng, x, classes)), rounds)
    return model, rows_of(rng, asked["rows"], asked["features"], asked["missing"])


def timed(model, x, count, budget, **kind):
    """CPU seconds of so many rows, or of as many as the budget allows; their values."""
    done = min(count, 4)
    while True:
        matrix = xgboost.DMatrix(x[:done], nthread=1)
        before = time.process_time()
        values = model.predict(matrix, **kind)
        took = time.process_time() - before
        if done == count or took > budget / 4:
            break
        done = min(count, done * 4)
    if took < 0.5:
        again = [took]
        for _ in range(2):
            before = time.process_time()
            model.predict(matrix, **kind)
            again.append(time.process_time() - before)
        took = sorted(again)[1]
    return {"rows": done, "seconds": took}, values


def main():
    asked = json.load(sys.stdin)
    out = Path(asked["out"])
    model, x = train(asked)
    model.set_param({"nthread": 1})
    model.save_model(out / "model.json")
    x.tofile(out / "x.f32")
    answer = {"version": xgboost.__version__}
    for kind in ("contribs", "interactions"):
        answer[kind] = []
        for count in asked[kind]:
            taken, values = timed(model, x, count, asked["budget"], **{f"pred_{kind}": True})
            answer[kind].append(taken)
            values[:64].astype(np.float64).tofile(out / f"{kind}.f64")
    json.dump(answer, sys.stdout)


main()
