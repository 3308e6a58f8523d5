/**
 * Who may ask. A kernel on loopback is reachable by every page in every browser of this machine and by every user of it, so a
 * request must (1) name this machine in `Host`, or another site's DNS could point here, (2) carry the token from the start-up link,
 * as a bearer or as the cookie that /sign-in made of it, and (3) when it comes from a browser, come from the kernel's own page.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { AssayError } from '#common/errors.ts';
import { isFrameHost } from '#common/frame-policy.ts';

export interface Credentials {
  /** In the start-up link and in home/kernel.json: 32 random bytes, new at each start. */
  readonly token: string;
  /** What the cookie holds: another 32 bytes, so that the cookie does not give the token away. */
  readonly session: string;
}

export const newSecret = (): string => randomBytes(32).toString('base64url');

/** @param session of the kernel's former life, so that pages which were open go on */
export function newCredentials(session = newSecret()): Credentials {
  return { token: newSecret(), session };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Takes the same time wherever the two differ, and whatever their lengths. */
export function sameSecret(given: string | undefined, expected: string): boolean {
  return timingSafeEqual(sha256(given ?? ''), sha256(expected)) && given !== undefined;
}

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?$/i;

/**
 * Browsers send cookies to every port of a host: the port in the name keeps two kernels on one machine from signing each
 * other's user out.
 */
export function cookieName(host: string | undefined): string {
  return `assay_${LOOPBACK.exec(host ?? '')?.[1] ?? '80'}`;
}

/** What a frame's site shows: files without a secret, and nothing that asks who is there. */
const FRAME_FILES = /^\/(?:frame\.html|assets\/.*)$/;

/** @throws HOST_REFUSED */
export function checkHost(headers: IncomingHttpHeaders, path: string): void {
  const host = headers.host ?? '';
  if (!LOOPBACK.test(host) && !(isFrameHost(host) && FRAME_FILES.test(path)))
    throw new AssayError('HOST_REFUSED', undefined, { where: `Host: ${headers.host ?? ''}` });
}

/** Whether a browser says that the request comes from a page of this very origin (or from the address bar). */
function fromOwnPage(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  return headers.origin === undefined || headers.origin === `http://${headers.host ?? ''}`;
}

export interface Asking {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly cookie: string | undefined;
  /** A WebSocket can write though its handshake is a GET, and no same-origin rule holds it back. */
  readonly webSocket: boolean;
}

/** @throws AUTH_REQUIRED, ORIGIN_REFUSED */
export function checkAsking({ method, headers, cookie, webSocket }: Asking, credentials: Credentials): void {
  if (!fromOwnPage(headers))
    throw new AssayError('ORIGIN_REFUSED', undefined, { where: `Origin: ${headers.origin ?? 'absent'}` });
  const bearer = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) {
    if (sameSecret(bearer, credentials.token)) return;
    throw new AssayError('AUTH_REQUIRED');
  }
  if (!sameSecret(cookie, credentials.session)) throw new AssayError('AUTH_REQUIRED');
  // A browser names the origin of everything that may change something: a cookie without it is no browser of ours.
  const safe = (method === 'GET' || method === 'HEAD') && !webSocket;
  if (!safe && headers.origin === undefined)
    throw new AssayError('ORIGIN_REFUSED', undefined, { where: 'Origin: absent' });
}

/** A path of this origin to go to after signing in; `/` for anything that could lead elsewhere. */
export function localPath(to: string | undefined): string {
  if (to === undefined || !/^\/(?![/\\])[^\\\s]*$/.test(to)) return '/';
  const url = new URL(to, 'http://kernel.invalid');
  return url.host === 'kernel.invalid' ? url.pathname + url.search + url.hash : '/';
}
