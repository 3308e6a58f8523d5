/**
 * The headers that confine the frame in which cells run. Either policy alone leaks: with the frame's only, it can navigate itself
 * away and carry data in the URL; the page's `frame-src` stops that. WebRTC obeys no policy, so the frame deletes it first of all.
 */

/**
 * A site of its own for every frame that is opened: browsers give a process to a site, so that a frame which never ends holds up neither the
 * page, nor the frames of other tabs, nor the one that takes its place. Names under `localhost` are this machine (RFC 6761, section 6.3).
 */
const FRAME_HOST = /^frame-[0-9a-f]{16}\.localhost(?::\d{1,5})?$/;

/** Whether a `Host` header names a frame's site. */
export const isFrameHost = (host: string): boolean => FRAME_HOST.test(host);

const portOf = (host: string): string => /:(\d{1,5})$/.exec(host)?.[1] ?? '80';

/**
 * `content-security-policy` of frame.html. Its own scripts, evaluation of cells, duckdb-wasm from bytes; no request to anywhere.
 * @param host of the request
 */
export const framePolicy = (host: string): string =>
  [
    "default-src 'none'",
    "script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval'",
    'worker-src blob:',
    'connect-src blob:',
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    'img-src data: blob:',
    'media-src data: blob:',
    "form-action 'none'",
    "base-uri 'none'",
    `frame-ancestors 'self' http://127.0.0.1:${portOf(host)} http://localhost:${portOf(host)}`,
    "require-trusted-types-for 'script'",
    'trusted-types default',
  ].join('; ');

/**
 * Sent with frame.html. A navigation that the page's `frame-src` refuses has already looked up a name and connected: the allowlist, where
 * the browser knows it, stops it before that. Host names in links are looked up by nobody.
 */
export const frameHeaders = (host: string) =>
  ({
    'content-security-policy': framePolicy(host),
    'connection-allowlist': '(response-origin)',
    'x-dns-prefetch-control': 'off',
  }) as const;

/**
 * The page's `content-security-policy`. It hashes receipts in WebAssembly, but evaluates no text. A frame may be anywhere on this
 * port, which is the kernel's, and nowhere else.
 * @param host of the request
 */
export const pagePolicy = (host: string): string =>
  [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    `frame-src 'self' http://*.localhost:${portOf(host)}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

/** The frame's origin is opaque, so every module and font it loads needs this beside the usual headers. */
export const FRAME_ASSET_HEADERS = { 'access-control-allow-origin': '*' } as const;

/** `sandbox` attribute of the iframe: nothing else is ever added. */
export const FRAME_SANDBOX = 'allow-scripts';
