import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'RFC 9457 problem with a stable code and the facts behind it',
  required: ['type', 'title', 'titleEn', 'status', 'code', 'detail', 'instance', 'facts'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string', description: '中文' },
    titleEn: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', example: 'WEB.VALIDATION' },
    detail: { type: 'string' },
    instance: { type: 'string', description: 'urn:uuid of the request, as in X-Request-Id' },
    facts: { type: 'object', additionalProperties: true },
  },
};

const PROBLEM_RESPONSE = {
  description: 'Problem',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

/** The API's description, with the problem document as every operation's default answer. */
export function describeApi(app: NestExpressApplication): OpenAPIObject {
  const header = new DocumentBuilder().setTitle('Glasshall').setVersion('1').addBearerAuth().build();
  const document = SwaggerModule.createDocument(app, header);
  document.components = { ...document.components };
  document.components.schemas = { ...document.components.schemas, Problem: PROBLEM_SCHEMA as never };
  for (const path of Object.values(document.paths))
    for (const operation of Object.values(path) as { responses?: Record<string, unknown> }[])
      if (operation.responses) operation.responses['default'] ??= PROBLEM_RESPONSE;
  return document;
}

/** /docs (page, own files only), /docs-json. */
export function serveApiDocs(app: NestExpressApplication): void {
  SwaggerModule.setup('docs', app, describeApi(app), {
    jsonDocumentUrl: 'docs-json',
    raw: ['json'],
    customSiteTitle: 'Glasshall API',
    swaggerOptions: { validatorUrl: null },
  });
}
