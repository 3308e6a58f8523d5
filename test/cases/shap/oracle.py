"""SHAP from its definitions, for cases: nested trees, all coalitions, numpy alone. onnx only writes the files."""
import math
import numpy as np
import onnx
from onnx import helper, TensorProto, numpy_helper

ML = 'ai.onnx.ml'

def cmp(mode, v, t):
    with np.errstate(invalid='ignore'):
        return {'LEQ': v <= t, 'LT': v < t, 'GTE': v >= t, 'GT': v > t, 'EQ': v == t, 'NEQ': v != t}[mode]

def goes_true(n, v):
    """v: array of values (already in the model's precision)"""
    if n['mode'] == 'MEMBER':
        r = np.isin(v, np.array(n['set']))
    else:
        r = cmp(n['mode'], v, n['t'])
    return np.where(np.isnan(v), r | bool(n.get('miss', 0)), r)

def tree_eval(tree, X):
    out = np.zeros((len(X), len(leaf_of(tree)['w'])))
    stack = [(tree, np.arange(len(X)))]
    while stack:
        n, idx = stack.pop()
        if not len(idx): continue
        if 'w' in n: out[idx] = np.array(n['w']); continue
        g = goes_true(n, X[idx, n['f']])
        stack.append((n['yes'], idx[g])); stack.append((n['no'], idx[~g]))
    return out

def leaf_of(n):
    while 'w' not in n: n = n['yes']
    return n

def used(tree, acc=None):
    s, st = set(), [tree]
    while st:
        n = st.pop()
        if 'w' in n: continue
        s.add(n['f']); st += [n['yes'], n['no']]
    return sorted(s)

def tree_all_masks(n, players, x):
    """E[tree | x_S] for every S of players by covers: (2^p, k)"""
    p = len(players); P = 1 << p
    masks = np.arange(P)
    bit = {f: ((masks >> i) & 1).astype(bool) for i, f in enumerate(players)}
    def rec(n):
        if 'w' in n: return np.broadcast_to(np.array(n['w'], float), (P, len(n['w'])))
        a, b = rec(n['yes']), rec(n['no'])
        taken = a if goes_true(n, np.array([x[n['f']]]))[0] else b
        mix = (n['yes']['c'] * a + n['no']['c'] * b) / n['c']
        return np.where(bit[n['f']][:, None], taken, mix)
    return rec(n)

def shapley(worth, p):
    """worth (2^p, k) → (p, k), from the definition"""
    masks = np.arange(1 << p)
    size = np.array([bin(m).count('1') for m in masks])
    w = np.array([math.factorial(s) * math.factorial(p - s - 1) / math.factorial(p) if s < p else 0 for s in range(p + 1)])
    out = np.zeros((p, worth.shape[1]))
    for i in range(p):
        m = masks[(masks >> i) & 1 == 0]
        out[i] = (w[size[m]][:, None] * (worth[m | (1 << i)] - worth[m])).sum(0)
    return out

def path_dependent(trees, F, X):
    k = len(leaf_of(trees[0])['w'])
    vals = np.zeros((len(X), F, k)); base = np.zeros(k)
    for ti, t in enumerate(trees):
        pl = used(t)
        for r, x in enumerate(X):
            worth = tree_all_masks(t, pl, x)
            if r == 0: base = base + worth[0]
            if pl: vals[r, pl] += shapley(worth, len(pl))
    return vals, base

def interventional(f, F, X, B):
    """f: rows → (rows, k); enumerates all coalitions with all background rows"""
    masks = np.arange(1 << F)
    on = ((masks[:, None] >> np.arange(F)) & 1).astype(bool)
    vals = []
    for x in X:
        mixed = np.where(on[:, None, :], x[None, None, :], B[None, :, :]).reshape(-1, F)
        y = f(mixed).reshape(len(masks), len(B), -1).mean(1)
        vals.append(shapley(y, F))
    base = f(B).mean(0)
    return np.array(vals), base

def interventional_trees(trees, F, X, B):
    k = len(leaf_of(trees[0])['w'])
    vals = np.zeros((len(X), F, k)); base = np.zeros(k)
    for t in trees:
        pl = used(t)
        base = base + tree_eval(t, B).mean(0)
        if not pl: continue
        def f(Z):
            full = np.zeros((len(Z), F)); full[:, pl] = Z
            return tree_eval(t, full)
        v, _ = interventional(f, len(pl), X[:, pl], B[:, pl])
        vals[:, pl] += v
    return vals, base

# ---- writing ----
def f32(a): return [float(np.float32(v)) for v in a]

def write_trees(trees, F, *, kind='regressor', post='NONE', base=None, agg=None, labels=None, ids=None, double=False, covers=True,
                n_targets=None, shape=None, missing=True, in_name='X', elem=None, node_out=None, order=None, treeids=None, nobatch=False):
    """v1/v3 node. order: 'bfs'|'dfs'; ids: class id of each weight column."""
    A = {k: [] for k in 'tree node feat val mode yes no miss hit'.split()}
    L = {k: [] for k in 'tree node id w'.split()}
    for ti, root in enumerate(trees):
        tid = treeids[ti] if treeids else ti
        seq, queue = [], [root]
        while queue:
            n = queue.pop(0) if order == 'bfs' else queue.pop()
            n['id'] = len(seq); seq.append(n)
            if 'w' not in n: queue += ([n['yes'], n['no']] if order == 'bfs' else [n['no'], n['yes']])
        for n in seq:
            leaf = 'w' in n
            A['tree'].append(tid); A['node'].append(n['id']); A['feat'].append(0 if leaf else n['f'])
            A['val'].append(0.0 if leaf else n['t']); A['mode'].append('LEAF' if leaf else 'BRANCH_' + n['mode'])
            A['yes'].append(0 if leaf else n['yes']['id']); A['no'].append(0 if leaf else n['no']['id'])
            A['miss'].append(0 if leaf else int(n.get('miss', 0))); A['hit'].append(float(n.get('c', 1)))
            if leaf:
                for j, w in enumerate(n['w']):
                    L['tree'].append(tid); L['node'].append(n['id']); L['id'].append(ids[j] if ids else j); L['w'].append(float(w))
    def num(name, v):
        if double: return {name + '_as_tensor': helper.make_tensor(name, TensorProto.DOUBLE, [len(v)], v)}
        return {name: f32(v)}
    pre = 'class' if kind == 'classifier' else 'target'
    at = dict(nodes_treeids=A['tree'], nodes_nodeids=A['node'], nodes_featureids=A['feat'], nodes_modes=A['mode'],
              nodes_truenodeids=A['yes'], nodes_falsenodeids=A['no'], post_transform=post, **num('nodes_values', A['val']))
    if missing: at['nodes_missing_value_tracks_true'] = A['miss']
    if covers == 'ones': at.update(num('nodes_hitrates', [1.0] * len(A['hit'])))
    elif covers: at.update(num('nodes_hitrates', A['hit']))
    at.update({pre + '_treeids': L['tree'], pre + '_nodeids': L['node'], pre + '_ids': L['id'], **num(pre + '_weights', L['w'])})
    if base is not None: at.update(num('base_values', base))
    if agg: at['aggregate_function'] = agg
    if kind == 'classifier':
        at['classlabels_strings' if isinstance(labels[0], str) else 'classlabels_int64s'] = labels
        return helper.make_node('TreeEnsembleClassifier', [in_name], node_out or ['label', 'probabilities'], domain=ML, **at)
    at['n_targets'] = n_targets or len(leaf_of(trees[0])['w'])
    return helper.make_node('TreeEnsembleRegressor', [in_name], node_out or ['Y'], domain=ML, **at)

def write_v5(trees, F, *, n_targets=1, agg=1, post=0, double=False, covers=True, in_name='X', out='Y', one_target=True):
    dt = TensorProto.DOUBLE if double else TensorProto.FLOAT
    MODE = dict(LEQ=0, LT=1, GTE=2, GT=3, EQ=4, NEQ=5, MEMBER=6)
    nodes, leaves, roots, members = [], [], [], []
    def leaf(n): leaves.append(n); return len(leaves) - 1
    for root in trees:
        if 'w' in root:
            i = len(nodes); nodes.append(dict(f=0, t=0.0, mode='LEQ', c=root.get('c', 1), y=0, n=0, yl=1, nl=1)); 
            l = leaf(root); nodes[i].update(y=l, n=l); roots.append(i); continue
        def visit(n):
            i = len(nodes); nodes.append(dict(f=n['f'], t=n.get('t', 0.0), mode=n['mode'], miss=n.get('miss', 0), c=n.get('c', 1), set=n.get('set')))
            for a, b, key in (('y', 'yl', 'yes'), ('n', 'nl', 'no')):
                ch = n[key]
                if 'w' in ch: nodes[i][a] = leaf(ch); nodes[i][b] = 1
                else: nodes[i][b] = 0; nodes[i][a] = visit(ch)
            return i
        roots.append(visit(root))
    for n in nodes:
        if n['mode'] == 'MEMBER': members += list(n['set']) + [float('nan')]
    T = lambda name, v: helper.make_tensor(name, dt, [len(v)], v)
    at = dict(n_targets=n_targets, aggregate_function=agg, post_transform=post, tree_roots=roots,
              nodes_featureids=[n['f'] for n in nodes], nodes_splits=T('s', [n['t'] for n in nodes]),
              nodes_modes=helper.make_tensor('m', TensorProto.UINT8, [len(nodes)], [MODE[n['mode']] for n in nodes]),
              nodes_truenodeids=[n['y'] for n in nodes], nodes_falsenodeids=[n['n'] for n in nodes],
              nodes_trueleafs=[n['yl'] for n in nodes], nodes_falseleafs=[n['nl'] for n in nodes],
              nodes_missing_value_tracks_true=[int(n.get('miss', 0)) for n in nodes],
              leaf_targetids=[l.get('target', 0) for l in leaves], leaf_weights=T('w', [l['w'][l.get('target', 0)] for l in leaves]))
    if covers: at['nodes_hitrates'] = helper.make_tensor('h', F32, [len(nodes)], [float(n['c']) for n in nodes])
    if members: at['membership_values'] = T('mv', members)
    return helper.make_node('TreeEnsemble', [in_name], [out], domain=ML, **at)

def vi(name, elem, shape): return helper.make_tensor_value_info(name, elem, shape)

def model(nodes, inputs, outputs, inits=(), ml=3, opset=15, ir=8, meta=None):
    g = helper.make_graph(list(nodes), 'g', list(inputs), list(outputs), list(inits))
    m = helper.make_model(g, opset_imports=[helper.make_opsetid('', opset), helper.make_opsetid(ML, ml)], producer_name='oracle')
    m.ir_version = ir
    for k, v in (meta or {}).items():
        e = m.metadata_props.add(); e.key = k; e.value = v
    return m.SerializeToString()

F32, F64, I64, STR = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64, TensorProto.STRING

def wrap(node, F, double=False, ml=3, elem=None, width='F'):
    elem = elem or (F64 if double else F32)
    w = F if width == 'F' else width
    ins = [vi('X', elem, [None, w])]
    if node.op_type == 'TreeEnsembleClassifier' or node.op_type == 'LinearClassifier':
        strings = any(a.name == 'classlabels_strings' for a in node.attribute)
        outs = [vi('label', STR if strings else I64, [None]), vi('probabilities', F32, [None, None])]
    else:
        outs = [vi('Y', F64 if (double and node.op_type == 'TreeEnsemble') else F32, [None, None])]
    return model([node], ins, outs, ml=ml)

# ---- random trees ----
MODES = ['LEQ', 'LT', 'GTE', 'GT', 'EQ', 'NEQ']
def draw(rng, F, k, depth, modes=MODES, feats=None, full=False, grid=True, miss=True, zero=0.0, double=False):
    feats = feats if feats is not None else list(range(F))
    def grow(d):
        if d == 0 or (not full and d < depth and rng.random() < 0.2):
            c = 0.0 if rng.random() < zero else float(rng.integers(1, 10))
            w = rng.normal(size=k)
            return dict(w=[float(np.float32(v)) if not double else float(v) for v in w], c=c)
        a, b = grow(d - 1), grow(d - 1)
        if a['c'] + b['c'] == 0: a['c'] = 1.0 if 'w' in a else a['c']
        if a['c'] + b['c'] == 0: return a if 'w' in a else dict(w=[0.0] * k, c=1.0)
        t = float(rng.integers(0, 5)) / 2 if grid else float(rng.normal())
        if not double: t = float(np.float32(t))
        return dict(f=int(rng.choice(feats)), t=t, mode=str(rng.choice(modes)), miss=int(miss and rng.random() < .5), c=a['c'] + b['c'], yes=a, no=b)
    return grow(depth)

def rows(rng, n, F, missing=0.15, grid=True):
    X = rng.integers(0, 6, size=(n, F)) / 2 if grid else rng.normal(size=(n, F))
    X = X.astype(float); X[rng.random((n, F)) < missing] = np.nan
    return X

sigmoid = lambda z: 1 / (1 + np.exp(-z))
def softmax(z): e = np.exp(z - z.max(-1, keepdims=True)); return e / e.sum(-1, keepdims=True)

def seq_map(name, key):
    o = onnx.ValueInfoProto(); o.name = name
    m = o.type.sequence_type.elem_type.map_type
    m.key_type = key; m.value_type.tensor_type.elem_type = F32
    return o
