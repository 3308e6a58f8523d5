"""From nothing to the first values: what XGBoost takes for it. Arguments: the model as JSON, a row as a list."""

import json
import sys

import numpy
import xgboost

model = xgboost.Booster(model_file=sys.argv[1], params={"nthread": 1})
row = numpy.array([json.loads(sys.argv[2])], dtype=numpy.float32)
json.dump(model.predict(xgboost.DMatrix(row), pred_contribs=True)[0].tolist(), sys.stdout)
