import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { FastifyInstance, FastifySchema } from 'fastify';

/**
 * One ajv for bodies, which takes them as they are, and one for what comes as text in the URL and the headers. Replies are written by
 * JSON.stringify: their schemas document, and the tests hold the replies against them.
 */
export function addValidators(app: FastifyInstance): void {
  const strict = {
    strict: true,
    allErrors: false,
    removeAdditional: false,
    useDefaults: true,
    validateFormats: false,
  } as const;
  const bodies = new Ajv2020({ ...strict, coerceTypes: false });
  const text = new Ajv2020({ ...strict, coerceTypes: true });
  app.setValidatorCompiler<FastifySchema>(({ schema, httpPart }): ValidateFunction =>
    (httpPart === 'body' ? bodies : text).compile(schema as object),
  );
  app.setSerializerCompiler(() => JSON.stringify);
}
