import type { FastifyInstance, FastifyReply } from 'fastify';
import { FRAME_ASSET_HEADERS, frameHeaders, pagePolicy } from '#common/frame-policy.ts';

const EVERYWHERE = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
} as const;

/** Replies that set no policy of their own get the strictest: nothing loads, nobody frames. */
export function addHeaders(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(EVERYWHERE);
    if (!reply.hasHeader('content-security-policy'))
      reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    if (!reply.hasHeader('cross-origin-resource-policy')) reply.header('cross-origin-resource-policy', 'same-origin');
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
}

export function asPage(reply: FastifyReply): FastifyReply {
  return reply
    .header('content-security-policy', pagePolicy(reply.request.headers.host ?? ''))
    .header('cache-control', 'no-cache')
    .type('text/html; charset=utf-8');
}

/** Files that hold no secret: the sandboxed frame has the origin `null`, sends no cookie, and loads them all the same. */
export function asAsset(reply: FastifyReply, { immutable }: { readonly immutable: boolean }): FastifyReply {
  return reply
    .headers(FRAME_ASSET_HEADERS)
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
}

/** The document in which cells run: its own policy, and framed by the page only. */
export function asFrame(reply: FastifyReply): FastifyReply {
  return asAsset(reply, { immutable: false })
    .headers(frameHeaders(reply.request.headers.host ?? ''))
    .type('text/html; charset=utf-8');
}
