/** What cells may try to see of the outside. Each is an expression, and to be refused means to throw. */

/** Read by a view cell; in the twin without policy and guard all of these are there. */
export const SEEN: Readonly<Record<string, string>> = {
  'own origin': "await (await window.fetch('/frame.html')).text()",
  'a page of the kernel': "await (await window.fetch('/assets/none')).text()",
  RTCPeerConnection: 'window.RTCPeerConnection.name',
  'the history of the page': 'window.history.back.name',
  'the ports': `(() => { const { postMessage } = window.MessagePort.prototype; window.MessagePort.prototype.postMessage = postMessage;
    const { addEventListener } = window.EventTarget.prototype; window.EventTarget.prototype.addEventListener = addEventListener; return 'replaced' })()`,
  'messages, by getters': `(() => { const { prototype } = window.MessageEvent, own = Object.getOwnPropertyDescriptor(prototype, 'data');
    Object.defineProperty(prototype, 'data', {...own, get: () => 'forged'}); Object.defineProperty(prototype, 'data', own); return 'replaced' })()`,
  'messages, by another Promise': `(() => { const { Promise } = window; window.Promise = class {}; window.Promise = Promise; return 'replaced' })()`,
  'the database, by another Worker': `(() => { const { Worker } = window; window.Worker = class {}; window.Worker = Worker; return 'replaced' })()`,
};

/** Read by a view cell; the sandbox alone refuses these, an opaque origin has none of them. */
export const NEVER: Readonly<Record<string, string>> = {
  'a nested realm':
    "(() => { const i = document.createElement('iframe'); document.body.append(i); return i.contentWindow.RTCPeerConnection.name })()",
  cookie: 'document.cookie',
  'a cookie set': "document.cookie = 'assay=forged'",
  cookieStore: 'await window.cookieStore.getAll()',
  localStorage: 'window.localStorage.length',
  sessionStorage: 'window.sessionStorage.length',
  indexedDB:
    "(await new Promise((r, n) => { const q = window.indexedDB.open('x'); q.onsuccess = r; q.onerror = () => n(q.error) })).type",
  caches: "await window.caches.open('x')",
  'files of the browser': 'await navigator.storage.getDirectory()',
  locks: "await navigator.locks.request('x', () => 1)",
  'document of the page': 'window.parent.document.title',
  'what the page holds': 'window.parent.page.calls',
  'storage of the page': 'window.parent.localStorage.length',
  'address of the page': 'window.top.location.href',
  'element of the frame': 'window.frameElement.title',
  camera: 'await navigator.mediaDevices.getUserMedia({video: true})',
  place: 'await new Promise((r, n) => navigator.geolocation.getCurrentPosition(r, n))',
  clipboard: 'await navigator.clipboard.readText()',
  'a question to the reader': "window.prompt('Your token?').length",
};

/** Read by a value cell, which has a compartment and no document: ways to the global object around it. */
export const GLOBAL: Readonly<Record<string, string>> = {
  globalThis: 'globalThis',
  Function: "Function('return this')()",
  'constructor of a function': "(() => 1).constructor('return this')()",
  'constructor of an async function': "await (async () => 1).constructor('return this')()",
  'constructor of a generator': "(function* () {}).constructor('return this')().next().value",
  'indirect eval': "(0, eval)('this')",
  'this of a function': '(function () { return this })()',
  'this of a callback': '[1].map(function () { return this })[0]',
  'constructor of random': "random.constructor('return this')()",
  'constructor of Table': "Table.constructor('return this')()",
  'constructor of a method': "models.train.constructor('return this')()",
  'constructor of a promise of a method': "models.train({}).then.constructor('return this')()",
  'constructor of what a method gave': "(await models.train({})).constructor.constructor('return this')()",
  'constructor of a data set': "some.constructor.constructor('return this')()",
  'constructor of console': "console.log.constructor('return this')()",
  'frames of an error':
    '(() => { let seen; Error.prepareStackTrace = (_, sites) => (seen = sites[0].getThis()); new Error().stack; return seen })()',
  'a caller': '(function f() { return f.caller.constructor })()',
};

/** Done by a value or a view cell: what others build upon stays as it is. */
export const CHANGES: Readonly<Record<string, string>> = {
  'Object.prototype': 'Object.prototype.then = (f) => f(1)',
  'a getter on Object.prototype': "Object.defineProperty(Object.prototype, 'uses', {get: () => ['models']})",
  'Array.prototype': 'Array.prototype.push = () => 0',
  'an iterator': 'Array.prototype[Symbol.iterator] = function* () {}',
  'Promise.prototype': 'Promise.prototype.then = () => 0',
  'Map.prototype': 'Map.prototype.get = () => 0',
  'Function.prototype': 'Function.prototype.call = () => 0',
  JSON: 'JSON.stringify = () => 0',
  Math: 'Math.random = () => 0; Math.sin = () => 0; if (Math.sin(1) !== 0) throw new Error("kept")',
  Table: 'Table.prototype.toArray = () => []',
  'a prototype by __proto__': "({}).__proto__.polluted = 1; if (({}).polluted !== 1) throw new Error('kept')",
};
