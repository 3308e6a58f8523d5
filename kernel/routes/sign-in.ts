import type { FastifyInstance } from 'fastify';
import { cookieName, localPath, sameSecret } from '../auth.ts';
import { BAD_LINK_PAGE, onwardPage, SMALL_PAGE_POLICY } from '../http/pages.ts';
import type { Context } from './context.ts';

/** The start-up link: turns its token into the cookie and leaves no trace of it in the address bar. */
export function signIn(app: FastifyInstance, { credentials }: Context): void {
  app.get<{ Querystring: { token?: string; to?: string } }>(
    '/sign-in',
    {
      schema: {
        hide: true,
        querystring: { type: 'object', properties: { token: { type: 'string' }, to: { type: 'string' } } },
      },
    },
    async (request, reply) => {
      const { token, to } = request.query;
      reply.header('content-security-policy', SMALL_PAGE_POLICY).type('text/html; charset=utf-8');
      if (!sameSecret(token, credentials.token)) return reply.code(401).send(BAD_LINK_PAGE);
      reply.setCookie(cookieName(request.headers.host), credentials.session, {
        httpOnly: true,
        sameSite: 'strict',
        path: '/',
      });
      const path = localPath(to);
      const site = request.headers['sec-fetch-site'];
      if (site === 'cross-site' || site === 'same-site') return reply.send(onwardPage(path));
      return reply.redirect(path, 303);
    },
  );
}
