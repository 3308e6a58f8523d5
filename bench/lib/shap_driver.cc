// Runs shap's own C++ (shap/cext/tree_shap.h, which is not part of this repository) without Python and says what CPU time it takes.
//
//   g++ -O3 -DNDEBUG -fwrapv -I $SHAP_SOURCE/shap/cext shap_driver.cc -o shap_driver
//   shap_driver IN OUT covers|background|interactions|scores MILLISECONDS
//
// IN, little endian: 8 int32: trees, nodes of the largest, outputs, features, rows, background rows, 0, 0; then by tree and node: left, right and default
// child and feature (int32, padded with -1), threshold, value by output, cover (float64); base by output; rows; background rows (float64, NaN missing).
// OUT: values (rows x (features + 1) x outputs, interactions with features + 1 squared), or what shap takes the model to say (rows x outputs), float64, of
// the rows that were explained.
// Prints how many rows those are and milliseconds of CPU time; fewer than all where all would take longer than asked.

// What tree_shap.h wants of Python: its progress bar, which stays silent here.
struct PyObject;
static void PySys_WriteStderr(const char *, ...) {}
static PyObject *PySys_GetObject(const char *) { return nullptr; }
static PyObject *PyObject_CallMethod(PyObject *, const char *, const char *) { return nullptr; }
static void Py_XDECREF(PyObject *) {}

#include "tree_shap.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace {

class Input {
    std::ifstream file;

  public:
    explicit Input(const char *path) : file(path, std::ios::binary) {}

    template <typename T> std::vector<T> read(std::size_t count) {
        std::vector<T> values(count);
        file.read(reinterpret_cast<char *>(values.data()), static_cast<std::streamsize>(count * sizeof(T)));
        if (!file) {
            std::cerr << "The input ends early.\n";
            std::exit(2);
        }
        return values;
    }
};

double cpu_ms() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

std::unique_ptr<bool[]> missing_of(const std::vector<double> &x) {
    std::unique_ptr<bool[]> missing(new bool[x.size() + 1]);
    for (std::size_t i = 0; i < x.size(); ++i) missing[i] = std::isnan(x[i]);
    return missing;
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    const std::string mode = argv[3];
    const double most = std::atof(argv[4]);
    Input in(argv[1]);
    const std::vector<int32_t> head = in.read<int32_t>(8);
    const std::size_t trees = head[0], nodes = head[1], outputs = head[2], features = head[3], rows = head[4], others = head[5];
    std::vector<int> left = in.read<int>(trees * nodes), right = in.read<int>(trees * nodes);
    std::vector<int> missing_child = in.read<int>(trees * nodes), feature = in.read<int>(trees * nodes);
    std::vector<double> threshold = in.read<double>(trees * nodes), value = in.read<double>(trees * nodes * outputs);
    std::vector<double> cover = in.read<double>(trees * nodes), base = in.read<double>(outputs);
    std::vector<double> x = in.read<double>(rows * features), r = in.read<double>(others * features);
    std::vector<int> kind(trees * nodes, 0);
    const auto x_missing = missing_of(x);
    const auto r_missing = missing_of(r);

    TreeEnsemble ensemble(left.data(), right.data(), missing_child.data(), feature.data(), threshold.data(), kind.data(),
                          value.data(), cover.data(), 0, static_cast<unsigned>(trees), base.data(),
                          static_cast<unsigned>(nodes), static_cast<unsigned>(outputs));
    unsigned depth = 0;
    for (unsigned t = 0; t < trees; ++t) {
        TreeEnsemble tree;
        ensemble.get_tree(tree, t);
        depth = std::max(depth, static_cast<unsigned>(compute_expectations(tree)));
    }
    ensemble.max_depth = depth;

    const bool interactions = mode == "interactions";
    const bool scores = mode == "scores";
    const std::size_t width = scores ? outputs : (features + 1) * (interactions ? features + 1 : 1) * outputs;
    const int game = mode == "background" ? FEATURE_DEPENDENCE::independent : FEATURE_DEPENDENCE::tree_path_dependent;
    std::vector<double> out;
    const auto run = [&](std::size_t count) {
        ExplanationDataset data(x.data(), x_missing.get(), nullptr, others ? r.data() : nullptr,
                                others ? r_missing.get() : nullptr, static_cast<unsigned>(count),
                                static_cast<unsigned>(features), static_cast<unsigned>(others));
        out.assign(count * width, 0);
        const double before = cpu_ms();
        if (scores)
            dense_tree_predict(out.data(), ensemble, data, MODEL_TRANSFORM::identity);
        else
            dense_tree_shap(ensemble, data, out.data(), game, MODEL_TRANSFORM::identity, interactions);
        return cpu_ms() - before;
    };

    std::size_t done = 1;
    double took = run(done);
    while (done < rows && took < most / 4) took = run(done = std::min(rows, done * 4));
    if (took < most / 2) {
        double again[] = {took, run(done), run(done)};
        std::sort(again, again + 3);
        took = again[1];
    }
    std::ofstream(argv[2], std::ios::binary)
        .write(reinterpret_cast<const char *>(out.data()), static_cast<std::streamsize>(out.size() * sizeof(double)));
    std::printf("%zu %.6f\n", done, took);
    return 0;
}
