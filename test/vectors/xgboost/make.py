"""Writes the JSON files beside it: small models that XGBoost 1.7.4 trained, and its own SHAP and interaction values of some rows.

    apt-get install python3-xgboost && /usr/bin/python3 test/vectors/xgboost/make.py

Values are float32, as XGBoost adds them up. Some rows have a value that equals a threshold, which XGBoost sends to the right.
"""

import json
from pathlib import Path

import numpy as np
import xgboost

ROWS = 14
KEPT = ("left_children", "right_children", "split_indices", "split_conditions", "default_left", "sum_hessian")
CASES = {
    "regression": dict(says="regression, trees of depth 4 over 6 features", features=6, depth=4, trees=8),
    "repeated": dict(says="two features, asked for again and again down to depth 6", features=2, depth=6, trees=5),
    "missing": dict(says="binary, a quarter of the values missing", features=5, depth=4, trees=8, classes=2, missing=0.25),
    "classes": dict(says="four classes, missing values, depth 3", features=5, depth=3, trees=12, classes=4, missing=0.1),
    "stumps": dict(
        says="trees of one decision and trees of a single leaf", features=3, depth=1, trees=6, parameters={"gamma": 60}
    ),
    "weighted": dict(
        says="binary, rows of unequal weight, a base score other than a half",
        features=4, depth=5, trees=6, classes=2, weights=True, parameters={"base_score": 0.2},
    ),
}


def make(name, says, features, depth, trees, classes=0, missing=0.0, weights=False, parameters=None):
    rng = np.random.default_rng(list(name.encode()))
    x = rng.normal(size=(600, features)).astype(np.float32).round(2)
    x[rng.uniform(size=x.shape) < missing] = np.nan
    v = np.nan_to_num(x, nan=-0.7)
    score = v[:, 0] * v[:, 1] + np.sin(2 * v[:, -1]) + 0.3 * rng.normal(size=600)
    y = score if classes == 0 else np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))
    objective = {0: "reg:squarederror", 2: "binary:logistic"}.get(classes, "multi:softprob")
    model = xgboost.train(
        {
            "objective": objective, "max_depth": depth, "eta": 0.5, "tree_method": "exact", "nthread": 1,
            **({"num_class": classes} if classes > 2 else {}), **(parameters or {}),
        },
        xgboost.DMatrix(x, y, weight=rng.uniform(0.1, 3, 600) if weights else None),
        trees // (classes if classes > 2 else 1),
    )
    saved = json.loads(model.save_raw("json"))["learner"]
    learned = saved["gradient_booster"]["model"]
    rows = x[:ROWS].copy()
    for row, tree in zip(rows, learned["trees"]):
        if tree["left_children"][0] >= 0:
            row[tree["split_indices"][0]] = np.float32(tree["split_conditions"][0])
    matrix = xgboost.DMatrix(rows)
    parameter = saved["learner_model_param"]
    return {
        "says": says,
        "xgboost": xgboost.__version__,
        "model": {
            "learner": {
                "learner_model_param": {key: parameter[key] for key in ("base_score", "num_class", "num_feature")},
                "objective": {"name": saved["objective"]["name"]},
                "gradient_booster": {
                    "model": {
                        "trees": [{key: tree[key] for key in KEPT} for tree in learned["trees"]],
                        "tree_info": learned["tree_info"],
                    }
                },
            }
        },
        "rows": numbers(rows),
        "margins": numbers(model.predict(matrix, output_margin=True)),
        # (rows × classes × (features + 1)), without the classes where there is one score; the last of each is the base.
        "contribs": numbers(model.predict(matrix, pred_contribs=True)),
        "interactions": numbers(model.predict(matrix, pred_interactions=True)),
    }


def numbers(array):
    """Lists of the shortest decimals that are these float32s; null where one is missing."""
    if isinstance(array, np.ndarray):
        return [numbers(item) for item in array]
    return None if np.isnan(array) else float(np.format_float_positional(array, unique=True))


for name, case in CASES.items():
    text = json.dumps(make(name, **case), separators=(",", ":"), ensure_ascii=False)
    Path(__file__).with_name(f"{name}.json").write_text(text.replace('],"', '],\n"').replace('},"', '},\n"') + "\n")
