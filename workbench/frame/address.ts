/**
 * Where a new frame is loaded from: a site that no other frame has, so that the browser gives it a process of its own (kernel/common/frame-policy.ts).
 * A page that came here by way of another name has only that one.
 */
export function frameUrl({ protocol, hostname, port }: Location): string {
  if (protocol !== 'http:' || !/^(?:localhost|127\.0\.0\.1)$/.test(hostname)) return '/frame.html';
  const name = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
  return `http://frame-${name}.localhost${port === '' ? '' : `:${port}`}/frame.html`;
}
