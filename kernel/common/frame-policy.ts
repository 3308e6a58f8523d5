/**
 * The headers that confine the frame in which cells run. Either policy alone leaks: with the frame's only, it can navigate itself
 * away and carry data in the URL; the page's `frame-src` stops that. WebRTC obeys no policy, so the frame deletes it first of all.
 */

/** `content-security-policy` of frame.html. Its own scripts, evaluation of cells, duckdb-wasm from bytes; no request to anywhere. */
export const FRAME_POLICY = [
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
  "frame-ancestors 'self'",
  "require-trusted-types-for 'script'",
  'trusted-types default',
].join('; ');

/**
 * Sent with frame.html. A navigation that the page's `frame-src` refuses has already looked up a name and connected: the allowlist, where
 * the browser knows it, stops it before that. Host names in links are looked up by nobody.
 */
export const FRAME_HEADERS = {
  'content-security-policy': FRAME_POLICY,
  'connection-allowlist': '(response-origin)',
  'x-dns-prefetch-control': 'off',
} as const;

/** What the policy of the page must contain besides its own. */
const PAGE_FRAME_SRC = "frame-src 'self'";

/** The page's `content-security-policy`. It verifies receipts with hash-wasm: Wasm, but no evaluation of text. */
export const PAGE_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  PAGE_FRAME_SRC,
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** The frame's origin is opaque, so every module and font it loads needs this beside the usual headers. */
export const FRAME_ASSET_HEADERS = { 'access-control-allow-origin': '*' } as const;

/** `sandbox` attribute of the iframe: nothing else is ever added. */
export const FRAME_SANDBOX = 'allow-scripts';
