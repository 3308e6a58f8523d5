"""shap's KernelExplainer as a rival: shap/explainers/_kernel.py of the checkout that SHAP_SOURCE names, with a network in numpy.

The checkout needs no installation: only _kernel.py and what it takes from shap/utils are loaded, and everything else of shap that they import is empty.
Since 2025 (#3944) shap averages over the background in compiled code; here numpy does that for the second figure, whatever the checkout does.
Reads what is asked as JSON from standard input; answers with values and CPU seconds for each budget, as the checkout is and averaging so, and with the
seconds that evaluating the network as often takes alone.
"""

import importlib.abc
import importlib.machinery
import json
import os
import sys
import time
import types
from pathlib import Path

import numpy as np

SOURCE = Path(os.environ["SHAP_SOURCE"])
REAL = {
    f"shap.{name}": SOURCE / "shap" / f"{name.replace('.', '/')}.py"
    for name in ("explainers._kernel", "utils._legacy", "utils._exceptions", "utils._warnings")
}


def safe_isinstance(value, names):
    own = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(value).__mro__}
    return not own.isdisjoint([names] if isinstance(names, str) else names)


def averages(y, background, weights):
    return np.einsum("ijk,j->ik", np.reshape(y, (-1, background, y.shape[-1])), weights)


class Empty(types.ModuleType):
    """A package that holds an empty class of any name."""

    safe_isinstance = staticmethod(safe_isinstance)

    @staticmethod
    def _exp_val(run, added, outputs, background, weights, y, ey):
        """Mean outputs of coalitions, which shap compiles."""
        ey[run:added] = averages(y[run * background : added * background], background, weights)
        return ey, added

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] != "shap":
            return None
        if name in REAL and REAL[name].exists():
            return importlib.util.spec_from_file_location(name, REAL[name])
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Empty(spec.name)

    def exec_module(self, module):
        pass


def network(layers, kind):
    """float32, as onnxruntime calculates it."""
    weights = [(np.array(w, np.float32).reshape(shape), np.array(b, np.float32)) for w, shape, b in layers]
    bend = np.tanh if kind == "tanh" else lambda a: np.maximum(a, 0)

    def run(x):
        a = x.astype(np.float32)
        for w, b in weights[:-1]:
            a = bend(a @ w + b)
        out = (a @ weights[-1][0] + weights[-1][1])[:, 0]
        return 1 / (1 + np.exp(-out)) if kind == "logistic" else out

    return run


def averaging(explainer_class):
    class Averaging(explainer_class):
        def run(self):
            first, last = self.nsamplesRun, self.nsamplesAdded
            y = np.reshape(self.model.f(self.synth_data[first * self.N : last * self.N]), (-1, self.D))
            self.ey[first:last] = averages(y, self.N, self.data.weights)
            self.nsamplesRun = last

    return Averaging


def main():
    sys.meta_path.insert(0, Finder())
    module = importlib.import_module("shap.explainers._kernel")
    explainer_class = getattr(module, "KernelExplainer", None) or module.Kernel
    asked = json.load(sys.stdin)
    x, background = (np.array(asked[key]) for key in ("x", "background"))
    model = network(asked["layers"], asked["kind"])
    answer = []
    for coalitions in asked["coalitions"]:
        seconds = []
        for kind in (explainer_class, averaging(explainer_class)):
            np.random.seed(1)
            before = time.process_time()
            values = kind(model, background).shap_values(x, nsamples=coalitions, l1_reg=False, silent=True)
            seconds.append(time.process_time() - before)
        rows = np.tile(background, (coalitions, 1))
        before = time.process_time()
        for _ in x:
            model(rows)
        network_seconds = time.process_time() - before
        answer.append({"seconds": seconds, "network": network_seconds, "values": np.asarray(values).tolist()})
    json.dump(answer, sys.stdout)


main()
