import { applyDecorators, createParamDecorator, SetMetadata } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Principal } from './principal.ts';

/** How a route may be reached. A route without it answers nobody: the platform does not start with one. */
export type Access = { readonly public: true } | { readonly public: false; readonly permission: string };

export const ACCESS = 'glasshall:access';

/** Anyone may call it, without a session. A bearer token that is sent all the same must be valid. */
export const Public = () => SetMetadata(ACCESS, { public: true } satisfies Access);

/** Only a session that has this permission. The use case checks again, on the object. */
export const RequirePermission = (permission: string) =>
  applyDecorators(
    SetMetadata(ACCESS, { public: false, permission } satisfies Access),
    ApiBearerAuth(),
    ApiExtension('x-permission', permission),
  );

export interface RequestWithPrincipal extends Request {
  principal?: Principal;
}

/** The session's principal; on a @Public() route it is undefined when no token was sent. */
export const CurrentPrincipal = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal | undefined =>
    context.switchToHttp().getRequest<RequestWithPrincipal>().principal,
);
